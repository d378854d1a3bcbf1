//! Those who run the platform, and their sign-ins. Only the system's role reaches them.

use super::{
    SystemTx,
    moment::At,
    schema::{platform_sessions, platform_staff},
};
use crate::{
    domain::{
        identity::{Email, PersonName},
        ids::PlatformStaffId,
        platform::PlatformRole,
        second_factor::WrongCodes,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

/// Somebody who runs the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformPerson {
    /// Their account.
    pub id: PlatformStaffId,
    /// Mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they may.
    pub role: PlatformRole,
}

/// What signing in compares with.
#[derive(Clone)]
pub struct Credentials {
    /// Who.
    pub person: PlatformPerson,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// The second factor's secret, sealed; none before the first sign-in.
    pub sealed_secret: Option<Vec<u8>>,
    /// They have shown a code of it.
    pub enrolled: bool,
}

/// SHA-256 of a session's token.
pub type SessionHash = [u8; 32];

type PersonRow = (Uuid, String, String, String);

fn person((id, email, name, role): PersonRow) -> Result<PlatformPerson> {
    let known = PlatformRole::parse(&role);
    Ok(PlatformPerson {
        id: PlatformStaffId::from_uuid(id),
        email,
        name,
        role: known.ok_or_else(|| Error::internal(anyhow!("unknown role {role:?}")))?,
    })
}

#[diesel::dsl::auto_type]
fn person_columns() -> _ {
    (
        platform_staff::id,
        platform_staff::email,
        platform_staff::name,
        platform_staff::role,
    )
}

/// Adds somebody; false if the address is taken (then nothing changes).
///
/// # Errors
/// The database is away.
pub fn insert(
    tx: &mut SystemTx<'_>,
    (email, name): (&Email, &PersonName),
    role: PlatformRole,
    password_hash: &str,
    now: Moment,
) -> Result<bool> {
    let inserted = diesel::insert_into(platform_staff::table)
        .values((
            platform_staff::id.eq(Uuid::now_v7()),
            platform_staff::email.eq(email.as_str()),
            platform_staff::name.eq(name.as_str()),
            platform_staff::role.eq(role.name()),
            platform_staff::password_hash.eq(password_hash),
            platform_staff::created_at.eq(At(now)),
        ))
        .on_conflict(platform_staff::email)
        .do_nothing()
        .execute(tx.conn)?;
    Ok(inserted == 1)
}

/// Who has this address.
///
/// # Errors
/// The database is away.
pub fn by_email(tx: &mut SystemTx<'_>, email: &Email) -> Result<Option<Credentials>> {
    type Row = (PersonRow, String, Option<Vec<u8>>, Option<At>);
    let row: Option<Row> = platform_staff::table
        .filter(platform_staff::email.eq(email.as_str()))
        .select((
            person_columns(),
            platform_staff::password_hash,
            platform_staff::totp_secret,
            platform_staff::enrolled_at,
        ))
        .first(tx.conn)
        .optional()?;
    row.map(|(who, password_hash, sealed_secret, enrolled_at)| {
        Ok(Credentials {
            person: person(who)?,
            password_hash,
            sealed_secret,
            enrolled: enrolled_at.is_some(),
        })
    })
    .transpose()
}

/// Keeps a second factor's secret, unless there is one; says which one counts now.
///
/// # Errors
/// The database is away.
pub fn offer_secret(tx: &mut SystemTx<'_>, id: PlatformStaffId, sealed: &[u8]) -> Result<Vec<u8>> {
    diesel::update(platform_staff::table.find(id.uuid()))
        .filter(platform_staff::totp_secret.is_null())
        .set(platform_staff::totp_secret.eq(sealed))
        .execute(tx.conn)?;
    let kept: Option<Vec<u8>> = platform_staff::table
        .find(id.uuid())
        .select(platform_staff::totp_secret)
        .first(tx.conn)?;
    kept.ok_or_else(|| Error::internal(anyhow!("a secret that was kept is gone")))
}

/// The wrong codes that somebody sent last; nobody else looks at a code of theirs until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock_codes(tx: &mut SystemTx<'_>, id: PlatformStaffId) -> Result<WrongCodes> {
    let (count, last_at): (i32, Option<At>) = platform_staff::table
        .find(id.uuid())
        .select((platform_staff::wrong_codes, platform_staff::wrong_code_at))
        .for_update()
        .first(tx.conn)?;
    Ok(WrongCodes {
        count,
        last_at: last_at.map_or_else(Moment::default, Moment::from),
    })
}

/// Keeps how many codes were wrong.
///
/// # Errors
/// The database is away.
pub fn keep_codes(tx: &mut SystemTx<'_>, id: PlatformStaffId, wrong: WrongCodes) -> Result<()> {
    diesel::update(platform_staff::table.find(id.uuid()))
        .set((
            platform_staff::wrong_codes.eq(wrong.count),
            platform_staff::wrong_code_at.eq(At(wrong.last_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses a code's step up; false if it or a later one was used before.
///
/// # Errors
/// The database is away.
pub fn use_step(tx: &mut SystemTx<'_>, id: PlatformStaffId, step: i64, now: Moment) -> Result<bool> {
    let used = diesel::update(platform_staff::table.find(id.uuid()))
        .filter(platform_staff::totp_step.lt(step))
        .set(platform_staff::totp_step.eq(step))
        .execute(tx.conn)?;
    diesel::update(platform_staff::table.find(id.uuid()))
        .filter(platform_staff::enrolled_at.is_null())
        .set(platform_staff::enrolled_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(used == 1)
}

/// Takes somebody off the staff, with all their sign-ins; false if nobody has this address.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut SystemTx<'_>, email: &Email) -> Result<bool> {
    let of_email = platform_staff::table.filter(platform_staff::email.eq(email.as_str()));
    Ok(diesel::delete(of_email).execute(tx.conn)? == 1)
}

/// Forgets somebody's second factor and ends all their sign-ins; false if nobody has this address.
///
/// # Errors
/// The database is away.
pub fn forget_factor(tx: &mut SystemTx<'_>, email: &Email) -> Result<bool> {
    let of_email = platform_staff::table.filter(platform_staff::email.eq(email.as_str()));
    let forgotten: Option<Uuid> = diesel::update(of_email)
        .set((
            platform_staff::totp_secret.eq(None::<Vec<u8>>),
            platform_staff::totp_step.eq(0),
            platform_staff::enrolled_at.eq(None::<At>),
            platform_staff::wrong_codes.eq(0),
        ))
        .returning(platform_staff::id)
        .get_result(tx.conn)
        .optional()?;
    if let Some(id) = forgotten {
        diesel::delete(platform_sessions::table.filter(platform_sessions::staff_id.eq(id))).execute(tx.conn)?;
    }
    Ok(forgotten.is_some())
}

/// Stores a sign-in, and forgets those that are over.
///
/// # Errors
/// The database is away.
pub fn open_session(
    tx: &mut SystemTx<'_>,
    id: PlatformStaffId,
    hash: SessionHash,
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    diesel::delete(platform_sessions::table.filter(platform_sessions::expires_at.le(At(now)))).execute(tx.conn)?;
    diesel::insert_into(platform_sessions::table)
        .values((
            platform_sessions::token_hash.eq(hash.as_slice()),
            platform_sessions::staff_id.eq(id.uuid()),
            platform_sessions::created_at.eq(At(now)),
            platform_sessions::expires_at.eq(At(expires_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Who is behind a session, if it holds.
///
/// # Errors
/// The database is away.
pub fn signed(tx: &mut SystemTx<'_>, hash: SessionHash, now: Moment) -> Result<Option<PlatformPerson>> {
    let row: Option<PersonRow> = platform_sessions::table
        .inner_join(platform_staff::table)
        .filter(platform_sessions::token_hash.eq(hash.as_slice()))
        .filter(platform_sessions::expires_at.gt(At(now)))
        .select(person_columns())
        .first(tx.conn)
        .optional()?;
    row.map(person).transpose()
}

/// Ends a sign-in.
///
/// # Errors
/// The database is away.
pub fn close_session(tx: &mut SystemTx<'_>, hash: SessionHash) -> Result<()> {
    diesel::delete(platform_sessions::table.find(hash.as_slice())).execute(tx.conn)?;
    Ok(())
}
