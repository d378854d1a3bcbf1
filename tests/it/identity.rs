//! Registration, sign-in, sessions, and the mails between them.

use crate::support::{Answer, LUMEN, PASSWORD, TestApp, TestUser, VELVET, registration};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test]
async fn from_registration_to_logging_out() {
    let app = TestApp::start().await;
    let ada = app.anonymous(LUMEN);
    app.register(&ada, "Ada@Example.org", "Ada").await;

    let refused = ada.log_in("ada@example.org", PASSWORD).await.expect(409);
    assert_eq!(refused.code(), "unverified");

    let token = app.mailed_token("ada@example.org", "verify");
    ada.post("/api/v1/verify", json!({"token": token})).await.expect(204);
    assert_eq!(app.letters("ada@example.org").last().unwrap()["letter"], "welcome");
    let again = ada.post("/api/v1/verify", json!({"token": token})).await.expect(409);
    assert_eq!(again.code(), "link_expired", "a link works once");

    let session = ada.log_in(" ADA@example.org ", PASSWORD).await.expect(200);
    assert_eq!(session.json()["user"]["email"], "ada@example.org");
    assert_eq!(session.json()["user"]["is_seller"], false);
    for cookie in session.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "no other host gets it: {cookie}");
    }
    let me = ada.get("/api/v1/me").await.expect(200).json();
    assert_eq!(
        (me["name"].as_str(), me["time_zone"].as_str()),
        (Some("Ada"), Some("Europe/Berlin"))
    );

    let gone = ada.delete("/api/v1/session").await.expect(204);
    assert_eq!(gone.cookie("session").as_deref(), Some(""));
    assert_eq!(ada.get("/api/v1/me").await.expect(401).code(), "sign_in_needed");
}

#[tokio::test]
async fn declarations_are_kept_with_version_and_address() {
    #[derive(QueryableByName, Debug, PartialEq)]
    struct Row {
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Text)]
        version: String,
        #[diesel(sql_type = Text)]
        address: String,
    }
    let app = TestApp::start().await;
    app.register(&app.anonymous(LUMEN), "ada@example.org", "Ada").await;
    let query = "SELECT kind, version, address FROM declarations ORDER BY kind";
    let rows: Vec<Row> = sql_query(query).load(&mut app.database.superuser()).unwrap();
    let row = |kind: &str| Row {
        kind: kind.into(),
        version: "2026-11".into(),
        address: "127.0.0.1".into(),
    };
    assert_eq!(rows, [row("of_age"), row("terms")]);
}

#[tokio::test]
async fn registration_says_which_field_is_wrong_and_stores_nothing() {
    let app = TestApp::start().await;
    let ada = app.anonymous(LUMEN);
    let cases = [
        ("email", json!("ada")),
        ("password", json!("short")),
        ("name", json!(" ")),
        ("of_age", json!(false)),
        ("accept_terms", json!(false)),
        ("time_zone", json!("Mars/Olympus")),
        ("language", json!("tlh")),
    ];
    for (field, value) in cases {
        let mut body = registration("ada@example.org", "Ada");
        body[field] = value;
        let refused = ada.post("/api/v1/register", body).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field);
    }
    assert_eq!(count(&app, "users"), 0);
}

#[tokio::test]
async fn nobody_learns_whether_an_address_has_an_account() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let stranger = app.anonymous(LUMEN);
    let known = stranger
        .post("/api/v1/register", registration(&ada.email, "Eve"))
        .await
        .expect(202);
    let unknown = stranger
        .post("/api/v1/register", registration("new@example.org", "Eve"))
        .await
        .expect(202);
    assert_eq!(known.text, unknown.text);
    assert_eq!(app.letters(&ada.email).last().unwrap()["letter"], "already_registered");
    assert_eq!(
        ada.get("/api/v1/me").await.json()["name"],
        "Ada",
        "nothing of hers changed"
    );

    let known = stranger.log_in(&ada.email, "not her password").await.expect(401);
    let unknown = stranger
        .log_in("nobody@example.org", "not her password")
        .await
        .expect(401);
    assert_eq!(known.json()["error"]["message"], unknown.json()["error"]["message"]);

    let body = |email: &str| json!({ "email": email });
    let known = stranger
        .post("/api/v1/password/forgot", body(&ada.email))
        .await
        .expect(202);
    let unknown = stranger
        .post("/api/v1/password/forgot", body("nobody@example.org"))
        .await
        .expect(202);
    assert_eq!(known.text, unknown.text);
}

#[tokio::test]
async fn a_link_confirms_only_the_registration_it_was_sent_for() {
    let app = TestApp::start().await;
    let (eve, ada) = (app.anonymous(LUMEN), app.anonymous(LUMEN));
    // Eve registers with Ada's address and a password of her own, before Ada does.
    let mut first = registration("ada@example.org", "Eve");
    first["password"] = json!("the password of eve");
    eve.post("/api/v1/register", first).await.expect(202);
    let old_link = app.mailed_token("ada@example.org", "verify");
    app.register(&ada, "ada@example.org", "Ada").await;

    ada.post("/api/v1/verify", json!({"token": old_link})).await.expect(409);
    app.confirm(&ada, "ada@example.org").await;
    eve.log_in("ada@example.org", "the password of eve").await.expect(401);
    assert_eq!(
        ada.log_in("ada@example.org", PASSWORD).await.expect(200).json()["user"]["name"],
        "Ada"
    );
}

#[tokio::test]
async fn a_lost_confirmation_is_sent_again_at_most_once_a_minute() {
    let app = TestApp::start().await;
    let ada = app.anonymous(LUMEN);
    app.register(&ada, "ada@example.org", "Ada").await;
    for _ in 0..3 {
        ada.log_in("ada@example.org", PASSWORD).await.expect(409);
    }
    assert_eq!(app.letters("ada@example.org").len(), 1);
    app.clock.advance(MINUTE + 1);
    ada.log_in("ada@example.org", "a wrong password").await.expect(401);
    assert_eq!(
        app.letters("ada@example.org").len(),
        1,
        "only for who knows the password"
    );
    ada.log_in("ada@example.org", PASSWORD).await.expect(409);
    assert_eq!(app.letters("ada@example.org").len(), 2);
    app.clock.advance(48 * HOUR + 1);
    let stale = app.mailed_token("ada@example.org", "verify");
    ada.post("/api/v1/verify", json!({"token": stale})).await.expect(409);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once_and_everybody_else_is_out() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let elsewhere = app.anonymous(LUMEN);
    elsewhere.log_in(&ada.email, PASSWORD).await.expect(200);
    let visitor = app.anonymous(LUMEN);
    visitor
        .post("/api/v1/password/forgot", json!({"email": ada.email}))
        .await
        .expect(202);
    let token = app.mailed_token(&ada.email, "reset");
    let reset = |password: &str| json!({"token": token, "password": password});

    let short = visitor.post("/api/v1/password/reset", reset("short")).await.expect(422);
    assert_eq!(short.json()["error"]["field"], "password", "and the link stays good");
    visitor
        .post("/api/v1/password/reset", reset("a brand new password"))
        .await
        .expect(204);
    visitor
        .post("/api/v1/password/reset", reset("yet another password"))
        .await
        .expect(409);

    for session in [&ada, &elsewhere] {
        session.get("/api/v1/me").await.expect(401);
        assert_eq!(
            session.get("/account").await.expect(303).header("location"),
            "/login?next=%2Faccount"
        );
    }
    visitor.log_in(&ada.email, PASSWORD).await.expect(401);
    visitor.log_in(&ada.email, "a brand new password").await.expect(200);
}

#[tokio::test]
async fn only_the_newest_reset_link_holds_and_only_for_an_hour() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let visitor = app.anonymous(LUMEN);
    let forgot = || visitor.post("/api/v1/password/forgot", json!({"email": ada.email}));
    forgot().await.expect(202);
    let first = app.mailed_token(&ada.email, "reset");
    forgot().await.expect(202);
    let second = app.mailed_token(&ada.email, "reset");
    let body = |token: &str| json!({"token": token, "password": "a brand new password"});
    visitor.post("/api/v1/password/reset", body(&first)).await.expect(409);
    assert!(
        visitor
            .get(&format!("/reset?token={second}"))
            .await
            .expect(200)
            .text
            .contains(&second)
    );
    app.clock.advance(HOUR + 1);
    visitor.post("/api/v1/password/reset", body(&second)).await.expect(409);
    for nonsense in ["", "x", &"A".repeat(43), "<script>"] {
        visitor.post("/api/v1/password/reset", body(nonsense)).await.expect(409);
    }
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
async fn people_change_themselves_all_at_once_or_not_at_all() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    let body = json!({"name": "Ada L.", "time_zone": "Asia/Tokyo", "do_not_disturb": true});
    let me = ada.patch("/api/v1/me", body).await.expect(200).json();
    assert_eq!(
        (&me["name"], &me["time_zone"], &me["do_not_disturb"]),
        (&json!("Ada L."), &json!("Asia/Tokyo"), &json!(true))
    );
    for bad in [
        json!({"name": "Eve", "time_zone": "Nowhere"}),
        json!({"name": "Eve", "language": "xx"}),
        json!({"name": "x".repeat(61)}),
    ] {
        ada.patch("/api/v1/me", bad).await.expect(422);
    }
    ada.patch("/api/v1/me", json!({"email": "eve@example.org"}))
        .await
        .expect(400);
    assert_eq!(ada.get("/api/v1/me").await.json(), me);
}

#[tokio::test]
async fn the_same_through_pages() {
    let app = TestApp::start().await;
    let ada = app.anonymous(LUMEN);
    let mut form = vec![
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("password", "short"),
        ("time_zone", "Europe/Berlin"),
        ("language", "en"),
        ("of_age", "on"),
        ("accept_terms", "on"),
    ];
    let refused = ada.form("/register", &form).await.expect(422);
    assert!(
        refused.text.contains("value=\"ada@example.org\"") && refused.text.contains("10 to 200"),
        "{}",
        refused.text
    );
    assert!(!refused.text.contains("short\""), "a password never comes back");
    form[2].1 = PASSWORD;
    assert!(
        ada.form("/register", &form)
            .await
            .expect(200)
            .text
            .contains("ada@example.org")
    );

    let token = app.mailed_token("ada@example.org", "verify");
    ada.get(&format!("/verify?token={token}")).await.expect(200);
    ada.form("/verify", &[("token", &token)]).await.expect(200);

    let wrong = ada
        .form("/login", &[("email", "ada@example.org"), ("password", "wrong")])
        .await
        .expect(422);
    assert!(wrong.text.contains("belong together"));
    let form = |next| [("email", "ada@example.org"), ("password", PASSWORD), ("next", next)];
    assert_eq!(
        ada.form("/login", &form("//evil.example"))
            .await
            .expect(303)
            .header("location"),
        "/"
    );
    assert_eq!(
        ada.form("/login", &form("/wallet?a=b"))
            .await
            .expect(303)
            .header("location"),
        "/wallet?a=b"
    );
    assert_eq!(ada.get("/login").await.expect(303).header("location"), "/");

    let details = [
        ("action", "details"),
        ("name", "Ada L."),
        ("time_zone", "Asia/Tokyo"),
        ("language", "en"),
    ];
    ada.form("/account", &details).await.expect(303);
    let page = ada.get("/account").await.expect(200);
    assert!(page.text.contains("Ada L.") && page.text.contains("id=\"flash\""));
    assert!(
        !ada.get("/account").await.expect(200).text.contains("id=\"flash\""),
        "told once"
    );
    let wrong = [
        ("action", "details"),
        ("name", ""),
        ("time_zone", "Asia/Tokyo"),
        ("language", "en"),
    ];
    assert!(ada.form("/account", &wrong).await.expect(422).text.contains("1 to 60"));

    ada.form("/logout", &[]).await.expect(303);
    ada.get("/api/v1/me").await.expect(401);
}

fn count(app: &TestApp, table: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let query = format!("SELECT count(*) FROM {table}");
    sql_query(query)
        .get_result::<Row>(&mut app.database.superuser())
        .unwrap()
        .count
}
