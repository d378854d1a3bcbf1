//! More time in a talk: asked for, agreed to, paid in every way, and added exactly once or not at all.

use super::{
    Caller, Pair, Price, Talk, booked,
    prepaid::{balance, order},
};
use crate::{
    charges::charging,
    kept::keep,
    marketplace::bookable_for,
    support::{LUMEN, TestUser, bought},
    wallet::{choose, path, state},
};
use serde_json::{Value, json};
use tallyroom_media_protocol::signaling::{ExtensionView, ServerMessage};

/// So much is left of the order, but for a block of ten seconds that may be posted a moment later.
fn left(pair: &Pair, wanted: i64) {
    let there = balance(pair, "order");
    assert!((wanted..=wanted + 17).contains(&there), "{there} instead of {wanted}");
}

async fn ask(talk: &Talk<'_>, minutes: u32) -> String {
    let path = format!("/api/v1/calls/{}/extensions", talk.call);
    let asked = talk.pair.seller.post(&path, json!({ "minutes": minutes })).await;
    asked.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

fn verb(talk: &Talk<'_>, id: &str, verb: &str) -> String {
    format!("/api/v1/calls/{}/extensions/{id}/{verb}", talk.call)
}

async fn accept(talk: &Talk<'_>, id: &str) -> Value {
    let answer = talk.pair.buyer.post(&verb(talk, id, "accept"), json!({})).await;
    answer.expect(200).json()
}

/// How the newest stands.
async fn stands(talk: &Talk<'_>) -> Value {
    let path = format!("/api/v1/calls/{}/extensions", talk.call);
    let all = talk.pair.buyer.get(&path).await.expect(200).json();
    all["items"][0]["state"].clone()
}

/// Waits until somebody's page is told that an extension stands like that.
async fn hears(caller: &mut Caller, wanted: &'static str) -> ExtensionView {
    let told = caller.wait(wanted, |message| match message {
        ServerMessage::Extension { extension } if extension.state == wanted => Some(extension.clone()),
        _ => None,
    });
    told.await
}

async fn begun(pair: &Pair, minutes: u32) -> (String, Talk<'_>) {
    let id = booked(pair, minutes).await;
    let talk = pair.launched(&id).await;
    (id, talk)
}

#[tokio::test]
async fn a_yes_is_paid_from_the_wallet_and_shared_as_if_it_had_been_ordered() {
    for by_seller in [false, true] {
        let pair = Pair::new(Price::default()).await;
        let (order_id, mut talk) = begun(&pair, 2).await;
        talk.talk(60_000).await;
        let id = ask(&talk, 1).await;
        let asked = hears(&mut talk.buyer, "asked").await;
        assert_eq!(
            (asked.minutes, asked.price_minor, asked.currency.as_str()),
            (1, 100, "EUR")
        );
        assert_eq!(asked.until_ms, Some(asked.server_now_ms + 60_000));
        let room = pair.buyer.get(&format!("/calls/{}", talk.call)).await.expect(200).text;
        assert!(room.contains(&id), "who loads the page is asked as well");
        // Nobody else can answer, and it stays asked.
        let yes = verb(&talk, &id, "accept");
        pair.seller.post(&yes, json!({})).await.expect(403);
        let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
        for path in [yes.clone(), verb(&talk, &id, "decline")] {
            stranger.post(&path, json!({})).await.expect(404);
        }
        assert_eq!(stands(&talk).await, "asked");
        // However often they say it, and at once.
        let all = (0..4).map(|_| pair.buyer.post(&yes, json!({})));
        for answer in futures::future::join_all(all).await {
            let said = answer.expect(200).json();
            assert_eq!(
                (&said["extension"]["state"], &said["top_up"]),
                (&json!("paid"), &Value::Null)
            );
        }
        hears(&mut talk.buyer, "paid").await;
        hears(&mut talk.seller, "paid").await;
        left(&pair, 200);
        assert_eq!(pair.spendable().await, 700);
        let view = talk.buyer.view("more time", |view| {
            view.remaining_ms
                .is_some_and(|left| (100_000..=120_000).contains(&left))
        });
        assert!(view.await.prepaid);
        let no = pair.buyer.post(&verb(&talk, &id, "decline"), json!({})).await;
        assert_eq!(no.expect(409).code(), "answered");
        let longer = order(&pair, &order_id).await;
        assert_eq!(
            (&longer["length_min"], &longer["price_minor"]),
            (&json!(3), &json!(300))
        );
        let page = pair
            .buyer
            .get(&format!("/conferences/{order_id}"))
            .await
            .expect(200)
            .text;
        assert!(page.contains("The time grew by 1 minute, for €1.00"), "{page}");
        // To the end, or ended by the seller after half of what was added.
        talk.talk(if by_seller { 90_000 } else { 120_000 }).await;
        if by_seller {
            talk.seller.act("end").await.expect("ended");
        }
        let (charged, refund) = if by_seller { (250, 50) } else { (300, 0) };
        let bill = talk.bill().await;
        assert_eq!(bill["charged_minor"], charged);
        let ended = order(&pair, &order_id).await;
        assert_eq!(
            (&ended["outcome"], &ended["refund_minor"]),
            (&json!("held"), &json!(refund))
        );
        assert_eq!((balance(&pair, "order"), pair.spendable().await), (0, 700 + refund));
        assert_eq!(
            (balance(&pair, "revenue"), balance(&pair, "earnings")),
            (charged / 5, charged * 4 / 5)
        );
        let wallet = pair.buyer.renewed().await.get("/wallet").await.expect(200).text;
        assert!(wallet.contains("More time in a call"), "{wallet}");
        pair.audit().await;
    }
}

#[tokio::test]
async fn more_time_of_an_order_brings_its_fee_and_tax() {
    let pair = Pair::new(Price::default()).await;
    charging(&pair, (500, 30), (1_900, false)).await;
    let (_, mut talk) = begun(&pair, 2).await;
    assert_eq!(pair.spendable().await, 715, "200, a fee of 40, a tax of 45");
    talk.talk(60_000).await;
    let id = ask(&talk, 1).await;
    // The fixed part of the fee was paid with the order.
    assert_eq!(hears(&mut talk.buyer, "asked").await.price_minor, 124);
    accept(&talk, &id).await;
    hears(&mut talk.buyer, "paid").await;
    left(&pair, 409 - 100);
    assert_eq!(pair.spendable().await, 591);
    talk.talk(120_000).await;
    assert_eq!(talk.bill().await["charged_minor"], 300, "fee and tax are the order's");
    let got = ["order", "earnings", "revenue", "tax"].map(|kind| balance(&pair, kind));
    assert_eq!((got, pair.spendable().await), ([0, 240, 60 + 45, 64], 591));
    pair.audit().await;
}

#[tokio::test]
async fn what_the_wallet_doesnt_cover_is_charged_to_the_kept_card_once() {
    let pair = Pair::new(Price::default()).await;
    let (_, mut talk) = begun(&pair, 2).await;
    keep(&pair.buyer, "pays").await;
    assert_eq!(pair.spendable().await, 1_800);
    let id = ask(&talk, 30).await;
    let yes = verb(&talk, &id, "accept");
    let all = (0..4).map(|_| pair.buyer.post(&yes, json!({})));
    for answer in futures::future::join_all(all).await {
        answer.expect(200);
    }
    hears(&mut talk.seller, "paid").await;
    assert_eq!(stands(&talk).await, "paid");
    let charged = "test_gateway_payments WHERE state = 'charged' AND amount_minor = 1200";
    assert_eq!(pair.app.database.count(charged), 1);
    left(&pair, 3_200);
    assert_eq!(pair.spendable().await, 0);
    talk.talk(10_000).await;
    talk.seller.act("end").await.expect("ended");
    talk.bill().await;
    assert_eq!(balance(&pair, "order"), 0);
    pair.audit().await;
}

#[tokio::test]
async fn of_several_kept_cards_the_one_is_charged_that_paid_before() {
    let pair = Pair::new(Price::default()).await;
    let (_, mut talk) = begun(&pair, 2).await;
    let first = keep(&pair.buyer, "pays").await;
    keep(&pair.buyer, "declines").await;
    let again = json!({ "amount_minor": 500, "way": format!("kept-{first}") });
    pair.buyer.post("/api/v1/wallet/top-ups", again).await.expect(201);
    let there = pair.spendable().await;
    let id = ask(&talk, 60).await;
    assert_eq!(accept(&talk, &id).await["extension"]["state"], "paid");
    hears(&mut talk.seller, "paid").await;
    assert!(there < 6_000, "the wallet alone doesn't cover it");
    talk.hang_up().await;
    pair.audit().await;
}

/// The page of the payment that an extension waits for, and that payment's id.
fn page(said: &Value) -> (String, String) {
    let top_up = &said["top_up"];
    assert_eq!(said["extension"]["state"], "paying", "{said}");
    let address = top_up["redirect_url"].as_str().expect("a page");
    (path(address), top_up["id"].as_str().expect("an id").to_owned())
}

async fn pays(buyer: &TestUser, said: &Value, choice: &str) {
    let (at, id) = page(said);
    choose(buyer, &at, choice).await;
    let wanted = if choice == "succeed" { "settled" } else { "declined" };
    assert_eq!(state(buyer, &id).await["state"], wanted);
}

#[tokio::test]
async fn a_card_whose_bank_asks_leads_to_a_page_and_only_then_is_there_more_time() {
    for next in ["asks", "declines"] {
        let pair = Pair::new(Price::default()).await;
        let (_, mut talk) = begun(&pair, 2).await;
        keep(&pair.buyer, next).await;
        let id = ask(&talk, 30).await;
        let said = accept(&talk, &id).await;
        hears(&mut talk.seller, "paying").await;
        let why = (next == "declines").then_some("The card was refused.");
        assert_eq!(
            said["refused"],
            json!(why),
            "what the bank only asks about isn't refused"
        );
        left(&pair, 200);
        assert_eq!(pair.spendable().await, 1_800);
        // Again leads to the same page.
        assert_eq!(page(&accept(&talk, &id).await), page(&said));
        let asks = format!("/api/v1/calls/{}/extensions", talk.call);
        let again = pair.seller.post(&asks, json!({"minutes": 1})).await;
        assert_eq!(again.expect(409).code(), "asked_already");
        pays(&pair.buyer, &said, "succeed").await;
        hears(&mut talk.seller, "paid").await;
        hears(&mut talk.buyer, "paid").await;
        left(&pair, 3_200);
        assert_eq!(pair.spendable().await, 0);
        let more = |view: &tallyroom_media_protocol::signaling::CallView| {
            view.remaining_ms.is_some_and(|left| left > 1_800_000)
        };
        talk.seller.view("more time", more).await;
        talk.seller.act("end").await.expect("ended");
        talk.bill().await;
        pair.audit().await;
    }
}

#[tokio::test]
async fn without_a_card_they_pay_on_a_page_and_may_think_better_of_it() {
    let pair = Pair::new(Price {
        credit_minor: 250,
        ..Price::default()
    })
    .await;
    let (_, mut talk) = begun(&pair, 2).await;
    let id = ask(&talk, 3).await;
    let first = accept(&talk, &id).await;
    assert_eq!(first["top_up"]["amount_minor"], 500, "the least that is taken");
    pays(&pair.buyer, &first, "decline").await;
    assert_eq!(stands(&talk).await, "paying");
    let second = accept(&talk, &id).await;
    assert_ne!(page(&second), page(&first));
    pair.buyer
        .post(&verb(&talk, &id, "decline"), json!({}))
        .await
        .expect(200);
    hears(&mut talk.seller, "declined").await;
    let late = pair.buyer.post(&verb(&talk, &id, "accept"), json!({})).await;
    assert_eq!(late.expect(409).code(), "answered");
    // What is paid all the same is theirs.
    pays(&pair.buyer, &second, "succeed").await;
    assert_eq!((stands(&talk).await, pair.spendable().await), (json!("declined"), 550));
    assert_eq!(balance(&pair, "order"), 200);
    talk.seller.act("end").await.expect("ended");
    talk.bill().await;
    pair.audit().await;
}

#[tokio::test]
async fn a_charge_whose_answer_gets_lost_adds_the_time_once_it_is_known() {
    let pair = Pair::new(Price::default()).await;
    let (_, mut talk) = begun(&pair, 2).await;
    keep(&pair.buyer, "gets_lost").await;
    let id = ask(&talk, 30).await;
    let said = accept(&talk, &id).await;
    assert_eq!(
        (&said["extension"]["state"], &said["top_up"]["state"]),
        (&json!("paying"), &json!("unknown"))
    );
    accept(&talk, &id).await;
    for _ in 0..4 {
        talk.pass(12_000, false, false).await;
        pair.app.jobs.run_due().await.expect("run");
    }
    hears(&mut talk.seller, "paid").await;
    left(&pair, 3_200);
    assert_eq!(pair.spendable().await, 0);
    talk.seller.act("end").await.expect("ended");
    talk.bill().await;
    pair.audit().await;
}

#[tokio::test]
async fn a_question_lapses_and_can_be_asked_again_and_turned_down() {
    let pair = Pair::new(Price::default()).await;
    let (_, mut talk) = begun(&pair, 5).await;
    let first = ask(&talk, 1).await;
    talk.talk(60_000).await;
    assert_eq!(stands(&talk).await, "lapsed");
    let late = pair.buyer.post(&verb(&talk, &first, "accept"), json!({})).await;
    assert_eq!(late.expect(409).code(), "answered");
    let second = ask(&talk, 2).await;
    let no = verb(&talk, &second, "decline");
    for _ in 0..2 {
        let said = pair.buyer.post(&no, json!({})).await.expect(200).json();
        assert_eq!(said["state"], "declined");
    }
    let told = hears(&mut talk.seller, "declined").await;
    assert_eq!((told.id.to_string(), told.minutes), (second.clone(), 2));
    let yes = pair.buyer.post(&verb(&talk, &second, "accept"), json!({})).await;
    assert_eq!(yes.expect(409).code(), "answered");
    left(&pair, 400);
    assert_eq!(pair.spendable().await, 500);
    // A question that is left open ends with the call.
    ask(&talk, 1).await;
    talk.seller.act("end").await.expect("ended");
    talk.bill().await;
    let states = "call_extensions WHERE state IN ('lapsed', 'declined')";
    assert_eq!((pair.app.database.count(states), balance(&pair, "order")), (3, 0));
    pair.audit().await;
}

#[tokio::test]
async fn who_asks_for_what_cannot_be_is_told_why() {
    let pair = Pair::new(Price::default()).await;
    let order_id = booked(&pair, 2).await;
    // Somebody else has the seller a quarter of an hour later.
    let other = pair.app.bearer(LUMEN, "Otto Other").await;
    pair.fund_for(&other, 1_000).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let later = json!({"service_id": service, "start": "2027-01-18T09:15:00Z"});
    bought(&other, &pair.seller, later).await;
    let mut talk = pair.launched(&order_id).await;
    let path = format!("/api/v1/calls/{}/extensions", talk.call);
    for minutes in [json!(0), json!(-5), json!(241), json!(1_000_000_000), json!(i64::MAX)] {
        let refused = pair.seller.post(&path, json!({ "minutes": minutes })).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "minutes");
        assert!(
            refused.text.contains("Choose from 1 to 240 minutes."),
            "{}",
            refused.text
        );
    }
    for body in [
        json!({}),
        json!({"minutes": 1.5}),
        json!({"minutes": "x"}),
        json!({"minutes": 1, "price": 1}),
    ] {
        let refused = pair.seller.post(&path, body.clone()).await;
        assert!(refused.status.is_client_error(), "{body}: {}", refused.status);
    }
    let buyers = pair.buyer.post(&path, json!({"minutes": 5, "amount": "5"})).await;
    assert_eq!(buyers.expect(409).code(), "not_yours");
    other.post(&path, json!({"minutes": 5})).await.expect(404);
    other.get(&path).await.expect(404);
    let taken = pair.seller.post(&path, json!({"minutes": 14})).await.expect(409);
    assert_eq!(taken.code(), "time_taken");
    assert_eq!(pair.app.database.count("call_extensions"), 0);
    // Of another call it isn't.
    let id = ask(&talk, 13).await;
    let elsewhere = format!("/api/v1/calls/{}/extensions/{id}/accept", uuid::Uuid::new_v4());
    pair.buyer.post(&elsewhere, json!({})).await.expect(404);
    talk.seller.act("end").await.expect("ended");
    talk.bill().await;
    let over = pair.seller.post(&path, json!({"minutes": 5})).await;
    assert_eq!(over.expect(409).code(), "call_over");
    pair.audit().await;
    // Before both have connected there is nothing to extend.
    let early = pair.check().await;
    let asked = format!("/api/v1/calls/{}/extensions", early.call);
    let refused = pair.seller.post(&asked, json!({"minutes": 5})).await.expect(409);
    assert_eq!(refused.code(), "not_live");
}

#[tokio::test]
async fn money_that_comes_after_the_talk_stays_in_the_wallet() {
    let pair = Pair::new(Price {
        credit_minor: 200,
        ..Price::default()
    })
    .await;
    let (order_id, mut talk) = begun(&pair, 2).await;
    let id = ask(&talk, 5).await;
    let said = accept(&talk, &id).await;
    talk.talk(30_000).await;
    talk.seller.act("end").await.expect("ended");
    let bill = talk.bill().await;
    assert_eq!(bill["charged_minor"], 50);
    pays(&pair.buyer, &said, "succeed").await;
    assert_eq!(pair.spendable().await, 650);
    assert_eq!(pair.app.database.count("call_extensions WHERE state = 'failed'"), 1);
    let ended = order(&pair, &order_id).await;
    assert_eq!(
        (&ended["price_minor"], &ended["refund_minor"]),
        (&json!(200), &json!(150))
    );
    pair.audit().await;
}

#[tokio::test]
async fn in_a_call_from_the_wallet_a_yes_sees_to_it_that_the_wallet_covers_it() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let there = pair.spendable().await;
    let covered = ask(&talk, 5).await;
    assert_eq!(hears(&mut talk.buyer, "asked").await.price_minor, 600);
    assert_eq!(accept(&talk, &covered).await["extension"]["state"], "paid");
    assert_eq!(pair.spendable().await, there, "it is paid as it is talked");
    keep(&pair.buyer, "pays").await;
    let there = pair.spendable().await;
    let more = ask(&talk, 20).await;
    assert_eq!(hears(&mut talk.buyer, "asked").await.price_minor, 2_400);
    assert_eq!(accept(&talk, &more).await["extension"]["state"], "paid");
    hears(&mut talk.seller, "paid").await;
    assert_eq!(
        pair.spendable().await,
        there + 2_400,
        "what is there is used up by what is talked meanwhile"
    );
    talk.hang_up().await;
    pair.audit().await;
}
