//! Founding tenants, closing and opening them. Each change, its audit entry and its mail are one transaction.

use super::{PlatformOwner, PlatformStaff, erase::ERASE_JOB};
use crate::{
    app::{App, identity},
    domain::{
        audit::{Action, Actor, Entry},
        brand::Brand,
        category::STARTING,
        gateway::Mode,
        ids::TenantId,
        money::Currency,
        permission::{StaffRole, Standing},
        policy::PolicyChange,
        quota::QuotaChange,
        tenant::{COOLING_OFF_MS, Slug, Tenant, TenantState},
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        SystemTx, TenantScope, audit, categories,
        closing::{self, Closure},
        jobs,
        tenant_settings::{self, Naming},
        tenants,
    },
};
use serde_json::{Value, json};

/// What a platform owner types.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Public name.
    pub name: String,
    /// Subdomain.
    pub slug: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA zone.
    pub time_zone: String,
    /// One of the default theme's languages.
    pub language: String,
    /// How it looks.
    pub brand: Brand,
    /// Who runs it.
    pub admin: Invited,
}

/// Who is to be asked to run a tenant.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Mail address.
    pub email: String,
    /// Name.
    pub name: String,
}

/// A tenant that was founded.
#[derive(Clone, Debug)]
pub struct Founded {
    /// Its id.
    pub id: TenantId,
    /// Where it answers.
    pub host: String,
}

/// What a platform owner changes of a tenant; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Public name.
    pub name: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// One of its languages.
    pub language: Option<String>,
}

/// Founds a tenant whose site answers at once, and asks its first admin to join.
///
/// # Errors
/// A field that can't be taken, a subdomain that isn't free, or the database is away.
pub async fn create(app: &App, owner: &PlatformOwner, languages: &[String], new: NewTenant) -> Result<Founded> {
    let tenant = checked(&new, languages)?;
    let invitation = identity::Invitation::new(&new.admin.email, &new.admin.name, &tenant).await?;
    let platform = app.config.http.public_url.host_str().unwrap_or_default();
    let host = format!("{}.{platform}", tenant.slug);
    let founded = Founded {
        id: tenant.id,
        host: host.clone(),
    };
    let (origin, actor, now) = (app.origin(&host), owner.actor(), app.now());
    app.db
        .system(move |tx| {
            let taken = || Error::field("slug", "Another marketplace has this subdomain. Choose another one.");
            let scope = tenants::insert(tx, &tenant, &host, now)?.ok_or_else(taken)?;
            let tx = &mut tx.within(&scope);
            let after = json!({"name": tenant.name, "slug": tenant.slug, "currency": tenant.currency.code()});
            let entry = Entry::new(Action::TenantCreated, &tenant.slug).changed(Value::Null, after);
            audit::write(tx, &actor, &entry, now)?;
            categories::start(tx, &STARTING, now)?;
            identity::invite(
                tx,
                &actor,
                &invitation,
                &Standing::new(StaffRole::Admin, []),
                &origin,
                now,
            )?;
            Ok(())
        })
        .await?;
    Ok(founded)
}

fn checked(new: &NewTenant, languages: &[String]) -> Result<Tenant> {
    let name = checked_name(&new.name)?;
    let slug = Slug::parse(&new.slug).ok_or_else(|| {
        Error::field(
            "slug",
            "Choose 2 to 40 lower-case letters, digits and inner hyphens; some names are the platform's own.",
        )
    })?;
    let currency = Currency::parse(&new.currency)
        .ok_or_else(|| Error::field("currency", "Enter the currency's code, such as EUR."))?;
    identity::check_zone(&new.time_zone)?;
    identity::check_language(&new.language, languages)?;
    Ok(Tenant {
        id: TenantId::new(),
        // No folder of that name exists: the default theme with the tenant's own colours.
        theme: "default".to_owned(),
        slug: slug.as_str().to_owned(),
        name,
        currency,
        time_zone: new.time_zone.clone(),
        language: new.language.clone(),
        reply_to: None,
        hidden: false,
        policy: PolicyChange::default(),
        rate_bounds_minor: (1, 100_000),
        state: TenantState::Active,
        brand: Some(new.brand.clone()),
        look_revision: 0,
        money: Mode::Test,
        quotas: QuotaChange::default(),
    })
}

/// A marketplace's name, checked.
///
/// # Errors
/// Empty, too long, or with control characters.
pub(in crate::app) fn checked_name(name: &str) -> Result<String> {
    text::line(name, 1..=60).ok_or_else(|| Error::field("name", "Enter a name of 1 to 60 characters."))
}

/// What is changed of a name, a zone or a language, checked.
///
/// # Errors
/// A field that can't be taken.
pub(in crate::app) fn checked_naming(change: Change, languages: &[String]) -> Result<Naming> {
    change.time_zone.as_deref().map(identity::check_zone).transpose()?;
    if let Some(language) = &change.language {
        identity::check_language(language, languages)?;
    }
    Ok(Naming {
        name: change.name.as_deref().map(checked_name).transpose()?,
        time_zone: change.time_zone,
        language: change.language,
        reply_to: None,
    })
}

/// Asks somebody to run a tenant.
///
/// # Errors
/// A field that can't be taken, the site is closed, no such tenant, or the database is away.
pub async fn invite_admin(app: &App, owner: &PlatformOwner, id: TenantId, who: Invited) -> Result<()> {
    let (tenant, host) = app
        .db
        .system(move |tx| {
            let (tenant, scope) = tenants::for_platform(tx, id)?;
            Ok((tenant, tenants::host(&mut tx.within(&scope))?))
        })
        .await?;
    let invitation = identity::Invitation::new(&who.email, &who.name, &tenant).await?;
    let origin = app.origin(&host);
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        if tenant.state != TenantState::Active {
            return Err(Error::conflict(
                "not_active",
                "This marketplace is closed. Open it first.",
            ));
        }
        let admin = Standing::new(StaffRole::Admin, []);
        identity::invite(&mut tx.within(scope), actor, &invitation, &admin, &origin, now).map(|_| ())
    })
    .await
}

/// Changes what is set; all of it or nothing.
///
/// # Errors
/// A field that can't be taken, no such tenant, or the database is away.
pub async fn change(
    app: &App,
    owner: &PlatformOwner,
    id: TenantId,
    languages: &[String],
    change: Change,
) -> Result<()> {
    let naming = checked_naming(change, languages)?;
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        let shown =
            |name: &str, zone: &str, language: &str| json!({"name": name, "time_zone": zone, "language": language});
        let before = shown(&tenant.name, &tenant.time_zone, &tenant.language);
        let tx = &mut tx.within(scope);
        tenant_settings::rename(tx, &naming)?;
        let after = tenants::own(tx)?;
        let after = shown(&after.name, &after.time_zone, &after.language);
        if before == after {
            return Ok(());
        }
        let entry = Entry::new(Action::TenantChanged, &tenant.slug).changed(before, after);
        audit::write(tx, actor, &entry, now)
    })
    .await
}

/// Closes a tenant's site. Running calls finish; nobody signs in and nobody rings.
///
/// # Errors
/// No reason, it is closed already, no such tenant, or the database is away.
pub async fn suspend(app: &App, owner: &PlatformOwner, id: TenantId, reason: &str) -> Result<()> {
    let reason = checked_reason(reason)?;
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        if tenant.state != TenantState::Active {
            return Err(Error::conflict("not_active", "This marketplace is closed already."));
        }
        closing::close(tx, id, &Closure::Suspended { reason: &reason }, now)?;
        let entry = Entry::new(Action::TenantSuspended, &tenant.slug);
        let entry = entry.changed(state(tenant.state), json!({"state": "suspended", "reason": reason}));
        audit::write(&mut tx.within(scope), actor, &entry, now)
    })
    .await
}

/// Opens a tenant's site again. One that was to be deleted isn't any more, and is as open as it was before.
///
/// # Errors
/// It is open, no such tenant, or the database is away.
pub async fn restore(app: &App, owner: &PlatformOwner, id: TenantId) -> Result<()> {
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        if tenant.state == TenantState::Active {
            return Err(Error::conflict("active", "This marketplace is open."));
        }
        let now_is = if tenant.state == TenantState::Deleting {
            closing::keep(tx, id)?
        } else {
            closing::reopen(tx, id)?
        };
        let entry = Entry::new(Action::TenantRestored, &tenant.slug);
        let entry = entry.changed(state(tenant.state), state(now_is));
        audit::write(&mut tx.within(scope), actor, &entry, now)
    })
    .await
}

/// Closes a tenant's site and has it deleted once the cooling-off period is over. The subdomain must be typed again.
///
/// # Errors
/// Another subdomain was typed, it is to be deleted already, no such tenant, or the database is away.
pub async fn delete(app: &App, owner: &PlatformOwner, id: TenantId, confirmed: String) -> Result<()> {
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        if confirmed != tenant.slug {
            return Err(Error::field(
                "confirm_slug",
                "Type the marketplace's subdomain to confirm.",
            ));
        }
        if tenant.state == TenantState::Deleting {
            return Err(Error::conflict(
                "deleting",
                "This marketplace is to be deleted already.",
            ));
        }
        let delete_at = now + COOLING_OFF_MS;
        closing::close(tx, id, &Closure::Deleting { delete_at }, now)?;
        let entry = Entry::new(Action::TenantDeleted, &tenant.slug);
        let entry = entry.changed(
            state(tenant.state),
            json!({"state": "deleting", "delete_at": delete_at}),
        );
        let tx = &mut tx.within(scope);
        jobs::enqueue(tx, ERASE_JOB, Value::Null, delete_at)?;
        audit::write(tx, actor, &entry, now)
    })
    .await
}

fn state(state: TenantState) -> Value {
    json!({"state": state})
}

/// Why something was done, checked.
///
/// # Errors
/// Empty or too long.
pub(in crate::app) fn checked_reason(reason: &str) -> Result<String> {
    text::line(reason, 1..=500).ok_or_else(|| Error::field("reason", "Say why, in up to 500 characters."))
}

/// Does something at one tenant, which is locked meanwhile.
pub(in crate::app) async fn at_tenant<T, F>(app: &App, staff: &PlatformStaff, id: TenantId, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut SystemTx<'_>, &Tenant, &TenantScope, &Actor, Moment) -> Result<T> + Send + 'static,
{
    let (actor, now) = (staff.actor(), app.now());
    app.db
        .system(move |tx| {
            let (tenant, scope) = tenants::for_platform(tx, id)?;
            work(tx, &tenant, &scope, &actor, now)
        })
        .await
}
