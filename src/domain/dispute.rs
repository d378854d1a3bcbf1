//! A buyer's claim for what they paid (requirement H4), without input or output: the seller answers or agrees, the tenant's
//! staff decide, the buyer may take it back. Time does nothing by itself: once the seller's is over they can't answer any
//! more, and what goes back is for people to decide.

use super::time::Moment;

const DAY_MS: i64 = 86_400_000;

/// Until so many days after its end something can be disputed, unless the tenant says otherwise.
pub const USUAL_WINDOW_DAYS: u32 = 14;
/// Longest window.
pub const MOST_WINDOW_DAYS: u32 = 180;
/// So many days the seller has to answer.
pub const ANSWER_DAYS: i64 = 7;
/// So often something can be disputed: what was taken back counts.
pub const MOST_TRIES: i64 = 3;

/// Who ended a dispute with a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// The seller, who agreed to all of it.
    Seller,
    /// The tenant's staff.
    Staff,
}

impl DecidedBy {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seller => "seller",
            Self::Staff => "staff",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Seller, Self::Staff].into_iter().find(|by| by.name() == name)
    }
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The seller hasn't answered.
    Open,
    /// They have.
    Answered,
    /// It is over, and so much goes back.
    Decided {
        /// Who decided.
        by: DecidedBy,
        /// How much, in minor units; zero is nothing.
        refund_minor: i64,
    },
    /// The buyer took it back.
    Withdrawn,
}

impl State {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Decided { .. } => "decided",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Money is held for it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Answered)
    }
}

/// What happens to a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The seller says how they see it.
    Answer,
    /// The seller gives back what is asked for.
    Agree,
    /// Staff decide what goes back.
    Decide {
        /// How much, in minor units; zero is nothing.
        refund_minor: i64,
    },
    /// The buyer takes it back.
    Withdraw,
}

/// Why something can't happen to a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It is over.
    Over,
    /// The seller has answered already.
    Answered,
    /// The seller's time to answer is over.
    TooLate,
    /// More can't go back than was asked for, nor less than nothing.
    OutOfBounds,
}

/// A dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// What the buyer wants back, in minor units.
    pub asked_minor: i64,
    /// Until when the seller can answer.
    pub answer_by: Moment,
    /// Where it stands.
    pub state: State,
}

impl Dispute {
    /// A new one.
    pub fn open(asked_minor: i64, now: Moment) -> Self {
        Self {
            asked_minor,
            answer_by: now + ANSWER_DAYS * DAY_MS,
            state: State::Open,
        }
    }

    /// The seller can answer.
    pub fn can_be_answered(&self, now: Moment) -> bool {
        self.state == State::Open && now < self.answer_by
    }

    /// Lets something happen to it.
    ///
    /// # Errors
    /// It can't; nothing is changed.
    pub fn on(&mut self, now: Moment, event: Event) -> Result<(), Rejected> {
        if !self.state.is_open() {
            return Err(Rejected::Over);
        }
        self.state = match event {
            Event::Answer if self.state == State::Answered => return Err(Rejected::Answered),
            Event::Answer if now >= self.answer_by => return Err(Rejected::TooLate),
            Event::Answer => State::Answered,
            Event::Agree => State::Decided {
                by: DecidedBy::Seller,
                refund_minor: self.asked_minor,
            },
            Event::Decide { refund_minor } if !(0..=self.asked_minor).contains(&refund_minor) => {
                return Err(Rejected::OutOfBounds);
            }
            Event::Decide { refund_minor } => State::Decided {
                by: DecidedBy::Staff,
                refund_minor,
            },
            Event::Withdraw => State::Withdrawn,
        };
        Ok(())
    }
}

/// Until when something that ended then can be disputed.
pub fn window_end(ended_at: Moment, window_days: u32) -> Moment {
    ended_at + i64::from(window_days) * DAY_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Moment = Moment(1_800_000_000_000);

    #[test]
    fn an_answer_comes_once_and_in_time() {
        let mut dispute = Dispute::open(500, START);
        let end = dispute.answer_by;
        assert_eq!(dispute.clone().on(end, Event::Answer), Err(Rejected::TooLate));
        assert!(dispute.can_be_answered(START) && !dispute.can_be_answered(end));
        dispute.on(START, Event::Answer).unwrap();
        assert_eq!(dispute.on(START, Event::Answer), Err(Rejected::Answered));
        // Staff decide whether it was answered or not, and the buyer takes it back.
        let decided = Event::Decide { refund_minor: 501 };
        assert_eq!(dispute.on(end, decided), Err(Rejected::OutOfBounds));
        assert_eq!(
            dispute.on(end, Event::Decide { refund_minor: -1 }),
            Err(Rejected::OutOfBounds)
        );
        assert_eq!(dispute.state, State::Answered);
        dispute.clone().on(end, Event::Withdraw).unwrap();
        dispute.on(end, Event::Decide { refund_minor: 0 }).unwrap();
        assert_eq!(dispute.on(end, Event::Withdraw), Err(Rejected::Over));
    }

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Answer),
            Just(Event::Agree),
            Just(Event::Withdraw),
            (-10i64..1_000).prop_map(|refund_minor| Event::Decide { refund_minor }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn it_ends_once_and_never_gives_more_than_was_asked(
            asked in 1i64..500,
            events in prop::collection::vec((any_event(), 0i64..20 * DAY_MS), 0..12),
        ) {
            let mut dispute = Dispute::open(asked, START);
            let mut ends = 0;
            for (event, later) in events {
                let before = dispute;
                match dispute.on(START + later, event) {
                    Ok(()) => ends += i32::from(!dispute.state.is_open()),
                    Err(_) => prop_assert_eq!(dispute, before),
                }
                if let State::Decided { refund_minor, .. } = dispute.state {
                    prop_assert!((0..=asked).contains(&refund_minor));
                }
            }
            prop_assert!(ends <= 1);
        }
    }
}
