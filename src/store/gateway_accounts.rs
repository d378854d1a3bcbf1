//! Tenants' accounts at payment providers. Keys are sealed by whoever writes them; here they are bytes.

use super::{TenantTx, moment::At, schema::gateway_accounts};
use crate::{
    domain::{
        gateway::{Mode, Provider},
        ids::GatewayAccountId,
        money::Currency,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: GatewayAccountId,
    /// At which provider.
    pub provider: Provider,
    /// Whether its money is real.
    pub mode: Mode,
    /// What opens it, sealed; none some time after it was removed.
    pub sealed_keys: Option<Vec<u8>>,
    /// What may be shown of each key, by its name.
    pub shown: BTreeMap<String, String>,
    /// The currencies it is for; all that it can take, if empty.
    pub currencies: Vec<Currency>,
    /// Whether people can pay through it.
    pub enabled: bool,
    /// When its connection was tested last, and what was wrong then.
    pub check: Option<Check>,
    /// When it was added.
    pub created_at: Moment,
    /// When it was removed: it takes no payments any more, and is asked about those it took for a while.
    pub removed_at: Option<Moment>,
}

/// A test of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// When.
    pub at: Moment,
    /// What was wrong, for staff; nothing if it went well.
    pub trouble: Option<String>,
}

impl Account {
    /// Whether it is meant for that currency.
    pub fn is_for(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = gateway_accounts)]
struct Row {
    id: Uuid,
    provider: String,
    mode: String,
    sealed_keys: Option<Vec<u8>>,
    shown: serde_json::Value,
    currencies: Vec<String>,
    enabled: bool,
    checked_at: Option<At>,
    trouble: Option<String>,
    created_at: At,
    removed_at: Option<At>,
}

impl Row {
    fn account(self) -> Result<Account> {
        let unknown = |what: &str| Error::internal(anyhow!("unknown {what} of gateway account {}", self.id));
        let trouble = self.trouble;
        Ok(Account {
            id: GatewayAccountId::from_uuid(self.id),
            provider: Provider::parse(&self.provider).ok_or_else(|| unknown("provider"))?,
            mode: Mode::parse(&self.mode).ok_or_else(|| unknown("mode"))?,
            sealed_keys: self.sealed_keys,
            shown: serde_json::from_value(self.shown).map_err(Error::internal)?,
            currencies: self
                .currencies
                .iter()
                .map(|code| Currency::parse(code).ok_or_else(|| unknown("currency")))
                .collect::<Result<_>>()?,
            enabled: self.enabled,
            check: self.checked_at.map(|at| Check { at: at.into(), trouble }),
            created_at: self.created_at.into(),
            removed_at: self.removed_at.map(Moment::from),
        })
    }
}

/// All that weren't removed, in their order.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>) -> Result<Vec<Account>> {
    let rows: Vec<Row> = gateway_accounts::table
        .filter(gateway_accounts::tenant_id.eq(tx.tenant().uuid()))
        .filter(gateway_accounts::removed_at.is_null())
        .order((gateway_accounts::place, gateway_accounts::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::account).collect()
}

/// One of them, removed or not.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: GatewayAccountId) -> Result<Account> {
    gateway_accounts::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)?
        .account()
}

/// The same, and nobody removes or changes it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn hold(tx: &mut TenantTx<'_>, id: GatewayAccountId) -> Result<Account> {
    let row = gateway_accounts::table.find((tx.tenant().uuid(), id.uuid()));
    let row: Row = row.select(Row::as_select()).for_share().first(tx.conn)?;
    row.account()
}

/// The same for whoever changes it: others wait.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: GatewayAccountId) -> Result<Account> {
    let row = gateway_accounts::table.find((tx.tenant().uuid(), id.uuid()));
    let row: Row = row.select(Row::as_select()).for_no_key_update().first(tx.conn)?;
    row.account()
}

/// Adds one at the end, or writes keys, currencies, whether it is offered and what its connection is like of one that is
/// there.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, account: &Account) -> Result<()> {
    let tenant = tx.tenant().uuid();
    let last: Option<i32> = gateway_accounts::table
        .filter(gateway_accounts::tenant_id.eq(tenant))
        .select(diesel::dsl::max(gateway_accounts::place))
        .first(tx.conn)?;
    let shown = serde_json::to_value(&account.shown).map_err(Error::internal)?;
    let currencies: Vec<&str> = account.currencies.iter().map(|currency| currency.code()).collect();
    diesel::insert_into(gateway_accounts::table)
        .values((
            gateway_accounts::tenant_id.eq(tenant),
            gateway_accounts::id.eq(account.id.uuid()),
            gateway_accounts::provider.eq(account.provider.name()),
            gateway_accounts::mode.eq(account.mode.name()),
            gateway_accounts::sealed_keys.eq(&account.sealed_keys),
            gateway_accounts::shown.eq(&shown),
            gateway_accounts::currencies.eq(&currencies),
            gateway_accounts::place.eq(last.map_or(0, |last| last.saturating_add(1))),
            gateway_accounts::enabled.eq(account.enabled),
            gateway_accounts::created_at.eq(At(account.created_at)),
        ))
        .on_conflict((gateway_accounts::tenant_id, gateway_accounts::id))
        .do_update()
        .set((
            gateway_accounts::sealed_keys.eq(&account.sealed_keys),
            gateway_accounts::shown.eq(&shown),
            gateway_accounts::currencies.eq(&currencies),
            gateway_accounts::enabled.eq(account.enabled),
            gateway_accounts::checked_at.eq(account.check.as_ref().map(|check| At(check.at))),
            gateway_accounts::trouble.eq(account.check.as_ref().and_then(|check| check.trouble.as_ref())),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Lets people pay through it, or no longer.
///
/// # Errors
/// The database is away.
pub fn switch(tx: &mut TenantTx<'_>, id: GatewayAccountId, enabled: bool) -> Result<()> {
    diesel::update(gateway_accounts::table.find((tx.tenant().uuid(), id.uuid())))
        .set(gateway_accounts::enabled.eq(enabled))
        .execute(tx.conn)?;
    Ok(())
}

/// Puts them into this order; those that aren't named come after.
///
/// # Errors
/// The database is away.
pub fn arrange(tx: &mut TenantTx<'_>, order: &[GatewayAccountId]) -> Result<()> {
    let rest: Vec<GatewayAccountId> = list(tx)?.into_iter().map(|account| account.id).collect();
    let rest = rest.iter().filter(|id| !order.contains(id));
    for (place, id) in (0_i32..).zip(order.iter().chain(rest)) {
        diesel::update(gateway_accounts::table.find((tx.tenant().uuid(), id.uuid())))
            .set(gateway_accounts::place.eq(place))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Writes down what its connection is like.
///
/// # Errors
/// The database is away.
pub fn checked(tx: &mut TenantTx<'_>, id: GatewayAccountId, check: &Check) -> Result<()> {
    diesel::update(gateway_accounts::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            gateway_accounts::checked_at.eq(At(check.at)),
            gateway_accounts::trouble.eq(&check.trouble),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// It takes no payments any more. Those that it took go on naming it, and its keys stay for them until [`forget`].
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, id: GatewayAccountId, now: Moment) -> Result<()> {
    diesel::update(gateway_accounts::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            gateway_accounts::enabled.eq(false),
            gateway_accounts::removed_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets the keys of one that was removed.
///
/// # Errors
/// The database is away.
pub fn forget(tx: &mut TenantTx<'_>, id: GatewayAccountId) -> Result<()> {
    let removed = gateway_accounts::table.find((tx.tenant().uuid(), id.uuid()));
    diesel::update(removed.filter(gateway_accounts::removed_at.is_not_null()))
        .set(gateway_accounts::sealed_keys.eq(None::<Vec<u8>>))
        .execute(tx.conn)?;
    Ok(())
}
