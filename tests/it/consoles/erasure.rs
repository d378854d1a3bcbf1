//! The end of a tenant whose time to be restored is over.

use super::{Founded, founded};
use crate::{
    marketplace::{ask, bookable_for, start_selling},
    support::{LUMEN, PASSWORD, TestApp, TestDatabase, TestUser},
};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text,
};
use serde_json::json;
use std::collections::BTreeSet;
use tallyroom::store::{erasure, ledger};

const DAY: i64 = 24 * 3_600_000;

/// All tables of tenants whose rows go with them, as the database's catalogue has them.
fn going(database: &TestDatabase) -> BTreeSet<String> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let query = "SELECT table_name::text AS name FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name)
        WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_type = 'BASE TABLE'";
    let all: Vec<Name> = sql_query(query).load(&mut database.superuser()).expect("the catalogue");
    let stays = |name: &String| name == "users" || erasure::STAY.contains(&name.as_str());
    all.into_iter()
        .map(|row| row.name)
        .filter(|name| !stays(name))
        .collect()
}

async fn delete(founded: &Founded) {
    let path = format!("/api/platform/tenants/{}/delete", founded.id);
    let body = json!({"confirm_slug": "harbour"});
    founded.owner.browser.post(&path, body).await.expect(200);
}

/// Somebody whom the ledger names.
async fn payer(app: &TestApp, host: &str) -> TestUser {
    let user = app.user(host, "Pia Payer").await;
    let top_up = user
        .post("/api/v1/wallet/top-ups", json!({"amount_minor": 1_000}))
        .await;
    let top_up = top_up.expect(201).json();
    let page = top_up["redirect_url"].as_str().expect("a page");
    let page = &page[page.find("/gateway").expect("a path")..];
    user.form(page, &[("choice", "succeed")]).await.expect(303);
    let id = top_up["id"].as_str().expect("an id");
    user.get(&format!("/api/v1/wallet/top-ups/{id}")).await.expect(200);
    user
}

/// Something that somebody has paid for beforehand.
async fn order(app: &TestApp, host: &str, buyer: &TestUser) {
    let seller = app.user(host, "Sela Seller").await;
    start_selling(&seller, "Listens", 100).await;
    let service = bookable_for(&seller, "pay_after_accept", 5).await;
    let order = ask(buyer, &service, "2027-01-18T10:00:00Z").await;
    let path = format!("/api/v1/bookings/{}", order["id"].as_str().expect("an id"));
    seller
        .post(&format!("{path}/accept"), json!({"round": 1}))
        .await
        .expect(200);
    buyer.post(&format!("{path}/pay"), json!({})).await.expect(200);
}

async fn run_jobs(app: &TestApp) {
    while app.jobs.run_due().await.expect("run") > 0 {}
}

#[tokio::test]
async fn after_its_time_everything_goes_that_can() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let pia = payer(&app, &founded.host).await;
    order(&app, &founded.host, &pia).await;
    let sam = app.user(&founded.host, "Sam Silent").await;
    let studio = json!({"name": "North", "manager_name": "Sam", "manager_email": sam.email});
    founded.admin.post("/api/v1/admin/studios", studio).await.expect(201);
    app.user(LUMEN, "Lena Elsewhere").await;
    let tenant = format!("tenant_id = '{}'", founded.id);
    let scope = app.scope(&founded.host).await;
    delete(&founded).await;
    app.clock.advance(30 * DAY - 1);
    run_jobs(&app).await;
    app.anonymous(&founded.host).get("/").await.expect(503);
    assert_eq!(app.database.count(&format!("users WHERE {tenant}")), 4);

    app.clock.advance(1);
    run_jobs(&app).await;
    app.clock.advance(6_000);
    let gone = app.anonymous(&founded.host).get("/").await.expect(404);
    assert!(gone.text.contains(&founded.host), "{}", gone.text);
    let going = going(&app.database);
    assert!(going.len() > 15, "{going:?}");
    for table in going {
        assert_eq!(app.database.count(&format!("{table} WHERE {tenant}")), 0, "{table}");
    }
    // The ledger is as it was, and names nobody.
    app.app
        .db
        .tenant(&scope, ledger::invariants)
        .await
        .expect("right books");
    assert!(app.database.count(&format!("ledger_transfers WHERE {tenant}")) >= 2);
    assert_eq!(app.database.count(&format!("users WHERE {tenant}")), 1);
    assert_eq!(
        app.database
            .count("users WHERE name = 'Gone' AND password_hash = '' AND verified_at IS NULL"),
        1
    );
    assert_eq!(
        app.database.count("users WHERE email LIKE '%pia%' OR name LIKE 'Pia%'"),
        0
    );

    founded.owner.come_back(&app).await;
    let owner = &founded.owner.browser;
    let log = owner
        .get("/api/platform/audit?action=tenant.erased")
        .await
        .expect(200)
        .json();
    let entry = &log["items"][0];
    assert_eq!((&log["total"], &entry["subject"]), (&json!(1), &json!("harbour")));
    assert_eq!(entry["actor"]["kind"], "system");
    assert_eq!(
        (
            &entry["after"]["deleted"]["users"],
            &entry["after"]["kept"]["ledger_transfers"]
        ),
        (&json!(3), &json!(3))
    );
    // It is nowhere any more, can't come back, and nobody else gets its address.
    let path = format!("/api/platform/tenants/{}", founded.id);
    owner.get(&path).await.expect(404);
    owner.post(&format!("{path}/restore"), json!({})).await.expect(404);
    let list = owner.get("/api/platform/tenants").await.expect(200).json();
    let slugs: Vec<_> = list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|tenant| &tenant["slug"])
        .collect();
    assert!(!slugs.contains(&&json!("harbour")), "{slugs:?}");
    owner
        .post("/api/platform/tenants", super::tenant("harbour"))
        .await
        .expect(422);
    app.anonymous(LUMEN)
        .log_in("lena.elsewhere@example.org", PASSWORD)
        .await
        .expect(200);
}

#[tokio::test]
async fn who_is_restored_stays_and_a_second_deletion_counts_anew() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    delete(&founded).await;
    app.clock.advance(DAY / 4);
    let restore = format!("/api/platform/tenants/{}/restore", founded.id);
    founded.owner.browser.post(&restore, json!({})).await.expect(200);
    app.clock.advance(20 * DAY);
    founded.owner.come_back(&app).await;
    delete(&founded).await;
    app.clock.advance(20 * DAY);
    run_jobs(&app).await;
    app.anonymous(&founded.host).get("/").await.expect(503);
    app.clock.advance(11 * DAY);
    run_jobs(&app).await;
    app.clock.advance(6_000);
    app.anonymous(&founded.host).get("/").await.expect(404);
}

#[tokio::test]
async fn rows_of_a_living_tenant_cant_be_deleted() {
    let app = TestApp::start().await;
    app.user(LUMEN, "Lena").await;
    let url = app.database.config().system_url;
    let mut conn = PgConnection::establish(url.expose()).expect("a connection");
    for table in ["users", "declarations", "tenant_hosts"] {
        conn.batch_execute(&format!("DELETE FROM {table}"))
            .expect_err(&format!("rows of {table} go"));
    }
}
