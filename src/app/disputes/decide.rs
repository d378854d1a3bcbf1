//! The end of a dispute: what goes back goes the way of every refund, and the rest returns to the seller.

use super::{
    act, checked,
    hold::{Case, release},
    refused,
};
use crate::{
    app::{
        App,
        console::{StaffMember, refuse_own},
        refunds::{self, Charged, Given, Source, give, weigh},
        shares::Sharing,
    },
    domain::{
        audit::{Action, Entry},
        dispute::{DecidedBy, Event, State},
        ids::{DisputeId, RefundId},
        money::Money,
        refund::{Asked, GivenBy},
        time::Moment,
    },
    error::Result,
    store::{
        TenantTx, audit, chargebacks,
        disputes::{self, Disputed},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Decides what goes back, with a reason that both read; zero is nothing.
///
/// # Errors
/// It is the reader's own, it is over, more than was asked for, no reason, not here, or the database is away.
pub async fn decide(app: &App, by: &StaffMember, id: DisputeId, refund_minor: i64, reason: &str) -> Result<()> {
    let decision = checked("reason", reason)?;
    let (handle, actor, user, now) = (app.clone(), by.actor(), by.user()?, app.now());
    let scope = by.viewer().scope;
    let disputed = app
        .db
        .tenant(&scope, move |tx| {
            let mut disputed = act::locked(tx, id, |_| true)?;
            let sharing = Sharing::of(tx, disputed.subject)?;
            let concerned = [disputed.buyer, disputed.seller].into_iter().chain(sharing.sharers());
            refuse_own(user, &concerned.collect::<Vec<_>>())?;
            let before = disputed.dispute.state.name();
            disputed
                .dispute
                .on(now, Event::Decide { refund_minor })
                .map_err(refused)?;
            disputed.decision = decision;
            close(&handle, tx, &mut disputed, now)?;
            let entry = Entry::new(Action::DisputeDecided, id.to_string()).changed(
                json!({"state": before, "asked_minor": disputed.dispute.asked_minor}),
                json!({"state": "decided", "refund_minor": refund_minor, "reason": disputed.decision}),
            );
            audit::write(tx, &actor, &entry, now)?;
            Ok(disputed)
        })
        .await?;
    let given = Money::new(refund_minor, disputed.currency);
    refunds::told(app, &scope, disputed.buyer, given).await
}

/// What was known when a dispute was opened. That somebody looked is written down: others' words are in it.
///
/// # Errors
/// Not here, or the database is away.
pub async fn look_at_evidence(app: &App, by: &StaffMember, id: DisputeId) -> Result<Value> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let found = disputes::evidence(tx, id)?;
            audit::write(tx, &actor, &Entry::new(Action::DisputeLookedAt, id.to_string()), now)?;
            Ok(found)
        })
        .await
}

/// The same of what a bank took back.
///
/// # Errors
/// Not here, or the database is away.
pub async fn look_at_claim(app: &App, by: &StaffMember, id: DisputeId) -> Result<Value> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let found = chargebacks::evidence(tx, id)?;
            audit::write(tx, &actor, &Entry::new(Action::DisputeLookedAt, id.to_string()), now)?;
            Ok(found)
        })
        .await
}

/// Writes the end down and moves the money. People and dispute are locked, and it is over by what happened to it.
///
/// # Errors
/// The seller agreed to what they don't have, or the database is away.
pub(super) fn close(app: &App, tx: &mut TenantTx<'_>, disputed: &mut Disputed, now: Moment) -> Result<()> {
    let refund_minor = match disputed.dispute.state {
        State::Decided { refund_minor, .. } => refund_minor,
        State::Open | State::Answered | State::Withdrawn => 0,
    };
    disputed.closed_at = Some(now);
    disputes::update(tx, disputed)?;
    let mut gone_minor = 0;
    if refund_minor > 0 {
        let charged = Charged::of(tx, disputed.subject)?;
        let parts = weigh(&charged, Asked::Amount(refund_minor))?;
        // What a bank gave back since may round otherwise than what was held: no more than that is the seller's part.
        let parts = parts.within(disputed.held.minor());
        gone_minor = parts.seller_minor;
        let given = Given {
            id: RefundId::from_uuid(Uuid::new_v5(&disputed.id.uuid(), b"refund")),
            by: GivenBy::Dispute,
            reason: disputed.decision.clone(),
            source: Source::Held { dispute: disputed.id },
            may_owe: !matches!(
                disputed.dispute.state,
                State::Decided {
                    by: DecidedBy::Seller,
                    ..
                }
            ),
        };
        give(app, tx, &charged, parts, given, now)?;
    }
    let case = Case {
        dispute: disputed.id,
        seller: disputed.seller,
        currency: disputed.currency,
        now,
    };
    release(tx, case, disputed.held, gone_minor)?;
    let what = match (disputed.dispute.state, refund_minor) {
        (State::Withdrawn, _) => return act::tell(app, tx, disputed, disputed.seller, "withdrawn", now),
        (_, 0) => "refused",
        _ => "decided",
    };
    act::tell(app, tx, disputed, disputed.buyer, what, now)?;
    act::tell(app, tx, disputed, disputed.seller, what, now)
}
