//! Whoever came first to a free talk and has left is free, though others talk on.

use super::*;
use crate::calls::{ended_ring, offer};
use serde_json::json;
use std::time::Duration;
use tallyroom_media_protocol::signaling::CallPhase;

/// Waits until the pair's buyer is in a call, or in none.
pub(super) async fn is_in_call(pair: &Pair, wanted: bool) {
    let me = pair.buyer.renewed().await.get("/api/v1/me").await.expect(200).json();
    let theirs = format!(
        "people_in_calls WHERE user_id = '{}'",
        me["id"].as_str().expect("an id")
    );
    for _ in 0..4_000 {
        if (count(pair, &theirs) == 1) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the buyer should {} in a call", if wanted { "be" } else { "not be" });
}

/// They ring somebody else.
async fn rings(pair: &Pair, service: Uuid, wanted: u16) -> Answer {
    is_in_call(pair, wanted == 409).await;
    let buyer = pair.buyer.renewed().await;
    let rung = buyer.post("/api/v1/calls", json!({ "service_id": service })).await;
    rung.expect(wanted)
}

#[tokio::test]
async fn whoever_came_first_is_free_as_soon_as_they_have_left() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let other = pair.app.bearer(LUMEN, "Ona Other").await;
    let service = offer(&other, 60, json!({ "kind": "minute" }), 0, 0).await;
    let mut others = Caller::open(&pair.app, &other).await;
    let room = make(&pair, "free", "password").await;
    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let call: Uuid = came.header("location")["/calls/".len()..].parse().expect("a call");
    let mut first = Caller::open(&pair.app, &pair.buyer).await;
    first.join(call).await.expect("joined");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    let second = pair.app.anonymous(LUMEN);
    let (same, user) = inside(&pair, room.enter(&second, "Sid Second", &room.password).await);
    assert_eq!(same, call);
    let mut second = Caller::open(&pair.app, &user).await;
    second.join(call).await.expect("let in");
    rings(&pair, service, 409).await;

    first.act("end").await.expect("left");
    let rung = rings(&pair, service, 201).await.json();
    let elsewhere = rung["id"].as_str().expect("an id").to_owned();
    others
        .wait("a ring", |message| {
            matches!(message, ServerMessage::Ring { .. }).then_some(())
        })
        .await;
    let reject = format!("/api/v1/calls/{elsewhere}/reject");
    other.post(&reject, json!({})).await.expect(204);
    first.wait("the no", ended_ring("rejected")).await;
    // The end is told before it is written down.
    is_in_call(&pair, false).await;
    assert_eq!(
        second.join(call).await.expect("still there").call.phase,
        CallPhase::Live
    );

    // Back in it they aren't free, and a page that closes is a way to leave as well.
    first.join(call).await.expect("back");
    rings(&pair, service, 409).await;
    drop(first);
    rings(&pair, service, 201).await;
    // With the last one it is over, and nobody is in it any more.
    second.act("end").await.expect("ended");
    host.phase(CallPhase::Ended).await;
}

#[tokio::test]
async fn whoever_is_alone_with_the_host_stays_in_the_talk_while_they_are_waited_for() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let other = pair.app.bearer(LUMEN, "Ona Other").await;
    let service = offer(&other, 60, json!({ "kind": "minute" }), 0, 0).await;
    let _others = Caller::open(&pair.app, &other).await;
    let room = make(&pair, "free", "password").await;
    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let call: Uuid = came.header("location")["/calls/".len()..].parse().expect("a call");
    let mut first = Caller::open(&pair.app, &pair.buyer).await;
    first.join(call).await.expect("joined");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    drop(first);
    rings(&pair, service, 409).await;
    let mut first = Caller::open(&pair.app, &pair.buyer).await;
    assert_eq!(first.join(call).await.expect("back").call.phase, CallPhase::Live);
    first.act("end").await.expect("ended");
    host.phase(CallPhase::Ended).await;
    rings(&pair, service, 201).await;
}
