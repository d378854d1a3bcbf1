//! `/wallet` and the page a payment returns to.

use super::{
    local_path, no_body, problem, render, render_as, typed,
    views::{Amount, Field, LineKind, Message, StatementLine, TopUpPage, TopUpState, WalletPage},
};
use crate::{
    app::{identity::Viewer, wallet},
    domain::{
        ids::TopUpId,
        money::{Currency, Money},
        payment::State,
    },
    error::Error,
    store::{top_ups::TopUp, wallets::Line},
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(add).service(show_top_up);
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
    next: Option<String>,
}

/// Begins a top-up and leads to the payment page.
#[post("/wallet")]
async fn add(web: Data<Web>, site: Site, viewer: Viewer, Form(wanted): Form<Add>) -> Result<HttpResponse> {
    let currency = site.tenant.currency;
    let next = wanted.next.and_then(local_path);
    let minor = match wanted.amount.trim() {
        "" => wanted.amount_minor,
        text => typed::minor(text, currency),
    };
    let wrong = match minor {
        None => Message::new("error.amount"),
        Some(minor) => {
            let back = |id| return_url(&site, id, next.as_deref());
            match wallet::begin_top_up(&web.app, &viewer, currency, minor, None, back).await {
                Ok(top_up) => return Ok(no_body(&top_up.pay_url.unwrap_or_else(|| "/wallet".to_owned()))),
                Err(error) => out_of_bounds(error, currency)?,
            }
        }
    };
    let mut view = page(&web, &site, &viewer, 1, next).await?;
    view.amount = Field::of(wanted.amount).wrong(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// The theme's words for the one thing that can be wrong with an amount.
fn out_of_bounds(error: Error, currency: Currency) -> Result<Message> {
    problem(error)?;
    let (least, most) = wallet::top_up_bounds(currency);
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
    let (minimum, maximum) = wallet::top_up_bounds(currency);
    Ok(WalletPage {
        available: amount(available),
        held: amount(shown.balance.held),
        lines: shown.lines.into_iter().map(line).collect(),
        suggestions: wallet::top_up_suggestions(currency).into_iter().map(amount).collect(),
        amount: Field::default(),
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
        ("order_paid", _) => (LineKind::Other, Message::new("statement.order_paid")),
        ("order_refund", _) => (LineKind::Refund, Message::new("statement.order_refund")),
        ("order_earned", _) => (LineKind::Earning, Message::new("statement.order_earned")),
        ("refund", Some((_, name))) => (LineKind::Refund, Message::new("statement.refund").with("name", name)),
        ("refund", None) => (LineKind::Refund, Message::new("statement.refund_order")),
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
        State::Settled => TopUpState::Settled,
        State::Declined => TopUpState::Declined,
    };
    TopUpPage {
        id: top_up.id.uuid(),
        state,
        amount: amount(top_up.amount),
        at: top_up.created_at.timestamp(),
        available: amount(available),
        pay_url: top_up.pay_url.clone().filter(|_| state == TopUpState::Pending),
        next,
    }
}
