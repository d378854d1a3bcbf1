//! What holds for payouts: what the tenant asks for, and where each seller's money goes.

use super::{TenantTx, moment::At};
use crate::{
    domain::{ids::UserId, money::Currency, payout::Rules, time::Moment},
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid},
};

/// Where a seller's money goes.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Method {
    /// `iban`, `account`, `payoneer` or `stripe`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// All of it, sealed.
    #[diesel(sql_type = Binary)]
    pub sealed: Vec<u8>,
    /// Enough to recognise it.
    #[diesel(sql_type = Text)]
    pub shown: String,
}

#[derive(QueryableByName)]
struct RulesRow {
    #[diesel(sql_type = Integer)]
    hold_days: i32,
    #[diesel(sql_type = BigInt)]
    least_minor: i64,
    #[diesel(sql_type = Bool)]
    identity_needed: bool,
}

/// What the tenant asks for before it pays out.
///
/// # Errors
/// The database is away.
pub fn rules(tx: &mut TenantTx<'_>, currency: Currency) -> Result<Rules> {
    let row: Option<RulesRow> =
        sql_query("SELECT hold_days, least_minor, identity_needed FROM payout_rules WHERE tenant_id = $1")
            .bind::<SqlUuid, _>(tx.tenant().uuid())
            .get_result(tx.conn)
            .optional()?;
    Ok(row.map_or_else(
        || Rules::usual(currency),
        |row| Rules {
            hold_days: u16::try_from(row.hold_days).unwrap_or(u16::MAX),
            least_minor: row.least_minor,
            identity_needed: row.identity_needed,
        },
    ))
}

/// Sets what the tenant asks for.
///
/// # Errors
/// The database is away.
pub fn set_rules(tx: &mut TenantTx<'_>, rules: Rules) -> Result<()> {
    sql_query(
        "INSERT INTO payout_rules (tenant_id, hold_days, least_minor, identity_needed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id) DO UPDATE SET hold_days = $2, least_minor = $3, identity_needed = $4",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Integer, _>(i32::from(rules.hold_days))
    .bind::<BigInt, _>(rules.least_minor)
    .bind::<Bool, _>(rules.identity_needed)
    .execute(tx.conn)?;
    Ok(())
}

/// Where a seller's money goes, if they have said so.
///
/// # Errors
/// The database is away.
pub fn method(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<Method>> {
    Ok(
        sql_query("SELECT kind, sealed, shown FROM payout_methods WHERE tenant_id = $1 AND seller_id = $2")
            .bind::<SqlUuid, _>(tx.tenant().uuid())
            .bind::<SqlUuid, _>(seller.uuid())
            .get_result(tx.conn)
            .optional()?,
    )
}

/// Sets where a seller's money goes from now on.
///
/// # Errors
/// The database is away.
pub fn set_method(tx: &mut TenantTx<'_>, seller: UserId, method: &Method, now: Moment) -> Result<()> {
    sql_query(
        "INSERT INTO payout_methods (tenant_id, seller_id, kind, sealed, shown, set_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, seller_id) DO UPDATE SET kind = $3, sealed = $4, shown = $5, set_at = $6",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .bind::<Text, _>(&method.kind)
    .bind::<Binary, _>(&method.sealed)
    .bind::<Text, _>(&method.shown)
    .bind::<Timestamptz, _>(At(now))
    .execute(tx.conn)?;
    Ok(())
}
