//! `/wallet` and the page a payment returns to.

use super::{
    local_path, no_body, problem, render, render_as, typed,
    views::{
        Amount, Field, LeavePage, LineKind, Message, PaidPage, PayField, PayPage, PayWay, StatementLine, TopUpPage,
        TopUpState, WalletPage,
    },
};
use crate::{
    app::{
        gateway_accounts::{self, Way},
        identity::Viewer,
        wallet::{self, ChosenWay, Wish},
    },
    domain::{gateway::Provider, ids::TopUpId, money::Money, payment::State},
    error::Error,
    store::{saved_methods::Kept, top_ups::TopUp, wallets::Line},
    web::{Result, Site, Web, headers},
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use anyhow::anyhow;
use serde::Deserialize;
use serde_json::Map;
use url::{Url, form_urlencoded::Serializer};
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(show)
        .service(add)
        .service(show_top_up)
        .service(pay)
        .service(paid)
        .service(paid_by_form);
}

#[derive(Deserialize)]
struct Shown {
    next: Option<String>,
    #[serde(default)]
    page: u32,
}

#[get("/wallet")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let next = shown.next.and_then(local_path);
    render(
        &site,
        Some(&viewer),
        &page(&web, &site, &viewer, shown.page, next).await?,
    )
}

#[derive(Deserialize)]
struct Add {
    /// One of the suggestions.
    amount_minor: Option<i64>,
    /// Another amount, as typed; wins.
    #[serde(default)]
    amount: String,
    /// One of the ways to pay; the first without.
    way: Option<String>,
    /// What they pay with is to be kept.
    keep: Option<String>,
    /// The card only holds it.
    hold: Option<String>,
    next: Option<String>,
}

/// Begins a top-up and leads to the payment page.
#[post("/wallet")]
async fn add(web: Data<Web>, site: Site, viewer: Viewer, Form(wanted): Form<Add>) -> Result<HttpResponse> {
    let currency = site.tenant.currency;
    let next = wanted.next.clone().and_then(local_path);
    let minor = match wanted.amount.trim() {
        "" => wanted.amount_minor,
        text => typed::minor(text, currency),
    };
    let wrong = match minor {
        None => Message::new("error.amount"),
        Some(amount_minor) => {
            let back = |id| return_url(&site, id, next.as_deref());
            let (keep, hold) = ticked(&web, &site, &viewer, &wanted).await?;
            let wish = Wish {
                amount_minor,
                pays_for: None,
                way: wanted.way.as_deref().and_then(ChosenWay::parse),
                keep: keep.then(|| keep_words(&site, &viewer)).transpose()?,
                hold,
                from: site.client,
            };
            match wallet::begin_top_up(&web.app, &viewer, &site.tenant, wish, back).await {
                Ok(top_up) => {
                    let seen = || return_url(&site, top_up.id, next.as_deref());
                    return Ok(no_body(&to_pay(&site, &top_up).unwrap_or_else(seen)));
                }
                Err(error) => wrong_amount(error, wallet::top_up_bounds(&web.app, &viewer, currency).await?)?,
            }
        }
    };
    let mut view = page(&web, &site, &viewer, 1, next).await?;
    view.amount = Field::of(wanted.amount).wrong(wrong);
    for way in &mut view.ways {
        way.chosen = wanted.way.as_deref() == Some(&way.name);
    }
    view.keep = wanted.keep.is_some();
    view.hold = wanted.hold.is_some();
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// Whether what they pay with is to be kept, and whether it is only to be held. The boxes are there whatever way is chosen;
/// they say something where the way can do that.
async fn ticked(web: &Web, site: &Site, viewer: &Viewer, wanted: &Add) -> Result<(bool, bool)> {
    if wanted.keep.is_none() && wanted.hold.is_none() {
        return Ok((false, false));
    }
    let ways = pay_ways(web, site, viewer).await?;
    let chosen = |way: &&PayWay| wanted.way.as_deref().map_or(way.chosen, |name| name == way.name);
    let (keeps, holds) = ways
        .iter()
        .find(chosen)
        .map_or((false, false), |way| (way.keeps, way.holds));
    Ok((wanted.keep.is_some() && keeps, wanted.hold.is_some() && holds))
}

/// The theme's words for the one thing that can be wrong with an amount; a way that isn't there speaks for itself.
fn wrong_amount(error: Error, (least, most): (Money, Money)) -> Result<Message> {
    let (field, words) = problem(error)?;
    if field != "amount_minor" {
        return Ok(words);
    }
    Ok(Message::new("error.between")
        .with("minimum", amount(least))
        .with("maximum", amount(most)))
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

/// Back from the payment page: says how it stands, and looks again by itself while that isn't known.
#[get("/wallet/top-ups/{id}")]
async fn show_top_up(
    web: Data<Web>,
    site: Site,
    mut viewer: Viewer,
    id: Path<Uuid>,
    Query(shown): Query<Next>,
) -> Result<HttpResponse> {
    let top_up = wallet::confirm_top_up(&web.app, &viewer, TopUpId::from_uuid(*id)).await?;
    let available = wallet::balance(&web.app, &viewer, site.tenant.currency)
        .await?
        .available();
    // The chip in the head shows the credit that has just come.
    viewer.wallet_minor = available.minor;
    render(
        &site,
        Some(&viewer),
        &top_up_page(&top_up, available, shown.next.and_then(local_path)),
    )
}

/// The way to a provider's page or its form in a frame, for as long as it can be paid there. The page may show that frame,
/// and nothing else from elsewhere.
#[get("/wallet/top-ups/{id}/pay")]
async fn pay(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let back = format!("/wallet/top-ups/{id}");
    let top_up = wallet::confirm_top_up(&web.app, &viewer, TopUpId::from_uuid(*id)).await?;
    if top_up.state != State::Pending {
        return Ok(no_body(&back));
    }
    let Some(form) = top_up.form.clone() else {
        return match top_up.pay_url.clone() {
            Some(to) => leave(&site, &viewer, &top_up, to),
            None => Ok(no_body(&back)),
        };
    };
    let policy = headers::policy_with_frame(&form.address)?;
    let view = PayPage {
        amount: amount(top_up.amount),
        provider: provider_name(&top_up),
        address: form.address,
        fields: form
            .fields
            .into_iter()
            .map(|(name, value)| PayField { name, value })
            .collect(),
        back,
    };
    let mut response = render(&site, Some(&viewer), &view)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// A page that leads to a provider's.
fn leave(site: &Site, viewer: &Viewer, top_up: &TopUp, to: String) -> Result<HttpResponse> {
    let at_once = HeaderValue::from_str(&format!("0; url={to}")).map_err(Error::internal)?;
    let view = LeavePage {
        amount: amount(top_up.amount),
        provider: provider_name(top_up),
        to,
        back: format!("/wallet/top-ups/{}", top_up.id),
    };
    let mut response = render(site, Some(viewer), &view)?;
    response.headers_mut().insert(header::REFRESH, at_once);
    Ok(response)
}

fn provider_name(top_up: &TopUp) -> &'static str {
    Provider::parse(&top_up.gateway).map_or("test", Provider::name)
}

/// Where a form leads that has begun a payment. Browsers let forms lead only where their page may post to, by whatever
/// answers: to another site a page of ours leads on.
pub(super) fn to_pay(site: &Site, top_up: &TopUp) -> Option<String> {
    let url = top_up.pay_url.as_ref()?;
    let elsewhere = Url::parse(url).is_ok_and(|url| url.origin().ascii_serialization() != site.origin());
    Some(match elsewhere {
        true => format!("/wallet/top-ups/{}/pay", top_up.id),
        false => url.clone(),
    })
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    to: String,
}

/// Back from a provider, which may do that inside of its frame: then this page leads on outside of it. Whoever asks is
/// told nothing and nothing changes here, so it doesn't matter where that comes from.
#[get("/paid")]
async fn paid(site: Site, request: HttpRequest, Query(back): Query<Back>) -> Result<HttpResponse> {
    lead_on(&site, &request, back)
}

/// The same, for providers that have the browser post a form.
#[post("/paid")]
async fn paid_by_form(site: Site, request: HttpRequest, Query(back): Query<Back>) -> Result<HttpResponse> {
    lead_on(&site, &request, back)
}

fn lead_on(site: &Site, request: &HttpRequest, back: Back) -> Result<HttpResponse> {
    let to = local_path(back.to).unwrap_or_else(|| "/wallet".to_owned());
    let framed = request
        .headers()
        .get("sec-fetch-dest")
        .is_some_and(|dest| dest == "iframe");
    if !framed {
        return Ok(no_body(&to));
    }
    let mut response = render(site, None, &PaidPage { to })?;
    let policy = headers::policy_in_own_frame();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Where a payment page leads back to.
fn return_url(site: &Site, id: TopUpId, next: Option<&str>) -> String {
    let query = next.map(|next| Serializer::new(String::new()).append_pair("next", next).finish());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/wallet/top-ups/{id}{query}", site.origin())
}

async fn page(web: &Web, site: &Site, viewer: &Viewer, page: u32, next: Option<String>) -> Result<WalletPage> {
    let currency = site.tenant.currency;
    let page = page.max(1);
    let shown = wallet::show(&web.app, viewer, currency, page).await?;
    let available = shown.balance.available();
    let ways = pay_ways(web, site, viewer).await?;
    let (minimum, maximum) = wallet::top_up_bounds(&web.app, viewer, currency).await?;
    Ok(WalletPage {
        available: amount(available),
        held: amount(shown.balance.held),
        has_shares: shown.has_shares,
        lines: shown.lines.into_iter().map(line).collect(),
        suggestions: wallet::top_up_suggestions(currency).into_iter().map(amount).collect(),
        amount: Field::default(),
        can_keep: ways.iter().any(|way| way.keeps),
        keep: false,
        can_hold: ways.iter().any(|way| way.holds),
        hold: false,
        ways,
        minimum: amount(minimum),
        maximum: amount(maximum),
        open: shown
            .open
            .iter()
            .map(|top_up| top_up_page(top_up, available, None))
            .collect(),
        next,
        older_url: shown.more.then(|| format!("/wallet?page={}", page.saturating_add(1))),
    })
}

/// What is kept, newest first, then the rest.
async fn pay_ways(web: &Web, site: &Site, viewer: &Viewer) -> Result<Vec<PayWay>> {
    let ways = gateway_accounts::ways(&web.app, &viewer.scope, &site.tenant, site.tenant.currency).await?;
    let through = |kept: Kept| {
        let way = ways.iter().find(|way| way.account == kept.account && way.keeps)?;
        Some(PayWay {
            name: ChosenWay::kept(kept.id),
            provider: way.provider.name(),
            label: Some(kept.label),
            keeps: false,
            holds: way.holds && way.provider.holds_kept(),
            chosen: false,
        })
    };
    let kept = wallet::kept(&web.app, viewer).await?;
    let mut all: Vec<PayWay> = kept.into_iter().filter_map(through).collect();
    all.extend(ways.iter().map(pay_way));
    if let Some(first) = all.first_mut() {
        first.chosen = true;
    }
    Ok(all)
}

fn pay_way(way: &Way) -> PayWay {
    PayWay {
        name: way.name(),
        provider: way.provider.name(),
        label: None,
        keeps: way.keeps,
        holds: way.holds,
        chosen: false,
    }
}

/// What people agree to who have it kept what they pay with, as they read it.
///
/// # Errors
/// The theme has no such words.
pub fn keep_words(site: &Site, viewer: &Viewer) -> Result<String> {
    let user = &viewer.user;
    let say = |key| {
        let words = site.frame.theme.say(&user.language, key, &Map::new(), &user.time_zone);
        words.ok_or_else(|| Error::internal(anyhow!("the theme doesn't say {key}")))
    };
    Ok(format!("{}. {}", say("wallet.keep")?, say("wallet.keep_hint")?))
}

fn amount(money: Money) -> Amount {
    Amount::new(money.minor, money.currency.code())
}

/// What a line says, and the sort it is.
pub fn words(line: &Line) -> (LineKind, Message) {
    match (line.kind.as_str(), &line.call) {
        ("top_up" | "demo_credit", _) => (LineKind::TopUp, Message::new("statement.top_up")),
        ("call_time", Some((_, name))) if line.amount.minor < 0 => {
            (LineKind::Call, Message::new("statement.call").with("name", name))
        }
        ("call_time", Some((_, name))) => (LineKind::Earning, Message::new("statement.earning").with("name", name)),
        ("hold", _) => (LineKind::TopUp, Message::new("statement.hold")),
        ("hold_let_go", _) => (LineKind::Other, Message::new("statement.hold_let_go")),
        ("hold_taken_back", _) => (LineKind::Other, Message::new("statement.hold_taken_back")),
        ("order_paid", _) => (LineKind::Other, Message::new("statement.order_paid")),
        ("extension_paid", _) => (LineKind::Other, Message::new("statement.extension_paid")),
        ("order_refund", _) => (LineKind::Refund, Message::new("statement.order_refund")),
        ("order_earned", _) => (LineKind::Earning, Message::new("statement.order_earned")),
        ("refund", Some((_, name))) => (LineKind::Refund, Message::new("statement.refund").with("name", name)),
        ("refund", None) => (LineKind::Refund, Message::new("statement.refund_order")),
        ("tip", _) => (LineKind::Other, Message::new("statement.tip")),
        ("refund_share", _) => (LineKind::Refund, Message::new("statement.refund_share")),
        _ => (LineKind::Other, Message::new("statement.other")),
    }
}

fn line(line: Line) -> StatementLine {
    let (kind, text) = words(&line);
    let url = match (&line.call, line.kind.as_str()) {
        (Some((call, _)), _) => Some(format!("/calls/{call}/bill")),
        (None, "refund") => line.order.map(|order| format!("/conferences/{order}")),
        (None, "top_up") => Some(format!("/wallet/top-ups/{}", line.id)),
        _ => None,
    };
    StatementLine {
        at: line.at.timestamp(),
        kind,
        text,
        amount: amount(line.amount),
        balance: amount(line.balance),
        url,
    }
}

fn top_up_page(top_up: &TopUp, available: Money, next: Option<String>) -> TopUpPage {
    let state = match top_up.state {
        State::Created | State::Pending => TopUpState::Pending,
        State::Unknown => TopUpState::Unknown,
        State::Held if top_up.hold.is_some_and(|hold| hold.due_minor == Some(0)) => TopUpState::Released,
        State::Held => TopUpState::Held,
        State::Settled if top_up.hold.is_some_and(|hold| hold.until.is_some()) => TopUpState::Taken,
        State::Settled => TopUpState::Settled,
        State::Declined => TopUpState::Declined,
        State::Released => TopUpState::Released,
    };
    TopUpPage {
        id: top_up.id.uuid(),
        state,
        amount: amount(top_up.amount),
        at: top_up.created_at.timestamp(),
        available: amount(available),
        reason: top_up
            .reason
            .as_deref()
            .filter(|reason| !reason.is_empty())
            .map(Message::new),
        pay_url: top_up.pay_url.clone().filter(|_| state == TopUpState::Pending),
        next,
    }
}
