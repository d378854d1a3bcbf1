//! From asking to the bank, or back.

use super::{Clerk, DAY, House};
use crate::{
    consoles::{actions, own_id},
    support::Authenticator,
};
use serde_json::json;
use tallyroom::{domain::ids::UserId, store::ledger::AccountKind};
use uuid::Uuid;

#[tokio::test]
async fn asked_for_approved_by_another_sent_and_paid_or_failed() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    let (ada, cleo) = Clerk::two(&house).await;

    // The form sent twice asks once.
    let id = Uuid::now_v7();
    house.ask_with(id, "25").await.expect(303);
    house.ask_with(id, "25").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 7_500, 2_500, 0]);
    assert_eq!(house.ask("75.01").await.status, 422, "more than there is");
    assert_eq!(house.ask("19.99").await.status, 422, "less than is paid out");
    assert_eq!(house.ask("-5").await.status, 422);
    assert_eq!(house.ask("25.001").await.status, 422);

    // Staff ask for the seller; whoever asked can't approve.
    let own = Uuid::now_v7();
    let path = format!("users/{}/payouts", house.seller_id);
    let asked = json!({"id": own, "amount_minor": 3_000});
    cleo.post(&path, asked.clone()).await.expect(204);
    cleo.post(&path, asked).await.expect(204);
    assert_eq!(house.where_it_is().await, [0, 4_500, 5_500, 0]);
    let ids = cleo.payouts("requested").await;
    assert_eq!(ids.len(), 2);
    let refused = cleo.post("payouts/approve", json!({ "ids": ids })).await.expect(409);
    assert_eq!(refused.code(), "own_payout");
    assert_eq!(cleo.payouts("requested").await.len(), 2, "all or nothing");
    let early = ada.post("payouts/batch", json!({ "ids": ids })).await.expect(409);
    assert_eq!(early.code(), "payout_state", "nobody has approved them");
    ada.post("payouts/approve", json!({ "ids": ids })).await.expect(204);
    let again = ada.post("payouts/approve", json!({ "ids": ids })).await.expect(409);
    assert_eq!(again.code(), "payout_state");
    let fields = [("action", "cancel"), ("id", ids[0].as_str())];
    assert_eq!(
        house.seller.form("/sell/earnings", &fields).await.status,
        409,
        "somebody has decided"
    );
    assert_eq!(house.where_it_is().await, [0, 4_500, 5_500, 0]);

    // Where it goes was fixed when it was asked for.
    house.say_where("GB29 NWBK 6016 1331 9268 19").await.expect(303);
    let batched = ada
        .post("payouts/batch", json!({ "ids": ids }))
        .await
        .expect(201)
        .json();
    assert_eq!(batched["number"], 1);
    let table = ada.get("payout-batches/1/csv").await.expect(200);
    assert_eq!(table.header("cache-control"), "no-store");
    let lines: Vec<&str> = table.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.text);
    assert!(
        lines[1].contains("\"Sol Seller\",\"DE89370400440532013000\",\"\",\"25.00\",\"EUR\",\"LUMEN\""),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("\"30.00\""), "{}", lines[2]);

    // One fails, the rest is paid.
    ada.post(&format!("payouts/{}/fail", ids[0]), json!({"reason": "Account closed"}))
        .await
        .expect(204);
    assert_eq!(house.where_it_is().await, [0, 7_000, 3_000, 0]);
    ada.post("payout-batches/1/paid", json!({})).await.expect(204);
    assert_eq!(house.where_it_is().await, [0, 7_000, 0, 3_000]);
    assert_eq!(
        ada.post("payout-batches/1/paid", json!({})).await.expect(409).code(),
        "payout_state"
    );
    let late = ada
        .post(&format!("payouts/{}/fail", ids[1]), json!({"reason": "Oops"}))
        .await;
    assert_eq!(late.expect(409).code(), "payout_state", "what was paid stays so");
    assert_eq!(house.where_it_is().await, [0, 7_000, 0, 3_000]);

    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    for shown in [
        "Paid out",
        "Account closed",
        "Didn’t arrive",
        "GB29 •••• 6819",
        "DE89 •••• 3000",
        "€70.00",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("37040044"), "no page has all of it");
    house.run_jobs().await;
    let mails = house.app.mails_to(&house.seller.email);
    let said = |words: &str| mails.iter().filter(|mail| mail.text.contains(words)).count();
    assert_eq!(said("is approved and will be sent"), 2);
    assert_eq!((said("is sent"), said("Account closed")), (1, 1));
    let log = ada.get("audit?per_page=100").await.expect(200).json();
    let wanted = [
        "payouts.paid",
        "payout.failed",
        "payouts.fetched",
        "payouts.batched",
        "payout.approved",
        "payout.requested",
    ];
    for action in wanted {
        assert!(actions(&log).contains(&action), "{action}");
    }
    // No text of the log has where it went.
    assert!(!log.to_string().contains("37040044"));
}

#[tokio::test]
async fn only_a_fresh_code_moves_money() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    house.ask("").await.expect(303);
    let (ada, cleo) = Clerk::two(&house).await;
    house.app.clock.advance(10 * 60_000);
    for clerk in [&ada, &cleo] {
        clerk.refresh().await;
    }
    let ids = json!({ "ids": ada.payouts("requested").await });
    let freeze = format!("users/{}/freeze", house.seller_id);
    let reset = format!("users/{}/reset-factor", house.seller_id);
    let decide = format!("disputes/{}/decide", Uuid::now_v7());
    let refund = json!({"id": Uuid::now_v7(), "call_id": Uuid::now_v7(), "amount_minor": 1, "reason": "Because"});
    for (path, body) in [
        ("payouts/approve", &ids),
        ("payouts/batch", &ids),
        ("payout-batches/1/paid", &json!({})),
        (freeze.as_str(), &json!({"reason": "Because"})),
        (decide.as_str(), &json!({"refund_minor": 0, "reason": "Because"})),
        (reset.as_str(), &json!({"reason": "Because"})),
        ("refunds", &refund),
    ] {
        let refused = ada.post(path, body.clone()).await.expect(409);
        assert_eq!(refused.code(), "step_up_needed", "{path}");
    }
    let fetched = ada.get("payout-batches/1/csv").await.expect(409);
    assert_eq!(fetched.code(), "step_up_needed");
    ada.codes.step_up(&house.app, &ada.browser).await;
    ada.post("payouts/approve", ids).await.expect(204);
    // Refusing moves nothing out: it needs no code, and the money comes back.
    let approved = cleo.payouts("approved").await;
    let refuse = format!("payouts/{}/refuse", approved[0]);
    assert_eq!(cleo.post(&refuse, json!({"reason": " "})).await.status, 422);
    cleo.post(&refuse, json!({"reason": "Call us first"})).await.expect(204);
    assert_eq!(house.where_it_is().await, [0, 10_000, 0, 0]);
    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    assert!(page.contains("Call us first"), "{page}");
}

#[tokio::test]
async fn whoever_is_frozen_closed_or_unknown_is_not_paid_out() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    let (ada, _) = Clerk::two(&house).await;
    house.ask("20").await.expect(303);
    let ids = json!({ "ids": ada.payouts("requested").await });
    let user = format!("users/{}", house.seller_id);
    ada.post(&format!("{user}/freeze"), json!({"reason": "Looks odd"}))
        .await
        .expect(204);
    let twice = ada
        .post(&format!("{user}/freeze"), json!({"reason": "Looks odd"}))
        .await;
    assert_eq!(twice.expect(409).code(), "frozen");
    assert_eq!(
        ada.post("payouts/approve", ids.clone()).await.expect(409).code(),
        "frozen"
    );
    let frozen = house.ask("20").await;
    assert_eq!(frozen.status, 409);
    assert!(frozen.text.contains("Your credit is frozen"), "{}", frozen.text);
    let sheet = ada.get(&user).await.expect(200).json();
    assert_eq!(
        (&sheet["frozen"]["reason"], &sheet["earned_minor"]),
        (&json!("Looks odd"), &json!(10_000))
    );
    ada.post(&format!("{user}/unfreeze"), json!({})).await.expect(204);
    ada.post("payouts/approve", ids).await.expect(204);

    let rules = json!({"hold_days": 7, "least_minor": 1_000, "identity_needed": true});
    ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(204);
    let unknown = house.ask("20").await.expect(303);
    assert_eq!(unknown.header("location"), "/account/identity");
    for (field, wrong) in [("hold_days", json!(91)), ("least_minor", json!(0))] {
        let mut rules = json!({"hold_days": 7, "least_minor": 1_000, "identity_needed": false});
        rules[field] = wrong;
        ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(422);
    }
    let rules = json!({"hold_days": 0, "least_minor": 1_000, "identity_needed": false});
    ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(204);
    house.earn(1_000).await;
    house.ask("").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 0, 11_000, 0], "nothing is held any more");

    let approved = json!({ "ids": ada.payouts("approved").await });
    ada.post(&format!("{user}/suspend"), json!({"reason": "Closed"}))
        .await
        .expect(204);
    let closed = ada.post("payouts/batch", approved).await.expect(409);
    assert_eq!(closed.code(), "suspended");
    assert_eq!(house.where_it_is().await, [0, 0, 11_000, 0]);
}

#[tokio::test]
async fn where_it_went_is_forgotten_with_the_person_and_the_books_stay() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    house.ask("20").await.expect(303);
    let (ada, _) = Clerk::two(&house).await;
    let ids = json!({ "ids": ada.payouts("requested").await });
    ada.post("payouts/approve", ids.clone()).await.expect(204);
    ada.post("payouts/batch", ids).await.expect(201);
    let erase = format!("users/{}/erase", house.seller_id);
    let early = ada.post(&erase, json!({})).await.expect(409);
    assert_eq!(
        early.code(),
        "has_payouts",
        "the bank is still to be told where it goes"
    );
    assert_eq!(house.kept(), (1, 1));
    ada.post("payout-batches/1/paid", json!({})).await.expect(204);
    ada.post(&erase, json!({})).await.expect(200);
    assert_eq!(house.kept(), (0, 0));
    assert_eq!(house.where_it_is().await, [0, 8_000, 0, 2_000]);
}

/// A form's id is anybody's to write: it takes no other transfer's place, and hides behind none.
#[tokio::test]
async fn a_transfers_id_in_a_form_is_no_transfers_id() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    house.ask_with(house.transfers_id(), "25").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 7_500, 2_500, 0]);
}

/// Whoever has only got hold of a session moves nothing, and the seller reads of what was done.
#[tokio::test]
async fn a_seller_with_a_second_factor_shows_a_code_before_their_money_goes_anywhere() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    let codes = Authenticator::switched_on(&house.app, &house.seller).await;
    house.ask("20").await.expect(303);
    house.app.clock.advance(10 * 60_000);
    house
        .seller
        .post("/api/v1/session/refresh", json!({}))
        .await
        .expect(200);
    let page = house.seller.get("/sell/earnings?method=iban").await.expect(200).text;
    assert!(
        page.contains("name=\"code\"") && page.contains("name=\"method_code\""),
        "{page}"
    );
    let other = "GB29 NWBK 6016 1331 9268 19";
    for refused in [house.ask("20").await, house.say_where(other).await] {
        let refused = refused.expect(422);
        assert!(refused.text.contains("That code isn"), "{}", refused.text);
    }
    assert_eq!(house.where_it_is().await, [0, 8_000, 2_000, 0]);
    let (id, code) = (Uuid::now_v7().to_string(), codes.next_code(&house.app));
    let form = [
        ("action", "request"),
        ("id", id.as_str()),
        ("amount", "30"),
        ("code", code.as_str()),
    ];
    house.seller.form("/sell/earnings", &form).await.expect(303);
    house.say_where(other).await.expect(303);
    let page = house.seller.get("/sell/earnings?method=iban").await.expect(200).text;
    assert!(!page.contains("name=\"code\""), "it was shown a moment ago: {page}");
    assert_eq!(house.where_it_is().await, [0, 5_000, 5_000, 0]);

    house.run_jobs().await;
    let mails = house.app.mails_to(&house.seller.email);
    let of = |subject: &str| mails.iter().filter(|mail| mail.subject == subject).collect::<Vec<_>>();
    let goes = of("Where your earnings at LUMEN go was changed");
    assert_eq!(goes.len(), 2);
    assert!(goes.iter().any(|mail| mail.text.contains("GB29 •••• 6819")), "{goes:?}");
    assert!(goes.iter().all(|mail| !mail.text.contains("6016")), "masked");
    let asked = of("A payout of €30.00 was asked for at LUMEN");
    assert!(
        asked.len() == 1 && asked[0].text.contains("/sell/earnings"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn nobody_says_what_became_of_their_own_money() {
    let house = House::open().await;
    let (ada, cleo) = Clerk::two(&house).await;
    let rules = json!({"hold_days": 0, "least_minor": 1_000, "identity_needed": false});
    ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(204);
    let profile = json!({ "headline": "Hello", "about": "", "languages": ["en"] });
    cleo.browser.put("/api/v1/selling/profile", profile).await.expect(200);
    let own = UserId::from_uuid(own_id(&cleo.browser).await.parse().expect("an id"));
    house
        .moved("order_earned", AccountKind::BuiltIn, AccountKind::Earnings(own), 5_000)
        .await;
    house.earn(5_000).await;
    let goes = [
        ("action", "method"),
        ("kind", "iban"),
        ("holder", "Cleo"),
        ("iban", "GB29 NWBK 6016 1331 9268 19"),
    ];
    cleo.browser.form("/sell/earnings", &goes).await.expect(303);
    let id = Uuid::now_v7().to_string();
    let asks = [("action", "request"), ("id", id.as_str()), ("amount", "")];
    cleo.browser.form("/sell/earnings", &asks).await.expect(303);
    house.ask("").await.expect(303);
    let ids = ada.payouts("requested").await;
    ada.post("payouts/approve", json!({ "ids": ids })).await.expect(204);
    ada.post("payouts/batch", json!({ "ids": ids })).await.expect(201);
    let fail = format!("payouts/{id}/fail");
    let back = json!({"reason": "It came back"});
    assert_eq!(cleo.post(&fail, back.clone()).await.expect(409).code(), "own_payout");
    let paid = cleo.post("payout-batches/1/paid", json!({})).await.expect(409);
    assert_eq!(paid.code(), "own_payout");
    assert_eq!(house.balance(AccountKind::Bank).await, 0);
    ada.post(&fail, back).await.expect(204);
    cleo.post("payout-batches/1/paid", json!({})).await.expect(204);
    assert_eq!(house.balance(AccountKind::Bank).await, 5_000);
    assert_eq!(house.balance(AccountKind::Payable(own)).await, 5_000);
}
