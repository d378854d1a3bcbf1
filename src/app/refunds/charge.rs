//! What was paid for a call or an order, from the ledger, and what of it has gone back.

use super::tax_of;
use crate::{
    domain::{
        booking::{Outcome, State},
        call::{self, bill},
        earning_share::Share,
        ids::{BookingId, CallId, UserId},
        money::Currency,
        pricing,
        refund::{Charge, Subject, Timed},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        call_events,
        calls::{self, Call, Party},
        chargebacks, metering, refunds, tenants,
    },
};

/// Something that was paid for and is over.
#[derive(Clone, Debug)]
pub struct Charged {
    /// What.
    pub subject: Subject,
    /// Who paid.
    pub buyer: Party,
    /// Who earned it.
    pub seller: Party,
    /// What it was about.
    pub title: String,
    /// Currency of its amounts.
    pub currency: Currency,
    /// When it ended.
    pub ended_at: Moment,
    /// The call that it was talked in, if it was.
    pub call: Option<CallId>,
    /// It was paid with play money, before the marketplace took real money: that is gone.
    pub is_play_money: bool,
    /// Who gets a part of what the seller earned.
    pub shares: Vec<Share>,
    /// How much.
    pub charge: Charge,
}

/// Buyer and seller of something, to be locked before anything else.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn people(tx: &mut TenantTx<'_>, subject: Subject) -> Result<(UserId, UserId)> {
    let (buyer, seller) = match subject {
        Subject::Call(call) => calls::find(tx, call).map(|call| (call.buyer.id, call.seller.id))?,
        Subject::Order(order) => bookings::find(tx, order).map(|order| (order.buyer.id, order.seller.id))?,
    };
    Ok((buyer, seller))
}

impl Charged {
    /// Refuses what was paid with money that is gone.
    ///
    /// # Errors
    /// That.
    pub fn check_real(&self) -> Result<()> {
        if self.is_play_money {
            let words = "This was paid with play money, and that is gone. Nothing of it can be given back.";
            return Err(Error::conflict("play_money", words));
        }
        Ok(())
    }

    /// What was paid for something. A call that was an order's talk stands for its order: there is one sum.
    ///
    /// # Errors
    /// It hasn't ended, isn't there, or the database is away.
    pub fn of(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Self> {
        match subject {
            Subject::Call(id) => {
                let call = calls::find(tx, id)?;
                match call.booking {
                    Some(order) => Self::of_order(tx, order),
                    None => Self::of_call(tx, call),
                }
            }
            Subject::Order(order) => Self::of_order(tx, order),
        }
    }

    fn of_call(tx: &mut TenantTx<'_>, call: Call) -> Result<Self> {
        let ended_at = call.ended.map(|ended| ended.at).ok_or_else(not_ended)?;
        let totals = metering::leg_totals(tx, call.id)?;
        let timed = Timed {
            rate_minor: call.terms.rate_minor,
            seconds: charged_s(tx, &call)?,
            refunded_s: 0,
        };
        let subject = Subject::Call(call.id);
        let paid = Paid {
            paid_minor: totals.charged_minor,
            price_minor: totals.charged_minor,
            commission_minor: call.ended.map_or(0, |ended| ended.commission_minor),
            tax_minor: call.ended.map_or(0, |ended| ended.tax_minor),
        };
        Ok(Self {
            subject,
            ended_at,
            is_play_money: was_play_money(tx, call.rang_at)?,
            call: Some(call.id),
            shares: call.terms.shares,
            charge: left_of(tx, subject, paid, Some(timed))?,
            buyer: call.buyer,
            seller: call.seller,
            title: call.service_title,
            currency: call.currency,
        })
    }

    fn of_order(tx: &mut TenantTx<'_>, id: BookingId) -> Result<Self> {
        let order = bookings::find(tx, id)?;
        if !matches!(order.booking.state(), State::Closed { .. }) {
            return Err(not_ended());
        }
        let history = bookings::history(tx, id)?;
        let ended_at = history.last().map_or(order.ordered_at, |last| last.at);
        let call = calls::paid_of(tx, id)?;
        let extra = bookings::extras(tx, &[id])?.remove(&id).unwrap_or_default();
        let mut paid = Paid {
            paid_minor: extra.earned_minor,
            price_minor: order.booking.settlement().map_or(0, |parts| parts.earned_minor),
            commission_minor: extra.commission_minor,
            tax_minor: extra.tax_minor,
        };
        if let Some(call) = &call {
            let totals = metering::leg_totals(tx, call.id)?;
            paid.paid_minor += totals.charged_minor;
            paid.commission_minor += totals.tenant_minor;
        }
        let timed = time_of(tx, &order, call.as_ref())?;
        let subject = Subject::Order(id);
        Ok(Self {
            subject,
            ended_at,
            // What lay in an order was over before real money was taken.
            is_play_money: was_play_money(tx, ended_at)?,
            call: call.map(|call| call.id),
            shares: order.call_terms.shares,
            charge: left_of(tx, subject, paid, timed)?,
            buyer: order.buyer,
            seller: order.seller,
            title: order.service_title,
            currency: order.currency,
        })
    }
}

fn was_play_money(tx: &mut TenantTx<'_>, at: Moment) -> Result<bool> {
    Ok(tenants::live_since(tx)?.is_some_and(|live| at <= live))
}

/// The time that an order's price is for: all that was ordered, or what was talked when the seller ended it.
fn time_of(tx: &mut TenantTx<'_>, order: &Order, call: Option<&Call>) -> Result<Option<Timed>> {
    let State::Closed {
        outcome: Outcome::Held { earned_minor },
    } = order.booking.state()
    else {
        return Ok(None);
    };
    let terms = order.booking.terms();
    let rate_minor = order.call_terms.rate_minor;
    let ordered_s = i64::from(terms.length_min) * 60;
    let seconds = if earned_minor == terms.price_minor {
        ordered_s
    } else {
        match call {
            Some(call) => charged_s(tx, call)?,
            None => return Ok(None),
        }
    };
    let is_by_time = pricing::time_price_minor(rate_minor, ordered_s) == terms.price_minor - terms.addons_minor();
    Ok(is_by_time.then_some(Timed {
        rate_minor,
        seconds,
        refunded_s: 0,
    }))
}

/// Seconds that a call was charged for, by the record that its bill is made of.
fn charged_s(tx: &mut TenantTx<'_>, call: &Call) -> Result<i64> {
    let entries = call_events::events(tx, call.id)?;
    let session = call::replay(call.rang_at, call.terms.clone(), call.opening_minor, &entries);
    Ok(bill::bill(&session).charged_s)
}

/// What was paid, as in [`Charge`].
struct Paid {
    paid_minor: i64,
    price_minor: i64,
    commission_minor: i64,
    tax_minor: i64,
}

fn left_of(tx: &mut TenantTx<'_>, subject: Subject, paid: Paid, timed: Option<Timed>) -> Result<Charge> {
    let given = refunds::of(tx, subject)?;
    let sum = |of: fn(&refunds::Refund) -> i64| -> i64 { given.iter().map(of).sum() };
    // What a bank took back of it isn't there to be given back again.
    let claimed = chargebacks::claimed_of(tx, subject)?;
    let mut refunded_tax_minor = claimed.tax_minor;
    for refund in &given {
        refunded_tax_minor += tax_of(tx, refund.id)?;
    }
    let refunded_s = sum(|refund| refund.seconds);
    Ok(Charge {
        paid_minor: paid.paid_minor,
        price_minor: paid.price_minor,
        commission_minor: paid.commission_minor,
        tax_minor: paid.tax_minor,
        refunded_minor: sum(|refund| refund.amount.minor) + claimed.gross_minor,
        refunded_commission_minor: sum(|refund| refund.commission_minor) + claimed.commission_minor,
        refunded_tax_minor,
        timed: timed.map(|timed| Timed { refunded_s, ..timed }),
    })
}

fn not_ended() -> Error {
    Error::conflict("not_ended", "This hasn't ended yet.")
}
