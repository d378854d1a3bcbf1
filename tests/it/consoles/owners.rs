//! Those who run the platform, looked after from the command line: who goes, and who lost their second factor.

use super::PlatformUser;
use crate::support::TestApp;
use serde_json::json;
use tallyroom::{app::platform, domain::platform::PlatformRole};

#[tokio::test]
async fn who_is_taken_off_is_out_at_once() {
    let app = TestApp::start().await;
    let olivia = PlatformUser::signed_in(&app, "olivia@example.org", PlatformRole::Owner).await;
    let oscar = PlatformUser::signed_in(&app, "oscar@example.org", PlatformRole::Owner).await;
    platform::remove(&app.app, "Oscar@example.org").await.expect("removed");
    oscar.browser.get("/api/platform/me").await.expect(401);
    oscar.log_in(None).await.expect(401);
    assert!(
        platform::remove(&app.app, "oscar@example.org").await.is_err(),
        "nobody of that name"
    );
    let log = olivia.browser.get("/api/platform/audit").await.expect(200).json();
    let entry = &log["items"][0];
    assert_eq!(
        (&entry["action"], &entry["subject"], &entry["actor"]["kind"]),
        (
            &json!("platform.removed"),
            &json!("oscar@example.org"),
            &json!("system")
        )
    );
    assert!(
        log.to_string().contains("platform.enrolled"),
        "what they did stays written down"
    );
}

#[tokio::test]
async fn who_lost_their_second_factor_sets_another_up() {
    let app = TestApp::start().await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    for _ in 0..5 {
        owner.log_in(Some("000000")).await.expect(401);
    }
    platform::reset_factor(&app.app, "owner@example.org")
        .await
        .expect("reset");
    owner.browser.get("/api/platform/me").await.expect(401);
    let enrol = owner.log_in(None).await.expect(200).json();
    assert_eq!(enrol["state"], "enrol");
    assert_ne!(enrol["secret"], json!(owner.secret));
    owner.log_in(Some(&owner.code(&app))).await.expect(401);
    let secret = enrol["secret"].as_str().unwrap().to_owned();
    let owner = PlatformUser { secret, ..owner };
    owner.log_in(Some(&owner.code(&app))).await.expect(200);
    let log = owner
        .browser
        .get("/api/platform/audit?action=platform.factor_reset")
        .await;
    assert_eq!(log.expect(200).json()["total"], 1);
}
