//! `/calls/{id}/bill`: the explained bill, and the rating below it.

use super::{
    calls::{other, outcome, side},
    dispute, documents,
    flash::flash,
    lead_to, no_body, problem, refund, render, render_as, tip,
    views::{
        Amount, BillBlock, BillBlockKind, BillLine, BillPage, ConnectionRow, FaultChoice, FeedbackForm, Field,
        GivenRow, Increment, LegRow, Message, Person, RatingForm, RecordingRow, SellerShare, Side, SpanKind, Strip,
        TipRow,
    },
};
use crate::{
    app::{
        calls::{self, CallBill},
        identity::Viewer,
        legs, recordings, reviews,
        shares::Given,
    },
    domain::{
        call::{CallRole, Quality, bill::Line},
        ids::CallId,
        policy, pricing,
        recording::Ending,
        refund::Subject,
        report::TechnicalFault,
        time::{Moment, Span},
    },
    error::Error,
    store::{
        calls::{Call, Ended},
        recordings::{State, Stored},
        tips::Tip,
    },
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(rate).service(feedback).service(mail_chat);
}

/// The bill.
#[get("/calls/{id}/bill")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let view = load(&web, &site, &viewer, CallId::from_uuid(*id)).await?;
    render(&site, Some(&viewer), &view)
}

/// Mails what was said in the call to the reader.
#[post("/calls/{id}/chat/mail")]
async fn mail_chat(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let mailed = calls::mail_chat(&web.app, &viewer, CallId::from_uuid(*id), site.origin()).await;
    let (tone, key) = match mailed {
        Ok(()) => (Tone::Success, "bill.chat_mailed"),
        Err(refused) if refused.code() == "nothing_said" => (Tone::Info, "bill.chat_empty"),
        Err(refused) if refused.code() == "mailed_often" => (Tone::Warning, "bill.chat_often"),
        Err(refused) => return Err(refused.into()),
    };
    Ok(lead_to(&format!("/calls/{id}/bill"), [flash(tone, key)]))
}

#[derive(Deserialize)]
struct Rated {
    #[serde(default)]
    stars: String,
    #[serde(default)]
    text: String,
}

/// Rates the call.
#[post("/calls/{id}/bill")]
async fn rate(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Rated>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let stars = typed.stars.parse().unwrap_or(0);
    let Err(error) = reviews::rate(&web.app, &viewer, id, stars, &typed.text).await else {
        return Ok(no_body(&format!("/calls/{id}/bill")));
    };
    let (field, wrong) = problem(error)?;
    let mut view = load(&web, &site, &viewer, id).await?;
    let mut form = RatingForm {
        stars: Field::of(typed.stars),
        text: Field::of(typed.text),
        done: false,
    };
    if field == "text" {
        form.text = form.text.wrong(wrong);
    } else {
        form.stars = form.stars.wrong(wrong);
    }
    view.rating = Some(form);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    thumb: String,
    #[serde(default)]
    words: String,
    #[serde(flatten)]
    ticked: HashMap<String, String>,
}

/// Says how picture and sound were.
#[post("/calls/{id}/feedback")]
async fn feedback(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Said>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let is_ticked = |fault: &TechnicalFault| typed.ticked.contains_key(&format!("faults.{}", fault.name()));
    let faults: Vec<_> = TechnicalFault::ALL.into_iter().filter(is_ticked).collect();
    let said = match (typed.thumb.as_str(), faults.is_empty()) {
        ("up", _) => calls::say_how(&web.app, &viewer, id, Vec::new(), &typed.words).await,
        ("down", false) => calls::say_how(&web.app, &viewer, id, faults.clone(), &typed.words).await,
        ("down", true) => Err(Error::field("thumb", "Choose what went wrong.")),
        _ => Err(Error::field("thumb", "Choose thumbs up or down.")),
    };
    let Err(error) = said else {
        let back = format!("/calls/{id}/bill#technical");
        return Ok(lead_to(&back, [flash(Tone::Success, "technical.saved")]));
    };
    let (field, wrong) = problem(error)?;
    let mut view = load(&web, &site, &viewer, id).await?;
    let mut form = feedback_form(&typed.thumb, &faults, &typed.words);
    let field = if field == "text" {
        &mut form.text
    } else {
        &mut form.thumb
    };
    field.error = Some(wrong);
    view.feedback = Some(form);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

fn feedback_form(thumb: &str, chosen: &[TechnicalFault], text: &str) -> FeedbackForm {
    let choice = |fault: TechnicalFault| FaultChoice {
        name: fault.name(),
        chosen: chosen.contains(&fault),
    };
    FeedbackForm {
        thumb: Field::of(thumb),
        faults: TechnicalFault::ALL.map(choice).into(),
        text: Field::of(text),
    }
}

async fn load(web: &Web, site: &Site, viewer: &Viewer, id: CallId) -> Result<BillPage> {
    let bill = calls::bill(&web.app, &site.scope, viewer.user.id, id).await?;
    let mut view = page(&bill, viewer);
    let subject = bill.call.booking.map_or(Subject::Call(id), Subject::Order);
    view.invoice_url = documents::invoice_url(web, viewer, subject).await?;
    let links = dispute::links(web, viewer, subject).await?;
    (view.dispute, view.dispute_url, view.refund_url) = (links.dispute, links.dispute_url, links.refund_url);
    if bill.bill.billable_ms > 0 {
        view.rating = Some(rating(web, site, &bill).await?);
    }
    view.connections = connections(web, site, &bill).await?;
    let reader = viewer.user.id;
    let own = legs::of_call(&web.app, &site.scope, id, reader).await?;
    view.legs = own.iter().map(|leg| leg_row(leg, side(leg, reader))).collect();
    let mut others = legs::others(&web.app, &site.scope, vec![bill.call.clone()]).await?;
    view.in_call_with = others.remove(&id).map(|other| other.name);
    let seen = recordings::of_call(&web.app, &site.scope, viewer.user.id, id).await?;
    view.recordings = seen
        .recordings
        .iter()
        .map(|stored| recording(stored, seen.may_watch))
        .collect();
    let (said, open) = calls::feedback(&web.app, viewer, id).await?;
    view.feedback = open.then(|| match said {
        Some(said) => feedback_form(if said.is_good() { "up" } else { "down" }, &said.faults, &said.text),
        None => feedback_form("", &[], ""),
    });
    Ok(view)
}

fn leg_row(leg: &Call, side: Side) -> LegRow {
    let moved = |ended: Ended| match side {
        Side::Buyer => ended.charged_minor,
        Side::Seller => ended.charged_minor - ended.commission_minor,
    };
    LegRow {
        id: leg.id.uuid(),
        name: other(leg, side).to_owned(),
        side,
        outcome: leg.ended.map(|ended| outcome(ended.reason)),
        seconds: leg.ended.map_or(0, |ended| ended.billable_ms / 1_000),
        amount: Amount::new(leg.ended.map_or(0, moved), leg.currency.code()),
    }
}

fn recording(stored: &Stored, may_watch: bool) -> RecordingRow {
    RecordingRow {
        id: stored.id.uuid(),
        state: match stored.state {
            State::Composing | State::Ready | State::Failed if !may_watch => "staff",
            state => state.name(),
        },
        note: match stored.ending {
            Some(Ending::DiskFull) => Some("disk_full"),
            Some(Ending::Failed) => Some("broken"),
            Some(Ending::Withdrawn) => Some("withdrawn"),
            _ => None,
        },
        percent: stored.progress,
        seconds: stored.length_ms / 1_000,
        until: stored.retained_until.map(Moment::timestamp),
    }
}

async fn rating(web: &Web, site: &Site, bill: &CallBill) -> Result<RatingForm> {
    Ok(
        match reviews::of_call(&web.app, &site.scope, bill.call.id, bill.role).await? {
            Some(review) => RatingForm {
                stars: Field::of(review.stars.to_string()),
                text: Field::of(review.text),
                done: true,
            },
            None => RatingForm::default(),
        },
    )
}

fn page(bill: &CallBill, viewer: &Viewer) -> BillPage {
    let (call, record) = (&bill.call, &bill.bill);
    let side = side(call, viewer.user.id);
    let amount = |minor| Amount::new(minor, call.currency.code());
    let ended_at = call.ended.map_or(call.rang_at, |ended| ended.at);
    BillPage {
        id: call.id.uuid(),
        other: Person::new(other(call, side).to_owned(), None),
        other_id: match side {
            Side::Buyer => call.seller.id.uuid(),
            Side::Seller => call.buyer.id.uuid(),
        },
        other_url: (side == Side::Buyer).then(|| format!("/sellers/{}", call.seller.id)),
        side,
        service_title: call.service_title.clone(),
        started_at: record.billed.first().map(|span| span.from.timestamp()),
        ended_at: ended_at.timestamp(),
        outcome: call
            .ended
            .map_or(super::views::Outcome::Cancelled, |ended| outcome(ended.reason)),
        settling: false,
        rate: amount(call.terms.rate_minor),
        increment: increment(call.terms.policy.increment),
        billable_seconds: record.billable_ms / 1_000,
        charged_seconds: record.charged_s,
        total: amount(bill.total_minor()),
        lines: bill_lines(bill),
        tax_within: tax_within(bill).map(amount),
        blocks: blocks(bill),
        strip: strip(bill),
        share: (side == Side::Seller).then(|| SellerShare {
            earned: amount(bill.seller_minor()),
            commission: amount(bill.tenant_minor()),
            tax: Some(bill.tax_minor()).filter(|tax| *tax > 0).map(amount),
        }),
        connections: Vec::new(),
        refunds: refund::rows(&bill.refunds, bill.role),
        given: bill.given.iter().map(|given| given_row(given, amount)).collect(),
        tips: bill.tips.iter().map(|tip| tip_row(tip, side)).collect(),
        legs: Vec::new(),
        in_call_with: None,
        tip_url: (side == Side::Buyer).then(|| tip::url(call.seller.id, Some(call.id))),
        net: amount(match side {
            Side::Buyer => bill.total_minor() - bill.refunded_minor(),
            Side::Seller => bill.seller_minor() + bill.refunded_minor() - bill.given_minor(),
        }),
        invoice_url: None,
        dispute: None,
        dispute_url: None,
        refund_url: None,
        order_url: call.booking.map(|order| format!("/conferences/{order}")),
        rating: None,
        feedback: None,
        recordings: Vec::new(),
    }
}

async fn connections(web: &Web, site: &Site, bill: &CallBill) -> Result<Vec<ConnectionRow>> {
    let [buyer, seller] = calls::quality(&web.app, &site.scope, bill.call.id).await?;
    let (own, other) = match bill.role {
        CallRole::Buyer => (buyer, seller),
        CallRole::Seller => (seller, buyer),
    };
    let rows = [(true, own), (false, other)];
    Ok(rows
        .into_iter()
        .filter_map(|(own, quality)| connection(own, &quality?))
        .collect())
}

/// The three shares make a hundred.
fn connection(own: bool, quality: &Quality) -> Option<ConnectionRow> {
    let all = quality.good_ms + quality.fair_ms + quality.poor_ms;
    let share = |ms: i64| (100 * ms + all / 2).checked_div(all);
    let (good, poor) = (share(quality.good_ms)?, share(quality.poor_ms)?);
    Some(ConnectionRow {
        own,
        good,
        fair: 100 - good - poor,
        poor,
        sound_only_seconds: quality.sound_only_ms / 1_000,
    })
}

fn given_row(given: &Given, amount: impl Fn(i64) -> Amount) -> GivenRow {
    GivenRow {
        text: Message::new(format!("bill.given.{}", given.kind.name())).with("name", given.name.clone()),
        amount: amount(given.minor),
    }
}

fn tip_row(tip: &Tip, side: Side) -> TipRow {
    let amount = |minor| Amount::new(minor, tip.amount.currency.code());
    TipRow {
        at: tip.at.timestamp(),
        amount: amount(tip.amount.minor),
        commission: amount(match side {
            Side::Buyer => 0,
            Side::Seller => tip.commission_minor,
        }),
    }
}

pub(super) fn increment(increment: policy::Increment) -> Increment {
    match increment {
        policy::Increment::Second => Increment::Second,
        policy::Increment::Minute => Increment::Minute,
        policy::Increment::Block { seconds } => Increment::Block { seconds },
    }
}

/// How the sum comes about: what was free, what was talked, what the minimum adds.
pub fn bill_lines(bill: &CallBill) -> Vec<BillLine> {
    let (record, terms) = (&bill.bill, &bill.call.terms);
    let amount = |minor| Amount::new(minor, bill.call.currency.code());
    let used_s = record.charged_s - record.minimum_s;
    let (unit, key) = match terms.policy.increment {
        policy::Increment::Second => (1, "bill.seconds"),
        policy::Increment::Minute => (60, "bill.minutes"),
        policy::Increment::Block { seconds } => (i64::from(seconds.max(1)), "bill.blocks_of"),
    };
    let used_minor = pricing::time_price_minor(terms.rate_minor, used_s);
    let mut lines = Vec::new();
    if record.grace_ms > 0 {
        let text = Message::new("bill.grace");
        lines.push(BillLine {
            text,
            seconds: record.grace_ms / 1_000,
            amount: amount(0),
        });
    }
    if used_s > 0 {
        let text = Message::new(key)
            .with("count", used_s / unit)
            .with("length", unit)
            .with("rate", amount(terms.rate_minor));
        lines.push(BillLine {
            text,
            seconds: used_s,
            amount: amount(used_minor),
        });
    }
    if record.minimum_s > 0 {
        let text = Message::new("bill.minimum").with("length", record.charged_s);
        lines.push(BillLine {
            text,
            seconds: record.minimum_s,
            amount: amount(record.charged_minor - used_minor),
        });
    }
    let addons_minor: i64 = bill.addons.iter().map(|addon| addon.price_minor).sum();
    let not_used_minor = bill.beyond_minor() - addons_minor;
    if not_used_minor < 0 && bill.beyond_minor() > 0 {
        // The seller ended it: of what was ordered besides only a part is due.
        lines.push(BillLine {
            text: Message::new("bill.addons_part"),
            seconds: 0,
            amount: amount(bill.beyond_minor()),
        });
    } else if not_used_minor >= 0 {
        let addons = bill.addons.iter().map(|addon| BillLine {
            text: Message::new("bill.addon").with("title", addon.title.clone()),
            seconds: 0,
            amount: amount(addon.price_minor),
        });
        lines.extend(addons);
    }
    if not_used_minor > 0 {
        lines.push(BillLine {
            text: Message::new("bill.not_used"),
            seconds: bill.prepaid_s.map_or(0, |prepaid_s| prepaid_s - record.charged_s),
            amount: amount(not_used_minor),
        });
    }
    let due = bill.due.unwrap_or_default();
    for (key, minor) in [("bill.fee", due.fee_minor()), ("bill.tax", due.tax_on_top_minor())] {
        if minor > 0 {
            lines.push(BillLine {
                text: Message::new(key),
                seconds: 0,
                amount: amount(minor),
            });
        }
    }
    lines
}

/// The tax that is in the prices of the lines.
fn tax_within(bill: &CallBill) -> Option<i64> {
    let on_top = bill.due.map_or(0, |due| due.tax_on_top_minor());
    Some(bill.tax_minor() - on_top).filter(|minor| *minor > 0)
}

/// Every block with its place in time; time that only the minimum adds follows the last instant.
fn blocks(bill: &CallBill) -> Vec<BillBlock> {
    let record = &bill.bill;
    let Some(last) = record.billed.last().map(|span| span.to) else {
        return Vec::new();
    };
    let amount = |minor| Amount::new(minor, bill.call.currency.code());
    let ends = record
        .lines
        .iter()
        .skip(1)
        .map(|line| line.started_at.unwrap_or(last))
        .chain([last]);
    let block = |(number, (line, end)): (u32, (&Line, Moment))| BillBlock {
        number,
        kind: if line.started_at.is_some() {
            BillBlockKind::Charged
        } else {
            BillBlockKind::Minimum
        },
        from: line.started_at.unwrap_or(last).timestamp(),
        to: end.timestamp(),
        seconds: line.to_s - line.from_s,
        amount: amount(line.amount_minor),
    };
    (1..).zip(record.lines.iter().zip(ends)).map(block).collect()
}

fn strip(bill: &CallBill) -> Option<Strip> {
    let record = &bill.bill;
    let all = || record.seller_present.iter().chain(&record.payer_present);
    let from = all().map(|span| span.from).min()?;
    let to = all().map(|span| span.to).max()?;
    let pair = |span: &Span| (span.from.timestamp(), span.to.timestamp());
    let (buyer, seller): (Vec<_>, Vec<_>) = (
        record.payer_present.iter().map(pair).collect(),
        record.seller_present.iter().map(pair).collect(),
    );
    Some(Strip::new(
        from.timestamp(),
        to.timestamp(),
        &buyer,
        &seller,
        &charged(record.grace_ms, &record.billed),
    ))
}

/// Billed stretches, the first `grace_ms` of them free.
fn charged(grace_ms: i64, billed: &[Span]) -> Vec<(SpanKind, Timestamp, Timestamp)> {
    let mut free = grace_ms;
    let mut spans = Vec::new();
    for span in billed {
        let edge = span.from + free.min(span.ms());
        free -= edge - span.from;
        for (kind, from, to) in [(SpanKind::Grace, span.from, edge), (SpanKind::Charged, edge, span.to)] {
            if from < to {
                spans.push((kind, from.timestamp(), to.timestamp()));
            }
        }
    }
    spans
}
