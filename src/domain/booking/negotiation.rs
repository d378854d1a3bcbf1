//! Agreeing on a time: offers, answers to them, and other offers in turn.

use super::{Agreement, Booking, MOST_ROUNDS, Offer, Outcome, Rejected, State, closed, not_begun};
use crate::domain::{call::CallRole, time::Moment};

impl Booking {
    pub(super) fn propose(&mut self, now: Moment, by: CallRole, start: Moment) -> Result<(), Rejected> {
        match self.state {
            _ if self.terms.agreement == Agreement::Instant => return Err(Rejected::AtOnce),
            State::Unpaid { .. } => return Err(Rejected::NotPaid),
            State::Running { .. } => return Err(Rejected::Begun),
            _ if self.is_delivered() => return Err(Rejected::NotBooked),
            _ if self.holds().any(|held| held == start) => return Err(Rejected::SameTime),
            State::Booked { start: agreed, .. } => {
                not_begun(now, agreed)?;
                let mut offer = self.offer(now, by, start)?;
                offer.expires_at = offer.expires_at.min(agreed);
                self.state = State::Booked {
                    start: agreed,
                    change: Some(offer),
                };
            }
            _ => {
                let offer = self.offer(now, by, start)?;
                self.state = State::Asked { offer };
            }
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, now: Moment, by: CallRole, round: u32) -> Result<(), Rejected> {
        let Offer {
            start, by: offered_by, ..
        } = self.named(round)?;
        if offered_by == by {
            return Err(Rejected::OwnOffer);
        }
        self.state = if self.paid {
            State::Booked { start, change: None }
        } else {
            let until = match self.terms.agreement {
                Agreement::Instant => now + self.terms.pay_ms(),
                _ => (now + self.terms.pay_ms()).min(start),
            };
            State::Unpaid {
                until,
                start: Some(start),
            }
        };
        Ok(())
    }

    pub(super) fn decline(&mut self, by: CallRole, round: u32) -> Result<(), Rejected> {
        let offer = self.named(round)?;
        self.state = match self.state {
            State::Booked { start, .. } => State::Booked { start, change: None },
            // Who has paid can offer again, who hasn't has ordered nothing.
            _ if self.paid => State::Open,
            _ if by == offer.by => closed(Outcome::Withdrawn { by }),
            _ => closed(Outcome::Declined { by }),
        };
        Ok(())
    }

    /// The open offer, if it is the one that is meant.
    fn named(&self, round: u32) -> Result<Offer, Rejected> {
        let offer = self.open_offer().ok_or(Rejected::NothingToAnswer)?;
        if offer.round == round {
            Ok(offer)
        } else {
            Err(Rejected::Superseded)
        }
    }

    /// The next offer.
    pub(super) fn offer(&mut self, now: Moment, by: CallRole, start: Moment) -> Result<Offer, Rejected> {
        if self.rounds >= MOST_ROUNDS {
            return Err(Rejected::TooManyRounds);
        }
        let bookable = self.bookable(now);
        if start <= bookable.from {
            return Err(Rejected::TooSoon);
        }
        if start > bookable.to {
            return Err(Rejected::TooFar);
        }
        self.rounds += 1;
        Ok(Offer {
            by,
            start,
            expires_at: (now + self.terms.offer_ms()).min(start + -self.terms.notice_ms()),
            round: self.rounds,
        })
    }
}
