//! Disputes as their two people see them.

use super::open::check_open;
use crate::{
    app::{
        App,
        identity::Viewer,
        refunds::{Charged, people},
    },
    domain::{call::CallRole, ids::DisputeId, refund::Subject},
    error::{Error, Kind, Result},
    store::{
        disputes::{self, Disputed},
        users,
    },
};

/// A dispute with what stands on its page.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The dispute.
    pub disputed: Disputed,
    /// Which of the two reads it.
    pub reader: CallRole,
    /// The other one's name.
    pub other: String,
    /// The seller can still answer.
    pub can_answer: bool,
}

/// A dispute of the reader's.
///
/// # Errors
/// It isn't theirs, not here, or the database is away.
pub async fn show(app: &App, viewer: &Viewer, id: DisputeId) -> Result<Shown> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            let disputed = disputes::find(tx, id)?;
            let (reader, other) = match person {
                person if person == disputed.buyer => (CallRole::Buyer, disputed.seller),
                person if person == disputed.seller => (CallRole::Seller, disputed.buyer),
                _ => return Err(Error::not_found()),
            };
            Ok(Shown {
                other: users::find(tx, other)?.name,
                can_answer: disputed.dispute.can_be_answered(now),
                reader,
                disputed,
            })
        })
        .await
}

/// Whether something is disputed, or can be.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The last dispute about it.
    pub last: Option<Disputed>,
    /// What was paid, if the reader can dispute it now.
    pub open_to: Option<Charged>,
    /// The reader sold it, and something is left that they could give back.
    pub can_refund: bool,
    /// It was paid with money that is gone.
    pub is_play_money: bool,
}

/// How something that is the reader's stands. What hasn't ended can't be disputed.
///
/// # Errors
/// It isn't theirs, not here, or the database is away.
pub async fn standing(app: &App, viewer: &Viewer, subject: Subject) -> Result<Standing> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            let none = Standing {
                last: None,
                open_to: None,
                can_refund: false,
                is_play_money: false,
            };
            let (buyer, seller) = people(tx, subject)?;
            if person != buyer && person != seller {
                return Err(Error::not_found());
            }
            let charged = match Charged::of(tx, subject) {
                Ok(charged) => charged,
                Err(error) if matches!(error.kind, Kind::Conflict { .. }) => return Ok(none),
                Err(error) => return Err(error),
            };
            let last = disputes::of(tx, charged.subject)?.into_iter().next();
            let is_free = last.as_ref().is_none_or(|last| !last.dispute.state.is_open());
            let is_left = charged.charge.left_minor() > 0 && !charged.is_play_money;
            let (can_refund, is_play_money) = (person == seller && is_left && is_free, charged.is_play_money);
            let open_to = match check_open(tx, &charged, now) {
                Ok(()) if person == buyer => Some(charged),
                Ok(()) => None,
                Err(error) if matches!(error.kind, Kind::Conflict { .. }) => None,
                Err(error) => return Err(error),
            };
            Ok(Standing {
                last,
                open_to,
                can_refund,
                is_play_money,
            })
        })
        .await
}
