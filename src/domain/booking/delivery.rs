//! Orders that are delivered instead of talked: taken on by the seller, delivered by a day, accepted by the buyer or by
//! time.

use super::{Booking, Event, Outcome, Rejected, State, Terms, closed};
use crate::domain::{call::CallRole, time::Moment};
use serde::{Deserialize, Serialize};

/// Longest that a delivery can take, days.
pub const MOST_DELIVERY_DAYS: u32 = 90;
/// Highest price of something that isn't paid by the minute, and of an extra, in minor units.
pub const MOST_PRICE_MINOR: i64 = 100_000_000;
/// Extras that a service can have.
pub const MOST_ADDONS: usize = 10;
/// How long the buyer can look at what was delivered before it counts as accepted.
pub const CONFIRM_DAYS: u32 = 7;
/// How long after its day a delivery can still come.
const LATE_DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 3_600_000;

/// What something costs that isn't paid by the minute, and when it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// Its price, in minor units.
    pub price_minor: i64,
    /// Within so many days from when it is taken on.
    pub delivery_days: u32,
}

/// Why something can't be sold like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixedError {
    /// No price, or too high a one.
    #[error("a price is 1 to {MOST_PRICE_MINOR} minor units")]
    Price,
    /// No day, or too many.
    #[error("a delivery takes 1 to {MOST_DELIVERY_DAYS} days")]
    Days,
}

/// Something that can be had with a service for more money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addon {
    /// Its name; no two of a service have the same.
    pub title: String,
    /// What it costs, in minor units.
    pub price_minor: i64,
}

impl Fixed {
    /// At that price within so many days, within bounds.
    ///
    /// # Errors
    /// Out of bounds.
    pub fn new(price_minor: i64, delivery_days: u32) -> Result<Self, FixedError> {
        if !(1..=MOST_PRICE_MINOR).contains(&price_minor) {
            return Err(FixedError::Price);
        }
        if !(1..=MOST_DELIVERY_DAYS).contains(&delivery_days) {
            return Err(FixedError::Days);
        }
        Ok(Self {
            price_minor,
            delivery_days,
        })
    }
}

impl Booking {
    /// An order that is paid and then delivered; its terms say within how many days.
    pub fn ordered(terms: Terms, now: Moment) -> Self {
        Self::bought(terms, now)
    }

    /// It is delivered instead of talked.
    pub fn is_delivered(&self) -> bool {
        self.terms.delivery_days.is_some()
    }

    /// What the seller of something that was paid does about it, and the buyer about what they got.
    pub(super) fn deliver(&mut self, now: Moment, event: Event) -> Result<(), Rejected> {
        let days = |days: u32| i64::from(days) * DAY_MS;
        self.state = match (event, self.state) {
            (Event::TakeOn, State::Ordered { .. }) => State::Working {
                due: now + days(self.terms.delivery_days.unwrap_or(1)),
            },
            (Event::Deliver, State::Working { .. }) => State::Delivered {
                until: now + days(CONFIRM_DAYS),
            },
            (Event::Confirm, State::Delivered { .. }) => closed(Outcome::Accepted),
            (_, State::Unpaid { .. }) => return Err(Rejected::NotPaid),
            _ => return Err(Rejected::NotItsTurn),
        };
        Ok(())
    }

    /// What would count as accepted by now waits as long again.
    pub(super) fn put_off(&mut self, now: Moment) -> Result<(), Rejected> {
        match self.state {
            State::Delivered { until } if until <= now => {
                self.state = State::Delivered {
                    until: now + i64::from(CONFIRM_DAYS) * DAY_MS,
                };
                Ok(())
            }
            _ => Err(Rejected::NotItsTurn),
        }
    }

    /// How a delivery ends that one of the two doesn't want any more: none if it isn't that kind of order.
    pub(super) fn called_off(&self, now: Moment, by: CallRole) -> Option<Result<Outcome, Rejected>> {
        match self.state {
            State::Ordered { .. } => Some(Ok(Outcome::Withdrawn { by })),
            // Whoever waits longer than was said needn't.
            State::Working { due } => Some(Ok(Outcome::Cancelled {
                by,
                late: by == CallRole::Buyer && now < due,
            })),
            State::Delivered { .. } if by == CallRole::Buyer => Some(Err(Rejected::Delivered)),
            State::Delivered { .. } => Some(Ok(Outcome::Cancelled { by, late: false })),
            _ => None,
        }
    }

    /// When a delivery goes on by itself.
    pub(super) fn delivery_deadline(&self) -> Option<Moment> {
        match self.state {
            State::Ordered { until } | State::Delivered { until } => Some(until),
            State::Working { due } => Some(due + LATE_DAYS * DAY_MS),
            _ => None,
        }
    }
}
