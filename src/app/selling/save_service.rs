//! A service with its video settings.

use super::MOST_SERVICES;
use crate::{
    app::{App, identity::Viewer, identity_checks, watching},
    domain::{
        booking::{Addon, Agreement, Bookable, BookableError, Fixed, FixedError, MOST_ADDONS, MOST_PRICE_MINOR},
        identity_check::Side,
        ids::{CategoryId, ServiceId},
        policy::{Increment, PolicyChange},
        recording::RecordingRule,
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
    /// Who may have its calls recorded, of those whom the marketplace lets; as usual if none.
    pub recording: Option<RecordingRule>,
    /// How it can be booked, if it can.
    pub booking: Option<BookableDraft>,
    /// What it costs where it isn't done by video.
    pub fixed: Option<FixedDraft>,
    /// What can be had with it.
    pub addons: Vec<Addon>,
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
    /// It can be asked for at once, too.
    pub at_once: bool,
}

/// A price that isn't by the minute, as typed.
#[derive(Clone, Copy, Debug)]
pub struct FixedDraft {
    /// The price in minor units.
    pub price_minor: i64,
    /// It is delivered within so many days.
    pub delivery_days: u32,
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
    let (seller, now, bounds) = (viewer.user.id, app.now(), tenant.rate_bounds_minor);
    let category = draft.category;
    let mut service = Service {
        id: id.unwrap_or_default(),
        seller,
        title: text::line(&draft.title, 1..=80)
            .ok_or_else(|| Error::field("title", "Give it a title of 1 to 80 characters."))?,
        description: text::paragraphs(&draft.description, 0..=2_000)
            .ok_or_else(|| Error::field("description", "Use at most 2,000 characters."))?,
        rate_minor: draft.rate_minor,
        category: None,
        seller_charges: PolicyChange::default(),
        policy: policy(&draft)?,
        booking: draft.booking.map(bookable).transpose()?,
        fixed: draft.fixed.map(fixed).transpose()?,
        addons: addons(draft.addons)?,
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
            priced(&mut service, bounds)?;
            if service.published {
                identity_checks::require(tx, seller, Side::Selling)?;
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

/// By the minute within the tenant's bounds where it is done by video, else at a price of its own.
fn priced(service: &mut Service, (least, most): (i64, i64)) -> Result<()> {
    if service.video_enabled {
        service.fixed = None;
        return match (least..=most).contains(&service.rate_minor) {
            true => Ok(()),
            false => Err(Error::field(
                "rate_minor",
                "The price per minute is outside of what is allowed here.",
            )),
        };
    }
    (service.rate_minor, service.booking) = (0, None);
    match service.fixed {
        Some(_) => Ok(()),
        None => Err(Error::field(
            "price_minor",
            "Without video it needs a price and the days that it takes.",
        )),
    }
}

fn fixed(draft: FixedDraft) -> Result<Fixed> {
    Fixed::new(draft.price_minor, draft.delivery_days).map_err(|wrong| match wrong {
        FixedError::Price => Error::field("price_minor", "The price is outside of what is allowed here."),
        FixedError::Days => Error::field("delivery_days", "Choose 1 to 90 days."),
    })
}

fn addons(typed: Vec<Addon>) -> Result<Vec<Addon>> {
    let bad = |words: &'static str| Error::field("addons", words);
    if typed.len() > MOST_ADDONS {
        return Err(bad("Offer at most ten extras."));
    }
    let mut addons: Vec<Addon> = Vec::new();
    for addon in typed {
        let title = text::line(&addon.title, 1..=80).ok_or_else(|| bad("Name each extra in 1 to 80 characters."))?;
        if !(1..=MOST_PRICE_MINOR).contains(&addon.price_minor) {
            return Err(bad("The price of an extra is outside of what is allowed here."));
        }
        if addons.iter().any(|other| other.title == title) {
            return Err(bad("Two extras have the same name."));
        }
        addons.push(Addon { title, ..addon });
    }
    Ok(addons)
}

fn bookable(draft: BookableDraft) -> Result<Bookable> {
    Bookable::new(draft.agreement, draft.length_min, draft.horizon_days, draft.at_once).map_err(|wrong| match wrong {
        BookableError::Length => Error::field("length_min", "Choose 1 to 240 minutes."),
        BookableError::Agreement => Error::field("booking", "Choose how it can be booked."),
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
        recording: draft.recording,
        ..PolicyChange::default()
    })
}
