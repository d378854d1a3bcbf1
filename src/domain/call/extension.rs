//! More minutes for a call that goes on (requirement F7), without input or output: the seller asks, the buyer answers, and
//! the time is added once it is paid. What happens and the time go in, the new state comes out.

use crate::domain::{
    booking::MOST_LENGTH_MIN,
    money::{Currency, Money},
    order_price::OrderPrice,
    time::Moment,
    trust::whole,
};

/// Most minutes that can be asked for at once.
pub const MOST_MINUTES: u32 = MOST_LENGTH_MIN;
/// How long a question waits for its answer.
const ASKED_MS: i64 = 60_000;
/// How long what was agreed to can be paid.
const PAY_MS: i64 = 600_000;

/// Least and most that can be asked for minutes at another price than the rate's.
pub fn amounts(currency: Currency) -> (Money, Money) {
    (whole(1, currency), whole(10_000, currency))
}

/// How an extension stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The buyer is asked.
    Asked,
    /// They said no, before or while they paid.
    Declined,
    /// They said yes, and it isn't paid yet.
    Paying,
    /// It is paid, and the time added.
    Paid,
    /// It wasn't paid in time, or couldn't be used any more.
    Failed,
    /// Nobody answered in time.
    Lapsed,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Asked,
        Self::Declined,
        Self::Paying,
        Self::Paid,
        Self::Failed,
        Self::Lapsed,
    ];

    /// Its name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Declined => "declined",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Lapsed => "lapsed",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Something that happens to an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The buyer agrees.
    Yes,
    /// The buyer doesn't, or not any more.
    No,
    /// Its price is taken, in the same step.
    Paid,
    /// It can't be used any more.
    Useless,
    /// The call ended.
    CallEnded,
    /// Time has passed.
    Tick,
}

/// Why something can't happen to an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It was answered in another way, or it is too late.
    #[error("that was answered already, or it is too late")]
    Over,
    /// The buyer hasn't agreed yet.
    #[error("nobody has agreed to it yet")]
    NotAgreed,
}

/// Why so many minutes can't be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// None, or too many.
    #[error("an extension is 1 to {MOST_MINUTES} minutes")]
    Minutes,
    /// Less or more than can be asked for them.
    #[error("an amount out of bounds")]
    Amount,
    /// They cost nothing, or more than there is.
    #[error("these minutes have no price")]
    Price,
}

/// So many minutes for so much, and how that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// How many minutes.
    pub minutes: u32,
    /// What they cost the buyer.
    pub price: OrderPrice,
    /// How it stands.
    pub state: State,
    /// Since when.
    pub since: Moment,
}

impl Extension {
    /// Minutes at the rate that was frozen for the call, in minor units a minute, asked for now; `charged` says what a price
    /// is with fee and tax, if that is money at all.
    ///
    /// # Errors
    /// Out of bounds.
    pub fn ask(
        minutes: u32,
        rate_minor: i64,
        charged: impl FnOnce(i64) -> Option<OrderPrice>,
        now: Moment,
    ) -> Result<Self, Refused> {
        if !(1..=MOST_MINUTES).contains(&minutes) {
            return Err(Refused::Minutes);
        }
        let price_minor = rate_minor.checked_mul(i64::from(minutes)).filter(|minor| *minor > 0);
        Ok(Self {
            minutes,
            price: price_minor.and_then(charged).ok_or(Refused::Price)?,
            state: State::Asked,
            since: now,
        })
    }

    /// The same for an amount that the seller chose.
    ///
    /// # Errors
    /// Out of bounds.
    pub fn ask_for(
        minutes: u32,
        amount: Money,
        charged: impl FnOnce(i64) -> Option<OrderPrice>,
        now: Moment,
    ) -> Result<Self, Refused> {
        let (least, most) = amounts(amount.currency);
        if !(1..=MOST_MINUTES).contains(&minutes) {
            return Err(Refused::Minutes);
        }
        if !(least.minor..=most.minor).contains(&amount.minor) {
            return Err(Refused::Amount);
        }
        Ok(Self {
            minutes,
            price: charged(amount.minor).ok_or(Refused::Price)?,
            state: State::Asked,
            since: now,
        })
    }

    /// When it goes on by itself.
    pub fn until(&self) -> Option<Moment> {
        match self.state {
            State::Asked => Some(self.since + ASKED_MS),
            State::Paying => Some(self.since + PAY_MS),
            State::Declined | State::Paid | State::Failed | State::Lapsed => None,
        }
    }

    /// It waits for the buyer.
    pub fn is_open(&self) -> bool {
        self.until().is_some()
    }

    /// Takes what happens. The same answer again changes nothing.
    ///
    /// # Errors
    /// It can't happen now; nothing has changed, but for what time brought about by itself.
    pub fn on(&mut self, now: Moment, event: Event) -> Result<(), Rejected> {
        if self.until().is_some_and(|until| until <= now) {
            self.enter(self.given_up(), now);
        }
        let next = match (event, self.state) {
            (Event::Tick, state) => state,
            (Event::Yes, State::Asked) => State::Paying,
            (Event::Yes, State::Paying | State::Paid) => self.state,
            (Event::No, State::Asked | State::Paying | State::Declined) => State::Declined,
            (Event::Paid, State::Paying | State::Paid) => State::Paid,
            (Event::Paid | Event::Useless, State::Asked) => return Err(Rejected::NotAgreed),
            (Event::Useless, State::Paying | State::Failed) => State::Failed,
            (Event::CallEnded, _) => self.given_up(),
            (Event::Yes | Event::No | Event::Paid | Event::Useless, _) => return Err(Rejected::Over),
        };
        self.enter(next, now);
        Ok(())
    }

    fn enter(&mut self, next: State, now: Moment) {
        if next != self.state {
            (self.state, self.since) = (next, now);
        }
    }

    /// What becomes of it without the buyer.
    fn given_up(&self) -> State {
        match self.state {
            State::Asked => State::Lapsed,
            State::Paying => State::Failed,
            state => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ask(minutes: u32, rate_minor: i64) -> Result<Extension, Refused> {
        Extension::ask(minutes, rate_minor, |price| Some(OrderPrice::bare(price)), Moment(0))
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Yes),
            Just(Event::No),
            Just(Event::Paid),
            Just(Event::Useless),
            Just(Event::CallEnded),
            Just(Event::Tick),
        ]
    }

    #[test]
    fn it_is_asked_within_bounds_and_costs_its_minutes() {
        let asked = ask(15, 199).expect("asked");
        assert_eq!(
            (asked.price.total_minor(), asked.until()),
            (2_985, Some(Moment(60_000)))
        );
        for minutes in [0, MOST_MINUTES + 1, 1_000_000_000, u32::MAX] {
            assert_eq!(ask(minutes, 199), Err(Refused::Minutes));
        }
        for rate in [0, -1, i64::MAX] {
            assert_eq!(ask(2, rate), Err(Refused::Price));
        }
    }

    fn ask_for(minutes: u32, minor: i64, currency: &str) -> Result<Extension, Refused> {
        let currency = Currency::parse(currency).expect("a currency");
        let charged = |price| Some(OrderPrice::bare(price));
        Extension::ask_for(minutes, Money::new(minor, currency), charged, Moment(0))
    }

    #[test]
    fn a_custom_amount_has_bounds_in_every_currency() {
        for (currency, least, most) in [
            ("EUR", 100, 1_000_000),
            ("JPY", 100, 1_000_000),
            ("KWD", 1_000, 10_000_000),
        ] {
            let price = |minor| ask_for(10, minor, currency).map(|asked| asked.price.total_minor());
            assert_eq!((price(least), price(most)), (Ok(least), Ok(most)), "{currency}");
            for minor in [i64::MIN, -500, 0, least - 1, most + 1, i64::MAX] {
                assert_eq!(price(minor), Err(Refused::Amount), "{minor} {currency}");
            }
        }
    }

    proptest! {
        /// Whatever is asked for: it is refused, or within both bounds.
        #[test]
        fn what_can_be_asked_for_is_within_bounds(minutes: u32, small in 0_u32..300, minor: i64, near in -100_i64..1_000_100) {
            let (least, most) = amounts(Currency::parse("EUR").expect("a currency"));
            for (minutes, minor) in [(minutes, minor), (small, near), (minutes, near), (small, minor)] {
                let good = (1..=MOST_MINUTES).contains(&minutes) && (least.minor..=most.minor).contains(&minor);
                let asked = ask_for(minutes, minor, "EUR");
                prop_assert_eq!(asked.is_ok(), good);
                if let Ok(asked) = asked {
                    prop_assert_eq!((asked.minutes, asked.price.price_minor()), (minutes, minor));
                }
            }
        }
    }

    #[test]
    fn nobody_answers_for_ever() {
        let asked = ask(15, 199).expect("asked");
        let mut late = asked;
        assert_eq!(late.on(Moment(60_000), Event::Yes), Err(Rejected::Over));
        assert_eq!(late.state, State::Lapsed);
        let mut unpaid = asked;
        unpaid.on(Moment(59_999), Event::Yes).expect("in time");
        unpaid.on(Moment(659_998), Event::Tick).expect("time passes");
        assert_eq!(unpaid.state, State::Paying);
        assert_eq!(unpaid.on(Moment(659_999), Event::Paid), Err(Rejected::Over));
        assert_eq!(unpaid.state, State::Failed);
    }

    proptest! {
        /// Whatever comes in whatever order: it is paid only after a yes, never twice, and what is decided stays.
        #[test]
        fn it_is_paid_once_and_only_after_a_yes(steps in prop::collection::vec((event(), 0_i64..200_000), 0..20)) {
            let mut extension = ask(10, 100).expect("asked");
            let (mut now, mut agreed, mut paid) = (Moment(0), false, 0);
            for (event, after) in steps {
                now = now + after;
                let before = extension;
                let answer = extension.on(now, event);
                agreed |= event == Event::Yes && answer.is_ok();
                if before.state != State::Paid && extension.state == State::Paid {
                    paid += 1;
                    prop_assert!(agreed && event == Event::Paid);
                    prop_assert!(before.until().is_some_and(|until| now < until));
                }
                if !before.is_open() {
                    prop_assert_eq!(extension, before, "{:?}", event);
                }
                if answer.is_ok() {
                    let again = extension;
                    prop_assert!(extension.on(now, event).is_ok() && extension == again, "{:?} again", event);
                }
                if event == Event::CallEnded {
                    prop_assert!(!extension.is_open());
                }
                prop_assert_eq!((extension.minutes, extension.price.total_minor()), (10, 1_000));
            }
            prop_assert!(paid <= 1);
        }
    }
}
