//! Third persons who pay for themselves.

use super::*;
use crate::calls::guests::invited;

/// What they agree to.
const YES: [(&str, &str); 2] = [("agreed", "120"), ("opening", "120")];

async fn guest_pays() -> Pair {
    Pair::at(market(r#"{"third_person": "guest_pays"}"#).await, Price::default()).await
}

#[tokio::test]
async fn whoever_comes_by_the_link_agrees_to_the_price_and_pays_the_seller() {
    let pair = guest_pays().await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let (_, path) = invited(&pair.buyer, call, json!({ "role": "specialist" })).await;
    // Without an account nobody comes; the page says what it costs.
    let visitor = pair.app.anonymous(LUMEN);
    let page = visitor.get(&path).await;
    assert!(
        page.text.contains("1.20") && page.text.contains("/login?next="),
        "{}",
        page.text
    );
    visitor.form(&path, &[("name", "Nobody")]).await.expect(422);
    let payer = pair.app.bearer(LUMEN, "Pia Payer").await;
    payer.form(&path, &[]).await.expect(422);
    for (rate, opening) in [("119", "120"), ("120", "60")] {
        let other = [("agreed", rate), ("opening", opening)];
        payer.form(&path, &other).await.expect(422);
    }
    payer.form(&path, &[("agreed", "120")]).await.expect(422);
    let short = payer.form(&path, &YES).await.expect(422);
    assert!(short.text.contains("credit"), "{}", short.text);
    pair.fund_for(&payer, 500).await;
    payer.form(&path, &YES).await.expect(303);

    let mut page = Caller::open(&pair.app, &payer).await;
    page.join(call).await.expect("let in");
    let live = told(&mut page, "the leg live", |leg| leg.phase == CallPhase::Live).await;
    assert!(live.you_pay && live.rate_minor == 120);
    let leg = live.id;
    let sellers = told(&mut talk.seller, "the leg live", |leg| leg.phase == CallPhase::Live).await;
    assert!(!sellers.you_pay);
    let is_leg = |message: &ServerMessage| matches!(message, ServerMessage::Leg { .. });
    assert!(!talk.buyer.has_heard(is_leg), "the buyer sees nobody else's money");
    let provider = Provider {
        user: payer,
        page,
        service: pair.service,
        opening_minor: 120,
    };
    let mut three = Three {
        talk,
        provider,
        leg,
        leg_ms: 0,
    };
    let path = format!("/api/v1/calls/{leg}");
    for step in 0..35 {
        let flows = [three.talk.buyer.peer, three.talk.seller.peer, three.provider.page.peer];
        let score = pair.node.report(&flows.map(|peer| (peer, Some(0), Some(0))));
        let told = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, .. } if *own == Some(score)).then_some(())
        };
        three.talk.buyer.wait("the score", told).await;
        three.talk.counted(three.talk.billable_ms).await;
        loop {
            let view = three.provider.user.get(&path).await.expect(200).json();
            if view["billable_ms"] == json!(step * STEP_MS) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        pair.app.clock.advance(STEP_MS);
        three.talk.billable_ms += STEP_MS;
    }
    three.talk.billable_ms -= STEP_MS;
    // They leave: their leg ends, the call goes on.
    three.provider.page.act("end").await.expect("left");
    let theirs = bill(&three.provider.user, leg).await;
    assert_eq!(
        (&theirs["charged_minor"], &theirs["seller_minor"]),
        (&json!(240), &json!(192))
    );
    assert_eq!(theirs["call"]["end_reason"], "buyer_ended");
    let sellers = bill(&pair.seller, leg).await;
    assert_eq!(sellers["lines"], theirs["lines"]);
    let whole = three.talk.hang_up().await;
    assert_eq!(whole["charged_minor"], 240, "{whole:#}");
    pair.buyer
        .renewed()
        .await
        .get(&format!("/api/v1/calls/{leg}/bill"))
        .await
        .expect(404);
    pair.audit().await;
}

#[tokio::test]
async fn whoever_the_seller_asked_waits_without_a_meter() {
    let pair = guest_pays().await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let (place, path) = invited(&pair.seller, call, json!({ "role": "specialist" })).await;
    let payer = pair.app.bearer(LUMEN, "Pia Payer").await;
    pair.fund_for(&payer, 500).await;
    payer.form(&path, &YES).await.expect(303);
    let mut page = Caller::open(&pair.app, &payer).await;
    // Their page asks again and again.
    for ms in [50_000, 50_000, 30_000] {
        assert_eq!(page.join(call).await.expect_err("waits"), "not_admitted");
        talk.talk(ms).await;
    }
    let wallet = payer.get("/api/v1/wallet").await.expect(200).json();
    assert_eq!(
        (&wallet["balance_minor"], &wallet["held_minor"]),
        (&json!(500), &json!(0))
    );
    let place = place["id"].as_str().expect("an id");
    let admit = format!("/api/v1/calls/{call}/guests/{place}/admit");
    pair.buyer.renewed().await.post(&admit, json!({})).await.expect(204);
    page.join(call).await.expect("let in");
    let live = told(&mut page, "the leg live", |leg| leg.phase == CallPhase::Live).await;
    // The call's end by the seller owes nothing more than what was used, and they hear how theirs ended.
    talk.seller.act("end").await.expect("ended");
    let theirs = bill(&payer, live.id).await;
    assert_eq!(
        (&theirs["charged_minor"], &theirs["call"]["end_reason"]),
        (&json!(0), &json!("seller_ended"))
    );
    talk.bill().await;
}

#[tokio::test]
async fn in_the_free_check_nobody_pays_whoever_came_by_a_link() {
    let pair = guest_pays().await;
    let mut talk = pair.check().await;
    let (_, path) = invited(&pair.buyer, talk.call, json!({ "role": "specialist" })).await;
    let payer = pair.app.bearer(LUMEN, "Pia Payer").await;
    pair.fund_for(&payer, 500).await;
    payer.form(&path, &YES).await.expect(303);
    let mut page = Caller::open(&pair.app, &payer).await;
    page.join(talk.call).await.expect("let in");
    let waits = |leg: &LegView| leg.phase == CallPhase::PreCheck;
    let leg = told(&mut page, "the leg", waits).await.id;
    let path = format!("/api/v1/calls/{leg}");
    for _ in 0..40 {
        let flows = [talk.buyer.peer, talk.seller.peer, page.peer];
        let score = pair.node.report(&flows.map(|peer| (peer, Some(0), Some(0))));
        let told = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, .. } if *own == Some(score)).then_some(())
        };
        talk.buyer.wait("the score", told).await;
        pair.app.clock.advance(STEP_MS);
    }
    let view = payer.get(&path).await.expect(200).json();
    assert_eq!(
        (&view["phase"], &view["billable_ms"]),
        (&json!("pre_check"), &json!(0)),
        "they were there for longer than anybody may be away"
    );
    assert!(!pair.node.is_held(page.peer), "all are heard in the check");
    talk.buyer.act("connect").await.expect("pressed");
    talk.seller.act("connect").await.expect("pressed");
    told(&mut page, "the leg live", |leg| leg.phase == CallPhase::Live).await;
    talk.seller.act("end").await.expect("ended");
    assert_eq!(bill(&payer, leg).await["charged_minor"], 0);
}

#[tokio::test]
async fn whoever_stays_away_before_it_begins_is_free_again() {
    let pair = guest_pays().await;
    let mut talk = pair.live().await;
    let (_, path) = invited(&pair.seller, talk.call, json!({ "role": "specialist" })).await;
    let payer = pair.app.bearer(LUMEN, "Pia Payer").await;
    pair.fund_for(&payer, 500).await;
    payer.form(&path, &YES).await.expect(303);
    let places = format!("/api/v1/calls/{}/guests", talk.call);
    let places = pair.buyer.get(&places).await.expect(200).json();
    let leg: Uuid = serde_json::from_value(places["items"][0]["leg_id"].clone()).expect("a leg");
    talk.talk(64_000).await;
    let theirs = bill(&payer, leg).await;
    assert_eq!(
        (&theirs["call"]["end_reason"], &theirs["charged_minor"]),
        (&json!("cancelled"), &json!(0))
    );
    talk.hang_up().await;
}
