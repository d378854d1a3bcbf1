//! What is known about something that is disputed, put together by itself and kept as it was then: who was connected when
//! and what was charged for it, what more time was asked for, what the two wrote, what happened to the order, what they
//! accepted, and when they signed in.

use crate::{
    app::refunds::Charged,
    domain::{
        call::{self, bill, extension::State},
        ids::{BookingId, CallId, UserId},
        refund::Subject,
        time::{Moment, Span},
    },
    error::Result,
    store::{
        TenantTx, bookings, call_events,
        call_guests::{self, Guest},
        calls,
        conversations::{self, What},
        declarations, extensions, recordings, refunds, sessions,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;
/// Messages up to so long before the end belong to it.
const MESSAGES_MS: i64 = 30 * DAY_MS;
/// Sign-ins up to so long before the end belong to it.
const SIGN_INS_MS: i64 = 30 * DAY_MS;
/// Most messages, the newest.
const MOST_MESSAGES: i64 = 200;
/// Most sign-ins of each, the newest.
const MOST_SIGN_INS: i64 = 50;

/// Most questions for more time, the newest.
const MOST_EXTENSIONS: i64 = 50;

/// Everything about it, for staff.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn collect(tx: &mut TenantTx<'_>, charged: &Charged) -> Result<Value> {
    let order = match charged.subject {
        Subject::Order(order) => Some(of_order(tx, order)?),
        Subject::Call(_) => None,
    };
    let call = charged.call.map(|call| of_call(tx, call)).transpose()?;
    let recordings = charged.call.map(|call| of_recordings(tx, call)).transpose()?;
    let extensions = charged.call.map(|call| of_extensions(tx, call)).transpose()?;
    let given = refunds::of(tx, charged.subject)?;
    let refunds: Vec<Value> = given
        .iter()
        .map(|refund| json!({"at": refund.at.0, "minor": refund.amount.minor, "by": refund.given_by.name(), "reason": refund.reason}))
        .collect();
    let (mut accepted, mut sign_ins) = (Vec::new(), Vec::new());
    for (role, person) in [("buyer", charged.buyer.id), ("seller", charged.seller.id)] {
        accepted.extend(of_declarations(tx, role, person)?);
        sign_ins.extend(of_sign_ins(tx, role, person, charged.ended_at)?);
    }
    Ok(json!({
        "buyer_id": charged.buyer.id,
        "seller_id": charged.seller.id,
        "currency": charged.currency.code(),
        "paid_minor": charged.charge.paid_minor,
        "commission_minor": charged.charge.commission_minor,
        "ended_at": charged.ended_at.0,
        "call": call,
        "order": order,
        "extensions": extensions,
        "recordings": recordings,
        "messages": of_messages(tx, charged)?,
        "refunds": refunds,
        "accepted": accepted,
        "sign_ins": sign_ins,
    }))
}

/// The record that the bill is made of.
fn of_call(tx: &mut TenantTx<'_>, id: CallId) -> Result<Value> {
    let stored = calls::find(tx, id)?;
    let entries = call_events::events(tx, id)?;
    let session = call::replay(stored.rang_at, stored.terms.clone(), stored.opening_minor, &entries);
    let record = bill::bill(&session);
    let spans = |spans: &[Span]| -> Vec<[i64; 2]> { spans.iter().map(|span| [span.from.0, span.to.0]).collect() };
    Ok(json!({
        "id": id,
        "rang_at": stored.rang_at.0,
        "ended_at": stored.ended.map(|ended| ended.at.0),
        "end_reason": stored.ended.map(|ended| ended.reason),
        "rate_minor": stored.terms.rate_minor,
        "buyer_present": spans(&record.payer_present),
        "seller_present": spans(&record.seller_present),
        "billed": spans(&record.billed),
        "billable_ms": record.billable_ms,
        "charged_s": record.charged_s,
        "charged_minor": record.charged_minor,
    }))
}

/// More time that the seller asked for in it, and what the buyer said and paid.
fn of_extensions(tx: &mut TenantTx<'_>, call: CallId) -> Result<Vec<Value>> {
    let asked = extensions::of_call(tx, call, MOST_EXTENSIONS)?;
    let told = asked.into_iter().rev().map(|asked| {
        let state = asked.extension.state;
        let is_paid = state == State::Paid;
        json!({
            "minutes": asked.extension.minutes,
            "price_minor": asked.price().minor,
            "asked_by": "seller",
            "asked_at": asked.asked_at.0,
            "agreed_by": asked.agreed_at.map(|_| "buyer"),
            "agreed_at": asked.agreed_at.map(|at| at.0),
            "paid_minor": if is_paid { asked.price().minor } else { 0 },
            "state": state.name(),
            "since": asked.extension.since.0,
        })
    });
    Ok(told.collect())
}

/// What was recorded of it, and who agreed to which words.
fn of_recordings(tx: &mut TenantTx<'_>, call: CallId) -> Result<Value> {
    let made = recordings::of_calls(tx, &[call])?;
    let made: Vec<Value> = made
        .iter()
        .map(|made| {
            json!({
                "id": made.id,
                "state": made.state.name(),
                "began_at": made.began_at.map(|at| at.0),
                "ended_at": made.ended_at.map(|at| at.0),
                "ending": made.ending.map(|ending| ending.name()),
            })
        })
        .collect();
    let stored = calls::find(tx, call)?;
    let came = call_guests::who_came(tx, call)?;
    let role = |person: Uuid| match UserId::from_uuid(person) {
        person if person == stored.buyer.id => "buyer",
        person if person == stored.seller.id => "seller",
        person => guest_role(&came, person),
    };
    let consents: Vec<Value> = recordings::consents(tx, call)?
        .iter()
        .map(|answered| {
            json!({
                "who": role(answered.person_id),
                "recording": answered.recording_id,
                "answer": answered.answer,
                "version": answered.text_version,
                "text": answered.text,
                "at": answered.at.0.0,
            })
        })
        .collect();
    Ok(json!({ "made": made, "consents": consents }))
}

/// As what a third person was there.
fn guest_role(came: &[Guest], person: UserId) -> &'static str {
    let of = |guest: &&Guest| guest.person.as_ref().is_some_and(|party| party.id == person);
    came.iter().find(of).map_or("guest", |guest| guest.role.name())
}

fn of_order(tx: &mut TenantTx<'_>, id: BookingId) -> Result<Value> {
    let order = bookings::find(tx, id)?;
    let history = bookings::history(tx, id)?;
    let history: Vec<Value> = history
        .iter()
        .map(|happened| json!({"at": happened.at.0, "event": happened.event}))
        .collect();
    Ok(json!({
        "id": id,
        "ordered_at": order.ordered_at.0,
        "price_minor": order.booking.terms().price_minor,
        "brief": order.brief,
        "delivered": order.delivered,
        "history": history,
    }))
}

fn of_messages(tx: &mut TenantTx<'_>, charged: &Charged) -> Result<Vec<Value>> {
    let Some(conversation) = conversations::between(tx, charged.buyer.id, charged.seller.id)? else {
        return Ok(Vec::new());
    };
    let since = charged.ended_at + -MESSAGES_MS;
    let found = conversations::messages(tx, (conversation, None), 0, MOST_MESSAGES)?;
    let role = |sender: UserId| match sender {
        sender if sender == charged.buyer.id => "buyer",
        sender if sender == charged.seller.id => "seller",
        _ => "guest",
    };
    let said = found.into_iter().rev().filter(|message| message.at >= since);
    Ok(said
        .filter_map(|message| {
            let (sender, text) = match message.what {
                What::Chat { sender, text } => (sender, text),
                What::File { sender, file } => (sender, file.name),
                What::Suggestion { sender, title, .. } => (sender, title),
                What::Call { .. } => return None,
            };
            let (at, name) = (message.at.0, message.guest);
            Some(json!({"at": at, "from": role(sender), "name": name, "text": text}))
        })
        .collect())
}

fn of_declarations(tx: &mut TenantTx<'_>, role: &str, person: UserId) -> Result<Vec<Value>> {
    let made = declarations::of(tx, person)?;
    Ok(made
        .into_iter()
        .map(|made| json!({"who": role, "what": made.kind, "version": made.version, "at": made.at.0}))
        .collect())
}

fn of_sign_ins(tx: &mut TenantTx<'_>, role: &str, person: UserId, ended_at: Moment) -> Result<Vec<Value>> {
    let found = sessions::begun_since(tx, person, ended_at + -SIGN_INS_MS, MOST_SIGN_INS)?;
    Ok(found
        .into_iter()
        .map(|(at, device)| json!({"who": role, "at": at.0, "device": device}))
        .collect())
}
