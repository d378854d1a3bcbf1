//! More time for an amount that the seller chose, and time that the buyer adds.

use super::{
    Pair, Price, Talk, booked,
    prepaid::{balance, order},
};
use serde_json::{Value, json};
use tallyroom_media_protocol::signaling::ServerMessage;

async fn ask(talk: &Talk<'_>, body: Value) -> crate::support::Answer {
    let path = format!("/api/v1/calls/{}/extensions", talk.call);
    talk.pair.seller.post(&path, body).await
}

async fn accept(talk: &Talk<'_>, id: &str) -> Value {
    let path = format!("/api/v1/calls/{}/extensions/{id}/accept", talk.call);
    talk.pair.buyer.post(&path, json!({})).await.expect(200).json()
}

async fn begun(pair: &Pair, minutes: u32) -> (String, Talk<'_>) {
    let id = booked(pair, minutes).await;
    let talk = pair.launched(&id).await;
    (id, talk)
}

/// At 100 a minute, two minutes that were ordered: cheaper, dearer, and ended by the seller in the middle of what was
/// added.
#[tokio::test]
async fn minutes_for_an_amount_of_ones_own_cost_that_amount() {
    for (amount, minor, asked_s, talked_s, charged) in [
        ("1.50", 150, 60, 240, 350),
        ("4", 400, 60, 240, 600),
        ("4,00", 400, 60, 180, 400),
    ] {
        let pair = Pair::new(Price::default()).await;
        let (order_id, mut talk) = begun(&pair, 2).await;
        talk.talk(asked_s * 1_000).await;
        let asked = ask(&talk, json!({ "minutes": 2, "amount": amount }))
            .await
            .expect(201)
            .json();
        assert_eq!((&asked["minutes"], &asked["price_minor"]), (&json!(2), &json!(minor)));
        let paid = accept(&talk, asked["id"].as_str().expect("an id")).await;
        assert_eq!(paid["extension"]["state"], "paid");
        let view = talk.buyer.view("more time", |view| {
            view.remaining_ms
                .is_some_and(|left| (235_000 - asked_s * 1_000..=240_000 - asked_s * 1_000).contains(&left))
        });
        view.await;
        talk.talk((talked_s - asked_s) * 1_000).await;
        if talked_s < 240 {
            talk.seller.act("end").await.expect("ended");
        }
        let bill = talk.bill().await;
        assert_eq!(
            (&bill["charged_minor"], &bill["charged_s"]),
            (&json!(charged), &json!(talked_s)),
            "{amount}"
        );
        let ended = order(&pair, &order_id).await;
        assert_eq!(ended["refund_minor"], 200 + minor - charged, "{amount}");
        let got = ["order", "revenue", "earnings"].map(|kind| balance(&pair, kind));
        assert_eq!(got, [0, charged / 5, charged * 4 / 5], "{amount}");
        pair.audit().await;
    }
}

#[tokio::test]
async fn what_cant_be_asked_for_is_refused_in_words() {
    let pair = Pair::new(Price::default()).await;
    let (_, mut talk) = begun(&pair, 2).await;
    talk.talk(10_000).await;
    for minutes in [0, -5, 241, 1_000_000_000] {
        let answer = ask(&talk, json!({ "minutes": minutes, "amount": "5" }))
            .await
            .expect(422);
        assert!(answer.text.contains("from 1 to 240 minutes"), "{}", answer.text);
    }
    for (amount, says) in [
        ("0.99", "from 1.00 EUR"),
        ("0", "from 1.00 EUR"),
        ("10000.01", "from 1.00 EUR"),
        ("1.999", "at most 2 decimals"),
        ("-5", "at most 2 decimals"),
        ("1e3", "at most 2 decimals"),
        ("five", "at most 2 decimals"),
        ("", "at most 2 decimals"),
    ] {
        let answer = ask(&talk, json!({ "minutes": 5, "amount": amount })).await.expect(422);
        assert!(answer.text.contains(says), "{amount}: {}", answer.text);
    }
    let path = format!("/api/v1/calls/{}/extensions", talk.call);
    let buyer = pair.buyer.post(&path, json!({ "minutes": 5, "amount": "1" })).await;
    assert_eq!(buyer.expect(409).code(), "not_yours");
    assert_eq!(pair.buyer.get(&path).await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_call_that_is_paid_as_it_goes_has_one_rate() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let answer = ask(&talk, json!({ "minutes": 5, "amount": "5" })).await.expect(409);
    assert_eq!(answer.code(), "not_prepaid");
}

#[tokio::test]
async fn the_buyer_adds_time_without_a_question() {
    let pair = Pair::new(Price::default()).await;
    let (order_id, mut talk) = begun(&pair, 2).await;
    talk.talk(60_000).await;
    let path = format!("/api/v1/calls/{}/extensions", talk.call);
    let added = pair.buyer.post(&path, json!({ "minutes": 1 })).await.expect(201).json();
    assert_eq!(
        (&added["state"], &added["price_minor"]),
        (&json!("paying"), &json!(100))
    );
    let told = talk.seller.wait("that they pay", |message| match message {
        ServerMessage::Extension { extension } => Some(extension.state.clone()),
        _ => None,
    });
    assert_eq!(told.await, "paying");
    assert_eq!(
        ask(&talk, json!({ "minutes": 1 })).await.expect(409).code(),
        "asked_already"
    );
    let paid = accept(&talk, added["id"].as_str().expect("an id")).await;
    assert_eq!(paid["extension"]["state"], "paid");
    talk.talk(120_000).await;
    assert_eq!(talk.bill().await["charged_minor"], 300);
    assert_eq!(order(&pair, &order_id).await["length_min"], 3);
    pair.audit().await;
}
