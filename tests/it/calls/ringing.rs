//! Ringing and what comes of it.

use super::{Caller, Pair, Price, ended_ring, offer};
use serde_json::json;
use std::time::Duration;
use tallyroom::{app::calls, domain::ids::ServiceId};
use tallyroom_media_protocol::signaling::{CallPhase, EndReason, ServerMessage};

#[tokio::test]
async fn a_rejected_ring_ends_for_both() {
    let pair = Pair::new(Price::default()).await;
    let (call, mut buyer, mut seller) = pair.ring().await;
    pair.seller
        .post(&format!("/api/v1/calls/{call}/reject"), json!({}))
        .await
        .expect(204);
    buyer.wait("the no", ended_ring("rejected")).await;
    seller.wait("the no", ended_ring("rejected")).await;
    let view = buyer.phase(CallPhase::Ended).await;
    assert_eq!(view.ended, Some(EndReason::Rejected));
    pair.audit().await;
}

#[tokio::test]
async fn nobody_answers_and_the_call_is_missed() {
    let pair = Pair::new(Price::default()).await;
    let (call, mut buyer, _seller) = pair.ring().await;
    pair.app.clock.advance(45_001);
    buyer.wait("the end of the ring", ended_ring("missed")).await;
    buyer.phase(CallPhase::Ended).await;
    let late = pair
        .seller
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await;
    late.expect(409);
    assert_eq!(
        pair.app.letters(&pair.seller.email).last().expect("a letter")["letter"],
        "missed_call"
    );
}

#[tokio::test]
async fn the_second_accept_changes_nothing_and_strangers_cant() {
    let pair = Pair::new(Price::default()).await;
    let stranger = pair.app.bearer(super::LUMEN, "Sam Stranger").await;
    let (call, mut buyer, _seller) = pair.ring().await;
    stranger
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await
        .expect(404);
    pair.buyer
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await
        .expect(403);
    pair.seller
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await
        .expect(204);
    pair.seller
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await
        .expect(409);
    buyer.phase(CallPhase::PreCheck).await;
}

#[tokio::test]
async fn a_ring_while_it_rings_is_refused_on_both_sides() {
    let pair = Pair::new(Price::default()).await;
    let (_call, _buyer_page, _seller_page) = pair.ring().await;
    let again = pair
        .buyer
        .post("/api/v1/calls", json!({ "service_id": pair.service }))
        .await;
    assert_eq!(again.expect(409).code(), "in_a_call");
    let other = pair.app.bearer(super::LUMEN, "Otto Other").await;
    pair.fund_for(&other, 1_000).await;
    let busy = other.post("/api/v1/calls", json!({ "service_id": pair.service })).await;
    assert_eq!(busy.expect(409).code(), "busy");
    let kept = pair.seller.get("/api/v1/calls").await.expect(200).json();
    let ended: Vec<_> = kept["items"].as_array().expect("calls").iter().collect();
    assert_eq!(
        ended.len(),
        2,
        "the one that rings, and the other's; the second ring of the same buyer is nothing"
    );
    assert!(ended.iter().any(|call| call["end_reason"] == "busy"));
}

#[tokio::test]
async fn whoever_sells_in_a_call_can_buy_in_no_other() {
    let pair = Pair::new(Price::default()).await;
    let other = pair.app.bearer(super::LUMEN, "Otto Other").await;
    let service = offer(&other, 120, json!({ "kind": "minute" }), 0, 0).await;
    let _page = Caller::open(&pair.app, &other).await;
    pair.fund_for(&pair.seller, 1_000).await;
    let _talk = pair.live().await;
    let second = pair
        .seller
        .post("/api/v1/calls", json!({ "service_id": service }))
        .await;
    assert_eq!(second.expect(409).code(), "in_a_call");
}

#[tokio::test]
async fn of_two_who_ring_each_other_one_gets_through() {
    let pair = Pair::new(Price::default()).await;
    let back = offer(&pair.buyer, 120, json!({ "kind": "minute" }), 0, 0).await;
    pair.fund_for(&pair.seller, 1_000).await;
    let _pages = (
        Caller::open(&pair.app, &pair.buyer).await,
        Caller::open(&pair.app, &pair.seller).await,
    );
    let (there, back) = tokio::join!(
        pair.buyer.post("/api/v1/calls", json!({ "service_id": pair.service })),
        pair.seller.post("/api/v1/calls", json!({ "service_id": back })),
    );
    let mut statuses = [there.status.as_u16(), back.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", there.text, back.text);
}

#[tokio::test]
async fn a_call_whose_room_never_opened_is_found_and_rings_out() {
    let pair = Pair::new(Price::default()).await;
    let (_page, scope) = (
        Caller::open(&pair.app, &pair.seller).await,
        pair.app.scope(super::LUMEN).await,
    );
    let (tenant, _) = pair
        .app
        .app
        .db
        .tenant_by_host(super::LUMEN)
        .await
        .expect("a database")
        .expect("a tenant");
    let buyer = pair.buyer.get("/api/v1/me").await.expect(200).json();
    let buyer = buyer["id"].as_str().expect("an id").parse().expect("an id");
    let service = ServiceId::from_uuid(pair.service);
    // As when the request is cut off between the call's commit and the room.
    let call = calls::ring(&pair.app.app, &scope, &tenant, buyer, service)
        .await
        .expect("stored");
    assert_eq!(
        pair.app.registry.recover(pair.app.app.now() + -1).await.expect("read"),
        0,
        "too young"
    );
    assert_eq!(pair.app.registry.recover(pair.app.app.now()).await.expect("read"), 1);
    assert_eq!(
        pair.app.registry.recover(pair.app.app.now()).await.expect("read"),
        0,
        "it has a room"
    );
    pair.app.clock.advance(46_000);
    for _ in 0..1_000 {
        let view = pair
            .buyer
            .get(&format!("/api/v1/calls/{}", call.id))
            .await
            .expect(200)
            .json();
        if view["phase"] == "ended" {
            assert_eq!(view["ended"], "missed");
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the call rings for ever");
}

#[tokio::test]
async fn the_buyer_gives_up_and_auto_reject_says_no_at_once() {
    let pair = Pair::new(Price::default()).await;
    let (call, _buyer, mut seller) = pair.ring().await;
    pair.buyer
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    seller.wait("that it stopped", super::ended_ring("cancelled")).await;
    pair.seller
        .patch("/api/v1/me", json!({ "auto_reject": true }))
        .await
        .expect(200);
    for _ in 0..1_000 {
        let refused = pair
            .buyer
            .post("/api/v1/calls", json!({ "service_id": pair.service }))
            .await
            .expect(409);
        if refused.code() == "not_available" {
            break;
        }
        // The first call's end is being stored.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let calls = pair.seller.get("/api/v1/calls").await.expect(200).json();
    let reasons: Vec<_> = calls["items"]
        .as_array()
        .expect("calls")
        .iter()
        .map(|call| &call["end_reason"])
        .collect();
    assert!(
        reasons.contains(&&json!("rejected")) && reasons.contains(&&json!("cancelled")),
        "{reasons:?}"
    );
    let id = pair.seller.get("/api/v1/conversations").await.expect(200).json()["items"][0]["id"].clone();
    let page = pair
        .seller
        .get(&format!("/conversations/{}", id.as_str().expect("an id")))
        .await
        .expect(200);
    assert!(page.text.contains("was cancelled before it started"), "{}", page.text);
    assert!(page.text.contains("You rejected"), "{}", page.text);
}

#[tokio::test]
async fn do_not_disturb_is_kept_and_the_call_is_found_later() {
    let pair = Pair::new(Price::default()).await;
    let _page = Caller::open(&pair.app, &pair.seller).await;
    pair.seller
        .patch("/api/v1/me", json!({ "do_not_disturb": true }))
        .await
        .expect(200);
    let refused = pair
        .buyer
        .post("/api/v1/calls", json!({ "service_id": pair.service }))
        .await
        .expect(409);
    assert_eq!(refused.code(), "not_available");
    let calls = pair.seller.get("/api/v1/calls").await.expect(200).json();
    assert_eq!(calls["items"][0]["end_reason"], "missed");
}

#[tokio::test]
async fn whoever_opens_a_page_while_it_rings_hears_it() {
    let pair = Pair::new(Price::default()).await;
    let (call, _buyer, seller) = pair.ring().await;
    drop(seller);
    let mut page = Caller::open(&pair.app, &pair.seller).await;
    let ring = |message: &ServerMessage| match message {
        ServerMessage::Ring { call, .. } => Some(*call),
        _ => None,
    };
    assert_eq!(page.wait("the ring", ring).await, call);
}

#[tokio::test]
async fn the_check_is_free_and_ends_by_itself() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.check().await;
    talk.buyer.act("connect").await.expect("pressed");
    talk.pass(119_000, true, true).await;
    pair.app.clock.advance(1_001);
    let bill = talk.bill().await;
    assert_eq!(bill["charged_minor"], 0);
    assert_eq!(bill["call"]["end_reason"], "cancelled", "not missed");
}

#[tokio::test]
async fn whoever_was_seen_within_half_a_minute_can_be_rung() {
    let pair = Pair::new(Price::default()).await;
    let ring = || pair.buyer.post("/api/v1/calls", json!({ "service_id": pair.service }));
    drop(Caller::open(&pair.app, &pair.seller).await);
    is_alone(&pair).await;
    pair.app.clock.advance(30_001);
    assert_eq!(ring().await.expect(409).code(), "not_available");
    drop(Caller::open(&pair.app, &pair.seller).await);
    is_alone(&pair).await;
    pair.app.clock.advance(30_000);
    ring().await.expect(201);
}

/// Waits until the server has seen the last page go.
async fn is_alone(pair: &Pair) {
    while pair.app.registry.people().count() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
