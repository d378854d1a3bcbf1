//! Opening a dispute.

use super::{
    checked, evidence,
    hold::{Case, hold},
    page,
};
use crate::{
    app::{
        App,
        bookings::lock_people,
        identity::Viewer,
        notifications,
        refunds::{Charged, people, weigh},
    },
    domain::{
        dispute::{Dispute, MOST_TRIES, State, window_end},
        ids::{DisputeId, UserId},
        notification::Event,
        refund::{Asked, Subject},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        disputes::{self, Disputed},
        notifications::News,
    },
};
use serde_json::json;

/// What a buyer claims.
#[derive(Clone, Debug)]
pub struct Claim {
    /// About what.
    pub subject: Subject,
    /// How much of it.
    pub asked: Asked,
    /// Why, as typed.
    pub reason: String,
}

/// Opens a dispute about something that the reader paid for: the seller's part of it is held at once, and what is known is
/// kept.
///
/// # Errors
/// It isn't theirs, is too old or disputed already; more is claimed than is left; no reason; or the database is away.
pub async fn open(app: &App, viewer: &Viewer, claim: Claim) -> Result<Disputed> {
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| open_as(&handle, tx, person, &claim, now))
        .await
}

/// The same by that person.
///
/// # Errors
/// As for [`open`].
pub(in crate::app) fn open_as(
    app: &App,
    tx: &mut TenantTx<'_>,
    person: UserId,
    claim: &Claim,
    now: Moment,
) -> Result<Disputed> {
    let reason = checked("reason", &claim.reason)?;
    let (buyer, seller) = people(tx, claim.subject)?;
    if buyer != person {
        return Err(Error::not_found());
    }
    lock_people(tx, buyer, seller)?;
    let charged = Charged::of(tx, claim.subject)?;
    check_open(tx, &charged, now)?;
    let parts = weigh(&charged, claim.asked)?;
    let id = DisputeId::new();
    let case = Case {
        dispute: id,
        seller,
        currency: charged.currency,
        now,
    };
    let evidence = evidence::collect(tx, &charged)?;
    let disputed = Disputed {
        id,
        subject: charged.subject,
        buyer,
        seller,
        currency: charged.currency,
        dispute: Dispute::open(parts.buyer_minor(), now),
        held: hold(tx, case, parts.seller_minor)?,
        reason,
        answer: String::new(),
        decision: String::new(),
        opened_at: now,
        closed_at: None,
    };
    disputes::insert(tx, &disputed, &evidence)?;
    let news = News::about(Event::Dispute, buyer, page(id))
        .with("what", "opened")
        .with("title", charged.title.as_str())
        .with("amount", amount(&disputed, parts.buyer_minor()));
    notifications::tell(app, tx, seller, news.clone(), now)?;
    let to_decide = News {
        link: "/admin/disputes".to_owned(),
        ..news
    };
    notifications::tell_admins(app, tx, &to_decide.with("what", "to_decide"), now)?;
    Ok(disputed)
}

/// Refuses what can't be disputed, or not any more.
pub(super) fn check_open(tx: &mut TenantTx<'_>, charged: &Charged, now: Moment) -> Result<()> {
    charged.check_real()?;
    let known = disputes::of(tx, charged.subject)?;
    if known.iter().any(|one| one.dispute.state != State::Withdrawn) {
        return Err(Error::conflict("disputed", "This was disputed already."));
    }
    if i64::try_from(known.len()).unwrap_or(i64::MAX) >= MOST_TRIES {
        let words = "You have taken your disputes about this back too often to open another one.";
        return Err(Error::conflict("too_many_disputes", words));
    }
    if charged.charge.left_minor() == 0 {
        return Err(Error::conflict("nothing_left", "Nothing is left to give back."));
    }
    if now >= window_end(charged.ended_at, disputes::rules(tx)?.window_days) {
        return Err(Error::conflict("window_over", "This ended too long ago to dispute it."));
    }
    Ok(())
}

/// So much, as the words of news take it.
pub(super) fn amount(disputed: &Disputed, minor: i64) -> serde_json::Value {
    json!({"minor": minor, "currency": disputed.currency.code()})
}
