//! What a mail about an order says besides what happened: the time on the other one's clock, until when something is to be
//! done, and what becomes of the money.

use super::{
    pages::views::Message,
    theme::{PageContext, Theme},
};
use crate::{
    domain::time::{Moment, Zone},
    store::users::User,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Whether what happened changes what stands in people's calendars.
pub(super) fn is_for_calendars(what: &str) -> bool {
    matches!(
        what,
        "booked" | "moved" | "cancelled" | "cancelled_own" | "missed" | "missed_own" | "missed_other"
    )
}

/// What the button to the order's page says.
pub(super) fn button(params: &Map<String, Value>) -> &'static str {
    match params.get("what").and_then(Value::as_str) {
        Some("ordered" | "taken_on" | "delivered" | "confirmed" | "confirmed_by_time" | "not_delivered") => {
            "mails.booking.button_order"
        }
        _ => "mails.booking.button",
    }
}

/// The lines, from what was known when it happened; `other` is whom the reader has to do with.
pub(super) fn facts(theme: &Theme, page: &PageContext, params: &Map<String, Value>, other: &User) -> Vec<Message> {
    let text = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default();
    let what = text("what");
    let fact = |key: &str, names: &[&str]| {
        let values = names.iter().map(|name| Some((*name, params.get(*name)?.clone())));
        let values = values.collect::<Option<Vec<_>>>()?;
        let message = Message::new(format!("mails.booking.{key}")).with("name", other.name.clone());
        Some(
            values
                .into_iter()
                .fold(message, |message, (name, value)| message.with(name, value)),
        )
    };
    let mut facts = Vec::new();
    if is_over(what) {
        facts.extend(fact("was", &["at"]));
    }
    if is_over(what) || speaks_of_a_time(what) {
        facts.extend(there(theme, page, text("at"), other));
    }
    facts.extend(fact("kept", &["kept"]));
    if waits(what) {
        facts.extend(fact(&format!("until.{what}"), &["until", "price"]));
    }
    let is_some = |name: &str| params.get(name).and_then(|money| money["minor"].as_i64()) > Some(0);
    let role = text("role");
    if is_some("refund") {
        facts.extend(fact(&format!("refund.{role}"), &["refund"]));
    }
    // Buyers have paid for what they got: only what they didn't get needs a word.
    if is_some("due") && (role == "seller" || is_over(what)) {
        facts.extend(fact(&format!("due.{role}"), &["due"]));
    }
    facts
}

/// The sentence itself names the time.
fn speaks_of_a_time(what: &str) -> bool {
    matches!(what, "asked" | "proposed" | "accepted" | "booked" | "moved" | "soon")
}

/// There was a time, which comes to nothing.
fn is_over(what: &str) -> bool {
    matches!(
        what,
        "declined" | "cancelled" | "cancelled_own" | "expired" | "not_paid" | "missed" | "missed_own" | "missed_other"
    )
}

/// The reader is to do something, or waits for the other one.
fn waits(what: &str) -> bool {
    matches!(
        what,
        "asked" | "asked_at_once" | "proposed" | "accepted" | "ordered" | "taken_on" | "delivered"
    )
}

/// The same time on the other one's clock, if that shows another.
fn there(theme: &Theme, page: &PageContext, at: &str, other: &User) -> Option<Message> {
    let instant: Timestamp = at.parse().ok()?;
    let (own, theirs) = (Zone::named(&page.zone)?, Zone::named(&other.time_zone)?);
    if !own.differs_at(&theirs, Moment(instant.as_millisecond())) {
        return None;
    }
    let params = [("at".to_owned(), at.into())].into_iter().collect();
    let there = theme.say(&page.lang, "mails.booking.at", &params, &other.time_zone)?;
    Some(
        Message::new("mails.booking.there")
            .with("name", other.name.clone())
            .with("at", there),
    )
}
