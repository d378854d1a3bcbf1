//! Making one person nobody: everything that says who they are goes, what others need to understand their own history
//! and the books stays.

use super::{TenantTx, moment::At};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::Result,
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What an erasure did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Erased {
    /// Messages that were emptied.
    pub messages: i64,
    /// Reviews of theirs whose text was emptied; the stars still count.
    pub reviews: i64,
    /// Services that were emptied and taken off the site.
    pub services: i64,
    /// Sign-ins that were removed.
    pub sessions: i64,
    /// Notifications that were removed.
    pub notifications: i64,
    /// Declarations whose network address was emptied.
    pub declarations: i64,
    /// Calls that stay, with a name that isn't theirs.
    pub calls_kept: i64,
    /// Ledger entries that stay.
    pub transfers_kept: i64,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    erased: bool,
}

/// Whether somebody was erased.
///
/// # Errors
/// Not here, or the database is away.
pub fn is_erased(tx: &mut TenantTx<'_>, id: UserId) -> Result<bool> {
    let known: Known = sql_query("SELECT erased_at IS NOT NULL AS erased FROM users WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(tx.conn)?;
    Ok(known.erased)
}

/// Erases somebody, who is called `name` from now on.
///
/// # Errors
/// The database is away.
pub fn erase(tx: &mut TenantTx<'_>, id: UserId, name: &str, now: Moment) -> Result<Erased> {
    tx.lists_changed();
    sql_query(
        "UPDATE users SET email = 'erased-' || id || '@erased.invalid', name = $3, password_hash = '',
             verified_at = NULL, time_zone = 'UTC', suspended_at = $4, suspended_reason = $3, erased_at = $4,
             frozen_reason = CASE WHEN frozen_at IS NOT NULL THEN $3 END
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(name)
    .bind::<Timestamptz, _>(At(now))
    .execute(tx.conn)?;
    let mut run = |statement: &str| -> Result<i64> {
        let changed = sql_query(statement)
            .bind::<SqlUuid, _>(tx.tenant().uuid())
            .bind::<SqlUuid, _>(id.uuid())
            .execute(tx.conn)?;
        Ok(i64::try_from(changed).unwrap_or(i64::MAX))
    };
    run(
        "UPDATE sellers SET headline = '', about = '', languages = '{}', photo_url = NULL, available_until = NULL
         WHERE tenant_id = $1 AND user_id = $2",
    )?;
    run("DELETE FROM studio_managers WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM studio_sellers WHERE tenant_id = $1 AND seller_id = $2")?;
    run("DELETE FROM co_sellers WHERE tenant_id = $1 AND $2 IN (seller_id, co_seller_id)")?;
    run("DELETE FROM busy_times WHERE tenant_id = $1 AND seller_id = $2")?;
    run("DELETE FROM calendar_imports WHERE tenant_id = $1 AND seller_id = $2")?;
    run("DELETE FROM calendar_feeds WHERE tenant_id = $1 AND person_id = $2")?;
    run("DELETE FROM private_room_visits WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM private_rooms WHERE tenant_id = $1 AND host_id = $2")?;
    run("DELETE FROM timetables WHERE tenant_id = $1 AND seller_id = $2")?;
    run("DELETE FROM seller_photos WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM call_snapshots WHERE tenant_id = $1 AND seller_id = $2")?;
    run("DELETE FROM identity_pictures WHERE tenant_id = $1 AND check_id IN (
             SELECT id FROM identity_checks WHERE tenant_id = $1 AND user_id = $2)")?;
    run("DELETE FROM identity_checks WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM payout_methods WHERE tenant_id = $1 AND seller_id = $2")?;
    // That they were paid stays, as the books do; where to goes.
    run("UPDATE payouts SET method_sealed = NULL, method_shown = '' WHERE tenant_id = $1 AND seller_id = $2")?;
    // What they had agreed to stays, with what was charged; nobody can charge it any more.
    run(
        "UPDATE saved_methods m SET sealed_token = NULL, label = '', removed_at = coalesce(m.removed_at, u.erased_at)
         FROM users u WHERE m.tenant_id = $1 AND m.user_id = $2 AND u.tenant_id = $1 AND u.id = $2",
    )?;
    run("DELETE FROM mail_tokens WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM second_factors WHERE tenant_id = $1 AND user_id = $2")?;
    run("DELETE FROM watches WHERE tenant_id = $1 AND watcher_id = $2")?;
    run("DELETE FROM watches WHERE tenant_id = $1 AND seller_id = $2")?;
    run("UPDATE bookings SET brief = '' WHERE tenant_id = $1 AND buyer_id = $2 AND brief <> ''")?;
    run("UPDATE bookings SET delivered = '' WHERE tenant_id = $1 AND seller_id = $2 AND delivered <> ''")?;
    let messages = run("UPDATE messages SET body = '' WHERE tenant_id = $1 AND sender_id = $2 AND body <> ''")?;
    let reviews = run("UPDATE reviews SET body = '' WHERE tenant_id = $1 AND body <> ''
                       AND $2 = CASE author WHEN 'buyer' THEN buyer_id ELSE seller_id END")?;
    run("DELETE FROM message_file_parts p USING message_files f
         WHERE p.tenant_id = $1 AND f.tenant_id = $1 AND f.id = p.file_id AND f.sender_id = $2")?;
    run(
        "UPDATE message_files SET name = '', bytes = 0, preview = NULL, width = NULL, height = NULL
         WHERE tenant_id = $1 AND sender_id = $2",
    )?;
    run("DELETE FROM blocks WHERE tenant_id = $1 AND blocker_id = $2")?;
    run("DELETE FROM blocks WHERE tenant_id = $1 AND blocked_id = $2")?;
    // That there was something stays, for the other's sake; what was said of them goes.
    run("UPDATE person_reports SET body = '', note = ''
         WHERE tenant_id = $1 AND $2 IN (reporter_id, reported_id)")?;
    run(
        "UPDATE disputes SET reason = '', answer = '', decision = '', evidence = '{}'
         WHERE tenant_id = $1 AND $2 IN (buyer_id, seller_id)",
    )?;
    run(
        "UPDATE chargebacks SET evidence = '{}' WHERE tenant_id = $1 AND (buyer_id = $2 OR
             evidence @> jsonb_build_object('charges', jsonb_build_array(jsonb_build_object('seller_id', $2))))",
    )?;
    run("UPDATE refunds SET reason = '' WHERE tenant_id = $1 AND $2 IN (buyer_id, seller_id) AND reason <> ''")?;
    // Sums and numbers stay, as the books do.
    run(
        "UPDATE documents SET content = jsonb_set(content, '{customer}', '\"–\"')
         WHERE tenant_id = $1 AND owner_id = $2",
    )?;
    run("UPDATE documents SET content = jsonb_set(content, '{seller}', '\"–\"')
         WHERE tenant_id = $1 AND seller_id = $2")?;
    run("UPDATE call_feedback SET body = '' WHERE tenant_id = $1 AND person_id = $2 AND body <> ''")?;
    run("UPDATE reviews SET reply = NULL, replied_at = NULL
         WHERE tenant_id = $1 AND seller_id = $2 AND reply IS NOT NULL")?;
    run("UPDATE review_reports SET body = '' WHERE tenant_id = $1 AND reporter_id = $2 AND body <> ''")?;
    let services = run(
        "UPDATE services SET title = '–', description = '', addons = '[]', published = false
                        WHERE tenant_id = $1 AND seller_id = $2",
    )?;
    run("DELETE FROM notification_preferences WHERE tenant_id = $1 AND user_id = $2")?;
    // Browsers that they were reached at go with their sessions.
    let notifications = run("DELETE FROM notifications WHERE tenant_id = $1 AND user_id = $2")?;
    let sessions = run("DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2")?;
    let declarations = run("UPDATE declarations SET address = '' WHERE tenant_id = $1 AND user_id = $2")?;
    let kept: Kept = sql_query(
        "SELECT (SELECT count(*) FROM calls WHERE tenant_id = $1 AND $2 IN (buyer_id, seller_id)) AS calls,
                (SELECT count(*) FROM ledger_transfers t WHERE t.tenant_id = $1 AND EXISTS (
                     SELECT 1 FROM ledger_accounts a WHERE a.tenant_id = $1 AND a.owner_id = $2
                       AND a.id IN (t.debit_id, t.credit_id))) AS transfers",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?;
    Ok(Erased {
        messages,
        reviews,
        services,
        sessions,
        notifications,
        declarations,
        calls_kept: kept.calls,
        transfers_kept: kept.transfers,
    })
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    transfers: i64,
}
