//! An order for a talk at a time that both agree on (requirements D2, D6, D7; presets P1 and P2), without input or
//! output: what people do and the time go in, the new state comes out. Times are offered and answered, any number of
//! rounds, from either side; what is agreed can be moved by the same offers. Replaying what happened gives the same state.

mod attendance;
mod bookable;
mod delivery;
mod event;
mod negotiation;
mod offer;
mod outcome;
mod terms;

pub use attendance::{Here, absent};
pub use bookable::{Bookable, BookableError, MOST_HORIZON_DAYS, MOST_LENGTH_MIN};
pub use delivery::{Addon, CONFIRM_DAYS, Fixed, FixedError, MOST_ADDONS, MOST_DELIVERY_DAYS, MOST_PRICE_MINOR};
pub use event::{Event, Rejected, State};
pub use offer::Offer;
pub use outcome::{Absent, Outcome, Settlement};
pub use terms::{Agreement, Terms};

use crate::domain::{
    call::CallRole,
    order_price::OrderPrice,
    time::{Moment, Span},
};
use serde::{Deserialize, Serialize};

/// Offers that one order can see.
pub const MOST_ROUNDS: u32 = 200;
/// Longest that a talk can become by extensions, minutes.
pub const MOST_EXTENDED_MIN: u32 = 24 * 60;
/// How long after its end a talk that was booked and of which nothing is known counts as one that nobody came to.
const FORGOTTEN_MS: i64 = 24 * 3_600_000;

/// An order from its first wish to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    terms: Terms,
    /// When it was ordered; paid, if that comes first.
    since: Moment,
    state: State,
    paid: bool,
    rounds: u32,
    last_booked: Option<Moment>,
    /// The seller began at the agreed time, and the buyer gave no answer, the last time.
    unanswered: bool,
}

impl Booking {
    /// An order that is paid before a time is asked for (preset P1).
    pub fn bought(mut terms: Terms, now: Moment) -> Self {
        terms.agreement = Agreement::Negotiated;
        let until = now + terms.pay_ms();
        Self {
            state: State::Unpaid { until, start: None },
            paid: false,
            rounds: 0,
            since: now,
            last_booked: None,
            unanswered: false,
            terms,
        }
    }

    /// An order that asks for a time, and is paid once that is accepted (preset P2).
    ///
    /// # Errors
    /// The time can't be booked.
    pub fn asked(mut terms: Terms, start: Moment, now: Moment) -> Result<Self, Rejected> {
        terms.agreement = Agreement::PayAfterAccept;
        let mut booking = Self {
            state: State::Open,
            paid: false,
            rounds: 0,
            since: now,
            last_booked: None,
            unanswered: false,
            terms,
        };
        let offer = booking.offer(now, CallRole::Buyer, start)?;
        booking.state = State::Asked { offer };
        Ok(booking)
    }

    /// An order for a talk at once (preset P2's instant form): it begins when it is paid.
    pub fn asked_at_once(terms: Terms, now: Moment) -> Self {
        let terms = terms.at_once();
        let offer = Offer {
            by: CallRole::Buyer,
            start: now,
            expires_at: now + terms.offer_ms(),
            round: 1,
        };
        Self {
            state: State::Asked { offer },
            paid: false,
            rounds: 1,
            since: now,
            last_booked: None,
            unanswered: false,
            terms,
        }
    }

    /// What was agreed beforehand.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The buyer's payment is held for it, or was.
    pub fn is_paid(&self) -> bool {
        self.paid
    }

    /// When it was to begin, as booked last; none if it never was.
    pub fn last_booked(&self) -> Option<Moment> {
        self.last_booked
    }

    /// The seller began at the agreed time, and the buyer gave no answer.
    pub fn was_unanswered(&self) -> bool {
        self.unanswered
    }

    /// The offer that waits for an answer.
    pub fn open_offer(&self) -> Option<Offer> {
        match self.state {
            State::Asked { offer }
            | State::Booked {
                change: Some(offer), ..
            } => Some(offer),
            _ => None,
        }
    }

    /// Between which instants it may begin if that is agreed on at `now`; the first of them isn't among them. What is
    /// paid first begins within so many days of the payment.
    pub fn bookable(&self, now: Moment) -> Span {
        let counted_from = match self.terms.agreement {
            Agreement::Negotiated => self.since,
            Agreement::PayAfterAccept | Agreement::Instant => now,
        };
        Span {
            from: now + self.terms.notice_ms(),
            to: counted_from + self.terms.horizon_ms(),
        }
    }

    /// From when on the record of presence is asked whether somebody stayed away, if the talk hasn't begun.
    pub fn presence_due(&self) -> Option<Moment> {
        match self.state {
            State::Booked { start, .. } => Some(start + self.terms.no_show_ms()),
            _ => None,
        }
    }

    /// The beginnings that are kept free for it: nobody else can have them.
    pub fn holds(&self) -> impl Iterator<Item = Moment> {
        let (first, second) = match self.state {
            State::Unpaid { start, .. } => (start, None),
            State::Asked { offer } => (Some(offer.start), None),
            State::Booked { start, change } => (Some(start), change.map(|offer| offer.start)),
            State::Running { start } => (Some(start), None),
            State::Open
            | State::Ordered { .. }
            | State::Working { .. }
            | State::Delivered { .. }
            | State::Closed { .. } => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The time that it takes from a beginning on. What is to begin once it is paid may begin as late as it can be paid.
    pub fn lasts(&self, start: Moment) -> Span {
        let waits = match self.terms.agreement {
            Agreement::Instant if !self.paid => self.terms.offer_ms() + self.terms.pay_ms(),
            _ => 0,
        };
        Span {
            from: start,
            to: start + (self.terms.length_ms() + waits),
        }
    }

    /// Who gets what of the price; none before it has ended, or if nothing was paid.
    pub fn settlement(&self) -> Option<Settlement> {
        match self.state {
            State::Closed { outcome } if self.paid => Some(outcome.settlement(&self.terms)),
            _ => None,
        }
    }

    /// When something happens by itself, if nothing else does before.
    pub fn next_deadline(&self) -> Option<Moment> {
        match self.state {
            State::Unpaid { until, .. } => Some(until),
            // Nothing could be agreed on any more.
            State::Open => Some(self.since + (self.terms.horizon_ms() - self.terms.notice_ms())),
            State::Asked { offer }
            | State::Booked {
                change: Some(offer), ..
            } => Some(offer.expires_at),
            // Nobody told what became of it.
            State::Booked { start, .. } => Some(start + (self.terms.length_ms() + FORGOTTEN_MS)),
            State::Ordered { .. } | State::Working { .. } | State::Delivered { .. } => self.delivery_deadline(),
            State::Running { .. } | State::Closed { .. } => None,
        }
    }

    /// Takes what happens.
    ///
    /// # Errors
    /// It can't happen now; nothing has changed, but for what time brought about by itself.
    pub fn on(&mut self, now: Moment, event: Event) -> Result<(), Rejected> {
        // That comes in place of what time would bring about.
        if event != Event::PutOff {
            self.lapse(now);
        }
        if matches!(self.state, State::Closed { .. }) && event != Event::Tick {
            return Err(Rejected::Over);
        }
        match event {
            Event::Tick => {}
            Event::Paid => self.pay(now)?,
            Event::Propose { by, start } => self.propose(now, by, start)?,
            Event::Accept { by, round } => self.accept(now, by, round)?,
            Event::Decline { by, round } => self.decline(by, round)?,
            Event::Cancel { by } => self.cancel(now, by)?,
            Event::Begun => {
                let start = self.booked()?;
                self.state = State::Running { start };
            }
            Event::Extended { minutes, price } => self.extend(minutes, price)?,
            Event::Stopped { unanswered } => {
                let start = self.running()?;
                // The last time counts: who answers in the end has answered.
                self.unanswered = unanswered && now >= start;
                self.state = State::Booked { start, change: None };
            }
            Event::Held {
                charged_minor,
                rest_refunded,
            } => {
                self.running()?;
                let earned_minor = match rest_refunded {
                    true => self.terms.earned_minor(charged_minor),
                    false => self.terms.price_minor,
                };
                self.close(Outcome::Held { earned_minor });
            }
            Event::Missed { absent } => self.missed(now, absent)?,
            Event::TakeOn | Event::Deliver | Event::Confirm => self.deliver(now, event)?,
            Event::PutOff => self.put_off(now)?,
        }
        if let State::Booked { start, .. } = self.state {
            self.last_booked = Some(start);
        }
        // What it has led to may be over already.
        self.lapse(now);
        Ok(())
    }

    /// What time has brought about, one thing after the other.
    fn lapse(&mut self, now: Moment) {
        while self.next_deadline().is_some_and(|due| due <= now) {
            self.state = match self.state {
                State::Unpaid { .. } => closed(Outcome::NotPaid),
                State::Booked { start, change: Some(_) } => State::Booked { start, change: None },
                State::Booked { .. } => closed(Outcome::Missed { absent: Absent::Both }),
                State::Asked { .. } if self.paid => State::Open,
                State::Delivered { .. } => closed(Outcome::Accepted),
                _ => closed(Outcome::Expired),
            };
        }
    }

    fn pay(&mut self, now: Moment) -> Result<(), Rejected> {
        let State::Unpaid { start, .. } = self.state else {
            return Err(Rejected::NothingToPay);
        };
        (self.paid, self.since) = (true, now);
        if self.is_delivered() {
            let until = now + self.terms.offer_ms();
            self.state = State::Ordered { until };
            return Ok(());
        }
        let start = match self.terms.agreement {
            Agreement::Instant => Some(now),
            _ => start,
        };
        self.state = start.map_or(State::Open, |start| State::Booked { start, change: None });
        Ok(())
    }

    fn cancel(&mut self, now: Moment, by: CallRole) -> Result<(), Rejected> {
        if let Some(ended) = self.called_off(now, by) {
            self.close(ended?);
            return Ok(());
        }
        let outcome = match self.state {
            State::Running { .. } => return Err(Rejected::Begun),
            State::Booked { start, change } => {
                not_begun(now, start)?;
                // Whoever is asked for another time needn't pay for the one that the other doesn't want.
                let asked = change.is_some_and(|offer| offer.by == CallRole::Seller);
                let late = by == CallRole::Buyer && !asked && now > start + -self.terms.cancel_free_ms();
                Outcome::Cancelled { by, late }
            }
            _ => Outcome::Withdrawn { by },
        };
        self.close(outcome);
        Ok(())
    }

    /// What was agreed grows; what it cost is shared in the end as if it had been ordered like that.
    fn extend(&mut self, minutes: u32, price: OrderPrice) -> Result<(), Rejected> {
        self.running()?;
        self.terms = self.terms.extended(minutes, price).ok_or(Rejected::TooLong)?;
        Ok(())
    }

    fn missed(&mut self, now: Moment, absent: Absent) -> Result<(), Rejected> {
        let start = self.booked()?;
        if now < start + self.terms.no_show_ms() {
            return Err(Rejected::TooEarly);
        }
        self.close(Outcome::Missed { absent });
        Ok(())
    }

    fn close(&mut self, outcome: Outcome) {
        self.state = closed(outcome);
    }

    fn booked(&self) -> Result<Moment, Rejected> {
        match self.state {
            State::Booked { start, .. } => Ok(start),
            _ => Err(Rejected::NotBooked),
        }
    }

    fn running(&self) -> Result<Moment, Rejected> {
        match self.state {
            State::Running { start } => Ok(start),
            _ => Err(Rejected::NotBooked),
        }
    }
}

fn not_begun(now: Moment, start: Moment) -> Result<(), Rejected> {
    if now < start { Ok(()) } else { Err(Rejected::Begun) }
}

fn closed(outcome: Outcome) -> State {
    State::Closed { outcome }
}
