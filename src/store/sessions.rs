//! Sign-ins, one row each, and the one query that says who is behind one.

use super::{
    TenantTx,
    moment::At,
    schema::{ledger_accounts, second_factors, sellers, sessions, studio_managers, users},
    users::{Row as UserRow, User},
};
use crate::{
    domain::{
        ids::{SessionId, UserId},
        time::Moment,
    },
    error::Result,
};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool},
};
use uuid::Uuid;

/// How long the refresh token before the present one is still taken: two tabs may refresh at once, and an answer may
/// get lost on its way.
pub const REUSE_MS: i64 = 10_000;

/// SHA-256 of a refresh token.
pub type RefreshHash = [u8; 32];

/// What is stored of a new sign-in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Of the first refresh token.
    pub refresh: RefreshHash,
    /// The browser, as it calls itself.
    pub device: String,
    /// When it ends unless it is refreshed before.
    pub expires_at: Moment,
    /// When a code was shown with it, if one was.
    pub stepped_up_at: Option<Moment>,
}

/// A signed-in person with what the head of every page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Who.
    pub user: User,
    /// Switched on, and until when.
    pub available_until: Option<Moment>,
    /// What their wallet has to spend, in minor units of the tenant's currency.
    pub wallet_minor: i64,
    /// Notifications they haven't seen.
    pub unread: u32,
    /// Looks after a studio.
    pub manages: bool,
    /// Has blocked somebody, or is blocked.
    pub blocks: bool,
    /// How far their second factor vouches for them.
    pub factor: Factor,
}

/// A person's second factor, as their session knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factor {
    /// Switched on.
    pub on: bool,
    /// When a code was shown in this session last.
    pub stepped_up_at: Option<Moment>,
}

/// What came of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// It was the present one, or the one before within [`REUSE_MS`].
    Valid(Signed),
    /// It was older: somebody else has it. The session is ended now.
    Stolen,
    /// No such session, or an ended one.
    Gone,
}

/// When somebody signed in since then, and with which browser; the newest first.
///
/// # Errors
/// The database is away.
pub fn begun_since(tx: &mut TenantTx<'_>, user: UserId, since: Moment, limit: i64) -> Result<Vec<(Moment, String)>> {
    let rows: Vec<(At, String)> = sessions::table
        .filter(sessions::tenant_id.eq(tx.tenant().uuid()))
        .filter(sessions::user_id.eq(user.uuid()))
        .filter(sessions::created_at.ge(At(since)))
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .select((sessions::created_at, sessions::device))
        .limit(limit)
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(at, device)| (at.into(), device)).collect())
}

/// Stores a sign-in.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, new: &NewSession, now: Moment) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::tenant_id.eq(tx.tenant().uuid()),
            sessions::id.eq(new.id.uuid()),
            sessions::user_id.eq(new.user.uuid()),
            sessions::refresh_hash.eq(new.refresh.as_slice()),
            sessions::rotated_at.eq(At(now)),
            sessions::created_at.eq(At(now)),
            sessions::expires_at.eq(At(new.expires_at)),
            sessions::device.eq(&new.device),
            sessions::stepped_up_at.eq(new.stepped_up_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Who is behind a session, if it holds.
///
/// # Errors
/// The database is away.
pub fn signed(tx: &mut TenantTx<'_>, session: SessionId, user: UserId, now: Moment) -> Result<Option<Signed>> {
    let row = open_sessions()
        .filter(
            sessions::tenant_id
                .eq(tx.tenant().uuid())
                .and(sessions::id.eq(session.uuid())),
        )
        .filter(sessions::user_id.eq(user.uuid()).and(sessions::ended_at.is_null()))
        .filter(users::suspended_at.is_null())
        .filter(sessions::expires_at.gt(At(now)))
        .select((
            UserRow::as_select(),
            sellers::user_id.nullable(),
            sellers::available_until.nullable(),
            ledger_accounts::balance_minor.nullable(),
            ledger_accounts::held_minor.nullable(),
            studio_managers::user_id.nullable(),
            sql::<BigInt>(UNREAD),
            sql::<Bool>(BLOCKS),
            (second_factors::switched_on_at.nullable(), sessions::stepped_up_at),
        ))
        .first::<SignedRow>(tx.conn)
        .optional()?;
    Ok(row.map(
        |(user, seller, until, balance, held, manager, unread, blocks, factor)| Signed {
            user: user.user(seller.is_some()),
            available_until: until.map(Moment::from).filter(|until| *until > now),
            wallet_minor: balance.unwrap_or(0) - held.unwrap_or(0),
            unread: u32::try_from(unread).unwrap_or(u32::MAX),
            manages: manager.is_some(),
            blocks,
            factor: Factor {
                on: factor.0.is_some(),
                stepped_up_at: factor.1.map(Moment::from),
            },
        },
    ))
}

type SignedRow = (
    UserRow,
    Option<Uuid>,
    Option<At>,
    Option<i64>,
    Option<i64>,
    Option<Uuid>,
    i64,
    bool,
    (Option<At>, Option<At>),
);

/// For the bell of every page.
const UNREAD: &str = "(SELECT count(*) FROM notifications n
    WHERE n.tenant_id = users.tenant_id AND n.user_id = users.id AND n.read_at IS NULL)";

/// Hardly anybody has, so that nothing more is read for the others.
const BLOCKS: &str = "(EXISTS (SELECT 1 FROM blocks b WHERE b.tenant_id = users.tenant_id AND b.blocker_id = users.id)
    OR EXISTS (SELECT 1 FROM blocks b WHERE b.tenant_id = users.tenant_id AND b.blocked_id = users.id))";

#[diesel::dsl::auto_type]
fn open_sessions() -> _ {
    sessions::table
        .inner_join(
            users::table.on(users::tenant_id
                .eq(sessions::tenant_id)
                .and(users::id.eq(sessions::user_id))),
        )
        .left_join(
            sellers::table.on(sellers::tenant_id
                .eq(users::tenant_id)
                .and(sellers::user_id.eq(users::id))),
        )
        .left_join(
            ledger_accounts::table.on(ledger_accounts::tenant_id
                .eq(users::tenant_id)
                .and(ledger_accounts::kind.eq("wallet"))
                .and(ledger_accounts::owner_id.eq(users::id.nullable()))),
        )
        .left_join(
            studio_managers::table.on(studio_managers::tenant_id
                .eq(users::tenant_id)
                .and(studio_managers::user_id.eq(users::id))),
        )
        .left_join(
            second_factors::table.on(second_factors::tenant_id
                .eq(users::tenant_id)
                .and(second_factors::user_id.eq(users::id))),
        )
}

/// Puts `next` in the place of a refresh token that was shown.
///
/// # Errors
/// The database is away.
pub fn refresh(
    tx: &mut TenantTx<'_>,
    session: SessionId,
    shown: RefreshHash,
    next: RefreshHash,
    now: Moment,
    expires_at: Moment,
) -> Result<Refreshed> {
    type Row = (Uuid, Vec<u8>, Option<Vec<u8>>, At, At);
    let key = (tx.tenant().uuid(), session.uuid());
    let found = sessions::table
        .find(key)
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(At(now))))
        .select((
            sessions::user_id,
            sessions::refresh_hash,
            sessions::previous_hash,
            sessions::rotated_at,
            sessions::expires_at,
        ))
        .for_update()
        .first::<Row>(tx.conn)
        .optional()?;
    let Some((user, present, previous, rotated_at, ends_at)) = found else {
        return Ok(Refreshed::Gone);
    };
    let person = users::table.find((tx.tenant().uuid(), user));
    // Whoever came by a link stays no longer for being there.
    let is_guest: bool = person.select(users::is_guest).first(tx.conn)?;
    let expires_at = if is_guest { ends_at } else { At(expires_at) };
    if present == shown {
        diesel::update(sessions::table.find(key))
            .set((
                sessions::refresh_hash.eq(next.as_slice()),
                sessions::previous_hash.eq(shown.as_slice()),
                sessions::rotated_at.eq(At(now)),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(tx.conn)?;
    } else if previous.as_deref() != Some(shown.as_slice()) || now - rotated_at.0 > REUSE_MS {
        end(tx, session, now)?;
        return Ok(Refreshed::Stolen);
    }
    let signed = signed(tx, session, UserId::from_uuid(user), now)?;
    Ok(signed.map_or(Refreshed::Gone, Refreshed::Valid))
}

/// Notes that a code was shown with a sign-in.
///
/// # Errors
/// The database is away.
pub fn step_up(tx: &mut TenantTx<'_>, session: SessionId, now: Moment) -> Result<()> {
    diesel::update(sessions::table.find((tx.tenant().uuid(), session.uuid())))
        .set(sessions::stepped_up_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends one sign-in.
///
/// # Errors
/// The database is away.
pub fn end(tx: &mut TenantTx<'_>, session: SessionId, now: Moment) -> Result<()> {
    diesel::update(sessions::table.find((tx.tenant().uuid(), session.uuid())))
        .filter(sessions::ended_at.is_null())
        .set(sessions::ended_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends all of a person's sign-ins.
///
/// # Errors
/// The database is away.
pub fn end_all(tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<()> {
    diesel::update(sessions::table)
        .filter(
            sessions::tenant_id
                .eq(tx.tenant().uuid())
                .and(sessions::user_id.eq(user.uuid())),
        )
        .filter(sessions::ended_at.is_null())
        .set(sessions::ended_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// How many places somebody is signed in at.
///
/// # Errors
/// The database is away.
pub fn count_open(tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<i64> {
    let open = sessions::table
        .filter(
            sessions::tenant_id
                .eq(tx.tenant().uuid())
                .and(sessions::user_id.eq(user.uuid())),
        )
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(At(now))))
        .count()
        .get_result(tx.conn)?;
    Ok(open)
}
