//! Credit that runs short for a third person: only they are held back.

use super::*;

#[tokio::test]
async fn without_credit_only_the_third_person_is_held_back() {
    // The call's first minute, and two blocks of the provider.
    let pair = buyer_pays(120 + 60).await;
    let provider = Provider::of(&pair, json!({ "kind": "block", "seconds": 20 }), 0).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(38_000, true).await;
    let warned = |message: &ServerMessage| match message {
        ServerMessage::LegWarning { leg, minutes_left } => Some((*leg, *minutes_left)),
        _ => None,
    };
    let (leg, _) = three.talk.buyer.wait("a warning of that leg", warned).await;
    assert_eq!(leg, three.leg);
    three.talk(2_000, true).await;
    let held = told(&mut three.talk.buyer, "no credit", |leg| {
        leg.suspended == Some(SuspendReason::Credit)
    });
    assert!(held.await.until_ms.is_some());
    three.is_held(true).await;
    assert!(!pair.node.is_paused(three.talk.call), "the two go on");
    // Somebody held back stays so when they come anew.
    three.provider.page.join(three.talk.call).await.expect("let in");
    three.is_held(true).await;
    let view = pair
        .buyer
        .get(&format!("/api/v1/calls/{}", three.talk.call))
        .await
        .expect(200);
    assert_eq!(view.json()["phase"], "live");
    three.talk.talk(6_000).await;
    pair.fund(500).await;
    told(&mut three.talk.buyer, "the leg again", |leg| {
        leg.phase == CallPhase::Live && leg.charged_minor == 60
    })
    .await;
    three.is_held(false).await;
    three.flow(true).await;
    three.talk(10_000, true).await;
    let (leg, user) = (three.leg, three.provider.user);
    let whole = end(three.talk, leg).await;
    assert_eq!(
        (&whole["billable_ms"], &whole["charged_minor"]),
        (&json!(56_000), &json!(120))
    );
    let theirs = bill(&user, leg).await;
    assert_eq!(
        (&theirs["billable_ms"], &theirs["charged_minor"]),
        (&json!(50_000), &json!(90))
    );
    pair.audit().await;
}

#[tokio::test]
async fn nobody_renews_the_credit_and_the_leg_ends_after_the_rescue_time() {
    let app = market(r#"{"third_person": "buyer_pays", "rescue_s": 20}"#).await;
    let price = Price {
        credit_minor: 120 + 30,
        ..Price::default()
    };
    let pair = Pair::at(app, price).await;
    let provider = Provider::of(&pair, json!({ "kind": "block", "seconds": 20 }), 0).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(20_000, true).await;
    three.is_held(true).await;
    three.talk.talk(22_000).await;
    let ended = told(&mut three.talk.buyer, "the leg's end", |leg| {
        leg.phase == CallPhase::Ended
    })
    .await;
    assert_eq!((ended.ended, ended.charged_minor), (Some(EndReason::OutOfCredit), 30));
    let out = |message: &ServerMessage| matches!(message, ServerMessage::ShownOut).then_some(());
    three.provider.page.wait("being shown out", out).await;
    let whole = three.talk.hang_up().await;
    assert_eq!(whole["charged_minor"], 120);
    pair.audit().await;
}

/// The provider says yes when the call's second minute has taken of what was there for them. Gives the talk and the leg.
async fn comes_late<'a>(pair: &'a Pair, provider: &mut Provider) -> (Talk<'a>, Uuid) {
    let mut talk = pair.live().await;
    talk.talk(40_000).await;
    provider.sign().await;
    let leg = agree(&talk, provider.wanted()).await;
    provider.rung().await;
    talk.talk(14_000).await;
    let accept = format!("/api/v1/calls/{leg}/accept");
    provider.user.post(&accept, json!({})).await.expect(204);
    provider.page.join(talk.call).await.expect("let in");
    (talk, leg)
}

#[tokio::test]
async fn credit_that_went_meanwhile_holds_up_only_the_leg() {
    // Enough for the provider when they are asked; then the call's second minute takes it.
    let pair = buyer_pays(120 + 130).await;
    let mut provider = Provider::new(&pair).await;
    let (mut talk, leg) = comes_late(&pair, &mut provider).await;
    let short = told(&mut talk.buyer, "what is short", |leg| leg.needed_minor.is_some()).await;
    assert_eq!((short.needed_minor, short.phase), (Some(RATE), CallPhase::PreCheck));
    // Whoever isn't paid yet neither hears nor is heard.
    for _ in 0..1_000 {
        if pair.node.is_held(provider.page.peer) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(pair.node.is_held(provider.page.peer));
    talk.talk(2_000).await;
    pair.fund(200).await;
    told(&mut talk.buyer, "the leg live", |leg| leg.phase == CallPhase::Live).await;
    let whole = end(talk, leg).await;
    assert_eq!(whole["charged_minor"], 120);
    assert_eq!(bill(&pair.buyer, leg).await["charged_minor"], 0, "nobody was heard yet");
    pair.audit().await;
}

#[tokio::test]
async fn what_cant_begin_keeps_no_money() {
    // Of the three blocks that the provider's minimum takes, the call's second minute leaves one.
    let pair = buyer_pays(120 + 160).await;
    let mut provider = Provider::of(&pair, json!({ "kind": "block", "seconds": 20 }), 1).await;
    let (mut talk, _) = comes_late(&pair, &mut provider).await;
    let ended = told(&mut talk.buyer, "the leg's end", |leg| leg.phase == CallPhase::Ended).await;
    assert_eq!((ended.ended, ended.charged_minor), (Some(EndReason::Cancelled), 0));
    assert!(ended.needed_minor.is_some(), "why is told");
    let out = |message: &ServerMessage| matches!(message, ServerMessage::ShownOut).then_some(());
    provider.page.wait("being shown out", out).await;
    assert_eq!(pair.buyer.wallet().await["held_minor"], 120);
    talk.hang_up().await;
    pair.audit().await;
}
