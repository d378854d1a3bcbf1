//! `/studio`: a manager's sellers and their calls.

use super::{Amount, Message, Person, Presence};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/studio`. Posts `seller`, who is switched off.
#[derive(Clone, Debug, Serialize)]
pub struct StudioPage {
    /// What the studio is called.
    pub name: String,
    /// How many days the figures reach back.
    pub days: u32,
    /// By name.
    pub sellers: Vec<StudioSeller>,
    /// What the reader is paid for the studio of what they earn, if anything.
    pub share: Option<Message>,
    /// Calls that aren't over, the longest first.
    pub calls: Vec<StudioCall>,
}

/// One of its sellers.
#[derive(Clone, Debug, Serialize)]
pub struct StudioSeller {
    /// Whose public page the name leads to.
    pub id: Uuid,
    /// Face and name.
    #[serde(flatten)]
    pub person: Person,
    /// Whether they can be rung.
    pub presence: Presence,
    /// Their switch is on, whether they are there or not.
    pub switched_on: bool,
    /// Calls that were talked.
    pub calls: i64,
    /// Minutes that were billed.
    pub minutes: i64,
    /// What is theirs of it.
    pub earned: Amount,
}

/// A call of one of them.
#[derive(Clone, Debug, Serialize)]
pub struct StudioCall {
    /// Who is paid.
    pub seller: String,
    /// Who pays.
    pub buyer: String,
    /// When it began to ring.
    pub since: Timestamp,
}
