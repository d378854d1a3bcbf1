//! What happened in calls, enough to replay them.

use super::{SystemTx, TenantTx, moment::At, schema::call_events};
use crate::{
    domain::{
        call::Entry,
        ids::{CallId, TenantId},
    },
    error::{Error, Result},
};
use diesel::prelude::*;

/// The stored events of a call, in order.
///
/// # Errors
/// The database is away, or an event can't be read.
pub fn events(tx: &mut TenantTx<'_>, call: CallId) -> Result<Vec<Entry>> {
    let rows: Vec<serde_json::Value> = call_events::table
        .filter(call_events::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_events::call_id.eq(call.uuid()))
        .order(call_events::seq)
        .select(call_events::event)
        .load(tx.conn)?;
    rows.into_iter()
        .map(|row| serde_json::from_value(row).map_err(Error::internal))
        .collect()
}

/// An event on its way to the database.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Whose call.
    pub tenant: TenantId,
    /// Which call.
    pub call: CallId,
    /// Its place among the call's events, from 0.
    pub seq: i32,
    /// The event.
    pub entry: Entry,
}

/// Appends events of any number of calls. Events that are there already are left alone.
///
/// # Errors
/// The database is away.
pub fn append(tx: &mut SystemTx<'_>, events: &[NewEvent]) -> Result<()> {
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            let json = serde_json::to_value(&event.entry).map_err(Error::internal)?;
            Ok((
                call_events::tenant_id.eq(event.tenant.uuid()),
                call_events::call_id.eq(event.call.uuid()),
                call_events::seq.eq(event.seq),
                call_events::at.eq(At(event.entry.at)),
                call_events::event.eq(json),
            ))
        })
        .collect::<Result<_>>()?;
    // PostgreSQL takes at most 65,535 parameters a statement.
    for chunk in rows.chunks(5_000) {
        diesel::insert_into(call_events::table)
            .values(chunk)
            .on_conflict_do_nothing()
            .execute(tx.conn)?;
    }
    Ok(())
}
