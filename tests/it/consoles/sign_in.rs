//! Signing in at the platform: password and second factor, always both.

use super::{PLATFORM, PlatformUser};
use crate::support::{LUMEN, PASSWORD, TestApp};
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
