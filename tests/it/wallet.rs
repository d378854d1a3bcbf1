//! Credit through its real doors: the API, the pages and the test gateway's payment page.

use crate::support::{Answer, LUMEN, PASSWORD, TestApp, TestUser, VELVET};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use futures::future::join_all;
use serde_json::{Value, json};
use tallyroom::store::ledger;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// Begins a top-up; gives its id and the payment page's path.
pub async fn begin(user: &TestUser, amount_minor: i64) -> (String, String) {
    let begun = user
        .post("/api/v1/wallet/top-ups", json!({ "amount_minor": amount_minor }))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (begun["state"].as_str(), begun["amount_minor"].as_i64()),
        (Some("pending"), Some(amount_minor))
    );
    let id = begun["id"].as_str().expect("an id").to_owned();
    (id, path(begun["redirect_url"].as_str().expect("a page")))
}

/// An absolute address of the tenant's host without scheme and host.
pub fn path(address: &str) -> String {
    let rest = address.strip_prefix("http://").expect("absolute");
    rest[rest.find('/').expect("a path")..].to_owned()
}

pub async fn choose(user: &TestUser, page: &str, choice: &str) -> Answer {
    user.form(page, &[("choice", choice)]).await.expect(303)
}

pub async fn state(user: &TestUser, id: &str) -> Value {
    user.get(&format!("/api/v1/wallet/top-ups/{id}"))
        .await
        .expect(200)
        .json()
}

pub async fn balance(user: &TestUser) -> i64 {
    user.get("/api/v1/wallet").await.expect(200).json()["balance_minor"]
        .as_i64()
        .expect("a number")
}

pub async fn audit(app: &TestApp) {
    for host in [LUMEN, VELVET] {
        let scope = app.scope(host).await;
        app.app
            .db
            .tenant(&scope, ledger::invariants)
            .await
            .expect("right books");
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn top_ups(app: &TestApp) -> i64 {
    let count: Count = sql_query("SELECT count(*) FROM top_ups")
        .get_result(&mut app.database.superuser())
        .expect("counted");
    count.count
}

#[tokio::test]
async fn paid_once_credited_once_however_often_it_is_looked_at() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let (id, page) = begin(&ada, 2_500).await;
    let html = ada.get(&page).await.expect(200).text;
    assert!(html.contains("Test payment page"), "test mode is visible");
    assert_eq!(state(&ada, &id).await["state"], "pending");
    let back = choose(&ada, &page, "succeed").await;
    assert!(
        back.header("location").ends_with(&format!("/wallet/top-ups/{id}")),
        "{}",
        back.header("location")
    );

    let all = join_all((0..6).map(|_| state(&ada, &id))).await;
    assert!(all.iter().all(|top_up| top_up["state"] == "settled"), "{all:?}");
    ada.get(&path(back.header("location"))).await.expect(200);
    let wallet = ada.get("/api/v1/wallet").await.expect(200).json();
    assert_eq!(
        (wallet["balance_minor"].as_i64(), wallet["currency"].as_str()),
        (Some(2_500), Some("EUR"))
    );
    let lines = wallet["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (lines[0]["kind"].as_str(), lines[0]["text"].as_str()),
        (Some("top_up"), Some("Credit added"))
    );
    assert_eq!(
        (lines[0]["amount_minor"].as_i64(), lines[0]["balance_minor"].as_i64()),
        (Some(2_500), Some(2_500))
    );
    assert_eq!(lines[0]["id"], id.as_str(), "the transfer has the top-up's id");

    // The page can't be used again, and says so by leading back.
    choose(&ada, &page, "decline").await;
    ada.get(&page).await.expect(303);
    assert_eq!(state(&ada, &id).await["state"], "settled");
    audit(&app).await;
}

#[tokio::test]
async fn a_declined_payment_says_why_and_moves_nothing() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let (id, page) = begin(&ada, 1_000).await;
    choose(&ada, &page, "decline").await;
    let declined = state(&ada, &id).await;
    assert_eq!(declined["state"], "declined");
    assert_eq!(declined["reason"], "The card was refused.");
    assert_eq!(declined["redirect_url"], Value::Null);
    choose(&ada, &page, "succeed").await;
    assert_eq!(state(&ada, &id).await["state"], "declined", "an outcome stays");
    assert_eq!(balance(&ada).await, 0);
    audit(&app).await;
}

#[tokio::test]
async fn the_bank_may_want_to_know() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    for (answer, outcome, credit) in [("decline", "declined", 0), ("succeed", "settled", 1_000)] {
        let (id, page) = begin(&ada, 1_000).await;
        let challenge = choose(&ada, &page, "authenticate").await;
        assert_eq!(challenge.header("location"), page);
        assert!(ada.get(&page).await.expect(200).text.contains("Confirm with your bank"));
        assert_eq!(state(&ada, &id).await["state"], "pending");
        choose(&ada, &page, answer).await;
        assert_eq!(state(&ada, &id).await["state"], outcome);
        assert_eq!(balance(&ada).await, credit);
    }
    audit(&app).await;
}

#[tokio::test]
async fn an_answer_that_gets_lost_is_found_out_and_never_paid_twice() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let (id, page) = begin(&ada, 3_000).await;
    choose(&ada, &page, "timeout").await;
    assert_eq!(state(&ada, &id).await["state"], "unknown");
    let waiting = ada.get(&format!("/wallet/top-ups/{id}")).await.expect(200).text;
    assert!(waiting.contains("finding out"), "{waiting}");
    assert_eq!(balance(&ada).await, 0);

    // Nobody looks; the jobs do.
    app.clock.advance(12 * SECOND);
    app.jobs.run_due().await.expect("run");
    assert_eq!(balance(&ada).await, 0, "still silent");
    app.clock.advance(12 * SECOND);
    app.jobs.run_due().await.expect("run");
    assert_eq!(balance(&ada).await, 3_000);
    assert_eq!(state(&ada, &id).await["state"], "settled");
    let told = ada.get("/notifications").await.expect(200).text;
    assert!(told.contains("Your payment of €30.00 has arrived"), "{told}");
    for _ in 0..3 {
        app.clock.advance(60 * SECOND);
        app.jobs.run_due().await.expect("run");
    }
    assert_eq!(balance(&ada).await, 3_000);
    audit(&app).await;
}

#[tokio::test]
async fn who_never_comes_back_is_asked_about_until_the_page_runs_out() {
    let app = TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    let bob = app.bearer(LUMEN, "Bob").await;
    let (left, _) = begin(&ada, 1_000).await;
    let (paid, page) = begin(&bob, 1_000).await;
    let person = app.anonymous(LUMEN);
    choose(&person, &page, "succeed").await;
    let query = |id: &str| format!("SELECT count(*) FROM top_ups WHERE id = '{id}' AND state = ");
    let is = |id: &str, state: &str| {
        let sql = format!("{}'{state}'", query(id));
        sql_query(sql)
            .get_result::<Count>(&mut app.database.superuser())
            .expect("counted")
            .count
            == 1
    };
    app.clock.advance(61 * SECOND);
    app.jobs.run_due().await.expect("run");
    assert!(is(&paid, "settled"), "paid, and the browser closed");
    assert!(is(&left, "pending"));
    let mut waited = 61 * SECOND;
    while !is(&left, "declined") {
        app.clock.advance(5 * 60 * SECOND);
        waited += 5 * 60 * SECOND;
        app.jobs.run_due().await.expect("run");
        assert!(waited < 3 * HOUR, "asked for ever");
    }
    assert!(waited >= HOUR, "the page could be used until then");
    audit(&app).await;
}

#[tokio::test]
async fn a_page_that_ran_out_takes_nothing() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let (_, page) = begin(&ada, 1_000).await;
    app.clock.advance(HOUR);
    let person = app.anonymous(LUMEN);
    person.get(&page).await.expect(409);
    person.form(&page, &[("choice", "succeed")]).await.expect(409);
}

#[tokio::test]
async fn amounts_out_of_bounds_are_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    for amount in [
        json!(0),
        json!(-500),
        json!(499),
        json!(50_001),
        json!(i64::MAX),
        json!(i64::MIN),
    ] {
        let refused = ada
            .post("/api/v1/wallet/top-ups", json!({ "amount_minor": amount }))
            .await
            .expect(422);
        assert_eq!(refused.json()["error"]["field"], "amount_minor");
        assert!(refused.text.contains("5.00 EUR to 500.00 EUR"), "{}", refused.text);
    }
    for body in [
        json!({ "amount_minor": 10.5 }),
        json!({ "amount_minor": "1000" }),
        json!({ "amount_minor": 1e30 }),
        json!({ "amount_minor": 1_000, "currency": "USD" }),
        json!({}),
        json!([]),
    ] {
        let refused = ada.post("/api/v1/wallet/top-ups", body.clone()).await;
        assert!(refused.status.is_client_error(), "{body}: {}", refused.status);
    }
    for typed in [
        "",
        "4.99",
        "500.01",
        "1e3",
        "-20",
        "12.345",
        "<script>alert(1)</script>",
    ] {
        let refused = ada.form("/wallet", &[("amount", typed)]).await.expect(422);
        assert!(!refused.text.contains("<script>alert"), "typed text comes back as text");
    }
    assert_eq!(top_ups(&app), 0);
}

#[tokio::test]
async fn the_wallets_form_leads_to_the_page_and_back_to_where_one_was() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    ada.get("/wallet?next=%2Flive").await.expect(200);
    let to_page = ada
        .form(
            "/wallet",
            &[("amount", "12,50"), ("amount_minor", "2000"), ("next", "/live")],
        )
        .await
        .expect(303);
    let back = choose(&ada, &path(to_page.header("location")), "succeed").await;
    let back = path(back.header("location"));
    assert!(back.ends_with("?next=%2Flive"), "{back}");
    let page = ada.get(&back).await.expect(200).text;
    assert!(page.contains("12.50"), "the typed amount wins");
    assert!(page.contains(r#"href="/live""#), "the way on");
    assert_eq!(balance(&ada).await, 1_250);
    let evil = ada
        .form("/wallet", &[("amount_minor", "2000"), ("next", "//evil.example")])
        .await
        .expect(303);
    let back = choose(&ada, &path(evil.header("location")), "succeed").await;
    assert!(!back.header("location").contains("evil"));
    let wallet = ada.get("/wallet").await.expect(200).text;
    assert!(wallet.contains("Credit added"));
}

#[tokio::test]
async fn top_ups_are_their_owners_and_their_tenants() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.bearer(LUMEN, "Ada").await, app.bearer(LUMEN, "Bob").await);
    let eve = app.bearer(VELVET, "Eve").await;
    let (id, page) = begin(&ada, 1_000).await;
    for stranger in [&bob, &eve] {
        stranger.get(&format!("/api/v1/wallet/top-ups/{id}")).await.expect(404);
    }
    eve.get(&page).await.expect(404);
    app.anonymous(LUMEN).get("/api/v1/wallet").await.expect(401);
    app.anonymous(LUMEN)
        .post("/api/v1/wallet/top-ups", json!({ "amount_minor": 1_000 }))
        .await
        .expect(401);
    ada.get("/api/v1/wallet/top-ups/not-an-id").await.expect(404);
    ada.get(&format!("/gateway/test/{id}")).await.expect(404);
    // Dollars in velvet: another currency, another wallet.
    let (own, page) = begin(&eve, 700).await;
    choose(&app.anonymous(VELVET), &page, "succeed").await;
    assert_eq!(state(&eve, &own).await["currency"], "USD");
    assert_eq!((balance(&eve).await, balance(&ada).await), (700, 0));
    audit(&app).await;
}

#[tokio::test]
async fn nobody_piles_up_open_payments() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let mut last = String::new();
    for _ in 0..10 {
        last = begin(&ada, 1_000).await.1;
    }
    let refused = ada
        .post("/api/v1/wallet/top-ups", json!({ "amount_minor": 1_000 }))
        .await
        .expect(409);
    assert_eq!(refused.code(), "too_many_open_top_ups");
    choose(&ada, &last, "decline").await;
    ada.get("/wallet").await.expect(200);
    assert_eq!(top_ups(&app), 10);
}

#[tokio::test]
async fn statements_page_and_their_balances_add_up() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    for number in 0..27 {
        let (id, page) = begin(&ada, 500 + number).await;
        choose(&ada, &page, "succeed").await;
        state(&ada, &id).await;
        app.clock.advance(SECOND);
    }
    let first = ada.get("/api/v1/wallet").await.expect(200).json();
    let second = ada.get("/api/v1/wallet?page=2").await.expect(200).json();
    assert_eq!((&first["next_page"], &second["next_page"]), (&json!(2), &Value::Null));
    let lines: Vec<&Value> = first["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .chain(second["lines"].as_array().expect("lines"))
        .collect();
    assert_eq!(lines.len(), 27);
    let number = |line: &Value, name: &str| line[name].as_i64().expect("a number");
    assert_eq!(number(lines[0], "balance_minor"), number(&first, "balance_minor"));
    for pair in lines.windows(2) {
        assert_eq!(
            number(pair[0], "balance_minor") - number(pair[0], "amount_minor"),
            number(pair[1], "balance_minor"),
            "each line follows from the one before"
        );
    }
    assert_eq!(number(lines[26], "amount_minor"), number(lines[26], "balance_minor"));
}

/// Whoever is new can't bring much in a day; whoever has paid for a while can, and no more once a bank takes something back.
#[tokio::test]
async fn limits_grow_with_history_and_fall_with_a_chargeback() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let paid = async |minor: i64| {
        let (id, page) = begin(&ada, minor).await;
        choose(&ada, &page, "succeed").await;
        assert_eq!(state(&ada, &id).await["state"], "settled");
        id
    };
    let refused = async |minor: i64, status: u16| {
        let body = json!({ "amount_minor": minor });
        ada.post("/api/v1/wallet/top-ups", body).await.expect(status)
    };
    refused(50_001, 422).await;
    for _ in 0..3 {
        paid(50_000).await;
    }
    assert_eq!(refused(500, 409).await.code(), "trust_limit");
    let log_in = async || drop(ada.log_in(&ada.email, PASSWORD).await.expect(200));
    app.clock.advance(8 * 24 * HOUR);
    log_in().await;
    let last = paid(100_000).await;
    refused(100_001, 422).await;
    sql_query(format!(
        "INSERT INTO chargebacks (tenant_id, id, reference, charge, top_up_id, buyer_id, amount_minor, currency, reason,
             stage, opened_at)
         SELECT tenant_id, gen_random_uuid(), 'cb', 'ch', id, user_id, amount_minor, currency, 'fraud', 'open', updated_at
         FROM top_ups WHERE id = '{last}'"
    ))
    .execute(&mut app.database.superuser())
    .expect("taken back");
    app.clock.advance(25 * HOUR);
    log_in().await;
    refused(50_001, 422).await;
    paid(50_000).await;
    audit(&app).await;
}
