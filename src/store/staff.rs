//! Those of a tenant's people who run it.

use super::{TenantTx, moment::At, schema::staff};
use crate::{
    domain::{
        ids::UserId,
        permission::{Permission, StaffRole, Standing},
        time::Moment,
    },
    error::{Error, Result},
    store::listing::{List, Page, Wanted},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, Bool, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One of the staff, as their list shows them.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct Member {
    /// Their account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their mail address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// `admin` or `staff`.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// What they may, unless they are an admin.
    #[diesel(sql_type = Array<Text>)]
    pub permissions: Vec<String>,
    /// Hasn't accepted yet.
    #[diesel(sql_type = Bool)]
    pub invited: bool,
}

const LIST: List = List {
    columns: "u.id, u.name, u.email, s.role, s.permissions, s.accepted_at IS NULL AS invited",
    rows: "FROM staff s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
        WHERE s.tenant_id = $2::uuid AND ($1 IS NULL OR u.name ILIKE $1 OR u.email ILIKE $1)",
    sorts: &[("name", "lower(u.name)"), ("email", "u.email"), ("role", "s.role")],
    newest_first: false,
    key: "u.id",
};

/// All staff, by name.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<Member>> {
    LIST.of_tenant(tx, wanted, None)
}

/// Somebody's place among the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What they may, once they have said yes.
    pub standing: Standing,
    /// They have said yes.
    pub accepted: bool,
}

type Row = (String, Vec<Option<String>>, Option<At>);

/// Somebody's place; nothing if nobody asked them.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Place>> {
    let row: Option<Row> = staff::table
        .find((tx.tenant().uuid(), user.uuid()))
        .select((staff::role, staff::permissions, staff::accepted_at))
        .first(tx.conn)
        .optional()?;
    row.map(place).transpose()
}

/// A permission that is no longer known is nobody's.
fn place((role, permissions, accepted_at): Row) -> Result<Place> {
    let role = StaffRole::parse(&role).ok_or_else(|| Error::internal(anyhow!("unknown role {role:?}")))?;
    let permissions = permissions.iter().flatten().filter_map(|name| Permission::parse(name));
    Ok(Place {
        standing: Standing::new(role, permissions),
        accepted: accepted_at.is_some(),
    })
}

/// What somebody may who has said yes; nothing for everybody else.
///
/// # Errors
/// The database is away.
pub fn standing(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Standing>> {
    let place = find(tx, user)?.filter(|place| place.accepted);
    Ok(place.map(|place| place.standing))
}

/// Gives somebody a standing, or another one. It counts once they have [accepted](accept).
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, user: UserId, standing: &Standing, now: Moment) -> Result<()> {
    let permissions: Vec<_> = standing.permissions.iter().map(|each| each.name()).collect();
    let values = (staff::role.eq(standing.role.name()), staff::permissions.eq(permissions));
    diesel::insert_into(staff::table)
        .values((
            staff::tenant_id.eq(tx.tenant().uuid()),
            staff::user_id.eq(user.uuid()),
            values.clone(),
            staff::created_at.eq(At(now)),
        ))
        .on_conflict((staff::tenant_id, staff::user_id))
        .do_update()
        .set(values)
        .execute(tx.conn)?;
    Ok(())
}

/// Somebody said yes.
///
/// # Errors
/// The database is away.
pub fn accept(tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<()> {
    diesel::update(staff::table.find((tx.tenant().uuid(), user.uuid())))
        .filter(staff::accepted_at.is_null())
        .set(staff::accepted_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes somebody's standing away.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, user: UserId) -> Result<()> {
    diesel::delete(staff::table.find((tx.tenant().uuid(), user.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// The admins who have accepted and whose accounts are open, locked: whoever else would remove one waits.
///
/// # Errors
/// The database is away.
pub fn lock_admins(tx: &mut TenantTx<'_>) -> Result<Vec<UserId>> {
    // All rows are locked first, in order: of two who demote each other one then sees what the other did.
    let of_tenant = staff::table.filter(staff::tenant_id.eq(tx.tenant().uuid()));
    let staff: Vec<(Uuid, String, Option<At>)> = of_tenant
        .order(staff::user_id)
        .select((staff::user_id, staff::role, staff::accepted_at))
        .for_update()
        .load(tx.conn)?;
    let admins = staff
        .into_iter()
        .filter(|(_, role, accepted_at)| role == StaffRole::Admin.name() && accepted_at.is_some());
    let admins: Vec<Uuid> = admins.map(|(id, ..)| id).collect();
    use super::schema::users;
    let present: Vec<Uuid> = users::table
        .filter(users::tenant_id.eq(tx.tenant().uuid()).and(users::id.eq_any(admins)))
        .filter(users::suspended_at.is_null())
        .select(users::id)
        .load(tx.conn)?;
    Ok(present.into_iter().map(UserId::from_uuid).collect())
}
