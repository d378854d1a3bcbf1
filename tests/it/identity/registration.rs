//! Getting an account, and getting back into one: what is mailed, what is told, and for how long a link holds.

use crate::support::{LUMEN, PASSWORD, TestApp, registration};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::json;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

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
    assert_eq!(app.database.count("users"), 0);
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
    assert_eq!(app.mailed_token(&ada.email, "reset"), first, "one link a minute");
    app.clock.advance(60_001);
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
