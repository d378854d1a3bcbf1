//! A tenant's staff look after its accounts at providers: with a second factor, and with keys that never come back.

use super::stand_in::{
    Server,
    stripe::{SECRET_KEY, Stripe, WEBHOOK_SECRET},
};
use crate::{
    consoles::{actions, admin_of_lumen, id},
    support::{Authenticator, LUMEN, PASSWORD, TestApp, TestUser},
};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection as _, sql_query, sql_types::Text};
use serde_json::{Value, json};
use tallyroom::domain::gateway::Provider;
use url::Url;

const MINUTE: i64 = 60_000;
const ACCOUNTS: &str = "/api/v1/admin/gateway-accounts";

/// Where nobody answers.
fn nowhere() -> Url {
    "http://127.0.0.1:9/".parse().expect("an address")
}

/// The product with Stripe at that address.
async fn product(stripe: Url) -> TestApp {
    TestApp::start_with(|config| {
        config.development.enabled = true;
        config.gateways.elsewhere = [(Provider::Stripe, stripe)].into();
    })
    .await
}

fn stripe(secret_key: &str) -> Value {
    let keys = json!({"secret_key": secret_key, "webhook_secret": WEBHOOK_SECRET});
    json!({"provider": "stripe", "mode": "test", "keys": keys, "currencies": ["EUR"]})
}

fn of(account: &str) -> String {
    format!("{ACCOUNTS}/{account}")
}

/// The accounts as the console shows them.
async fn listed(by: &TestUser) -> Value {
    by.get(ACCOUNTS).await.expect(200).json()
}

/// Renews what ran out.
async fn refresh(user: &TestUser) {
    user.post("/api/v1/session/refresh", Value::Null).await.expect(200);
}

/// Whether a text stands in any row that anybody wrote.
fn stands_anywhere(app: &TestApp, text: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let mut conn = app.database.superuser();
    let search = format!(
        "CREATE TEMP TABLE found (line text);
         DO $$ DECLARE t record; BEGIN
             FOR t IN SELECT table_name FROM information_schema.tables
                      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' LOOP
                 EXECUTE format('INSERT INTO found SELECT %L || r::text FROM %I r WHERE r::text LIKE %L',
                     t.table_name, t.table_name, '%{text}%');
             END LOOP;
         END $$"
    );
    conn.batch_execute(&search).expect("searched");
    let rows: Vec<Line> = sql_query("SELECT line FROM found").load(&mut conn).expect("rows");
    rows.into_iter().map(|row| row.line).collect()
}

#[tokio::test]
async fn whoever_may_move_money_needs_a_second_factor_and_a_code_of_late() {
    let app = product(nowhere()).await;
    let admin = admin_of_lumen(&app).await;
    // Everything but money goes on without.
    let me = admin.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!(me["second_factor"], false);
    admin.get("/api/v1/admin/dashboard").await.expect(200);
    for refused in [
        admin.get(ACCOUNTS).await,
        admin.post(ACCOUNTS, stripe(SECRET_KEY)).await,
    ] {
        assert_eq!(refused.expect(409).code(), "second_factor_needed");
    }
    let authenticator = Authenticator::switched_on(&app, &admin).await;
    let me = admin.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!(me["second_factor"], true);
    // The code that switched it on is one of late.
    admin.post(ACCOUNTS, stripe(SECRET_KEY)).await.expect(201);

    app.clock.advance(10 * MINUTE);
    refresh(&admin).await;
    assert_eq!(
        admin.post(ACCOUNTS, stripe(SECRET_KEY)).await.expect(409).code(),
        "step_up_needed"
    );
    let account = listed(&admin).await["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for (refused, what) in [
        (admin.put(&of(&account), stripe("")).await, "changed"),
        (admin.delete(&of(&account)).await, "removed"),
        (
            admin
                .post(&format!("{}/switch", of(&account)), json!({"enabled": false}))
                .await,
            "switched",
        ),
        (
            admin.put("/api/v1/admin/gateway-order", json!({"order": []})).await,
            "arranged",
        ),
        (admin.post("/api/v1/admin/go-live", json!({})).await, "live"),
    ] {
        assert_eq!(refused.expect(409).code(), "step_up_needed", "{what}");
    }
    authenticator.step_up(&app, &admin).await;
    app.clock.advance(10 * MINUTE - 1);
    refresh(&admin).await;
    admin.put(&of(&account), stripe("")).await.expect(200);

    // Another session of the same person hasn't shown one; one that began with a code has.
    app.clock.advance(2);
    let other = app.anonymous(LUMEN);
    let waits = other.log_in("ada@lumen.example", PASSWORD).await.expect(202).json();
    refresh(&admin).await;
    admin.put(&of(&account), stripe("")).await.expect(409);
    let code = json!({"token": waits["token"], "code": authenticator.next_code(&app)});
    other.post("/api/v1/session/code", code).await.expect(200);
    other.put(&of(&account), stripe("")).await.expect(200);
    admin.put(&of(&account), stripe("")).await.expect(409);

    // Switched off, it is all over again.
    let off = authenticator.next_code(&app);
    let form = [("action", "switch_off"), ("code", off.as_str())];
    other.form("/account/second-factor", &form).await.expect(303);
    assert_eq!(other.get(ACCOUNTS).await.expect(409).code(), "second_factor_needed");
}

#[tokio::test]
async fn keys_go_in_and_never_come_out() {
    let app = product(nowhere()).await;
    let admin = admin_of_lumen(&app).await;
    Authenticator::switched_on(&app, &admin).await;
    let secret = "sk_test_51N0bodyShouldEverSeeThis9876";
    let added = admin.post(ACCOUNTS, stripe(secret)).await.expect(201);
    let account = id(&added);
    let list = listed(&admin).await;
    let shown = json!({"secret_key": "9876", "webhook_secret": "ests"});
    assert_eq!(list["items"][0]["keys"], shown);
    let told = format!(
        "{}{list}{}",
        added.text,
        admin.get("/api/v1/admin/audit").await.expect(200).text
    );
    assert!(!told.contains("51N0body") && !told.contains(WEBHOOK_SECRET), "{told}");
    assert_eq!(stands_anywhere(&app, "51N0body"), Vec::<String>::new());
    assert!(
        !stands_anywhere(&app, "9876").is_empty(),
        "the search finds what is there"
    );
    let hook = list["items"][0]["webhook_url"].as_str().expect("an address").to_owned();
    assert!(hook.ends_with(&format!("/webhooks/{account}")), "{hook}");

    // What isn't typed stays.
    let currencies = json!({"provider": "stripe", "mode": "test", "currencies": ["EUR", "USD"]});
    admin.put(&of(&account), currencies).await.expect(200);
    let list = listed(&admin).await;
    assert_eq!(list["items"][0]["keys"], shown);
    assert_eq!(list["items"][0]["currencies"], json!(["EUR", "USD"]));

    // A key of the other mode, none, and another provider's are refused at their field.
    let mut live = stripe("sk_live_51N0body9876");
    for (wanted, field, words) in [
        (live.clone(), "secret_key", "This key moves real money"),
        (stripe(""), "secret_key", "Enter this key"),
        (stripe("pk_test_1"), "secret_key", "This isn't a key of this provider"),
        (json!({"provider": "test", "mode": "test"}), "provider", "built in"),
        (
            json!({"provider": "stripe", "mode": "test", "currencies": ["euro"]}),
            "currencies",
            "isn't a currency",
        ),
    ] {
        let refused = admin.post(ACCOUNTS, wanted).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field, "{refused}");
        assert!(refused.to_string().contains(words), "{refused}");
    }
    live["mode"] = json!("live");
    live["keys"]["secret_key"] = json!("sk_test_51N0body9876");
    let refused = admin.post(ACCOUNTS, live).await.expect(422).json();
    assert!(refused.to_string().contains("this account is live"), "{refused}");
    let moved = json!({"provider": "iyzico", "mode": "test", "keys": {}});
    assert_eq!(
        admin.put(&of(&account), moved).await.expect(422).json()["error"]["field"],
        "provider"
    );
    assert_eq!(
        listed(&admin).await["items"].as_array().expect("items").len(),
        1,
        "nothing half done"
    );
}

#[tokio::test]
async fn a_connection_is_tested_before_people_pay_through_it() {
    let stand_in = Server::start(Stripe::new(1_800_014_400));
    let app = product(stand_in.origin.clone()).await;
    let admin = admin_of_lumen(&app).await;
    Authenticator::switched_on(&app, &admin).await;
    let good = id(&admin.post(ACCOUNTS, stripe(SECRET_KEY)).await.expect(201));
    let bad = id(&admin
        .post(ACCOUNTS, stripe("sk_test_of_somebody_else"))
        .await
        .expect(201));
    let switch = |account: &str| format!("{}/switch", of(account));
    let untested = admin.post(&switch(&good), json!({"enabled": true})).await.expect(409);
    assert_eq!(untested.code(), "connection_not_tested");

    let check = |account: &str| format!("{}/check", of(account));
    let works = admin.post(&check(&good), json!({})).await.expect(200).json();
    assert_eq!((&works["trouble"], works["checked_at"].is_i64()), (&Value::Null, true));
    let refused = admin.post(&check(&bad), json!({})).await.expect(200).json();
    assert!(refused["trouble"].is_string(), "{refused}");
    admin.post(&switch(&bad), json!({"enabled": true})).await.expect(409);
    admin.post(&switch(&good), json!({"enabled": true})).await.expect(204);
    let list = listed(&admin).await;
    assert_eq!(
        (&list["money"], &list["items"][0]["enabled"]),
        (&json!("test"), &json!(true))
    );
    assert_eq!(list["items"][1]["trouble"], refused["trouble"]);

    // In the order that staff want; one that is removed is gone, and its keys with it.
    admin
        .put("/api/v1/admin/gateway-order", json!({"order": [bad, good]}))
        .await
        .expect(204);
    assert_eq!(listed(&admin).await["items"][0]["id"], json!(bad));
    admin.delete(&of(&bad)).await.expect(204);
    admin.delete(&of(&bad)).await.expect(404);
    admin.post(&check(&bad), json!({})).await.expect(404);
    assert_eq!(listed(&admin).await["items"].as_array().expect("items").len(), 1);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let written = actions(&log);
    assert_eq!(
        written[..4],
        ["gateway.removed", "gateway.switched", "gateway.added", "gateway.added"],
        "{written:?}"
    );
}

/// Keys that nobody has tried take no payments.
#[tokio::test]
async fn other_keys_switch_an_account_off_until_they_are_tested() {
    let app = product(nowhere()).await;
    let admin = admin_of_lumen(&app).await;
    Authenticator::switched_on(&app, &admin).await;
    let account = id(&admin.post(ACCOUNTS, stripe(SECRET_KEY)).await.expect(201));
    let tried = "UPDATE gateway_accounts SET enabled = true, checked_at = created_at";
    app.database
        .superuser()
        .batch_execute(tried)
        .expect("as if it was tried");
    let currencies = json!({"provider": "stripe", "mode": "test", "currencies": ["EUR", "USD"]});
    admin.put(&of(&account), currencies).await.expect(200);
    let shown = &listed(&admin).await["items"][0];
    assert_eq!(shown["enabled"], true, "the keys are what they were: {shown}");
    let changed = admin
        .put(&of(&account), stripe("sk_test_51OtherKeyThatNobodyHasTried"))
        .await;
    assert_eq!(changed.expect(200).json()["enabled"], false);
    let shown = &listed(&admin).await["items"][0];
    assert_eq!((&shown["enabled"], &shown["checked_at"]), (&json!(false), &Value::Null));
    let on = json!({"enabled": true});
    let early = admin.post(&format!("{}/switch", of(&account)), on).await.expect(409);
    assert_eq!(early.code(), "connection_not_tested");
}
