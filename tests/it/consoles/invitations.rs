//! Invitations: what they are for, how long, and that nobody else comes in with them.

use super::{actions, founded, id, invite, joined, yes};
use crate::support::{PASSWORD, TestApp, registration};
use serde_json::json;

const BOSS: &str = "boss@harbour.example";
const MINUTE: i64 = 60_000;

fn letters(app: &TestApp, email: &str) -> Vec<String> {
    let letters = app.letters(email);
    let kind = |letter: &serde_json::Value| letter["letter"].as_str().expect("a kind").to_owned();
    letters.iter().map(kind).collect()
}

#[tokio::test]
async fn a_registration_with_an_invited_address_changes_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    invite(&founded.admin, BOSS, "admin", json!([])).await.expect(201);
    let mallory = app.anonymous(&founded.host);
    let mut form = registration(BOSS, "Mallory");
    form["password"] = json!("the password of mallory");
    mallory.post("/api/v1/register", form.clone()).await.expect(202);
    assert_eq!(
        letters(&app, BOSS),
        ["invite"],
        "nothing that would confirm what Mallory typed"
    );
    let first = app.mailed_token(BOSS, "invite");
    app.clock.advance(MINUTE + 1);
    mallory.post("/api/v1/register", form).await.expect(202);
    assert_eq!(
        letters(&app, BOSS),
        ["invite", "invite"],
        "who reads the mail may have lost it"
    );
    let old = yes(&first, PASSWORD);
    mallory.post("/api/v1/invitation", old).await.expect(409);

    let boss = joined(&app, &founded.host, BOSS).await;
    let me = boss.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!((&me["role"], &me["name"]), (&json!("admin"), &json!("Somebody")));
    mallory.log_in(BOSS, "the password of mallory").await.expect(401);
}

#[tokio::test]
async fn proving_an_address_another_way_is_not_saying_yes() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let boss_id = id(&invite(&founded.admin, BOSS, "admin", json!([])).await.expect(201));
    let boss = app.anonymous(&founded.host);
    let forgot = json!({"email": BOSS});
    boss.post("/api/v1/password/forgot", forgot).await.expect(202);
    let reset = json!({"token": app.mailed_token(BOSS, "reset"), "password": PASSWORD});
    boss.post("/api/v1/password/reset", reset).await.expect(204);
    boss.log_in(BOSS, PASSWORD).await.expect(200);

    boss.get("/api/v1/admin/me").await.expect(403);
    let late = yes(&app.mailed_token(BOSS, "invite"), "another password");
    boss.post("/api/v1/invitation", late).await.expect(409);
    let list = founded.admin.get("/api/v1/admin/staff?q=boss").await.expect(200).json();
    assert_eq!(list["items"][0]["invited"], true);
    let ada = founded.admin.get("/api/v1/admin/me").await.expect(200).json();
    let ada = format!("/api/v1/admin/staff/{}", ada["id"].as_str().unwrap());
    assert_eq!(founded.admin.delete(&ada).await.expect(409).code(), "last_admin");

    let again = invite(&founded.admin, BOSS, "admin", json!([])).await.expect(201);
    assert_eq!(id(&again), boss_id);
    boss.get("/api/v1/admin/me").await.expect(200);
    founded.admin.delete(&ada).await.expect(204);
}

#[tokio::test]
async fn who_joined_has_used_up_every_other_link() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    invite(&founded.admin, BOSS, "admin", json!([])).await.expect(201);
    let boss = app.anonymous(&founded.host);
    boss.post("/api/v1/password/forgot", json!({"email": BOSS}))
        .await
        .expect(202);
    joined(&app, &founded.host, BOSS).await;
    let reset = json!({"token": app.mailed_token(BOSS, "reset"), "password": "another password"});
    boss.post("/api/v1/password/reset", reset).await.expect(409);
    boss.log_in(BOSS, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn asking_again_shows_what_it_replaces_and_floods_nobody() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    invite(&founded.admin, BOSS, "staff", json!(["users"]))
        .await
        .expect(201);
    invite(&founded.admin, BOSS, "staff", json!(["money"]))
        .await
        .expect(201);
    assert_eq!(letters(&app, BOSS).len(), 1, "one a minute");
    let log = founded
        .admin
        .get("/api/v1/admin/audit?action=staff.invited")
        .await
        .expect(200)
        .json();
    let entry = &log["items"][0];
    assert_eq!(
        (&entry["before"]["permissions"], &entry["after"]["permissions"]),
        (&json!(["users"]), &json!(["money"]))
    );
    assert!(log["items"][1]["before"].is_null());
    app.clock.advance(MINUTE + 1);
    invite(&founded.admin, BOSS, "staff", json!(["money"]))
        .await
        .expect(201);
    assert_eq!(letters(&app, BOSS).len(), 2);
}

#[tokio::test]
async fn nobody_is_asked_who_could_not_come() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let bob = app.user(&founded.host, "Bob").await;
    let closed = format!("/api/v1/admin/users/{}/suspend", super::own_id(&bob).await);
    founded.admin.post(&closed, json!({"reason": "rude"})).await.expect(204);
    let refused = invite(&founded.admin, &bob.email, "staff", json!([])).await.expect(409);
    assert_eq!(refused.code(), "suspended");

    let tenant = format!("/api/platform/tenants/{}", founded.id);
    let owner = &founded.owner.browser;
    let reason = json!({"reason": "unpaid"});
    owner.post(&format!("{tenant}/suspend"), reason).await.expect(200);
    let refused = owner
        .post(&format!("{tenant}/admins"), json!({"email": BOSS, "name": "Boss"}))
        .await;
    assert_eq!(refused.expect(409).code(), "not_active");
    assert!(letters(&app, BOSS).is_empty());
}

#[tokio::test]
async fn whoever_is_asked_to_sell_does_once_they_said_yes() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let asked = json!({"email": "sela@harbour.example", "name": "Sela", "headline": "Teaches sailing"});
    let ask = || founded.admin.post("/api/v1/admin/sellers", asked.clone());
    let empty = json!({"email": "sela@harbour.example", "name": "Sela", "headline": " "});
    founded.admin.post("/api/v1/admin/sellers", empty).await.expect(422);
    let sela_id = id(&ask().await.expect(201));
    // Asking again before the answer is no second seller.
    assert_eq!(id(&ask().await.expect(201)), sela_id);
    let sellers = || async { founded.admin.get("/api/v1/admin/sellers").await.expect(200).json() };
    let list = sellers().await;
    assert_eq!(
        (&list["total"], &list["items"][0]["invited"]),
        (&json!(1), &json!(true))
    );
    let visitor = app.anonymous(&founded.host);
    let page = format!("/api/v1/sellers/{sela_id}");
    visitor.get(&page).await.expect(404);

    // Registering with the address helps nobody else.
    let mallory = registration("sela@harbour.example", "Mallory");
    visitor.post("/api/v1/register", mallory).await.expect(202);
    assert_eq!(letters(&app, "sela@harbour.example"), ["invite"]);

    // Nor does a new password, without what everybody declares: the link that asks for it is sent once more.
    app.clock.advance(MINUTE + 1);
    let forgot = json!({"email": "sela@harbour.example"});
    visitor.post("/api/v1/password/forgot", forgot).await.expect(202);
    assert_eq!(letters(&app, "sela@harbour.example"), ["invite", "invite"]);

    let token = app.mailed_token("sela@harbour.example", "invite");
    let mut undeclared = yes(&token, PASSWORD);
    undeclared["of_age"] = json!(false);
    visitor.post("/api/v1/invitation", undeclared).await.expect(422);
    let sela = joined(&app, &founded.host, "sela@harbour.example").await;
    sela.get("/api/v1/admin/me").await.expect(403);
    sela.get("/api/v1/selling/services").await.expect(200);
    let shown = visitor.get(&page).await.expect(200).json();
    assert_eq!(
        (&shown["name"], &shown["headline"]),
        (&json!("Sela"), &json!("Teaches sailing"))
    );
    assert_eq!(sellers().await["items"][0]["invited"], false);
    assert_eq!(ask().await.expect(409).code(), "already_seller");
    let log = founded.admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..2], ["seller.invited", "seller.invited"]);
}

#[tokio::test]
async fn who_has_an_account_sells_with_it_and_is_told() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let bob = app.user(&founded.host, "Bob").await;
    let asked = json!({"email": bob.email, "name": "Robert", "headline": "Listens"});
    let bob_id = id(&founded.admin.post("/api/v1/admin/sellers", asked).await.expect(201));
    let letter = app.letters(&bob.email).pop().expect("a letter");
    assert_eq!((&letter["letter"], &letter["task"]), (&json!("invite"), &json!("sell")));
    assert!(letter["link"].as_str().expect("a link").ends_with("/sell"), "{letter}");
    let shown = bob.get(&format!("/api/v1/sellers/{bob_id}")).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["headline"]), (&json!("Bob"), &json!("Listens")));
}
