//! The stored events of a call: enough to bring it back, and to explain its bill, at any time.

use super::{Event, Evidence, Run, Session, Terms};
use crate::domain::time::Moment;
use serde::{Deserialize, Serialize};

/// Media evidence is merged into one entry for this long.
const MERGE_MS: i64 = 2_000;

/// One event and when it was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Turns the stream of events into entries worth storing: media evidence comes twice a second and is merged.
#[derive(Debug, Default)]
pub struct Journal {
    held: Option<(Moment, Entry)>,
}

impl Journal {
    /// Adds an event that the session accepted; gives what is to be stored now, in order.
    pub fn add(&mut self, at: Moment, event: Event) -> Vec<Entry> {
        let Event::Media(evidence) = event else {
            let mut entries: Vec<Entry> = self.flush().into_iter().collect();
            entries.push(Entry { at, event });
            return entries;
        };
        if let Some((since, held)) = &mut self.held
            && at - *since < MERGE_MS
            && let Event::Media(before) = &held.event
            && let Some(merged) = merge(before, &evidence)
        {
            *held = Entry { at, event: Event::Media(merged) };
            return Vec::new();
        }
        let due = self.flush();
        self.held = Some((at, Entry { at, event: Event::Media(evidence) }));
        due.into_iter().collect()
    }

    /// What was held back for merging.
    pub fn flush(&mut self) -> Option<Entry> {
        self.held.take().map(|(_, entry)| entry)
    }
}

/// Both as one, if no side has a gap in between that could matter.
fn merge(before: &Evidence, after: &Evidence) -> Option<Evidence> {
    let side = |a: Option<Run>, b: Option<Run>| match (a, b) {
        (Some(a), Some(b)) => a.joined(b, MERGE_MS).map(Some),
        (a, b) => Some(a.or(b)),
    };
    Some(Evidence {
        seller_sent: side(before.seller_sent, after.seller_sent)?,
        seller_seen: side(before.seller_seen, after.seller_seen)?,
        payer_seen: side(before.payer_seen, after.payer_seen)?,
    })
}

/// The session that these entries lead to. Entries that don't apply (they can't, if they were accepted once) are skipped.
pub fn replay(rang_at: Moment, terms: Terms, available_minor: i64, entries: &[Entry]) -> Session {
    let mut session = Session::ring(rang_at, terms, available_minor);
    for entry in entries {
        // Actions were carried out when it happened.
        let _ = session.on(entry.at, entry.event.clone());
    }
    session
}
