//! What a tenant may have at most. Limits are data of its plan; each is asked about where something would be added, in
//! the transaction that adds it. Lowering one under what is in use takes nothing away and allows nothing more.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most of everything; none is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// People who sell.
    pub sellers: Option<u32>,
    /// People who help to run it, those who were asked to included.
    pub staff: Option<u32>,
    /// Calls at the same time, ringing ones included.
    pub concurrent_calls: Option<u32>,
    /// Recordings and uploads, in megabytes.
    pub storage_mb: Option<u32>,
    /// People in one call.
    pub participants: Option<u32>,
}

/// People in every call.
pub const FEWEST_PARTICIPANTS: u32 = 2;

/// What is in use, of what [`Limits`] limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// People who sell.
    pub sellers: i64,
    /// Staff.
    pub staff: i64,
    /// Calls that aren't over.
    pub concurrent_calls: i64,
    /// Megabytes.
    pub storage_mb: i64,
    /// Most people in one call now.
    pub participants: i64,
}

/// Whether one more may join `used` of something.
pub fn has_room(limit: Option<u32>, used: i64) -> bool {
    limit.is_none_or(|most| used < i64::from(most))
}

/// Bytes of a megabyte.
const MEGABYTE: i64 = 1024 * 1024;

/// Whether `more` bytes may join `stored` ones.
pub fn has_space(limit: Option<u32>, stored: i64, more: i64) -> bool {
    limit.is_none_or(|most| stored.saturating_add(more) <= i64::from(most) * MEGABYTE)
}

/// Bytes in whole megabytes, the last one begun.
pub fn megabytes(bytes: i64) -> i64 {
    bytes.max(0).saturating_add(MEGABYTE - 1) / MEGABYTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lowered_under_use_allows_nothing_more() {
        assert!(has_room(None, i64::MAX));
        assert!(has_room(Some(1), 0));
        for used in [1, 2, 500] {
            assert!(!has_room(Some(1), used));
        }
        assert!(!has_room(Some(0), 0));
    }

    #[test]
    fn space_ends_at_the_last_byte() {
        assert!(has_space(None, i64::MAX, 1));
        assert!(has_space(Some(1), MEGABYTE - 1, 1) && !has_space(Some(1), MEGABYTE, 1));
        assert!(!has_space(Some(u32::MAX), i64::MAX, i64::MAX));
        let cases = [(0, 0), (1, 1), (MEGABYTE, 1), (MEGABYTE + 1, 2)];
        assert_eq!(cases.map(|(bytes, _)| megabytes(bytes)), cases.map(|(_, whole)| whole));
    }
}
