//! Whoever came first to a free talk and has left is free, though others talk on.

use super::*;
use crate::calls::{ended_ring, offer};
use serde_json::json;
use std::time::Duration;

/// Waits until the pair's buyer is in a call, or in none.
pub(super) async fn is_in_call(pair: &Pair, wanted: bool) {
    let me = pair.buyer.renewed().await.get("/api/v1/me").await.expect(200).json();
    let theirs = format!(
        "people_in_calls WHERE user_id = '{}'",
        me["id"].as_str().expect("an id")
    );
    for _ in 0..4_000 {
        if (pair.app.database.count(&theirs) == 1) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the buyer should {} in a call", if wanted { "be" } else { "not be" });
}

/// Another seller, what they offer, and their page.
async fn somebody_else(pair: &Pair) -> (TestUser, Uuid, Caller) {
    let other = pair.app.bearer(LUMEN, "Ona Other").await;
    let service = offer(&other, 60, json!({ "kind": "minute" }), 0, 0).await;
    let page = Caller::open(&pair.app, &other).await;
    (other, service, page)
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
    let (room, call, mut host, mut first) = with_buyer(&pair).await;
    let (other, service, mut others) = somebody_else(&pair).await;
    let mut second = visit(&pair, &room, "Sid Second").await;
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
    let (_, call, mut host, first) = with_buyer(&pair).await;
    let (_, service, _others) = somebody_else(&pair).await;
    drop(first);
    rings(&pair, service, 409).await;
    let mut first = Caller::open(&pair.app, &pair.buyer).await;
    assert_eq!(first.join(call).await.expect("back").call.phase, CallPhase::Live);
    first.act("end").await.expect("ended");
    host.phase(CallPhase::Ended).await;
    rings(&pair, service, 201).await;
}
