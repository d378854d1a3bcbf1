//! Cards that are kept: with consent, sealed, charged without a page, and only for as long as their holder wants it.

use crate::{
    support::{LUMEN, TestApp, TestUser},
    wallet::{audit, balance, begin, choose, path, state},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Bool, Integer, Text},
};
use serde_json::{Value, json};

const SECOND: i64 = 1_000;

#[derive(QueryableByName)]
struct Agreed {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    words: String,
    #[diesel(sql_type = Bool)]
    readable: bool,
}

/// Pays 10 of the currency with a card that is kept, and does `next` when it is charged later; gives the card's id.
pub async fn keep(user: &TestUser, next: &str) -> String {
    let before = methods(user).await;
    let wish = json!({ "amount_minor": 1_000, "way": "test", "keep": true });
    let begun = user.post("/api/v1/wallet/top-ups", wish).await.expect(201).json();
    let page = path(begun["redirect_url"].as_str().expect("a page"));
    user.form(&page, &[("choice", "succeed"), ("next", next)])
        .await
        .expect(303);
    let id = begun["id"].as_str().expect("an id");
    assert_eq!(state(user, id).await["state"], "settled");
    let kept = methods(user).await;
    let new = kept.iter().find(|one| !before.contains(one)).expect("one more");
    new["id"].as_str().expect("an id").to_owned()
}

async fn methods(user: &TestUser) -> Vec<Value> {
    let kept = user.get("/api/v1/wallet/methods").await.expect(200).json();
    kept.as_array().expect("a list").clone()
}

async fn charge(user: &TestUser, method: &str, amount_minor: i64) -> Value {
    let wish = json!({ "amount_minor": amount_minor, "way": format!("kept-{method}") });
    user.post("/api/v1/wallet/top-ups", wish).await.expect(201).json()
}

#[tokio::test]
async fn a_card_is_kept_with_consent_and_charged_without_a_page() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let ways = ada.get("/api/v1/wallet/ways").await.expect(200).json();
    let words = ways[0]["keep_words"].as_str().expect("what is agreed to").to_owned();
    assert!(
        words.contains("Keep this card for extensions and later payments"),
        "{words}"
    );

    // Without the box nothing is kept, nor with a card that is declined.
    let (id, page) = begin(&ada, 1_000).await;
    choose(&ada, &page, "succeed").await;
    state(&ada, &id).await;
    let wish = json!({ "amount_minor": 1_000, "keep": true });
    let begun = ada.post("/api/v1/wallet/top-ups", wish).await.expect(201).json();
    let page = path(begun["redirect_url"].as_str().expect("a page"));
    choose(&ada, &page, "decline").await;
    state(&ada, begun["id"].as_str().expect("an id")).await;
    assert_eq!(methods(&ada).await, Vec::<Value>::new());

    let method = keep(&ada, "pays").await;
    let kept = methods(&ada).await;
    assert_eq!((kept.len(), kept[0]["label"].as_str()), (1, Some("visa ···· 4242")));
    assert_eq!(kept[0]["way"], format!("kept-{method}"));
    let agreed: Agreed = sql_query(
        "SELECT consent_version AS version, consent_words AS words,
                position(convert_to(g.token, 'UTF8') IN sealed_token) > 0 AS readable
         FROM saved_methods m JOIN test_gateway_methods g USING (tenant_id)",
    )
    .get_result(&mut app.database.superuser())
    .expect("one");
    assert_eq!((agreed.version, agreed.words, agreed.readable), (1, words, false));

    let charged = charge(&ada, &method, 700).await;
    assert_eq!(
        (&charged["state"], &charged["redirect_url"]),
        (&json!("settled"), &Value::Null)
    );
    assert_eq!(balance(&ada).await, 2_700);
    let refused = ada
        .post(
            "/api/v1/wallet/top-ups",
            json!({ "amount_minor": 700, "way": format!("kept-{method}"), "keep": true }),
        )
        .await
        .expect(422);
    assert_eq!(refused.json()["error"]["field"], "keep");
    audit(&app).await;
}

#[tokio::test]
async fn the_wallets_form_has_the_box_and_offers_what_is_kept_first() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let fields = [("amount", "10"), ("way", "test"), ("keep", "on")];
    let to_page = ada.form("/wallet", &fields).await.expect(303);
    choose(&ada, &path(to_page.header("location")), "succeed").await;
    ada.get(&path(to_page.header("location"))).await.expect(303);
    app.clock.advance(61 * SECOND);
    app.jobs.run_due().await.expect("run");
    let method = methods(&ada).await[0]["id"].as_str().expect("kept").to_owned();
    let page = ada.get("/wallet").await.expect(200).text;
    let (kept, other) = (
        format!(r#"value="kept-{method}" data-holds checked"#),
        r#"value="test" data-keeps"#,
    );
    assert!(
        page.find(&kept).expect("offered") < page.find(other).expect("offered"),
        "{page}"
    );
    // The box is hidden for what is kept already: ticked, it says nothing.
    let way = format!("kept-{method}");
    let fields = [
        ("amount", "8"),
        ("way", way.as_str()),
        ("keep", "on"),
        ("next", "/live"),
    ];
    let done = ada.form("/wallet", &fields).await.expect(303);
    let seen = ada.get(&path(done.header("location"))).await.expect(200).text;
    assert!(seen.contains(r#"href="/live""#), "the way on");
    assert_eq!((balance(&ada).await, methods(&ada).await.len()), (1_800, 1));
    audit(&app).await;
}

#[tokio::test]
async fn a_card_that_is_refused_charges_nothing_and_one_whose_bank_asks_leads_to_a_page() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let declines = keep(&ada, "declines").await;
    let declined = charge(&ada, &declines, 700).await;
    assert_eq!(declined["state"], "declined");
    assert_eq!(declined["reason"], "The card was refused.");
    let seen = format!("/wallet/top-ups/{}", declined["id"].as_str().expect("an id"));
    let page = ada.get(&seen).await.expect(200).text;
    assert!(page.contains("The card was refused."), "{page}");
    ada.patch("/api/v1/me", json!({"language": "de"})).await.expect(200);
    let page = ada.get(&seen).await.expect(200).text;
    assert!(page.contains("Die Karte wurde abgelehnt."), "{page}");
    ada.patch("/api/v1/me", json!({"language": "en"})).await.expect(200);
    assert_eq!(balance(&ada).await, 1_000);

    let asks = keep(&ada, "asks").await;
    let asked = charge(&ada, &asks, 700).await;
    assert_eq!(asked["state"], "pending");
    assert_eq!(balance(&ada).await, 2_000, "nothing is charged before they are asked");
    let page = path(asked["redirect_url"].as_str().expect("a page"));
    choose(&ada, &page, "succeed").await;
    assert_eq!(
        state(&ada, asked["id"].as_str().expect("an id")).await["state"],
        "settled"
    );
    app.clock.advance(120 * SECOND);
    app.jobs.run_due().await.expect("run");
    assert_eq!(balance(&ada).await, 2_700);
    assert_eq!(
        app.database.count("top_ups WHERE state = 'declined'"),
        2,
        "the two charges"
    );
    audit(&app).await;
}

#[tokio::test]
async fn a_charge_whose_answer_gets_lost_is_found_out_and_made_once() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let method = keep(&ada, "gets_lost").await;
    let lost = charge(&ada, &method, 700).await;
    let id = lost["id"].as_str().expect("an id");
    assert_eq!((&lost["state"], balance(&ada).await), (&json!("unknown"), 1_000));
    assert_eq!(state(&ada, id).await["state"], "unknown", "it doesn't answer yet");
    // What may have been charged stays known to us until that is found out.
    let kept = format!("/api/v1/wallet/methods/{method}");
    assert_eq!(ada.delete(&kept).await.expect(409).code(), "being_charged");
    let page = format!("/account/methods/{method}");
    let refused = ada.form(&page, &[]).await.expect(409).text;
    assert!(refused.contains("still under way"), "{refused}");
    for _ in 0..4 {
        app.clock.advance(12 * SECOND);
        app.jobs.run_due().await.expect("run");
    }
    assert_eq!(state(&ada, id).await["state"], "settled");
    assert_eq!(balance(&ada).await, 1_700);
    assert_eq!(app.database.count("test_gateway_payments WHERE state = 'charged'"), 2);
    ada.delete(&kept).await.expect(204);
    audit(&app).await;
}

/// The server went away between the intent and the gateway: nothing was charged, and that is found out.
#[tokio::test]
async fn a_charge_that_was_never_made_is_given_up() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let method = keep(&ada, "gets_lost").await;
    let lost = charge(&ada, &method, 700).await;
    sql_query("UPDATE test_gateway_payments SET idempotency_key = 'another' WHERE return_url = ''")
        .execute(&mut app.database.superuser())
        .expect("as if it had never arrived");
    let id = lost["id"].as_str().expect("an id");
    for _ in 0..30 {
        app.clock.advance(60 * SECOND);
        app.jobs.run_due().await.expect("run");
    }
    let ada = ada.renewed().await;
    let given_up = state(&ada, id).await;
    assert_eq!(given_up["state"], "declined");
    assert_eq!(given_up["reason"], "Your card wasn't charged.");
    assert_eq!(balance(&ada).await, 1_000);
    audit(&app).await;
}

#[tokio::test]
async fn who_removes_a_card_is_asked_first_and_then_nobody_can_charge_it() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user(LUMEN, "Ada").await, app.user(LUMEN, "Bob").await);
    let method = keep(&ada, "pays").await;
    let wish = json!({ "amount_minor": 700, "way": format!("kept-{method}") });
    bob.post("/api/v1/wallet/top-ups", wish.clone()).await.expect(404);
    let account = ada.get("/account").await.expect(200).text;
    let page = format!("/account/methods/{method}");
    assert!(
        account.contains(&page) && account.contains("visa ···· 4242"),
        "{account}"
    );
    bob.get(&page).await.expect(404);
    bob.form(&page, &[]).await.expect(404);
    let question = ada.get(&page).await.expect(200).text;
    assert!(question.contains("Remove visa ···· 4242?"), "{question}");
    assert_eq!(methods(&ada).await.len(), 1, "only asked");
    ada.form(&page, &[]).await.expect(303);
    ada.form(&page, &[]).await.expect(303);
    assert_eq!(methods(&ada).await, Vec::<Value>::new());
    assert_eq!(app.database.count("saved_methods WHERE sealed_token IS NOT NULL"), 0);
    ada.post("/api/v1/wallet/top-ups", wish).await.expect(404);
    let madeup = json!({ "amount_minor": 700, "way": "kept-none" });
    ada.post("/api/v1/wallet/top-ups", madeup).await.expect(422);
    assert_eq!((balance(&ada).await, balance(&bob).await), (1_000, 0));
    audit(&app).await;
}

#[tokio::test]
async fn nobody_keeps_more_than_ten() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    for _ in 0..10 {
        keep(&ada, "pays").await;
    }
    let wish = json!({ "amount_minor": 500, "keep": true });
    let refused = ada.post("/api/v1/wallet/top-ups", wish).await.expect(422);
    assert_eq!(refused.json()["error"]["field"], "keep");
    assert_eq!(methods(&ada).await.len(), 10);
    audit(&app).await;
}
