//! Where a payment provider and our books don't say the same of a payment.

use super::{
    TenantTx,
    moment::At,
    schema::{gateway_differences, top_ups},
};
use crate::{
    domain::{
        ids::{GatewayAccountId, TopUpId},
        time::Moment,
    },
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of which payment.
    pub top_up: TopUpId,
    /// Through which account.
    pub account: GatewayAccountId,
    /// What our books say.
    pub ours: String,
    /// What the provider says.
    pub theirs: String,
    /// When it was found.
    pub found_at: Moment,
    /// When staff were done with it, and what they wrote.
    pub cleared: Option<(Moment, String)>,
    /// How much the payment is of, in minor units.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: String,
}

type Row = (Uuid, Uuid, String, String, At, Option<At>, Option<String>, i64, String);

/// Notes a difference; one that is known already stays as it was found.
///
/// # Errors
/// The database is away.
pub fn note(
    tx: &mut TenantTx<'_>,
    (top_up, account): (TopUpId, GatewayAccountId),
    (ours, theirs): (&str, &str),
    now: Moment,
) -> Result<()> {
    diesel::insert_into(gateway_differences::table)
        .values((
            gateway_differences::tenant_id.eq(tx.tenant().uuid()),
            gateway_differences::top_up_id.eq(top_up.uuid()),
            gateway_differences::account_id.eq(account.uuid()),
            gateway_differences::ours.eq(ours),
            gateway_differences::theirs.eq(theirs),
            gateway_differences::found_at.eq(At(now)),
        ))
        .on_conflict((gateway_differences::tenant_id, gateway_differences::top_up_id))
        .do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// Staff are done with one. False if it isn't open.
///
/// # Errors
/// The database is away.
pub fn clear(tx: &mut TenantTx<'_>, top_up: TopUpId, note: &str, now: Moment) -> Result<bool> {
    let open = gateway_differences::table
        .filter(gateway_differences::tenant_id.eq(tx.tenant().uuid()))
        .filter(gateway_differences::top_up_id.eq(top_up.uuid()))
        .filter(gateway_differences::cleared_at.is_null());
    let cleared = diesel::update(open)
        .set((
            gateway_differences::cleared_at.eq(At(now)),
            gateway_differences::note.eq(note),
        ))
        .execute(tx.conn)?;
    Ok(cleared == 1)
}

/// The newest, so many.
///
/// # Errors
/// The database is away.
pub fn newest(tx: &mut TenantTx<'_>, limit: i64) -> Result<Vec<Difference>> {
    let rows: Vec<Row> = gateway_differences::table
        .inner_join(
            top_ups::table.on(top_ups::tenant_id
                .eq(gateway_differences::tenant_id)
                .and(top_ups::id.eq(gateway_differences::top_up_id))),
        )
        .filter(gateway_differences::tenant_id.eq(tx.tenant().uuid()))
        .order((
            gateway_differences::found_at.desc(),
            gateway_differences::top_up_id.desc(),
        ))
        .limit(limit)
        .select((
            gateway_differences::top_up_id,
            gateway_differences::account_id,
            gateway_differences::ours,
            gateway_differences::theirs,
            gateway_differences::found_at,
            gateway_differences::cleared_at,
            gateway_differences::note,
            top_ups::amount_minor,
            top_ups::currency,
        ))
        .load(tx.conn)?;
    let difference = |(top_up, account, ours, theirs, found, cleared, note, amount_minor, currency): Row| Difference {
        top_up: TopUpId::from_uuid(top_up),
        account: GatewayAccountId::from_uuid(account),
        ours,
        theirs,
        found_at: found.into(),
        cleared: cleared.map(Moment::from).zip(note),
        amount_minor,
        currency,
    };
    Ok(rows.into_iter().map(difference).collect())
}
