//! The explained bill: replayed from the stored events, and held against the ledger.

use crate::{
    app::App,
    domain::{
        booking::Addon,
        call::{self, CallRole, bill::Bill},
        ids::{CallId, UserId},
    },
    error::{Error, Result},
    store::{
        TenantScope, bookings, call_events,
        calls::{self, Call},
        metering::{self, LegTotals},
    },
};

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
    /// What was paid with its order besides.
    pub addons: Vec<Addon>,
}

/// The bill of an ended call.
///
/// # Errors
/// It isn't the reader's, or hasn't ended.
pub async fn bill(app: &App, scope: &TenantScope, reader: UserId, call: CallId) -> Result<CallBill> {
    let (call, entries, ledger, addons) = app
        .db
        .read(scope, move |tx| {
            let stored = calls::of_person(tx, call, reader)?;
            let addons = match stored.booking {
                Some(order) => bookings::find(tx, order)?.booking.terms().addons.clone(),
                None => Vec::new(),
            };
            Ok((
                stored,
                call_events::events(tx, call)?,
                metering::leg_totals(tx, call)?,
                addons,
            ))
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
        addons,
        call,
    })
}
