//! A service with its video settings.

use super::MOST_SERVICES;
use crate::{
    app::{App, identity::Viewer, watching},
    domain::{
        booking::{Agreement, Bookable, BookableError},
        ids::{CategoryId, ServiceId},
        policy::{Increment, PolicyChange},
        tenant::Tenant,
        text,
    },
    error::{Error, Kind, Result},
    store::{
        TenantTx,
        categories::{self, Category},
        sellers,
        services::{self, Service},
    },
};

/// As typed.
#[derive(Clone, Debug)]
pub struct ServiceDraft {
    /// Its name.
    pub title: String,
    /// What one gets.
    pub description: String,
    /// Where it is to be filed.
    pub category: Option<CategoryId>,
    /// Price of a minute in minor units.
    pub rate_minor: i64,
    /// Least minutes that are charged.
    pub minimum_minutes: u32,
    /// What is charged at once.
    pub increment: Increment,
    /// Free seconds at the start.
    pub grace_seconds: u32,
    /// How it can be booked, if it can.
    pub booking: Option<BookableDraft>,
    /// People can ring for it.
    pub video_enabled: bool,
    /// Buyers see it.
    pub published: bool,
}

/// How a service can be booked, as typed.
#[derive(Clone, Copy, Debug)]
pub struct BookableDraft {
    /// Which comes first.
    pub agreement: Agreement,
    /// How long a talk lasts, minutes.
    pub length_min: u32,
    /// Within so many days it begins.
    pub horizon_days: u32,
}

/// Adds a service of the reader's, or changes the one with that id.
///
/// # Errors
/// A field that can't be taken, no profile yet, too many services, not theirs, or the database is away.
pub async fn save_service(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    id: Option<ServiceId>,
    draft: ServiceDraft,
) -> Result<Service> {
    let (seller, now) = (viewer.user.id, app.now());
    let category = draft.category;
    let mut service = Service {
        id: id.unwrap_or_default(),
        seller,
        title: text::line(&draft.title, 1..=80)
            .ok_or_else(|| Error::field("title", "Give it a title of 1 to 80 characters."))?,
        description: text::paragraphs(&draft.description, 0..=2_000)
            .ok_or_else(|| Error::field("description", "Use at most 2,000 characters."))?,
        rate_minor: rate(draft.rate_minor, tenant)?,
        category: None,
        policy: policy(&draft)?,
        booking: draft.booking.map(bookable).transpose()?,
        video_enabled: draft.video_enabled,
        published: draft.published,
        created_at: now,
    };
    app.db
        .tenant(&viewer.scope, move |tx| {
            // The lock keeps two forms sent at once from adding one too many.
            let Some(_) = sellers::lock(tx, seller)? else {
                return Err(Error::conflict("no_profile", "Fill in your profile first."));
            };
            if let Some(category) = category {
                let category = filed(tx, category, id)?;
                service.video_enabled &= category.video;
                service.category = Some(category);
            }
            if id.is_some() {
                services::update(tx, &service)?;
            } else if services::of_seller(tx, seller, MOST_SERVICES)?.len() >= MOST_SERVICES as usize {
                let public = format!("You can have up to {MOST_SERVICES} services. Change one of them instead.");
                return Err(Error::conflict("too_many_services", public));
            } else {
                services::insert(tx, &service)?;
            }
            watching::look_after(tx, seller, now)?;
            services::find(tx, service.id)
        })
        .await
}

/// The category, if it takes services; a closed one keeps those that it has.
fn filed(tx: &mut TenantTx<'_>, category: CategoryId, id: Option<ServiceId>) -> Result<Category> {
    // Nobody closes it meanwhile.
    let chosen = categories::lock(tx, category).map_err(|error| match error.kind {
        Kind::NotFound => Error::field("category_id", "Choose one of the categories."),
        _ => error,
    })?;
    let keeps = match id {
        Some(id) if chosen.closed_at.is_some() => {
            let had = services::find(tx, id)?.category;
            had.is_some_and(|had| had.id == category)
        }
        _ => chosen.closed_at.is_none(),
    };
    if keeps {
        return Ok(chosen);
    }
    Err(Error::field(
        "category_id",
        "This category takes nothing more. Choose another one.",
    ))
}

fn rate(minor: i64, tenant: &Tenant) -> Result<i64> {
    let (least, most) = tenant.rate_bounds_minor;
    if (least..=most).contains(&minor) {
        Ok(minor)
    } else {
        Err(Error::field(
            "rate_minor",
            "The price per minute is outside of what is allowed here.",
        ))
    }
}

fn bookable(draft: BookableDraft) -> Result<Bookable> {
    Bookable::new(draft.agreement, draft.length_min, draft.horizon_days).map_err(|wrong| match wrong {
        BookableError::Length => Error::field("length_min", "Choose 1 to 240 minutes."),
        BookableError::Horizon => Error::field("horizon_days", "Choose 1 to 365 days."),
    })
}

fn policy(draft: &ServiceDraft) -> Result<PolicyChange> {
    if draft.minimum_minutes > 240 {
        return Err(Error::field("minimum_minutes", "Choose a minimum of 0 to 240 minutes."));
    }
    if draft.grace_seconds > 600 {
        return Err(Error::field("grace_seconds", "Choose 0 to 600 free seconds."));
    }
    if let Increment::Block { seconds } = draft.increment
        && !(1..=14_400).contains(&seconds)
    {
        return Err(Error::field("block_seconds", "Choose a block of 1 to 14,400 seconds."));
    }
    Ok(PolicyChange {
        minimum_s: Some(draft.minimum_minutes * 60),
        grace_s: Some(draft.grace_seconds),
        increment: Some(draft.increment),
        ..PolicyChange::default()
    })
}
