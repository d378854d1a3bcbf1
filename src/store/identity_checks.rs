//! Who people are: what tenants ask for, what people sent, what was decided.

use super::{
    TenantTx,
    error::violates,
    listing::{List, Page, Wanted},
    moment::At,
    schema::{identity_checks, identity_pictures, identity_rules},
};
use crate::{
    domain::{
        identity_check::{CheckState, PictureKind, Rules, Side},
        ids::{IdentityCheckId, UserId},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One try of somebody to show who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its id.
    pub id: IdentityCheckId,
    /// Whose.
    pub user: UserId,
    /// Where it stands.
    pub state: CheckState,
    /// Why it was declined.
    pub reason: String,
    /// When it was sent.
    pub sent_at: Moment,
}

type Row = (Uuid, Uuid, String, String, At);

const COLUMNS: (
    identity_checks::id,
    identity_checks::user_id,
    identity_checks::state,
    identity_checks::reason,
    identity_checks::sent_at,
) = (
    identity_checks::id,
    identity_checks::user_id,
    identity_checks::state,
    identity_checks::reason,
    identity_checks::sent_at,
);

fn check((id, user, state, reason, sent_at): Row) -> Result<Check> {
    Ok(Check {
        id: IdentityCheckId::from_uuid(id),
        user: UserId::from_uuid(user),
        state: CheckState::parse(&state).ok_or_else(|| Error::internal(anyhow!("unknown state {state:?}")))?,
        reason,
        sent_at: sent_at.into(),
    })
}

/// What the tenant asks for.
///
/// # Errors
/// The database is away.
pub fn rules(tx: &mut TenantTx<'_>) -> Result<Rules> {
    let found: Option<(bool, bool)> = identity_rules::table
        .find(tx.tenant().uuid())
        .select((identity_rules::before_selling, identity_rules::before_buying))
        .first(tx.conn)
        .optional()?;
    let (before_selling, before_buying) = found.unwrap_or_default();
    Ok(Rules {
        before_selling,
        before_buying,
    })
}

/// Sets what the tenant asks for.
///
/// # Errors
/// The database is away.
pub fn set_rules(tx: &mut TenantTx<'_>, rules: Rules) -> Result<()> {
    let set = (
        identity_rules::before_selling.eq(rules.before_selling),
        identity_rules::before_buying.eq(rules.before_buying),
    );
    diesel::insert_into(identity_rules::table)
        .values((identity_rules::tenant_id.eq(tx.tenant().uuid()), set))
        .on_conflict(identity_rules::tenant_id)
        .do_update()
        .set(set)
        .execute(tx.conn)?;
    Ok(())
}

/// Whether somebody has still to show who they are before they do that.
///
/// # Errors
/// The database is away.
pub fn is_missing(tx: &mut TenantTx<'_>, user: UserId, side: Side) -> Result<bool> {
    Ok(rules(tx)?.ask(side) && !is_proven(tx, user)?)
}

/// Whether somebody has shown who they are.
///
/// # Errors
/// The database is away.
pub fn is_proven(tx: &mut TenantTx<'_>, user: UserId) -> Result<bool> {
    let approved = identity_checks::table
        .filter(identity_checks::tenant_id.eq(tx.tenant().uuid()))
        .filter(identity_checks::user_id.eq(user.uuid()))
        .filter(identity_checks::state.eq(CheckState::Approved.name()));
    Ok(diesel::select(diesel::dsl::exists(approved)).get_result(tx.conn)?)
}

/// Somebody's last try.
///
/// # Errors
/// The database is away.
pub fn last_of(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Check>> {
    let row: Option<Row> = identity_checks::table
        .filter(identity_checks::tenant_id.eq(tx.tenant().uuid()))
        .filter(identity_checks::user_id.eq(user.uuid()))
        .order((identity_checks::sent_at.desc(), identity_checks::id.desc()))
        .select(COLUMNS)
        .first(tx.conn)
        .optional()?;
    row.map(check).transpose()
}

/// How often somebody tried since then.
///
/// # Errors
/// The database is away.
pub fn count_since(tx: &mut TenantTx<'_>, user: UserId, since: Moment) -> Result<i64> {
    Ok(identity_checks::table
        .filter(identity_checks::tenant_id.eq(tx.tenant().uuid()))
        .filter(identity_checks::user_id.eq(user.uuid()))
        .filter(identity_checks::sent_at.gt(At(since)))
        .count()
        .get_result(tx.conn)?)
}

/// Keeps what somebody sent: sealed pictures, by what they show.
///
/// # Errors
/// One waits already, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, check: &Check, pictures: &[(PictureKind, Vec<u8>)]) -> Result<()> {
    diesel::insert_into(identity_checks::table)
        .values((
            identity_checks::tenant_id.eq(tx.tenant().uuid()),
            identity_checks::id.eq(check.id.uuid()),
            identity_checks::user_id.eq(check.user.uuid()),
            identity_checks::state.eq(check.state.name()),
            identity_checks::sent_at.eq(At(check.sent_at)),
        ))
        .execute(tx.conn)
        .map_err(|error| match violates(&error, "one_check_waits") {
            true => Error::conflict("check_waits", "What you sent is being looked at already.").because(error),
            false => error.into(),
        })?;
    for (kind, sealed) in pictures {
        diesel::insert_into(identity_pictures::table)
            .values((
                identity_pictures::tenant_id.eq(tx.tenant().uuid()),
                identity_pictures::check_id.eq(check.id.uuid()),
                identity_pictures::kind.eq(kind.name()),
                identity_pictures::sealed.eq(sealed),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// A check.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: IdentityCheckId) -> Result<Check> {
    let row = identity_checks::table.find((tx.tenant().uuid(), id.uuid()));
    check(row.select(COLUMNS).first(tx.conn)?)
}

/// A check; nobody else decides it until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: IdentityCheckId) -> Result<Check> {
    let row = identity_checks::table.find((tx.tenant().uuid(), id.uuid()));
    check(row.for_update().select(COLUMNS).first(tx.conn)?)
}

/// Writes down what was decided.
///
/// # Errors
/// The database is away.
pub fn decide(tx: &mut TenantTx<'_>, id: IdentityCheckId, state: CheckState, reason: &str, now: Moment) -> Result<()> {
    diesel::update(identity_checks::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            identity_checks::state.eq(state.name()),
            identity_checks::reason.eq(reason),
            identity_checks::decided_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A picture as it was sealed.
///
/// # Errors
/// It isn't there, or not any more, or the database is away.
pub fn picture(tx: &mut TenantTx<'_>, id: IdentityCheckId, kind: PictureKind) -> Result<Vec<u8>> {
    let row = identity_pictures::table.find((tx.tenant().uuid(), id.uuid(), kind.name()));
    Ok(row.select(identity_pictures::sealed).first(tx.conn)?)
}

/// Deletes a check's pictures.
///
/// # Errors
/// The database is away.
pub fn forget_pictures(tx: &mut TenantTx<'_>, id: IdentityCheckId) -> Result<()> {
    let own = identity_pictures::table
        .filter(identity_pictures::tenant_id.eq(tx.tenant().uuid()))
        .filter(identity_pictures::check_id.eq(id.uuid()));
    diesel::delete(own).execute(tx.conn)?;
    Ok(())
}

/// A check, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct CheckLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// `waiting`, `approved`, `declined` or `lapsed`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Why it was declined.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// When it was sent.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
    /// When it was decided.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub decided_at: Option<i64>,
    /// How many pictures are there still.
    #[diesel(sql_type = BigInt)]
    pub pictures: i64,
}

const LIST: List = List {
    columns: "c.id, c.user_id, u.name, c.state, c.reason, (extract(epoch FROM c.sent_at) * 1000)::bigint AS at,
        (extract(epoch FROM c.decided_at) * 1000)::bigint AS decided_at,
        (SELECT count(*) FROM identity_pictures p WHERE p.tenant_id = c.tenant_id AND p.check_id = c.id) AS pictures",
    rows: "FROM identity_checks c JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
        WHERE c.tenant_id = $2::uuid AND $3 IS NULL AND ($1 IS NULL OR u.name ILIKE $1)",
    sorts: &[
        ("queue", "(c.state = 'waiting', c.sent_at)"),
        ("at", "c.sent_at"),
        ("name", "lower(u.name)"),
    ],
    newest_first: true,
    key: "c.id",
};

/// All checks: those that wait first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<CheckLine>> {
    LIST.of_tenant(tx, wanted, None)
}
