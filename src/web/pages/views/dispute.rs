//! Claiming back what was paid.

use super::{Amount, Field, Message, Person};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/calls/{id}/dispute` and `/conferences/{id}/dispute`. Posts `minutes` or `amount` and `reason`.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimPage {
    /// Where the form goes.
    pub path: String,
    /// The bill or the order.
    pub back_url: String,
    /// From whom.
    pub other: Person,
    /// What was paid for.
    pub title: String,
    /// What can be claimed.
    pub left: Amount,
    /// Of how many minutes, if it was paid by time.
    pub left_min: i64,
    /// Price of a minute.
    pub rate: Amount,
    /// So many days the seller has to answer.
    pub answer_days: i64,
    /// Minutes, as typed.
    pub minutes: Field,
    /// An amount, as typed.
    pub amount: Field,
    /// Why, as typed.
    pub reason: Field,
    /// Why it can't be opened.
    pub error: Option<Message>,
}

/// `/disputes/{id}`. Posts `action`: `answer` with `answer`, `agree`, `withdraw`.
#[derive(Clone, Debug, Serialize)]
pub struct DisputePage {
    /// The dispute.
    pub id: Uuid,
    /// The bill or the order.
    pub back_url: String,
    /// The other person.
    pub other: Person,
    /// The reader wants the money back.
    pub is_buyer: bool,
    /// `open`, `answered`, `decided`, `refused` (nothing went back) or `withdrawn`.
    pub state: &'static str,
    /// How much is claimed.
    pub asked: Amount,
    /// What the seller does without meanwhile; none when it is over.
    pub held: Option<Amount>,
    /// What goes back, when it is decided.
    pub refunded: Option<Amount>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Until when the seller can answer.
    pub answer_by: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// Why, in the buyer's words.
    pub reason: String,
    /// What the seller says.
    pub said: String,
    /// Why it was decided so.
    pub decision: String,
    /// The reader can answer.
    pub can_answer: bool,
    /// The answer, as typed.
    pub answer: Field,
    /// Why the last try failed.
    pub error: Option<Message>,
}

/// On a bill or an order: the dispute about it.
#[derive(Clone, Debug, Serialize)]
pub struct DisputeLink {
    /// Its page.
    pub url: String,
    /// As [`DisputePage::state`].
    pub state: &'static str,
}
