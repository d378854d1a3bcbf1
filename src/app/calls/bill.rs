//! The explained bill: replayed from the stored events, and held against the ledger.

use super::history::held;
use crate::{
    app::{App, shares},
    domain::{
        booking::Addon,
        call::{self, CallRole, bill::Bill},
        ids::{CallId, UserId},
        order_price::OrderPrice,
        refund::Subject,
    },
    error::{Error, Result},
    store::{
        TenantScope,
        bookings::{self, Extra},
        call_events,
        calls::{self, Call},
        metering::{self, LegTotals},
        refunds::{self, Refund},
        tips::{self, Tip},
    },
};

/// Tips that a bill has, the first of them.
const MOST_TIPS: i64 = 100;

/// A call's record for one of its people.
pub struct CallBill {
    /// The call, ended.
    pub call: Call,
    /// Which side the reader is.
    pub role: CallRole,
    /// What the events add up to.
    pub bill: Bill,
    /// What the ledger says was moved.
    pub ledger: LegTotals,
    /// What its order brought beyond its minutes.
    pub extra: Extra,
    /// What is due of its order, part by part; none if it was paid for as it went.
    pub due: Option<OrderPrice>,
    /// Seconds that were paid for beforehand; none if it was paid for as it went.
    pub prepaid_s: Option<i64>,
    /// What was ordered beside the talk; a part of what its order brought.
    pub addons: Vec<Addon>,
    /// What was given back of it, or of its order, oldest first.
    pub refunds: Vec<Refund>,
    /// What others have got of the seller's part; nothing that buyers see.
    pub given: Vec<shares::Given>,
    /// What was given on top, oldest first; no part of the sums.
    pub tips: Vec<Tip>,
}

impl CallBill {
    /// What the buyer paid, in minor units.
    pub fn total_minor(&self) -> i64 {
        self.ledger.charged_minor + self.extra.earned_minor
    }

    /// What the seller got of it.
    pub fn seller_minor(&self) -> i64 {
        let not_theirs = match self.due {
            Some(_) => self.ledger.tenant_minor + self.extra.commission_minor,
            None => self.call.ended.map_or(0, |ended| ended.commission_minor),
        };
        self.total_minor() - not_theirs
    }

    /// The tax that is in it.
    pub fn tax_minor(&self) -> i64 {
        match self.due {
            Some(due) => due.tax_minor(),
            None => self.call.ended.map_or(0, |ended| ended.tax_minor),
        }
    }

    /// What the tenant got of it.
    pub fn tenant_minor(&self) -> i64 {
        self.total_minor() - self.seller_minor() - self.tax_minor()
    }

    /// What its order brought beyond its minutes without fee and tax: time that wasn't used, and what was ordered beside the
    /// talk. In minor units.
    pub fn beyond_minor(&self) -> i64 {
        self.due.map_or(0, |due| due.price_minor() - self.ledger.charged_minor)
    }

    /// What all refunds changed for the reader, in minor units: more for the buyer, less for the seller.
    pub fn refunded_minor(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.for_minor(self.role)).sum()
    }

    /// What others have got of the seller's part, in minor units.
    pub fn given_minor(&self) -> i64 {
        self.given.iter().map(|given| given.minor).sum()
    }
}

/// The bill of an ended call.
///
/// # Errors
/// It isn't the reader's, or hasn't ended.
pub async fn bill(app: &App, scope: &TenantScope, reader: UserId, call: CallId) -> Result<CallBill> {
    let (call, entries, ledger, (extra, due, prepaid_s, addons), refunds, (given, tips)) = app
        .db
        .read(scope, move |tx| {
            let stored = calls::of_person(tx, call, reader)?;
            let (extra, due, prepaid_s, addons) = match held(&stored) {
                Some(order) => {
                    let extra = bookings::extras(tx, &[order])?.remove(&order).unwrap_or_default();
                    let booking = bookings::find(tx, order)?.booking;
                    let (due, terms) = (booking.settlement().map(|parts| parts.due), booking.terms());
                    let prepaid_s = i64::from(terms.length_min) * 60;
                    (extra, due, Some(prepaid_s), terms.addons.clone())
                }
                None => (Extra::default(), None, None, Vec::new()),
            };
            let (entries, ledger) = (call_events::events(tx, call)?, metering::leg_totals(tx, call)?);
            let subject = stored.booking.map_or(Subject::Call(call), Subject::Order);
            let refunds = refunds::of(tx, subject)?;
            // What somebody gave is theirs to know, and the seller's.
            let tips = tips::of_call(tx, call, reader, MOST_TIPS)?;
            let given = match stored.seller.id == reader {
                true => shares::given(tx, subject)?,
                false => Vec::new(),
            };
            let rest = (extra, due, prepaid_s, addons);
            Ok((stored, entries, ledger, rest, refunds, (given, tips)))
        })
        .await?;
    if call.ended.is_none() {
        return Err(Error::conflict(
            "not_ended",
            "The bill is made when the call has ended.",
        ));
    }
    let session = call::replay(call.rang_at, call.terms.clone(), call.opening_minor, &entries);
    let role = if reader == call.buyer.id {
        CallRole::Buyer
    } else {
        CallRole::Seller
    };
    Ok(CallBill {
        role,
        bill: call::bill::bill(&session),
        ledger,
        extra,
        due,
        prepaid_s,
        addons,
        refunds,
        given,
        tips,
        call,
    })
}
