//! `/calls`: one's own calls.

use super::{Amount, Person};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/calls`.
#[derive(Clone, Debug, Serialize)]
pub struct CallsPage {
    /// A call that can be joined now.
    pub open: Option<CallRow>,
    /// The rest, newest first.
    pub items: Vec<CallRow>,
    /// Address of older ones.
    pub older_url: Option<String>,
}

/// A call in a list.
#[derive(Clone, Debug, Serialize)]
pub struct CallRow {
    /// Its id.
    pub id: Uuid,
    /// The other person.
    pub other: Person,
    /// Which side the reader is.
    pub side: Side,
    /// What it was about.
    pub service_title: String,
    /// When it rang.
    pub at: Timestamp,
    /// Where it stands.
    pub stage: CallStage,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Charged time.
    pub seconds: i64,
    /// Paid (buyer) or earned (seller); none when nothing was.
    pub amount: Option<Amount>,
    /// It was recorded; the bill has more.
    pub recorded: bool,
    /// Of a third person's leg, who else was in the call that it was in.
    pub in_call_with: Option<String>,
}

/// Which side the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Pays.
    Buyer,
    /// Is paid.
    Seller,
}

/// Where a call stands, as a list tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStage {
    /// Rings.
    Ringing,
    /// Free check, connecting.
    Checking,
    /// Metered.
    Live,
    /// Stands still.
    Suspended,
    /// Over.
    Ended,
}

/// How a call ended; the same names as in the signaling protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The seller said no.
    Rejected,
    /// The seller was in another call.
    Busy,
    /// Nobody answered.
    Missed,
    /// Given up before it was connected.
    Cancelled,
    /// The buyer ended it.
    BuyerEnded,
    /// The seller ended it.
    SellerEnded,
    /// The credit was used up.
    OutOfCredit,
    /// The buyer's connection was lost.
    BuyerLost,
    /// The seller's connection was lost.
    SellerLost,
    /// Both were.
    BothLost,
    /// The people who run the marketplace ended it.
    StaffEnded,
    /// A third person's: somebody else ended the call that it was in.
    CallOver,
}
