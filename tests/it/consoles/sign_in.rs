//! Signing in at the platform: password and second factor, always both.

use super::{PLATFORM, PlatformUser};
use crate::support::{Answer, LUMEN, PASSWORD, TestApp};
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::json;
use std::num::NonZeroU32;
use tallyroom::domain::platform::PlatformRole;

#[tokio::test]
async fn a_second_factor_is_set_up_first_and_each_code_works_once() {
    let app = TestApp::start().await;
    let mut owner = PlatformUser::added(&app, "owner@example.org", PlatformRole::Owner).await;
    let me = |user: &PlatformUser| user.browser.clone();

    let enrol = owner.log_in(None).await.expect(200);
    assert!(
        enrol.cookie("platform_session").is_none(),
        "the password alone opens nothing"
    );
    let enrol = enrol.json();
    assert_eq!(enrol["state"], "enrol");
    assert!(enrol["otpauth_url"].as_str().unwrap().starts_with("otpauth://totp/"));
    assert!(enrol["qr_svg"].as_str().unwrap().contains("<svg"));
    let again = owner.log_in(None).await.expect(200).json();
    assert_eq!(again["secret"], enrol["secret"], "the same in two tabs");
    me(&owner).get("/api/platform/me").await.expect(401);

    owner.secret = enrol["secret"].as_str().unwrap().to_owned();
    owner.log_in(Some("000000")).await.expect(401);
    let code = owner.code(&app);
    let entered = owner.log_in(Some(&code)).await.expect(200);
    for cookie in entered.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "tenants' hosts don't get it: {cookie}");
    }
    assert_eq!(entered.json()["me"]["role"], "owner");
    assert_eq!(
        me(&owner).get("/api/platform/me").await.expect(200).json()["email"],
        "owner@example.org"
    );

    owner.log_in(Some(&code)).await.expect(401);
    assert_eq!(
        owner.log_in(None).await.expect(200).json(),
        json!({"state": "code_needed"})
    );
    app.clock.advance(30_000);
    owner.log_in(Some(&code)).await.expect(401);
    owner.log_in(Some(&owner.code(&app))).await.expect(200);

    me(&owner).delete("/api/platform/session").await.expect(204);
    me(&owner).get("/api/platform/me").await.expect(401);
}

#[tokio::test]
async fn sessions_end_and_belong_to_the_platforms_host_alone() {
    let app = TestApp::start().await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    app.anonymous(LUMEN).get("/api/platform/me").await.expect(404);
    let ada = app.bearer(LUMEN, "Ada").await;
    let foreign = crate::support::TestUser::with_token(PLATFORM, app.address, ada.token());
    foreign.get("/api/platform/me").await.expect(401);

    app.clock.advance(12 * 3_600_000);
    owner.browser.get("/api/platform/me").await.expect(401);
}

#[tokio::test]
async fn strangers_learn_nothing_and_guess_slowly() {
    let five = NonZeroU32::new(5).unwrap();
    let app = TestApp::start_with(|config| config.limits.sign_ins_per_minute = five).await;
    PlatformUser::added(&app, "owner@example.org", PlatformRole::Owner).await;
    let stranger = app.anonymous(PLATFORM);
    let mut told = Vec::new();
    for (email, password) in [
        ("owner@example.org", "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("not an address", PASSWORD),
    ] {
        let body = json!({"email": email, "password": password});
        let refused = stranger.post("/api/platform/session", body).await.expect(401).json();
        told.push(refused["error"]["message"].clone());
    }
    assert!(told.iter().all(|message| *message == told[0]), "{told:?}");
    let body = json!({"email": "owner@example.org", "password": "wrong", "code": "123456", "more": 1});
    stranger.post("/api/platform/session", body).await.expect(400);
    let body = json!({"email": "owner@example.org", "password": "wrong", "code": "123456"});
    stranger.post("/api/platform/session", body.clone()).await.expect(401);
    let refused = stranger.post("/api/platform/session", body).await.expect(429);
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn no_spelling_of_a_path_is_a_way_around_the_limit() {
    let five = NonZeroU32::new(5).unwrap();
    let app = TestApp::start_with(|config| config.limits.sign_ins_per_minute = five).await;
    let body = json!({"email": "nobody@example.org", "password": "wrong password"});
    for (host, paths) in [
        (
            PLATFORM,
            [
                "/%61pi/platform/session",
                "/api/platform/%73ession",
                "/api/platform/sessio%6E",
            ],
        ),
        (LUMEN, ["/api/v1/%73ession", "/%61pi/v1/session", "/api/v1/sessio%6E"]),
    ] {
        let stranger = app.anonymous(host);
        for attempt in 0..5 {
            stranger.post(paths[attempt % 3], body.clone()).await.expect(401);
        }
        for path in paths {
            stranger.post(path, body.clone()).await.expect(429);
        }
    }
    let form = [("email", "nobody@example.org"), ("password", "wrong password")];
    app.anonymous(LUMEN).form("/%6Cogin", &form).await.expect(429);
}

#[tokio::test]
async fn a_code_is_guessed_five_times_and_each_guess_is_written_down() {
    let app = TestApp::start().await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    for _ in 0..5 {
        owner.log_in(Some("000000")).await.expect(401);
    }
    app.clock.advance(30_000);
    let refused = owner.log_in(Some(&owner.code(&app))).await.expect(429);
    assert_eq!(
        refused.header("retry-after"),
        "871",
        "a quarter of an hour from the last guess"
    );
    let log = owner
        .browser
        .get("/api/platform/audit?action=platform.code_refused")
        .await
        .expect(200)
        .json();
    assert_eq!(log["total"], 5, "one that wasn't looked at is none");
    assert_eq!(
        (&log["items"][0]["address"], &log["items"][0]["subject"]),
        (&json!("127.0.0.1"), &json!("owner@example.org"))
    );
    app.clock.advance(14 * 60_000 + 30_000);
    owner.log_in(Some("000000")).await.expect(401);
    owner.log_in(Some(&owner.code(&app))).await.expect(200);
}

#[tokio::test]
async fn a_second_factor_that_cant_be_read_is_no_riddle() {
    let app = TestApp::start().await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    let other_key = "UPDATE platform_staff SET totp_secret = set_byte(totp_secret, 30, get_byte(totp_secret, 30) # 1)";
    app.database.superuser().batch_execute(other_key).expect("another key");
    let told = owner.log_in(None).await.expect(409);
    assert_eq!(told.code(), "factor_unreadable");
    assert!(told.text.contains("--reset-factor"), "{}", told.text);
}

#[tokio::test]
async fn a_tenants_page_cant_plant_the_platforms_cookie() {
    let app = TestApp::start_with(|config| {
        config.http.public_url = "https://localhost".parse().expect("an address");
    })
    .await;
    let mut owner = PlatformUser::added(&app, "owner@example.org", PlatformRole::Owner).await;
    owner.secret = owner.log_in(None).await.expect(200).json()["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let entered = owner.log_in(Some(&owner.code(&app))).await.expect(200);
    let token = entered
        .cookie("__Host-platform_session")
        .expect("a name that no other host can set");
    let with = |name: &str| {
        let request = app.anonymous(PLATFORM).request(Method::GET, "/api/platform/me");
        Answer::of(request.header("cookie", format!("{name}={token}")))
    };
    with("__Host-platform_session").await.expect(200);
    with("platform_session").await.expect(401);
}
