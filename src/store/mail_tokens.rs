//! What lets somebody go on where they were: links sent by mail, and a sign-in that waits for its code. Only hashes are
//! kept, and each works once.

use super::{TenantTx, moment::At, schema::mail_tokens};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To prove an address.
    Verify,
    /// To choose a new password.
    Reset,
    /// To join a tenant's staff.
    Invite,
    /// To show a code after the right password; not sent by mail.
    LogIn,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Verify, Self::Reset, Self::Invite, Self::LogIn];

    fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Invite => "invite",
            Self::LogIn => "log_in",
        }
    }
}

/// SHA-256 of a link's token.
pub type TokenHash = [u8; 32];

/// Remembers a link.
///
/// # Errors
/// The database is away.
pub fn insert(
    tx: &mut TenantTx<'_>,
    user: UserId,
    purpose: Purpose,
    hash: TokenHash,
    expires_at: Moment,
) -> Result<()> {
    diesel::insert_into(mail_tokens::table)
        .values((
            mail_tokens::tenant_id.eq(tx.tenant().uuid()),
            mail_tokens::token_hash.eq(hash.as_slice()),
            mail_tokens::user_id.eq(user.uuid()),
            mail_tokens::purpose.eq(purpose.name()),
            mail_tokens::expires_at.eq(At(expires_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses a link up and says whose it was; nothing if it is unknown, used, or too old.
///
/// # Errors
/// The database is away.
pub fn take(tx: &mut TenantTx<'_>, purpose: Purpose, hash: TokenHash, now: Moment) -> Result<Option<UserId>> {
    let user: Option<Uuid> = diesel::update(mail_tokens::table.find((tx.tenant().uuid(), hash.as_slice())))
        .filter(
            mail_tokens::purpose
                .eq(purpose.name())
                .and(mail_tokens::used_at.is_null()),
        )
        .filter(mail_tokens::expires_at.gt(At(now)))
        .set(mail_tokens::used_at.eq(At(now)))
        .returning(mail_tokens::user_id)
        .get_result(tx.conn)
        .optional()?;
    Ok(user.map(UserId::from_uuid))
}

/// Whose a token is that could still be used; looking uses nothing up.
///
/// # Errors
/// The database is away.
pub fn holder(tx: &mut TenantTx<'_>, purpose: Purpose, hash: TokenHash, now: Moment) -> Result<Option<UserId>> {
    let user: Option<Uuid> = mail_tokens::table
        .find((tx.tenant().uuid(), hash.as_slice()))
        .filter(
            mail_tokens::purpose
                .eq(purpose.name())
                .and(mail_tokens::used_at.is_null()),
        )
        .filter(mail_tokens::expires_at.gt(At(now)))
        .select(mail_tokens::user_id)
        .first(tx.conn)
        .optional()?;
    Ok(user.map(UserId::from_uuid))
}

/// Whether a link could still be used; looking uses nothing up.
///
/// # Errors
/// The database is away.
pub fn is_good(tx: &mut TenantTx<'_>, purpose: Purpose, hash: TokenHash, now: Moment) -> Result<bool> {
    Ok(holder(tx, purpose, hash, now)?.is_some())
}

/// Whether somebody has an unused link that expires after `moment`: one was sent a short while ago.
///
/// # Errors
/// The database is away.
pub fn has_fresh(tx: &mut TenantTx<'_>, user: UserId, purpose: Purpose, moment: Moment) -> Result<bool> {
    let found = diesel::select(diesel::dsl::exists(
        mail_tokens::table
            .filter(
                mail_tokens::tenant_id
                    .eq(tx.tenant().uuid())
                    .and(mail_tokens::user_id.eq(user.uuid())),
            )
            .filter(
                mail_tokens::purpose
                    .eq(purpose.name())
                    .and(mail_tokens::used_at.is_null()),
            )
            .filter(mail_tokens::expires_at.gt(At(moment))),
    ))
    .get_result(tx.conn)?;
    Ok(found)
}

/// Makes all of somebody's unused links of some purposes worthless.
///
/// # Errors
/// The database is away.
pub fn void_all(tx: &mut TenantTx<'_>, user: UserId, purposes: &[Purpose], now: Moment) -> Result<()> {
    let purposes = purposes.iter().map(|purpose| purpose.name());
    diesel::update(mail_tokens::table)
        .filter(
            mail_tokens::tenant_id
                .eq(tx.tenant().uuid())
                .and(mail_tokens::user_id.eq(user.uuid())),
        )
        .filter(
            mail_tokens::purpose
                .eq_any(purposes)
                .and(mail_tokens::used_at.is_null()),
        )
        .set(mail_tokens::used_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}
