//! Extensions of calls that were asked for.

use super::{
    TenantTx,
    moment::At,
    schema::{call_extensions, calls},
};
use crate::{
    domain::{
        call::{
            Stretch,
            extension::{Extension, State},
        },
        ids::{BookingId, CallId, ExtensionId},
        money::{Currency, Money},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

/// An extension of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its id; also its ledger transfer's.
    pub id: ExtensionId,
    /// Which call's.
    pub call: CallId,
    /// Currency of its price.
    pub currency: Currency,
    /// When it was asked for.
    pub asked_at: Moment,
    /// When the buyer said yes, if they did.
    pub agreed_at: Option<Moment>,
    /// What was asked for, and how it stands.
    pub extension: Extension,
}

impl Asked {
    /// What it costs the buyer.
    pub fn price(&self) -> Money {
        Money::new(self.extension.price.total_minor(), self.currency)
    }

    /// Its minutes with their price, where they begin so late.
    pub fn stretch(&self, from_s: i64) -> Stretch {
        Stretch {
            extension: self.id,
            from_s,
            seconds: i64::from(self.extension.minutes) * 60,
            price_minor: self.extension.price.price_minor(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = call_extensions)]
struct Row {
    id: Uuid,
    call_id: Uuid,
    minutes: i32,
    price: serde_json::Value,
    currency: String,
    state: String,
    asked_at: At,
    since: At,
    agreed_at: Option<At>,
}

impl Row {
    fn asked(self) -> Result<Asked> {
        let strange = |what: &str| Error::internal(anyhow!("an extension with the {what} of {}", self.id));
        Ok(Asked {
            id: ExtensionId::from_uuid(self.id),
            call: CallId::from_uuid(self.call_id),
            currency: Currency::parse(&self.currency).ok_or_else(|| strange("currency"))?,
            asked_at: self.asked_at.into(),
            agreed_at: self.agreed_at.map(Moment::from),
            extension: Extension {
                minutes: u32::try_from(self.minutes).map_err(|_| strange("length"))?,
                price: serde_json::from_value(self.price.clone()).map_err(|_| strange("price"))?,
                state: State::parse(&self.state).ok_or_else(|| strange("state"))?,
                since: self.since.into(),
            },
        })
    }
}

/// Writes one down.
///
/// # Errors
/// Another of the call waits for the buyer, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, asked: &Asked) -> Result<()> {
    diesel::insert_into(call_extensions::table)
        .values((
            call_extensions::tenant_id.eq(tx.tenant().uuid()),
            call_extensions::id.eq(asked.id.uuid()),
            call_extensions::call_id.eq(asked.call.uuid()),
            call_extensions::minutes.eq(i32::try_from(asked.extension.minutes).map_err(Error::internal)?),
            call_extensions::price.eq(serde_json::to_value(asked.extension.price).map_err(Error::internal)?),
            call_extensions::currency.eq(asked.currency.code()),
            call_extensions::state.eq(asked.extension.state.name()),
            call_extensions::asked_at.eq(At(asked.asked_at)),
            call_extensions::since.eq(At(asked.extension.since)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// One of them.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: ExtensionId) -> Result<Asked> {
    call_extensions::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)?
        .asked()
}

/// One of them; nobody else changes it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: ExtensionId) -> Result<Asked> {
    let row = call_extensions::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select());
    row.for_update().first(tx.conn)?.asked()
}

/// Those of a call, newest first.
///
/// # Errors
/// The database is away.
pub fn of_call(tx: &mut TenantTx<'_>, call: CallId, limit: i64) -> Result<Vec<Asked>> {
    let rows: Vec<Row> = call_extensions::table
        .filter(call_extensions::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_extensions::call_id.eq(call.uuid()))
        .order((call_extensions::asked_at.desc(), call_extensions::id))
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::asked).collect()
}

/// The one of a call that was left open; nobody else changes it until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock_open(tx: &mut TenantTx<'_>, call: CallId) -> Result<Option<Asked>> {
    let open = call_extensions::table
        .filter(call_extensions::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_extensions::call_id.eq(call.uuid()))
        .filter(call_extensions::state.eq_any(["asked", "paying"]))
        .select(Row::as_select());
    let row: Option<Row> = open.for_update().first(tx.conn).optional()?;
    row.map(Row::asked).transpose()
}

/// Writes how one stands now, and the first yes.
///
/// # Errors
/// The database is away.
pub fn update(tx: &mut TenantTx<'_>, asked: &Asked) -> Result<()> {
    let row = call_extensions::table.find((tx.tenant().uuid(), asked.id.uuid()));
    diesel::update(row)
        .set((
            call_extensions::state.eq(asked.extension.state.name()),
            call_extensions::since.eq(At(asked.extension.since)),
        ))
        .execute(tx.conn)?;
    if matches!(asked.extension.state, State::Paying | State::Paid) {
        diesel::update(row.filter(call_extensions::agreed_at.is_null()))
            .set(call_extensions::agreed_at.eq(At(asked.extension.since)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Writes where the minutes begin that one was paid for at a price of their own.
///
/// # Errors
/// It isn't paid, or the database is away.
pub fn price_apart(tx: &mut TenantTx<'_>, stretch: &Stretch) -> Result<()> {
    diesel::update(call_extensions::table.find((tx.tenant().uuid(), stretch.extension.uuid())))
        .set(call_extensions::from_s.eq(stretch.from_s))
        .execute(tx.conn)?;
    Ok(())
}

/// The minutes of an order's talk that have a price of their own, first to last.
///
/// # Errors
/// The database is away.
pub fn priced_apart(tx: &mut TenantTx<'_>, order: BookingId) -> Result<Vec<Stretch>> {
    let of_order = calls::table
        .filter(calls::tenant_id.eq(tx.tenant().uuid()))
        .filter(calls::booking_id.eq(order.uuid()))
        .select(calls::id);
    let rows: Vec<(Row, Option<i64>)> = call_extensions::table
        .filter(call_extensions::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_extensions::call_id.eq_any(of_order))
        .filter(call_extensions::from_s.is_not_null())
        .order(call_extensions::from_s)
        .select((Row::as_select(), call_extensions::from_s))
        .load(tx.conn)?;
    let stretch = |(row, from_s): (Row, Option<i64>)| {
        let asked = row.asked()?;
        Ok(asked.stretch(from_s.unwrap_or_default()))
    };
    rows.into_iter().map(stretch).collect()
}
