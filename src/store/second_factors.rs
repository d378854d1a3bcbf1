//! People's second factors: a sealed secret, the last step that was used, and recovery codes as hashes.

use super::{
    TenantTx,
    moment::At,
    schema::{recovery_codes, second_factors},
};
use crate::{
    domain::{ids::UserId, second_factor::WrongCodes, time::Moment},
    error::Result,
};
use diesel::prelude::*;

/// Keyed hash of a recovery code.
pub type CodeHash = [u8; 32];

/// What is known of somebody's second factor, without the codes.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Sealed.
    pub secret: Vec<u8>,
    /// Since when it is asked for; `None` while it is only offered.
    pub switched_on_at: Option<Moment>,
    /// Codes that were wrong, one after the other.
    pub wrong: WrongCodes,
}

type Row = (Vec<u8>, Option<At>, i32, Option<At>);

fn factor((secret, switched_on_at, count, last_at): Row) -> SecondFactor {
    SecondFactor {
        secret,
        switched_on_at: switched_on_at.map(Moment::from),
        wrong: WrongCodes {
            count,
            last_at: last_at.map_or_else(Moment::default, Moment::from),
        },
    }
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        second_factors::secret,
        second_factors::switched_on_at,
        second_factors::wrong_codes,
        second_factors::wrong_code_at,
    )
}

/// Somebody's, switched on or only offered.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<SecondFactor>> {
    let row: Option<Row> = second_factors::table
        .find((tx.tenant().uuid(), user.uuid()))
        .select(columns())
        .first(tx.conn)
        .optional()?;
    Ok(row.map(factor))
}

/// The same; nobody else looks at a code of theirs until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<SecondFactor>> {
    let row: Option<Row> = second_factors::table
        .find((tx.tenant().uuid(), user.uuid()))
        .select(columns())
        .for_update()
        .first(tx.conn)
        .optional()?;
    Ok(row.map(factor))
}

/// Offers a secret, unless there is one; says which one counts now.
///
/// # Errors
/// The database is away.
pub fn offer(tx: &mut TenantTx<'_>, user: UserId, sealed: &[u8]) -> Result<SecondFactor> {
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::tenant_id.eq(tx.tenant().uuid()),
            second_factors::user_id.eq(user.uuid()),
            second_factors::secret.eq(sealed),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    let row: Row = second_factors::table
        .find((tx.tenant().uuid(), user.uuid()))
        .select(columns())
        .first(tx.conn)?;
    Ok(factor(row))
}

/// From now on codes are asked for.
///
/// # Errors
/// The database is away.
pub fn switch_on(tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<()> {
    diesel::update(second_factors::table.find((tx.tenant().uuid(), user.uuid())))
        .set(second_factors::switched_on_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets somebody's second factor with its recovery codes.
///
/// # Errors
/// The database is away.
pub fn forget(tx: &mut TenantTx<'_>, user: UserId) -> Result<()> {
    forget_codes(tx, user)?;
    diesel::delete(second_factors::table.find((tx.tenant().uuid(), user.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// Keeps how many codes were wrong.
///
/// # Errors
/// The database is away.
pub fn keep_wrong(tx: &mut TenantTx<'_>, user: UserId, wrong: WrongCodes) -> Result<()> {
    diesel::update(second_factors::table.find((tx.tenant().uuid(), user.uuid())))
        .set((
            second_factors::wrong_codes.eq(wrong.count),
            second_factors::wrong_code_at.eq(At(wrong.last_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses a code's step up; false if it or a later one was used before.
///
/// # Errors
/// The database is away.
pub fn use_step(tx: &mut TenantTx<'_>, user: UserId, step: i64) -> Result<bool> {
    let used = diesel::update(second_factors::table.find((tx.tenant().uuid(), user.uuid())))
        .filter(second_factors::step.lt(step))
        .set(second_factors::step.eq(step))
        .execute(tx.conn)?;
    Ok(used == 1)
}

/// Puts recovery codes in the place of those that somebody had.
///
/// # Errors
/// The database is away.
pub fn put_codes(tx: &mut TenantTx<'_>, user: UserId, hashes: &[CodeHash]) -> Result<()> {
    forget_codes(tx, user)?;
    let tenant = tx.tenant().uuid();
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::tenant_id.eq(tenant),
                recovery_codes::user_id.eq(user.uuid()),
                recovery_codes::code_hash.eq(hash.as_slice()),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table)
        .values(rows)
        .execute(tx.conn)?;
    Ok(())
}

fn forget_codes(tx: &mut TenantTx<'_>, user: UserId) -> Result<()> {
    diesel::delete(
        recovery_codes::table.filter(
            recovery_codes::tenant_id
                .eq(tx.tenant().uuid())
                .and(recovery_codes::user_id.eq(user.uuid())),
        ),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// Uses a recovery code up; false if it isn't one, or was used before.
///
/// # Errors
/// The database is away.
pub fn use_code(tx: &mut TenantTx<'_>, user: UserId, hash: CodeHash, now: Moment) -> Result<bool> {
    let used = diesel::update(recovery_codes::table.find((tx.tenant().uuid(), user.uuid(), hash.as_slice())))
        .filter(recovery_codes::used_at.is_null())
        .set(recovery_codes::used_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(used == 1)
}

/// How many recovery codes somebody has left.
///
/// # Errors
/// The database is away.
pub fn codes_left(tx: &mut TenantTx<'_>, user: UserId) -> Result<i64> {
    let left = recovery_codes::table
        .filter(
            recovery_codes::tenant_id
                .eq(tx.tenant().uuid())
                .and(recovery_codes::user_id.eq(user.uuid())),
        )
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(tx.conn)?;
    Ok(left)
}
