//! `/sell/earnings`: what was earned, and being paid out.

use super::{
    check,
    flash::flash,
    lead_to, no_body, no_such_form, problem, render, render_as, start, typed,
    views::{Amount, EarningsPage, Field, LineKind, Message, MethodForm, PayoutRow, ShownMethod, StatementLine},
};
use crate::{
    app::{
        identity::{self, Viewer},
        payouts::{self, Shown},
    },
    domain::{ids::PayoutId, money::Money, payout::State, payout_method::TypedDestination},
    error::{Error, Kind},
    store::{earnings::Line, payouts::Payout},
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use serde::Deserialize;

const PATH: &str = "/sell/earnings";
const KINDS: [&str; 4] = ["iban", "account", "payoneer", STRIPE];
const STRIPE: &str = "stripe";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    page: u32,
    method: Option<String>,
}

#[get("/sell/earnings")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<HttpResponse> {
    let mut view = match page(&web, &site, &viewer, wanted.page).await {
        Ok(view) => view,
        // Who earns nothing here is told how to begin.
        Err(error) if matches!(error.0.kind, Kind::NotFound) => return Ok(no_body(start::PATH)),
        Err(error) => return Err(error),
    };
    let known = |kind: &String| view.kinds.contains(&kind.as_str());
    view.form = wanted.method.filter(known).map(|kind| MethodForm {
        code: view.code.clone(),
        kind,
        ..MethodForm::default()
    });
    render(&site, Some(&viewer), &view)
}

/// One of the page's forms, as typed.
#[derive(Deserialize)]
struct Typed {
    action: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    method_code: String,
    #[serde(flatten)]
    method: TypedDestination,
}

#[post("/sell/earnings")]
async fn change(web: Data<Web>, site: Site, mut viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let (done, error) = match typed.action.as_str() {
        "request" => ("earnings.requested", request(&web, &site, &mut viewer, &typed).await),
        "cancel" => ("earnings.cancelled", cancel(&web, &viewer, &typed).await),
        "method" => ("done.saved", set_method(&web, &site, &mut viewer, &typed).await),
        _ => return Err(no_such_form().into()),
    };
    let Err(error) = error else {
        return Ok(lead_to(PATH, [flash(Tone::Success, done)]));
    };
    if let Some(way) = check::way(&error) {
        return Ok(way);
    }
    let mut view = page(&web, &site, &viewer, 1).await?;
    if let Kind::Conflict { .. } = error.kind {
        view.error = Some(Message::new(error.public));
        return render_as(StatusCode::CONFLICT, &site, Some(&viewer), &view);
    }
    let (field, wrong) = problem(error)?;
    match typed.action.as_str() {
        "method" => {
            let form = retyped(typed.method, view.code.clone(), field, wrong);
            view.form = Some(form);
        }
        _ if field == "code" => {
            view.amount = Field::of(typed.amount);
            view.code = Some(Field::default().wrong(wrong));
        }
        // Without a form there is no field to say it beside.
        _ if view.not.is_some() => view.error = Some(wrong),
        _ => view.amount = Field::of(typed.amount).wrong(wrong),
    }
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// Takes the code that was typed, if one is asked for: whoever only has somebody's session can't move their money.
async fn vouch(web: &Web, site: &Site, viewer: &mut Viewer, code: &str) -> crate::error::Result<()> {
    if viewer.is_fresh_if_on(web.app.now()).is_err() {
        *viewer = identity::step_up(&web.app, viewer, code.trim(), site.whence()).await?;
    }
    Ok(())
}

async fn set_method(web: &Web, site: &Site, viewer: &mut Viewer, typed: &Typed) -> crate::error::Result<()> {
    vouch(web, site, viewer, &typed.method_code).await?;
    payouts::set_method(&web.app, viewer, &typed.method).await
}

async fn request(web: &Web, site: &Site, viewer: &mut Viewer, typed: &Typed) -> crate::error::Result<()> {
    vouch(web, site, viewer, &typed.code).await?;
    let id = typed.id.parse().map_err(|_| Error::not_found())?;
    let amount_minor = match typed.amount.trim() {
        "" => None,
        text => Some(
            typed::minor(text, site.tenant.currency)
                .ok_or_else(|| Error::field("amount", "Write an amount like 25 or 25.50."))?,
        ),
    };
    payouts::request(&web.app, viewer, id, amount_minor).await?;
    Ok(())
}

async fn cancel(web: &Web, viewer: &Viewer, typed: &Typed) -> crate::error::Result<()> {
    let id: PayoutId = typed.id.parse().map_err(|_| Error::not_found())?;
    payouts::cancel(&web.app, viewer, id).await
}

/// The form as it was typed, with what is wrong beside its field.
fn retyped(typed: TypedDestination, code: Option<Field>, field: &str, wrong: Message) -> MethodForm {
    let mut form = MethodForm {
        code,
        kind: typed.kind,
        holder: Field::of(typed.holder),
        iban: Field::of(typed.iban),
        account: Field::of(typed.account),
        routing: Field::of(typed.routing),
        email: Field::of(typed.email),
    };
    let beside = match field {
        "iban" => &mut form.iban,
        "account" => &mut form.account,
        "routing" => &mut form.routing,
        "email" => &mut form.email,
        "code" => form.code.get_or_insert_default(),
        "kind" if form.kind == STRIPE => &mut form.account,
        _ => &mut form.holder,
    };
    beside.error = Some(wrong);
    form
}

async fn page(web: &Web, site: &Site, viewer: &Viewer, page: u32) -> Result<EarningsPage> {
    let currency = site.tenant.currency;
    let page = page.max(1);
    let shown = payouts::show(&web.app, viewer, currency, page).await?;
    let not = why_not(&shown);
    Ok(EarningsPage {
        available: amount(shown.standing.available),
        held: amount(shown.standing.held),
        next_at: shown.standing.next_at.map(|at| at.timestamp()),
        on_its_way: amount(shown.standing.on_its_way),
        paid: amount(shown.paid),
        hold_days: shown.rules.hold_days,
        minimum: amount(Money::new(shown.rules.least_minor, currency)),
        not,
        request_id: PayoutId::new().uuid(),
        amount: Field::default(),
        code: viewer.is_fresh_if_on(web.app.now()).is_err().then(Field::default),
        error: None,
        method: shown.method.map(|method| ShownMethod {
            kind: method.kind,
            shown: method.shown,
        }),
        kinds: KINDS
            .into_iter()
            .filter(|kind| *kind != STRIPE || shown.by_stripe)
            .collect(),
        form: None,
        payouts: shown.payouts.into_iter().map(row).collect(),
        lines: shown.lines.into_iter().map(line).collect(),
        older_url: shown.more.then(|| format!("{PATH}?page={}", page.saturating_add(1))),
    })
}

fn why_not(shown: &Shown) -> Option<&'static str> {
    let available = shown.standing.available.minor;
    [
        (shown.frozen, "frozen"),
        (shown.identity_missing, "identity"),
        (available < 0, "owes"),
        (shown.method.is_none(), "method"),
        (available < shown.rules.least_minor, "little"),
    ]
    .into_iter()
    .find_map(|(is_so, why)| is_so.then_some(why))
}

fn amount(money: Money) -> Amount {
    Amount::new(money.minor, money.currency.code())
}

fn row(payout: Payout) -> PayoutRow {
    PayoutRow {
        id: payout.id.uuid(),
        at: payout.requested_at.timestamp(),
        amount: amount(payout.amount),
        state: payout.state.name(),
        to: payout.shown,
        reason: payout.reason,
        open: payout.state == State::Requested,
    }
}

fn line(line: Line) -> StatementLine {
    let named = |key: &str, plain: &str| match &line.name {
        Some(name) => Message::new(key.to_owned()).with("name", name),
        None => Message::new(plain.to_owned()),
    };
    let (kind, text) = match line.kind.as_str() {
        "call_time" => (LineKind::Earning, named("statement.earning", "statement.other")),
        "commission" => (
            LineKind::Other,
            named("statement.commission", "statement.commission_plain"),
        ),
        "tip_commission" => (LineKind::Other, Message::new("statement.tip_commission")),
        "order_earned" => (
            LineKind::Earning,
            named("statement.order_from", "statement.order_earned"),
        ),
        "studio_share" | "studio_share_back" | "co_seller_share" | "co_seller_share_back" => {
            let is_in = line.amount.minor > 0;
            let kind = if is_in { LineKind::Earning } else { LineKind::Other };
            let way = if is_in { "in" } else { "out" };
            (
                kind,
                named(&format!("statement.{}.{way}", line.kind), "statement.share"),
            )
        }
        "tax_of_seller" => (LineKind::Other, Message::new("statement.tax")),
        "tip" => (LineKind::Earning, named("statement.tip_from", "statement.tip")),
        "refund" => (LineKind::Refund, named("statement.refund", "statement.refund_plain")),
        "payout_paid" => (LineKind::Other, Message::new("statement.payout")),
        _ => (LineKind::Other, Message::new("statement.other")),
    };
    let url = match (line.call, line.order) {
        (Some(call), _) => Some(format!("/calls/{call}/bill")),
        (None, Some(order)) => Some(format!("/conferences/{order}")),
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
