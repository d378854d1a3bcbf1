//! Closing a tenant's site and opening it again.

use super::{PlatformUser, founded};
use crate::support::{LUMEN, PASSWORD, TestApp};
use serde_json::{Value, json};
use tallyroom::domain::platform::PlatformRole;

#[tokio::test]
async fn a_suspended_site_says_so_and_lets_nobody_in() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let path = |what: &str| format!("/api/platform/tenants/{}/{what}", founded.id);
    let owner = &founded.owner.browser;
    let visitor = app.anonymous(&founded.host);
    visitor.get("/").await.expect(200);
    founded.admin.get("/").await.expect(200);
    owner.post(&path("suspend"), json!({"reason": ""})).await.expect(422);
    let closed = owner
        .post(&path("suspend"), json!({"reason": "unpaid"}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&closed["state"], &closed["suspension"]["reason"]),
        (&json!("suspended"), &json!("unpaid"))
    );
    owner
        .post(&path("suspend"), json!({"reason": "again"}))
        .await
        .expect(409);

    let page = visitor.get("/").await.expect(503);
    founded.admin.get("/").await.expect(503);
    assert!(page.text.contains("closed for now"), "{}", page.text);
    assert!(!page.text.contains("unpaid"), "the reason is nobody else's business");
    assert_eq!(
        visitor.log_in("ada@harbour.example", PASSWORD).await.expect(503).code(),
        "closed"
    );
    visitor.get("/register").await.expect(503);
    founded.admin.get("/api/v1/admin/me").await.expect(503);
    founded
        .admin
        .post("/api/v1/calls", json!({"service_id": founded.id}))
        .await
        .expect(503);
    // Who is in a call finds it.
    founded
        .admin
        .get("/api/v1/calls/00000000-0000-4000-8000-000000000000")
        .await
        .expect(404);
    app.anonymous(LUMEN).get("/").await.expect(200);

    let open = owner.post(&path("restore"), json!({})).await.expect(200).json();
    assert_eq!((&open["state"], &open["suspension"]), (&json!("active"), &Value::Null));
    owner.post(&path("restore"), json!({})).await.expect(409);
    founded.admin.get("/api/v1/admin/me").await.expect(200);
}

#[tokio::test]
async fn deletion_cools_off_and_can_be_undone() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let path = |what: &str| format!("/api/platform/tenants/{}/{what}", founded.id);
    let owner = &founded.owner.browser;
    let refused = owner
        .post(&path("delete"), json!({"confirm_slug": "lumen"}))
        .await
        .expect(422);
    assert_eq!(refused.json()["error"]["field"], "confirm_slug");
    let gone = owner
        .post(&path("delete"), json!({"confirm_slug": "harbour"}))
        .await
        .expect(200)
        .json();
    let month = 30 * 24 * 3_600_000;
    assert_eq!(
        (&gone["state"], &gone["delete_at"]),
        (&json!("deleting"), &json!(app.app.now().0 + month))
    );
    owner
        .post(&path("delete"), json!({"confirm_slug": "harbour"}))
        .await
        .expect(409);
    app.anonymous(&founded.host).get("/").await.expect(503);
    let open = owner.post(&path("restore"), json!({})).await.expect(200).json();
    assert_eq!((&open["state"], &open["delete_at"]), (&json!("active"), &Value::Null));
    app.anonymous(&founded.host).get("/").await.expect(200);

    let named = owner
        .patch(
            path("").trim_end_matches('/'),
            json!({"name": "Harbour", "time_zone": "Asia/Tokyo"}),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&named["name"], &named["time_zone"]),
        (&json!("Harbour"), &json!("Asia/Tokyo"))
    );
    assert!(
        app.anonymous(&founded.host)
            .get("/")
            .await
            .expect(200)
            .text
            .contains("Harbour")
    );
}

#[tokio::test]
async fn who_is_in_a_call_at_a_closed_site_can_still_pay_for_it() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    let path = format!("/api/platform/tenants/{}/suspend", app.scope(LUMEN).await.tenant());
    owner.browser.post(&path, json!({"reason": "unpaid"})).await.expect(200);
    // Longer than an access token holds.
    app.clock.advance(6 * 60_000);
    ada.get("/api/v1/wallet").await.expect(401);
    ada.post("/api/v1/session/refresh", Value::Null).await.expect(200);
    let top_up = ada.post("/api/v1/wallet/top-ups", json!({"amount_minor": 1_000})).await;
    let top_up = top_up.expect(201).json();
    let pay_at = top_up["redirect_url"].as_str().expect("an address");
    let pay_at = &pay_at[pay_at.find("/gateway/").expect("our own test gateway")..];
    ada.get(pay_at).await.expect(200);
    ada.form(pay_at, &[("choice", "succeed")]).await.expect(303);
    let id = top_up["id"].as_str().expect("an id");
    ada.get(&format!("/wallet/top-ups/{id}")).await.expect(200);
    assert_eq!(
        ada.get("/api/v1/wallet").await.expect(200).json()["available_minor"],
        1_000
    );

    let stranger = app.anonymous(LUMEN);
    stranger.get(pay_at).await.expect(503);
    stranger.post("/api/v1/session/refresh", Value::Null).await.expect(401);
    stranger.log_in(&ada.email, PASSWORD).await.expect(503);
    stranger.post("/api/v1/%73ession", json!({})).await.expect(503);
}

#[tokio::test]
async fn undoing_a_deletion_doesnt_lift_a_suspension() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let owner = &founded.owner.browser;
    let act = async |what: &str, body: Value| {
        let path = format!("/api/platform/tenants/{}/{what}", founded.id);
        owner.post(&path, body).await.expect(200).json()
    };
    act("suspend", json!({"reason": "unpaid"})).await;
    act("delete", json!({"confirm_slug": "harbour"})).await;
    let back = act("restore", json!({})).await;
    assert_eq!(
        (&back["state"], &back["suspension"]["reason"], &back["delete_at"]),
        (&json!("suspended"), &json!("unpaid"), &Value::Null)
    );
    app.anonymous(&founded.host).get("/").await.expect(503);
    let log = owner
        .get("/api/platform/audit?action=tenant.restored")
        .await
        .expect(200)
        .json();
    assert_eq!(log["items"][0]["after"]["state"], "suspended");
    assert_eq!(act("restore", json!({})).await["state"], "active");
    app.anonymous(&founded.host).get("/").await.expect(200);
}

#[tokio::test]
async fn changing_nothing_writes_nothing_down() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let owner = &founded.owner.browser;
    owner
        .patch(&format!("/api/platform/tenants/{}", founded.id), json!({}))
        .await
        .expect(200);
    founded
        .admin
        .patch("/api/v1/admin/settings", json!({}))
        .await
        .expect(200);
    let same = json!({"name": "Harbour Lessons", "policy": {}});
    founded.admin.patch("/api/v1/admin/settings", same).await.expect(200);
    let log = owner.get("/api/platform/audit").await.expect(200).text;
    assert!(
        !log.contains("tenant.changed") && !log.contains("settings.changed"),
        "{log}"
    );
}
