//! How a call looks to its two people.

use crate::PeerId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who one is in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallRole {
    /// Pays.
    Buyer,
    /// Is paid.
    Seller,
}

impl CallRole {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Buyer => Self::Seller,
            Self::Seller => Self::Buyer,
        }
    }
}

/// As what somebody is in a call's room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomRole {
    /// Pays.
    Buyer,
    /// Is paid.
    Seller,
    /// Asked in: says in another language what is said.
    Interpreter,
    /// Asked in: speaks for one of the two.
    Representative,
    /// Asked in: knows what the talk is about.
    Specialist,
    /// Came into a free private room: nobody pays there.
    Visitor,
}

impl RoomRole {
    /// Neither pays nor is paid.
    #[must_use]
    pub fn is_guest(self) -> bool {
        !matches!(self, Self::Buyer | Self::Seller)
    }
}

impl From<CallRole> for RoomRole {
    fn from(role: CallRole) -> Self {
        match role {
            CallRole::Buyer => Self::Buyer,
            CallRole::Seller => Self::Seller,
        }
    }
}

/// Somebody in a call's room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// The person.
    pub id: Uuid,
    /// As what.
    pub role: RoomRole,
    /// Public name.
    pub name: String,
    /// Their id among producers' owners, while they are there.
    pub peer: Option<PeerId>,
    /// Guests: the place that they were asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<Uuid>,
    /// Guests: who asked them in, and may show them out as the buyer may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Uuid>,
    /// Guests: waits for the buyer to let them in.
    #[serde(default)]
    pub waiting: bool,
    /// What an interpreter speaks, ISO 639-1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// On which language's channel they speak right now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaks: Option<String>,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPhase {
    /// Rings at the seller.
    Ringing,
    /// Free check of picture and sound; waits for both to press connect.
    PreCheck,
    /// Both pressed; the first increment is being reserved.
    Connecting,
    /// Metered.
    Live,
    /// Not metered: see [`CallView::suspended`].
    Suspended,
    /// Over; the last sums are being settled.
    Settling,
    /// Over and settled: the bill is final.
    Ended,
}

/// Why a live call stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspendReason {
    /// The wallet is used up; a top-up resumes.
    Credit,
    /// A side's media is missing; coming back resumes.
    Connection,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The seller said no.
    Rejected,
    /// The seller didn't answer in time.
    Missed,
    /// The seller was in another call.
    Busy,
    /// The buyer gave up ringing, or the pre-check ended without both pressing connect.
    Cancelled,
    /// The buyer ended it.
    BuyerEnded,
    /// The seller ended it.
    SellerEnded,
    /// The credit was used up and not renewed in time.
    OutOfCredit,
    /// The buyer's connection was lost and didn't come back.
    BuyerLost,
    /// The seller's connection was lost and didn't come back.
    SellerLost,
    /// Both connections were lost.
    BothLost,
    /// The people who run the marketplace, or the platform, ended it.
    StaffEnded,
    /// A leg: somebody else than its two ended the call that it was in.
    CallOver,
}

/// A leg of a call: a third person who pays or is paid, with a meter of their own. Only the two between whom it is see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegView {
    /// Its id: in history it is a call of its own.
    pub id: Uuid,
    /// The third person.
    pub person: Uuid,
    /// Their public name.
    pub name: String,
    /// As what they are in the room.
    pub role: RoomRole,
    /// The place that they are asked to.
    pub guest: Uuid,
    /// Whether the reader pays; else they are paid.
    pub you_pay: bool,
    /// Where it stands.
    pub phase: CallPhase,
    /// Why it is suspended: then only that person is neither seen nor heard, and sees and hears nothing.
    pub suspended: Option<SuspendReason>,
    /// How it ended.
    pub ended: Option<EndReason>,
    /// When this phase ends by itself.
    pub until_ms: Option<i64>,
    /// ISO code of all amounts here.
    pub currency: String,
    /// Price of a minute, in minor units.
    pub rate_minor: i64,
    /// Charged so far, in minor units.
    pub charged_minor: i64,
    /// Time that can still be talked on what is reserved and available; none before it is live.
    pub remaining_ms: Option<i64>,
    /// Whether time is being charged right now.
    pub running: bool,
    /// What must be in the wallet for it to start, in minor units, if that isn't there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_minor: Option<i64>,
    /// The server's clock when this was made.
    pub server_now_ms: i64,
}

/// A provider whom the seller, or a representative, would bring in: the buyer says whether.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedLeg {
    /// The provider's service.
    pub service: Uuid,
    /// The provider's public name.
    pub name: String,
    /// What the service is called.
    pub service_title: String,
    /// As what they would come.
    pub role: RoomRole,
    /// What an interpreter would speak, ISO 639-1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Price of a minute, in minor units.
    pub rate_minor: i64,
    /// The unit in which time is charged, seconds.
    pub increment_s: i64,
    /// Least time that is charged, seconds.
    pub minimum_s: u32,
    /// What is reserved at the start, in minor units.
    pub opening_minor: i64,
    /// ISO code.
    pub currency: String,
    /// Who would bring them in.
    pub asked_by: String,
}

/// A call as one of its people sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallView {
    /// The call.
    pub id: Uuid,
    /// As what the reader is in it; a guest is told nothing of its money.
    pub role: RoomRole,
    /// Where it stands.
    pub phase: CallPhase,
    /// Why it is suspended.
    pub suspended: Option<SuspendReason>,
    /// How it ended.
    pub ended: Option<EndReason>,
    /// What the staff who ended it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_because: Option<String>,
    /// When this phase ends by itself (ring, pre-check, rescue, reconnect).
    pub until_ms: Option<i64>,
    /// It rings, or rang, for the reader; the other one called.
    #[serde(default)]
    pub rung: bool,
    /// The time is paid for already: it counts down, and nothing is added from a wallet.
    #[serde(default)]
    pub prepaid: bool,
    /// Nothing is charged, and nobody presses connect: it begins when both are there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free: bool,
    /// The other person.
    pub other: OtherView,
    /// Whether the reader pressed connect.
    pub you_connected: bool,
    /// What the service is called.
    pub service_title: String,
    /// ISO code of all amounts here.
    pub currency: String,
    /// Price of a minute, in minor units.
    pub rate_minor: i64,
    /// Charged so far, in minor units.
    pub charged_minor: i64,
    /// Billable time so far.
    pub billable_ms: i64,
    /// Time that can still be talked on what is reserved and available; none before the call is live.
    pub remaining_ms: Option<i64>,
    /// Whether time is being charged right now, so that clients may count `remaining_ms` down.
    pub running: bool,
    /// Buyer only: what the wallet has left to spend, in minor units.
    pub available_minor: Option<i64>,
    /// The server's clock when this was made.
    pub server_now_ms: i64,
}

/// The other person in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherView {
    /// Public name.
    pub name: String,
    /// Has joined the room and is there.
    pub present: bool,
    /// Pressed connect.
    pub connected: bool,
}

/// More time in a call, asked for by the seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionView {
    /// Its id.
    pub id: Uuid,
    /// The call.
    pub call: Uuid,
    /// How many minutes.
    pub minutes: u32,
    /// What they cost, in minor units.
    pub price_minor: i64,
    /// ISO code.
    pub currency: String,
    /// `asked`, `declined`, `paying`, `paid`, `failed` or `lapsed`.
    pub state: String,
    /// When it is too late for what is waited for: an answer, or the payment.
    pub until_ms: Option<i64>,
    /// The server's clock when this was made.
    pub server_now_ms: i64,
}

/// Where the recording of a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// It was asked for; nothing is recorded before everybody who is there has agreed.
    Asked,
    /// Everybody is being recorded.
    Recording,
    /// Nothing is recorded for now: somebody came who hasn't agreed yet.
    Held,
    /// It is over; see [`RecordingView::ending`]. What was recorded can be seen once it has been composed.
    Ended,
}

/// The recording of a call, as one of its people sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: RecordingState,
    /// Who asked for it; none where the marketplace asks in every call.
    pub asked_by: Option<String>,
    /// Whether that was the reader.
    pub by_you: bool,
    /// Whether the reader has agreed.
    pub you_agreed: bool,
    /// The names of those who are there and have agreed.
    pub agreed: Vec<String>,
    /// The names of those who are there and haven't answered.
    pub waits_for: Vec<String>,
    /// Since when it is recorded.
    pub since_ms: Option<i64>,
    /// Why it ended: `declined`, `stopped`, `withdrawn`, `call_over`, `disk_full` or `failed`.
    pub ending: Option<String>,
    /// What is agreed to, in each language there is.
    pub texts: Vec<ConsentText>,
    /// The server's clock when this was made.
    pub server_now_ms: i64,
}

/// What people agree to before they are recorded. It is shown as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentText {
    /// To be sent with the answer.
    pub version: String,
    /// In which language.
    pub language: String,
    /// Plain text.
    pub text: String,
}
