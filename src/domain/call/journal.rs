//! The stored events of a call: enough to bring it back, and to explain its bill, at any time.

use super::{Action, Event, Evidence, Run, Session, Terms};
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
///
/// Only evidence that led to no action is held back. So what is stored before actions are carried out always explains
/// them, and losing what is held loses nothing but evidence that nobody acted on yet.
#[derive(Clone, Debug)]
pub struct Journal {
    /// Longest gap that merging may close: never one that the meter wouldn't bridge.
    gap_ms: i64,
    held: Option<(Moment, Entry)>,
}

impl Journal {
    /// For a call whose policy bridges gaps of that length.
    pub fn new(bridge_ms: u32) -> Self {
        Self {
            gap_ms: i64::from(bridge_ms).min(MERGE_MS),
            held: None,
        }
    }

    /// Adds an event that the session accepted and answered with `actions`; gives the entries to be stored, in order,
    /// before the actions are carried out.
    pub fn add(&mut self, at: Moment, event: Event, actions: &[Action]) -> Vec<Entry> {
        match event {
            // Nothing follows from time alone without an action.
            Event::Tick if actions.is_empty() => Vec::new(),
            Event::Media(evidence) => {
                let mut entries: Vec<Entry> = self.hold(at, evidence.until(at)).into_iter().collect();
                if !actions.is_empty() {
                    entries.extend(self.flush());
                }
                entries
            }
            event => self.flush().into_iter().chain([Entry { at, event }]).collect(),
        }
    }

    /// What was held back for merging.
    pub fn flush(&mut self) -> Option<Entry> {
        self.held.take().map(|(_, entry)| entry)
    }

    /// Holds evidence back, merged with what is held; else gives what was held.
    fn hold(&mut self, at: Moment, evidence: Evidence) -> Option<Entry> {
        if let Some((since, held)) = &mut self.held
            && at >= held.at
            && at - *since < MERGE_MS
            && let Event::Media(before) = &held.event
            && let Some(merged) = merge(before, &evidence, self.gap_ms)
        {
            *held = Entry {
                at,
                event: Event::Media(merged),
            };
            return None;
        }
        let due = self.flush();
        self.held = Some((
            at,
            Entry {
                at,
                event: Event::Media(evidence),
            },
        ));
        due
    }
}

/// Both as one, if no side has a gap in between that could matter.
fn merge(before: &Evidence, after: &Evidence, gap_ms: i64) -> Option<Evidence> {
    let side = |a: Option<Run>, b: Option<Run>| match (a, b) {
        (Some(a), Some(b)) => a.joined(b, gap_ms).map(Some),
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
