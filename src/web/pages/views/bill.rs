//! `/calls/{id}/bill`: the explained bill and the rating.

use super::{Amount, DisputeLink, Field, Increment, Message, Outcome, Person, RefundRow, Side, Strip};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/calls/{id}/bill`. The rating form posts `stars` and `text` to the same path.
#[derive(Clone, Debug, Serialize)]
pub struct BillPage {
    /// The call.
    pub id: Uuid,
    /// The other person.
    pub other: Person,
    /// Who that is.
    pub other_id: Uuid,
    /// Their page, when they are the seller.
    pub other_url: Option<String>,
    /// Which side the reader is.
    pub side: Side,
    /// What it was about.
    pub service_title: String,
    /// When both connected; none when they never did.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Price of a minute.
    pub rate: Amount,
    /// What was charged at once.
    pub increment: Increment,
    /// Time both were really there.
    pub billable_seconds: i64,
    /// Time that was charged (increments are charged whole).
    pub charged_seconds: i64,
    /// Charged in all.
    pub total: Amount,
    /// How the sum comes about, in a few lines.
    pub lines: Vec<BillLine>,
    /// The tax that is in the sum already.
    pub tax_within: Option<Amount>,
    /// Every increment.
    pub blocks: Vec<BillBlock>,
    /// Who was there when; none when nothing was metered.
    pub strip: Option<Strip>,
    /// Seller only: what of the total is theirs.
    pub share: Option<SellerShare>,
    /// The order that it was paid with, if it was.
    pub order_url: Option<String>,
    /// What went back of it, oldest first.
    pub refunds: Vec<RefundRow>,
    /// Seller only: what others have got of their part.
    pub given: Vec<GivenRow>,
    /// How good the connections were: the reader's and the other's; none where that isn't known.
    pub connections: Vec<ConnectionRow>,
    /// What was given on top, oldest first; no part of the sums.
    pub tips: Vec<TipRow>,
    /// Third persons of this call whom the reader paid, or by whom they were paid: each has a bill of its own.
    pub legs: Vec<LegRow>,
    /// Of a third person's leg, who else was in the call that it was in.
    pub in_call_with: Option<String>,
    /// Buyer only: where a tip is given.
    pub tip_url: Option<String>,
    /// What the reader paid or earned after that.
    pub net: Amount,
    /// Seller only: where something is given back, while anything is left.
    pub refund_url: Option<String>,
    /// Buyer only: its invoice to keep, once it is numbered.
    pub invoice_url: Option<String>,
    /// The dispute about it, if there is one.
    pub dispute: Option<DisputeLink>,
    /// Buyer only: where one is opened, while that can be done.
    pub dispute_url: Option<String>,
    /// Buyer only, after a settled call: to rate, or what was rated.
    pub rating: Option<RatingForm>,
    /// How picture and sound were; none where that can't be said, or no longer.
    pub feedback: Option<FeedbackForm>,
    /// What was recorded of it, oldest first.
    pub recordings: Vec<RecordingRow>,
}

/// A recording of a call.
#[derive(Clone, Debug, Serialize)]
pub struct RecordingRow {
    /// Its id.
    pub id: Uuid,
    /// `recording`, `composing`, `ready`, `failed`, `deleted`; or `staff`, where it isn't for the reader.
    pub state: &'static str,
    /// Why it ended early, if it did: `disk_full`, `broken` or `withdrawn`.
    pub note: Option<&'static str>,
    /// How far composing is, percent.
    pub percent: i16,
    /// Its length.
    pub seconds: i64,
    /// Until when it is kept.
    pub until: Option<Timestamp>,
}

/// How good somebody's connection was, in hundredths of the time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ConnectionRow {
    /// The reader's.
    pub own: bool,
    /// Picture and sound came clearly.
    pub good: i64,
    /// They had flaws.
    pub fair: i64,
    /// They broke off.
    pub poor: i64,
    /// Seconds in which sound came without a picture.
    pub sound_only_seconds: i64,
}

/// Thumbs up or down. Posts `thumb` (`up` or `down`), `faults.{name}` (`on` when ticked) and `words` to
/// `/calls/{id}/feedback`.
#[derive(Clone, Debug, Serialize)]
pub struct FeedbackForm {
    /// `up`, `down`, or empty before.
    pub thumb: Field,
    /// What may have gone wrong.
    pub faults: Vec<FaultChoice>,
    /// In the reader's words.
    pub text: Field,
}

/// Something that may have gone wrong.
#[derive(Clone, Debug, Serialize)]
pub struct FaultChoice {
    /// Its name.
    pub name: &'static str,
    /// It did.
    pub chosen: bool,
}

/// One line of the sum: `bill.minutes` with `count`, and so on.
#[derive(Clone, Debug, Serialize)]
pub struct BillLine {
    /// What.
    pub text: Message,
    /// Of how long.
    pub seconds: i64,
    /// How much; zero is shown as "free".
    pub amount: Amount,
}

/// A leg of a call.
#[derive(Clone, Debug, Serialize)]
pub struct LegRow {
    /// Its id.
    pub id: Uuid,
    /// The other person of it.
    pub name: String,
    /// Which side of it the reader is.
    pub side: Side,
    /// How it ended; none while it is being settled.
    pub outcome: Option<Outcome>,
    /// Talked time.
    pub seconds: i64,
    /// Paid, or earned.
    pub amount: Amount,
}

/// A tip.
#[derive(Clone, Debug, Serialize)]
pub struct TipRow {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub amount: Amount,
    /// As what, if as more than an amount.
    pub gift: Option<&'static str>,
    /// Seller only: the marketplace's part of it; zero hides it.
    pub commission: Amount,
}

/// One increment (or free stretch) as it was charged.
#[derive(Clone, Debug, Serialize)]
pub struct BillBlock {
    /// Its number; charged blocks count from 1.
    pub number: u32,
    /// What it is.
    pub kind: BillBlockKind,
    /// Its first billable instant.
    pub from: Timestamp,
    /// Its last.
    pub to: Timestamp,
    /// Billable seconds in it.
    pub seconds: i64,
    /// How much.
    pub amount: Amount,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BillBlockKind {
    /// Free at the start.
    Grace,
    /// Charged.
    Charged,
    /// Makes the minimum up.
    Minimum,
    /// Nobody was charged: a side was missing.
    Gap,
}

/// What the seller gets of it.
#[derive(Clone, Debug, Serialize)]
pub struct SellerShare {
    /// The seller's part.
    pub earned: Amount,
    /// The tenant's part.
    pub commission: Amount,
    /// The tax that is in the sum, if any.
    pub tax: Option<Amount>,
}

/// What somebody has got of the seller's part.
#[derive(Clone, Debug, Serialize)]
pub struct GivenRow {
    /// Whose, and why.
    pub text: Message,
    /// How much.
    pub amount: Amount,
}

/// Stars and words about the call.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RatingForm {
    /// `1` to `5`, empty before.
    pub stars: Field,
    /// May stay empty.
    pub text: Field,
    /// Already given: shown, not asked.
    pub done: bool,
}
