//! Talks that are asked for at once: accepted within a minute, paid, and both are taken into the room (preset P2's instant
//! form).

use super::{Caller, Pair, Price, ServerMessage};
use crate::{marketplace::bookable_for, support::Answer};
use serde_json::{Value, json};
use uuid::Uuid;

/// The seller is available, both have a page open; the service lasts two minutes at one euro each.
async fn here(pair: &Pair) -> (Value, Caller, Caller) {
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let (buyer, seller) = (
        Caller::open(&pair.app, &pair.buyer).await,
        Caller::open(&pair.app, &pair.seller).await,
    );
    (service, buyer, seller)
}

async fn ask(pair: &Pair, service: &Value) -> Answer {
    let wanted = json!({"service_id": service, "at_once": true});
    pair.buyer.post("/api/v1/bookings", wanted).await
}

async fn seen(pair: &Pair, order: &Uuid) -> Value {
    pair.buyer
        .get(&format!("/api/v1/bookings/{order}"))
        .await
        .expect(200)
        .json()
}

/// What a seller's page hears of it.
fn asked(message: &ServerMessage) -> Option<(Uuid, u32, i64)> {
    match message {
        ServerMessage::Asked {
            order,
            round,
            price_minor,
            ..
        } => Some((*order, *round, *price_minor)),
        _ => None,
    }
}

fn begun(message: &ServerMessage) -> Option<(Uuid, Uuid)> {
    match message {
        ServerMessage::Begun { call, order } => Some((*call, *order)),
        _ => None,
    }
}

#[tokio::test]
async fn it_is_asked_for_accepted_paid_and_both_are_taken_into_the_room() {
    let pair = Pair::new(Price::default()).await;
    let (service, mut buyer, mut seller) = here(&pair).await;
    let times = format!("/api/v1/services/{}/times", service.as_str().expect("an id"));
    assert_eq!(pair.buyer.get(&times).await.expect(200).json()["at_once"], true);
    let order = ask(&pair, &service).await.expect(201).json();
    let (id, round, price) = seller.wait("a request", asked).await;
    assert_eq!((json!(id), round, price), (order["id"].clone(), 1, 200));
    // Nobody else can have this hour meanwhile, and nobody asks twice.
    assert_eq!(ask(&pair, &service).await.expect(409).code(), "own_time_taken");
    let path = |verb: &str| format!("/api/v1/bookings/{id}/{verb}");
    let launch = pair.buyer.post(&path("launch"), json!({})).await;
    assert_eq!(launch.expect(409).code(), "not_booked");
    let accepted = pair
        .seller
        .post(&path("accept"), json!({"round": 1}))
        .await
        .expect(200)
        .json();
    assert_eq!(accepted["state"], "unpaid");
    let moved = pair
        .seller
        .post(&path("propose"), json!({"start": "2027-01-18T09:00:00Z"}))
        .await;
    assert_eq!(moved.expect(409).code(), "at_once");
    pair.app.clock.advance(20_000);
    let paid = pair.buyer.post(&path("pay"), json!({})).await.expect(200).json();
    assert_eq!((&paid["state"], &paid["paid"]), (&json!("booked"), &json!(true)));
    let begins = pair.buyer.post(&path("launch"), json!({})).await.expect(201).json();
    // Nobody is rung: both are led into the room.
    let (call, of) = seller.wait("the beginning", begun).await;
    assert_eq!((json!(call), of), (begins["call_id"].clone(), id));
    assert_eq!(buyer.wait("the beginning", begun).await, (call, id));
    assert_eq!(seen(&pair, &id).await["state"], "running");
    let mut talk = pair.connected(call, buyer, seller).await;
    talk.talk(60_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_minor"], 100);
    // Whoever goes early has paid for the whole block.
    let ended = seen(&pair, &id).await;
    assert_eq!((&ended["outcome"], &ended["refund_minor"]), (&json!("held"), &json!(0)));
    pair.audit().await;
}

#[tokio::test]
async fn nobody_asks_a_seller_who_isnt_there_for_it() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    assert_eq!(ask(&pair, &service).await.expect(409).code(), "not_available");
    let both = json!({"service_id": service, "at_once": true, "start": "2027-01-18T09:00:00Z"});
    pair.buyer.post("/api/v1/bookings", both).await.expect(422);
    let _here = Caller::open(&pair.app, &pair.seller).await;
    let switches = |on: bool| json!({"do_not_disturb": on});
    pair.seller.patch("/api/v1/me", switches(true)).await.expect(200);
    assert_eq!(ask(&pair, &service).await.expect(409).code(), "not_available");
    pair.seller.patch("/api/v1/me", switches(false)).await.expect(200);
    ask(&pair, &service).await.expect(201);
    pair.audit().await;
}

#[tokio::test]
async fn a_request_that_nobody_answers_or_pays_ends_by_itself() {
    let pair = Pair::new(Price::default()).await;
    let (service, _buyer, _seller) = here(&pair).await;
    let first = ask(&pair, &service).await.expect(201).json();
    pair.app.clock.advance(60_000);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    let id: Uuid = first["id"].as_str().expect("an id").parse().expect("an id");
    let ended = seen(&pair, &id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]),
        (&json!("closed"), &json!("expired"))
    );
    let late = pair
        .seller
        .post(&format!("/api/v1/bookings/{id}/accept"), json!({"round": 1}))
        .await;
    assert_eq!(late.expect(409).code(), "over");
    pair.audit().await;
}
