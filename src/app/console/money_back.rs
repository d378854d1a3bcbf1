//! What staff give back, and until when buyers can dispute what they paid.

use super::{StaffMember, refuse_own};
use crate::{
    app::{
        App,
        refunds::{self, Charged, Given, Source, checked_reason},
    },
    domain::{
        audit::{Action, Entry},
        dispute::MOST_WINDOW_DAYS,
        ids::RefundId,
        refund::{Asked, GivenBy, Subject},
    },
    error::{Error, Result},
    store::{
        audit,
        disputes::{self, Rules},
        refunds::Refund,
    },
};
use serde_json::json;

/// What was paid for something, and what of it has gone back.
///
/// # Errors
/// It hasn't ended, isn't here, or the database is away.
pub async fn charge(app: &App, by: &StaffMember, subject: Subject) -> Result<Charged> {
    app.db
        .read(&by.viewer().scope, move |tx| Charged::of(tx, subject))
        .await
}

/// Gives back what was paid, with a reason that both read. Doing it again with the same id changes nothing.
///
/// # Errors
/// They paid it themselves, it is nothing or too much, hasn't ended or is disputed, no reason, not here, or the database is away.
pub async fn refund_as_staff(
    app: &App,
    by: &StaffMember,
    id: RefundId,
    (subject, asked): (Subject, Asked),
    reason: &str,
) -> Result<Refund> {
    let reason = checked_reason(reason)?;
    let (handle, actor, now, scope) = (app.clone(), by.actor(), app.now(), by.viewer().scope);
    let user = by.user()?;
    let refund = app
        .db
        .tenant(&scope, move |tx| {
            let given = Given {
                id,
                by: GivenBy::Staff,
                reason,
                source: Source::Earned,
                may_owe: true,
            };
            let (refund, is_new) = refunds::refund(&handle, tx, subject, asked, given, now)?;
            refuse_own(user, &[refund.buyer])?;
            if !is_new {
                return Ok(refund);
            }
            let entry = Entry::new(Action::RefundGiven, id.to_string()).changed(
                json!(null),
                json!({
                    "of": refunds::page(refund.subject),
                    "amount_minor": refund.amount.minor,
                    "commission_minor": refund.commission_minor,
                    "currency": refund.amount.currency.code(),
                    "reason": refund.reason,
                }),
            );
            audit::write(tx, &actor, &entry, now)?;
            Ok(refund)
        })
        .await?;
    refunds::told(app, &scope, refund.buyer, refund.amount).await?;
    Ok(refund)
}

/// Sets until when something can be disputed, and who bears what banks take back, from now on.
///
/// # Errors
/// Out of bounds, or the database is away.
pub async fn change_dispute_rules(app: &App, by: &StaffMember, rules: Rules) -> Result<()> {
    if !(1..=MOST_WINDOW_DAYS).contains(&rules.window_days) {
        return Err(Error::field("window_days", "Choose 1 to 180 days."));
    }
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let before = disputes::rules(tx)?;
            if before == rules {
                return Ok(());
            }
            disputes::set_rules(tx, rules)?;
            let entry = Entry::new(Action::DisputeRulesChanged, "disputes");
            audit::write(tx, &actor, &entry.changed(json!(before), json!(rules)), now)
        })
        .await
}
