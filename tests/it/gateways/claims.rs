//! What banks take back of payments through a tenant's own account, from the provider's message to the books.

use super::{
    benches::{Bench, StripeBench, stripe},
    flow::entered_by,
    stand_in::{
        Act,
        stripe::{Stripe, WEBHOOK_SECRET},
    },
};
use crate::{
    consoles::admin_of,
    support::{Answer, Authenticator, LUMEN, PASSWORD, TestApp, TestUser},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use reqwest::Method;
use serde_json::{Value, json};
use tallyroom::{
    app::ports::{Begun, RawWebhook, Step},
    domain::ids::GatewayAccountId,
    store::ledger,
};

const MINOR: i64 = 1_250;
const DAY: i64 = 86_400_000;

/// The product with an account at Stripe, its staff, and somebody who pays.
struct Till {
    bench: StripeBench,
    app: TestApp,
    staff: TestUser,
    factor: Authenticator,
    account: GatewayAccountId,
    buyer: TestUser,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Till {
    async fn open() -> Self {
        let bench = StripeBench::open().await;
        let entered = bench.entered().expect("keys");
        let app = TestApp::start_with(|config| {
            config.development.enabled = true;
            config.gateways.elsewhere.insert(entered.provider, entered.at.clone());
        })
        .await;
        let staff = admin_of(&app, LUMEN).await;
        let factor = Authenticator::switched_on(&app, &staff).await;
        let account = entered_by(&staff, &entered).await;
        let buyer = app.user(LUMEN, "Bea Buyer").await;
        Self {
            bench,
            app,
            staff,
            factor,
            account,
            buyer,
        }
    }

    /// Somebody pays, and is credited.
    async fn paid(&self) {
        let way = self.account.to_string();
        let form = [("amount", "12.50"), ("way", way.as_str())];
        let answer = self.buyer.form("/wallet", &form).await.expect(303);
        let begun = Begun {
            reference: self
                .named("SELECT gateway_reference AS name FROM top_ups ORDER BY created_at DESC, id DESC LIMIT 1"),
            step: Step::Redirect(answer.header("location").to_owned()),
        };
        self.bench.act(&begun, Act::Pay).await;
        for raw in self.bench.webhooks() {
            self.tell(&raw).await.expect(200);
        }
        self.work().await;
    }

    /// The bank claims it, or has decided.
    async fn claimed(&self, status: &str, units: i64) -> Answer {
        let mut event = self.bench.0.books(|books| {
            if books
                .events
                .last()
                .is_none_or(|event| event["data"]["object"]["object"] != "dispute")
            {
                Stripe::dispute(books);
            }
            books.events.last().cloned().expect("an event")
        });
        event["id"] = json!(format!("evt_{status}_{units}"));
        event["data"]["object"]["status"] = json!(status);
        event["data"]["object"]["amount"] = json!(units);
        let now = self.app.app.now().0 / 1_000;
        let raw = stripe::sign(&[event.to_string()], WEBHOOK_SECRET, now);
        let told = self.tell(&raw[0]).await;
        self.work().await;
        told
    }

    async fn tell(&self, raw: &RawWebhook) -> Answer {
        let nobody = self.app.anonymous(LUMEN);
        let request = nobody.elsewhere(Method::POST, &format!("/webhooks/{}", self.account));
        let request = request.body(raw.body.clone());
        let headers = raw.headers.iter();
        Answer::of(headers.fold(request, |request, (name, value)| request.header(name, value))).await
    }

    async fn work(&self) {
        while self.app.jobs.run_due().await.expect("jobs") > 0 {}
    }

    /// What is in the wallet, at the provider, and taken by banks; the books are right.
    async fn books(&self) -> [i64; 3] {
        let scope = self.app.scope(LUMEN).await;
        let right = self.app.app.db.tenant(&scope, ledger::invariants).await;
        right.expect("right books");
        ["wallet", "gateway", "chargebacks"].map(|kind| {
            let sum = "SELECT coalesce(sum(balance_minor), 0)::bigint AS number FROM ledger_accounts WHERE kind = ";
            self.number(&format!("{sum}'{kind}'"))
        })
    }

    fn number(&self, query: &str) -> i64 {
        let row: Number = sql_query(query)
            .get_result(&mut self.app.database.superuser())
            .expect("a number");
        row.number
    }

    fn named(&self, query: &str) -> String {
        let row: Named = sql_query(query)
            .get_result(&mut self.app.database.superuser())
            .expect("a name");
        row.name
    }

    /// Chargebacks as the console shows them.
    async fn shown(&self) -> Value {
        let listed = self.staff.get("/api/v1/admin/chargebacks").await.expect(200).json();
        listed["items"].clone()
    }
}

#[tokio::test]
async fn a_claim_walks_from_the_message_to_the_books_and_back() {
    let till = Till::open().await;
    till.paid().await;
    assert_eq!(till.books().await, [MINOR, -MINOR, 0]);
    for _ in 0..3 {
        till.claimed("needs_response", MINOR).await.expect(200);
        assert_eq!(till.books().await, [0, 0, 0]);
    }
    let shown = till.shown().await;
    assert_eq!(
        (&shown[0]["buyer"], &shown[0]["wallet_minor"], &shown[0]["stage"]),
        (&json!("Bea Buyer"), &json!(MINOR), &json!("open")),
        "{shown}"
    );
    till.claimed("won", MINOR).await.expect(200);
    assert_eq!(till.books().await, [MINOR, -MINOR, 0]);
    till.claimed("lost", MINOR).await.expect(200);
    assert_eq!(till.books().await, [MINOR, -MINOR, 0], "what was decided stays");
    assert_eq!(till.shown().await[0]["stage"], "won");
}

/// The name that claims use may become known later than the claim: it finds its payment then.
#[tokio::test]
async fn a_claim_finds_its_payment_once_the_charge_is_known() {
    let till = Till::open().await;
    till.paid().await;
    sql_query("UPDATE top_ups SET charge = NULL")
        .execute(&mut till.app.database.superuser())
        .expect("as if it wasn't told");
    till.claimed("lost", 2 * MINOR).await.expect(200);
    assert_eq!(
        till.books().await,
        [MINOR, MINOR, -2 * MINOR],
        "nobody knows whose it was"
    );
    assert_eq!(till.shown().await[0]["buyer"], Value::Null);
    // A day later the provider is asked again, and names the charge.
    till.app.clock.advance(DAY + 60_000);
    till.work().await;
    till.work().await;
    assert_eq!(
        till.number("SELECT count(*) AS number FROM top_ups WHERE charge IS NOT NULL"),
        1
    );
    assert_eq!(till.books().await, [0, MINOR, -MINOR], "no more than was paid");
    till.app.clock.advance(DAY);
    till.work().await;
    assert_eq!(till.books().await, [0, MINOR, -MINOR]);
}

/// Who removes an account still hears of what becomes of its payments, for as long as banks take them back.
#[tokio::test]
async fn a_removed_account_takes_nothing_and_is_asked_for_half_a_year() {
    let till = Till::open().await;
    till.paid().await;
    till.factor.step_up(&till.app, &till.staff).await;
    let path = format!("/api/v1/admin/gateway-accounts/{}", till.account);
    till.staff.delete(&path).await.expect(204);
    till.staff.delete(&path).await.expect(404);
    let way = till.account.to_string();
    let form = [("amount", "12.50"), ("way", way.as_str())];
    assert!(till.buyer.form("/wallet", &form).await.status.is_client_error());
    assert_eq!(till.number("SELECT count(*) AS number FROM top_ups"), 1);
    let sealed = "SELECT count(sealed_keys) AS number FROM gateway_accounts";
    till.app.clock.advance(100 * DAY);
    till.work().await;
    assert_eq!(till.number(sealed), 1);
    till.claimed("needs_response", MINOR).await.expect(200);
    assert_eq!(till.books().await, [0, 0, 0]);
    till.app.clock.advance(80 * DAY);
    till.work().await;
    assert_eq!(till.number(sealed), 0, "the keys are forgotten");
    till.claimed("won", MINOR).await.expect(409);
    till.buyer.log_in(&till.buyer.email, PASSWORD).await.expect(200);
    till.buyer.get("/wallet").await.expect(200);
}
