//! Tips that were given.

use super::{TenantTx, moment::At, schema::tips};
use crate::{
    domain::{
        ids::{CallId, TipId, UserId},
        money::{Currency, Money},
        time::Moment,
        tip::Gift,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

/// A tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its id; also its ledger transfer's.
    pub id: TipId,
    /// Who gave it.
    pub buyer: UserId,
    /// Who got it.
    pub seller: UserId,
    /// The call it was given for, if it was.
    pub call: Option<CallId>,
    /// How much.
    pub amount: Money,
    /// As what, if as more than an amount.
    pub gift: Option<Gift>,
    /// How much of it is the tenant's, in minor units.
    pub commission_minor: i64,
    /// When.
    pub at: Moment,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tips)]
struct Row {
    id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    call_id: Option<Uuid>,
    amount_minor: i64,
    commission_minor: i64,
    currency: String,
    given_at: At,
    gift: Option<String>,
}

impl Row {
    fn tip(self) -> Result<Tip> {
        let currency = Currency::parse(&self.currency);
        let currency = currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?;
        Ok(Tip {
            id: TipId::from_uuid(self.id),
            buyer: UserId::from_uuid(self.buyer_id),
            seller: UserId::from_uuid(self.seller_id),
            call: self.call_id.map(CallId::from_uuid),
            amount: Money::new(self.amount_minor, currency),
            gift: self.gift.as_deref().and_then(Gift::parse),
            commission_minor: self.commission_minor,
            at: self.given_at.into(),
        })
    }
}

/// Writes one down.
///
/// # Errors
/// It is there already, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, tip: &Tip) -> Result<()> {
    diesel::insert_into(tips::table)
        .values((
            tips::tenant_id.eq(tx.tenant().uuid()),
            tips::id.eq(tip.id.uuid()),
            tips::buyer_id.eq(tip.buyer.uuid()),
            tips::seller_id.eq(tip.seller.uuid()),
            tips::call_id.eq(tip.call.map(CallId::uuid)),
            tips::amount_minor.eq(tip.amount.minor),
            tips::commission_minor.eq(tip.commission_minor),
            tips::currency.eq(tip.amount.currency.code()),
            tips::given_at.eq(At(tip.at)),
            tips::gift.eq(tip.gift.map(Gift::name)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// One of them, if it is there.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, id: TipId) -> Result<Option<Tip>> {
    let row: Option<Row> = tips::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::tip).transpose()
}

/// Those of a call that somebody gave or got, oldest first.
///
/// # Errors
/// The database is away.
pub fn of_call(tx: &mut TenantTx<'_>, call: CallId, reader: UserId, limit: i64) -> Result<Vec<Tip>> {
    let rows: Vec<Row> = tips::table
        .filter(tips::tenant_id.eq(tx.tenant().uuid()))
        .filter(tips::call_id.eq(call.uuid()))
        .filter(tips::buyer_id.eq(reader.uuid()).or(tips::seller_id.eq(reader.uuid())))
        .order((tips::given_at, tips::id))
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::tip).collect()
}
