//! What the two people of a dispute do about it.

use super::{checked, decide::close, open::amount, page, refused};
use crate::{
    app::{App, bookings::lock_people, identity::Viewer, notifications, refunds},
    domain::{
        dispute::{Event, State},
        ids::{DisputeId, UserId},
        money::Money,
        notification,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        disputes::{self, Disputed},
        notifications::News,
    },
};

/// The seller says how they see it.
///
/// # Errors
/// Nothing or too much is said; they have answered, or it is too late; it isn't theirs; or the database is away.
pub async fn answer(app: &App, viewer: &Viewer, id: DisputeId, typed: &str) -> Result<Disputed> {
    let words = checked("answer", typed)?;
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let mut disputed = locked(tx, id, |disputed| disputed.seller == person)?;
            disputed.dispute.on(now, Event::Answer).map_err(refused)?;
            disputed.answer = words;
            disputes::update(tx, &disputed)?;
            tell(&handle, tx, &disputed, disputed.buyer, "answered", now)?;
            Ok(disputed)
        })
        .await
}

/// The seller gives back what is asked for.
///
/// # Errors
/// It is over, isn't theirs; they don't have as much any more, or it is frozen; or the database is away.
pub async fn agree(app: &App, viewer: &Viewer, id: DisputeId) -> Result<Disputed> {
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    let disputed = app
        .db
        .tenant(&viewer.scope, move |tx| {
            let mut disputed = locked(tx, id, |disputed| disputed.seller == person)?;
            refunds::check_not_frozen(tx, person)?;
            disputed.dispute.on(now, Event::Agree).map_err(refused)?;
            close(&handle, tx, &mut disputed, now)?;
            Ok(disputed)
        })
        .await?;
    if let State::Decided { refund_minor, .. } = disputed.dispute.state {
        let given = Money::new(refund_minor, disputed.currency);
        refunds::told(app, &viewer.scope, disputed.buyer, given).await?;
    }
    Ok(disputed)
}

/// The buyer takes it back; what is held returns.
///
/// # Errors
/// It is over, isn't theirs, or the database is away.
pub async fn withdraw(app: &App, viewer: &Viewer, id: DisputeId) -> Result<Disputed> {
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let mut disputed = locked(tx, id, |disputed| disputed.buyer == person)?;
            disputed.dispute.on(now, Event::Withdraw).map_err(refused)?;
            close(&handle, tx, &mut disputed, now)?;
            Ok(disputed)
        })
        .await
}

/// A dispute with its people, in the order in which all lock them.
pub(super) fn locked(tx: &mut TenantTx<'_>, id: DisputeId, may: impl FnOnce(&Disputed) -> bool) -> Result<Disputed> {
    let found = disputes::find(tx, id)?;
    if !may(&found) {
        return Err(Error::not_found());
    }
    lock_people(tx, found.buyer, found.seller)?;
    disputes::lock(tx, id)
}

/// Tells one of the two what happened.
pub(super) fn tell(
    app: &App,
    tx: &mut TenantTx<'_>,
    disputed: &Disputed,
    to: UserId,
    what: &str,
    now: Moment,
) -> Result<()> {
    let other = if to == disputed.buyer {
        disputed.seller
    } else {
        disputed.buyer
    };
    let minor = match disputed.dispute.state {
        State::Decided { refund_minor, .. } => refund_minor,
        _ => disputed.dispute.asked_minor,
    };
    let news = News::about(notification::Event::Dispute, other, page(disputed.id))
        .with("what", what)
        .with("amount", amount(disputed, minor));
    notifications::tell(app, tx, to, news, now)
}
