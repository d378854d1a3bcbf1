//! What holds for every request: hosts, tokens, origins, bounds, errors, headers.

use crate::support::{Answer, LUMEN, TestApp, TestUser, VELVET, registration};
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::json;
use std::num::NonZeroU32;

#[tokio::test]
async fn an_unknown_host_gets_a_page_that_says_so() {
    let app = TestApp::start().await;
    let lost = app.anonymous("nowhere.localhost");
    let page = lost.get("/login").await.expect(404);
    assert!(page.text.contains("nowhere.localhost") && page.header("content-type").starts_with("text/html"));
    assert_eq!(lost.get("/api/v1/me").await.expect(404).code(), "not_found");
    let scripted = app
        .anonymous(LUMEN)
        .request(Method::GET, "/")
        .header("host", "<script>alert(1)</script>");
    assert!(!Answer::of(scripted).await.text.contains("<script>alert"));
}

#[tokio::test]
async fn another_tenants_token_is_refused_everywhere() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    let session = ada.log_in(&ada.email, crate::support::PASSWORD).await.json();
    let foreign = TestUser::with_token(VELVET, app.address, session["access_token"].as_str().unwrap());
    for path in [
        "/api/v1/me",
        "/api/openapi.json",
        "/terms",
        "/login",
        "/nowhere",
        "/api/v1/nowhere",
    ] {
        let refused = foreign.request(Method::GET, path).header("accept", "application/json");
        Answer::of(refused).await.expect(401);
    }
    for token in ["", "nonsense", "a.b.c", &forged()] {
        TestUser::with_token(LUMEN, app.address, token)
            .get("/api/openapi.json")
            .await
            .expect(401);
    }
    app.clock.advance(300_000);
    ada.get("/api/v1/me").await.expect(401);
}

/// A token that nobody signed.
fn forged() -> String {
    let part = |json: serde_json::Value| {
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, json.to_string())
    };
    let id = uuid::Uuid::nil();
    let claims = json!({"tenant": id, "user": id, "session": id, "exp": 4_000_000_000_i64});
    format!("{}.{}.", part(json!({"alg": "none", "typ": "JWT"})), part(claims))
}

#[tokio::test]
async fn another_sites_page_cannot_act_for_somebody() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let session = ada.log_in(&ada.email, crate::support::PASSWORD).await;
    let cookies = format!("session={}", session.cookie("session").unwrap());
    let own = format!("http://{LUMEN}:{}", app.address.port());
    let client = reqwest::Client::builder().resolve(LUMEN, app.address).build().unwrap();
    let send = |headers: &[(&str, &str)]| {
        let request = client
            .patch(format!("{own}/api/v1/me"))
            .header("cookie", &cookies)
            .json(&json!({"name": "Eve"}));
        Answer::of(
            headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, *value)),
        )
    };
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
        vec![],
    ] {
        assert_eq!(send(&headers).await.expect(403).code(), "forbidden", "{headers:?}");
    }
    assert_eq!(ada.get("/api/v1/me").await.json()["name"], "Ada");
    for headers in [vec![("sec-fetch-site", "same-origin")], vec![("origin", own.as_str())]] {
        send(&headers).await.expect(200);
    }
    // Nor can it sign somebody in as somebody else.
    let login = client
        .post(format!("{own}/login"))
        .form(&[("email", &ada.email)])
        .header("sec-fetch-site", "cross-site");
    Answer::of(login).await.expect(403);
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let app = TestApp::start_with(|config| {
        config.limits.sign_ins_per_minute = NonZeroU32::new(5).unwrap();
        config.limits.requests_per_second = NonZeroU32::new(10).unwrap();
    })
    .await;
    let eve = app.anonymous(LUMEN);
    for _ in 0..5 {
        eve.log_in("ada@example.org", "a guess of hers").await.expect(401);
    }
    let refused = eve.log_in("ada@example.org", "another guess").await.expect(429);
    assert_eq!(
        (refused.code().as_str(), refused.header("retry-after")),
        ("too_many", "13")
    );
    let page = eve
        .form("/login", &[("email", "ada@example.org"), ("password", "a guess")])
        .await
        .expect(429);
    assert!(page.header("content-type").starts_with("text/html"));
    app.anonymous(VELVET)
        .log_in("ada@example.org", "a guess of hers")
        .await
        .expect(401);
    app.clock.advance(12_000);
    eve.log_in("ada@example.org", "a guess of hers").await.expect(401);

    app.clock.advance(10_000);
    for _ in 0..30 {
        eve.get("/terms").await.expect(200);
    }
    eve.get("/terms").await.expect(429);
    app.clock.advance(1_000);
    eve.get("/terms").await.expect(200);

    // Pictures are counted apart: a page has many, and a browser keeps them.
    for _ in 0..400 {
        eve.get("/photos/none").await.expect(404);
    }
    for path in ["/photos/none", "/look/none"] {
        eve.get(path).await.expect(429);
    }
    app.anonymous(VELVET).get("/photos/none").await.expect(404);
}

#[tokio::test]
async fn bad_input_gets_an_answer_that_says_what_to_do() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    let send = |body: String| {
        let request = ada
            .request(Method::PATCH, "/api/v1/me")
            .header("content-type", "application/json");
        Answer::of(request.body(body))
    };
    assert_eq!(
        send(format!("{{\"name\":\"{}\"}}", "x".repeat(65 * 1024)))
            .await
            .expect(413)
            .code(),
        "too_large"
    );
    for malformed in ["{", "", "[]", "{\"name\":7}", "{\"name\":\"\\ud800\"}", "\u{0}"] {
        let refused = send(malformed.to_owned()).await.expect(400);
        assert_eq!(refused.code(), "malformed", "{malformed}");
        assert_eq!(refused.json()["error"]["reference"], refused.header("x-request-id"));
    }
    let unsaid = ada.request(Method::PATCH, "/api/v1/me").body("{}");
    assert!(Answer::of(unsaid).await.status.is_client_error());
    assert_eq!(ada.get("/api/v1/nowhere").await.expect(404).code(), "not_found");
    let refused = ada.delete("/api/v1/me").await.expect(405);
    assert_eq!(
        (refused.code().as_str(), refused.header("allow")),
        ("method_not_allowed", "GET, PATCH")
    );
    assert_eq!(ada.get("/logout").await.expect(405).header("allow"), "POST");
    let page = ada.get("/nowhere").await.expect(404);
    assert!(
        page.text.contains(page.header("x-request-id")),
        "the page shows the reference"
    );
    let big = "x".repeat(65 * 1024);
    app.anonymous(LUMEN)
        .form("/login", &[("email", &big)])
        .await
        .expect(413);
    app.anonymous(LUMEN).get("/login?next=%zz%00").await.expect(200);
}

#[tokio::test]
async fn scripts_in_names_are_text() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let name = "<script>alert('x')</script>\"><img>";
    ada.patch("/api/v1/me", json!({"name": name})).await.expect(200);
    let page = ada.get("/account").await.expect(200).text;
    assert!(!page.contains("<script>alert") && !page.contains("<img>"), "{page}");
    assert!(page.contains("&lt;script&gt;alert"));
    let planted = [("email", "\"><script>alert(1)</script>"), ("password", "x")];
    assert!(
        !app.anonymous(LUMEN)
            .form("/login", &planted)
            .await
            .text
            .contains("<script>alert")
    );
    assert_eq!(ada.get("/api/v1/me").await.json()["name"], name);
}

#[tokio::test]
async fn browsers_are_told_to_be_careful() {
    let app = TestApp::start().await;
    let visitor = app.anonymous(LUMEN);
    for path in ["/terms", "/nowhere", "/api/v1/me", "/healthz"] {
        let answer = visitor.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-request-id").len(), 12);
    }
    let page = visitor.get("/terms").await.text;
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains("onclick="));
    let head = Answer::of(visitor.request(Method::HEAD, "/terms")).await.expect(200);
    assert!(head.text.is_empty() && head.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn styles_are_kept_for_as_long_as_their_address_holds() {
    let app = TestApp::start().await;
    let visitor = app.anonymous(LUMEN);
    let page = visitor.get("/terms").await.expect(200).text;
    let sheet = page.split("href=\"").find(|part| part.starts_with("/theme/")).unwrap();
    let sheet = sheet.split('"').next().unwrap();
    let css = visitor.get(sheet).await.expect(200);
    assert!(css.header("cache-control").contains("immutable") && css.header("content-type").contains("css"));
    assert_ne!(
        css.text,
        app.anonymous(VELVET).get(sheet).await.expect(200).text,
        "each tenant its own"
    );
    assert_eq!(
        visitor.get("/theme/0000.css").await.expect(200).header("cache-control"),
        "no-cache"
    );
    let script = page
        .split("src=\"")
        .find(|part| part.starts_with("/assets/"))
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(
        visitor
            .get(script)
            .await
            .expect(200)
            .header("cache-control")
            .contains("immutable")
    );
    visitor.get("/assets/nothing.js").await.expect(404);
    for outside in [
        "/assets/.vite/manifest.json",
        "/assets/%2e%2e/vite.config.js",
        "/assets/..%2fvite.config.js",
    ] {
        let refused = visitor.get(outside).await;
        assert!(refused.status.is_client_error(), "{outside}: {}", refused.text);
    }
}

#[tokio::test]
async fn pages_that_need_somebody_lead_to_the_sign_in_page_and_back() {
    let app = TestApp::start().await;
    let visitor = app.anonymous(LUMEN);
    let led = visitor.get("/account?tab=calls").await.expect(303);
    assert_eq!(led.header("location"), "/login?next=%2Faccount%3Ftab%3Dcalls");
    let page = visitor.get(led.header("location")).await.expect(200).text;
    assert!(
        page.contains("name=\"next\" value=\"/account?tab&#x3D;calls\"")
            || page.contains("value=\"/account?tab=calls\""),
        "{page}"
    );
    let fragment = visitor.request(Method::GET, "/account").header("hx-request", "true");
    assert_eq!(
        Answer::of(fragment).await.expect(401).header("hx-redirect"),
        "/login?next=%2Faccount"
    );
    assert_eq!(
        visitor.form("/account", &[]).await.expect(303).header("location"),
        "/login?next=%2F"
    );
}

#[tokio::test]
async fn a_language_is_the_readers_where_there_are_words_in_it() {
    let app = TestApp::start().await;
    let visitor = app
        .anonymous(LUMEN)
        .request(Method::GET, "/terms")
        .header("accept-language", "xx, en;q=0.3");
    assert!(Answer::of(visitor).await.text.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn whoever_runs_it_is_told_how_it_goes() {
    let app = TestApp::start().await;
    app.anonymous(LUMEN).get("/terms").await.expect(200);
    let scraper = app.anonymous("127.0.0.1");
    for path in ["/healthz", "/readyz"] {
        scraper.get(path).await.expect(200);
    }
    let numbers = scraper.get("/metrics").await.expect(200).text;
    assert!(
        numbers.contains("http_request_duration_seconds_bucket{method=\"GET\",route=\"/terms\",status=\"200\""),
        "{numbers}"
    );
}

#[tokio::test]
async fn the_api_describes_itself() {
    let app = TestApp::start().await;
    let visitor = app.anonymous(LUMEN);
    let described = visitor.get("/api/openapi.json").await.expect(200).json();
    for path in ["/api/v1/session", "/api/v1/me", "/api/v1/register"] {
        assert!(described["paths"][path].is_object(), "{path}");
    }
    assert!(visitor.get("/api/docs").await.status.is_redirection());
    let page = visitor.get("/api/docs/").await.expect(200);
    assert!(page.text.contains("swagger-ui") && !page.text.contains("<style"));
    let script = visitor.get("/api/docs/swagger-initializer.js").await.expect(200);
    assert!(script.text.contains("/api/openapi.json"));
}

#[tokio::test]
async fn a_database_that_is_away_is_said_so_and_missed_only_while_it_is() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    ada.get("/api/v1/me").await.expect(200);
    app.database.close();
    app.clock.advance(1_000);
    let (api, page) = tokio::join!(ada.get("/api/v1/me"), ada.get("/account"));
    assert_eq!(
        (api.expect(503).code().as_str(), page.expect(503).header("retry-after")),
        ("unavailable", "3")
    );
    app.anonymous("127.0.0.1").get("/readyz").await.expect(503);
    app.anonymous("127.0.0.1").get("/healthz").await.expect(200);
    app.database.open();
    ada.get("/api/v1/me").await.expect(200);
    app.register(&app.anonymous(LUMEN), "new@example.org", "New").await;
}

#[tokio::test]
async fn behind_proxies_the_outermost_of_ours_is_believed() {
    let app = TestApp::start_with(|config| config.http.trusted_proxies = 1).await;
    let visitor = app.anonymous("127.0.0.1");
    let request = visitor
        .request(Method::POST, "/api/v1/register")
        .json(&registration("a@example.org", "A"));
    let request = request
        .header("x-forwarded-host", LUMEN)
        .header("x-forwarded-for", "6.6.6.6, 203.0.113.7");
    Answer::of(request).await.expect(202);
    let mut database = app.database.superuser();
    database
        .batch_execute("DO $$ BEGIN ASSERT (SELECT bool_and(address = '203.0.113.7') FROM declarations); END $$")
        .unwrap();
    let numbers = visitor
        .request(Method::GET, "/metrics")
        .header("x-forwarded-for", "203.0.113.7");
    Answer::of(numbers).await.expect(404);
}
