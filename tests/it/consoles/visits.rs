//! The platform's staff at a tenant's console: they look, change nothing, and are seen.

use super::{Founded, PlatformUser, actions, founded};
use crate::support::{Answer, LUMEN, TestApp, TestUser};
use reqwest::Method;
use serde_json::json;
use tallyroom::domain::platform::PlatformRole;

const MINUTE_MS: i64 = 60_000;

/// The path of a link to the founded tenant's console.
async fn link(by: &PlatformUser, founded: &Founded) -> String {
    let path = format!("/api/platform/tenants/{}/view-as", founded.id);
    let url = by.browser.post(&path, json!({})).await.expect(200).json()["url"].clone();
    let url = url.as_str().expect("an address");
    let (host, path) = url
        .strip_prefix("http://")
        .expect("http")
        .split_once('/')
        .expect("a path");
    assert!(host.starts_with("harbour.localhost:"), "{url}");
    format!("/{path}")
}

/// Everything the console's API can be asked to change.
fn changes() -> Vec<(Method, String)> {
    let paths = tallyroom::web::api::openapi().paths.paths;
    let of_console = paths.into_iter().filter(|(path, _)| path.starts_with("/api/v1/admin/"));
    let changes = of_console.flat_map(|(path, item)| {
        let path = path.replace("{id}", "00000000-0000-4000-8000-000000000000");
        let methods = [
            (Method::POST, item.post.is_some()),
            (Method::PUT, item.put.is_some()),
            (Method::PATCH, item.patch.is_some()),
            (Method::DELETE, item.delete.is_some()),
        ];
        let known = methods.into_iter().filter(|(_, known)| *known);
        known.map(move |(method, _)| (method, path.clone())).collect::<Vec<_>>()
    });
    changes.collect()
}

async fn entered(app: &TestApp, founded: &Founded, by: &PlatformUser) -> TestUser {
    let visitor = app.anonymous(&founded.host);
    visitor.get(&link(by, founded).await).await.expect(303);
    visitor
}

#[tokio::test]
async fn support_looks_at_everything_and_changes_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let support = PlatformUser::signed_in(&app, "support@example.org", PlatformRole::Support).await;
    let visitor = app.anonymous(&founded.host);
    let path = link(&support, &founded).await;
    let arrived = visitor.get(&path).await.expect(303);
    assert_eq!(arrived.header("location"), "/admin");
    let cookie = arrived.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );

    let me = visitor.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!(
        (&me["read_only"], &me["name"], &me["tenant"]["slug"]),
        (&json!(true), &json!("Olivia"), &json!("harbour"))
    );
    assert_eq!(
        founded.admin.get("/api/v1/admin/me").await.expect(200).json()["read_only"],
        false
    );
    for page in [
        "dashboard",
        "users",
        "staff",
        "calls",
        "services",
        "conversations",
        "settings",
        "audit",
    ] {
        visitor.get(&format!("/api/v1/admin/{page}")).await.expect(200);
    }
    let before = founded.admin.get("/api/v1/admin/settings").await.expect(200).json();
    assert!(changes().len() > 10);
    for (method, path) in changes() {
        let asked = visitor
            .request(method.clone(), &path)
            .json(&json!({"name": "Mine", "reason": "because"}));
        let answer = Answer::of(asked).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
    }
    assert_eq!(
        founded.admin.get("/api/v1/admin/settings").await.expect(200).json(),
        before
    );
    // It is the console they see, and nobody's account.
    visitor.get("/api/v1/me").await.expect(401);
    visitor
        .post("/api/v1/calls", json!({"service_id": founded.id}))
        .await
        .expect(401);

    for log in [
        founded.admin.get("/api/v1/admin/audit?q=view").await,
        founded.owner.browser.get("/api/platform/audit?q=view").await,
    ] {
        let log = log.expect(200).json();
        assert_eq!(actions(&log), ["view.entered", "view.asked"]);
        let actor = &log["items"][0]["actor"];
        assert_eq!((&actor["kind"], &actor["name"]), (&json!("platform"), &json!("Olivia")));
        assert_eq!(log["items"][0]["address"], "127.0.0.1");
    }
}

#[tokio::test]
async fn a_link_works_once_and_for_a_moment_and_a_visit_for_half_an_hour() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let stranger = app.anonymous(&founded.host);
    let path = link(&founded.owner, &founded).await;
    app.anonymous(LUMEN).get(&path).await.expect(409);
    let visitor = app.anonymous(&founded.host);
    visitor.get(&path).await.expect(303);
    stranger.get(&path).await.expect(409);
    stranger.get("/admin/view-as?token=made-up").await.expect(409);
    stranger.get("/api/v1/admin/me").await.expect(401);
    let late = link(&founded.owner, &founded).await;
    app.clock.advance(5 * MINUTE_MS);
    stranger.get(&late).await.expect(409);

    app.clock.advance(25 * MINUTE_MS - 1);
    visitor.get("/api/v1/admin/me").await.expect(200);
    app.clock.advance(1);
    visitor.get("/api/v1/admin/me").await.expect(401);
    let unknown = "/api/platform/tenants/00000000-0000-4000-8000-000000000000/view-as";
    founded.owner.browser.post(unknown, json!({})).await.expect(404);
}

#[tokio::test]
async fn a_visit_goes_before_ones_own_account_and_into_what_is_closed() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    // An admin whose browser follows the link looks as the platform from then on.
    founded
        .admin
        .get(&link(&founded.owner, &founded).await)
        .await
        .expect(303);
    let me = founded.admin.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!(me["read_only"], true);
    founded
        .admin
        .patch("/api/v1/admin/settings", json!({"name": "Mine"}))
        .await
        .expect(403);

    let path = format!("/api/platform/tenants/{}/suspend", founded.id);
    founded
        .owner
        .browser
        .post(&path, json!({"reason": "unpaid"}))
        .await
        .expect(200);
    let visitor = entered(&app, &founded, &founded.owner).await;
    visitor.get("/api/v1/admin/users").await.expect(200);
    visitor.get("/").await.expect(503);
    app.anonymous(&founded.host).get("/api/v1/admin/me").await.expect(503);
}
