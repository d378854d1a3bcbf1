//! Orders that a card holds the money for: what is due of it is taken when they are over, and the rest is let go.

mod credit;

use super::{
    benches::{AuthorizeNetBench, Bench, PaypalBench, StripeBench},
    flow::{account, led_to, tell},
    stand_in::Act,
};
use crate::{
    calls::{Pair, Price},
    documents::{says, work},
    marketplace::{ask, bookable, bookable_for},
    support::{LUMEN, TestApp, TestUser, VELVET},
};
use diesel::{RunQueryDsl, sql_query};
use serde_json::{Value, json};
use tallyroom::{
    app::ports::{Begun, Outcome},
    domain::ids::GatewayAccountId,
};

const HOUR: i64 = 3_600_000;
const MONDAY: &str = "2027-01-18T09:00:00Z";
const NEXT_MONDAY: &str = "2027-01-25T09:00:00Z";
/// What the buyer has in their wallet.
const CREDIT: i64 = 1_000;

/// What the tenant's accounts of these kinds hold, each kind's together.
fn balances<const N: usize>(app: &TestApp, kinds: [&str; N]) -> [i64; N] {
    kinds.map(|kind| {
        let of = |sign: &str| {
            format!(
                "(SELECT generate_series(1, sum({sign}balance_minor)) FROM ledger_accounts WHERE kind = '{kind}') minor"
            )
        };
        app.database.count(&of("")) - app.database.count(&of("-"))
    })
}

fn state(app: &TestApp, state: &str) -> i64 {
    app.database
        .count(&format!("top_ups WHERE holds AND state = '{state}'"))
}

/// An order that the seller has accepted, and its page.
async fn accepted(pair: &Pair, service: &Value, start: &str) -> (String, String) {
    let order = ask(&pair.buyer, service, start).await;
    let id = order["id"].as_str().expect("an id").to_owned();
    let accept = format!("/api/v1/bookings/{id}/accept");
    pair.seller.post(&accept, json!({"round": 1})).await.expect(200);
    let page = format!("/conferences/{id}");
    (id, page)
}

/// Has the card hold what it costs; gives where that leads.
async fn hold(buyer: &TestUser, page: &str) -> String {
    let answer = buyer.form(page, &[("action", "hold")]).await.expect(303);
    answer.header("location").to_owned()
}

async fn order(pair: &Pair, id: &str) -> Value {
    let buyer = pair.buyer.renewed().await;
    buyer.get(&format!("/api/v1/bookings/{id}")).await.expect(200).json()
}

async fn cancel(person: &TestUser, id: &str) {
    let path = format!("/api/v1/bookings/{id}/cancel");
    person.renewed().await.post(&path, json!({})).await.expect(200);
}

/// A marketplace with an account at the provider.
struct Desk<B> {
    bench: B,
    pair: Pair,
    account: GatewayAccountId,
    host: &'static str,
}

impl<B: Bench> Desk<B> {
    async fn open(host: &'static str) -> Self {
        let bench = B::open().await;
        let entered = bench.entered().expect("keys");
        let app = TestApp::start_with(|config| {
            config.development.enabled = true;
            config.gateways.elsewhere.insert(entered.provider, entered.at.clone());
        })
        .await;
        let account = account(&app, host, &entered).await;
        let pair = Pair::of(app, host, Price::default()).await;
        Self {
            bench,
            pair,
            account,
            host,
        }
    }

    /// An order of 60.00 that a card holds.
    async fn held(&self) -> (String, Begun) {
        let pair = &self.pair;
        let service = bookable(&pair.seller, "pay_after_accept").await;
        let (id, page) = accepted(pair, &service, MONDAY).await;
        let leads_to = hold(&pair.buyer, &page).await;
        let (payment, begun) = led_to(&pair.app, &pair.buyer, &leads_to).await;
        // Again leads to the same.
        assert_eq!(hold(&pair.buyer, &page).await, leads_to);
        self.bench.act(&begun, Act::Pay).await;
        self.told().await;
        pair.buyer.get(&format!("{page}/paid/{payment}")).await.expect(303);
        assert_eq!(order(pair, &id).await["state"], "booked");
        assert_eq!(
            balances(&pair.app, ["order", "authorised", "wallet"]),
            [6_000, -6_000, CREDIT]
        );
        assert!(self.bench.charges()[0].held, "nothing is taken yet");
        pair.audit().await;
        (id, begun)
    }

    /// All that the provider has to say, twice.
    async fn told(&self) {
        for _ in 0..2 {
            for raw in self.bench.webhooks() {
                tell(&self.pair.app, self.host, self.account, &raw).await.expect(200);
            }
            work(&self.pair.app).await;
        }
    }

    async fn outcome(&self, begun: &Begun) -> Outcome {
        let standing = self.bench.gateway().confirm(&begun.reference).await;
        standing.expect("an answer").outcome
    }
}

async fn part_is_taken<B: Bench>(host: &'static str) {
    let desk = Desk::<B>::open(host).await;
    let (id, begun) = desk.held().await;
    let pair = &desk.pair;
    pair.app.clock.advance(60 * HOUR);
    cancel(&pair.buyer, &id).await;
    assert_eq!(
        balances(&pair.app, ["order", "authorised", "wallet"]),
        [0, -3_000, CREDIT]
    );
    work(&pair.app).await;
    let Outcome::Settled(taken) = desk.outcome(&begun).await else {
        panic!("it is taken");
    };
    assert_eq!((taken.minor, desk.bench.charges().len()), (3_000, 1));
    assert!(!desk.bench.charges()[0].held);
    let kinds = ["authorised", "gateway", "wallet", "revenue", "earnings"];
    assert_eq!(balances(&pair.app, kinds), [0, -3_000 - CREDIT, CREDIT, 600, 2_400]);
    assert_eq!(state(&pair.app, "settled"), 1);
    let page = pair.buyer.renewed().await.get(&format!("/conferences/{id}")).await;
    says(&page.expect(200).text, &["30.00 was taken from your card."]);
    assert_eq!(pair.app.database.count("gateway_differences"), 0);
    pair.audit().await;
}

async fn all_is_let_go<B: Bench>(host: &'static str) {
    let desk = Desk::<B>::open(host).await;
    let (id, begun) = desk.held().await;
    cancel(&desk.pair.seller, &id).await;
    assert_eq!(balances(&desk.pair.app, ["order", "authorised"]), [0, 0]);
    desk.told().await;
    assert!(matches!(desk.outcome(&begun).await, Outcome::Declined(_)));
    assert_eq!(balances(&desk.pair.app, ["gateway", "wallet"]), [-CREDIT, CREDIT]);
    assert_eq!(state(&desk.pair.app, "released"), 1);
    desk.pair.audit().await;
}

/// Both, as one test a provider.
macro_rules! at_each {
    ($($provider:ident: $bench:ident at $host:ident),+ $(,)?) => {
        $(mod $provider {
            #[tokio::test]
            async fn what_is_due_is_taken_and_the_rest_let_go() {
                super::part_is_taken::<super::$bench>(super::$host).await;
            }

            #[tokio::test]
            async fn what_isnt_due_is_never_taken() {
                super::all_is_let_go::<super::$bench>(super::$host).await;
            }
        })+
    };
}

at_each!(
    stripe: StripeBench at LUMEN,
    paypal: PaypalBench at LUMEN,
    authorize_net: AuthorizeNetBench at VELVET,
);

/// Chooses something on the built-in gateway's page, and comes back.
async fn choose(pair: &Pair, to: &str, choice: &str, then: u16) {
    let path = match to.strip_prefix("http") {
        Some(_) => url::Url::parse(to).expect("an address").path().to_owned(),
        None => to.to_owned(),
    };
    let buyer = pair.buyer.renewed().await;
    let back = buyer.form(&path, &[("choice", choice)]).await.expect(303);
    let back = url::Url::parse(back.header("location")).expect("an address");
    buyer.get(back.path()).await.expect(then);
}

/// An order at one euro a minute, held by a card at the built-in gateway.
async fn held(minutes: u32, start: &str) -> (Pair, String) {
    let pair = Pair::new(Price::default()).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", minutes).await;
    let (id, page) = accepted(&pair, &service, start).await;
    says(&pair.buyer.get(&page).await.expect(200).text, &["held on my card"]);
    let to = hold(&pair.buyer, &page).await;
    choose(&pair, &to, "succeed", 303).await;
    assert_eq!(state(&pair.app, "held"), 1);
    let page = pair.buyer.get(&page).await.expect(200).text;
    says(&page, &["Your card holds"]);
    (pair, id)
}

#[tokio::test]
async fn of_a_talk_its_bill_is_taken() {
    for (by_seller, due) in [(true, 100), (false, 1_000)] {
        let (pair, id) = held(10, MONDAY).await;
        let mut talk = pair.launched(&id).await;
        talk.talk(60_000).await;
        match by_seller {
            true => {
                talk.seller.act("end").await.expect("ended");
                talk.bill().await;
            }
            false => {
                talk.hang_up().await;
            }
        }
        work(&pair.app).await;
        let kinds = ["order", "authorised", "gateway", "wallet"];
        assert_eq!(balances(&pair.app, kinds), [0, 0, -due - CREDIT, CREDIT]);
        assert_eq!(balances(&pair.app, ["revenue", "earnings"]), [due / 5, due * 4 / 5]);
        let receipt = format!("documents d JOIN top_ups t ON t.id = d.about_id AND t.amount_minor = {due}");
        assert_eq!(pair.app.database.count(&receipt), 1, "a receipt for what was taken");
        pair.audit().await;
    }
}

#[tokio::test]
async fn what_wont_be_held_for_much_longer_is_taken_and_comes_back_as_credit() {
    let (pair, id) = held(60, NEXT_MONDAY).await;
    pair.app.clock.advance(6 * 24 * HOUR);
    work(&pair.app).await;
    assert_eq!(state(&pair.app, "held"), 1);
    pair.app.clock.advance(13 * HOUR);
    work(&pair.app).await;
    assert_eq!(state(&pair.app, "settled"), 1);
    assert_eq!(
        balances(&pair.app, ["order", "authorised", "gateway"]),
        [6_000, 0, -6_000 - CREDIT]
    );
    cancel(&pair.seller, &id).await;
    assert_eq!(balances(&pair.app, ["order", "wallet"]), [0, 6_000 + CREDIT]);
    pair.audit().await;
}

#[tokio::test]
async fn what_an_order_doesnt_need_any_more_is_let_go() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let (id, page) = accepted(&pair, &service, MONDAY).await;
    let to = hold(&pair.buyer, &page).await;
    pair.fund(6_000).await;
    let pay = format!("/api/v1/bookings/{id}/pay");
    pair.buyer.post(&pay, json!({})).await.expect(200);
    choose(&pair, &to, "succeed", 303).await;
    work(&pair.app).await;
    assert_eq!(state(&pair.app, "released"), 1);
    assert_eq!(
        balances(&pair.app, ["order", "authorised", "wallet"]),
        [6_000, 0, CREDIT]
    );
    let released = pair
        .app
        .database
        .count("test_gateway_payments WHERE state = 'released'");
    assert_eq!(released, 1);
    pair.audit().await;
}

#[tokio::test]
async fn what_a_card_has_let_go_by_itself_is_the_marketplaces_loss() {
    let (pair, id) = held(60, MONDAY).await;
    sql_query("UPDATE test_gateway_payments SET state = 'declined', reason = 'Expired.'")
        .execute(&mut pair.app.database.superuser())
        .expect("gone");
    pair.app.clock.advance(60 * HOUR);
    cancel(&pair.buyer, &id).await;
    work(&pair.app).await;
    assert_eq!(state(&pair.app, "declined"), 1);
    let kinds = ["order", "authorised", "chargebacks", "revenue", "earnings", "wallet"];
    assert_eq!(balances(&pair.app, kinds), [0, 0, -3_000, 600, 2_400, CREDIT]);
    pair.audit().await;
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let (id, page) = accepted(&pair, &service, MONDAY).await;
    let to = hold(&pair.buyer, &page).await;
    choose(&pair, &to, "timeout", 303).await;
    assert_eq!(
        (state(&pair.app, "unknown"), order(&pair, &id).await["state"].clone()),
        (1, json!("unpaid"))
    );
    pair.app.clock.advance(60_000);
    work(&pair.app).await;
    assert_eq!(
        (state(&pair.app, "held"), order(&pair, &id).await["state"].clone()),
        (1, json!("booked"))
    );
    pair.audit().await;
}

#[tokio::test]
async fn little_money_isnt_held() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let (_, page) = accepted(&pair, &service, MONDAY).await;
    let shown = pair.buyer.get(&page).await.expect(200).text;
    assert!(!shown.contains("held on my card"));
    pair.buyer.form(&page, &[("action", "hold")]).await.expect(422);
    assert_eq!(pair.app.database.count("top_ups WHERE holds"), 0);
}

#[tokio::test]
async fn of_what_is_lost_nothing_comes_back() {
    let (pair, id) = held(60, NEXT_MONDAY).await;
    sql_query("UPDATE test_gateway_payments SET state = 'declined', reason = 'Expired.'")
        .execute(&mut pair.app.database.superuser())
        .expect("gone");
    pair.app.clock.advance((6 * 24 + 13) * HOUR);
    work(&pair.app).await;
    let kinds = ["order", "authorised", "chargebacks", "wallet"];
    assert_eq!(balances(&pair.app, kinds), [6_000, 0, -6_000, CREDIT]);
    cancel(&pair.seller, &id).await;
    work(&pair.app).await;
    assert_eq!(balances(&pair.app, kinds), [0, 0, 0, CREDIT]);
    pair.audit().await;
}

#[tokio::test]
async fn what_was_taken_by_hand_beyond_what_is_due_is_the_buyers() {
    let (pair, id) = held(60, MONDAY).await;
    sql_query("UPDATE test_gateway_payments SET state = 'charged', captured_minor = 5000, captured_by = 'hand'")
        .execute(&mut pair.app.database.superuser())
        .expect("taken");
    pair.app.clock.advance(60 * HOUR);
    cancel(&pair.buyer, &id).await;
    work(&pair.app).await;
    let kinds = ["order", "authorised", "gateway", "wallet", "chargebacks"];
    assert_eq!(balances(&pair.app, kinds), [0, 0, -5_000 - CREDIT, CREDIT + 2_000, 0]);
    assert_eq!(state(&pair.app, "settled"), 1);
    pair.audit().await;
}

#[tokio::test]
async fn what_stays_held_because_its_job_died_is_taken_up() {
    let (pair, id) = held(60, MONDAY).await;
    cancel(&pair.seller, &id).await;
    sql_query("DELETE FROM jobs WHERE kind = 'finish_hold'")
        .execute(&mut pair.app.database.superuser())
        .expect("dead");
    pair.app.clock.advance(11 * HOUR);
    work(&pair.app).await;
    assert_eq!(state(&pair.app, "held"), 1);
    pair.app.clock.advance(2 * HOUR);
    work(&pair.app).await;
    assert_eq!(state(&pair.app, "released"), 1);
    pair.audit().await;
}

#[tokio::test]
async fn what_came_back_of_money_that_never_came_is_taken_back() {
    let (pair, id) = held(60, NEXT_MONDAY).await;
    // All of it is due by then, but its provider doesn't answer for a while.
    sql_query("UPDATE top_ups SET take_minor = amount_minor WHERE holds")
        .execute(&mut pair.app.database.superuser())
        .expect("due");
    cancel(&pair.seller, &id).await;
    assert_eq!(balances(&pair.app, ["wallet"]), [6_000 + CREDIT]);
    sql_query("UPDATE test_gateway_payments SET state = 'declined', reason = 'Expired.'")
        .execute(&mut pair.app.database.superuser())
        .expect("gone");
    pair.app.clock.advance((6 * 24 + 13) * HOUR);
    work(&pair.app).await;
    let kinds = ["order", "authorised", "chargebacks", "wallet"];
    assert_eq!(balances(&pair.app, kinds), [0, 0, 0, CREDIT]);
    pair.audit().await;
}
