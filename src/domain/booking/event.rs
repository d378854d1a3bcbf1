//! Where an order stands, what happens to it, and why something can't.

use super::{Absent, MOST_EXTENDED_MIN, MOST_ROUNDS, Offer, Outcome};
use crate::domain::{call::CallRole, order_price::OrderPrice, time::Moment};
use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum State {
    /// It is to be paid until then, before a time is asked for; or at an agreed time, which is held meanwhile.
    Unpaid {
        /// When it lapses.
        until: Moment,
        /// The agreed beginning.
        start: Option<Moment>,
    },
    /// Paid, and no time is agreed or offered.
    Open,
    /// A time is offered and waits for an answer.
    Asked {
        /// What is to be answered.
        offer: Offer,
    },
    /// Paid and agreed. Another time may have been offered in its place.
    Booked {
        /// When it begins.
        start: Moment,
        /// What would take its place.
        change: Option<Offer>,
    },
    /// The talk has begun, early perhaps.
    Running {
        /// When it was to begin.
        start: Moment,
    },
    /// Paid, to be delivered instead of talked: the seller has to take it on until then.
    Ordered {
        /// When it lapses.
        until: Moment,
    },
    /// The seller works on it.
    Working {
        /// When it is to be delivered.
        due: Moment,
    },
    /// It is delivered, and the buyer looks at it.
    Delivered {
        /// When it counts as accepted.
        until: Moment,
    },
    /// Nothing more happens to it.
    Closed {
        /// How it ended.
        outcome: Outcome,
    },
}

/// Something that happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The buyer's money is held for this order, in the same step: where this can't happen nothing is held.
    Paid,
    /// Somebody names a time: a first one, another in place of what was offered, or in place of what is agreed.
    Propose {
        /// Who.
        by: CallRole,
        /// When it would begin.
        start: Moment,
    },
    /// Somebody takes what the other offered.
    Accept {
        /// Who.
        by: CallRole,
        /// Which offer they saw.
        round: u32,
    },
    /// Somebody turns down what the other offered, or takes back what they offered themselves.
    Decline {
        /// Who.
        by: CallRole,
        /// Which offer they saw.
        round: u32,
    },
    /// Somebody takes the order back, or calls off what was agreed.
    Cancel {
        /// Who.
        by: CallRole,
    },
    /// The talk begins.
    Begun,
    /// Both agreed on more time while it goes on, and the buyer's money for it is held, in the same step.
    Extended {
        /// How many minutes more.
        minutes: u32,
        /// What they cost.
        price: OrderPrice,
    },
    /// It ended before it was a talk.
    Stopped {
        /// The buyer didn't answer, or said no.
        unanswered: bool,
    },
    /// The talk took place.
    Held {
        /// What its bill says, in minor units.
        charged_minor: i64,
        /// It ended early by the seller's doing, or by the staff's: what wasn't used goes back.
        rest_refunded: bool,
    },
    /// The time came, and by the record of presence somebody didn't.
    Missed {
        /// Who.
        absent: Absent,
    },
    /// The seller takes on what is to be delivered.
    TakeOn,
    /// The seller delivers it.
    Deliver,
    /// The buyer accepts what was delivered.
    Confirm,
    /// It would be accepted by time, and mustn't be now: the buyer has as long again to look at it.
    PutOff,
    /// Time has passed.
    Tick,
}

/// Why something can't happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It has ended.
    #[error("the order has ended")]
    Over,
    /// It isn't paid yet.
    #[error("the order isn't paid yet")]
    NotPaid,
    /// There is nothing to pay.
    #[error("nothing is to be paid")]
    NothingToPay,
    /// No offer waits for an answer.
    #[error("no offer waits for an answer")]
    NothingToAnswer,
    /// A newer offer took the place of the one that is answered.
    #[error("a newer offer took its place")]
    Superseded,
    /// One can't take one's own offer.
    #[error("it waits for the other's answer")]
    OwnOffer,
    /// The time is over, or too soon to be booked.
    #[error("the time is over or too soon")]
    TooSoon,
    /// The time is farther ahead than it can be booked.
    #[error("the time is too far ahead")]
    TooFar,
    /// It is what stands already.
    #[error("this time stands already")]
    SameTime,
    /// It went back and forth too often.
    #[error("at most {MOST_ROUNDS} times can be offered")]
    TooManyRounds,
    /// Nothing is booked that could begin or be missed, or the talk hasn't begun.
    #[error("nothing is booked")]
    NotBooked,
    /// The time for that hasn't come.
    #[error("it isn't time yet")]
    TooEarly,
    /// A talk at once is now or not at all.
    #[error("a talk at once isn't moved")]
    AtOnce,
    /// That isn't what comes next for it.
    #[error("something else comes next")]
    NotItsTurn,
    /// It is delivered.
    #[error("it is delivered")]
    Delivered,
    /// The talk would be longer than one can be.
    #[error("a talk lasts at most {MOST_EXTENDED_MIN} minutes")]
    TooLong,
    /// The agreed time has come, or the talk has begun: what happens there decides.
    #[error("the agreed time has come")]
    Begun,
}
