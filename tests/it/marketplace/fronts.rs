//! Front pages are shared, and nothing of one tenant or person reaches another.

use super::{go_available, start_selling};
use crate::support::{Answer, Caller, LUMEN, PASSWORD, TestApp, TestUser, VELVET};
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::json;

async fn front(user: &TestUser) -> String {
    user.get("/").await.expect(200).text
}

/// As a browser that asks for a language.
async fn front_in(user: &TestUser, language: &str) -> String {
    let asked = user.request(Method::GET, "/").header("accept-language", language);
    Answer::of(asked).await.expect(200).text
}

/// What another process writes: this one can't know.
fn behind_its_back(app: &TestApp, statement: &str) {
    app.database.superuser().batch_execute(statement).expect("written");
}

fn shows(page: &str, what: &[&str], not: &[&str]) {
    for text in what {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
    for text in not {
        assert!(!page.contains(text), "{text} is shown: {page}");
    }
}

#[tokio::test]
async fn everybody_sees_their_own_head_around_the_same_list() {
    let app = TestApp::start().await;
    let sol = app.bearer(LUMEN, "Sol").await;
    start_selling(&sol, "Knows things", 120).await;
    let (ada, bob, nobody) = (
        app.user(LUMEN, "Ada Lovelace").await,
        app.user(LUMEN, "Bob Dylan").await,
        app.anonymous(LUMEN),
    );
    for _ in 0..2 {
        shows(
            &front(&ada).await,
            &["Ada Lovelace", "/logout", "Knows things"],
            &["Bob Dylan"],
        );
        shows(
            &front(&bob).await,
            &["Bob Dylan", "/logout", "Knows things"],
            &["Ada Lovelace"],
        );
        shows(
            &front(&nobody).await,
            &["/login", "Knows things"],
            &[
                "Ada Lovelace",
                "Bob Dylan",
                "/logout",
                "data-wallet-balance",
                "presence-config",
            ],
        );
    }
    // What is told once is told to whom it is for.
    let told = nobody
        .request(Method::GET, "/")
        .header("cookie", "flash=success:account.saved");
    shows(&Answer::of(told).await.expect(200).text, &["id=\"flash\""], &[]);
    shows(&front(&nobody).await, &[], &["id=\"flash\""]);
}

#[tokio::test]
async fn a_wallet_is_its_owners_and_as_it_is_now() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user(LUMEN, "Ada").await, app.user(LUMEN, "Bob").await);
    shows(&front(&ada).await, &["€0.00"], &["€7.77"]);
    shows(&front(&bob).await, &["€0.00"], &["€7.77"]);
    behind_its_back(
        &app,
        "INSERT INTO ledger_accounts (tenant_id, id, kind, owner_id, currency, balance_minor, created_at)
             SELECT tenant_id, gen_random_uuid(), 'wallet', id, 'EUR', 777, created_at FROM users
             WHERE email = 'ada@example.org'
             ON CONFLICT (tenant_id, kind, owner_id, currency, order_id) DO UPDATE SET balance_minor = 777",
    );
    app.clock.advance(1_000);
    shows(&front(&ada).await, &["€7.77"], &[]);
    shows(&front(&bob).await, &["€0.00"], &["€7.77"]);
}

#[tokio::test]
async fn tenants_and_languages_have_pages_of_their_own() {
    let app = TestApp::start().await;
    let sol = app.bearer(LUMEN, "Sol").await;
    start_selling(&sol, "Knows things", 120).await;
    let vera = app.bearer(VELVET, "Vera").await;
    start_selling(&vera, "Sings songs", 130).await;
    let (at_lumen, at_velvet) = (app.anonymous(LUMEN), app.anonymous(VELVET));
    for _ in 0..2 {
        shows(
            &front(&at_lumen).await,
            &["LUMEN", "Knows things", "€"],
            &["VELVET", "Sings songs"],
        );
        shows(
            &front(&at_velvet).await,
            &["VELVET", "Sings songs", "$"],
            &["LUMEN", "Knows things"],
        );
        shows(&front_in(&at_lumen, "de").await, &["lang=\"de\""], &["lang=\"en\""]);
        shows(&front_in(&at_lumen, "en").await, &["lang=\"en\""], &["lang=\"de\""]);
    }
    // A person's own language goes before the browser's.
    let ada = app.user(LUMEN, "Ada").await;
    ada.patch("/api/v1/me", json!({ "language": "de" })).await.expect(200);
    let german = front_in(&ada, "en").await;
    shows(&german, &["lang=\"de\"", "/logout"], &["lang=\"en\""]);
    shows(
        &front_in(&at_lumen, "de").await,
        &["lang=\"de\"", "/login"],
        &["/logout", "Ada"],
    );
    // Light and dark are the reader's, too.
    let dark = at_lumen.request(Method::GET, "/").header("cookie", "scheme=dark");
    let dark = Answer::of(dark).await.expect(200).text;
    shows(&dark, &["data-theme=\"dark\""], &[]);
    shows(&front(&at_lumen).await, &[], &["data-theme=\"dark\""]);
}

#[tokio::test]
async fn whoever_is_signed_out_anywhere_is_a_stranger_at_once() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada Lovelace").await;
    let elsewhere = app.bearer(LUMEN, "Bob").await;
    let phone = app.anonymous(LUMEN);
    phone.log_in(&ada.email, PASSWORD).await.expect(200);
    shows(&front(&ada).await, &["Ada Lovelace"], &[]);
    shows(&front(&phone).await, &["Ada Lovelace"], &[]);
    phone.delete("/api/v1/sessions").await.expect(204);
    shows(&front(&ada).await, &["/login"], &["Ada Lovelace", "/logout"]);
    shows(&front(&phone).await, &["/login"], &["Ada Lovelace", "/logout"]);
    shows(&front(&elsewhere).await, &["Bob"], &[]);
    // A second later also if another process did it.
    behind_its_back(&app, "UPDATE sessions SET ended_at = created_at");
    app.clock.advance(1_000);
    elsewhere.get("/").await.expect(401);
}

#[tokio::test]
async fn what_happens_here_is_seen_at_once_and_what_happens_elsewhere_a_second_later() {
    let app = TestApp::start().await;
    let (sol, bea) = (app.bearer(LUMEN, "Sol").await, app.anonymous(LUMEN));
    let (_, service) = start_selling(&sol, "Knows things", 120).await;
    go_available(&sol, 1).await;
    shows(
        &front(&bea).await,
        &["Knows things", "Not available"],
        &["tag tag-good"],
    );
    let page = Caller::open(&app, &sol).await;
    shows(&front(&bea).await, &["tag tag-good"], &[]);
    sol.delete("/api/v1/selling/availability").await.expect(204);
    shows(&front(&bea).await, &["Knows things"], &["tag tag-good"]);
    go_available(&sol, 1).await;
    shows(&front(&bea).await, &["tag tag-good"], &[]);
    sol.patch("/api/v1/me", json!({ "do_not_disturb": true }))
        .await
        .expect(200);
    shows(&front(&bea).await, &["Knows things"], &["tag tag-good"]);
    sol.patch("/api/v1/me", json!({ "name": "Solange" })).await.expect(200);
    shows(&front(&bea).await, &["Solange"], &[]);
    let path = format!("/api/v1/selling/services/{service}");
    sol.put(
        &path,
        json!({ "title": "Advice", "rate_minor": 120, "published": false }),
    )
    .await
    .expect(200);
    shows(&front(&bea).await, &[], &["Knows things"]);
    sol.put(
        &path,
        json!({ "title": "Advice", "rate_minor": 120, "published": true }),
    )
    .await
    .expect(200);
    shows(&front(&bea).await, &["Knows things"], &[]);

    behind_its_back(&app, "UPDATE sellers SET headline = 'Knows better'");
    app.clock.advance(999);
    shows(&front(&bea).await, &["Knows things"], &["Knows better"]);
    app.clock.advance(1);
    shows(&front(&bea).await, &["Knows better"], &["Knows things"]);
    drop(page);
    // Without an open page, so that only the closing of the account can be what is seen.
    let admin = crate::consoles::admin_of_lumen(&app).await;
    let tom = app.bearer(LUMEN, "Tom").await;
    let (tom, _) = start_selling(&tom, "Counts stars", 120).await;
    shows(&front(&bea).await, &["Counts stars"], &[]);
    let suspend = format!("/api/v1/admin/users/{tom}/suspend");
    admin.post(&suspend, json!({ "reason": "rude" })).await.expect(204);
    shows(&front(&bea).await, &[], &["Counts stars"]);
}

#[tokio::test]
async fn searches_are_answered_from_what_there_is() {
    let app = TestApp::start().await;
    let (sol, bea) = (app.bearer(LUMEN, "Sol").await, app.anonymous(LUMEN));
    start_selling(&sol, "Knows things", 120).await;
    let found = bea.get("/search?q=knows").await.expect(200).text;
    shows(&found, &["Knows things", "value=\"knows\""], &[]);
    shows(&front(&bea).await, &["Knows things"], &["value=\"knows\""]);
    behind_its_back(&app, "UPDATE sellers SET headline = 'Knows better'");
    shows(
        &bea.get("/search?q=knows").await.expect(200).text,
        &["Knows better"],
        &[],
    );
}
