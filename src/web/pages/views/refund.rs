//! What went back of what was paid, and giving it back.

use super::{Amount, Field, Message, Person};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// Something that went back.
#[derive(Clone, Debug, Serialize)]
pub struct RefundRow {
    /// When.
    pub at: Timestamp,
    /// What it changed for the reader: what the buyer got, what the seller does without.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// `seller`, `staff` or `dispute`.
    pub given_by: &'static str,
}

/// `/calls/{id}/refund` and `/conferences/{id}/refund`. Posts `id`, `minutes` or `amount`, `reason` and `action`: `preview`,
/// which shows what it does, then `confirm`, which does it, or `change`.
#[derive(Clone, Debug, Serialize)]
pub struct RefundPage {
    /// Made with the form: sent twice, it is given once.
    pub id: Uuid,
    /// Where the form goes.
    pub path: String,
    /// The bill or the order.
    pub back_url: String,
    /// Who gets it.
    pub other: Person,
    /// What was paid for.
    pub title: String,
    /// What was paid.
    pub paid: Amount,
    /// What went back so far; none if nothing did.
    pub refunded: Option<Amount>,
    /// What can be given back.
    pub left: Amount,
    /// Of how many minutes, if it was paid by time.
    pub left_min: i64,
    /// Price of a minute.
    pub rate: Amount,
    /// Minutes, as typed.
    pub minutes: Field,
    /// An amount, as typed.
    pub amount: Field,
    /// Why, as typed.
    pub reason: Field,
    /// What it does.
    pub preview: Option<RefundPreview>,
    /// Why nothing can be given back.
    pub error: Option<Message>,
}

/// What giving back takes from whom.
#[derive(Clone, Debug, Serialize)]
pub struct RefundPreview {
    /// What the buyer gets.
    pub buyer: Amount,
    /// What of it is taken from the seller's earnings.
    pub seller: Amount,
    /// What of it those give back with whom the seller shared it, if they do.
    pub others: Option<Amount>,
    /// What of it the tenant gives back of its share.
    pub tenant: Amount,
    /// What is left to be given back afterwards.
    pub left: Amount,
}
