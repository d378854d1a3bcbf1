//! Pictures and style sheets that tenants send: taken for what is in them, served so that they can do nothing.

use super::{actions, founded};
use crate::support::{Answer, LUMEN, PNG, TestApp, TestUser};
use reqwest::Method;
use serde_json::{Value, json};

fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">\n{inside}</svg>")
}

async fn put(user: &TestUser, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    Answer::of(user.request(Method::PUT, path).body(body)).await
}

async fn send(user: &TestUser, picture: &str, body: impl Into<reqwest::Body>) -> Answer {
    put(user, &format!("/api/v1/admin/branding/pictures/{picture}"), body).await
}

fn message(answer: Answer) -> String {
    answer.json()["error"]["message"]
        .as_str()
        .expect("a message")
        .to_owned()
}

#[tokio::test]
async fn pictures_are_made_anew_and_served_so_that_they_do_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (admin, visitor) = (&founded.admin, app.anonymous(&founded.host));
    let hidden = [&PNG[..], b"<script>alert(1)</script>"].concat();
    let sent = send(admin, "logo", hidden).await.expect(200).json();
    let logo = sent["pictures"]["logo"]["url"].as_str().unwrap().to_owned();
    assert_eq!(sent["pictures"]["logo"]["own"], true);
    assert_eq!(sent["pictures"]["favicon"]["own"], false);
    assert!(
        visitor
            .get("/")
            .await
            .expect(200)
            .text
            .contains(&format!("src=\"{logo}\""))
    );
    let served = visitor.get(&logo).await.expect(200);
    assert_eq!(served.header("content-type"), "image/png");
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    assert!(served.header("content-security-policy").contains("default-src 'none'"));
    assert!(served.header("content-security-policy").contains("sandbox"));
    assert!(!served.text.contains("<script"));
    app.anonymous(LUMEN).get(&logo).await.expect(404);

    let drawn = svg("<path d=\"M0 0h9v9z\" fill=\"red\"/>");
    let sent = send(admin, "favicon", drawn).await.expect(200).json();
    let favicon = sent["pictures"]["favicon"]["url"].as_str().unwrap().to_owned();
    let served = visitor.get(&favicon).await.expect(200);
    assert_eq!(served.header("content-type"), "image/svg+xml");
    assert!(
        visitor
            .get("/")
            .await
            .expect(200)
            .text
            .contains(&format!("<link rel=\"icon\" href=\"{favicon}\""))
    );

    let path = "/api/v1/admin/branding/pictures/logo";
    assert_eq!(
        admin.delete(path).await.expect(200).json()["pictures"]["logo"]["own"],
        false
    );
    assert!(!visitor.get("/").await.expect(200).text.contains(&logo));
    // A version still names it: going back needs it.
    visitor.get(&logo).await.expect(200);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..3], ["branding.published"; 3]);
}

#[tokio::test]
async fn a_business_without_a_picture_shows_its_initials_and_nobody_elses_sign() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let visitor = app.anonymous(&founded.host);
    let home = visitor.get("/").await.expect(200).text;
    assert!(home.contains("src=\"/mark.svg?0b7285\""), "{home}");
    assert!(!home.contains("/assets/default/logo") && !home.contains("/assets/default/favicon"));
    let mark = visitor.get("/mark.svg").await.expect(200).text;
    assert!(
        mark.contains(">HL</text>") && mark.contains("fill=\"#0b7285\""),
        "{mark}"
    );
    app.anonymous("localhost").get("/mark.svg").await.expect(404);
    assert!(
        !app.anonymous(LUMEN)
            .get("/")
            .await
            .expect(200)
            .text
            .contains("/mark.svg")
    );
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    for (attack, told) in [
        (svg("<script>alert(1)</script>").into_bytes(), "line 2: <script>"),
        (svg("<path onload=\"alert(1)\"/>").into_bytes(), "onload"),
        (svg("<foreignObject/>").into_bytes(), "<foreignObject>"),
        (svg("<style>@import 'x'</style>").into_bytes(), "<style>"),
        (svg("<use href=\"//evil.example/x.svg#a\"/>").into_bytes(), "outside"),
        (b"<!DOCTYPE svg [<!ENTITY a \"b\">]><svg/>".to_vec(), "can't be read"),
        (b"<html><script>alert(1)</script></html>".to_vec(), "no PNG"),
        (PNG[..40].to_vec(), "damaged"),
        (Vec::new(), "no PNG"),
        (vec![0x89; 2 * 1024 * 1024 + 1], "2048 KB"),
    ] {
        let refused = send(admin, "logo", attack).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "picture");
        let message = message(refused);
        assert!(message.contains(told), "{told}: {message}");
    }
    send(admin, "wallpaper", &PNG[..]).await.expect(404);
    let now = admin.get("/api/v1/admin/branding").await.expect(200).json();
    assert_eq!(
        (&now["versions"], &now["pictures"]["logo"]["own"]),
        (&json!([]), &json!(false))
    );
}

#[tokio::test]
async fn a_style_sheet_holds_for_the_pages_and_nothing_else() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (admin, visitor) = (&founded.admin, app.anonymous(&founded.host));
    let path = "/api/v1/admin/branding/css";
    let css = ".btn { text-transform: uppercase }\n@keyframes glow { to { opacity: .5 } }";
    let published = put(admin, path, css).await.expect(200).json();
    let source = format!("/api/v1/admin/branding/files/{}", published["css"].as_str().unwrap());
    assert_eq!(admin.get(&source).await.expect(200).json()["text"], css);
    let page = visitor.get("/").await.expect(200).text;
    assert!(page.contains("<body class=\"site\">"));
    let sheets: Vec<&str> = page
        .split("href=\"/theme/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(sheets.len(), 2, "tokens first, the tenant's own last: {page}");
    let served = visitor.get(&format!("/theme/{}", sheets[1])).await.expect(200);
    assert!(
        served.text.starts_with("@scope(.site){.btn{text-transform:uppercase}}"),
        "{}",
        served.text
    );
    assert!(served.header("cache-control").contains("immutable"));
    // The console asks for the tokens by any name and gets no more.
    assert!(
        !visitor
            .get("/theme/console.css")
            .await
            .expect(200)
            .text
            .contains("uppercase")
    );
    visitor
        .get(&format!("/look/{}", published["css"].as_str().unwrap()))
        .await
        .expect(404);

    for (attack, told) in [
        ("a{}\n@import url(//evil.example);", "Line 2: @import"),
        ("a { background: url(https://evil.example/x) }", "Line 1: url()"),
        ("} body { display: none }", "Line 1"),
        ("a { --x: url(//evil.example) }", "Line 1"),
    ] {
        let message = message(put(admin, path, attack).await.expect(422));
        assert!(message.starts_with(told), "{attack}: {message}");
    }
    let ten_megabytes = message(put(admin, path, "a".repeat(10_000_000)).await.expect(422));
    assert!(ten_megabytes.contains("64 KB"), "{ten_megabytes}");
    for opened in ["a{", "a:not(", "((((", "@media ("] {
        put(admin, path, opened.repeat(5_000)).await.expect(422);
    }
    assert_eq!(
        visitor.get("/").await.expect(200).text,
        page,
        "what was refused changed nothing"
    );
    assert_eq!(admin.delete(path).await.expect(200).json()["css"], Value::Null);
    assert!(!visitor.get("/").await.expect(200).text.contains(sheets[1]));
}
