//! Founding a tenant.

use super::{PlatformUser, actions, founded, tenant, yes};
use crate::support::{PASSWORD, TestApp};
use serde_json::{Value, json};
use tallyroom::domain::{permission::Permission, platform::PlatformRole};

#[tokio::test]
async fn a_new_tenants_site_answers_at_once_in_its_own_colours() {
    let app = TestApp::start().await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    let visitor = app.anonymous("harbour.localhost");
    // Asked before: that there was nothing must not be remembered.
    visitor.get("/").await.expect(404);
    let default = app
        .anonymous("lumen.localhost")
        .get("/theme/any.css")
        .await
        .expect(200)
        .text;

    let created = owner.browser.post("/api/platform/tenants", tenant("harbour")).await;
    let created = created.expect(201).json();
    assert_eq!(
        created["url"],
        format!("http://harbour.localhost:{}", app.address.port())
    );
    assert_eq!(
        (&created["state"], &created["users"], &created["admins"][0]["email"]),
        (&json!("active"), &json!(1), &json!("ada@harbour.example"))
    );

    let page = visitor.get("/").await.expect(200);
    assert!(page.text.contains("Harbour Lessons"), "{}", page.text);
    assert!(page.text.contains("data-theme=\"dark\""), "{}", page.text);
    let sheet = visitor.get("/theme/any.css").await.expect(200).text;
    assert_ne!(sheet, default);
    assert!(
        sheet.contains("--brand:#0b7285") && sheet.contains("--radius-selector:999px"),
        "{sheet}"
    );
    let address = page.text.split("/theme/").nth(1).unwrap().split('"').next().unwrap();
    let cached = visitor.get(&format!("/theme/{address}")).await.expect(200);
    assert!(
        cached.header("cache-control").contains("immutable"),
        "the page names the present sheet"
    );

    let listed = owner
        .browser
        .get("/api/platform/tenants?q=harb&sort=name")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&listed["total"], &listed["items"][0]["slug"]),
        (&json!(1), &json!("harbour"))
    );
    let log = owner.browser.get("/api/platform/audit").await.expect(200).json();
    assert_eq!(actions(&log), ["staff.invited", "tenant.created", "platform.enrolled"]);
    assert_eq!(log["items"][1]["tenant"]["slug"], "harbour");
    assert_eq!(log["items"][2]["tenant"], Value::Null);
    assert!(!log.to_string().contains("password"));
}

#[tokio::test]
async fn an_invitation_makes_its_reader_the_admin_once() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let me = founded.admin.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!(
        (&me["role"], &me["tenant"]["slug"]),
        (&json!("admin"), &json!("harbour"))
    );
    assert_eq!(me["permissions"].as_array().unwrap().len(), Permission::ALL.len());
    let token = app.mailed_token("ada@harbour.example", "invite");
    let again = yes(&token, "another password");
    let stranger = app.anonymous(&founded.host);
    assert_eq!(
        stranger.post("/api/v1/invitation", again).await.expect(409).code(),
        "link_expired"
    );
    stranger.log_in("ada@harbour.example", PASSWORD).await.expect(200);

    // Another admin, through the page, at another tenant's host first.
    let path = format!("/api/platform/tenants/{}/admins", founded.id);
    let body = json!({"email": "bea@harbour.example", "name": "Bea"});
    founded.owner.browser.post(&path, body.clone()).await.expect(200);
    let token = app.mailed_token("bea@harbour.example", "invite");
    let elsewhere = app.anonymous("lumen.localhost");
    let page = elsewhere.get(&format!("/invite?token={token}")).await.expect(200);
    assert!(
        !page.text.contains("<form method=\"post\" action=\"/invite\""),
        "a link belongs to one tenant"
    );
    let bea = app.anonymous(&founded.host);
    let page = bea.get(&format!("/invite?token={token}")).await.expect(200);
    assert!(page.text.contains("action=\"/invite\""), "{}", page.text);
    let form = async |password, declared: &[&str]| {
        let ticked = declared.iter().map(|name| (*name, "on"));
        let typed = [("token", token.as_str()), ("password", password)];
        bea.form("/invite", &typed.into_iter().chain(ticked).collect::<Vec<_>>())
            .await
    };
    form("short", &["of_age", "accept_terms"]).await.expect(422);
    let page = form(PASSWORD, &["of_age"]).await.expect(422);
    assert!(page.text.contains("Accept the terms"), "{}", page.text);
    form(PASSWORD, &["of_age", "accept_terms"]).await.expect(200);
    bea.log_in("bea@harbour.example", PASSWORD).await.expect(200);
    assert_eq!(bea.get("/api/v1/admin/me").await.expect(200).json()["role"], "admin");
    founded.owner.browser.post(&path, body).await.expect(409);
}

#[tokio::test]
async fn what_cant_be_founded_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    let with = |field: &str, value: Value| {
        let mut body = tenant("harbour");
        body[field] = value;
        body
    };
    let taken = owner
        .browser
        .post("/api/platform/tenants", tenant("lumen"))
        .await
        .expect(422);
    assert_eq!(taken.json()["error"]["field"], "slug");
    for slug in [
        "",
        "a",
        "admin",
        "www",
        "-harbour",
        "Harbour",
        "har bour",
        "hаrbour",
        "xn--hrbour-hve",
        "har.bour",
        "../etc",
        "harbour\u{0}",
        "harbour'--",
        "ｈarbour",
    ] {
        let refused = owner
            .browser
            .post("/api/platform/tenants", tenant(slug))
            .await
            .expect(422);
        assert_eq!(refused.json()["error"]["field"], "slug", "{slug:?}");
    }
    owner
        .browser
        .post("/api/platform/tenants", tenant(&"x".repeat(41)))
        .await
        .expect(422);
    for (field, value, status) in [
        ("currency", json!("EURO"), 422),
        ("time_zone", json!("Europe/Atlantis"), 422),
        ("language", json!("xx"), 422),
        ("name", json!(" "), 422),
        ("admin_email", json!("nobody"), 422),
        ("admin_name", json!(""), 422),
        ("vertical", json!("casino"), 400),
        ("brand", json!("#fff;}*{color:red"), 400),
        ("brand", json!("url(https://evil.example)"), 400),
        ("radius", json!("4px"), 400),
        ("theme", json!("lumen"), 400),
    ] {
        owner
            .browser
            .post("/api/platform/tenants", with(field, value))
            .await
            .expect(status);
    }
    app.anonymous("harbour.localhost").get("/").await.expect(404);
    let listed = owner.browser.get("/api/platform/tenants").await.expect(200).json();
    assert_eq!(listed["total"], 2, "those of every test");
    owner
        .browser
        .post("/api/platform/tenants", tenant("harbour"))
        .await
        .expect(201);
}

#[tokio::test]
async fn support_looks_and_changes_nothing_and_strangers_do_neither() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let support = PlatformUser::signed_in(&app, "support@example.org", PlatformRole::Support).await;
    let stranger = app.anonymous("localhost");
    let one = format!("/api/platform/tenants/{}", founded.id);
    support.browser.get(&one).await.expect(200);
    stranger.get(&one).await.expect(401);
    for (path, body) in [
        ("/api/platform/tenants".to_owned(), tenant("other")),
        (format!("{one}/suspend"), json!({"reason": "because"})),
        (format!("{one}/restore"), json!({})),
        (format!("{one}/delete"), json!({"confirm_slug": "harbour"})),
        (
            format!("{one}/admins"),
            json!({"email": "eve@example.org", "name": "Eve"}),
        ),
    ] {
        support.browser.post(&path, body.clone()).await.expect(403);
        stranger.post(&path, body.clone()).await.expect(401);
        founded.admin.post(&path, body).await.expect(404);
    }
    support.browser.patch(&one, json!({"name": "Mine"})).await.expect(403);
    for made_up in ["00000000-0000-4000-8000-000000000000", "1", "null"] {
        let path = format!("/api/platform/tenants/{made_up}");
        founded.owner.browser.get(&path).await.expect(404);
        founded
            .owner
            .browser
            .post(&format!("{path}/restore"), json!({}))
            .await
            .expect(404);
    }
    let described = stranger.get("/api/openapi.json").await.expect(200).json();
    assert!(described["paths"]["/api/platform/tenants/{id}/suspend"]["post"].is_object());
}
