//! The explained bill: replayed from the stored events, and held against the ledger.

use crate::{
    app::App,
    domain::{
        call::{self, CallRole, bill::Bill},
        ids::{CallId, UserId},
    },
    error::{Error, Result},
    store::{
        TenantScope, call_events,
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
}

/// The bill of an ended call.
///
/// # Errors
/// It isn't the reader's, or hasn't ended.
pub async fn bill(app: &App, scope: &TenantScope, reader: UserId, call: CallId) -> Result<CallBill> {
    let (call, entries, ledger) = app
        .db
        .read(scope, move |tx| {
            let stored = calls::of_person(tx, call, reader)?;
            Ok((stored, call_events::events(tx, call)?, metering::leg_totals(tx, call)?))
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
        call,
    })
}
