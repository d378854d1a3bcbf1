//! The tenant's books as staff read them: what accounts of each kind hold, each account, each entry. Sums come from the
//! accounts' balances; that those equal the entries is checked by a job of its own, whose answer is kept.

use super::{
    SystemTx, TenantScope, TenantTx,
    ledger::Trial,
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{
    domain::{
        ids::{AccountId, TenantId},
        money::Currency,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// What all accounts of a kind hold.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName, Serialize, ToSchema)]
pub struct KindLine {
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Which kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub accounts: i64,
    /// Their balances together.
    #[diesel(sql_type = BigInt)]
    pub balance_minor: i64,
    /// What of that is reserved.
    #[diesel(sql_type = BigInt)]
    pub held_minor: i64,
}

/// All kinds of accounts with what they hold, by currency.
///
/// # Errors
/// The database is away.
pub fn kinds(tx: &mut TenantTx<'_>) -> Result<Vec<KindLine>> {
    Ok(sql_query(
        "SELECT currency, kind, count(*) AS accounts, sum(balance_minor)::bigint AS balance_minor,
                sum(held_minor)::bigint AS held_minor
         FROM ledger_accounts WHERE tenant_id = $1 GROUP BY currency, kind
         ORDER BY currency, array_position(ARRAY['wallet', 'order', 'earnings', 'tips', 'payable', 'paying_out',
             'disputed', 'revenue', 'tax', 'refunds', 'chargebacks', 'gateway', 'authorised', 'bank'], kind)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .load(tx.conn)?)
}

/// An account.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct AccountLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Which kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Whose; nobody's in particular if it is the marketplace's.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub owner_id: Option<Uuid>,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub owner: Option<String>,
    /// What it is about: an order, a dispute, an account with a payment provider.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub about: Option<Uuid>,
    /// What it holds.
    #[diesel(sql_type = BigInt)]
    pub balance_minor: i64,
    /// What of that is reserved.
    #[diesel(sql_type = BigInt)]
    pub held_minor: i64,
    /// Nothing leaves it.
    #[diesel(sql_type = Bool)]
    pub frozen: bool,
}

const ACCOUNT: &str = "a.id, a.kind, a.currency, a.owner_id, u.name AS owner, a.order_id AS about, a.balance_minor,
    a.held_minor, a.frozen";

const ACCOUNTS: List = List {
    columns: ACCOUNT,
    rows: "FROM ledger_accounts a LEFT JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.owner_id
        WHERE a.tenant_id = $2::uuid AND a.kind = split_part($3, ':', 1) AND a.currency = split_part($3, ':', 2)
          AND ($1 IS NULL OR u.name ILIKE $1)",
    sorts: &[("balance_minor", "a.balance_minor"), ("owner", "lower(u.name)")],
    newest_first: true,
    key: "a.id",
};

/// The accounts of a kind, those that hold most first.
///
/// # Errors
/// The database is away.
pub fn accounts(tx: &mut TenantTx<'_>, wanted: &Wanted, kind: &str, currency: Currency) -> Result<Page<AccountLine>> {
    ACCOUNTS.of_tenant(tx, wanted, Some(&format!("{kind}:{currency}")))
}

/// An account.
///
/// # Errors
/// Not here, or the database is away.
pub fn account(tx: &mut TenantTx<'_>, id: AccountId) -> Result<AccountLine> {
    Ok(sql_query(format!(
        "SELECT {ACCOUNT} FROM ledger_accounts a LEFT JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.owner_id
         WHERE a.tenant_id = $1 AND a.id = $2"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?)
}

/// An entry of an account.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct EntryLine {
    /// The transfer's id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// What for, as the transfer says.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Positive in, negative out.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// What the account held after it.
    #[diesel(sql_type = BigInt)]
    pub balance_minor: i64,
    /// The account on the other side.
    #[diesel(sql_type = SqlUuid)]
    pub other_id: Uuid,
    /// Its kind.
    #[diesel(sql_type = Text)]
    pub other_kind: String,
    /// Whose that is.
    #[diesel(sql_type = Nullable<Text>)]
    pub other: Option<String>,
    /// The call it was for.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub call_id: Option<Uuid>,
    /// The order it was for.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub order_id: Option<Uuid>,
}

/// Where a page of entries begins: after the entry of that moment and id, with what the account held before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// When it was.
    pub at: Moment,
    /// Its transfer's id.
    pub id: Uuid,
    /// What the account held before it.
    pub balance_minor: i64,
}

impl EntryLine {
    /// Where the page after this entry begins.
    pub fn next(&self) -> After {
        After {
            at: self.at,
            id: self.id,
            balance_minor: self.balance_minor - self.amount_minor,
        }
    }
}

/// Entries of an account, newest first. Bounds that may be absent are still bounds for the index, whatever plan is kept.
///
/// # Errors
/// Not here, or the database is away.
pub fn entries(tx: &mut TenantTx<'_>, id: AccountId, after: Option<After>, limit: i64) -> Result<Vec<EntryLine>> {
    let side = |own: &str, other: &str, sign: &str| {
        format!(
            "(SELECT t.id, t.at, t.kind, {sign}t.amount_minor AS amount_minor, t.{other} AS other_id, t.leg_id
              FROM ledger_transfers t
              WHERE t.{own} = $2 AND t.tenant_id = $1 AND t.phase IN ('direct', 'posted')
                AND t.at <= coalesce($3, 'infinity')
                AND (t.at, t.id) < (coalesce($3, 'infinity'), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
              ORDER BY t.at DESC, t.id DESC LIMIT $6)"
        )
    };
    let (debits, credits) = (side("debit_id", "credit_id", "-"), side("credit_id", "debit_id", ""));
    Ok(sql_query(format!(
        "WITH page AS (
             SELECT * FROM ({debits} UNION ALL {credits}) both_sides ORDER BY at DESC, id DESC LIMIT $6
         ), own AS (
             SELECT a.order_id, coalesce($5, a.balance_minor) AS balance_minor, a.kind
             FROM ledger_accounts a WHERE a.tenant_id = $1 AND a.id = $2
         )
         SELECT p.id, p.at, p.kind, p.amount_minor, p.other_id, o.kind AS other_kind, u.name AS other, l.call_id,
                CASE WHEN o.kind = 'order' THEN o.order_id WHEN own.kind = 'order' THEN own.order_id END AS order_id,
                (own.balance_minor - coalesce(sum(p.amount_minor) OVER (ORDER BY p.at DESC, p.id DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint AS balance_minor
         FROM page p CROSS JOIN own
         JOIN ledger_accounts o ON o.tenant_id = $1 AND o.id = p.other_id
         LEFT JOIN users u ON u.tenant_id = $1 AND u.id = o.owner_id
         LEFT JOIN call_legs l ON l.tenant_id = $1 AND l.id = p.leg_id
         ORDER BY p.at DESC, p.id DESC"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Nullable<Timestamptz>, _>(after.map(|after| At(after.at)))
    .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.id))
    .bind::<Nullable<BigInt>, _>(after.map(|after| after.balance_minor))
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?)
}

/// What the last look at all entries found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// When it was.
    pub at: Moment,
    /// What it found, currency by currency.
    pub found: Vec<Found>,
}

/// What a look at all entries found of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// Which.
    pub currency: String,
    /// All entries together; zero in good books.
    pub sum_minor: i64,
    /// Accounts whose balance isn't the sum of their entries.
    pub unbalanced: i64,
    /// Accounts whose held amount isn't the sum of their open holds.
    pub misheld: i64,
}

impl From<Trial> for Found {
    fn from(trial: Trial) -> Self {
        Self {
            currency: trial.currency,
            sum_minor: trial.sum_minor,
            unbalanced: trial.unbalanced,
            misheld: trial.misheld,
        }
    }
}

#[derive(QueryableByName)]
struct CheckedRow {
    #[diesel(sql_type = Timestamptz)]
    checked_at: At,
    #[diesel(sql_type = Jsonb)]
    found: Value,
}

/// What the last look at all entries found; nothing if there was none.
///
/// # Errors
/// The database is away.
pub fn checked(tx: &mut TenantTx<'_>) -> Result<Option<Checked>> {
    let row: Option<CheckedRow> =
        sql_query("SELECT checked_at, found FROM books WHERE tenant_id = $1 AND checked_at IS NOT NULL")
            .bind::<SqlUuid, _>(tx.tenant().uuid())
            .get_result(tx.conn)
            .optional()?;
    let checked = |row: CheckedRow| {
        Ok(Checked {
            at: row.checked_at.into(),
            found: serde_json::from_value(row.found).map_err(Error::internal)?,
        })
    };
    row.map(checked).transpose()
}

/// Keeps what a look at all entries found.
///
/// # Errors
/// The database is away.
pub fn note_checked(tx: &mut TenantTx<'_>, found: &[Found], now: Moment) -> Result<()> {
    sql_query(
        "INSERT INTO books (tenant_id, release_at, check_at, checked_at, found) VALUES ($1, $2, $2, $2, $3)
         ON CONFLICT (tenant_id) DO UPDATE SET checked_at = $2, found = $3",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Timestamptz, _>(At(now))
    .bind::<Jsonb, _>(serde_json::to_value(found).map_err(Error::internal)?)
    .execute(tx.conn)?;
    Ok(())
}

/// What is to be seen to by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Releasing what was held for long enough.
    Release,
    /// Comparing balances and entries.
    Check,
}

impl Care {
    /// The accounts that it is about.
    fn accounts(self) -> &'static str {
        match self {
            Self::Release => "a.kind IN ('earnings', 'tips')",
            Self::Check => "true",
        }
    }

    /// Its column.
    fn column(self) -> &'static str {
        match self {
            Self::Release => "release_at",
            Self::Check => "check_at",
        }
    }
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Tenants whose books are to be seen to. Those whose oldest account that it is about is younger than `young_ms` can wait: nothing of
/// theirs was held for long, and nothing can have gone wrong unseen.
///
/// # Errors
/// The database is away.
pub fn due(tx: &mut SystemTx<'_>, care: Care, now: Moment, young_ms: i64) -> Result<Vec<TenantScope>> {
    let rows: Vec<Due> = sql_query(format!(
        "SELECT t.id FROM tenants t LEFT JOIN books b ON b.tenant_id = t.id
         WHERE t.state = 'active' AND (b.tenant_id IS NULL OR b.{} <= $1)
           AND EXISTS (SELECT 1 FROM ledger_accounts a WHERE a.tenant_id = t.id AND {} AND a.created_at <= $2)
         ORDER BY t.id",
        care.column(),
        care.accounts()
    ))
    .bind::<Timestamptz, _>(At(now))
    .bind::<Timestamptz, _>(At(now + -young_ms))
    .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|row| TenantScope::of(TenantId::from_uuid(row.id)))
        .collect())
}

/// Takes it on, and says when next; false if somebody else did.
///
/// # Errors
/// The database is away.
pub fn take_on(tx: &mut TenantTx<'_>, care: Care, now: Moment, next: Moment) -> Result<bool> {
    let column = care.column();
    let taken = sql_query(format!(
        "INSERT INTO books AS b (tenant_id, release_at, check_at)
         VALUES ($1, CASE WHEN '{column}' = 'release_at' THEN $3 ELSE $2 END,
             CASE WHEN '{column}' = 'check_at' THEN $3 ELSE $2 END)
         ON CONFLICT (tenant_id) DO UPDATE SET {column} = $3 WHERE b.{column} <= $2"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Timestamptz, _>(At(now))
    .bind::<Timestamptz, _>(At(next))
    .execute(tx.conn)?;
    Ok(taken == 1)
}
