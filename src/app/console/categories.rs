//! What a tenant sorts its offer into (requirement C1).

use super::StaffMember;
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        category::{MOST_CATEGORIES, MOST_NAME_CHARS, Names, slug},
        ids::CategoryId,
        policy::{MOST_MISSED_MIN, MOST_REMINDER_MIN, PolicyChange},
        tenant::Tenant,
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, audit,
        categories::{self, Category},
        tenants,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Longest warning before the end, in minutes.
const MOST_WARNING_MIN: u32 = 60;
/// Soonest that people can be reminded before an agreed time, in minutes; 0 is not at all.
const LEAST_REMINDER_MIN: u32 = 5;

/// A category as staff write it.
#[derive(Clone, Debug)]
pub struct CategoryDraft {
    /// What it is called, language by language.
    pub names: BTreeMap<String, String>,
    /// What is in it is done by video.
    pub video: bool,
    /// Minutes before an agreed time at which people are reminded, 0 for not at all; none leaves it to the marketplace.
    pub reminder_min: Option<u32>,
    /// Minutes after an agreed beginning at which somebody is missed; none leaves it to the marketplace.
    pub missed_min: Option<u32>,
    /// Minutes before the end of the money at which people are warned first; none leaves it to the marketplace.
    pub warning_min: Option<u32>,
}

/// Adds a category.
///
/// # Errors
/// A name that can't be taken or is taken, too many, or the database is away.
pub async fn create_category(
    app: &App,
    by: &StaffMember,
    tenant: &Tenant,
    languages: &[String],
    draft: CategoryDraft,
) -> Result<CategoryId> {
    let (id, own, video) = (CategoryId::new(), tenant.language.clone(), draft.video);
    let (names, policy) = checked(draft, &own, languages)?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let taken = categories::slugs(tx)?;
            if taken.len() >= MOST_CATEGORIES {
                let words = format!("You can have up to {MOST_CATEGORIES} categories, closed ones among them.");
                return Err(Error::conflict("too_many_categories", words));
            }
            unused(tx, &names, &own, None)?;
            let category = Category {
                id,
                slug: free_slug(names.said(&own, &own), &taken),
                names,
                video,
                policy,
                closed_at: None,
            };
            categories::insert(tx, &category, now)?;
            let entry = Entry::new(Action::CategoryCreated, category.names.said(&own, &own));
            audit::write(tx, &actor, &entry.changed(Value::Null, shown(&category)), now)?;
            Ok(id)
        })
        .await
}

/// Writes a category anew; its address stays.
///
/// # Errors
/// A name that can't be taken or is taken, not here, or the database is away.
pub async fn change_category(
    app: &App,
    by: &StaffMember,
    tenant: &Tenant,
    languages: &[String],
    id: CategoryId,
    draft: CategoryDraft,
) -> Result<()> {
    let (own, video) = (tenant.language.clone(), draft.video);
    let (names, policy) = checked(draft, &own, languages)?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = categories::lock(tx, id)?;
            unused(tx, &names, &own, Some(id))?;
            let after = Category {
                names,
                video,
                // What is charged is changed elsewhere.
                policy: PolicyChange {
                    commission_bp: before.policy.commission_bp,
                    service_fee: before.policy.service_fee,
                    tax: before.policy.tax,
                    ..policy
                },
                ..before.clone()
            };
            categories::update(tx, &after)?;
            let entry = Entry::new(Action::CategoryChanged, before.names.said(&own, &own));
            audit::write(tx, &actor, &entry.changed(shown(&before), shown(&after)), now)
        })
        .await
}

/// Closes a category: it takes nothing more and isn't browsed. What is in it stays on the site.
///
/// # Errors
/// Not here, closed already, or the database is away.
pub async fn close_category(app: &App, by: &StaffMember, id: CategoryId) -> Result<()> {
    let now = app.now();
    set_closed(app, by, id, Some(now)).await
}

/// Opens a category again.
///
/// # Errors
/// Not here, open, another one has its name by now, or the database is away.
pub async fn open_category(app: &App, by: &StaffMember, id: CategoryId) -> Result<()> {
    set_closed(app, by, id, None).await
}

async fn set_closed(app: &App, by: &StaffMember, id: CategoryId, closed_at: Option<Moment>) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = categories::lock(tx, id)?;
            let own = tenants::own(tx)?.language;
            let action = match (before.closed_at, closed_at) {
                (None, Some(_)) => Action::CategoryClosed,
                (Some(_), None) => Action::CategoryOpened,
                (Some(_), Some(_)) => return Err(Error::conflict("closed", "This category is closed already.")),
                (None, None) => return Err(Error::conflict("open", "This category is open.")),
            };
            if closed_at.is_none() {
                unused(tx, &before.names, &own, Some(id))?;
            }
            let name = before.names.said(&own, &own).to_owned();
            categories::update(tx, &Category { closed_at, ..before })?;
            audit::write(tx, &actor, &Entry::new(action, name), now)
        })
        .await
}

fn checked(draft: CategoryDraft, own: &str, languages: &[String]) -> Result<(Names, PolicyChange)> {
    let mut names = BTreeMap::new();
    for (language, name) in draft.names {
        if !languages.contains(&language) {
            return Err(Error::field("names", "This marketplace doesn't have that language."));
        }
        let name = text::line(&name, 0..=MOST_NAME_CHARS)
            .ok_or_else(|| Error::field("names", "Use names of up to 40 characters."))?;
        if !name.is_empty() {
            names.insert(language, name);
        }
    }
    if !names.contains_key(own) {
        return Err(Error::field("names", "Give it a name in your marketplace's language."));
    }
    let warning = draft.warning_min;
    if warning.is_some_and(|minutes| !(1..=MOST_WARNING_MIN).contains(&minutes)) {
        return Err(Error::field("warning_min", "Choose 1 to 60 minutes."));
    }
    let reminder = draft.reminder_min;
    if reminder.is_some_and(|minutes| minutes != 0 && !(LEAST_REMINDER_MIN..=MOST_REMINDER_MIN).contains(&minutes)) {
        let words = "Choose 5 to 10,080 minutes, or 0 for no reminder.";
        return Err(Error::field("reminder_min", words));
    }
    if draft
        .missed_min
        .is_some_and(|minutes| !(1..=MOST_MISSED_MIN).contains(&minutes))
    {
        return Err(Error::field("missed_min", "Choose 1 to 60 minutes."));
    }
    let policy = PolicyChange {
        reminder_min: reminder,
        missed_min: draft.missed_min,
        // Once more at the last minute, whenever the first warning comes.
        warnings_min: warning.map(|minutes| if minutes > 1 { vec![minutes, 1] } else { vec![1] }),
        ..PolicyChange::default()
    };
    Ok((Names::new(names), policy))
}

/// No other open category is called that in the tenant's language.
fn unused(tx: &mut TenantTx<'_>, names: &Names, own: &str, id: Option<CategoryId>) -> Result<()> {
    let name = names.said(own, own).to_lowercase();
    let others = categories::open(tx)?;
    let mut others = others.iter().filter(|other| Some(other.id) != id);
    if others.any(|other| other.names.said(own, own).to_lowercase() == name) {
        return Err(Error::field(
            "names",
            "Another category has this name. Choose a different one.",
        ));
    }
    Ok(())
}

/// The name as an address shows it, with a number behind it if need be.
fn free_slug(name: &str, taken: &[String]) -> String {
    let slug = slug(name).unwrap_or_else(|| "category".to_owned());
    let numbered = (2..).map(|number| format!("{slug}-{number}"));
    let mut free = std::iter::once(slug.clone()).chain(numbered);
    free.find(|slug| !taken.contains(slug)).unwrap_or(slug)
}

fn shown(category: &Category) -> Value {
    json!({"names": category.names, "video": category.video, "policy": category.policy})
}
