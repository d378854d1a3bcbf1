//! A card holds money, and it is used.

use super::{books, finish_at};
use crate::{
    app::{
        App, bookings, gateway_accounts,
        ports::{Outcome, Standing},
    },
    domain::{
        gateway::Provider,
        payment::{Hold, Purpose, State},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        top_ups::{self, TopUp},
    },
};
use anyhow::anyhow;

/// How long credit that a card holds waits for a talk.
const IDLE_MS: i64 = 2 * 3_600_000;

/// What has become of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app::wallet) enum Change {
    /// The card holds it.
    Held,
    /// It is there, though it was thought to be lost.
    Found,
}

/// What is new of a hold that nobody brings to its end just now, if anything is: written into `top_up`, and into the
/// books. Whoever calls writes the former down.
///
/// # Errors
/// Another amount is held than should be, or the database is away.
pub(in crate::app::wallet) fn heard(
    app: &App,
    tx: &mut TenantTx<'_>,
    top_up: &mut TopUp,
    standing: &Standing,
    now: Moment,
) -> Result<Option<Change>> {
    let Some(hold) = top_up.hold else {
        return Ok(None);
    };
    match (top_up.state, hold.until, &standing.outcome) {
        (State::Created | State::Pending | State::Unknown | State::Declined, None, Outcome::Held(held)) => {
            if *held != top_up.amount {
                let (id, asked) = (top_up.id, top_up.amount);
                return Err(Error::internal(anyhow!(
                    "hold {id} is of {asked:?}, but {held:?} is held"
                )));
            }
            top_up.charge = standing.charge.clone().or(top_up.charge.take());
            take_up(app, tx, top_up, now)?;
            Ok(Some(Change::Held))
        }
        (State::Declined, Some(_), Outcome::Settled(taken)) => {
            books::found(tx, top_up, *taken, now)?;
            Ok(Some(Change::Found))
        }
        _ => Ok(None),
    }
}

/// Pays for the order with it, or lends it as credit. If that can't be any more, all of it is let go.
fn take_up(app: &App, tx: &mut TenantTx<'_>, top_up: &mut TopUp, now: Moment) -> Result<()> {
    let held_ms = match top_up.pays_for {
        Some(_) => Provider::parse(&top_up.gateway).unwrap_or(Provider::Test).hold_ms(),
        None => IDLE_MS,
    };
    let until = now + held_ms;
    top_up.state = State::Held;
    top_up.hold = Some(Hold {
        until: Some(until),
        due_minor: None,
    });
    // First: an order that is over as soon as it is paid lets it go.
    top_ups::update(tx, top_up, now)?;
    let used = !gateway_accounts::is_play_money(tx, top_up.account)?
        && match top_up.pays_for {
            Some(Purpose::Order(order)) => {
                let source = bookings::Source::Held {
                    account: top_up.account,
                    amount: top_up.amount,
                };
                bookings::pay_if_possible(app, tx, order, source, now)?
            }
            Some(Purpose::Extension(_)) => false,
            None => books::lend(tx, top_up, now)?,
        };
    *top_up = top_ups::lock(tx, top_up.id)?;
    if let (false, Some(hold)) = (used, &mut top_up.hold) {
        hold.due_minor = Some(0);
    }
    finish_at(tx, top_up.id, if used { until } else { now })
}
