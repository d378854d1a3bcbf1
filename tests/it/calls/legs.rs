//! Third persons who pay or are paid: each has a leg, billed to the second by itself.

mod credit;
mod desk;
mod endings;
mod paying;
mod refused;
mod restart;
mod together;

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
    /// What is reserved at the start.
    opening_minor: i64,
}

impl Provider {
    async fn new(pair: &Pair) -> Self {
        Self::of(pair, json!({ "kind": "minute" }), 0).await
    }

    async fn of(pair: &Pair, increment: Value, minimum_minutes: u32) -> Self {
        let user = pair.app.bearer(LUMEN, "Ira Interpreter").await;
        let step_s = increment["seconds"].as_i64().unwrap_or(60);
        let opening_minor = RATE * step_s.max(i64::from(minimum_minutes) * 60) / 60;
        let service = offer(&user, RATE, increment, minimum_minutes, 0).await;
        let page = Caller::open(&pair.app, &user).await;
        Self {
            user,
            page,
            service,
            opening_minor,
        }
    }

    fn wanted(&self) -> Value {
        json!({ "service_id": self.service, "role": "interpreter", "languages": ["de"],
            "rate_minor": RATE, "opening_minor": self.opening_minor })
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
    assert_eq!(
        (&found["items"][0]["increment_s"], &found["items"][0]["opening_minor"]),
        (&json!(60), &json!(RATE))
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
    let wallet = pair.buyer.wallet().await;
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
