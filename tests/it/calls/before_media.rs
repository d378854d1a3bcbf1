//! Talks of orders that somebody ends before there was anything to hear or see: no bill, and the order goes on.

use super::{
    Caller, Pair, Price,
    prepaid::{balance, booked, order},
};
use crate::marketplace::bookable_for;
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom_media_protocol::signaling::{CallPhase, ServerMessage};
use uuid::Uuid;

/// How far it came before the buyer pressed end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    Alone,
    Both,
    SellerPressed,
    BuyerPressed,
    Connected,
}

/// The seller begins, the buyer says yes, and ends it there.
async fn given_up(pair: &Pair, id: &str, reached: Reached) -> Uuid {
    let (mut seller, mut buyer) = (
        Caller::open(&pair.app, &pair.seller.renewed().await).await,
        Caller::open(&pair.app, &pair.buyer.renewed().await).await,
    );
    let launch = format!("/api/v1/bookings/{id}/launch");
    let launched = pair.seller.renewed().await.post(&launch, json!({})).await;
    let call = launched.expect(201).json()["call_id"].clone();
    let call: Uuid = call.as_str().expect("an id").parse().expect("an id");
    let ring = |message: &ServerMessage| matches!(message, ServerMessage::Ring { .. }).then_some(());
    buyer.wait("a ring", ring).await;
    let accept = format!("/api/v1/calls/{call}/accept");
    pair.buyer.renewed().await.post(&accept, json!({})).await.expect(204);
    buyer.join(call).await.expect("joined");
    if reached != Reached::Alone {
        seller.join(call).await.expect("joined");
    }
    if matches!(reached, Reached::SellerPressed | Reached::Connected) {
        seller.act("connect").await.expect("pressed");
    }
    if matches!(reached, Reached::BuyerPressed | Reached::Connected) {
        buyer.act("connect").await.expect("pressed");
    }
    if reached == Reached::Connected {
        buyer.phase(CallPhase::Live).await;
        seller.phase(CallPhase::Live).await;
    }
    buyer.act("end").await.expect("ended");
    buyer.phase(CallPhase::Ended).await;
    call
}

/// The order once it has that state.
async fn becomes(pair: &Pair, id: &str, state: &str) -> Value {
    for _ in 0..300 {
        let seen = order(pair, id).await;
        if seen["state"] == state {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {state}: {}", order(pair, id).await)
}

#[tokio::test]
async fn who_ends_it_before_anything_is_heard_owes_nothing_and_it_can_be_begun_again() {
    let pair = Pair::new(Price::default()).await;
    let id = booked(&pair, 2).await;
    for reached in [
        Reached::Alone,
        Reached::Both,
        Reached::SellerPressed,
        Reached::BuyerPressed,
        Reached::Connected,
    ] {
        let call = given_up(&pair, &id, reached).await;
        let stands = becomes(&pair, &id, "booked").await;
        assert_eq!(stands["paid"], json!(true), "{reached:?}");
        let bill = format!("/api/v1/calls/{call}/bill");
        let bill = pair.buyer.renewed().await.get(&bill).await.expect(200).json();
        assert_eq!(bill["charged_minor"], 0, "{reached:?}: {bill}");
        assert_eq!(balance(&pair, "order"), 200, "{reached:?}");
        pair.audit().await;
    }
    // In the end it is talked after all.
    let mut talk = pair.launched(&id).await;
    talk.talk(12_000).await;
    assert_eq!(talk.hang_up().await["charged_minor"], 20);
    assert_eq!(order(&pair, &id).await["outcome"], "held");
    pair.audit().await;
}

/// What was to begin at once begins again, or is missed like any other.
#[tokio::test]
async fn a_talk_that_was_paid_to_begin_at_once_goes_on_the_same() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let (mut buyer, seller) = (
        Caller::open(&pair.app, &pair.buyer).await,
        Caller::open(&pair.app, &pair.seller).await,
    );
    let wanted = json!({"service_id": service, "at_once": true});
    let asked = pair.buyer.post("/api/v1/bookings", wanted).await.expect(201).json();
    let id = asked["id"].as_str().expect("an id").to_owned();
    let of = |verb: &str| format!("/api/v1/bookings/{id}/{verb}");
    pair.seller.post(&of("accept"), json!({"round": 1})).await.expect(200);
    pair.buyer.post(&of("pay"), json!({})).await.expect(200);
    for _ in 0..2 {
        let begun = pair.buyer.post(&of("launch"), json!({})).await.expect(201).json();
        let call = begun["call_id"].as_str().expect("an id").parse().expect("an id");
        buyer.join(call).await.expect("joined");
        buyer.act("end").await.expect("ended");
        buyer.phase(CallPhase::Ended).await;
        becomes(&pair, &id, "booked").await;
        buyer.forget();
    }
    drop((buyer, seller));
    for _ in 0..=15 {
        while pair.app.jobs.run_due().await.expect("the database") > 0 {}
        pair.app.clock.advance(60_000);
    }
    becomes(&pair, &id, "closed").await;
    assert_eq!(balance(&pair, "order"), 0);
    pair.audit().await;
}

#[tokio::test]
async fn what_is_never_begun_again_is_missed() {
    for reached in [Reached::SellerPressed, Reached::Connected] {
        let pair = Pair::new(Price::default()).await;
        let id = booked(&pair, 2).await;
        pair.app.clock.advance(69 * 3_600_000);
        given_up(&pair, &id, reached).await;
        becomes(&pair, &id, "booked").await;
        for _ in 0..=10 {
            while pair.app.jobs.run_due().await.expect("the database") > 0 {}
            pair.app.clock.advance(60_000);
        }
        let ended = becomes(&pair, &id, "closed").await;
        assert_eq!(balance(&pair, "order"), 0, "{reached:?}: {ended}");
        pair.audit().await;
    }
}
