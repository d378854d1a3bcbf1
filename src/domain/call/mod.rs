//! A paid call, without input or output: events and the time go in, actions come out.
//!
//! [`Session`] is the state machine, [`Meter`] turns evidence of media into billable time, [`blocks`] says which stretch
//! of charged time costs what. The driver (`signaling::room`) feeds events, carries out actions and stores the events;
//! replaying them gives the same state and the same bill ([`Journal`]).

pub mod bill;
pub mod blocks;
pub mod extension;
mod journal;
mod meter;
mod presence;
mod purse;
mod quality;
mod session;
mod settle;
mod stretch;

pub use journal::{Entry, Journal, replay};
pub use meter::Meter;
pub use presence::{Presence, Run};
pub use purse::{Draw, Held};
pub use quality::Quality;
pub use session::Session;
pub use stretch::Stretch;
pub use tallyroom_media_protocol::signaling::{CallPhase, CallRole, EndReason, SuspendReason};

use crate::domain::{earning_share::Share, guest::ThirdPerson, policy::Policy, time::Moment};
use serde::{Deserialize, Serialize};

/// Counts a person's joins to a call; only the newest counts.
pub type Epoch = u64;

/// What was agreed before the call and doesn't change during it (requirement F2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Price of a minute in minor units, all-in.
    pub rate_minor: i64,
    /// The frozen policy.
    pub policy: Policy,
    /// Who gets a part of what the seller earns. Of the talk of an order its order has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// Nothing is charged, and no meter runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free: bool,
    /// Minutes that were paid for at another price, in an earlier try of the same talk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stretches: Vec<Stretch>,
}

impl Terms {
    /// Price and policy, and all that is earned is the seller's.
    pub fn new(rate_minor: i64, policy: Policy) -> Self {
        Self {
            rate_minor,
            policy,
            shares: Vec::new(),
            free: false,
            stretches: Vec::new(),
        }
    }

    /// Nobody pays, and nobody has to press connect: a talk goes on while both are there.
    pub fn free(mut policy: Policy) -> Self {
        policy.third_person = ThirdPerson::Free;
        Self {
            free: true,
            ..Self::new(0, policy)
        }
    }
}

/// Something that happened to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The seller said yes to the ring.
    Accept,
    /// The seller said no to the ring.
    Reject,
    /// The buyer gave up, before the call is live.
    Cancel,
    /// A person entered the room; makes the person's older epochs stale.
    Join {
        /// Who.
        role: CallRole,
        /// Higher than any before of this person.
        epoch: Epoch,
    },
    /// A person's connection of that epoch ended.
    Leave {
        /// Who.
        role: CallRole,
        /// Which connection.
        epoch: Epoch,
    },
    /// A person pressed connect.
    Connect {
        /// Who.
        role: CallRole,
        /// On which connection.
        epoch: Epoch,
    },
    /// A person ended the call.
    End {
        /// Who.
        role: CallRole,
        /// On which connection.
        epoch: Epoch,
    },
    /// The people who run the place ended the call, whatever it was doing.
    Stop,
    /// The call that this is a leg of is over, or the third person is out.
    Over {
        /// Whose doing that is, if it is one of this leg's two.
        by: Option<CallRole>,
    },
    /// The media node saw packets.
    Media(Evidence),
    /// The ledger answered a [`MeterOp`].
    Metered {
        /// Which block.
        block: u32,
        /// What became of it.
        outcome: MeterOutcome,
        /// What the payer can still spend, in minor units.
        available_minor: i64,
    },
    /// The payer's wallet changed for another reason, or what else is paid from it.
    WalletChanged {
        /// What the payer can spend now, in minor units.
        available_minor: i64,
        /// What the same wallet pays at this moment besides.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<Draw>,
    },
    /// Minutes were paid for at a price of their own; they come behind all that was asked for.
    Priced(Stretch),
    /// The control plane lost its memory and read the call back; nobody is connected. Everything without an answer is
    /// ordered again. To be followed by [`Event::WalletChanged`]: top-ups in between weren't heard of.
    Recover,
    /// Time passed to [`Session::next_deadline`].
    Tick,
}

/// When packets came, as stretches without a gap that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// RTP on at least one of the seller's producers that isn't paused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seller_sent: Option<Run>,
    /// Anything from the seller.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seller_seen: Option<Run>,
    /// Anything from the payer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payer_seen: Option<Run>,
}

impl Evidence {
    /// Without what can't be known at `now` yet.
    pub fn until(self, now: Moment) -> Self {
        let side = |run: Option<Run>| run.map(|run| run.until(now));
        Self {
            seller_sent: side(self.seller_sent),
            seller_seen: side(self.seller_seen),
            payer_seen: side(self.payer_seen),
        }
    }
}

/// What the session wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Have the ledger do this and answer with [`Event::Metered`]; repeat until it answers.
    Meter(MeterOp),
    /// Hold back or let through the room's media.
    PauseMedia(bool),
    /// Tell both that a mark was passed.
    Warn {
        /// Minutes left.
        minutes_left: u32,
    },
    /// Both pressed connect, but the payer can't afford the start; the buyer may add credit and press again.
    CreditShort {
        /// What must be available for it, in minor units: what the start costs less what is held for it already.
        needed_minor: i64,
    },
    /// The call is over and settled: store the result, tell everyone, close the room.
    Finish(EndReason),
}

/// A ledger operation on one block of the leg. Unique by (leg, block, kind): repeating it changes nothing.
///
/// The ledger takes the operations of a leg in order. Of one block only the latest may be repeated: a reservation that
/// came after its own release would hold money for good. Amounts may be zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterOp {
    /// The block.
    pub block: u32,
    /// What to do.
    pub kind: MeterOpKind,
}

/// Kinds of [`MeterOp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MeterOpKind {
    /// Hold the block's price.
    Reserve {
        /// In minor units.
        amount_minor: i64,
    },
    /// Pay out of the hold, at most what is held; the rest of the hold goes back.
    Post {
        /// In minor units.
        amount_minor: i64,
        /// The tenant's part of it.
        commission_minor: i64,
    },
    /// Give the hold back; if there is none, that is an answer as well.
    Release,
}

/// What the ledger made of a [`MeterOp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterOutcome {
    /// Held.
    Reserved,
    /// The payer can't afford it.
    Refused,
    /// Paid.
    Posted,
    /// Given back.
    Released,
}

/// Why an event was refused; the session is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// A newer connection of the person exists, or this one is gone.
    #[error("another tab or device has taken over this call")]
    StaleEpoch,
    /// Not in this phase.
    #[error("that is not possible at this point of the call")]
    WrongPhase,
    /// The call is over.
    #[error("the call is over")]
    Over,
}

/// Milliseconds in `seconds`.
pub(crate) fn ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000
}

/// The later of two moments, one of which may be missing.
pub(crate) fn later(a: Option<Moment>, b: Moment) -> Moment {
    a.map_or(b, |a| a.max(b))
}
