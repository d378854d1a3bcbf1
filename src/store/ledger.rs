//! The ledger: accounts, and transfers between them. Rows are only ever added; the metering tick
//! ([`super::metering`]) adds its own.

mod trial;

pub use trial::{Trial, invariants, trial_balance};

use super::{
    TenantTx,
    error::violates,
    frozen,
    moment::At,
    schema::{ledger_accounts, ledger_transfers},
};
use crate::{
    domain::{
        ids::{AccountId, BookingId, DisputeId, GatewayAccountId, UserId},
        money::{Currency, Money},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    dsl::sql,
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// Whose money an account keeps. Those of people who pay are never negative, nor is what waits for somebody's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person's credit, to be spent with this tenant.
    Wallet(UserId),
    /// What somebody has paid for an order, until it has ended.
    Order(UserId, BookingId),
    /// What a seller has earned lately; it can't be paid out yet.
    Earnings(UserId),
    /// The same, of tips.
    Tips(UserId),
    /// What a seller can have paid out. Negative if more was taken back than was left.
    Payable(UserId),
    /// What a seller has asked to be paid out, until it is.
    PayingOut(UserId),
    /// What a seller has to do without until a dispute of that id is decided.
    Disputed(UserId, DisputeId),
    /// The tenant's own share.
    Revenue,
    /// What the tenant owes the tax office.
    Tax,
    /// The other side of payments: money at the built-in gateway, negative by what came in through it.
    BuiltIn,
    /// The same, at a payment provider.
    Gateway(GatewayAccountId),
    /// The other side of what cards hold, negative by what isn't taken yet; at a payment provider, or at the built-in one.
    Authorised(Option<GatewayAccountId>),
    /// What is on its way back to where it was paid from.
    Refunds,
    /// What banks took back of payments; negative by what the tenant has lost.
    Chargebacks,
    /// The other side of payouts: what sellers have got.
    Bank,
}

impl AccountKind {
    /// Kind, owner, and what it is about.
    fn columns(self) -> (&'static str, Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Wallet(user) => ("wallet", Some(user.uuid()), None),
            Self::Order(user, order) => ("order", Some(user.uuid()), Some(order.uuid())),
            Self::Earnings(user) => ("earnings", Some(user.uuid()), None),
            Self::Tips(user) => ("tips", Some(user.uuid()), None),
            Self::Payable(user) => ("payable", Some(user.uuid()), None),
            Self::PayingOut(user) => ("paying_out", Some(user.uuid()), None),
            Self::Disputed(user, dispute) => ("disputed", Some(user.uuid()), Some(dispute.uuid())),
            Self::Revenue => ("revenue", None, None),
            Self::Tax => ("tax", None, None),
            Self::BuiltIn => ("gateway", None, None),
            Self::Gateway(account) => ("gateway", None, Some(account.uuid())),
            Self::Authorised(account) => ("authorised", None, account.map(GatewayAccountId::uuid)),
            Self::Refunds => ("refunds", None, None),
            Self::Chargebacks => ("chargebacks", None, None),
            Self::Bank => ("bank", None, None),
        }
    }
}

/// What an account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The sum of its entries.
    pub total: Money,
    /// How much of it is reserved.
    pub held: Money,
}

impl Balance {
    /// Nothing of `currency`.
    pub fn zero(currency: Currency) -> Self {
        Self {
            total: Money::new(0, currency),
            held: Money::new(0, currency),
        }
    }

    /// What can be spent.
    pub fn available(self) -> Money {
        Money::new(self.total.minor - self.held.minor, self.total.currency)
    }
}

/// Money on its way from one account to another.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// The caller's; a transfer of an id happens once.
    pub id: Uuid,
    /// What for, such as `top_up`.
    pub kind: &'static str,
    /// Where it comes from.
    pub debit: AccountId,
    /// Where it goes.
    pub credit: AccountId,
    /// How much, in minor units of both accounts' currency.
    pub amount_minor: i64,
    /// When.
    pub at: Moment,
}

/// The account of that kind, opened if it isn't there yet.
///
/// # Errors
/// The owner doesn't exist, or the database is away.
pub fn account(tx: &mut TenantTx<'_>, kind: AccountKind, currency: Currency, now: Moment) -> Result<AccountId> {
    if let Some(id) = find(tx, kind, currency)? {
        return Ok(id);
    }
    let (name, owner, about) = kind.columns();
    // Whoever opens it first wins; the other waits for that and finds it.
    diesel::insert_into(ledger_accounts::table)
        .values((
            ledger_accounts::tenant_id.eq(tx.tenant().uuid()),
            ledger_accounts::id.eq(AccountId::new().uuid()),
            ledger_accounts::kind.eq(name),
            ledger_accounts::owner_id.eq(owner),
            ledger_accounts::order_id.eq(about),
            ledger_accounts::currency.eq(currency.code()),
            ledger_accounts::created_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    find(tx, kind, currency)?.ok_or_else(|| Error::internal(anyhow!("no {name} account after opening it")))
}

fn find(tx: &mut TenantTx<'_>, kind: AccountKind, currency: Currency) -> Result<Option<AccountId>> {
    let id = of_kind(tx, kind, currency).select(ledger_accounts::id);
    Ok(id.first::<Uuid>(tx.conn).optional()?.map(AccountId::from_uuid))
}

/// The account of that kind. Compared with `=` and `IS NULL`: PostgreSQL finds nothing by an index with
/// `IS NOT DISTINCT FROM`.
fn of_kind<'a>(tx: &TenantTx<'_>, kind: AccountKind, currency: Currency) -> ledger_accounts::BoxedQuery<'a, Pg> {
    let (name, owner, about) = kind.columns();
    let named = ledger_accounts::table
        .into_boxed()
        .filter(ledger_accounts::tenant_id.eq(tx.tenant().uuid()))
        .filter(ledger_accounts::kind.eq(name))
        .filter(ledger_accounts::currency.eq(currency.code()));
    let owned = match owner {
        Some(owner) => named.filter(ledger_accounts::owner_id.eq(owner)),
        None => named.filter(ledger_accounts::owner_id.is_null()),
    };
    match about {
        Some(about) => owned.filter(ledger_accounts::order_id.eq(about)),
        None => owned.filter(ledger_accounts::order_id.is_null()),
    }
}

/// Locks accounts that more than one transfer is about, in the order of their ids (law 3).
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, accounts: &[AccountId]) -> Result<()> {
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.uuid()).collect();
    ledger_accounts::table
        .filter(ledger_accounts::tenant_id.eq(tx.tenant().uuid()))
        .filter(ledger_accounts::id.eq_any(ids))
        .order(ledger_accounts::id)
        .select(ledger_accounts::id)
        .for_update()
        .load::<Uuid>(tx.conn)?;
    Ok(())
}

/// What the account of that kind holds; nothing if it was never opened.
///
/// # Errors
/// The database is away.
pub fn balance(tx: &mut TenantTx<'_>, kind: AccountKind, currency: Currency) -> Result<Balance> {
    let sums: Option<(i64, i64)> = of_kind(tx, kind, currency)
        .select((ledger_accounts::balance_minor, ledger_accounts::held_minor))
        .first(tx.conn)
        .optional()?;
    Ok(sums.map_or(Balance::zero(currency), |(total, held)| Balance {
        total: Money::new(total, currency),
        held: Money::new(held, currency),
    }))
}

/// Moves money at once. False if a transfer of that id happened already: then nothing changes.
///
/// # Errors
/// A wallet can't cover it, the accounts keep different currencies, or the id was used for something else.
pub fn transfer(tx: &mut TenantTx<'_>, transfer: &Transfer) -> Result<bool> {
    let tenant = tx.tenant().uuid();
    let moved = diesel::select(
        sql::<Bool>("ledger_move(")
            .bind::<SqlUuid, _>(tenant)
            .sql(", ")
            .bind::<SqlUuid, _>(transfer.id)
            .sql(", ")
            .bind::<Text, _>(transfer.kind)
            .sql(", ")
            .bind::<SqlUuid, _>(transfer.debit.uuid())
            .sql(", ")
            .bind::<SqlUuid, _>(transfer.credit.uuid())
            .sql(", ")
            .bind::<BigInt, _>(transfer.amount_minor)
            .sql(", ")
            .bind::<Timestamptz, _>(At(transfer.at))
            .sql(")"),
    )
    .get_result::<bool>(tx.conn)
    .map_err(refused)?;
    if !moved {
        check_same(tx, transfer)?;
    }
    Ok(moved)
}

/// Most transfers that are carried out at once.
pub const MOST_AT_ONCE: usize = 1_000;

/// Moves money many times at once, all or nothing; those whose id happened already change nothing. Gives how many did.
///
/// # Errors
/// More than [`MOST_AT_ONCE`], or as for [`transfer`].
pub fn transfer_all(tx: &mut TenantTx<'_>, transfers: &[Transfer]) -> Result<usize> {
    if transfers.len() > MOST_AT_ONCE {
        return Err(Error::internal(anyhow!("{} transfers at once", transfers.len())));
    }
    fn all<T>(transfers: &[Transfer], part: impl Fn(&Transfer) -> T) -> Vec<T> {
        transfers.iter().map(part).collect()
    }
    let moved: Moved = sql_query("SELECT ledger_move_many($1, $2, $3, $4, $5, $6, $7) AS count")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Array<SqlUuid>, _>(all(transfers, |one| one.id))
        .bind::<Array<Text>, _>(all(transfers, |one| one.kind))
        .bind::<Array<SqlUuid>, _>(all(transfers, |one| one.debit.uuid()))
        .bind::<Array<SqlUuid>, _>(all(transfers, |one| one.credit.uuid()))
        .bind::<Array<BigInt>, _>(all(transfers, |one| one.amount_minor))
        .bind::<Array<Timestamptz>, _>(all(transfers, |one| At(one.at)))
        .get_result(tx.conn)
        .map_err(refused)?;
    usize::try_from(moved.count).map_err(Error::internal)
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = Integer)]
    count: i32,
}

fn refused(error: diesel::result::Error) -> Error {
    if violates(&error, "wallet_never_negative") {
        Error::conflict("not_enough_credit", "There isn't enough credit in the wallet.").because(error)
    } else if violates(&error, "account_frozen") {
        frozen::refusal().because(error)
    } else {
        error.into()
    }
}

/// How much a transfer of that id moved, in minor units; nothing if there is none.
///
/// # Errors
/// The database is away.
pub fn moved(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Option<i64>> {
    let transfer = ledger_transfers::table.find((tx.tenant().uuid(), id));
    Ok(transfer
        .select(ledger_transfers::amount_minor)
        .first(tx.conn)
        .optional()?)
}

/// An id stands for one transfer; meeting it with other contents is a fault of the caller's, not a repetition.
fn check_same(tx: &mut TenantTx<'_>, transfer: &Transfer) -> Result<()> {
    let known: (String, Uuid, Uuid, i64) = ledger_transfers::table
        .find((tx.tenant().uuid(), transfer.id))
        .select((
            ledger_transfers::kind,
            ledger_transfers::debit_id,
            ledger_transfers::credit_id,
            ledger_transfers::amount_minor,
        ))
        .first(tx.conn)?;
    let wanted = (
        transfer.kind.to_owned(),
        transfer.debit.uuid(),
        transfer.credit.uuid(),
        transfer.amount_minor,
    );
    if known == wanted {
        Ok(())
    } else {
        Err(Error::internal(anyhow!(
            "transfer {} exists with other contents",
            transfer.id
        )))
    }
}

/// What is in an account other than the built-in gateway's.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Remainder {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// Of which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// How much; less than nothing if it owes.
    #[diesel(sql_type = BigInt)]
    pub minor: i64,
    /// How much of it is reserved.
    #[diesel(sql_type = BigInt)]
    pub held_minor: i64,
    /// It waits for the end of something: an order, a payout, a dispute.
    #[diesel(sql_type = Bool)]
    pub waits: bool,
}

impl Remainder {
    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId::from_uuid(self.id)
    }
}

/// Accounts in which there is something, at most so many, each locked; those of the built-in gateway aside.
///
/// # Errors
/// The database is away.
pub fn remainders(tx: &mut TenantTx<'_>, most: usize) -> Result<Vec<Remainder>> {
    let rows = sql_query(
        "SELECT id, currency, balance_minor AS minor, held_minor, kind IN ('order', 'paying_out', 'disputed', 'authorised') AS waits
         FROM ledger_accounts
         WHERE tenant_id = $1 AND (balance_minor <> 0 OR held_minor <> 0) AND NOT (kind = 'gateway' AND order_id IS NULL)
         ORDER BY id LIMIT $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<BigInt, _>(i64::try_from(most).map_err(Error::internal)?)
    .load(tx.conn)?;
    Ok(rows)
}
