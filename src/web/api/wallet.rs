//! Credit: balance, statement, top-ups.

use crate::{
    app::{
        gateway_accounts::{self, Way},
        identity::Viewer,
        wallet::{self, ChosenWay, Wish},
    },
    domain::{
        gateway::Provider,
        ids::{SavedMethodId, TopUpId},
        payment::State,
    },
    error::Error,
    store::{saved_methods::Kept, top_ups::TopUp, wallets::Line},
    web::{Problem, Result, Site, Web, pages},
};
use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Json, Path, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(show)
        .service(ways)
        .service(methods)
        .service(forget)
        .service(begin)
        .service(show_top_up);
}

/// A line of the statement; a call's blocks are one.
#[derive(Serialize, ToSchema)]
struct StatementLine {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `top_up`, `call_time`, …
    kind: String,
    /// The same in words.
    text: String,
    /// Positive in, negative out.
    amount_minor: i64,
    /// Balance after it.
    balance_minor: i64,
    /// The call it was for.
    call_id: Option<Uuid>,
}

/// What a person has to spend.
#[derive(Serialize, ToSchema)]
struct Wallet {
    balance_minor: i64,
    /// Reserved for a running call.
    held_minor: i64,
    /// The rest.
    available_minor: i64,
    currency: &'static str,
    /// One page, newest first.
    lines: Vec<StatementLine>,
    /// The number of the next page of lines, if there is one.
    next_page: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// From 1.
    #[serde(default)]
    page: u32,
}

/// The signed-in person's wallet with its statement, 25 lines a page.
#[utoipa::path(tag = "wallet", params(Page), responses((status = 200, body = Wallet), (status = 401, body = Problem)))]
#[get("/wallet")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Page>) -> Result<Json<Wallet>> {
    let page = shown.page.max(1);
    let shown = wallet::show(&web.app, &viewer, site.tenant.currency, page).await?;
    Ok(Json(Wallet {
        balance_minor: shown.balance.total.minor,
        held_minor: shown.balance.held.minor,
        available_minor: shown.balance.available().minor,
        currency: site.tenant.currency.code(),
        lines: shown
            .lines
            .into_iter()
            .map(|line| statement_line(&site, &viewer, line))
            .collect(),
        next_page: shown.more.then(|| page.saturating_add(1)),
    }))
}

fn statement_line(site: &Site, viewer: &Viewer, line: Line) -> StatementLine {
    let (_, words) = pages::statement_words(&line);
    let params = words.params.into_iter().collect();
    let user = &viewer.user;
    StatementLine {
        id: line.id,
        at: line.at.timestamp(),
        text: site
            .frame
            .theme
            .say(&user.language, &words.key, &params, &user.time_zone)
            .unwrap_or(words.key),
        kind: line.kind,
        amount_minor: line.amount.minor,
        balance_minor: line.balance.minor,
        call_id: line.call.map(|(call, _)| call.uuid()),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTopUp {
    /// In minor units of the tenant's currency.
    amount_minor: i64,
    /// How: one of the ways that `/wallet/ways` and `/wallet/methods` list; the first of the former without.
    way: Option<String>,
    /// They agree, by the text of `/wallet/ways`, that what they pay with is kept and charged later.
    #[serde(default)]
    keep: bool,
    /// The card only holds it: it is credit for the next talk, and what isn't spent by its end, or within two hours without
    /// one, is never taken.
    #[serde(default)]
    hold: bool,
}

fn unknown_way() -> Error {
    Error::field("way", "Choose one of the ways to pay.")
}

/// A way to pay.
#[derive(Serialize, ToSchema)]
struct WayView {
    /// What a top-up names it by.
    way: String,
    /// Who takes the payment.
    provider: Provider,
    /// What people agree to who have it kept what they pay with there, in their language; not where it can't be.
    keep_words: Option<String>,
}

/// Ways to pay, the first to offer first.
#[utoipa::path(tag = "wallet", responses((status = 200, body = Vec<WayView>), (status = 401, body = Problem)))]
#[get("/wallet/ways")]
async fn ways(web: Data<Web>, site: Site, viewer: Viewer) -> Result<Json<Vec<WayView>>> {
    let ways = gateway_accounts::ways(&web.app, &viewer.scope, &site.tenant, site.tenant.currency).await?;
    let words = pages::keep_words(&site, &viewer)?;
    let view = |way: &Way| WayView {
        way: way.name(),
        provider: way.provider,
        keep_words: way.keeps.then(|| words.clone()),
    };
    Ok(Json(ways.iter().map(view).collect()))
}

/// A card, or the like, that is kept for later.
#[derive(Serialize, ToSchema)]
struct MethodView {
    id: Uuid,
    /// What a top-up names it by.
    way: String,
    /// What its owner recognises it by.
    label: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    kept_at: Timestamp,
}

impl From<Kept> for MethodView {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id.uuid(),
            way: ChosenWay::kept(kept.id),
            label: kept.label,
            kept_at: kept.created_at.timestamp(),
        }
    }
}

/// What the signed-in person keeps to pay with, newest first.
#[utoipa::path(tag = "wallet", responses((status = 200, body = Vec<MethodView>), (status = 401, body = Problem)))]
#[get("/wallet/methods")]
async fn methods(web: Data<Web>, viewer: Viewer) -> Result<Json<Vec<MethodView>>> {
    let kept = wallet::kept(&web.app, &viewer).await?;
    Ok(Json(kept.into_iter().map(MethodView::from).collect()))
}

/// Keeps one of them no longer.
#[utoipa::path(
    tag = "wallet",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem))
)]
#[delete("/wallet/methods/{id}")]
async fn forget(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    wallet::forget(&web.app, &viewer, SavedMethodId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A payment into the wallet.
#[derive(Serialize, ToSchema)]
pub(super) struct TopUpView {
    id: Uuid,
    /// `pending`, `settled`, `declined`, or `unknown`: then don't pay again, it is being found out.
    state: &'static str,
    amount_minor: i64,
    currency: &'static str,
    /// Where the person pays, while they can.
    redirect_url: Option<String>,
    /// Why it was declined.
    reason: Option<String>,
}

impl From<TopUp> for TopUpView {
    fn from(top_up: TopUp) -> Self {
        let state = top_up.state.seen();
        Self {
            id: top_up.id.uuid(),
            state: state.name(),
            amount_minor: top_up.amount.minor,
            currency: top_up.amount.currency.code(),
            redirect_url: top_up.pay_url.filter(|_| state == State::Pending),
            reason: top_up.reason,
        }
    }
}

/// Begins a top-up. The person pays at `redirect_url` and comes back to `/wallet/top-ups/{id}`; what is kept is charged at
/// once, unless the bank wants to ask.
#[utoipa::path(
    tag = "wallet",
    responses((status = 201, body = TopUpView), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem))
)]
#[post("/wallet/top-ups")]
async fn begin(web: Data<Web>, site: Site, viewer: Viewer, Json(wanted): Json<NewTopUp>) -> Result<HttpResponse> {
    let back = |id: TopUpId| format!("{}/wallet/top-ups/{id}", site.origin());
    let way = wanted.way.map(|way| ChosenWay::parse(&way).ok_or_else(unknown_way));
    let wish = Wish {
        amount_minor: wanted.amount_minor,
        pays_for: None,
        way: way.transpose()?,
        keep: wanted.keep.then(|| pages::keep_words(&site, &viewer)).transpose()?,
        hold: wanted.hold,
        from: site.client,
    };
    let top_up = wallet::begin_top_up(&web.app, &viewer, &site.tenant, wish, back).await?;
    Ok(HttpResponse::Created().json(TopUpView::from(top_up)))
}

/// How a top-up stands now.
#[utoipa::path(
    tag = "wallet",
    responses((status = 200, body = TopUpView), (status = 401, body = Problem), (status = 404, body = Problem))
)]
#[get("/wallet/top-ups/{id}")]
async fn show_top_up(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<TopUpView>> {
    let top_up = wallet::confirm_top_up(&web.app, &viewer, TopUpId::from_uuid(*id)).await?;
    Ok(Json(top_up.into()))
}
