//! Payments into wallets: the intents, and what became of them.

use super::{TenantTx, moment::At, schema::top_ups};
use crate::{
    domain::{
        ids::{BookingId, ExtensionId, GatewayAccountId, SavedMethodId, TopUpId, UserId},
        money::{Currency, Money},
        payment::{Consent, Hold, Purpose, State},
        time::Moment,
        trust::{History, WINDOW_MS},
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    dsl::{exists, sql},
    prelude::*,
    select, sql_query,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A payment into a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Its id; also the gateway's idempotency key and the ledger transfer's id.
    pub id: TopUpId,
    /// Whose wallet.
    pub user: UserId,
    /// Which gateway takes it.
    pub gateway: String,
    /// The gateway's name of it, once known.
    pub reference: Option<String>,
    /// The gateway's payment page, once known.
    pub pay_url: Option<String>,
    /// How much.
    pub amount: Money,
    /// How it stands.
    pub state: State,
    /// Why it was declined, in the person's words.
    pub reason: Option<String>,
    /// When it was begun.
    pub created_at: Moment,
    /// What it is meant to pay.
    pub pays_for: Option<Purpose>,
    /// The account at a provider that takes it; the built-in gateway without.
    pub account: Option<GatewayAccountId>,
    /// What our own payment page shows in a frame, where the provider has a form instead of a page.
    pub form: Option<Form>,
    /// What refunds and chargebacks name, once the money is there.
    pub charge: Option<String>,
    /// What they agreed to, if what they pay with is to be kept for later.
    pub keeps: Option<Consent>,
    /// The kept method that is charged; people pay on a page without.
    pub method: Option<SavedMethodId>,
    /// Only held for what it pays for, and taken later.
    pub hold: Option<Hold>,
}

/// A provider's form, shown in a frame of our page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The frame's address.
    pub address: String,
    /// What is posted there, names and values; fetched if there is nothing.
    pub fields: Vec<(String, String)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = top_ups)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    gateway: String,
    gateway_reference: Option<String>,
    pay_url: Option<String>,
    amount_minor: i64,
    currency: String,
    state: String,
    reason: Option<String>,
    created_at: At,
    booking_id: Option<Uuid>,
    account_id: Option<Uuid>,
    pay_fields: Option<serde_json::Value>,
    charge: Option<String>,
    consent_version: Option<i32>,
    consent_words: Option<String>,
    method_id: Option<Uuid>,
    extension_id: Option<Uuid>,
    holds: bool,
    held_until: Option<At>,
    take_minor: Option<i64>,
}

/// A state as the database names it.
pub(in crate::store) fn state(name: &str) -> Result<State> {
    State::parse(name).ok_or_else(|| Error::internal(anyhow!("unknown payment state {name:?}")))
}

impl Row {
    fn top_up(self) -> Result<TopUp> {
        let currency = Currency::parse(&self.currency);
        let currency = currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?;
        Ok(TopUp {
            id: TopUpId::from_uuid(self.id),
            user: UserId::from_uuid(self.user_id),
            gateway: self.gateway,
            reference: self.gateway_reference,
            pay_url: self.pay_url,
            amount: Money::new(self.amount_minor, currency),
            state: state(&self.state)?,
            reason: self.reason,
            created_at: self.created_at.into(),
            pays_for: match (self.booking_id, self.extension_id) {
                (Some(order), _) => Some(Purpose::Order(BookingId::from_uuid(order))),
                (None, extension) => extension.map(ExtensionId::from_uuid).map(Purpose::Extension),
            },
            account: self.account_id.map(GatewayAccountId::from_uuid),
            form: self
                .pay_fields
                .map(serde_json::from_value)
                .transpose()
                .map_err(Error::internal)?,
            charge: self.charge,
            keeps: self
                .consent_version
                .zip(self.consent_words)
                .map(|(version, words)| Consent { version, words }),
            method: self.method_id.map(SavedMethodId::from_uuid),
            hold: self.holds.then_some(Hold {
                until: self.held_until.map(Moment::from),
                due_minor: self.take_minor,
            }),
        })
    }
}

/// Stores an intent.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, top_up: &TopUp) -> Result<()> {
    diesel::insert_into(top_ups::table)
        .values((
            top_ups::tenant_id.eq(tx.tenant().uuid()),
            top_ups::id.eq(top_up.id.uuid()),
            top_ups::user_id.eq(top_up.user.uuid()),
            top_ups::gateway.eq(&top_up.gateway),
            top_ups::amount_minor.eq(top_up.amount.minor),
            top_ups::currency.eq(top_up.amount.currency.code()),
            top_ups::state.eq(top_up.state.name()),
            top_ups::created_at.eq(At(top_up.created_at)),
            top_ups::updated_at.eq(At(top_up.created_at)),
            top_ups::booking_id.eq(top_up.pays_for.and_then(Purpose::order).map(BookingId::uuid)),
            top_ups::extension_id.eq(top_up.pays_for.and_then(Purpose::extension).map(ExtensionId::uuid)),
            top_ups::account_id.eq(top_up.account.map(GatewayAccountId::uuid)),
            top_ups::consent_version.eq(top_up.keeps.as_ref().map(|consent| consent.version)),
            top_ups::consent_words.eq(top_up.keeps.as_ref().map(|consent| consent.words.as_str())),
            top_ups::method_id.eq(top_up.method.map(SavedMethodId::uuid)),
            top_ups::holds.eq(top_up.hold.is_some()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Reads one.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: TopUpId) -> Result<TopUp> {
    top_ups::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)?
        .top_up()
}

/// Reads one and keeps others from changing it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: TopUpId) -> Result<TopUp> {
    let row = top_ups::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select());
    row.for_update().first(tx.conn)?.top_up()
}

/// The person's payments without an outcome, newest first.
///
/// # Errors
/// The database is away.
pub fn open(tx: &mut TenantTx<'_>, user: UserId, limit: i64) -> Result<Vec<TopUp>> {
    let rows: Vec<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::state.eq_any(["created", "pending", "unknown"]))
        .order((top_ups::created_at.desc(), top_ups::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::top_up).collect()
}

/// The person's payment for an order whose page is open.
///
/// # Errors
/// The database is away.
pub fn open_for(tx: &mut TenantTx<'_>, user: UserId, order: BookingId) -> Result<Option<TopUp>> {
    let row: Option<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::state.eq("pending"))
        .filter(top_ups::booking_id.eq(order.uuid()))
        .order(top_ups::created_at.desc())
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::top_up).transpose()
}

/// A person's last payment that came in; one for that order before all others, or for none if none is given.
///
/// # Errors
/// The database is away.
pub fn last_paid(tx: &mut TenantTx<'_>, user: UserId, order: Option<BookingId>) -> Result<Option<TopUp>> {
    let for_it = sql::<Bool>("booking_id IS NOT DISTINCT FROM ")
        .bind::<Nullable<SqlUuid>, _>(order.map(BookingId::uuid))
        .sql(" DESC");
    let row: Option<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::state.eq_any([State::Settled.name(), State::Held.name()]))
        .order((for_it, top_ups::created_at.desc()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::top_up).transpose()
}

/// The payment for an extension that has no outcome.
///
/// # Errors
/// The database is away.
pub fn open_for_extension(tx: &mut TenantTx<'_>, extension: ExtensionId) -> Result<Option<TopUp>> {
    let row: Option<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::extension_id.eq(extension.uuid()))
        .filter(top_ups::state.eq_any(["created", "pending", "unknown"]))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::top_up).transpose()
}

/// The payment that holds the money of an order, of which it isn't known yet how much is due; or else that held it until
/// it was lost, or was taken. Nobody else changes it meanwhile.
///
/// # Errors
/// The database is away.
pub fn lock_hold_of(tx: &mut TenantTx<'_>, order: BookingId) -> Result<Option<TopUp>> {
    let row: Option<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::booking_id.eq(order.uuid()))
        .filter(top_ups::held_until.is_not_null())
        .filter(
            (top_ups::state.eq("held").and(top_ups::take_minor.is_null()))
                .or(top_ups::state.eq_any(["declined", "settled"])),
        )
        .order((top_ups::state.eq("held").desc(), top_ups::created_at.desc()))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn)
        .optional()?;
    row.map(Row::top_up).transpose()
}

/// What somebody's cards hold as credit, and of which it isn't known yet how much is due.
///
/// # Errors
/// The database is away.
pub fn held_as_credit(tx: &mut TenantTx<'_>, user: UserId) -> Result<Vec<TopUpId>> {
    let ids: Vec<Uuid> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::state.eq("held"))
        .filter(top_ups::booking_id.is_null())
        .filter(top_ups::take_minor.is_null())
        .select(top_ups::id)
        .load(tx.conn)?;
    Ok(ids.into_iter().map(TopUpId::from_uuid).collect())
}

/// The payment that held the money of an order, whatever has become of it since.
///
/// # Errors
/// The database is away.
pub fn hold_of(tx: &mut TenantTx<'_>, order: BookingId) -> Result<Option<TopUp>> {
    let row: Option<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::booking_id.eq(order.uuid()))
        .filter(top_ups::holds)
        .filter(top_ups::held_until.is_not_null())
        // One that wasn't needed comes last.
        .order((
            top_ups::take_minor.is_distinct_from(0).desc(),
            top_ups::created_at.desc(),
            top_ups::id,
        ))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::top_up).transpose()
}

/// How much of somebody's credit their cards only hold, in minor units.
///
/// # Errors
/// The database is away.
pub fn lent_minor(tx: &mut TenantTx<'_>, user: UserId, currency: Currency) -> Result<i64> {
    let amounts: Vec<i64> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::currency.eq(currency.code()))
        .filter(top_ups::state.eq("held"))
        .filter(top_ups::booking_id.is_null())
        .filter(top_ups::take_minor.is_null())
        .select(top_ups::amount_minor)
        .load(tx.conn)?;
    Ok(amounts.iter().sum())
}

/// Writes what the gateway said: state, its name of the payment, its page or form, why not, the charge; and what became of
/// a hold.
///
/// # Errors
/// The database is away.
pub fn update(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<()> {
    let form = top_up.form.as_ref().map(serde_json::to_value);
    let form = form.transpose().map_err(Error::internal)?;
    diesel::update(top_ups::table.find((tx.tenant().uuid(), top_up.id.uuid())))
        .set((
            top_ups::gateway_reference.eq(&top_up.reference),
            top_ups::pay_url.eq(&top_up.pay_url),
            top_ups::state.eq(top_up.state.name()),
            top_ups::reason.eq(&top_up.reason),
            top_ups::pay_fields.eq(form),
            top_ups::charge.eq(&top_up.charge),
            top_ups::amount_minor.eq(top_up.amount.minor),
            top_ups::held_until.eq(top_up.hold.and_then(|hold| hold.until).map(At)),
            top_ups::take_minor.eq(top_up.hold.and_then(|hold| hold.due_minor)),
            top_ups::updated_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The payment that an account's provider knows by this name, of the payment or of its charge.
///
/// # Errors
/// The database is away.
pub fn by_reference(tx: &mut TenantTx<'_>, account: GatewayAccountId, name: &str) -> Result<Option<TopUpId>> {
    let of_account = || {
        top_ups::table
            .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
            .filter(top_ups::account_id.eq(account.uuid()))
            .select(top_ups::id)
    };
    let (by_name, by_charge) = (
        of_account().filter(top_ups::gateway_reference.eq(name)),
        of_account().filter(top_ups::charge.eq(name)),
    );
    let found: Option<Uuid> = match by_name.first(tx.conn).optional()? {
        Some(found) => Some(found),
        None => by_charge.first(tx.conn).optional()?,
    };
    Ok(found.map(TopUpId::from_uuid))
}

/// Whether payments through an account have no outcome yet.
///
/// # Errors
/// The database is away.
pub fn is_any_open_through(tx: &mut TenantTx<'_>, account: GatewayAccountId) -> Result<bool> {
    is_any_through(tx, account, &["created", "pending", "unknown"])
}

/// Whether cards hold money through an account that isn't taken yet.
///
/// # Errors
/// The database is away.
pub fn is_any_held_through(tx: &mut TenantTx<'_>, account: GatewayAccountId) -> Result<bool> {
    is_any_through(tx, account, &["held"])
}

fn is_any_through(tx: &mut TenantTx<'_>, account: GatewayAccountId, states: &[&str]) -> Result<bool> {
    let such = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::account_id.eq(account.uuid()))
        .filter(top_ups::state.eq_any(states));
    Ok(select(exists(such)).get_result(tx.conn)?)
}

/// What is known of a person's payments in one currency; of somebody whose bank has taken one back, as if there were none.
///
/// # Errors
/// The database is away.
pub fn history(tx: &mut TenantTx<'_>, user: UserId, currency: Currency, now: Moment) -> Result<History> {
    let row: HistoryRow = sql_query(
        "SELECT CASE WHEN EXISTS (
                    SELECT 1 FROM chargebacks c WHERE c.tenant_id = $1 AND c.buyer_id = $2 AND c.stage <> 'won')
                THEN 0 ELSE count(*) FILTER (WHERE state = 'settled') END AS settled,
                min(created_at) FILTER (WHERE state = 'settled') AS first,
                coalesce(sum(amount_minor) FILTER (WHERE created_at > $4 AND state NOT IN ('declined', 'released')), 0)::bigint AS lately
         FROM top_ups WHERE tenant_id = $1 AND user_id = $2 AND currency = $3",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(user.uuid())
    .bind::<Text, _>(currency.code())
    .bind::<Timestamptz, _>(At(now + -WINDOW_MS))
    .get_result(tx.conn)?;
    Ok(History {
        settled: row.settled,
        first: row.first.map(Moment::from),
        lately_minor: row.lately,
    })
}

#[derive(QueryableByName)]
struct HistoryRow {
    #[diesel(sql_type = BigInt)]
    settled: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    first: Option<At>,
    #[diesel(sql_type = BigInt)]
    lately: i64,
}
