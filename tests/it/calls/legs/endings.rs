//! How legs end: shown out, left, lost, with their call, or before they began.

use super::*;

#[tokio::test]
async fn the_buyer_shows_them_out_and_owes_the_minimum() {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::of(&pair, json!({ "kind": "minute" }), 3).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(20_000, true).await;
    let call = three.talk.call;
    let leg = told(&mut three.talk.buyer, "the leg", |leg| leg.running).await;
    let place = format!("/api/v1/calls/{call}/guests/{}", leg.guest);
    pair.seller.delete(&place).await.expect(403);
    pair.buyer.delete(&place).await.expect(204);
    let out = |message: &ServerMessage| matches!(message, ServerMessage::ShownOut).then_some(());
    three.provider.page.wait("being shown out", out).await;
    let ended = told(&mut three.talk.buyer, "the leg's end", |leg| {
        leg.phase == CallPhase::Ended
    })
    .await;
    assert_eq!(ended.ended, Some(EndReason::BuyerEnded));
    assert_eq!(three.provider.page.join(call).await.expect_err("out"), "not_found");
    assert_eq!(bill(&pair.buyer, three.leg).await["charged_minor"], 3 * RATE);
    // The call goes on, and they can be asked again: another leg.
    three.talk.talk(10_000).await;
    let again = agree(&three.talk, three.provider.wanted()).await;
    assert_ne!(again, three.leg);
    assert_eq!(three.provider.rung().await, again);
    let reject = format!("/api/v1/calls/{again}/reject");
    three.provider.user.post(&reject, json!({})).await.expect(204);
    told(&mut three.talk.buyer, "the no", |leg| {
        leg.ended == Some(EndReason::Rejected)
    })
    .await;
    let whole = three.talk.hang_up().await;
    assert_eq!(whole["charged_minor"], 120, "{whole:#}");
    assert_eq!(bill(&pair.buyer, again).await["charged_minor"], 0);
    pair.audit().await;
}

#[tokio::test]
async fn whoever_leaves_ends_only_their_own_and_the_minimum_isnt_due() {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::of(&pair, json!({ "kind": "minute" }), 3).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(20_000, true).await;
    three.provider.page.act("end").await.expect("left");
    let ended = told(&mut three.talk.buyer, "the leg's end", |leg| {
        leg.phase == CallPhase::Ended
    })
    .await;
    assert_eq!((ended.ended, ended.charged_minor), (Some(EndReason::SellerEnded), RATE));
    three.talk.talk(60_000).await;
    let whole = three.talk.hang_up().await;
    assert_eq!(whole["charged_minor"], 240);
    // Free again for whoever rings.
    three.provider.sign().await;
    let service = json!({ "service_id": three.provider.service });
    pair.buyer
        .renewed()
        .await
        .post("/api/v1/calls", service)
        .await
        .expect(201);
}

#[tokio::test]
async fn whoever_doesnt_come_back_is_lost_to_their_leg_only() {
    let pair = buyer_pays(5_000).await;
    let provider = Provider::of(&pair, json!({ "kind": "minute" }), 5).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(70_000, true).await;
    three.talk(118_000, false).await;
    for _ in 0..3 {
        three.talk.talk(2_000).await;
    }
    let lost = told(&mut three.talk.buyer, "the loss", |leg| leg.phase == CallPhase::Ended).await;
    assert_eq!(
        (lost.ended, lost.charged_minor),
        (Some(EndReason::SellerLost), 2 * RATE)
    );
    let whole = three.talk.hang_up().await;
    assert_eq!(whole["billable_ms"], 194_000);
}

#[tokio::test]
async fn the_end_of_the_call_by_its_seller_is_nobodys_of_the_leg() {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::of(&pair, json!({ "kind": "minute" }), 3).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(20_000, true).await;
    three.talk.seller.act("end").await.expect("ended");
    let (leg, user) = (three.leg, three.provider.user);
    bill(&user, leg).await;
    three.talk.bill().await;
    let theirs = bill(&user, leg).await;
    assert_eq!(
        (&theirs["call"]["end_reason"], &theirs["charged_minor"]),
        (&json!("call_over"), &json!(RATE)),
        "the buyer owes no minimum for what others ended"
    );
}

#[tokio::test]
async fn nobody_answers_and_nothing_is_charged() {
    let pair = buyer_pays(3_000).await;
    let mut provider = Provider::new(&pair).await;
    let mut talk = pair.live().await;
    let leg = agree(&talk, provider.wanted()).await;
    provider.rung().await;
    // Its page rings them, too.
    let page = provider.user.get(&format!("/calls/{leg}")).await.expect(200);
    assert!(page.text.contains(&leg.to_string()));
    // Before they say yes they are nobody here.
    assert_eq!(provider.page.join(talk.call).await.expect_err("not yet"), "not_found");
    assert_eq!(provider.page.join(leg).await.expect_err("never"), "not_found");
    talk.talk(46_000).await;
    let missed = told(&mut talk.buyer, "the miss", |leg| leg.phase == CallPhase::Ended).await;
    assert_eq!(missed.ended, Some(EndReason::Missed));
    provider.page.wait("the end of the ring", ended_ring("missed")).await;
    assert_eq!(bill(&pair.buyer, leg).await["charged_minor"], 0);
    talk.hang_up().await;
}
