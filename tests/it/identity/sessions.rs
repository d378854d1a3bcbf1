//! Sessions: renewed, shared by tabs, stolen, ended, and worth nothing at another tenant.

use crate::support::{Answer, Caller, LUMEN, PASSWORD, TestApp, TestUser, VELVET};
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test]
async fn pages_renew_a_session_by_themselves_and_programs_ask_for_it() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    app.clock.advance(6 * MINUTE);
    ada.get("/api/v1/me").await.expect(401);
    let renewed = ada.post("/api/v1/session/refresh", Value::Null).await.expect(200);
    assert!(renewed.json()["access_token"].is_string());
    ada.get("/api/v1/me").await.expect(200);

    app.clock.advance(6 * MINUTE);
    let page = ada.get("/account").await.expect(200);
    assert!(page.cookie("session").is_some() && page.cookie("refresh").is_some());
    ada.get("/api/v1/me").await.expect(200);

    app.clock.advance(30 * 24 * HOUR + MINUTE);
    let over = ada.get("/account").await.expect(303);
    assert_eq!(over.cookie("refresh").as_deref(), Some(""), "what is over is cleared");
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_go_on() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    app.clock.advance(6 * MINUTE);
    let (one, other) = tokio::join!(ada.get("/account"), ada.get("/terms"));
    let (one, other) = (one.expect(200).cookie("refresh"), other.expect(200).cookie("refresh"));
    assert!(one.is_some());
    assert_eq!(
        one, other,
        "whichever answer comes last, the browser has the right token"
    );
    app.clock.advance(6 * MINUTE);
    ada.get("/account").await.expect(200);
}

#[tokio::test]
async fn an_old_refresh_token_ends_the_session() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let stolen = ada
        .log_in(&ada.email, PASSWORD)
        .await
        .expect(200)
        .cookie("refresh")
        .unwrap();
    let other_device = app.anonymous(LUMEN);
    other_device.log_in(&ada.email, PASSWORD).await.expect(200);
    ada.post("/api/v1/session/refresh", Value::Null).await.expect(200);
    app.clock.advance(10_001);

    let thief = app.anonymous(LUMEN);
    let request = thief.request(Method::POST, "/api/v1/session/refresh");
    Answer::of(request.header("cookie", format!("refresh={stolen}")))
        .await
        .expect(401);
    ada.get("/api/v1/me").await.expect(401);
    ada.post("/api/v1/session/refresh", Value::Null).await.expect(401);
    other_device.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_stale_cookie_does_not_stand_in_the_way_of_logging_in() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    ada.delete("/api/v1/sessions").await.expect(204);
    for path in ["/api/v1/session", "/api/v1/me"] {
        let request = ada.request(
            if path.ends_with("me") {
                Method::GET
            } else {
                Method::POST
            },
            path,
        );
        let request = request.header("cookie", "session=nonsense; refresh=nonsense");
        let body = json!({"email": ada.email, "password": PASSWORD});
        let expected = if path.ends_with("me") { 401 } else { 200 };
        Answer::of(request.json(&body)).await.expect(expected);
    }
    let request = app
        .anonymous(LUMEN)
        .request(Method::GET, "/terms")
        .header("cookie", "session=x; refresh=y");
    assert_eq!(
        Answer::of(request).await.expect(200).cookie("session").as_deref(),
        Some("")
    );
}

#[tokio::test]
async fn logging_out_everywhere_acts_at_once() {
    let app = TestApp::start().await;
    let program = app.bearer(LUMEN, "Ada").await;
    let browser = app.anonymous(LUMEN);
    browser.log_in(&program.email, PASSWORD).await.expect(200);
    assert!(
        browser.get("/account").await.expect(200).text.contains("3"),
        "three places"
    );
    browser
        .form("/account", &[("action", "log_out_everywhere")])
        .await
        .expect(303);
    program.get("/api/v1/me").await.expect(401);
    browser.get("/api/v1/me").await.expect(401);
}

#[tokio::test]
async fn what_another_process_ends_is_over_a_second_later() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    ada.get("/api/v1/me").await.expect(200);
    let elsewhere = "UPDATE sessions SET ended_at = created_at";
    app.database.superuser().batch_execute(elsewhere).expect("ended");
    ada.get("/api/v1/me").await.expect(200);
    // A socket, which stays, isn't let in on what was so a second ago.
    let refused = Caller::try_open(&app, LUMEN, ada.token()).await.err();
    let refused = refused.expect("refused").to_string();
    assert!(refused.contains("you signed out"), "{refused}");
    app.clock.advance(999);
    ada.get("/api/v1/me").await.expect(200);
    app.clock.advance(1);
    ada.get("/api/v1/me").await.expect(401);
}

#[tokio::test]
async fn pages_of_a_session_that_is_over_are_closed() {
    let app = TestApp::start().await;
    let here = app.bearer(LUMEN, "Ada").await;
    let (first, second) = (here.renewed().await, here.renewed().await);
    let (one, other) = (Caller::open(&app, &first).await, Caller::open(&app, &second).await);
    let third = Caller::open(&app, &here).await;
    first.delete("/api/v1/session").await.expect(204);
    assert_eq!(one.closed().await.as_deref(), Some("you signed out"));
    second.delete("/api/v1/sessions").await.expect(204);
    assert_eq!(other.closed().await.as_deref(), Some("you signed out"));
    assert_eq!(third.closed().await.as_deref(), Some("you signed out"));
}

#[tokio::test]
async fn one_address_at_two_tenants_is_two_strangers() {
    let app = TestApp::start().await;
    let here = app.bearer(LUMEN, "Ada").await;
    let there = app.anonymous(VELVET);
    there.log_in(&here.email, PASSWORD).await.expect(401);
    app.register(&there, &here.email, "Ada of Velvet").await;
    let token = app.mailed_token(&here.email, "verify");
    app.anonymous(LUMEN)
        .post("/api/v1/verify", json!({"token": token}))
        .await
        .expect(409);
    there.post("/api/v1/verify", json!({"token": token})).await.expect(204);
    let session = there.log_in(&here.email, PASSWORD).await.expect(200);

    // Her token and her cookies from the one mean nothing to the other.
    let token = session.json()["access_token"].as_str().unwrap().to_owned();
    TestUser::with_token(LUMEN, app.address, &token)
        .get("/api/v1/me")
        .await
        .expect(401);
    let cookies = format!("session={token}; refresh={}", session.cookie("refresh").unwrap());
    let carried = app.anonymous(LUMEN);
    let request = carried.request(Method::GET, "/api/v1/me").header("cookie", &cookies);
    Answer::of(request).await.expect(401);
    let request = carried
        .request(Method::POST, "/api/v1/session/refresh")
        .header("cookie", &cookies);
    Answer::of(request).await.expect(401);

    // A reset and a log-out everywhere at the one leave the other alone.
    there
        .post("/api/v1/password/forgot", json!({"email": here.email}))
        .await
        .expect(202);
    let token = app.mailed_token(&here.email, "reset");
    let body = json!({"token": token, "password": "only for velvet now"});
    app.anonymous(LUMEN)
        .post("/api/v1/password/reset", body.clone())
        .await
        .expect(409);
    there.post("/api/v1/password/reset", body).await.expect(204);
    assert_eq!(here.get("/api/v1/me").await.expect(200).json()["name"], "Ada");
}
