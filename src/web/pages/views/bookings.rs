//! Talks at agreed times: choosing one, the order's page, and the list.

use super::{Amount, DisputeLink, Field, Message, Person, RefundRow};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use uuid::Uuid;

/// `/book/{service}`. Posts `minutes` (where it is paid first) or `start` (an instant), and is led to the order.
#[derive(Clone, Debug, Serialize)]
pub struct BookPage {
    /// The service.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// What one gets.
    pub description: String,
    /// Who is booked.
    pub seller: Person,
    /// Their page.
    pub seller_id: Uuid,
    /// It is paid first; a time is agreed on afterwards.
    pub pay_first: bool,
    /// How long, where the buyer says that.
    pub minutes: Field,
    /// How long a talk lasts, or at least, minutes.
    pub length_min: u32,
    /// How long it is that `price` is for, minutes.
    pub chosen_min: u32,
    /// Price of a minute.
    pub rate: Amount,
    /// Price of `minutes` or of the length.
    pub price: PriceLines,
    /// When.
    pub times: FreeTimes,
    /// Earlier times.
    pub earlier_url: Option<String>,
    /// Later times.
    pub later_url: Option<String>,
    /// Until so many hours before it begins it is cancelled for nothing.
    pub free_hours: u32,
    /// What is due later, percent.
    pub late_percent: u32,
    /// What is due when only the buyer stays away, percent.
    pub no_show_percent: u32,
    /// What can be had with it.
    pub addons: Vec<AddonChoice>,
    /// Nobody is signed in.
    pub log_in: bool,
    /// It can be asked for now; posts `at_once`.
    pub at_once: bool,
    /// Why it couldn't be ordered.
    pub error: Option<Message>,
}

/// What an order costs, part by part.
#[derive(Clone, Debug, Serialize)]
pub struct PriceLines {
    /// What it costs without extras.
    pub base: Amount,
    /// Extras that are chosen.
    pub addons: Vec<AddonChoice>,
    /// The marketplace's fee.
    pub fee: Option<Amount>,
    /// The tax on all of it.
    pub tax: Option<Amount>,
    /// The prices are with it.
    pub tax_included: bool,
    /// What is paid.
    pub total: Amount,
}

/// An extra and its price.
#[derive(Clone, Debug, Serialize)]
pub struct AddonChoice {
    /// Its name.
    pub title: String,
    /// What it costs.
    pub price: Amount,
    /// It was ticked.
    pub chosen: bool,
}

/// `/order/{service}`: something that is delivered. Posts `addon` for each extra and `brief`, and is led to the order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderPage {
    /// The service.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// What one gets.
    pub description: String,
    /// Who delivers it.
    pub seller: Person,
    /// Their page.
    pub seller_id: Uuid,
    /// They take no orders of the reader's.
    pub unavailable: bool,
    /// What it costs with the extras that are ticked.
    pub price: PriceLines,
    /// Within so many days it is delivered.
    pub delivery_days: u32,
    /// What of the price is due when it is cancelled while it is worked on, percent.
    pub late_percent: u32,
    /// After so many days it counts as accepted.
    pub confirm_days: u32,
    /// What can be had with it.
    pub addons: Vec<AddonChoice>,
    /// What exactly is wanted.
    pub brief: Field,
    /// Nobody is signed in.
    pub log_in: bool,
    /// Why it couldn't be ordered.
    pub error: Option<Message>,
}

/// Free times by the reader's days.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FreeTimes {
    /// Days on which there are any.
    pub days: Vec<FreeDay>,
    /// The seller's clock shows other times than the reader's.
    pub elsewhere: bool,
    /// The seller's zone.
    pub zone: String,
    /// Now.
    pub now: Option<Timestamp>,
}

/// The next free times of a service.
#[derive(Clone, Debug, Serialize)]
pub struct NextTimes {
    /// The service.
    pub service: Uuid,
    /// Its name.
    pub title: String,
    /// When; the first of each day.
    pub times: FreeTimes,
}

/// A day with free times.
#[derive(Clone, Debug, Serialize)]
pub struct FreeDay {
    /// The day, by the reader's clock.
    pub day: Date,
    /// In order.
    pub times: Vec<FreeTime>,
    /// There are more than these.
    pub more: bool,
}

/// A beginning that can be chosen.
#[derive(Clone, Debug, Serialize)]
pub struct FreeTime {
    /// The instant.
    pub start: Timestamp,
    /// It is chosen already.
    pub chosen: bool,
}

/// `/conferences`: one's orders.
#[derive(Clone, Debug, Serialize)]
pub struct ConferencesPage {
    /// Those that aren't over, the next first.
    pub coming: Vec<ConferenceRow>,
    /// Those that are, the newest first.
    pub over: Vec<ConferenceRow>,
    /// Older ones.
    pub older_url: Option<String>,
}

/// An order in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ConferenceRow {
    /// Its id.
    pub id: Uuid,
    /// The other person.
    pub other: Person,
    /// What it is about.
    pub title: String,
    /// The time that is agreed or offered.
    pub start: Option<Timestamp>,
    /// When a delivery is due.
    pub due: Option<Timestamp>,
    /// It is delivered, not talked.
    pub delivered: bool,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// Where it stands: a word of `conference.stage`.
    pub stage: &'static str,
    /// It is the reader's turn.
    pub turn: bool,
}

/// `/conferences/{id}`. Posts `action`: `accept` and `decline` with `round`, `propose` with `start`, `pay`, `cancel`, `launch`,
/// `take_on`, `deliver` with `delivered`, `confirm`.
#[derive(Clone, Debug, Serialize)]
pub struct ConferencePage {
    /// Its id.
    pub id: Uuid,
    /// What it is about.
    pub title: String,
    /// The other person.
    pub other: Person,
    /// The seller's page, for the buyer.
    pub seller_url: Option<String>,
    /// The reader pays.
    pub is_buyer: bool,
    /// Where it stands: a word of `conference.stage`.
    pub stage: &'static str,
    /// When it begins, as far as that is agreed.
    pub start: Option<Timestamp>,
    /// The time that waits for an answer.
    pub offer: Option<ConferenceOffer>,
    /// Until so many hours before it begins it is cancelled for nothing.
    pub free_hours: u32,
    /// What is due later, percent.
    pub late_percent: u32,
    /// What is due when only the buyer stays away, percent.
    pub no_show_percent: u32,
    /// Until when it can be paid.
    pub pay_until: Option<Timestamp>,
    /// The other's zone.
    pub other_zone: String,
    /// It shows other times than the reader's.
    pub elsewhere: bool,
    /// How long it lasts, minutes.
    pub length_min: u32,
    /// Within so many days it is delivered, where it isn't talked.
    pub delivery_days: Option<u32>,
    /// When it is to be delivered, taken on or counts as accepted.
    pub due: Option<Timestamp>,
    /// What exactly is wanted.
    pub brief: String,
    /// What was delivered.
    pub delivered: String,
    /// The delivery as typed.
    pub delivery: Field,
    /// What the reader pays for it or asks for it, with what was chosen with it.
    pub price: PriceLines,
    /// The buyer's money is kept for it.
    pub paid: bool,
    /// What the reader can spend.
    pub available: Amount,
    /// The other one has a page open.
    pub other_is_here: bool,
    /// It is for now, not for later.
    pub at_once: bool,
    /// The reader can begin the talk, once the other one is here.
    pub can_launch: bool,
    /// Where it is being talked.
    pub call_url: Option<String>,
    /// What is missing to pay it, if anything is.
    pub missing: Option<Amount>,
    /// Other times to name, if there are any to choose from.
    pub times: Option<FreeTimes>,
    /// It can be taken back or called off.
    pub can_cancel: bool,
    /// What that costs the buyer; none if nothing.
    pub cancel_fee: Option<Amount>,
    /// How it ended.
    pub outcome: Option<Message>,
    /// What went back when it ended: to the buyer's wallet, or, as the seller reads it, to the buyer.
    pub refund: Option<Amount>,
    /// Some of it wasn't taken from a card.
    pub let_go: bool,
    /// For so many days the reader's card could hold what it costs, in place of paying; none if it can't.
    pub hold_days: Option<i64>,
    /// What has become of the money that the reader's card holds for it, or held.
    pub held: Option<Message>,
    /// What went back of it since, oldest first.
    pub refunds: Vec<RefundRow>,
    /// Seller only: where something is given back, while anything is left.
    pub refund_url: Option<String>,
    /// Buyer only: its invoice to keep, once it is numbered.
    pub invoice_url: Option<String>,
    /// The dispute about it, if there is one.
    pub dispute: Option<DisputeLink>,
    /// Buyer only: where one is opened, while that can be done.
    pub dispute_url: Option<String>,
    /// How often the other and the reader were there of all looks since the agreed beginning; none before.
    pub seen: Option<Seen>,
    /// What happened so far, oldest first.
    pub history: Vec<ConferenceStep>,
    /// Why the last try failed.
    pub error: Option<Message>,
}

/// Who was there when the talk should have begun.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Seen {
    /// Looks, one a minute.
    pub looks: usize,
    /// At so many of them the reader was there.
    pub own: usize,
    /// At so many of them the other one was.
    pub other: usize,
}

/// A time that waits for an answer.
#[derive(Clone, Debug, Serialize)]
pub struct ConferenceOffer {
    /// When it would begin.
    pub start: Timestamp,
    /// Until when it can be taken.
    pub expires_at: Timestamp,
    /// What an answer names.
    pub round: u32,
    /// The reader named it.
    pub own: bool,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct ConferenceStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: Message,
}
