//! What people who may have blocked each other can do.

use crate::{
    app::{App, identity::Viewer},
    domain::{
        ids::{ConversationId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        blocks::{self, Between},
        person_reports,
        users::{self, User},
    },
};

/// How long it takes until somebody can report the same person again.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Somebody whom the reader can know of.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub user: User,
    /// What the two wrote to each other.
    pub conversation: Option<ConversationId>,
    /// The reader has blocked them.
    pub blocked: bool,
    /// The reader has reported them today.
    pub reported: bool,
}

/// Somebody, with what the reader can do about them.
///
/// # Errors
/// It is oneself or nobody the reader can know of, or the database is away.
pub async fn known(app: &App, viewer: &Viewer, other: UserId) -> Result<Known> {
    let (reader, now): (_, Moment) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            let (user, conversation) = find(tx, reader, other)?;
            Ok(Known {
                blocked: blocks::between(tx, reader, other)?.by_first,
                reported: person_reports::since(tx, reader, now + -DAY_MS)?.contains(&other),
                user,
                conversation,
            })
        })
        .await
}

/// Somebody whom `reader` can know of: a seller, or somebody they have had to do with.
pub(super) fn find(tx: &mut TenantTx<'_>, reader: UserId, other: UserId) -> Result<(User, Option<ConversationId>)> {
    let user = users::find(tx, other)?;
    let (met, conversation) = blocks::have_met(tx, reader, other)?;
    let public = user.is_seller && user.verified && !user.suspended;
    if reader == other || !(public || met) {
        return Err(Error::not_found());
    }
    Ok((user, conversation))
}

/// Whether two people are kept from each other, whoever of them wants that.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn is_hidden(tx: &mut TenantTx<'_>, one: UserId, other: UserId) -> Result<bool> {
    Ok(blocks::between(tx, one, other)? != Between::default())
}

/// Refuses what `one` wants of somebody for a talk. Whoever is blocked hears what they would hear of somebody who isn't
/// there.
///
/// # Errors
/// One has blocked the other, the other's account is closed, or the database is away.
pub(in crate::app) fn can_meet(tx: &mut TenantTx<'_>, one: UserId, other: &User) -> Result<()> {
    if other.suspended {
        return Err(away(other));
    }
    refuse(tx, one, other.id, &other.name, away(other))
}

/// What is said of somebody who isn't there.
pub(in crate::app) fn away(other: &User) -> Error {
    let words = format!("{} isn't available right now. Nothing was charged.", other.name);
    Error::conflict("not_available", words)
}

/// Refuses that `one` writes to somebody.
///
/// # Errors
/// One has blocked the other, or the database is away.
pub(in crate::app) fn can_write(tx: &mut TenantTx<'_>, one: UserId, (other, name): (UserId, &str)) -> Result<()> {
    let words = format!("{name} doesn't take messages right now.");
    refuse(tx, one, other, name, Error::conflict("not_available", words))
}

fn refuse(tx: &mut TenantTx<'_>, one: UserId, other: UserId, name: &str, away: Error) -> Result<()> {
    match blocks::between(tx, one, other)? {
        Between { by_first: true, .. } => {
            let words = format!("You have blocked {name}. Unblock them first.");
            Err(Error::conflict("blocked", words))
        }
        Between { by_second: true, .. } => Err(away),
        Between { .. } => Ok(()),
    }
}
