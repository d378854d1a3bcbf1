//! Lines that drop, tabs that double, nodes that die (requirements M2, M7, F6).

use super::{Caller, Pair, Price, ScriptedNode};
use tallyroom_media_protocol::signaling::{CallPhase, ServerMessage, SuspendReason};

#[tokio::test]
async fn a_gap_of_four_seconds_is_bridged() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    talk.pass(4_000, false, false).await;
    talk.expect_also(4_000);
    talk.flow(true, true).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 14_000);
    assert_eq!(bill["billed"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn thirty_seconds_are_a_gap_and_no_second_minimum() {
    let pair = Pair::new(Price {
        minimum_minutes: 1,
        ..Price::default()
    })
    .await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    talk.pass(30_000, true, false).await;
    let view = talk.buyer.phase(CallPhase::Suspended).await;
    assert_eq!(view.suspended, Some(SuspendReason::Connection));
    talk.flow(true, true).await;
    talk.talk(10_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 20_000);
    assert_eq!(bill["billed"].as_array().map(Vec::len), Some(2), "one gap: {bill:#}");
    assert_eq!(bill["charged_minor"], 120);
}

#[tokio::test]
async fn three_minutes_end_the_call_at_the_last_packet() {
    let pair = Pair::new(Price {
        minimum_minutes: 5,
        ..Price::default()
    })
    .await;
    let mut talk = pair.live().await;
    talk.talk(70_000).await;
    talk.pass(180_000, true, false).await;
    let bill = talk.bill().await;
    assert_eq!(bill["billable_ms"], 70_000);
    assert_eq!(bill["call"]["end_reason"], "seller_lost");
    assert_eq!(
        bill["charged_minor"], 240,
        "the minimum isn't due when the seller doesn't come back"
    );
}

#[tokio::test]
async fn a_second_tab_takes_over_and_the_first_cant_end_the_call() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(4_000).await;
    let mut second = Caller::open(&pair.app, &pair.buyer).await;
    second.join(talk.call).await.expect("joined");
    let mut first = std::mem::replace(&mut talk.buyer, second);
    first
        .wait("the notice", |message| {
            matches!(message, ServerMessage::Replaced).then_some(())
        })
        .await;
    assert_eq!(first.act("end").await.map_err(|code| code == "stale_epoch"), Err(true));
    // The first tab's socket closes after the second has joined: nobody has left.
    drop(first);
    talk.flow(true, true).await;
    talk.talk(4_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 8_000);
}

#[tokio::test]
async fn a_lost_socket_comes_back_to_the_same_call() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(6_000).await;
    let back = Caller::open(&pair.app, &pair.seller).await;
    drop(std::mem::replace(&mut talk.seller, back));
    talk.buyer.view("the seller gone", |view| !view.other.present).await;
    talk.seller.join(talk.call).await.expect("joined again");
    talk.buyer.view("the seller back", |view| view.other.present).await;
    talk.flow(true, true).await;
    talk.talk(6_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(
        (bill["billable_ms"].as_i64(), bill["charged_minor"].as_i64()),
        (Some(12_000), Some(120))
    );
}

#[tokio::test]
async fn when_the_node_dies_both_move_to_another_and_the_bill_has_one_gap() {
    let mut pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(20_000).await;
    let (call, mut buyer, mut seller) = (talk.call, talk.buyer, talk.seller);
    let other = ScriptedNode::connect(&pair.app).await;
    std::mem::replace(&mut pair.node, other).kill();
    for page in [&mut buyer, &mut seller] {
        page.wait("the reset", |message| {
            matches!(message, ServerMessage::MediaReset).then_some(())
        })
        .await;
    }
    pair.app.clock.advance(8_000);
    buyer.join(call).await.expect("joined again");
    seller.join(call).await.expect("joined again");
    let mut talk = super::Talk {
        pair: &pair,
        call,
        buyer,
        seller,
        billable_ms: 20_000,
    };
    talk.flow(true, true).await;
    talk.talk(20_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 40_000);
    assert_eq!(bill["billed"].as_array().map(Vec::len), Some(2));
    assert_eq!(bill["charged_minor"], 120, "one minute, charged once");
}

#[tokio::test]
async fn a_seller_who_sends_nothing_stops_the_meter_a_buyer_doesnt() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    // Camera and microphone off at the seller: still there, not sending.
    for _ in 0..10 {
        pair.app.clock.advance(2_000);
        pair.node
            .report(&[(talk.buyer.peer, None, Some(0)), (talk.seller.peer, None, Some(0))]);
        talk.counted(10_000).await;
    }
    // Both off at the buyer: it counts.
    pair.node
        .report(&[(talk.buyer.peer, None, Some(0)), (talk.seller.peer, Some(0), Some(0))]);
    talk.counted(10_000).await;
    pair.app.clock.advance(2_000);
    pair.node
        .report(&[(talk.buyer.peer, None, Some(0)), (talk.seller.peer, Some(0), Some(0))]);
    talk.counted(12_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 12_000);
}

#[tokio::test]
async fn the_database_goes_away_and_comes_back_in_a_live_call() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    pair.app.database.close();
    pair.buyer.get("/api/v1/wallet").await.expect(503);
    pair.app.database.open();
    talk.talk(60_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(
        (bill["billable_ms"].as_i64(), bill["charged_minor"].as_i64()),
        (Some(70_000), Some(240))
    );
}

#[tokio::test]
async fn who_cant_be_let_in_isnt_there() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let (call, mut buyer, _seller) = (talk.call, talk.buyer, talk.seller);
    pair.node.kill();
    buyer
        .wait("the reset", |message| {
            matches!(message, ServerMessage::MediaReset).then_some(())
        })
        .await;
    assert_eq!(buyer.join(call).await.expect_err("no node is left"), "media_full");
    let view = pair
        .seller
        .get(&format!("/api/v1/calls/{call}"))
        .await
        .expect(200)
        .json();
    assert_eq!(view["other"]["present"], false, "{view:#}");
}

#[tokio::test]
async fn media_stay_held_back_on_another_node_until_there_is_credit() {
    let mut pair = Pair::new(Price {
        credit_minor: 120,
        ..Price::default()
    })
    .await;
    let mut talk = pair.live().await;
    talk.talk(60_000).await;
    talk.buyer.phase(CallPhase::Suspended).await;
    talk.held_back(true).await;
    let (call, mut buyer, mut seller) = (talk.call, talk.buyer, talk.seller);
    let other = ScriptedNode::connect(&pair.app).await;
    std::mem::replace(&mut pair.node, other).kill();
    for page in [&mut buyer, &mut seller] {
        page.wait("the reset", |message| {
            matches!(message, ServerMessage::MediaReset).then_some(())
        })
        .await;
        page.join(call).await.expect("joined again");
    }
    let talk = super::Talk {
        pair: &pair,
        call,
        buyer,
        seller,
        billable_ms: 60_000,
    };
    talk.held_back(true).await;
    pair.fund(1_000).await;
    talk.held_back(false).await;
}
