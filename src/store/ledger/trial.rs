//! Whether the books are right.

use crate::{
    error::{Error, Result},
    store::TenantTx,
};
use anyhow::anyhow;
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Text, Uuid as SqlUuid},
};

/// What the books of one currency add up to.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Trial {
    /// Which.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Sum of all entries; zero in good books.
    #[diesel(sql_type = BigInt)]
    pub sum_minor: i64,
    /// Accounts whose balance isn't the sum of their entries.
    #[diesel(sql_type = BigInt)]
    pub unbalanced: i64,
    /// Accounts whose held amount isn't the sum of their open holds.
    #[diesel(sql_type = BigInt)]
    pub misheld: i64,
    /// Held in all.
    #[diesel(sql_type = BigInt)]
    pub held_minor: i64,
}

impl Trial {
    /// Whether these books are right.
    pub fn holds(&self) -> bool {
        (self.sum_minor, self.unbalanced, self.misheld) == (0, 0, 0)
    }
}

/// Adds up all of the tenant's books, currency by currency. Reads every row: for audits, tests and the canary.
///
/// # Errors
/// The database is away.
pub fn trial_balance(tx: &mut TenantTx<'_>) -> Result<Vec<Trial>> {
    let rows = sql_query(
        "WITH moved AS (
             SELECT account_id, sum(amount_minor) AS minor FROM ledger_entries WHERE tenant_id = $1 GROUP BY 1
         ), held AS (
             SELECT h.debit_id AS account_id, sum(h.amount_minor) AS minor FROM ledger_transfers h
             WHERE h.tenant_id = $1 AND h.phase = 'pending' AND NOT EXISTS (
                 SELECT 1 FROM ledger_transfers r
                 WHERE r.tenant_id = $1 AND r.id = md5(h.id || ':resolution')::uuid)
             GROUP BY 1
         )
         SELECT a.currency, sum(coalesce(m.minor, 0))::bigint AS sum_minor,
                count(*) FILTER (WHERE a.balance_minor <> coalesce(m.minor, 0)) AS unbalanced,
                count(*) FILTER (WHERE a.held_minor <> coalesce(h.minor, 0)) AS misheld,
                sum(a.held_minor)::bigint AS held_minor
         FROM ledger_accounts a
         LEFT JOIN moved m ON m.account_id = a.id
         LEFT JOIN held h ON h.account_id = a.id
         WHERE a.tenant_id = $1
         GROUP BY a.currency ORDER BY a.currency",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .load(tx.conn)?;
    Ok(rows)
}

/// Fails unless the tenant's books are right; what every test of money ends with.
///
/// # Errors
/// They aren't, or the database is away.
pub fn invariants(tx: &mut TenantTx<'_>) -> Result<()> {
    match trial_balance(tx)?.into_iter().find(|trial| !trial.holds()) {
        Some(trial) => Err(Error::internal(anyhow!("the books are wrong: {trial:?}"))),
        None => Ok(()),
    }
}
