//! Talks at agreed times: asked for, answered, moved, paid, called off (requirements D2, D3, D6); and what is ordered and
//! delivered instead (C3).

mod act;
mod attend;
mod extend;
mod lapse;
mod launch;
mod many;
mod order;
mod pay;
mod range;
mod remind;
mod settle;
mod show;
mod slots;
mod tell;

pub use act::{Answer, accept, cancel, confirm, decline, deliver, propose, take_on};
pub(in crate::app) use attend::look_again;
pub use attend::{LOOK_JOB, Look, look};
pub(in crate::app) use extend::{extend, refuse_unless_longer};
pub(in crate::app) use lapse::lapse_lost;
use lapse::wait;
pub use lapse::{Due, LAPSE_JOB, lapse};
pub(in crate::app) use launch::call_ended;
pub use launch::launch;
pub use many::{MOST_SELLERS, first_free, free_times_of, next_free};
pub(in crate::app) use order::takes_requests;
pub use order::{When, Wish, order, quote};
pub use pay::{Payment, missing, pay, pay_by_hold, pay_or_top_up};
pub(in crate::app) use pay::{Source, pay_if_possible};
pub(in crate::app) use remind::remind_again;
pub use remind::{REMIND_JOB, Soon, ends_soon, remind};
pub(in crate::app) use settle::apart;
pub(in crate::app) use settle::{let_go_of, refund_of};
pub use show::{Shown, list, show};
pub use slots::{Deliverable, FreeTimes, Offered, deliverable, free_times, other_times};

use crate::{
    domain::{
        booking::Rejected,
        ids::{BookingId, UserId},
    },
    error::{Error, Result},
    store::{TenantTx, bookings, users},
};

/// Orders of a buyer's that can wait for an answer or a payment at a time.
const MOST_UNPAID: i64 = 10;

/// Locks both people of an order. Their times are given away one order after the other.
pub(in crate::app) fn lock_people(
    tx: &mut TenantTx<'_>,
    one: UserId,
    other: UserId,
) -> Result<(users::User, users::User)> {
    if one.uuid() < other.uuid() {
        let first = users::hold(tx, one)?;
        Ok((first, users::hold(tx, other)?))
    } else {
        let first = users::hold(tx, other)?;
        Ok((users::hold(tx, one)?, first))
    }
}

/// What can't happen to an order, in words.
fn refused(why: Rejected) -> Error {
    let (code, words) = match why {
        Rejected::Over => ("over", "This has ended. Nothing more can be changed."),
        Rejected::NotPaid => ("not_paid", "Pay first, then agree on a time."),
        Rejected::NothingToPay => ("nothing_to_pay", "There is nothing to pay."),
        Rejected::NothingToAnswer => ("answered", "This was answered already, or has run out."),
        Rejected::Superseded => ("superseded", "Another time was named meanwhile. Look at that one."),
        Rejected::OwnOffer => ("own_offer", "It is the other's turn to answer."),
        Rejected::TooSoon => ("too_soon", "This time is over, or too soon. Choose a later one."),
        Rejected::TooFar => ("too_far", "This time is too far ahead. Choose an earlier one."),
        Rejected::SameTime => ("same_time", "This is the time that stands already."),
        Rejected::TooManyRounds => ("too_many_rounds", "No more times can be named. Cancel, and order anew."),
        Rejected::NotBooked => ("not_booked", "Nothing is booked here."),
        Rejected::NotItsTurn => ("not_its_turn", "That isn't what comes next here."),
        Rejected::Delivered => ("delivered", "It is delivered. Confirm it, or write to the seller."),
        Rejected::TooEarly => ("too_early", "It isn't time for that yet."),
        Rejected::AtOnce => ("at_once", "This is for now. Book a time instead."),
        Rejected::TooLong => ("too_long", "A talk can't be that long. Ask for less."),
        Rejected::Begun => ("begun", "It has begun. Nothing can be changed any more."),
    };
    Error::conflict(code, words)
}

/// The same of an order by its id.
pub(in crate::app) fn hold_people(tx: &mut TenantTx<'_>, order: BookingId) -> Result<()> {
    let order = bookings::find(tx, order)?;
    lock_people(tx, order.buyer.id, order.seller.id).map(|_| ())
}
