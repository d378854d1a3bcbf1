//! What a seller gives back of their own accord.

use super::{
    Charged, Given, Source, check_covered, check_free, check_not_frozen, checked_reason, people, refund, told, weigh,
};
use crate::{
    app::{App, identity::Viewer, shares::Sharing},
    domain::{
        ids::{RefundId, UserId},
        refund::{Asked, GivenBy, Parts, Subject},
    },
    error::{Error, Result},
    store::{
        TenantTx,
        refunds::{self, Refund},
    },
};

/// What is to be given back.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The refund's id, made with the form: sent twice, it is given once.
    pub id: RefundId,
    /// Of what.
    pub subject: Subject,
    /// How much.
    pub asked: Asked,
    /// Why, as typed.
    pub reason: String,
}

/// What can be given back, with what was.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was paid.
    pub charged: Charged,
    /// What went back, oldest first.
    pub given: Vec<Refund>,
}

/// What the reader sold, and what of it can be given back.
///
/// # Errors
/// It isn't theirs, hasn't ended, or the database is away.
pub async fn show(app: &App, viewer: &Viewer, subject: Subject) -> Result<Shown> {
    let seller = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| {
            let charged = own(tx, subject, seller)?;
            let given = refunds::of(tx, charged.subject)?;
            Ok(Shown { charged, given })
        })
        .await
}

/// What giving something back takes from whom.
#[derive(Clone, Copy, Debug)]
pub struct Preview {
    /// From seller and tenant.
    pub parts: Parts,
    /// What of the seller's part those give back with whom they shared it, in minor units.
    pub others_minor: i64,
}

/// What giving that back would take from whom; the reason is looked at, too.
///
/// # Errors
/// It is nothing, too much or more than they have left, without a reason, isn't theirs; their money is frozen; or the
/// database is away.
pub async fn preview(app: &App, viewer: &Viewer, wish: Wish) -> Result<Preview> {
    checked_reason(&wish.reason)?;
    let seller = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| {
            let charged = own(tx, wish.subject, seller)?;
            check_not_frozen(tx, seller)?;
            check_free(tx, &charged)?;
            let parts = weigh(&charged, wish.asked)?;
            check_covered(tx, &charged, parts, Source::Earned)?;
            let returns = Sharing::of_charged(&charged).returns(tx)?;
            Ok(Preview {
                parts,
                others_minor: returns.minor(parts.seller_minor),
            })
        })
        .await
}

/// Gives back of what the reader earned. Doing it again with the same id changes nothing.
///
/// # Errors
/// As for [`preview`].
pub async fn refund_as_seller(app: &App, viewer: &Viewer, wish: Wish) -> Result<Refund> {
    let reason = checked_reason(&wish.reason)?;
    let (handle, seller, now) = (app.clone(), viewer.user.id, app.now());
    let refund = app
        .db
        .tenant(&viewer.scope, move |tx| {
            if people(tx, wish.subject)?.1 != seller {
                return Err(Error::not_found());
            }
            let given = Given {
                id: wish.id,
                by: GivenBy::Seller,
                reason,
                source: Source::Earned,
                may_owe: false,
            };
            refund(&handle, tx, wish.subject, wish.asked, given, now).map(|(refund, _)| refund)
        })
        .await?;
    told(app, &viewer.scope, refund.buyer, refund.amount).await?;
    Ok(refund)
}

fn own(tx: &mut TenantTx<'_>, subject: Subject, seller: UserId) -> Result<Charged> {
    if people(tx, subject)?.1 != seller {
        return Err(Error::not_found());
    }
    Charged::of(tx, subject)
}
