//! A marketplace's settings.

use super::StaffMember;
use crate::{
    app::{
        App,
        platform::{Change, checked_naming},
    },
    domain::{
        audit::{Action, Entry},
        identity::Email,
        policy::{Policy, PolicyChange, resolve},
        tenant::Tenant,
    },
    error::{Error, Result},
    store::{
        audit,
        tenant_settings::{self, Naming},
        tenants,
    },
};
use serde_json::{Value, json};

/// Most a minute may ever cost, in minor units.
const MOST_RATE_MINOR: i64 = 100_000_000;

/// What is changed; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// Its name, its zone, its language.
    pub naming: Change,
    /// Where answers to its mails go; empty for nowhere in particular.
    pub reply_to: Option<String>,
    /// What it sets of the platform's policy; absent fields stay.
    pub policy: PolicyChange,
    /// Least and most a seller may ask a minute.
    pub rate_bounds_minor: Option<(i64, i64)>,
}

/// Changes what is set; all of it or nothing. Calls that were begun keep what was agreed.
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn change_settings(
    app: &App,
    by: &StaffMember,
    languages: &[String],
    change: SettingsChange,
) -> Result<Tenant> {
    let naming = Naming {
        reply_to: change.reply_to.map(|typed| checked_address(&typed)).transpose()?,
        ..checked_naming(change.naming, languages)?
    };
    if let Some((least, most)) = change.rate_bounds_minor
        && !(0 <= least && least <= most && most <= MOST_RATE_MINOR)
    {
        let words = "The least must be 0 or more, and the most at least that.";
        return Err(Error::field("rate_bounds_minor", words));
    }
    check_policy(&change.policy)?;
    let (actor, now, policy, bounds) = (by.actor(), app.now(), change.policy, change.rate_bounds_minor);
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            // Two changes at once follow each other: the second keeps what the first has set.
            tenants::queue_up(tx)?;
            let before = tenants::own(tx)?;
            tenant_settings::rename(tx, &naming)?;
            tenant_settings::set_terms(tx, &before.policy.clone().with(&policy), bounds)?;
            let after = tenants::own(tx)?;
            let (was, is) = (shown(&before), shown(&after));
            if was != is {
                let entry = Entry::new(Action::SettingsChanged, &before.slug).changed(was, is);
                audit::write(tx, &actor, &entry, now)?;
            }
            Ok(after)
        })
        .await
}

fn checked_address(typed: &str) -> Result<Option<String>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let address = Email::parse(typed).map_err(|wrong| Error::field("reply_to", Error::from(wrong).public))?;
    Ok(Some(address.as_str().to_owned()))
}

/// The platform's bounds are said, not silently kept.
fn check_policy(change: &PolicyChange) -> Result<()> {
    let none = PolicyChange::default();
    let bounded = resolve(&Policy::default(), change, &none, &none);
    let kept = |wish: Option<u32>, got: u32| wish.is_none_or(|wish| wish == got);
    let good = kept(change.ring_s, bounded.ring_s)
        && kept(change.grace_s, bounded.grace_s)
        && kept(change.minimum_s, bounded.minimum_s)
        && kept(change.rescue_s, bounded.rescue_s)
        && kept(change.commission_bp, bounded.commission_bp)
        && kept(change.reminder_min, bounded.reminder_min)
        && kept(change.missed_min, bounded.missed_min)
        && kept(change.cancel_free_h, bounded.cancel_free_h)
        && kept(change.late_cancel_bp, bounded.late_cancel_bp)
        && kept(change.no_show_bp, bounded.no_show_bp)
        && kept(change.tip_commission_bp, bounded.tip_commission_bp)
        && kept(change.most_tip, bounded.most_tip)
        && kept(change.recording_days, bounded.recording_days)
        && [change.late_cancel_bp, change.no_show_bp]
            .iter()
            .flatten()
            .all(|bp| bp % 100 == 0)
        && change.increment.is_none_or(|wish| wish == bounded.increment);
    if good {
        return Ok(());
    }
    let words = "Ring 10 to 120 s, free time up to 600 s, minimum up to 4 hours, waiting for credit 10 to 1,800 s, \
                 commission up to 100 %. Reminders up to 10,080 minutes ahead, missed after 1 to 60 minutes, cancelled \
                 for nothing up to 336 hours ahead, fees in whole percent up to 100. Of tips up to 100 %, at once up to 1 to 10,000. \
                 Recordings are kept for 1 to 3,650 days.";
    Err(Error::field("policy", words))
}

fn shown(tenant: &Tenant) -> Value {
    json!({
        "name": tenant.name,
        "time_zone": tenant.time_zone,
        "language": tenant.language,
        "reply_to": tenant.reply_to,
        "policy": tenant.policy,
        "rate_bounds_minor": tenant.rate_bounds_minor,
    })
}
