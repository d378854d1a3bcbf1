//! Migrations as they run in production: by an owner who is no superuser, forth and back.

use crate::support::TestDatabase;
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use std::{fs, path::Path, path::PathBuf};
use tallyroom::store::migrate::migrate;

/// Somebody on the staff with a proved address, somebody who was asked, and the link they were sent.
const PEOPLE: &str = "
    INSERT INTO tenants (id, slug, name, theme, currency, time_zone, language, min_rate_minor, max_rate_minor, created_at)
        VALUES (md5('t')::uuid, 'lumen', 'Lumen', 'lumen', 'EUR', 'UTC', 'en', 1, 2, '2026-01-01');
    INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at) VALUES
        (md5('t')::uuid, md5('a')::uuid, 'ada@example.org', 'Ada', '', '2026-01-02', 'UTC', 'en', '2026-01-01'),
        (md5('t')::uuid, md5('b')::uuid, 'boss@example.org', 'Boss', '', NULL, 'UTC', 'en', '2026-01-01');
    INSERT INTO staff (tenant_id, user_id, role, created_at) VALUES
        (md5('t')::uuid, md5('a')::uuid, 'admin', '2026-01-01'), (md5('t')::uuid, md5('b')::uuid, 'admin', '2026-01-01');
    INSERT INTO mail_tokens (tenant_id, token_hash, user_id, purpose, expires_at)
        VALUES (md5('t')::uuid, 'x', md5('b')::uuid, 'invite', '2027-01-01');";

/// Only Ada has said yes.
const ONE_ACCEPTED: &str = "DO $$ BEGIN
    ASSERT (SELECT array_agg(u.email) = '{ada@example.org}' FROM staff s JOIN users u ON u.id = s.user_id
        WHERE s.accepted_at IS NOT NULL);
    END $$";

/// The same notification three times unread, which can't be any more, and mails with links.
const TWICE: &str = "
    INSERT INTO notifications (tenant_id, id, user_id, event, params, link, created_at)
        SELECT md5('t')::uuid, md5('n' || n)::uuid, md5('a')::uuid, 'top_up', '{}', '/wallet', date '2026-01-01' + n
        FROM generate_series(1, 3) n;
    INSERT INTO jobs (tenant_id, id, kind, payload, run_at, created_at, state)
        SELECT md5('t')::uuid, md5('j' || state)::uuid, 'mail', jsonb_build_object('link', 'https://l.example/reset?token=abc'),
            '2026-01-01', '2026-01-01', state
        FROM unnest(array['due', 'done']) state;";

/// The newest is unread; who was mailed keeps the token, and nobody else.
const ONCE: &str = "DO $$ BEGIN
    ASSERT (SELECT array_agg(id) = ARRAY[md5('n3')::uuid] FROM notifications WHERE read_at IS NULL);
    ASSERT (SELECT array_agg(payload->>'link' ORDER BY state DESC) =
        '{https://l.example/reset?token=abc,https://l.example/reset?token=}' FROM jobs);
    INSERT INTO audit_log (tenant_id, id, at, actor_kind, actor_name, action, subject)
        VALUES (md5('t')::uuid, md5('e')::uuid, '2026-01-01', 'member', 'Ada', 'studio.seller_left', 'North');
    END $$";

#[test]
fn every_migration_can_be_taken_back_by_an_owner_whom_policies_bind() {
    let database = TestDatabase::owned();
    let config = database.owners_config();
    migrate(&config).expect("migrated");
    let mut superuser = database.superuser();
    superuser.batch_execute(PEOPLE).expect("people");
    let mut owner = PgConnection::establish(config.owner_url.expose()).expect("a connection");
    let mut run = |folder: &PathBuf, file: &str| {
        let sql = fs::read_to_string(folder.join(file)).expect("a migration");
        let done = owner.transaction(|conn| conn.batch_execute(&sql));
        done.unwrap_or_else(|error| panic!("{} of {}: {error}", file, folder.display()));
    };
    let folders = folders();
    let from = |name: &str| {
        let found = folders.iter().position(|folder| folder.ends_with(name));
        folders.split_at(found.expect("this one"))
    };
    let (_, last) = from("2026-11-28-000031_once_and_by_whom");
    last.iter().rev().for_each(|folder| run(folder, "down.sql"));
    superuser.batch_execute(TWICE).expect("twice");
    last.iter().for_each(|folder| run(folder, "up.sql"));
    superuser.batch_execute(ONCE).expect("once");
    let (before, from) = from("2026-11-25-000013_guarded");
    from.iter().rev().for_each(|folder| run(folder, "down.sql"));
    from.iter().for_each(|folder| run(folder, "up.sql"));
    superuser
        .batch_execute(ONE_ACCEPTED)
        .expect("who had a proved address has said yes");
    from.iter().rev().for_each(|folder| run(folder, "down.sql"));
    before.iter().rev().for_each(|folder| run(folder, "down.sql"));
}

/// Oldest first.
fn folders() -> Vec<PathBuf> {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let entries = fs::read_dir(migrations).expect("a folder");
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("a migration").path()).collect();
    folders.sort();
    folders
}
