//! A marketplace full of sellers: written as rows, since saving 10,000 profiles takes long.

use anyhow::{Context, Result};
use diesel::{PgConnection, connection::SimpleConnection};

/// Five zones, far apart.
pub const ZONES: [&str; 5] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Sao_Paulo",
];

/// So many sellers at the bench's tenant, `md5('s' || number)`, each with three services, of which one can be booked for
/// half an hour within 14 days, and hours in one of five zones.
pub fn fill(conn: &mut PgConnection, count: usize) -> Result<()> {
    let zones = ZONES.map(|zone| format!("'{zone}'")).join(", ");
    conn.batch_execute(&format!(
        "SET bench.sellers = {count}; CREATE TEMP TABLE zones AS SELECT ARRAY[{zones}] AS names; {SELLERS}"
    ))
    .context("the bench's sellers")
}

/// Words as they are spread in life: a few in many texts, many in a few.
const SELLERS: &str = "
    SET session_replication_role = replica;
    CREATE TEMP TABLE numbers AS
        SELECT n, md5('tenant')::uuid AS tenant, md5('s' || n)::uuid AS id
        FROM generate_series(1, current_setting('bench.sellers')::integer) n;
    INSERT INTO categories (tenant_id, id, slug, names, created_at)
        SELECT md5('tenant')::uuid, md5('c' || n)::uuid, 'c' || n,
               jsonb_build_object('en', 'Field' || n, 'de', 'Gebiet' || n), now()
        FROM generate_series(0, 15) n;
    INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
        SELECT tenant, id, 's' || n || '@bench.example', 'Given' || n * 7919 % 1500 || ' Family' || n * 104729 % 4000, '',
               now(), 'UTC', 'en', now() FROM numbers;
    INSERT INTO sellers (tenant_id, user_id, headline, languages, rating_sum, rating_count, created_at)
        SELECT tenant, id, 'Helps with subject' || n * 31 % 400 || ' for beginners and others',
               (ARRAY['{en}', '{de}', '{en,de}', '{fr,en}', '{es}'])[1 + n % 5]::text[],
               n % 20 * (3 + n % 3), n % 20, now() - n * interval '1 minute' FROM numbers;
    INSERT INTO services (tenant_id, id, seller_id, title, description, rate_minor, category_id, booking, created_at)
        SELECT tenant, md5('v' || n || '.' || nth)::uuid, id, 'Skill' || (n * 13 + nth * 57) % 250 || ' lessons',
               'All about matter' || (n * 17 + nth * 91) % 700 || '. ' ||
               repeat('We go through it slowly and answer what you ask, with care and time. ', 4),
               50 + (n * 37 + nth * 101) % 450, md5('c' || (n + nth * 5) % 16)::uuid,
               CASE nth WHEN 1 THEN '{\"agreement\": \"negotiated\", \"length_min\": 30, \"horizon_days\": 14}'::jsonb END,
               now()
        FROM numbers CROSS JOIN generate_series(1, 3) nth;
    INSERT INTO timetables (tenant_id, seller_id, zone, weekly, exceptions, before_min, after_min, notice_min, updated_at)
        SELECT tenant, id, names[1 + n % 5],
               '[[[540,750],[840,1080]],[[540,750],[840,1080]],[[540,750],[840,1080]],[[540,750],[840,1080]],[[540,780]],[[600,720]],[]]',
               '{}', 5, 5, 120, now() FROM numbers, zones;
    SET session_replication_role = origin;
    INSERT INTO seller_search (tenant_id, seller_id, created_at) SELECT tenant_id, user_id, created_at FROM sellers
        ON CONFLICT DO NOTHING;
    SELECT refresh_seller_search(tenant_id, array_agg(user_id)) FROM sellers GROUP BY tenant_id;
    ANALYZE;";
