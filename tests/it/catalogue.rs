//! The database's own catalogue, asked whether the wall between tenants stands (law 1).

use super::support::TestDatabase;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Bool, Text},
};

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    what: String,
}

/// What the query finds, which should be nothing.
fn found(conn: &mut PgConnection, query: &str) -> Vec<String> {
    let rows: Vec<Found> = sql_query(query).load(conn).expect("the catalogue");
    rows.into_iter().map(|row| row.what).collect()
}

const TENANT_TABLES: &str = "SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')";

#[test]
fn every_table_of_tenants_has_forced_row_level_security() {
    let database = TestDatabase::new();
    let conn = &mut database.superuser();
    assert!(found(conn, &format!("SELECT relname::text AS what FROM ({TENANT_TABLES}) t")).len() > 15);
    let open = format!(
        "SELECT t.relname::text AS what FROM ({TENANT_TABLES}) t JOIN pg_class c ON c.oid = t.oid
         WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity)"
    );
    assert_eq!(
        found(conn, &open),
        Vec::<String>::new(),
        "row-level security isn't forced"
    );
    let unpolicied = format!(
        "SELECT t.relname::text AS what FROM ({TENANT_TABLES}) t WHERE NOT EXISTS (
             SELECT 1 FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
             WHERE p.polrelid = t.oid AND r.rolname = 'tallyroom_app' AND p.polcmd = '*'
               AND pg_get_expr(p.polqual, p.polrelid) LIKE '%tenant_id = (current_setting(''app.tenant_id''%'
               AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%tenant_id = (current_setting(''app.tenant_id''%')"
    );
    assert_eq!(
        found(conn, &unpolicied),
        Vec::<String>::new(),
        "no policy for reading and writing"
    );
    let lax = "SELECT c.relname::text AS what FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
           AND c.relname <> '__diesel_schema_migrations'";
    assert_eq!(found(conn, lax), Vec::<String>::new(), "tables without any wall");
}

#[test]
fn keys_and_foreign_keys_begin_with_the_tenant() {
    let database = TestDatabase::new();
    let conn = &mut database.superuser();
    let keys = format!(
        "SELECT t.relname || ': ' || pg_get_indexdef(i.indexrelid) AS what FROM ({TENANT_TABLES}) t
         JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
         WHERE a.attname <> 'tenant_id'"
    );
    // A host or a proven domain is one tenant's among all: that is what it is looked up for.
    let keys: Vec<_> = found(conn, &keys)
        .into_iter()
        .filter(|key| !key.contains("tenant_hosts_host_key") && !key.contains("domains_proven_once"))
        .collect();
    assert_eq!(keys, Vec::<String>::new());
    let references = format!(
        "SELECT t.relname || '.' || k.conname AS what FROM ({TENANT_TABLES}) t
         JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
         JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
         WHERE a.attname <> 'tenant_id' OR NOT (b.attname = 'tenant_id' OR k.confrelid = 'tenants'::regclass)"
    );
    assert_eq!(
        found(conn, &references),
        Vec::<String>::new(),
        "foreign keys could cross tenants"
    );
    let unindexed = format!(
        "SELECT t.relname || '.' || k.conname AS what FROM ({TENANT_TABLES}) t
         JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
         WHERE (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = k.conkey[1]) <> 'tenant_id'"
    );
    assert_eq!(found(conn, &unindexed), Vec::<String>::new(), "primary keys");
}

#[test]
fn the_roles_that_serve_own_nothing_and_bypass_nothing() {
    let database = TestDatabase::new();
    let conn = &mut database.superuser();
    let powerful = "SELECT rolname::text AS what FROM pg_roles WHERE rolname IN ('tallyroom_app', 'tallyroom_system')
         AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)";
    assert_eq!(found(conn, powerful), Vec::<String>::new());
    let owned = "SELECT c.relname::text AS what FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
         WHERE r.rolname IN ('tallyroom_app', 'tallyroom_system')";
    assert_eq!(found(conn, owned), Vec::<String>::new());
    let appended = "SELECT r.rolname || ' ' || p.privilege_type || ' ' || p.table_name AS what
         FROM information_schema.role_table_grants p JOIN pg_roles r ON r.rolname = p.grantee
         WHERE r.rolname IN ('tallyroom_app', 'tallyroom_system') AND p.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
           AND p.table_name IN ('ledger_transfers', 'ledger_entries', 'call_events', 'declarations', 'audit_log',
               'platform_audit_log', 'subscriptions')
           AND NOT (r.rolname = 'tallyroom_system' AND p.privilege_type = 'DELETE' AND EXISTS (
               SELECT 1 FROM pg_trigger t WHERE t.tgrelid = p.table_name::regclass AND t.tgname = 'only_with_tenant'))";
    assert_eq!(found(conn, appended), Vec::<String>::new(), "append-only tables");
}

#[test]
fn without_a_tenant_there_is_an_error_not_an_empty_answer() {
    #[derive(QueryableByName)]
    struct Any {
        #[diesel(sql_type = Bool)]
        any: bool,
    }
    let database = TestDatabase::new();
    let mut conn = PgConnection::establish(database.config().app_url.expose()).expect("the runtime role");
    let ask = |conn: &mut PgConnection| {
        let query = sql_query("SELECT EXISTS (SELECT 1 FROM users) AS any");
        query.get_result::<Any>(conn).map(|answer| answer.any)
    };
    ask(&mut conn).expect_err("never set");
    let none = "BEGIN; SET LOCAL app.tenant_id = '00000000-0000-0000-0000-000000000001'";
    conn.batch_execute(none).expect("a tenant");
    assert!(!ask(&mut conn).expect("a tenant without people"));
    conn.batch_execute("COMMIT").expect("the end");
    ask(&mut conn).expect_err("set in an earlier transaction only");
}
