//! Calls through their real doors, with a clock that is turned by hand and a node that reports what the test says.

mod at_once;
mod before_media;
mod chatting;
mod custom_extension;
mod endings;
mod extending;
mod guests;
mod hostile;
mod interruptions;
mod legs;
mod media;
mod money;
mod prepaid;
mod private_rooms;
pub mod recording;
mod ringing;
mod snapshots;

pub use prepaid::booked;

use super::support::{Caller, LUMEN, ScriptedNode, TestApp, TestUser};
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom::{
    domain::ids::TopUpId,
    store::{
        ledger::{self, AccountKind, Transfer},
        tenants,
    },
};
use tallyroom_media_protocol::signaling::{CallPhase, ServerMessage};
use uuid::Uuid;

/// Time passes in steps of this length; shorter than the gap that is bridged.
const STEP_MS: i64 = 2_000;

/// A seller who can be rung and a buyer who can pay.
pub struct Pair {
    pub app: TestApp,
    host: &'static str,
    pub node: ScriptedNode,
    pub buyer: TestUser,
    pub seller: TestUser,
    pub service: Uuid,
}

/// What the service of a [`Pair`] costs.
pub struct Price {
    pub rate_minor: i64,
    pub increment: Value,
    pub minimum_minutes: u32,
    pub grace_seconds: u32,
    pub credit_minor: i64,
}

impl Default for Price {
    fn default() -> Self {
        Self {
            rate_minor: 120,
            increment: json!({ "kind": "minute" }),
            minimum_minutes: 0,
            grace_seconds: 0,
            credit_minor: 1_000,
        }
    }
}

impl Pair {
    pub async fn new(price: Price) -> Self {
        Self::at(TestApp::start().await, price).await
    }

    /// The same at a product that a test made for itself.
    pub async fn at(app: TestApp, price: Price) -> Self {
        Self::of(app, LUMEN, price).await
    }

    /// The same at one of the tenants.
    pub async fn of(app: TestApp, host: &'static str, price: Price) -> Self {
        let node = ScriptedNode::connect(&app).await;
        let (buyer, seller) = (
            app.bearer(host, "Bea Buyer").await,
            app.bearer(host, "Sol Seller").await,
        );
        let Price {
            rate_minor,
            increment,
            minimum_minutes,
            grace_seconds,
            ..
        } = price;
        let service = offer(&seller, rate_minor, increment, minimum_minutes, grace_seconds).await;
        let pair = Self {
            app,
            host,
            node,
            buyer,
            seller,
            service,
        };
        pair.fund(price.credit_minor).await;
        pair
    }

    /// What the buyer may spend.
    pub async fn spendable(&self) -> i64 {
        self.buyer.wallet().await["available_minor"].as_i64().expect("minor")
    }

    /// Puts credit into the buyer's wallet, as a settled payment does.
    pub async fn fund(&self, minor: i64) {
        self.fund_for(&self.buyer, minor).await;
    }

    /// The same for anybody.
    pub async fn fund_for(&self, user: &TestUser, minor: i64) {
        let me = user.get("/api/v1/me").await.expect(200).json();
        let user = me["id"].as_str().expect("an id").parse().expect("an id");
        let (scope, now) = (self.app.scope(self.host).await, self.app.app.now());
        let funded = self.app.app.db.tenant(&scope, move |tx| {
            let currency = tenants::own(tx)?.currency;
            let transfer = Transfer {
                id: TopUpId::new().uuid(),
                kind: "top_up",
                debit: ledger::account(tx, AccountKind::BuiltIn, currency, now)?,
                credit: ledger::account(tx, AccountKind::Wallet(user), currency, now)?,
                amount_minor: minor,
                at: now,
            };
            ledger::transfer(tx, &transfer)?;
            Ok(ledger::balance(tx, AccountKind::Wallet(user), currency)?.available())
        });
        let available = funded.await.expect("funded");
        self.app.app.people.wallet_changed(&scope, user, available);
    }

    /// The buyer rings; the seller's open page hears it.
    pub async fn ring(&self) -> (Uuid, Caller, Caller) {
        let mut seller = Caller::open(&self.app, &self.seller).await;
        let buyer = Caller::open(&self.app, &self.buyer).await;
        let call = self
            .buyer
            .post("/api/v1/calls", json!({ "service_id": self.service }))
            .await
            .expect(201)
            .json();
        let call: Uuid = call["id"].as_str().expect("an id").parse().expect("an id");
        let heard = seller.wait("a ring", |message| match message {
            ServerMessage::Ring { call, caller_name, .. } => Some((*call, caller_name.clone())),
            _ => None,
        });
        assert_eq!(heard.await, (call, "Bea Buyer".to_owned()));
        (call, buyer, seller)
    }

    /// Up to the free check: accepted, both joined.
    pub async fn check(&self) -> Talk<'_> {
        let (call, mut buyer, mut seller) = self.ring().await;
        self.seller
            .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
            .await
            .expect(204);
        buyer.wait("the seller's yes", ended_ring("accepted")).await;
        buyer.join(call).await.expect("joined");
        seller.join(call).await.expect("joined");
        Talk {
            pair: self,
            call,
            buyer,
            seller,
            billable_ms: 0,
        }
    }

    /// Up to the metered call.
    pub async fn live(&self) -> Talk<'_> {
        let mut talk = self.check().await;
        talk.buyer.act("connect").await.expect("pressed");
        talk.seller.act("connect").await.expect("pressed");
        talk.buyer.phase(CallPhase::Live).await;
        talk.seller.phase(CallPhase::Live).await;
        talk.flow(true, true).await;
        talk
    }

    /// The seller launches an order's talk, the buyer answers, and both press connect.
    pub async fn launched(&self, order: &str) -> Talk<'_> {
        let mut seller = Caller::open(&self.app, &self.seller).await;
        let mut buyer = Caller::open(&self.app, &self.buyer).await;
        let launched = self
            .seller
            .post(&format!("/api/v1/bookings/{order}/launch"), json!({}))
            .await;
        let call = launched.expect(201).json()["call_id"].clone();
        let call: Uuid = call.as_str().expect("an id").parse().expect("an id");
        let heard = buyer.wait("a ring", |message| match message {
            ServerMessage::Ring { call, caller_name, .. } => Some((*call, caller_name.clone())),
            _ => None,
        });
        assert_eq!(heard.await, (call, "Sol Seller".to_owned()));
        let accept = format!("/api/v1/calls/{call}/accept");
        self.seller.post(&accept, json!({})).await.expect(403);
        self.buyer.post(&accept, json!({})).await.expect(204);
        seller.wait("the buyer's yes", ended_ring("accepted")).await;
        self.connected(call, buyer, seller).await
    }

    /// Both enter a call that was agreed to, and press connect.
    pub async fn connected(&self, call: Uuid, mut buyer: Caller, mut seller: Caller) -> Talk<'_> {
        buyer.join(call).await.expect("joined");
        seller.join(call).await.expect("joined");
        buyer.act("connect").await.expect("pressed");
        seller.act("connect").await.expect("pressed");
        buyer.phase(CallPhase::Live).await;
        seller.phase(CallPhase::Live).await;
        let mut talk = Talk {
            pair: self,
            call,
            buyer,
            seller,
            billable_ms: 0,
        };
        talk.flow(true, true).await;
        talk
    }

    /// The tenant's books are right, and nothing is held any more.
    pub async fn audit(&self) {
        let scope = self.app.scope(self.host).await;
        let trials = self
            .app
            .app
            .db
            .tenant(&scope, ledger::trial_balance)
            .await
            .expect("books");
        for trial in trials {
            assert!(trial.holds(), "{trial:?}");
            assert_eq!(trial.held_minor, 0, "a hold is left over");
        }
    }
}

/// Somebody begins to sell, and is available for hours.
pub async fn offer(
    seller: &TestUser,
    rate_minor: i64,
    increment: Value,
    minimum_minutes: u32,
    grace_seconds: u32,
) -> Uuid {
    let profile = json!({ "headline": "Answers", "about": "", "languages": ["en"] });
    seller.put("/api/v1/selling/profile", profile).await.expect(200);
    let service = json!({
        "title": "Advice",
        "description": "About anything.",
        "rate_minor": rate_minor,
        "minimum_minutes": minimum_minutes,
        "increment": increment,
        "grace_seconds": grace_seconds,
        "video_enabled": true,
        "published": true,
    });
    let service = seller
        .post("/api/v1/selling/services", service)
        .await
        .expect(201)
        .json();
    let hours = json!({ "hours": 12 });
    seller.put("/api/v1/selling/availability", hours).await.expect(200);
    service["id"].as_str().expect("an id").parse().expect("an id")
}

pub fn ended_ring(outcome: &'static str) -> impl Fn(&ServerMessage) -> Option<()> {
    move |message| matches!(message, ServerMessage::RingEnded { outcome: told, .. } if told == outcome).then_some(())
}

/// A call with both in it.
pub struct Talk<'a> {
    pub pair: &'a Pair,
    pub call: Uuid,
    pub buyer: Caller,
    pub seller: Caller,
    billable_ms: i64,
}

impl Talk<'_> {
    /// Both talk for so long, and it counts.
    pub async fn talk(&mut self, ms: i64) {
        let mut left = ms;
        while left > 0 {
            let step = left.min(STEP_MS);
            left -= step;
            self.pair.app.clock.advance(step);
            self.billable_ms += step;
            self.flow(true, true).await;
        }
    }

    /// Time passes with packets of these sides only, and it doesn't count for now.
    pub async fn pass(&mut self, ms: i64, buyer: bool, seller: bool) {
        let mut left = ms;
        while left > 0 {
            let step = left.min(STEP_MS);
            left -= step;
            self.pair.app.clock.advance(step);
            if buyer || seller {
                self.flow(buyer, seller).await;
            }
        }
    }

    /// A report of packets that came just now; returns once what it means is counted.
    pub async fn flow(&mut self, buyer: bool, seller: bool) {
        let mut flows = Vec::new();
        if buyer {
            flows.push((self.buyer.peer, Some(0), Some(0)));
        }
        if seller {
            flows.push((self.seller.peer, Some(0), Some(0)));
        }
        let score = self.pair.node.report(&flows);
        if buyer && seller {
            // Or the clock might be turned before the report is taken in, and it would count for later.
            let told = move |message: &ServerMessage| {
                let both = (Some(score), Some(score));
                matches!(message, ServerMessage::Quality { own, other } if (*own, *other) == both).then_some(())
            };
            self.buyer.wait("the report's score", told).await;
        }
        self.counted(self.billable_ms).await;
    }

    /// Waits until the node was told to hold the media back, or to let it through.
    pub async fn held_back(&self, wanted: bool) {
        for _ in 0..1_000 {
            if self.pair.node.is_paused(self.call) == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the node wasn't told: held back should be {wanted}");
    }

    /// Time that should have been counted although it passed unseen.
    pub fn expect_also(&mut self, ms: i64) {
        self.billable_ms += ms;
    }

    /// Waits until so much billable time is counted.
    pub async fn counted(&self, billable_ms: i64) {
        let path = format!("/api/v1/calls/{}", self.call);
        for _ in 0..2_000 {
            let view = self.pair.buyer.get(&path).await.expect(200).json();
            let counted = view["billable_ms"].as_i64().expect("a number");
            assert!(counted <= billable_ms, "{counted} ms counted, {billable_ms} expected");
            if counted == billable_ms {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let view = self.pair.buyer.get(&path).await.expect(200).json();
        panic!("{billable_ms} ms expected: {view:#}");
    }

    /// The buyer ends it; gives the bill.
    pub async fn hang_up(mut self) -> Value {
        self.buyer.act("end").await.expect("ended");
        self.bill().await
    }

    /// Waits for the end; gives the bill, which has been held against the ledger.
    pub async fn bill(mut self) -> Value {
        self.buyer.phase(CallPhase::Ended).await;
        self.seller.phase(CallPhase::Ended).await;
        let buyer = self.pair.buyer.renewed().await;
        let bill = buyer
            .get(&format!("/api/v1/calls/{}/bill", self.call))
            .await
            .expect(200)
            .json();
        let number = |name: &str| bill[name].as_i64().expect("a number");
        let lines: i64 = bill["lines"]
            .as_array()
            .expect("lines")
            .iter()
            .filter_map(|line| line["amount_minor"].as_i64())
            .sum();
        assert_eq!(
            lines,
            number("charged_minor"),
            "the lines are what the ledger moved: {bill:#}"
        );
        assert_eq!(number("seller_minor") + number("tenant_minor"), number("charged_minor"));
        assert_eq!(number("ledger_sum_minor"), 0);
        self.pair.audit().await;
        bill
    }
}
