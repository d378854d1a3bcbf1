//! Third persons who pay or are paid: each has a leg, billed to the second by itself.

mod desk;
mod paying;
mod refused;
mod restart;

use super::{Caller, LUMEN, Pair, Price, STEP_MS, Talk, ended_ring, offer};
use crate::support::{TestApp, TestUser};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom_media_protocol::signaling::{CallPhase, EndReason, LegView, RoomRole, ServerMessage, SuspendReason};
use uuid::Uuid;

/// What a minute of the provider costs.
const RATE: i64 = 90;

/// A market in which that holds.
async fn market(policy: &str) -> TestApp {
    let app = TestApp::start().await;
    let rule = format!("UPDATE tenants SET policy = policy || '{policy}' WHERE slug = 'lumen'");
    app.database.superuser().batch_execute(&rule).expect("a rule");
    app
}

async fn buyer_pays(credit_minor: i64) -> Pair {
    let price = Price {
        credit_minor,
        ..Price::default()
    };
    Pair::at(market(r#"{"third_person": "buyer_pays"}"#).await, price).await
}

/// Somebody who can be brought in.
struct Provider {
    user: TestUser,
    page: Caller,
    service: Uuid,
}

impl Provider {
    async fn new(pair: &Pair) -> Self {
        Self::of(pair, json!({ "kind": "minute" }), 0).await
    }

    async fn of(pair: &Pair, increment: Value, minimum_minutes: u32) -> Self {
        let user = pair.app.bearer(LUMEN, "Ira Interpreter").await;
        let service = offer(&user, RATE, increment, minimum_minutes, 0).await;
        let page = Caller::open(&pair.app, &user).await;
        Self { user, page, service }
    }

    fn wanted(&self) -> Value {
        json!({ "service_id": self.service, "role": "interpreter", "languages": ["de"], "rate_minor": RATE })
    }

    /// A sign of life: the clock may have been turned far.
    async fn sign(&mut self) {
        self.page.ask(json!({ "type": "ping" })).await.expect("heard");
    }

    /// It rings, as into a call.
    async fn rung(&mut self) -> Uuid {
        let ring = |message: &ServerMessage| match message {
            ServerMessage::Ring {
                call,
                caller_name,
                into_call: true,
                ..
            } => Some((*call, caller_name.clone())),
            _ => None,
        };
        let (leg, caller) = self.page.wait("a ring into a call", ring).await;
        assert_eq!(caller, "Bea Buyer");
        leg
    }
}

/// A talk with a third person in it.
struct Three<'a> {
    talk: Talk<'a>,
    provider: Provider,
    leg: Uuid,
    leg_ms: i64,
}

/// How a leg stands, told to one of its two.
async fn told(page: &mut Caller, what: &str, wanted: impl Fn(&LegView) -> bool) -> LegView {
    page.wait(what, |message| match message {
        ServerMessage::Leg { leg } if wanted(leg) => Some((**leg).clone()),
        _ => None,
    })
    .await
}

/// The buyer says yes to a provider; gives the leg.
async fn agree(talk: &Talk<'_>, wanted: Value) -> Uuid {
    let path = format!("/api/v1/calls/{}/legs", talk.call);
    let begun = talk.pair.buyer.renewed().await.post(&path, wanted).await;
    let begun = begun.expect(201).json();
    assert_eq!(begun["rate_minor"], RATE);
    begun["id"].as_str().expect("an id").parse().expect("an id")
}

/// Brings a provider into a talk, up to where their meter runs.
async fn joined<'a>(mut talk: Talk<'a>, mut provider: Provider) -> Three<'a> {
    let leg = agree(&talk, provider.wanted()).await;
    assert_eq!(provider.rung().await, leg);
    let ringing = told(&mut talk.buyer, "the ring", |leg| leg.phase == CallPhase::Ringing).await;
    assert_eq!((ringing.name.as_str(), ringing.rate_minor), ("Ira Interpreter", RATE));
    assert!(ringing.you_pay && ringing.role == RoomRole::Interpreter);
    let accept = format!("/api/v1/calls/{leg}/accept");
    provider.user.post(&accept, json!({})).await.expect(204);
    provider.page.wait("the end of the ring", ended_ring("accepted")).await;
    let came = provider.page.join(talk.call).await.expect("let in");
    assert_eq!(came.call.role, RoomRole::Interpreter);
    let live = |leg: &LegView| leg.phase == CallPhase::Live;
    told(&mut talk.buyer, "the leg live", live).await;
    let theirs = told(&mut provider.page, "the leg live", live).await;
    assert!(!theirs.you_pay);
    let mut three = Three {
        talk,
        provider,
        leg,
        leg_ms: 0,
    };
    three.flow(true).await;
    three
}

impl Three<'_> {
    /// All three talk for so long, or the third one's line is down, and it counts for the two.
    async fn talk(&mut self, ms: i64, third: bool) {
        let mut left = ms;
        while left > 0 {
            let step = left.min(STEP_MS);
            left -= step;
            self.talk.pair.app.clock.advance(step);
            self.talk.billable_ms += step;
            self.leg_ms += if third { step } else { 0 };
            self.flow(third).await;
        }
    }

    async fn flow(&mut self, third: bool) {
        let (buyer, seller) = (self.talk.buyer.peer, self.talk.seller.peer);
        let mut flows = vec![(buyer, Some(0), Some(0)), (seller, Some(0), Some(0))];
        if third {
            flows.push((self.provider.page.peer, Some(0), Some(0)));
        }
        let score = self.talk.pair.node.report(&flows);
        let both = (Some(score), Some(score));
        let quality = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, other } if (*own, *other) == both).then_some(())
        };
        self.talk.buyer.wait("the report's score", quality).await;
        self.talk.counted(self.talk.billable_ms).await;
        self.leg_counted().await;
    }

    async fn leg_counted(&self) {
        let path = format!("/api/v1/calls/{}", self.leg);
        for _ in 0..2_000 {
            let view = self.talk.pair.buyer.get(&path).await.expect(200).json();
            let counted = view["billable_ms"].as_i64().expect("a number");
            assert!(counted <= self.leg_ms, "{counted} ms counted, {} expected", self.leg_ms);
            if counted == self.leg_ms {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let view = self.talk.pair.buyer.get(&path).await.expect(200).json();
        panic!("{} ms expected: {view:#}", self.leg_ms);
    }

    async fn is_held(&self, wanted: bool) {
        for _ in 0..1_000 {
            if self.talk.pair.node.is_held(self.provider.page.peer) == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the node wasn't told: held back should be {wanted}");
    }
}

/// A call's bill, once it is there.
async fn bill(user: &TestUser, call: Uuid) -> Value {
    let user = user.renewed().await;
    let path = format!("/api/v1/calls/{call}/bill");
    for _ in 0..1_000 {
        let answer = user.get(&path).await;
        if answer.status.as_u16() == 200 {
            return answer.json();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    user.get(&path).await.expect(200).json()
}

/// The buyer ends the call while that leg goes on; gives the call's bill once both are settled.
async fn end(mut talk: Talk<'_>, leg: Uuid) -> Value {
    talk.buyer.act("end").await.expect("ended");
    bill(&talk.pair.buyer, leg).await;
    talk.bill().await
}

#[tokio::test]
async fn a_provider_is_brought_in_and_both_legs_are_billed_exactly() {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::new(&pair).await;
    let mut talk = pair.live().await;
    talk.talk(20_000).await;
    let call = talk.call;
    // Who could come, to both of the call.
    let list = format!("/api/v1/calls/{call}/providers?q=ira");
    let found = pair.buyer.get(&list).await.expect(200).json();
    assert_eq!(
        (&found["items"][0]["name"], &found["items"][0]["rate_minor"]),
        (&json!("Ira Interpreter"), &json!(RATE))
    );
    let none = format!("/api/v1/calls/{call}/providers?q=nobody");
    assert_eq!(pair.seller.get(&none).await.expect(200).json()["items"], json!([]));

    let mut three = joined(talk, provider).await;
    three.talk(30_000, true).await;
    // Their line drops: the call goes on and counts, theirs stands still.
    three.talk(40_000, false).await;
    three.flow(true).await;
    three.talk(40_000, true).await;
    let Three {
        talk,
        provider,
        leg,
        leg_ms,
    } = three;
    assert_eq!(leg_ms, 70_000);
    let whole = end(talk, leg).await;
    assert_eq!(
        (&whole["billable_ms"], &whole["charged_minor"]),
        (&json!(130_000), &json!(360))
    );
    let theirs = bill(&provider.user, leg).await;
    assert_eq!(
        (&theirs["billable_ms"], &theirs["charged_minor"]),
        (&json!(70_000), &json!(180))
    );
    assert_eq!(
        (&theirs["seller_minor"], &theirs["ledger_sum_minor"]),
        (&json!(144), &json!(0))
    );
    assert_eq!(
        theirs["billed"].as_array().map(Vec::len),
        Some(2),
        "one gap: {theirs:#}"
    );
    let buyers = bill(&pair.buyer, leg).await;
    assert_eq!(buyers["lines"], theirs["lines"]);
    assert_eq!(theirs["call"]["end_reason"], "buyer_ended");
    // Nobody sees what isn't theirs.
    let seller = pair.seller.renewed().await;
    seller.get(&format!("/api/v1/calls/{leg}/bill")).await.expect(404);
    let provider = provider.user.renewed().await;
    provider.get(&format!("/api/v1/calls/{call}/bill")).await.expect(404);
    let wallet = pair
        .buyer
        .renewed()
        .await
        .get("/api/v1/wallet")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&wallet["balance_minor"], &wallet["held_minor"]),
        (&json!(2_460), &json!(0))
    );
    pair.audit().await;
    // The bill's page lists it, for those whose it is.
    let buyer = pair.buyer.renewed().await;
    let page = buyer.get(&format!("/calls/{call}/bill")).await;
    page.expect(200);
    assert!(
        buyer
            .get(&format!("/calls/{call}/bill"))
            .await
            .text
            .contains(&format!("/calls/{leg}/bill"))
    );
    let sellers = pair.seller.renewed().await.get(&format!("/calls/{call}/bill")).await;
    assert!(!sellers.text.contains(&leg.to_string()));
}

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

#[tokio::test]
async fn nobody_answers_and_nothing_is_charged() {
    let pair = buyer_pays(3_000).await;
    let mut provider = Provider::new(&pair).await;
    let mut talk = pair.live().await;
    let leg = agree(&talk, provider.wanted()).await;
    provider.rung().await;
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

#[tokio::test]
async fn credit_that_went_meanwhile_holds_up_only_the_leg() {
    // Enough for the provider when they are asked; then the call's second minute takes it.
    let pair = buyer_pays(120 + 130).await;
    let mut provider = Provider::new(&pair).await;
    let mut talk = pair.live().await;
    talk.talk(40_000).await;
    provider.sign().await;
    let leg = agree(&talk, provider.wanted()).await;
    provider.rung().await;
    talk.talk(14_000).await;
    let accept = format!("/api/v1/calls/{leg}/accept");
    provider.user.post(&accept, json!({})).await.expect(204);
    provider.page.join(talk.call).await.expect("let in");
    let short = told(&mut talk.buyer, "what is short", |leg| leg.needed_minor.is_some()).await;
    assert_eq!((short.needed_minor, short.phase), (Some(RATE), CallPhase::PreCheck));
    talk.talk(2_000).await;
    pair.fund(200).await;
    told(&mut talk.buyer, "the leg live", |leg| leg.phase == CallPhase::Live).await;
    let whole = end(talk, leg).await;
    assert_eq!(whole["charged_minor"], 120);
    assert_eq!(bill(&pair.buyer, leg).await["charged_minor"], 0, "nobody was heard yet");
    pair.audit().await;
}
