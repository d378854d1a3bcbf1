//! How a tenant looks and what it says: changed by its staff, seen at once, undone in one step.

use super::{actions, founded, joined};
use crate::support::{LUMEN, TestApp, TestUser};
use serde_json::{Value, json};

fn look() -> Value {
    json!({
        "brand": "#7a1fa2",
        "scheme": "light",
        "radius": "square",
        "font": "newsreader",
        "page_title": "Harbour: <b>pilots</b> by the minute",
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = look();
    body[field] = value;
    body
}

async fn sheet(user: &TestUser) -> String {
    user.get("/theme/any.css").await.expect(200).text
}

#[tokio::test]
async fn a_published_look_is_worn_at_once_and_taken_back_in_one_step() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (admin, visitor, other) = (&founded.admin, app.anonymous(&founded.host), app.anonymous(LUMEN));
    let (before, others) = (sheet(&visitor).await, sheet(&other).await);
    let first = admin.get("/api/v1/admin/branding").await.expect(200).json();
    assert_eq!(
        (
            &first["brand"],
            &first["scheme"],
            &first["radius"],
            &first["page_title"]
        ),
        (
            &json!("#0b7285"),
            &json!("dark"),
            &json!("round"),
            &json!("Harbour Lessons")
        )
    );
    assert_eq!(
        (first["fonts"].as_array().unwrap().len(), &first["versions"]),
        (6, &json!([]))
    );

    let published = admin.put("/api/v1/admin/branding", look()).await.expect(200).json();
    assert_eq!(published["tokens"]["brand"], "#7a1fa2");
    assert_eq!(published["contrast"]["verdict"], "good");
    let page = visitor.get("/").await.expect(200).text;
    assert!(
        page.contains("Harbour: &lt;b&gt;pilots&lt;/b&gt; by the minute</title>"),
        "{page}"
    );
    assert!(page.contains("data-theme=\"light\""), "{page}");
    let worn = sheet(&visitor).await;
    for part in ["--brand:#7a1fa2", "--radius-box:0;", "Newsreader Variable"] {
        assert!(worn.contains(part), "{part}: {worn}");
    }
    assert_eq!(sheet(&other).await, others, "another tenant's stays");

    let versions = published["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!((&versions[0]["by"], &versions[1]["by"]), (&json!("Ada"), &Value::Null));
    assert_eq!(versions[0]["look"]["font"], "newsreader");
    // The same again is no version.
    let again = admin.put("/api/v1/admin/branding", look()).await.expect(200).json();
    assert_eq!(again["versions"].as_array().unwrap().len(), 2);

    let back = format!("/api/v1/admin/branding/revert/{}", versions[1]["id"].as_str().unwrap());
    let reverted = admin.post(&back, json!({})).await.expect(200).json();
    assert_eq!(
        (&reverted["brand"], reverted["versions"].as_array().unwrap().len()),
        (&json!("#0b7285"), 3)
    );
    assert_eq!(sheet(&visitor).await, before);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..2], ["branding.reverted", "branding.published"]);
    assert_eq!(
        (&log["items"][1]["before"]["brand"], &log["items"][1]["after"]["brand"]),
        (&json!("#0b7285"), &json!("#7a1fa2"))
    );
}

#[tokio::test]
async fn a_check_computes_and_changes_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let before = sheet(&founded.admin).await;
    let pale = with("brand", json!("#ffee00"));
    let verdict = founded
        .admin
        .post("/api/v1/admin/branding/check", pale)
        .await
        .expect(200)
        .json();
    assert_eq!(verdict["contrast"]["verdict"], "adjusted");
    assert!(verdict["contrast"]["ratio_tenths"].as_u64().unwrap() < 20, "{verdict}");
    assert_ne!(verdict["tokens"]["brand_text"], "#ffee00");
    assert_eq!(sheet(&founded.admin).await, before);
    for (field, value, status) in [
        ("brand", json!("#fff;}*{color:red"), 400),
        ("brand", json!("red"), 400),
        ("font", json!("Comic Sans"), 400),
        ("font", json!("https://fonts.example/x"), 400),
        ("radius", json!("4px"), 400),
        ("scheme", json!("sepia"), 400),
        ("css", json!("*{}"), 400),
        ("page_title", json!(" "), 422),
        ("page_title", json!("x".repeat(81)), 422),
        ("page_title", json!("two\nlines"), 422),
    ] {
        for path in ["/api/v1/admin/branding", "/api/v1/admin/branding/check"] {
            let body = with(field, value.clone());
            let answer = match path.ends_with("check") {
                true => founded.admin.post(path, body).await,
                false => founded.admin.put(path, body).await,
            };
            answer.expect(status);
        }
    }
    for made_up in ["00000000-0000-4000-8000-000000000000", "1"] {
        let path = format!("/api/v1/admin/branding/revert/{made_up}");
        founded.admin.post(&path, json!({})).await.expect(404);
    }
    let now = founded.admin.get("/api/v1/admin/branding").await.expect(200).json();
    assert_eq!((&now["brand"], &now["versions"]), (&json!("#0b7285"), &json!([])));
}

async fn say(user: &TestUser, language: &str, key: &str, value: Value) -> u16 {
    let body = json!({"language": language, "key": key, "value": value});
    user.put("/api/v1/admin/words", body).await.status.as_u16()
}

#[tokio::test]
async fn a_tenants_words_stand_in_place_of_the_themes() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (admin, visitor) = (&founded.admin, app.anonymous(&founded.host));
    let words = admin.get("/api/v1/admin/words?language=en").await.expect(200).json();
    assert_eq!(words["languages"], json!(["de", "en"]));
    let items = words["items"].as_array().unwrap();
    assert!(items.len() > 500 && items.iter().all(|item| item["value"].is_null()));
    assert!(
        items
            .iter()
            .any(|item| item["key"].as_str().unwrap().ends_with("[one]"))
    );
    let browse = items.iter().find(|item| item["key"] == "nav.browse").unwrap();
    let usual = browse["default"].as_str().unwrap().to_owned();

    let attack = "<script>alert(1)</script>\"'";
    assert_eq!(say(admin, "en", "nav.browse", json!(attack)).await, 204);
    let page = visitor.get("/").await.expect(200).text;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(
        (actions(&log)[0], &log["items"][0]["after"]["text"]),
        ("words.changed", &json!(attack))
    );
    let german = visitor
        .request(reqwest::Method::GET, "/")
        .header("accept-language", "de");
    let german = crate::support::Answer::of(german).await.expect(200).text;
    assert!(!german.contains("alert(1)"), "words of another language stay");
    assert!(
        !app.anonymous(LUMEN)
            .get("/")
            .await
            .expect(200)
            .text
            .contains("alert(1)")
    );

    let listed = admin.get("/api/v1/admin/words?language=en").await.expect(200).json();
    let changed: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| !item["value"].is_null())
        .collect();
    assert_eq!((changed.len(), &changed[0]["default"]), (1, &json!(usual)));
    assert_eq!(say(admin, "en", "nav.browse", Value::Null).await, 204);
    assert!(!visitor.get("/").await.expect(200).text.contains("alert(1)"));
}

#[tokio::test]
async fn words_that_cant_be_taken_change_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    for (language, key, value) in [
        ("en", "nav.nowhere", json!("x")),
        ("xx", "nav.browse", json!("x")),
        ("en", "nav.browse", json!("")),
        ("en", "nav.browse", json!("x".repeat(2_001))),
        ("en", "nav.browse", json!("a\u{0}b")),
        ("en", "nav.browse", json!("{password}")),
        ("en", "nav.browse", json!("{{page.origin}}")),
    ] {
        assert_eq!(say(admin, language, key, value.clone()).await, 422, "{key} {value}");
    }
    admin.get("/api/v1/admin/words?language=xx").await.expect(422);
    let listed = admin.get("/api/v1/admin/words").await.expect(200).json();
    assert!(
        listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["value"].is_null())
    );

    // Each needs its own permission.
    let body = json!({"email": "wendy@harbour.example", "name": "Wendy", "role": "staff", "permissions": ["words"]});
    admin.post("/api/v1/admin/staff", body).await.expect(201);
    let wendy = joined(&app, &founded.host, "wendy@harbour.example").await;
    wendy.get("/api/v1/admin/words").await.expect(200);
    wendy.get("/api/v1/admin/branding").await.expect(403);
    wendy.put("/api/v1/admin/branding", look()).await.expect(403);
}
