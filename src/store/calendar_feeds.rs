//! The secret addresses of people's calendars. Only hashes of the secrets are kept.

use super::{TenantTx, moment::At, schema::calendar_feeds};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// Gives a person another address; the one before is no longer theirs.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, person: UserId, token_hash: &[u8], now: Moment) -> Result<()> {
    let address = (
        calendar_feeds::token_hash.eq(token_hash),
        calendar_feeds::made_at.eq(At(now)),
    );
    diesel::insert_into(calendar_feeds::table)
        .values((
            calendar_feeds::tenant_id.eq(tx.tenant().uuid()),
            calendar_feeds::person_id.eq(person.uuid()),
            address,
        ))
        .on_conflict((calendar_feeds::tenant_id, calendar_feeds::person_id))
        .do_update()
        .set(address)
        .execute(tx.conn)?;
    Ok(())
}

/// Takes a person's address away; nothing happens if there is none.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, person: UserId) -> Result<()> {
    diesel::delete(calendar_feeds::table.find((tx.tenant().uuid(), person.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// When a person's address was made, if they have one.
///
/// # Errors
/// The database is away.
pub fn made_at(tx: &mut TenantTx<'_>, person: UserId) -> Result<Option<Moment>> {
    let row = calendar_feeds::table.find((tx.tenant().uuid(), person.uuid()));
    let at: Option<At> = row.select(calendar_feeds::made_at).first(tx.conn).optional()?;
    Ok(at.map(Moment::from))
}

/// Whose address it is.
///
/// # Errors
/// Nobody's, or the database is away.
pub fn person(tx: &mut TenantTx<'_>, token_hash: &[u8]) -> Result<UserId> {
    let id: Uuid = calendar_feeds::table
        .filter(calendar_feeds::tenant_id.eq(tx.tenant().uuid()))
        .filter(calendar_feeds::token_hash.eq(token_hash))
        .select(calendar_feeds::person_id)
        .first(tx.conn)?;
    Ok(UserId::from_uuid(id))
}
