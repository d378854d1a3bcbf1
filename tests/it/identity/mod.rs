//! People: how they come, go, and change what others see of them.

mod registration;
mod second_factor;
mod sessions;

use crate::support::{LUMEN, PASSWORD, TestApp};
use serde_json::json;

#[tokio::test]
async fn from_registration_to_logging_out() {
    let app = TestApp::start().await;
    let ada = app.anonymous(LUMEN);
    app.register(&ada, "Ada@Example.org", "Ada").await;

    let refused = ada.log_in("ada@example.org", PASSWORD).await.expect(409);
    assert_eq!(refused.code(), "unverified");

    let token = app.mailed_token("ada@example.org", "verify");
    ada.post("/api/v1/verify", json!({"token": token})).await.expect(204);
    assert_eq!(app.letters("ada@example.org").last().unwrap()["letter"], "welcome");
    let again = ada.post("/api/v1/verify", json!({"token": token})).await.expect(409);
    assert_eq!(again.code(), "link_expired", "a link works once");

    let session = ada.log_in(" ADA@example.org ", PASSWORD).await.expect(200);
    assert_eq!(session.json()["user"]["email"], "ada@example.org");
    assert_eq!(session.json()["user"]["is_seller"], false);
    for cookie in session.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "no other host gets it: {cookie}");
    }
    let me = ada.get("/api/v1/me").await.expect(200).json();
    assert_eq!(
        (me["name"].as_str(), me["time_zone"].as_str()),
        (Some("Ada"), Some("Europe/Berlin"))
    );

    let gone = ada.delete("/api/v1/session").await.expect(204);
    assert_eq!(gone.cookie("session").as_deref(), Some(""));
    assert_eq!(ada.get("/api/v1/me").await.expect(401).code(), "sign_in_needed");
}

#[tokio::test]
async fn people_change_themselves_all_at_once_or_not_at_all() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    let body = json!({"name": "Ada L.", "time_zone": "Asia/Tokyo", "do_not_disturb": true});
    let me = ada.patch("/api/v1/me", body).await.expect(200).json();
    assert_eq!(
        (&me["name"], &me["time_zone"], &me["do_not_disturb"]),
        (&json!("Ada L."), &json!("Asia/Tokyo"), &json!(true))
    );
    for bad in [
        json!({"name": "Eve", "time_zone": "Nowhere"}),
        json!({"name": "Eve", "language": "xx"}),
        json!({"name": "x".repeat(61)}),
    ] {
        ada.patch("/api/v1/me", bad).await.expect(422);
    }
    ada.patch("/api/v1/me", json!({"email": "eve@example.org"}))
        .await
        .expect(400);
    assert_eq!(ada.get("/api/v1/me").await.json(), me);
}

#[tokio::test]
async fn the_same_through_pages() {
    let app = TestApp::start().await;
    let ada = app.anonymous(LUMEN);
    let mut form = vec![
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("password", "short"),
        ("time_zone", "Europe/Berlin"),
        ("language", "en"),
        ("of_age", "on"),
        ("accept_terms", "on"),
    ];
    let refused = ada.form("/register", &form).await.expect(422);
    assert!(
        refused.text.contains("value=\"ada@example.org\"") && refused.text.contains("10 to 200"),
        "{}",
        refused.text
    );
    assert!(!refused.text.contains("short\""), "a password never comes back");
    form[2].1 = PASSWORD;
    assert!(
        ada.form("/register", &form)
            .await
            .expect(200)
            .text
            .contains("ada@example.org")
    );

    let token = app.mailed_token("ada@example.org", "verify");
    ada.get(&format!("/verify?token={token}")).await.expect(200);
    ada.form("/verify", &[("token", &token)]).await.expect(200);

    let wrong = ada
        .form("/login", &[("email", "ada@example.org"), ("password", "wrong")])
        .await
        .expect(422);
    assert!(wrong.text.contains("belong together"));
    let form = |next| [("email", "ada@example.org"), ("password", PASSWORD), ("next", next)];
    assert_eq!(
        ada.form("/login", &form("//evil.example"))
            .await
            .expect(303)
            .header("location"),
        "/"
    );
    assert_eq!(
        ada.form("/login", &form("/wallet?a=b"))
            .await
            .expect(303)
            .header("location"),
        "/wallet?a=b"
    );
    assert_eq!(ada.get("/login").await.expect(303).header("location"), "/");

    let details = [
        ("action", "details"),
        ("name", "Ada L."),
        ("time_zone", "Asia/Tokyo"),
        ("language", "en"),
    ];
    ada.form("/account", &details).await.expect(303);
    let page = ada.get("/account").await.expect(200);
    assert!(page.text.contains("Ada L.") && page.text.contains("Saved."));
    assert!(
        !ada.get("/account").await.expect(200).text.contains("Saved."),
        "told once"
    );
    let wrong = [
        ("action", "details"),
        ("name", ""),
        ("time_zone", "Asia/Tokyo"),
        ("language", "en"),
    ];
    assert!(ada.form("/account", &wrong).await.expect(422).text.contains("1 to 60"));

    ada.form("/logout", &[]).await.expect(303);
    ada.get("/api/v1/me").await.expect(401);
}
