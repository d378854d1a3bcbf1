//! Tenants and the hosts they live on.

use super::{
    Db, SystemTx, TenantScope, TenantTx,
    moment::At,
    schema::{tenant_hosts, tenants},
};
use crate::{
    domain::{ids::TenantId, money::Currency, tenant::Tenant, time::Moment},
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
    hidden: bool,
    policy: serde_json::Value,
    min_rate_minor: i64,
    max_rate_minor: i64,
}

impl Row {
    fn tenant(self) -> Result<Tenant> {
        let currency = Currency::parse(&self.currency);
        Ok(Tenant {
            id: TenantId::from_uuid(self.id),
            currency: currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?,
            policy: serde_json::from_value(self.policy).map_err(Error::internal)?,
            slug: self.slug,
            name: self.name,
            theme: self.theme,
            time_zone: self.time_zone,
            language: self.language,
            hidden: self.hidden,
            rate_bounds_minor: (self.min_rate_minor, self.max_rate_minor),
        })
    }
}

impl Db {
    /// The tenant that lives on `host` (without port), with the right to its data.
    ///
    /// # Errors
    /// The database is away.
    pub async fn tenant_by_host(&self, host: &str) -> Result<Option<(Tenant, TenantScope)>> {
        let host = host.to_lowercase();
        self.system(move |tx| {
            let row = tenants::table
                .inner_join(tenant_hosts::table)
                .filter(tenant_hosts::host.eq(host))
                .select(Row::as_select())
                .first(tx.conn)
                .optional()?;
            row.map(|row| {
                let tenant = row.tenant()?;
                let scope = TenantScope::of(tenant.id);
                Ok((tenant, scope))
            })
            .transpose()
        })
        .await
    }

    /// The host a tenant's links name: its first.
    ///
    /// # Errors
    /// The database is away.
    pub async fn host_of(&self, scope: &TenantScope) -> Result<String> {
        self.tenant(scope, |tx| {
            let hosts = tenant_hosts::table.filter(tenant_hosts::tenant_id.eq(tx.tenant().uuid()));
            Ok(hosts
                .order(tenant_hosts::host)
                .select(tenant_hosts::host)
                .first(tx.conn)?)
        })
        .await
    }

    /// All tenants that may be listed, by name.
    ///
    /// # Errors
    /// The database is away.
    pub async fn listed_tenants(&self) -> Result<Vec<(Tenant, String)>> {
        self.system(|tx| {
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

/// Adds a tenant on `host`, or updates its name and settings if its subdomain is taken already.
///
/// # Errors
/// The database is away, or the host belongs to another tenant.
pub fn put(tx: &mut SystemTx<'_>, tenant: &Tenant, host: &str, now: Moment) -> Result<TenantScope> {
    let row = Row {
        id: tenant.id.uuid(),
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        theme: tenant.theme.clone(),
        currency: tenant.currency.code().to_owned(),
        time_zone: tenant.time_zone.clone(),
        language: tenant.language.clone(),
        hidden: tenant.hidden,
        policy: serde_json::to_value(&tenant.policy).map_err(Error::internal)?,
        min_rate_minor: tenant.rate_bounds_minor.0,
        max_rate_minor: tenant.rate_bounds_minor.1,
    };
    let id: Uuid = diesel::insert_into(tenants::table)
        .values((row, tenants::created_at.eq(At(now))))
        .on_conflict(tenants::slug)
        .do_update()
        .set(tenants::theme.eq(&tenant.theme))
        .returning(tenants::id)
        .get_result(tx.conn)?;
    diesel::insert_into(tenant_hosts::table)
        .values((
            tenant_hosts::tenant_id.eq(id),
            tenant_hosts::host.eq(host.to_lowercase()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(TenantScope::of(TenantId::from_uuid(id)))
}
