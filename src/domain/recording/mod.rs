//! Recording a call: nothing is written before everybody who is there has agreed, and nothing while somebody is there who
//! hasn't.

mod consent;
mod rule;

use crate::domain::{ids::UserId, time::Moment};
pub use consent::{Answer, CONSENT_TEXTS, ConsentText, Proof, consent_text};
pub use rule::{RecordingFor, RecordingRule};
use std::collections::BTreeSet;

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Somebody didn't agree, before it had begun.
    Declined,
    /// Somebody pressed stop.
    Stopped,
    /// Somebody doesn't agree any more, or came and didn't.
    Withdrawn,
    /// The call ended.
    CallOver,
    /// There was no space left.
    DiskFull,
    /// It couldn't be written.
    Failed,
}

impl Ending {
    const ALL: [Self; 6] = [
        Self::Declined,
        Self::Stopped,
        Self::Withdrawn,
        Self::CallOver,
        Self::DiskFull,
        Self::Failed,
    ];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Stopped => "stopped",
            Self::Withdrawn => "withdrawn",
            Self::CallOver => "call_over",
            Self::DiskFull => "disk_full",
            Self::Failed => "failed",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// What happens to a recording in its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody came.
    Arrived(UserId),
    /// Somebody went.
    Left(UserId),
    /// Somebody agreed.
    Agreed(UserId),
    /// Somebody doesn't agree, or not any more.
    Refused(UserId),
    /// Somebody pressed stop.
    Stopped(UserId),
    /// It can't be written.
    Broken(Ending),
    /// The call ended.
    CallOver,
}

/// Why an event isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// The person isn't in the call.
    NotPresent,
    /// It isn't being recorded.
    NotRecording,
    /// It is over.
    Over,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Asked,
    Running,
    Over(Ending),
}

/// A recording as its call's room knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    phase: Phase,
    present: BTreeSet<UserId>,
    agreed: BTreeSet<UserId>,
    began_at: Option<Moment>,
}

/// Nobody is recorded alone from the beginning.
const FEWEST: usize = 2;

impl Recording {
    /// One that these people are asked for.
    pub fn asked(present: impl IntoIterator<Item = UserId>) -> Self {
        Self {
            phase: Phase::Asked,
            present: present.into_iter().collect(),
            agreed: BTreeSet::new(),
            began_at: None,
        }
    }

    /// One that was asked for, or begun, by a server before this one; nobody is there yet.
    pub fn read_back(agreed: impl IntoIterator<Item = UserId>, began_at: Option<Moment>) -> Self {
        Self {
            phase: began_at.map_or(Phase::Asked, |_| Phase::Running),
            present: BTreeSet::new(),
            agreed: agreed.into_iter().collect(),
            began_at,
        }
    }

    /// Takes an event in.
    ///
    /// # Errors
    /// It doesn't fit; nothing has changed.
    pub fn on(&mut self, now: Moment, event: Event) -> Result<(), Rejected> {
        if self.ending().is_some() {
            return Err(Rejected::Over);
        }
        let is_there = |person: UserId| match self.present.contains(&person) {
            true => Ok(()),
            false => Err(Rejected::NotPresent),
        };
        match event {
            Event::Arrived(person) => {
                self.present.insert(person);
            }
            Event::Left(person) => {
                self.present.remove(&person);
            }
            Event::Agreed(person) => {
                is_there(person)?;
                self.agreed.insert(person);
            }
            Event::Refused(person) => {
                is_there(person)?;
                self.agreed.remove(&person);
                self.phase = Phase::Over(match self.phase {
                    Phase::Asked => Ending::Declined,
                    _ => Ending::Withdrawn,
                });
            }
            Event::Stopped(person) => {
                is_there(person)?;
                if self.phase != Phase::Running {
                    return Err(Rejected::NotRecording);
                }
                self.phase = Phase::Over(Ending::Stopped);
            }
            Event::Broken(ending) => self.phase = Phase::Over(ending),
            Event::CallOver => self.phase = Phase::Over(Ending::CallOver),
        }
        if self.phase == Phase::Asked && self.present.len() >= FEWEST && self.all_agreed() {
            self.phase = Phase::Running;
            self.began_at = Some(now);
        }
        Ok(())
    }

    fn all_agreed(&self) -> bool {
        self.present.is_subset(&self.agreed)
    }

    /// Whether the people who are there are being recorded now.
    pub fn is_written(&self) -> bool {
        self.phase == Phase::Running && self.all_agreed()
    }

    /// Whether it waits for somebody who came and hasn't agreed.
    pub fn is_held(&self) -> bool {
        self.phase == Phase::Running && !self.all_agreed()
    }

    /// Whether somebody has agreed.
    pub fn has_agreed(&self, person: UserId) -> bool {
        self.agreed.contains(&person)
    }

    /// Who is there.
    pub fn present(&self) -> &BTreeSet<UserId> {
        &self.present
    }

    /// When its first picture was, or will have been, written.
    pub fn began_at(&self) -> Option<Moment> {
        self.began_at
    }

    /// Why it ended, once it has.
    pub fn ending(&self) -> Option<Ending> {
        match self.phase {
            Phase::Over(ending) => Some(ending),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every order of up to so many events among three people.
    fn each_history(
        depth: usize,
        before: &Recording,
        history: &mut Vec<Event>,
        look: &mut impl FnMut(&Recording, &Recording, &[Event]),
        people: &[UserId; 3],
    ) {
        if depth == 0 {
            return;
        }
        let of_each = people.iter().flat_map(|person| {
            [
                Event::Arrived(*person),
                Event::Left(*person),
                Event::Agreed(*person),
                Event::Refused(*person),
                Event::Stopped(*person),
            ]
        });
        for event in of_each.chain([Event::Broken(Ending::DiskFull), Event::CallOver]) {
            let mut after = before.clone();
            let rejected = after.on(Moment(1), event).is_err();
            if rejected {
                assert_eq!(&after, before, "what is rejected changes nothing");
                continue;
            }
            history.push(event);
            look(before, &after, history);
            each_history(depth - 1, &after, history, look, people);
            history.pop();
        }
    }

    #[test]
    fn nobody_is_ever_written_who_hasnt_agreed() {
        let people = [UserId::new(), UserId::new(), UserId::new()];
        let asked = Recording::asked([people[0], people[1]]);
        let mut histories = 0;
        let mut look = |before: &Recording, after: &Recording, history: &[Event]| {
            histories += 1;
            let agreed = |person: &UserId| {
                let last = history
                    .iter()
                    .rev()
                    .find(|event| matches!(event, Event::Agreed(p) | Event::Refused(p) if p == person));
                matches!(last, Some(Event::Agreed(_)))
            };
            if after.is_written() {
                assert!(after.present().iter().all(agreed), "{history:?}");
                assert!(after.began_at().is_some());
            }
            assert!(before.ending().is_none(), "nothing follows the end");
            if before.began_at().is_none() && after.began_at().is_some() {
                assert!(
                    after.present().len() >= 2 && after.present().iter().all(agreed),
                    "{history:?}"
                );
            }
            assert!(!(after.is_written() && after.is_held()));
            if matches!(history.last(), Some(Event::Refused(_))) {
                assert!(after.ending().is_some() && !after.is_written());
            }
        };
        each_history(5, &asked, &mut Vec::new(), &mut look, &people);
        assert!(histories > 10_000, "{histories}");
    }

    #[test]
    fn it_waits_for_whoever_comes_and_goes_on_with_their_word_or_without_them() {
        let [a, b, c] = [UserId::new(), UserId::new(), UserId::new()];
        let mut recording = Recording::asked([a, b]);
        assert_eq!(recording.on(Moment(1), Event::Agreed(c)), Err(Rejected::NotPresent));
        assert_eq!(recording.on(Moment(1), Event::Stopped(a)), Err(Rejected::NotRecording));
        for (at, event, written, held) in [
            (2, Event::Agreed(a), false, false),
            (3, Event::Agreed(b), true, false),
            (4, Event::Arrived(c), false, true),
            (5, Event::Left(c), true, false),
            (6, Event::Arrived(c), false, true),
            (7, Event::Agreed(c), true, false),
            (8, Event::Left(a), true, false),
            (9, Event::Arrived(a), true, false),
            (10, Event::Refused(b), false, false),
        ] {
            recording.on(Moment(at), event).expect("taken");
            assert_eq!(
                (recording.is_written(), recording.is_held()),
                (written, held),
                "{event:?}"
            );
        }
        assert_eq!(recording.began_at(), Some(Moment(3)));
        assert_eq!(recording.ending(), Some(Ending::Withdrawn));
        assert_eq!(recording.on(Moment(11), Event::Agreed(b)), Err(Rejected::Over));
    }

    #[test]
    fn sellers_take_away_and_never_add() {
        use RecordingRule::{Always, Buyer, Either, Nobody, Seller};
        for (bound, wish, left) in [
            (Either, Nobody, Nobody),
            (Either, Seller, Seller),
            (Buyer, Either, Buyer),
            (Buyer, Seller, Nobody),
            (Nobody, Always, Nobody),
            (Always, Either, Either),
            (Either, Always, Either),
            (Always, Always, Always),
        ] {
            assert_eq!(bound.narrowed(wish), left, "{bound:?} {wish:?}");
        }
        for rule in RecordingRule::ALL {
            assert_eq!(RecordingRule::parse(rule.name()), Some(rule));
            assert_eq!(serde_json::to_value(rule).expect("json"), rule.name());
        }
    }
}
