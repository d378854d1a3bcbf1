//! What holds for all subscriptions, and who needs none.

use super::{PlatformOwner, tenants::at_tenant};
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        ids::TenantId,
        notice::{self, VARIABLES},
        subscription::{MOST_DAYS, MOST_NOTICES},
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        audit,
        subscription_settings::{self as stored, Settings},
        tenant_settings,
    },
};
use serde_json::{Value, json};

/// What is changed; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionChange {
    /// Whether tenants need a subscription.
    pub on: Option<bool>,
    /// Days after the end in which everything goes on.
    pub grace_days: Option<i32>,
    /// How many days before the end a mail goes out.
    pub days_before: Option<Vec<i32>>,
    /// Its subject, with variables.
    pub mail_subject: Option<String>,
    /// Its text, with variables.
    pub mail_body: Option<String>,
    /// Who sends invoices.
    pub issuer: Option<String>,
}

/// Changes what is set; all of it or nothing. Switched on, all tenants have the days of grace to subscribe in.
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn change_subscriptions(app: &App, owner: &PlatformOwner, change: SubscriptionChange) -> Result<Settings> {
    let (actor, now) = (owner.actor(), app.now());
    app.db
        .system(move |tx| {
            let before = stored::lock(tx)?;
            let after = changed(before.clone(), change, now)?;
            if after != before {
                stored::write(tx, &after)?;
                let entry = Entry::new(Action::SubscriptionsChanged, "subscriptions");
                audit::write_platform(tx, &actor, &entry.changed(shown(&before), shown(&after)), now)?;
            }
            Ok(after)
        })
        .await
}

fn changed(before: Settings, change: SubscriptionChange, now: Moment) -> Result<Settings> {
    let on_since = match change.on {
        Some(true) => before.on_since.or(Some(now)),
        Some(false) => None,
        None => before.on_since,
    };
    let grace_days = change.grace_days.unwrap_or(before.grace_days);
    if !(0..=MOST_DAYS).contains(&grace_days) {
        return Err(Error::field("grace_days", format!("Choose 0 to {MOST_DAYS} days.")));
    }
    let mut days_before = change.days_before.unwrap_or(before.days_before);
    days_before.sort_unstable_by(|a, b| b.cmp(a));
    days_before.dedup();
    if days_before.len() > MOST_NOTICES || days_before.iter().any(|days| !(0..=MOST_DAYS).contains(days)) {
        let words = format!("Name up to {MOST_NOTICES} numbers of days from 0 to {MOST_DAYS}.");
        return Err(Error::field("days_before", words));
    }
    let mail_subject = match change.mail_subject {
        Some(typed) => template("mail_subject", text::line(&typed, 1..=200), 200)?,
        None => before.mail_subject,
    };
    let mail_body = match change.mail_body {
        Some(typed) => template("mail_body", text::paragraphs(&typed, 1..=5_000), 5_000)?,
        None => before.mail_body,
    };
    let issuer = match change.issuer {
        Some(typed) => text::paragraphs(&typed, 1..=1_000)
            .ok_or_else(|| Error::field("issuer", "Say in 1 to 1,000 characters who sends invoices."))?,
        None => before.issuer,
    };
    Ok(Settings {
        on_since,
        grace_days,
        days_before,
        mail_subject,
        mail_body,
        issuer,
    })
}

/// A text in which everything in braces can be filled in.
fn template(field: &'static str, typed: Option<String>, most: usize) -> Result<String> {
    let text = typed.ok_or_else(|| Error::field(field, format!("Write 1 to {most} characters.")))?;
    notice::check(&text).map_err(|error| {
        let known = VARIABLES.map(|name| format!("{{{name}}}")).join(", ");
        Error::field(
            field,
            format!("In this text {error}. What can stand in braces: {known}."),
        )
    })?;
    Ok(text)
}

fn shown(settings: &Settings) -> Value {
    json!({
        "on": settings.on_since.is_some(),
        "grace_days": settings.grace_days,
        "days_before": settings.days_before,
        "mail_subject": settings.mail_subject,
        "mail_body": settings.mail_body,
        "issuer": settings.issuer,
    })
}

/// Marks a tenant as free of subscriptions, or as in need of one; then it has the days of grace from now on.
///
/// # Errors
/// It is so already, no such tenant, or the database is away.
pub async fn set_subscription_free(app: &App, owner: &PlatformOwner, id: TenantId, free: bool) -> Result<()> {
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        if !tenant_settings::set_subscription_free(tx, id, free, now)? {
            return Err(Error::conflict("unchanged", "It is so already."));
        }
        let entry = Entry::new(Action::TenantSubscription, &tenant.slug);
        let entry = entry.changed(json!({"free": !free}), json!({"free": free}));
        audit::write(&mut tx.within(scope), actor, &entry, now)
    })
    .await
}
