//! Browsers that are told things while no page of ours is open.

use super::{TenantTx, moment::At};
use crate::{
    domain::{
        ids::{SessionId, UserId},
        notification::MOST_DEVICES,
        time::Moment,
    },
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bytea, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// A browser's address at its push service, with the keys that only it can read with.
#[derive(Clone, PartialEq, Eq, QueryableByName)]
pub struct Device {
    /// Where to send to; who knows it can send, so it is never shown.
    #[diesel(sql_type = Text)]
    pub endpoint: String,
    /// Its public key, an uncompressed point of P-256.
    #[diesel(sql_type = Bytea)]
    pub p256dh: Vec<u8>,
    /// What both sides know, 16 bytes.
    #[diesel(sql_type = Bytea)]
    pub auth: Vec<u8>,
}

/// Remembers a person's browser, in place of whoever used it before. Of too many the oldest are forgotten.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, user: UserId, session: SessionId, device: &Device, now: Moment) -> Result<()> {
    sql_query(
        "INSERT INTO push_subscriptions (tenant_id, id, user_id, session_id, endpoint, p256dh, auth, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, endpoint) DO UPDATE SET user_id = excluded.user_id,
             session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth,
             created_at = excluded.created_at",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(user.uuid())
    .bind::<SqlUuid, _>(session.uuid())
    .bind::<Text, _>(&device.endpoint)
    .bind::<Bytea, _>(&device.p256dh)
    .bind::<Bytea, _>(&device.auth)
    .bind::<Timestamptz, _>(At(now))
    .execute(tx.conn)?;
    sql_query(
        "DELETE FROM push_subscriptions WHERE tenant_id = $1 AND id IN (
             SELECT id FROM push_subscriptions WHERE tenant_id = $1 AND user_id = $2
             ORDER BY created_at DESC, id DESC OFFSET $3)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(user.uuid())
    .bind::<BigInt, _>(MOST_DEVICES)
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets a person's browser.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, user: UserId, endpoint: &str) -> Result<()> {
    sql_query("DELETE FROM push_subscriptions WHERE tenant_id = $1 AND user_id = $2 AND endpoint = $3")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(user.uuid())
        .bind::<Text, _>(endpoint)
        .execute(tx.conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Subscriptions whose session, signed in with here, still holds.
const HELD: &str = "FROM push_subscriptions p
    JOIN sessions s ON s.tenant_id = p.tenant_id AND s.id = p.session_id
    WHERE p.tenant_id = $1 AND p.user_id = $2 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3";

/// A person's browsers that they are signed in with.
///
/// # Errors
/// The database is away.
pub fn of_person(tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<Vec<Uuid>> {
    let rows: Vec<Id> = sql_query(format!("SELECT p.id {HELD} ORDER BY p.created_at"))
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(user.uuid())
        .bind::<Timestamptz, _>(At(now))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// One of them, if they are still signed in with it.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, user: UserId, id: Uuid, now: Moment) -> Result<Option<Device>> {
    let found = sql_query(format!("SELECT p.endpoint, p.p256dh, p.auth {HELD} AND p.id = $4"))
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(user.uuid())
        .bind::<Timestamptz, _>(At(now))
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn)
        .optional()?;
    Ok(found)
}
