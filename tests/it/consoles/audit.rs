//! What was written down can't be changed, by the database's own rules.

use super::founded;
use crate::support::TestApp;
use diesel::{Connection, PgConnection, connection::SimpleConnection};

#[tokio::test]
async fn no_role_of_the_product_changes_or_removes_an_entry() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let config = app.database.config();
    let scope = app.scope(&founded.host).await;
    let in_tenant = format!("SET app.tenant_id = '{}'", scope.tenant());
    for (role, url) in [
        ("app", &config.app_url),
        ("system", &config.system_url),
        ("owner", &config.owner_url),
    ] {
        let mut conn = PgConnection::establish(url.expose()).expect("a connection");
        conn.batch_execute(&in_tenant).expect("a tenant");
        for table in ["audit_log", "platform_audit_log"] {
            for change in [
                format!("UPDATE {table} SET action = 'nothing'"),
                format!("DELETE FROM {table}"),
                format!("TRUNCATE {table}"),
            ] {
                conn.batch_execute(&change).expect_err(&format!("{role} can {change}"));
            }
        }
    }
    let mut conn = PgConnection::establish(config.app_url.expose()).expect("a connection");
    conn.batch_execute(&in_tenant).expect("a tenant");
    for table in ["platform_audit_log", "platform_staff", "platform_sessions"] {
        conn.batch_execute(&format!("SELECT * FROM {table}"))
            .expect_err("a tenant's request reaches the platform's own");
    }
    // Nor does it write into another tenant's log.
    let forged = "INSERT INTO audit_log (tenant_id, id, at, actor_kind, actor_name, action, subject)
        SELECT md5('x')::uuid, md5('y')::uuid, '2026-01-01', 'staff', 'Eve', 'forged', 'x'";
    conn.batch_execute(forged).expect_err("behind the wall");
}
