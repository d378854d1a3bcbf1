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
    let guarded = folders
        .iter()
        .position(|folder| folder.ends_with("2026-11-25-000013_guarded"));
    let (before, from) = folders.split_at(guarded.expect("this one"));
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
