//! Third persons who pay for themselves.

use super::*;
use crate::calls::guests::invited;

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
    payer.form(&path, &[("agreed", "119")]).await.expect(422);
    let short = payer.form(&path, &[("agreed", "120")]).await.expect(422);
    assert!(short.text.contains("credit"), "{}", short.text);
    pair.fund_for(&payer, 500).await;
    payer.form(&path, &[("agreed", "120")]).await.expect(303);

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
    payer.form(&path, &[("agreed", "120")]).await.expect(303);
    let mut page = Caller::open(&pair.app, &payer).await;
    assert_eq!(page.join(call).await.expect_err("waits"), "not_admitted");
    talk.talk(130_000).await;
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
