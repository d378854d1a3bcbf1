//! `/account/calendar`: the address of one's own calendar.

use jiff::Timestamp;
use serde::Serialize;

/// `/account/calendar`. Posts `action`: `new` or `end`.
#[derive(Clone, Debug, Serialize)]
pub struct FeedPage {
    /// When the address was made that holds; none without one.
    pub made_at: Option<Timestamp>,
    /// The address, told once when it is made.
    pub address: Option<String>,
}
