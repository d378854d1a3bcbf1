//! Stills of sellers in calls, for lists: of whoever has agreed, as long as the call lasts and they are fresh.

use super::{recording::ConsentText, time::Moment};

/// Most bytes that are taken.
pub const MAX_BYTES: usize = 100 * 1024;
/// Most bytes that are kept once it is made anew; the database holds no more.
pub const MOST_KEPT: usize = 256 * 1024;
/// Stills are taken no faster; pages send one a minute.
pub const LEAST_APART_S: u32 = 20;
/// One that no newer one has replaced for so long isn't shown any more.
const FRESH_MS: i64 = 3 * 60_000;

/// What is asked now; as with recordings, these words are nobody else's to change, and other words get another version.
pub const CONSENT_TEXTS: [ConsentText; 2] = [
    ConsentText {
        version: "2026-11-30.en",
        language: "en",
        text: "I agree that a still of my own picture is shown in this marketplace’s lists while I am in a live call, \
               renewed about once a minute. Anybody can see it. It goes when the call ends, and at once when I switch \
               this off. The people I talk to are never shown.",
    },
    ConsentText {
        version: "2026-11-30.de",
        language: "de",
        text: "Ich bin damit einverstanden, dass in den Listen dieses Marktplatzes ein Standbild meines eigenen Bildes \
               gezeigt wird, während ich in einem laufenden Gespräch bin, etwa jede Minute erneuert. Alle können es \
               sehen. Es verschwindet, wenn das Gespräch endet, und sofort, wenn ich das hier ausschalte. Die Menschen, \
               mit denen ich spreche, werden nie gezeigt.",
    },
];

/// The text of a version that is asked now.
pub fn consent_text(version: &str) -> Option<&'static ConsentText> {
    CONSENT_TEXTS.iter().find(|text| text.version == version)
}

/// Whether a still of then may be shown now.
pub fn is_fresh(at: Moment, now: Moment) -> bool {
    now - at < FRESH_MS
}

/// Whether another may be taken now.
pub fn is_due(last: Moment, now: Moment) -> bool {
    now - last >= i64::from(LEAST_APART_S) * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_is_shown_for_three_minutes_and_renewed_no_faster_than_each_twenty_seconds() {
        let at = Moment(0);
        assert!(is_fresh(at, Moment(179_999)) && !is_fresh(at, Moment(180_000)));
        assert!(!is_due(at, Moment(19_999)) && is_due(at, Moment(20_000)));
    }
}
