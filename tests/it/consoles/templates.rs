//! Templates that tenants write: they change their own pages and nothing else, and a page is served whatever they do.

use super::{Founded, actions, founded};
use crate::support::{Answer, LUMEN, TestApp, TestUser};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const HERO: &str = "parts/hero";

async fn put(user: &TestUser, name: &str, text: impl Into<reqwest::Body>) -> Answer {
    let path = format!("/api/v1/admin/branding/template?name={name}");
    Answer::of(user.request(Method::PUT, &path).body(text)).await
}

fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"]
        .as_str()
        .expect("a message")
        .to_owned()
}

async fn home(app: &TestApp, founded: &Founded) -> String {
    app.anonymous(&founded.host).get("/").await.expect(200).text
}

#[tokio::test]
async fn a_template_is_worn_at_once_and_taken_back() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    let before = home(&app, &founded).await;
    let listed = admin.get("/api/v1/admin/branding/templates").await.expect(200).json();
    let names: Vec<&str> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&HERO) && !names.contains(&"platform_home") && !names.contains(&"parts/field"));
    let path = format!("/api/v1/admin/branding/template?name={HERO}");
    let read = admin.get(&path).await.expect(200).json();
    assert_eq!(read["own"], Value::Null);
    assert!(read["original"].as_str().unwrap().contains("{{"));
    admin
        .get("/api/v1/admin/branding/template?name=mailbox")
        .await
        .expect(404);

    // What the theme has can be published as it is, and changes nothing.
    put(admin, HERO, read["original"].as_str().unwrap().to_owned())
        .await
        .expect(200);
    assert_eq!(home(&app, &founded).await, before);
    let own = "<section class=\"page\"><h1>Pilots of {{page.tenant_name}}</h1>{{icon \"anchor\"}}</section>";
    let published = put(admin, HERO, own).await.expect(200).json();
    assert_eq!(published["versions"].as_array().unwrap().len(), 3);
    assert!(
        home(&app, &founded)
            .await
            .contains("<h1>Pilots of Harbour Lessons</h1><svg")
    );
    assert!(!app.anonymous(LUMEN).get("/").await.expect(200).text.contains("Pilots"));
    assert_eq!(admin.get(&path).await.expect(200).json()["own"], own);
    admin.delete(&path).await.expect(200);
    assert_eq!(home(&app, &founded).await, before);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..3], ["branding.published"; 3]);
}

#[tokio::test]
async fn attacks_are_refused_with_line_and_reason() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    let before = home(&app, &founded).await;
    let deep = format!("{}{}", "{{#if page}}".repeat(500), "{{/if}}".repeat(500));
    for (text, told) in [
        ("<p>\n<script>alert(1)</script>".to_owned(), "Line 2: `<script>`"),
        ("<img src=\"/x\" onerror=\"alert(1)\">".to_owned(), "Line 1: `onerror"),
        (
            "<p hx-put=\"/api/v1/admin/staff\" hx-trigger=\"load\">".to_owned(),
            "Line 1: `hx-put",
        ),
        (
            "<meta http-equiv=\"refresh\" content=\"0;url=//evil.example\">".to_owned(),
            "Line 1: `<meta>`",
        ),
        (
            "<link rel=\"stylesheet\" href=\"//evil.example/x.css\">".to_owned(),
            "Line 1: `<link>`",
        ),
        (
            "<iframe src=\"//evil.example\"></iframe>".to_owned(),
            "Line 1: `<iframe>`",
        ),
        ("{{{page.tenant_name}}}".to_owned(), "Line 1: Three braces"),
        ("a\nb{{nothing.here}}".to_owned(), "Line 2"),
        ("{{#each x}}".to_owned(), "Line 1"),
        ("{{> parts/hero}}".to_owned(), "includes itself"),
        (
            "{{#*inline \"x\"}}{{> x}}{{/inline}}{{> x}}".to_owned(),
            "Line 1: Inline",
        ),
        (
            format!("{}{}", "{{#each @root.theme.hours}}".repeat(9), "{{/each}}".repeat(9)),
            "too long",
        ),
        (deep, "nest too deeply"),
        ("{{t ".to_owned() + &"(".repeat(30_000), ""),
        ("x".repeat(10_000_000), "64 KB"),
    ] {
        let refused = put(admin, HERO, text.clone()).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "template");
        assert!(message(&refused).contains(told), "{told}: {}", message(&refused));
        assert_eq!(home(&app, &founded).await, before);
    }
    // Each for itself does no harm; together they would go round for ever.
    put(admin, "parts/footer", "{{> parts/flash}}").await.expect(200);
    let mutual = put(admin, "parts/flash", "{{> parts/footer}}").await.expect(422);
    assert!(message(&mutual).contains("includes itself: "), "{}", message(&mutual));
    for name in ["nowhere", "..%2F..%2Fetc%2Fpasswd", "mailbox"] {
        put(admin, name, "x").await.expect(422);
    }
    put(admin, HERO, &b"\xff\xfe"[..]).await.expect(422);
    // Nothing that a page could be made to send elsewhere gets away either.
    let policy = app.anonymous(&founded.host).get("/").await.expect(200);
    for rule in [
        "script-src 'self'",
        "form-action 'self'",
        "style-src 'self'",
        "base-uri 'none'",
    ] {
        assert!(policy.header("content-security-policy").contains(rule), "{rule}");
    }
}

#[tokio::test]
async fn a_template_that_fails_later_is_stood_in_for_and_told_of() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (admin, visitor) = (&founded.admin, app.anonymous(&founded.host));
    let foot = |page: String| page.split_once("<footer").expect("a footer").1.to_owned();
    let before = foot(admin.get("/").await.expect(200).text);
    // No sample is called Ada.
    let trap = "<footer>Ours</footer>{{#if page.user}}{{#if (eq page.user.name \"Ada\")}}{{nothing}}{{/if}}{{/if}}";
    put(admin, "parts/footer", trap).await.expect(200);
    assert!(
        visitor
            .get("/")
            .await
            .expect(200)
            .text
            .contains("<footer>Ours</footer>")
    );
    for _ in 0..3 {
        let shown = foot(admin.get("/").await.expect(200).text);
        assert_eq!(shown, before, "the theme's own footer");
    }
    let fault = fault(admin).await;
    let told = admin.get("/notifications").await.expect(200).text;
    assert!(told.contains("The template home fails"), "{told}");
    assert_eq!(fault["template"], "home");
    assert!(
        fault["why"].as_str().unwrap().starts_with("parts/footer: Line 1: "),
        "{fault}"
    );
    let log = admin
        .get("/api/v1/admin/audit?action=branding.template_failed")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&log["total"], &log["items"][0]["actor"]["kind"]),
        (&json!(1), &json!("system"))
    );
    // What failed isn't tried again, for nobody, until the look is another. Front pages are a second old at most.
    app.clock.advance(1_000);
    assert!(!visitor.get("/").await.expect(200).text.contains("<footer>Ours"));
    // Words make the theme anew, not the look: it fails again, and nobody is told twice.
    let word = json!({"language": "en", "key": "home.title", "value": "Knots"});
    admin.put("/api/v1/admin/words", word).await.expect(204);
    assert!(visitor.get("/").await.expect(200).text.contains("<footer>Ours"));
    admin.get("/").await.expect(200);
    app.clock.advance(1_000);
    assert!(!visitor.get("/").await.expect(200).text.contains("<footer>Ours"));
    let told = || {
        let letters = app.letters("ada@harbour.example").into_iter();
        letters.filter(|sent| sent["letter"] == "news").collect::<Vec<_>>()
    };
    assert_eq!((told().len(), &told()[0]["params"]["template"]), (1, &json!("home")));
    while app.jobs.run_due().await.expect("the database") > 0 {}
    let mails = app.mails_to("ada@harbour.example");
    let mail = mails.iter().find(|mail| mail.text.contains("/admin/branding"));
    let mail = mail.unwrap_or_else(|| panic!("{mails:?}"));
    assert!(mail.text.contains("home"), "{mail:?}");
    assert_eq!(told().len(), 1);
    admin
        .delete("/api/v1/admin/branding/template?name=parts/footer")
        .await
        .expect(200);
    app.clock.advance(1);
    put(admin, "parts/footer", "<footer>Ours</footer>").await.expect(200);
    let now = admin.get("/api/v1/admin/branding").await.expect(200).json();
    assert_eq!(now["fault"], Value::Null, "what was changed since isn't told of");
}

#[tokio::test]
async fn what_an_own_template_says_of_its_reader_is_that_readers() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (admin, bob, visitor) = (
        &founded.admin,
        app.user(&founded.host, "Bob Dylan").await,
        app.anonymous(&founded.host),
    );
    let hero = "<p>Hello {{#if page.user}}dear {{page.user.name}}{{else}}stranger{{/if}}</p>";
    put(admin, HERO, hero).await.expect(200);
    for _ in 0..2 {
        for (reader, greeting) in [
            (admin, "Hello dear Ada<"),
            (&visitor, "Hello stranger<"),
            (&bob, "Hello dear Bob Dylan<"),
        ] {
            let page = reader.get("/").await.expect(200).text;
            assert!(page.contains(greeting), "{greeting}: {page}");
        }
    }
}

/// It is written down a moment after the page was served.
async fn fault(admin: &TestUser) -> Value {
    for _ in 0..1_000 {
        let fault = admin.get("/api/v1/admin/branding").await.expect(200).json()["fault"].clone();
        if !fault.is_null() {
            return fault;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody was told");
}

#[tokio::test]
async fn a_preview_shows_what_would_become_and_changes_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    let before = home(&app, &founded).await;
    let path = "/api/v1/admin/branding/preview";
    for page in ["home", "seller", "room", "wallet", "mail"] {
        let trial = json!({"page": page});
        let shown = admin.post(path, trial).await.expect(200).json();
        assert!(shown["html"].as_str().unwrap().contains("<!doctype html>"), "{page}");
        assert!(shown["css"].as_str().unwrap().contains("--brand:#0b7285"), "{page}");
    }
    let trial = json!({
        "page": "home",
        "look": {"brand": "#7a1fa2", "scheme": "light", "radius": "soft", "font": "inter", "page_title": "Tried"},
        "css": "p { color: red }",
        "template": {"name": HERO, "text": "<h1>Tried</h1>"},
    });
    let shown = admin.post(path, trial).await.expect(200).json();
    assert!(shown["html"].as_str().unwrap().contains("<h1>Tried</h1>"));
    let css = shown["css"].as_str().unwrap();
    assert!(
        css.contains("--brand:#7a1fa2") && css.ends_with("@scope(.site){p{color:red}}"),
        "{css}"
    );
    assert_eq!(home(&app, &founded).await, before);
    for (trial, field) in [
        (json!({"page": "home", "css": "@import 'x';"}), "css"),
        (
            json!({"page": "home", "template": {"name": HERO, "text": "{{#if"}}),
            "template",
        ),
        (json!({"page": "mailbox"}), "page"),
        (json!({"page": "home", "words": {}}), "page"),
    ] {
        let refused = admin.post(path, trial).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], field);
    }
}
