//! What people pay with, kept for later: with their consent, and until they remove it.

use crate::{
    app::{App, gateway_accounts, identity::Viewer, ports::SavedMethod, sealing},
    domain::{
        ids::{CallId, SavedMethodId, UserId},
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, calls, erase_person,
        saved_methods::{self, Kept},
        top_ups::{self, TopUp},
        users,
    },
};
use uuid::Uuid;

/// How many a person can have kept.
pub(super) const MOST_KEPT: i64 = 10;

/// The reader's, newest first.
///
/// # Errors
/// The database is away.
pub async fn kept(app: &App, viewer: &Viewer) -> Result<Vec<Kept>> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| saved_methods::list(tx, user, MOST_KEPT))
        .await
}

/// Keeps one of the reader's no longer: nothing can be charged to it any more. Again changes nothing.
///
/// # Errors
/// It isn't theirs, a charge of it has no outcome yet, or the database is away.
pub async fn forget(app: &App, viewer: &Viewer, id: SavedMethodId) -> Result<()> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            if saved_methods::find(tx, id)?.user != user {
                return Err(Error::not_found());
            }
            // Charges begin under the same lock.
            users::lock(tx, user)?;
            if saved_methods::is_being_charged(tx, id)? {
                let words = "A payment with this card is still under way. Remove it when that is over.";
                return Err(Error::conflict("being_charged", words));
            }
            saved_methods::remove(tx, id, now)
        })
        .await
}

/// What the reader paid for a call with, if it is kept and can be charged here now; else the newest that can.
///
/// # Errors
/// The call isn't there, or the database is away.
pub(in crate::app) async fn usable(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    call: CallId,
) -> Result<Option<SavedMethodId>> {
    let user = viewer.user.id;
    let (kept, paid) = app
        .db
        .read(&viewer.scope, move |tx| {
            let order = calls::find(tx, call)?.booking;
            let paid = top_ups::last_paid(tx, user, order)?;
            Ok((saved_methods::list(tx, user, MOST_KEPT)?, paid))
        })
        .await?;
    if kept.is_empty() {
        return Ok(None);
    }
    let ways = gateway_accounts::ways(app, &viewer.scope, tenant, tenant.currency).await?;
    let is_usable = |kept: &&Kept| ways.iter().any(|way| way.keeps && way.account == kept.account);
    let usable: Vec<SavedMethodId> = kept.iter().filter(is_usable).map(|kept| kept.id).collect();
    let original = paid.map(|paid| paid.method.unwrap_or_else(|| kept_by(&paid)));
    let original = original.filter(|original| usable.contains(original));
    Ok(original.or_else(|| usable.first().copied()))
}

/// # Errors
/// There are as many as can be, or the database is away.
pub(super) fn refuse_too_many(tx: &mut TenantTx<'_>, user: UserId) -> Result<()> {
    if saved_methods::list(tx, user, MOST_KEPT)?.len() < MOST_KEPT as usize {
        return Ok(());
    }
    let words = "You have kept 10 cards already. Remove one on your account page first.";
    Err(Error::field("keep", words))
}

/// Keeps what a payment was made with, if that was agreed to. One that is kept already isn't kept twice.
pub(super) fn keep(app: &App, tx: &mut TenantTx<'_>, paid: &TopUp, method: &SavedMethod, now: Moment) -> Result<()> {
    let Some(consent) = paid.keeps.clone() else {
        return Ok(());
    };
    let there = saved_methods::list(tx, paid.user, MOST_KEPT)?;
    // Whoever was erased meanwhile keeps nothing; and no more is kept than the account page lists.
    if erase_person::is_erased(tx, paid.user)? || there.len() >= MOST_KEPT as usize {
        return Ok(());
    }
    for other in there {
        if other.account == paid.account && self::method(app, &other)?.is_some_and(|other| other.token == method.token)
        {
            return Ok(());
        }
    }
    let key = app.config.secrets.jwt.expose();
    let kept = Kept {
        id: kept_by(paid),
        user: paid.user,
        account: paid.account,
        sealed_token: Some(sealing::seal(key, method.token.as_bytes())?),
        label: method.label.clone(),
        consent,
        consented_at: paid.created_at,
        created_at: now,
    };
    saved_methods::put(tx, &kept)
}

/// What a payment kept, if it kept anything.
fn kept_by(paid: &TopUp) -> SavedMethodId {
    SavedMethodId::from_uuid(Uuid::new_v5(&paid.id.uuid(), b"method"))
}

/// As the provider knows it; nothing once it was removed.
pub(super) fn method(app: &App, kept: &Kept) -> Result<Option<SavedMethod>> {
    let Some(sealed) = &kept.sealed_token else {
        return Ok(None);
    };
    let token = sealing::unseal(app.config.secrets.jwt.expose(), sealed)?;
    Ok(Some(SavedMethod {
        token: String::from_utf8(token).map_err(Error::internal)?,
        label: kept.label.clone(),
    }))
}
