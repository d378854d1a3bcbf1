//! The people of a bench: one tenant with as many buyers and sellers as it takes.

use crate::database::TestDatabase;
use anyhow::{Context, Result, anyhow};
use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text};

/// Where the tenant is served.
pub const HOST: &str = "bench.localhost";
/// Everybody's password.
pub const PASSWORD: &str = "the same for everybody";

/// A database with so many pairs of buyer and seller: `buyer1@bench.example` can afford `seller1@bench.example`'s
/// service, and so on. They are written as rows, not registered: that would take hours of password hashing.
pub fn database(pairs: usize) -> Result<TestDatabase> {
    let database = TestDatabase::new();
    let mut conn = database.superuser();
    conn.batch_execute(TENANT)?;
    sql_query("SELECT set_config('bench.hash', $1, false)")
        .bind::<Text, _>(cheap_hash()?)
        .execute(&mut conn)?;
    conn.batch_execute(&format!("SET bench.pairs = {pairs}; {PEOPLE}"))
        .context("the bench's people")?;
    Ok(database)
}

/// A hash says itself what it costs to verify; this one costs next to nothing, so that thousands can log in.
fn cheap_hash() -> Result<String> {
    let params = Params::new(8, 1, 1, None).map_err(|error| anyhow!("{error}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(PASSWORD.as_bytes());
    Ok(hash.map_err(|error| anyhow!("{error}"))?.to_string())
}

const TENANT: &str = "
    INSERT INTO tenants (id, slug, name, theme, currency, time_zone, language, min_rate_minor, max_rate_minor, created_at)
        VALUES (md5('tenant')::uuid, 'bench', 'Bench', 'lumen', 'EUR', 'UTC', 'en', 1, 100000, now());
    INSERT INTO tenant_hosts (tenant_id, host) VALUES (md5('tenant')::uuid, 'bench.localhost');";

const PEOPLE: &str = "
    CREATE TEMP TABLE pairs AS
        SELECT number, md5('tenant')::uuid AS tenant, md5('buyer' || number)::uuid AS buyer,
               md5('seller' || number)::uuid AS seller
        FROM generate_series(1, current_setting('bench.pairs')::integer) number;
    INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
        SELECT tenant, id, kind || number || '@bench.example', kind || number, current_setting('bench.hash'),
               now(), 'UTC', 'en', now()
        FROM pairs CROSS JOIN LATERAL (VALUES ('buyer', buyer), ('seller', seller)) AS person (kind, id);
    INSERT INTO sellers (tenant_id, user_id, available_until, created_at)
        SELECT tenant, seller, now() + interval '12 hours', now() FROM pairs;
    INSERT INTO services (tenant_id, id, seller_id, title, rate_minor, created_at)
        SELECT tenant, md5('service' || number)::uuid, seller, 'Bench', 60, now() FROM pairs;
    INSERT INTO ledger_accounts (tenant_id, id, kind, owner_id, currency, balance_minor, created_at)
        SELECT tenant, md5('wallet' || number)::uuid, 'wallet', buyer, 'EUR', 1000000, now() FROM pairs
        UNION ALL
        SELECT tenant, md5('earnings' || number)::uuid, 'earnings', seller, 'EUR', 0, now() FROM pairs
        UNION ALL
        SELECT md5('tenant')::uuid, md5('revenue')::uuid, 'revenue', NULL, 'EUR', 0, now();
    ANALYZE;";
