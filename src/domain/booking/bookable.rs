//! How a service can be booked.

use super::{Agreement, Terms};
use crate::domain::{policy::Policy, time::Moment};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// Longest talk that can be booked, minutes.
pub const MOST_LENGTH_MIN: u32 = 240;
/// Farthest ahead that a talk can be booked, days.
pub const MOST_HORIZON_DAYS: u32 = 365;

/// How a service can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bookable {
    /// Which comes first, the payment or the agreement.
    pub agreement: Agreement,
    /// How long a talk lasts, minutes: exactly this, or at least, where the buyer says how much they want.
    pub length_min: u32,
    /// Within so many days it begins.
    pub horizon_days: u32,
    /// While its seller is available it can be asked for at once, too.
    #[serde(default)]
    pub at_once: bool,
}

/// Why a service can't be booked like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookableError {
    /// No talk, or too long a one.
    #[error("a talk lasts 1 to {MOST_LENGTH_MIN} minutes")]
    Length,
    /// A talk at once isn't booked.
    #[error("what is asked for at once is booked in another way as well")]
    Agreement,
    /// No day, or too many.
    #[error("a talk begins within 1 to {MOST_HORIZON_DAYS} days")]
    Horizon,
}

impl Bookable {
    /// Bookable like that, within bounds.
    ///
    /// # Errors
    /// Out of bounds.
    pub fn new(agreement: Agreement, length_min: u32, horizon_days: u32, at_once: bool) -> Result<Self, BookableError> {
        if agreement == Agreement::Instant {
            return Err(BookableError::Agreement);
        }
        if !(1..=MOST_LENGTH_MIN).contains(&length_min) {
            return Err(BookableError::Length);
        }
        if !(1..=MOST_HORIZON_DAYS).contains(&horizon_days) {
            return Err(BookableError::Horizon);
        }
        Ok(Self {
            agreement,
            length_min,
            horizon_days,
            at_once,
        })
    }

    /// When the last talk that is ordered now may begin.
    pub fn last(&self, now: Moment) -> Moment {
        now + i64::from(self.horizon_days) * DAY_MS
    }

    /// How long a talk can last for which a buyer wants so many minutes; none if it can't.
    pub fn length(&self, wanted_min: Option<u32>) -> Option<u32> {
        let wanted = wanted_min.unwrap_or(self.length_min);
        let good = match self.agreement {
            Agreement::Negotiated => (self.length_min..=MOST_LENGTH_MIN).contains(&wanted),
            Agreement::PayAfterAccept | Agreement::Instant => wanted == self.length_min,
        };
        good.then_some(wanted)
    }

    /// What is frozen when somebody orders so many minutes at a price a minute; none if that is more money than there
    /// is.
    pub fn terms(&self, length_min: u32, rate_minor: i64, notice_min: u32, policy: &Policy) -> Option<Terms> {
        Some(Terms {
            agreement: self.agreement,
            length_min,
            price_minor: rate_minor.checked_mul(i64::from(length_min))?,
            notice_min,
            horizon_days: self.horizon_days,
            cancel_free_h: policy.cancel_free_h,
            late_cancel_bp: policy.late_cancel_bp,
            no_show_bp: policy.no_show_bp,
            no_show_min: policy.missed_min,
            ..Terms::default()
        })
    }
}
