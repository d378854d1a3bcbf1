//! A time that one of two names to the other.

use crate::domain::{call::CallRole, time::Moment};
use serde::{Deserialize, Serialize};

/// A time that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Who named it; the other one answers.
    pub by: CallRole,
    /// When it would begin.
    pub start: Moment,
    /// From when on it can't be taken any more.
    pub expires_at: Moment,
    /// Counts the order's offers from 1. An answer names it, so that it can't be taken for one to a newer offer.
    pub round: u32,
}
