//! Somebody to be kept away from.

use super::ReportForm;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/people/{id}`. Posts `wanted` (`on`, or nothing) to `/people/{id}/block`, and a report (`fault`, `words`) to `/people/{id}/report`.
#[derive(Clone, Debug, Serialize)]
pub struct PersonPage {
    /// Who.
    pub id: Uuid,
    /// Their public name.
    pub name: String,
    /// Where the reader knows them from.
    pub back_url: String,
    /// The reader has blocked them.
    pub blocked: bool,
    /// To tell the staff.
    pub report: ReportForm,
}

/// `/account/blocks`: whom the reader has blocked.
#[derive(Clone, Debug, Serialize)]
pub struct BlocksPage {
    /// The last first.
    pub items: Vec<BlockedPerson>,
}

/// Somebody who is blocked.
#[derive(Clone, Debug, Serialize)]
pub struct BlockedPerson {
    /// Who.
    pub id: Uuid,
    /// Their public name.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}
