//! A document gets its number.

use super::{ISSUE_JOB, compose::compose};
use crate::{
    app::{App, bookings::lock_people, refunds::people},
    domain::{
        document::About,
        refund::Subject,
        time::{Moment, Zone},
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        documents::{self, Document},
        jobs, refunds, tenants, top_ups, users,
    },
};

/// Asks for the document of something, once this transaction is committed.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn ask(tx: &mut TenantTx<'_>, about: About, now: Moment) -> Result<()> {
    let payload = serde_json::to_value(about).map_err(Error::internal)?;
    jobs::enqueue(tx, ISSUE_JOB, payload, now)
}

/// Writes and numbers the document of something; that there is one already changes nothing.
///
/// # Errors
/// What it is of isn't over, or isn't there; or the database is away.
pub async fn issue(app: &App, scope: &TenantScope, about: About) -> Result<()> {
    let now = app.now();
    app.db.tenant(scope, move |tx| put(tx, about, now).map(|_| ())).await
}

/// Whoever will be named on it isn't erased meanwhile: their name would stay.
fn hold_people(tx: &mut TenantTx<'_>, about: About) -> Result<()> {
    let (buyer, seller) = match about {
        About::Call(call) => people(tx, Subject::Call(call))?,
        About::Order(order) => people(tx, Subject::Order(order))?,
        About::Refund(refund) => {
            let refund = refunds::find(tx, refund)?.ok_or_else(Error::not_found)?;
            (refund.buyer, refund.seller)
        }
        About::TopUp(top_up) => {
            let payer = top_ups::find(tx, top_up)?.user;
            return users::hold(tx, payer).map(|_| ());
        }
    };
    lock_people(tx, buyer, seller).map(|_| ())
}

/// The same within a transaction, as of `now`. Nothing if nothing was paid.
///
/// # Errors
/// As for [`issue`].
pub(in crate::app) fn put(tx: &mut TenantTx<'_>, about: About, now: Moment) -> Result<Option<Document>> {
    if let Some(known) = documents::of(tx, about)? {
        return Ok(Some(known));
    }
    hold_people(tx, about)?;
    let Some(draft) = compose(tx, about, now)? else {
        return Ok(None);
    };
    let zone = Zone::named(&tenants::own(tx)?.time_zone).unwrap_or_default();
    let year = i32::from(zone.date(now).year());
    documents::number(tx, &draft, year, now).map(Some)
}
