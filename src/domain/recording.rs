//! Recording a call: nothing is written before everybody who is there has agreed, and nothing while somebody is there who
//! hasn't.

use crate::domain::{ids::UserId, time::Moment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who may have a call recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingRule {
    /// Nobody.
    Nobody,
    /// Whoever pays.
    Buyer,
    /// Whoever is paid.
    Seller,
    /// Each of them.
    #[default]
    Either,
    /// Each of them, and everybody is asked at the beginning of every call. Who doesn't agree talks unrecorded.
    Always,
}

impl RecordingRule {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 5] = [Self::Nobody, Self::Buyer, Self::Seller, Self::Either, Self::Always];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Either => "either",
            Self::Always => "always",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether the buyer may ask.
    pub fn lets_buyer(self) -> bool {
        matches!(self, Self::Buyer | Self::Either | Self::Always)
    }

    /// Whether the seller may ask.
    pub fn lets_seller(self) -> bool {
        matches!(self, Self::Seller | Self::Either | Self::Always)
    }

    /// What is left of this where a seller wishes something else: they can take away and never add.
    #[must_use]
    pub fn narrowed(self, wish: Self) -> Self {
        match (
            self.lets_buyer() && wish.lets_buyer(),
            self.lets_seller() && wish.lets_seller(),
        ) {
            (true, true) if self == Self::Always && wish == Self::Always => Self::Always,
            (true, true) => Self::Either,
            (true, false) => Self::Buyer,
            (false, true) => Self::Seller,
            (false, false) => Self::Nobody,
        }
    }
}

/// Who sees recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingFor {
    /// Both of the call, and the tenant's staff.
    #[default]
    Both,
    /// The tenant's staff only.
    Staff,
}

/// A text that people agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentText {
    /// Which: stays with these very words for ever.
    pub version: &'static str,
    /// In which language.
    pub language: &'static str,
    /// Word for word.
    pub text: &'static str,
}

/// What is asked now. A proof is worth as much as the words that were shown: these aren't a theme's or a tenant's to
/// change, and whoever changes them here gives them a new version.
pub const CONSENT_TEXTS: [ConsentText; 2] = [
    ConsentText {
        version: "2026-11-30.2.en",
        language: "en",
        text: "I agree that picture and sound of this call are recorded from now on and kept by the operator of this \
               marketplace. The people in this call, the operator and whoever runs its servers may watch the recording \
               until it is deleted. I can stop the recording at any time; what was recorded until then is kept.",
    },
    ConsentText {
        version: "2026-11-30.2.de",
        language: "de",
        text: "Ich bin damit einverstanden, dass Bild und Ton dieses Gesprächs ab jetzt aufgezeichnet und vom Betreiber \
               dieses Marktplatzes aufbewahrt werden. Die Menschen in diesem Gespräch, der Betreiber und wer dessen Server \
               betreibt dürfen die Aufzeichnung ansehen, bis sie gelöscht wird. Ich kann die Aufzeichnung jederzeit beenden; was bis dahin \
               aufgezeichnet wurde, bleibt erhalten.",
    },
];

/// The text of a version that is asked now.
pub fn consent_text(version: &str) -> Option<&'static ConsentText> {
    CONSENT_TEXTS.iter().find(|text| text.version == version)
}

/// What somebody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They agree.
    Given,
    /// They don't.
    Refused,
    /// They did, and don't any more.
    Withdrawn,
}

impl Answer {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What somebody answered, to which text.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// Its id: stored twice, it is one.
    pub id: Uuid,
    /// Who.
    pub person: UserId,
    /// What.
    pub answer: Answer,
    /// To which text.
    pub text: &'static ConsentText,
}

impl Proof {
    /// A new one.
    pub fn new(person: UserId, answer: Answer, text: &'static ConsentText) -> Self {
        Self {
            id: Uuid::now_v7(),
            person,
            answer,
            text,
        }
    }
}

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
