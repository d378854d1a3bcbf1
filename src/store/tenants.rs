//! Tenants and the hosts they live on.

use super::{
    Db, SystemTx, TenantScope, TenantTx,
    moment::At,
    schema::{domains, tenant_hosts, tenants},
};
use crate::{
    domain::{
        brand::Brand,
        gateway::Mode,
        ids::TenantId,
        money::Currency,
        tenant::{Tenant, TenantState},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants)]
struct Row {
    id: Uuid,
    slug: String,
    name: String,
    theme: String,
    currency: String,
    time_zone: String,
    language: String,
    reply_to: Option<String>,
    hidden: bool,
    policy: serde_json::Value,
    min_rate_minor: i64,
    max_rate_minor: i64,
    state: String,
    brand: Option<serde_json::Value>,
    look_revision: i64,
    quotas: serde_json::Value,
    money_mode: String,
}

impl Row {
    fn tenant(self) -> Result<Tenant> {
        let currency = Currency::parse(&self.currency);
        Ok(Tenant {
            id: TenantId::from_uuid(self.id),
            currency: currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?,
            policy: serde_json::from_value(self.policy).map_err(Error::internal)?,
            quotas: serde_json::from_value(self.quotas).map_err(Error::internal)?,
            slug: self.slug,
            name: self.name,
            theme: self.theme,
            time_zone: self.time_zone,
            language: self.language,
            reply_to: self.reply_to,
            hidden: self.hidden,
            rate_bounds_minor: (self.min_rate_minor, self.max_rate_minor),
            state: TenantState::parse(&self.state)
                .ok_or_else(|| Error::internal(anyhow!("unknown state {:?}", self.state)))?,
            brand: self
                .brand
                .map(serde_json::from_value)
                .transpose()
                .map_err(Error::internal)?,
            look_revision: self.look_revision,
            money: Mode::parse(&self.money_mode)
                .ok_or_else(|| Error::internal(anyhow!("unknown mode {:?}", self.money_mode)))?,
        })
    }
}

/// What lives at a host.
#[derive(Clone, Debug)]
pub struct Resident {
    /// Whose host it is.
    pub tenant: Tenant,
    /// The right to its data.
    pub scope: TenantScope,
    /// The domain of its own that links name instead of its subdomain, if it chose one.
    pub canonical: Option<String>,
}

impl Db {
    /// The tenant that lives on `host` (without port), with the right to its data.
    ///
    /// # Errors
    /// The database is away.
    pub async fn tenant_by_host(&self, host: &str) -> Result<Option<(Tenant, TenantScope)>> {
        let resident = self.resident(host).await?;
        Ok(resident.map(|resident| (resident.tenant, resident.scope)))
    }

    /// The same with what else is known of its hosts: subdomains first, then domains that are proven.
    ///
    /// # Errors
    /// The database is away.
    pub async fn resident(&self, host: &str) -> Result<Option<Resident>> {
        let host = host.to_lowercase();
        self.system_read(move |tx| {
            let found = match on_subdomain(tx, &host)? {
                Some(found) => Some(found),
                None => on_own_domain(tx, &host)?,
            };
            let resident = |(row, canonical): (Row, Option<String>)| {
                let tenant = row.tenant()?;
                Ok(Resident {
                    scope: TenantScope::of(tenant.id),
                    tenant,
                    canonical,
                })
            };
            found.map(resident).transpose()
        })
        .await
    }

    /// The host a tenant's links name: the domain of its own that it chose, or its subdomain.
    ///
    /// # Errors
    /// The database is away.
    pub async fn host_of(&self, scope: &TenantScope) -> Result<String> {
        self.read(scope, host).await
    }

    /// All tenants that may be listed, by name.
    ///
    /// # Errors
    /// The database is away.
    pub async fn listed_tenants(&self) -> Result<Vec<(Tenant, String)>> {
        self.system_read(|tx| {
            let rows: Vec<(Row, String)> = tenants::table
                .inner_join(tenant_hosts::table)
                .filter(tenants::hidden.eq(false))
                .order(tenants::name)
                .select((Row::as_select(), tenant_hosts::host))
                .limit(1_000)
                .load(tx.conn)?;
            rows.into_iter().map(|(row, host)| Ok((row.tenant()?, host))).collect()
        })
        .await
    }
}

fn on_subdomain(tx: &mut SystemTx<'_>, host: &str) -> Result<Option<(Row, Option<String>)>> {
    let chosen = domains::tenant_id.eq(tenants::id).and(domains::canonical);
    let found = tenants::table
        .inner_join(tenant_hosts::table)
        .left_join(domains::table.on(chosen))
        .filter(tenant_hosts::host.eq(host))
        .select((Row::as_select(), domains::domain.nullable()));
    Ok(found.first(tx.conn).optional()?)
}

fn on_own_domain(tx: &mut SystemTx<'_>, host: &str) -> Result<Option<(Row, Option<String>)>> {
    let found: Option<Row> = tenants::table
        .inner_join(domains::table)
        .filter(domains::domain.eq(host).and(domains::state.eq("proven")))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    found
        .map(|row| {
            let canonical = canonical(tx.conn, row.id)?;
            Ok((row, canonical))
        })
        .transpose()
}

/// The domain of its own that a tenant's links name.
fn canonical(conn: &mut PgConnection, tenant: Uuid) -> QueryResult<Option<String>> {
    let chosen = domains::table.filter(domains::tenant_id.eq(tenant).and(domains::canonical));
    chosen.select(domains::domain).first(conn).optional()
}

/// The tenant that a transaction belongs to.
///
/// # Errors
/// The database is away.
pub fn own(tx: &mut TenantTx<'_>) -> Result<Tenant> {
    let id = tx.tenant().uuid();
    tenants::table
        .find(id)
        .select(Row::as_select())
        .first(tx.conn)?
        .tenant()
}

/// Keeps others who ask for this, too, waiting until the transaction ends: what is counted stays as it was counted.
///
/// # Errors
/// The database is away.
pub fn queue_up(tx: &mut TenantTx<'_>) -> Result<()> {
    let row = tenants::table.find(tx.tenant().uuid()).select(tenants::id);
    row.for_no_key_update().first::<Uuid>(tx.conn)?;
    Ok(())
}

/// Sets what a tenant chose of its look.
///
/// # Errors
/// The database is away.
pub fn set_brand(tx: &mut TenantTx<'_>, brand: Option<&Brand>) -> Result<()> {
    let brand = brand.map(serde_json::to_value).transpose().map_err(Error::internal)?;
    diesel::update(tenants::table.find(tx.tenant().uuid()))
        .set(tenants::brand.eq(brand))
        .execute(tx.conn)?;
    touch_look(tx)
}

/// What was made of a tenant's look and words is no longer good.
///
/// # Errors
/// The database is away.
pub fn touch_look(tx: &mut TenantTx<'_>) -> Result<()> {
    diesel::update(tenants::table.find(tx.tenant().uuid()))
        .set(tenants::look_revision.eq(tenants::look_revision + 1))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether the tenant's money is real; that stays so until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn money_now(tx: &mut TenantTx<'_>) -> Result<Mode> {
    let own = tenants::table.find(tx.tenant().uuid()).select(tenants::money_mode);
    let name: String = own.for_share().first(tx.conn)?;
    Mode::parse(&name).ok_or_else(|| Error::internal(anyhow!("unknown mode {name:?}")))
}

/// Since when the tenant takes real money, if it began with play money.
///
/// # Errors
/// The database is away.
pub fn live_since(tx: &mut TenantTx<'_>) -> Result<Option<Moment>> {
    let own = tenants::table.find(tx.tenant().uuid()).select(tenants::live_since);
    Ok(own.first::<Option<At>>(tx.conn)?.map(Moment::from))
}

/// The tenant's money is real from now on.
///
/// # Errors
/// The database is away.
pub fn go_live(tx: &mut TenantTx<'_>, now: Moment) -> Result<()> {
    diesel::update(tenants::table.find(tx.tenant().uuid()))
        .set((
            tenants::money_mode.eq(Mode::Live.name()),
            tenants::live_since.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

fn row(tenant: &Tenant) -> Result<Row> {
    let brand = tenant.brand.as_ref().map(serde_json::to_value).transpose();
    Ok(Row {
        id: tenant.id.uuid(),
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        theme: tenant.theme.clone(),
        currency: tenant.currency.code().to_owned(),
        time_zone: tenant.time_zone.clone(),
        language: tenant.language.clone(),
        reply_to: tenant.reply_to.clone(),
        hidden: tenant.hidden,
        policy: serde_json::to_value(&tenant.policy).map_err(Error::internal)?,
        min_rate_minor: tenant.rate_bounds_minor.0,
        max_rate_minor: tenant.rate_bounds_minor.1,
        state: tenant.state.name().to_owned(),
        brand: brand.map_err(Error::internal)?,
        look_revision: tenant.look_revision,
        quotas: serde_json::to_value(tenant.quotas).map_err(Error::internal)?,
        money_mode: tenant.money.name().to_owned(),
    })
}

/// Adds a tenant on `host`, or updates its theme if its subdomain is taken already: for the demo.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut SystemTx<'_>, tenant: &Tenant, host: &str, now: Moment) -> Result<TenantScope> {
    let id: Uuid = diesel::insert_into(tenants::table)
        .values((row(tenant)?, tenants::created_at.eq(At(now))))
        .on_conflict(tenants::slug)
        .do_update()
        .set(tenants::theme.eq(&tenant.theme))
        .returning(tenants::id)
        .get_result(tx.conn)?;
    let scope = TenantScope::of(TenantId::from_uuid(id));
    add_host(tx, &scope, host)?;
    Ok(scope)
}

/// Adds a tenant on `host`; nothing if its subdomain or the host is another's.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut SystemTx<'_>, tenant: &Tenant, host: &str, now: Moment) -> Result<Option<TenantScope>> {
    let inserted = diesel::insert_into(tenants::table)
        .values((row(tenant)?, tenants::created_at.eq(At(now))))
        .on_conflict(tenants::slug)
        .do_nothing()
        .execute(tx.conn)?;
    let scope = TenantScope::of(tenant.id);
    Ok((inserted == 1 && add_host(tx, &scope, host)?).then_some(scope))
}

/// False if the host is taken.
fn add_host(tx: &mut SystemTx<'_>, scope: &TenantScope, host: &str) -> Result<bool> {
    let added = diesel::insert_into(tenant_hosts::table)
        .values((
            tenant_hosts::tenant_id.eq(scope.tenant().uuid()),
            tenant_hosts::host.eq(host.to_lowercase()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(added == 1)
}

/// A tenant with the right to its data, for the platform's own work; locked, so that two changes don't cross.
///
/// # Errors
/// There is none, or the database is away.
pub fn for_platform(tx: &mut SystemTx<'_>, id: TenantId) -> Result<(Tenant, TenantScope)> {
    let found = tenants::table
        .find(id.uuid())
        .filter(tenants::erased_at.is_null())
        .select(Row::as_select())
        .for_update()
        .first(tx.conn)?;
    Ok((found.tenant()?, TenantScope::of(id)))
}

/// A tenant by its subdomain, with the right to its data.
///
/// # Errors
/// The database is away.
pub fn by_slug(tx: &mut SystemTx<'_>, slug: &str) -> Result<Option<(Tenant, TenantScope)>> {
    let found = tenants::table
        .filter(tenants::slug.eq(slug).and(tenants::erased_at.is_null()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    let Some(row) = found else { return Ok(None) };
    let tenant = row.tenant()?;
    let scope = TenantScope::of(tenant.id);
    Ok(Some((tenant, scope)))
}

/// The host a tenant's links name: the domain of its own that it chose, or its subdomain.
///
/// # Errors
/// The database is away.
pub fn host(tx: &mut TenantTx<'_>) -> Result<String> {
    match canonical(tx.conn, tx.tenant().uuid())? {
        Some(domain) => Ok(domain),
        None => subdomain(tx),
    }
}

/// The host that a tenant has from the platform.
///
/// # Errors
/// The database is away.
pub fn subdomain(tx: &mut TenantTx<'_>) -> Result<String> {
    let hosts = tenant_hosts::table.filter(tenant_hosts::tenant_id.eq(tx.tenant().uuid()));
    Ok(hosts
        .order(tenant_hosts::host)
        .select(tenant_hosts::host)
        .first(tx.conn)?)
}
