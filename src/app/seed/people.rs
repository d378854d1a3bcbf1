//! The demo's people with their profiles, services and credit.

use super::{
    address,
    cast::{Buyer, Cast, Seller, Service as ServicePart, Week},
};
use crate::{
    app::{App, identity::TERMS_VERSION},
    domain::{
        booking::Bookable,
        identity::{Email, PersonName},
        ids::{ServiceId, UserId},
        permission::{Permission, StaffRole, Standing},
        policy::PolicyChange,
        schedule::{DayHours, Timetable},
        tenant::Tenant,
        time::{Moment, Zone},
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        categories::{self, Category},
        declarations::{self, Declared},
        ledger::{self, AccountKind, Transfer},
        sellers::{self, Profile},
        services::{self, Service},
        staff, timetables,
        users::{self, NewUser},
        wallets,
    },
};
use anyhow::anyhow;
use uuid::Uuid;

/// A buyer with less than this gets more.
const LOW_MINOR: i64 = 2_000;
/// So much.
const CREDIT_MINOR: i64 = 15_000;

/// How far ahead a talk can be booked.
const BOOKED_AHEAD_DAYS: u32 = 14;

/// Before the earliest past call.
const PAST_MS: i64 = 30 * 24 * 3_600_000;

/// Somebody who runs a demo tenant.
pub(super) struct Member {
    pub local: &'static str,
    pub name: &'static str,
    pub role: StaffRole,
    permissions: &'static [Permission],
}

/// Those who run each demo tenant.
pub(super) const STAFF: [Member; 2] = [
    Member {
        local: "admin",
        name: "Alex Admin",
        role: StaffRole::Admin,
        permissions: &[],
    },
    Member {
        local: "staff",
        name: "Sam Staff",
        role: StaffRole::Staff,
        permissions: &[Permission::Users, Permission::Calls, Permission::Reviews],
    },
];

/// Adds the people who are missing.
pub(super) async fn put(
    app: &App,
    scope: &TenantScope,
    tenant: &Tenant,
    cast: &'static Cast,
    password_hash: &str,
) -> Result<()> {
    let (now, tenant, hash) = (app.now(), tenant.clone(), password_hash.to_owned());
    app.db
        .tenant(scope, move |tx| {
            if categories::start(tx, cast.categories, now)? {
                charge(tx, cast)?;
            }
            for part in cast.sellers {
                seller(tx, &tenant, cast, part, &hash, now)?;
            }
            for part in &STAFF {
                member(tx, &tenant, cast, part, &hash, now)?;
            }
            for part in cast.buyers {
                buyer(tx, &tenant, cast, part, &hash, now)?;
            }
            Ok(())
        })
        .await
}

/// Fee and tax of the category that has its own.
fn charge(tx: &mut TenantTx<'_>, cast: &Cast) -> Result<()> {
    let Some((slug, fee, tax)) = cast.charges else {
        return Ok(());
    };
    let Some(category) = categories::by_slug(tx, slug)? else {
        return Ok(());
    };
    let policy = PolicyChange {
        service_fee: Some(fee),
        tax: Some(tax),
        ..category.policy.clone()
    };
    categories::update(tx, &Category { policy, ..category })
}

/// The person, and whether they are new.
fn person(
    tx: &mut TenantTx<'_>,
    tenant: &Tenant,
    (email, name): (String, &str),
    hash: &str,
    now: Moment,
) -> Result<(UserId, bool)> {
    let new = NewUser {
        id: UserId::new(),
        email: Email::parse(&email)?,
        name: PersonName::parse(name)?,
        password_hash: hash.to_owned(),
        time_zone: tenant.time_zone.clone(),
        language: tenant.language.clone(),
    };
    if let Some((known, _)) = users::by_email(tx, &new.email)? {
        return Ok((known.id, false));
    }
    users::insert(tx, &new, now)?;
    users::mark_verified(tx, new.id, now)?;
    for declared in [Declared::OfAge, Declared::Terms] {
        declarations::insert(tx, new.id, declared, TERMS_VERSION, "demo", now)?;
    }
    Ok((new.id, true))
}

/// Whoever is on the staff already keeps what they were given since.
fn member(tx: &mut TenantTx<'_>, tenant: &Tenant, cast: &Cast, part: &Member, hash: &str, now: Moment) -> Result<()> {
    let (user, new) = person(tx, tenant, (address(cast, part.local), part.name), hash, now)?;
    if new {
        let standing = Standing::new(part.role, part.permissions.iter().copied());
        staff::put(tx, user, &standing, now)?;
        staff::accept(tx, user, now)?;
    }
    Ok(())
}

fn seller(tx: &mut TenantTx<'_>, tenant: &Tenant, cast: &Cast, part: &Seller, hash: &str, now: Moment) -> Result<()> {
    let (user, new) = person(tx, tenant, (address(cast, part.local), part.name), hash, now)?;
    if !new {
        return Ok(());
    }
    let profile = Profile {
        user,
        headline: part.headline.to_owned(),
        about: part.about.to_owned(),
        languages: part.languages.iter().map(|&code| code.to_owned()).collect(),
        photo_url: None,
        available_until: None,
    };
    sellers::put(tx, &profile, now)?;
    if part.pictured {
        sellers::set_photo(tx, user, &format!("/assets/{}/people/{}.svg", cast.theme, part.local))?;
    }
    if let Some(week) = &part.week {
        timetables::put(tx, user, &timetable(week)?, now)?;
    }
    let category = part.category.map(|slug| categories::by_slug(tx, slug));
    let category = category.transpose()?.flatten();
    for offered in part.services {
        services::insert(tx, &service(user, offered, category.clone(), now))?;
    }
    Ok(())
}

fn timetable(week: &Week) -> Result<Timetable> {
    let zone = Zone::named(week.zone).ok_or_else(|| Error::internal(anyhow!("no zone {}", week.zone)))?;
    let hours = |typed: &str| typed.parse::<DayHours>().map_err(Error::internal);
    let (most, friday, weekend) = (hours(week.most_days)?, hours(week.fridays)?, hours(week.weekends)?);
    let weekly = [
        most.clone(),
        most.clone(),
        most.clone(),
        most,
        friday,
        weekend.clone(),
        weekend,
    ];
    Ok(Timetable::closed(zone.clone()).with_week(zone, weekly))
}

fn service(seller: UserId, part: &ServicePart, category: Option<Category>, now: Moment) -> Service {
    Service {
        id: ServiceId::new(),
        seller,
        title: part.title.to_owned(),
        description: part.description.to_owned(),
        rate_minor: part.rate_minor,
        category,
        fixed: None,
        addons: Vec::new(),
        seller_charges: PolicyChange::default(),
        policy: PolicyChange {
            increment: Some(part.increment),
            minimum_s: Some(part.minimum_minutes * 60),
            grace_s: Some(part.grace_seconds),
            ..PolicyChange::default()
        },
        booking: part.booking.map(|(agreement, length_min)| Bookable {
            agreement,
            length_min,
            horizon_days: BOOKED_AHEAD_DAYS,
            at_once: true,
        }),
        video_enabled: true,
        published: true,
        created_at: now,
    }
}

/// A buyer, with credit: as much as it takes for the past calls the first time, and again whenever it runs low.
fn buyer(tx: &mut TenantTx<'_>, tenant: &Tenant, cast: &Cast, part: &Buyer, hash: &str, now: Moment) -> Result<()> {
    let (user, new) = person(tx, tenant, (address(cast, part.local), part.name), hash, now)?;
    if wallets::balance(tx, user, tenant.currency)?.available().minor >= LOW_MINOR {
        return Ok(());
    }
    let credit = Transfer {
        id: Uuid::now_v7(),
        kind: "demo_credit",
        debit: ledger::account(tx, AccountKind::BuiltIn, tenant.currency, now)?,
        credit: ledger::account(tx, AccountKind::Wallet(user), tenant.currency, now)?,
        amount_minor: CREDIT_MINOR,
        // The past calls were paid from the first of it.
        at: if new { now + -PAST_MS } else { now },
    };
    ledger::transfer(tx, &credit)?;
    Ok(())
}
