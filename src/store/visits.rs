//! Visits of the platform's staff at a tenant's console.

use super::{TenantTx, moment::At, schema::visits};
use crate::{
    domain::{ids::PlatformStaffId, time::Moment},
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// SHA-256 of a link's or a session's token.
pub type VisitHash = [u8; 32];

/// One of the platform's staff, as a tenant may know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Their account at the platform.
    pub id: PlatformStaffId,
    /// Their name.
    pub name: String,
}

fn visitor((id, name): (Uuid, String)) -> Visitor {
    Visitor {
        id: PlatformStaffId::from_uuid(id),
        name,
    }
}

/// Stores a link, and forgets visits that are over. The platform's own work.
///
/// # Errors
/// The database is away.
pub fn offer(tx: &mut TenantTx<'_>, to: &Visitor, link: VisitHash, now: Moment, until: Moment) -> Result<()> {
    let ended = visits::session_until.assume_not_null().le(At(now));
    let unused = visits::session_until.is_null().and(visits::link_until.le(At(now)));
    let of_tenant = visits::table.filter(visits::tenant_id.eq(tx.tenant().uuid()));
    diesel::delete(of_tenant.filter(unused.or(visits::session_until.is_not_null().and(ended)))).execute(tx.conn)?;
    diesel::insert_into(visits::table)
        .values((
            visits::tenant_id.eq(tx.tenant().uuid()),
            visits::link_hash.eq(link.as_slice()),
            visits::staff_id.eq(to.id.uuid()),
            visits::staff_name.eq(&to.name),
            visits::link_until.eq(At(until)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses a link up; who comes by it has a session until `until`. Nobody if it is unknown, used or too old.
///
/// # Errors
/// The database is away.
pub fn enter(
    tx: &mut TenantTx<'_>,
    link: VisitHash,
    session: VisitHash,
    now: Moment,
    until: Moment,
) -> Result<Option<Visitor>> {
    let entered = diesel::update(visits::table.find((tx.tenant().uuid(), link.as_slice())))
        .filter(visits::session_hash.is_null().and(visits::link_until.gt(At(now))))
        .set((
            visits::session_hash.eq(session.as_slice()),
            visits::session_until.eq(At(until)),
        ))
        .returning((visits::staff_id, visits::staff_name))
        .get_result(tx.conn)
        .optional()?;
    Ok(entered.map(visitor))
}

/// Who is behind a session, if it holds.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, session: VisitHash, now: Moment) -> Result<Option<Visitor>> {
    let found = visits::table
        .filter(visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(visits::session_hash.eq(session.as_slice()))
        .filter(visits::session_until.gt(At(now)))
        .select((visits::staff_id, visits::staff_name))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(visitor))
}
