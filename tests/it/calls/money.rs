//! What calls cost.

use super::{Pair, Price};
use serde_json::json;
use tallyroom_media_protocol::signaling::{CallPhase, ServerMessage, SuspendReason};

#[tokio::test]
async fn started_minutes_are_charged_and_both_see_the_same_bill() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(61_000).await;
    let call = talk.call;
    let bill = talk.hang_up().await;
    assert_eq!(
        (bill["charged_s"].as_i64(), bill["charged_minor"].as_i64()),
        (Some(120), Some(240))
    );
    assert_eq!(bill["billable_ms"], 61_000);
    assert_eq!(
        (bill["seller_minor"].as_i64(), bill["tenant_minor"].as_i64()),
        (Some(192), Some(48)),
        "20 % commission"
    );
    let sellers = pair
        .seller
        .get(&format!("/api/v1/calls/{call}/bill"))
        .await
        .expect(200)
        .json();
    assert_eq!(sellers["lines"], bill["lines"]);
    let wallet = pair.buyer.get("/api/v1/wallet").await.expect(200).json();
    assert_eq!(
        (wallet["balance_minor"].as_i64(), wallet["held_minor"].as_i64()),
        (Some(760), Some(0))
    );
    let page = pair.buyer.get(&format!("/calls/{call}/bill")).await;
    page.expect(200);
}

#[tokio::test]
async fn a_call_that_ends_inside_grace_costs_nothing() {
    let pair = Pair::new(Price {
        grace_seconds: 30,
        minimum_minutes: 1,
        ..Price::default()
    })
    .await;
    let mut talk = pair.live().await;
    talk.talk(30_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(
        (bill["charged_minor"].as_i64(), bill["billable_ms"].as_i64()),
        (Some(0), Some(30_000))
    );
}

#[tokio::test]
async fn the_minimum_is_due_unless_the_seller_ends() {
    for (who, charged) in [("buyer", 360), ("seller", 120)] {
        let pair = Pair::new(Price {
            minimum_minutes: 3,
            ..Price::default()
        })
        .await;
        let mut talk = pair.live().await;
        talk.talk(20_000).await;
        let ender = if who == "buyer" {
            &mut talk.buyer
        } else {
            &mut talk.seller
        };
        ender.act("end").await.expect("ended");
        let bill = talk.bill().await;
        assert_eq!(bill["charged_minor"].as_i64(), Some(charged), "ended by the {who}");
    }
}

#[tokio::test]
async fn seconds_are_charged_to_the_started_second() {
    let pair = Pair::new(Price {
        rate_minor: 199,
        increment: json!({ "kind": "second" }),
        ..Price::default()
    })
    .await;
    let mut talk = pair.live().await;
    talk.talk(12_300).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_s"], 13);
    assert_eq!(bill["charged_minor"], 199 * 13 / 60);
}

#[tokio::test]
async fn who_cant_afford_the_start_isnt_put_through() {
    let pair = Pair::new(Price {
        credit_minor: 119,
        ..Price::default()
    })
    .await;
    let page = super::Caller::open(&pair.app, &pair.seller).await;
    let refused = pair
        .buyer
        .post("/api/v1/calls", json!({ "service_id": pair.service }))
        .await
        .expect(409);
    assert_eq!(refused.code(), "insufficient_credit");
    drop(page);
}

#[tokio::test]
async fn without_credit_the_call_waits_and_a_top_up_resumes_it() {
    let price = Price {
        increment: json!({ "kind": "block", "seconds": 20 }),
        rate_minor: 300,
        credit_minor: 200,
        ..Price::default()
    };
    let pair = Pair::new(price).await;
    let mut talk = pair.live().await;
    talk.talk(38_000).await;
    talk.buyer
        .wait("the warning", |message| {
            matches!(message, ServerMessage::Warning { minutes_left: 1 }).then_some(())
        })
        .await;
    // Two blocks were paid for; the third isn't there.
    talk.talk(2_000).await;
    let view = talk.seller.phase(CallPhase::Suspended).await;
    assert_eq!(
        view.suspended,
        Some(SuspendReason::Credit),
        "the seller sees what happens"
    );
    talk.held_back(true).await;
    // What flows now is nobody's to pay.
    talk.pass(10_000, true, true).await;
    pair.fund(500).await;
    talk.buyer.forget();
    talk.buyer.phase(CallPhase::Live).await;
    talk.held_back(false).await;
    talk.flow(true, true).await;
    talk.talk(4_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 44_000);
    assert_eq!(bill["charged_minor"], 300);
}

#[tokio::test]
async fn nobody_tops_up_and_the_call_ends_after_the_rescue_time() {
    let price = Price {
        increment: json!({ "kind": "block", "seconds": 10 }),
        rate_minor: 600,
        credit_minor: 100,
        ..Price::default()
    };
    let pair = Pair::new(price).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    talk.buyer.phase(CallPhase::Suspended).await;
    pair.app.clock.advance(301_000);
    let bill = talk.bill().await;
    assert_eq!(bill["charged_minor"], 100);
    assert_eq!(bill["call"]["end_reason"], "out_of_credit");
}

#[tokio::test]
async fn ending_while_suspended_settles_once() {
    let price = Price {
        increment: json!({ "kind": "block", "seconds": 10 }),
        rate_minor: 600,
        credit_minor: 100,
        ..Price::default()
    };
    let pair = Pair::new(price).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    talk.buyer.phase(CallPhase::Suspended).await;
    talk.seller.act("end").await.expect("ended");
    assert_eq!(
        talk.buyer.act("end").await.map_err(|_| ()),
        Err(()),
        "it is over already"
    );
    let bill = talk.bill().await;
    assert_eq!(
        (bill["charged_minor"].as_i64(), bill["call"]["end_reason"].as_str()),
        (Some(100), Some("seller_ended"))
    );
}
