//! Closing a tenant's site and opening it again.

use super::founded;
use crate::support::{LUMEN, PASSWORD, TestApp};
use serde_json::{Value, json};

#[tokio::test]
async fn a_suspended_site_says_so_and_lets_nobody_in() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let path = |what: &str| format!("/api/platform/tenants/{}/{what}", founded.id);
    let owner = &founded.owner.browser;
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

    let visitor = app.anonymous(&founded.host);
    let page = visitor.get("/").await.expect(503);
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
