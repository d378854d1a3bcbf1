//! Ringing and what comes of it.

use super::{Caller, Pair, Price, ended_ring};
use serde_json::json;
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
    again.expect(409);
    let other = pair.app.bearer(super::LUMEN, "Otto Other").await;
    let poor = other.post("/api/v1/calls", json!({ "service_id": pair.service })).await;
    poor.expect(409);
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
