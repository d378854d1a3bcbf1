//! Batches that a provider pays by itself, and those of which it gets a file.

use super::{Clerk, DAY, House};
use crate::{
    gateways::{
        benches::{Bench, StripeBench},
        flow::entered_by,
        stand_in::{Mood, stripe::transfers},
    },
    support::Answer,
};
use serde_json::{Value, json};
use tallyroom::domain::{ids::GatewayAccountId, payout::State};

const MINUTE: i64 = 60_000;

/// A house whose staff can reach Stripe, with a seller who has something to be paid out.
struct Carried {
    house: House,
    bench: StripeBench,
    ada: Clerk,
    cleo: Clerk,
    account: Option<GatewayAccountId>,
}

impl Carried {
    async fn open() -> Self {
        let bench = StripeBench::open().await;
        let entered = bench.entered().expect("keys");
        let house = House::open_with(|config| {
            config.development.enabled = true;
            config.gateways.timeout_ms = 1_500;
            config.gateways.elsewhere.insert(entered.provider, entered.at.clone());
        })
        .await;
        house.earn(10_000).await;
        house.app.clock.advance(8 * DAY);
        house.back().await;
        let (ada, cleo) = Clerk::two(&house).await;
        Self {
            house,
            bench,
            ada,
            cleo,
            account: None,
        }
    }

    async fn with_stripe() -> Self {
        let mut carried = Self::open().await;
        let entered = carried.bench.entered().expect("keys");
        carried.account = Some(entered_by(&carried.ada.browser, &entered).await);
        carried
    }

    async fn goes(&self, kind: &str, to: &str) -> Answer {
        let field = if kind == "payoneer" { "email" } else { "account" };
        let fields = [("action", "method"), ("kind", kind), (field, to)];
        self.house.seller.form("/sell/earnings", &fields).await
    }

    /// Asks for so much, and has it approved; gives its id.
    async fn approved(&self, amount: &str) -> String {
        self.house.ask(amount).await.expect(303);
        let ids = self.ada.payouts("requested").await;
        self.cleo
            .post("payouts/approve", json!({ "ids": ids }))
            .await
            .expect(204);
        ids[0].clone()
    }

    async fn batch(&self, ids: &[String]) -> Answer {
        self.ada.post("payouts/batch", json!({ "ids": ids })).await
    }

    /// The only payout of a batch, as staff see it.
    async fn only(&self, batch: i32) -> Value {
        let list = self.ada.get(&format!("payouts?batch={batch}")).await.expect(200).json();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
        list["items"][0].clone()
    }

    fn transfers(&self) -> Vec<Value> {
        self.bench.0.books(|books| books.transfers())
    }
}

#[tokio::test]
async fn stripe_pays_a_batch_by_itself_and_says_what_became_of_it() {
    let carried = Carried::with_stripe().await;
    carried.goes("stripe", "1MTfjCQ9PRzxEwkZ").await.expect(422);
    carried.goes("stripe", transfers::SELLER).await.expect(303);
    let to_stripe = carried.approved("25").await;
    carried.goes("stripe", transfers::NEWCOMER).await.expect(303);
    let to_newcomer = carried.approved("20").await;
    carried.house.say_where(super::IBAN).await.expect(303);
    let to_bank = carried.approved("20").await;

    let mixed = carried.batch(&[to_stripe.clone(), to_bank.clone()]).await.expect(422);
    assert!(mixed.text.contains("a batch of their own"), "{}", mixed.text);
    let made = carried
        .batch(&[to_stripe.clone(), to_newcomer.clone()])
        .await
        .expect(201);
    assert_eq!(made.json()["number"], 1);
    assert_eq!(
        carried.transfers(),
        Vec::<Value>::new(),
        "not before the staff have their answer"
    );

    // What becomes of it isn't the staff's to say, and there is no file.
    for (path, body) in [
        ("payout-batches/1/paid".to_owned(), json!({})),
        (format!("payouts/{to_stripe}/fail"), json!({"reason": "Because"})),
    ] {
        let refused = carried.ada.post(&path, body).await.expect(409);
        assert_eq!(refused.code(), "carried_by_provider", "{path}");
    }
    let file = carried.ada.get("payout-batches/1/csv").await.expect(409);
    assert_eq!(file.code(), "carried_by_provider");

    carried.house.run_jobs().await;
    let made = carried.transfers();
    assert_eq!(made.len(), 1);
    assert_eq!(
        (&made[0]["amount"], &made[0]["metadata"]["payout"]),
        (&json!(2_500), &json!(to_stripe))
    );
    assert_eq!(carried.house.where_it_is().await, [0, 5_500, 2_000, 2_500]);
    let list = carried
        .ada
        .get("payouts?batch=1&sort=-amount_minor")
        .await
        .expect(200)
        .json();
    let told = |n: usize| (list["items"][n]["state"].clone(), list["items"][n]["reference"].clone());
    assert_eq!(told(0), (json!("paid"), made[0]["id"].clone()));
    assert_eq!(told(1).0, json!("failed"));
    let why = list["items"][1]["reason"].as_str().expect("a reason");
    assert!(why.contains("capabilities"), "{why}");
    let mails = carried.house.app.mails_to(&carried.house.seller.email);
    assert!(
        mails.iter().any(|mail| mail.text.contains("capabilities")),
        "the seller reads why"
    );

    // All else goes by hand, as before.
    carried.batch(&[to_bank]).await.expect(201);
    let table = carried.ada.get("payout-batches/2/csv").await.expect(200).text;
    assert!(table.contains("DE89370400440532013000"), "{table}");
    let nothing = carried.ada.post("payout-batches/2/send", json!({})).await.expect(409);
    assert_eq!(nothing.code(), "payout_state", "nobody can be asked");
}

#[tokio::test]
async fn a_payout_without_an_answer_is_asked_about_and_not_paid_twice() {
    let carried = Carried::with_stripe().await;
    carried.goes("stripe", transfers::SELLER).await.expect(303);
    let id = carried.approved("25").await;
    carried.batch(&[id]).await.expect(201);
    carried.bench.0.set(Mood::LostAfter);
    carried.house.run_jobs().await;
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 2_500, 0], "who knows");
    let waiting = carried.only(1).await;
    assert_eq!(waiting["state"], json!(State::Batched));

    // Whoever may not be told isn't told that nothing was paid.
    carried.bench.0.books(|books| books.transfers_unread = true);
    carried.ada.post("payout-batches/1/send", json!({})).await.expect(204);
    carried.house.run_jobs().await;
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 2_500, 0]);
    carried.bench.0.books(|books| books.transfers_unread = false);
    // Nor can its account be closed meanwhile, or get other keys: they would be asked about what they never knew.
    let account = format!("/api/v1/admin/gateway-accounts/{}", carried.account.expect("Stripe's"));
    let removed = carried.ada.browser.delete(&account).await;
    assert_eq!(removed.expect(409).code(), "payouts_open");

    carried.ada.post("payout-batches/1/send", json!({})).await.expect(204);
    carried.house.run_jobs().await;
    carried.house.app.clock.advance(10 * MINUTE);
    carried.house.run_jobs().await;
    carried.ada.refresh().await;
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 0, 2_500]);
    let made = carried.transfers();
    assert_eq!(made.len(), 1, "{made:?}");
    let paid = carried.only(1).await;
    assert_eq!(
        (&paid["state"], &paid["reference"], &paid["reason"]),
        (&json!("paid"), &made[0]["id"], &json!(""))
    );
}

#[tokio::test]
async fn nothing_is_sent_to_whoever_is_frozen() {
    let carried = Carried::with_stripe().await;
    carried.goes("stripe", transfers::SELLER).await.expect(303);
    let id = carried.approved("25").await;
    carried.batch(&[id]).await.expect(201);
    let freeze = format!("users/{}/freeze", carried.house.seller_id);
    carried
        .ada
        .post(&freeze, json!({"reason": "Looks odd"}))
        .await
        .expect(204);
    carried.house.run_jobs().await;
    assert_eq!(carried.transfers(), Vec::<Value>::new());
    let unfreeze = format!("users/{}/unfreeze", carried.house.seller_id);
    carried.ada.post(&unfreeze, json!({})).await.expect(204);
    carried.house.run_jobs().await;
    assert_eq!(carried.transfers().len(), 1);
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 0, 2_500]);
}

/// Nothing was sent of what waits for that: staff may say so, and then it isn't.
#[tokio::test]
async fn what_waits_for_a_frozen_seller_can_be_called_off() {
    let carried = Carried::with_stripe().await;
    carried.goes("stripe", transfers::SELLER).await.expect(303);
    let id = carried.approved("25").await;
    carried.batch(std::slice::from_ref(&id)).await.expect(201);
    let of_seller = |what: &str| format!("users/{}/{what}", carried.house.seller_id);
    let fail = format!("payouts/{id}/fail");
    let why = json!({"reason": "Looks odd"});
    carried.ada.post(&of_seller("freeze"), why.clone()).await.expect(204);
    carried.house.run_jobs().await;
    // Who may not be asked may have paid it.
    carried.bench.0.books(|books| books.transfers_unread = true);
    carried.ada.post(&fail, why.clone()).await.expect(409);
    carried.bench.0.books(|books| books.transfers_unread = false);
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 2_500, 0]);
    carried.ada.post(&fail, why.clone()).await.expect(204);
    assert_eq!(carried.house.where_it_is().await, [0, 10_000, 0, 0]);
    let gone = carried.only(1).await;
    assert_eq!(
        (&gone["state"], &gone["reason"]),
        (&json!("failed"), &json!("Looks odd"))
    );
    carried.ada.post(&fail, why.clone()).await.expect(409);
    carried.ada.post(&of_seller("unfreeze"), json!({})).await.expect(204);
    carried.house.run_jobs().await;
    assert_eq!(carried.transfers(), Vec::<Value>::new());

    // What was sent before the money was frozen isn't called off.
    let id = carried.approved("25").await;
    carried.batch(std::slice::from_ref(&id)).await.expect(201);
    carried.bench.0.set(Mood::LostAfter);
    carried.house.run_jobs().await;
    carried.ada.post(&of_seller("freeze"), why.clone()).await.expect(204);
    let refused = carried.ada.post(&format!("payouts/{id}/fail"), why).await.expect(409);
    assert!(refused.text.contains("has paid this already"), "{}", refused.text);
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 2_500, 0]);
}

/// Stripe repeats what it answered under a key for a day: each try has its own, and nothing is paid twice.
#[tokio::test]
async fn what_the_balance_is_too_small_for_waits_and_is_paid_once_it_suffices() {
    let carried = Carried::with_stripe().await;
    carried.goes("stripe", transfers::SELLER).await.expect(303);
    let id = carried.approved("25").await;
    carried.bench.0.books(|books| books.balance = 2_499);
    carried.batch(&[id]).await.expect(201);
    for _ in 0..3 {
        carried.house.run_jobs().await;
        assert_eq!(carried.house.where_it_is().await, [0, 7_500, 2_500, 0]);
        carried.house.app.clock.advance(60 * MINUTE);
    }
    carried.ada.refresh().await;
    let waiting = carried.only(1).await;
    assert_eq!(waiting["state"], json!("batched"));
    let why = waiting["reason"].as_str().expect("a reason");
    assert!(why.contains("balance at the provider isn't enough"), "{why}");
    carried.bench.0.books(|books| books.balance = 2_500);
    for _ in 0..2 {
        carried.house.run_jobs().await;
        carried.house.app.clock.advance(60 * MINUTE);
    }
    assert_eq!(carried.transfers().len(), 1);
    assert_eq!(carried.house.where_it_is().await, [0, 7_500, 0, 2_500]);
    carried.ada.refresh().await;
    assert_eq!(carried.only(1).await["reason"], json!(""));
}

#[tokio::test]
async fn only_a_marketplace_at_stripe_pays_there() {
    let carried = Carried::open().await;
    let page = carried
        .house
        .seller
        .get("/sell/earnings?method=iban")
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("?method=payoneer#") && !page.contains("?method=stripe#"),
        "{page}"
    );
    let refused = carried.goes("stripe", transfers::SELLER).await.expect(422);
    assert!(refused.text.contains("pay by Stripe"), "{}", refused.text);

    let entered = carried.bench.entered().expect("keys");
    let account = entered_by(&carried.ada.browser, &entered).await;
    let page = carried
        .house
        .seller
        .get("/sell/earnings?method=stripe")
        .await
        .expect(200)
        .text;
    assert!(page.contains("Your account at Stripe"), "{page}");
    carried.goes("stripe", transfers::SELLER).await.expect(303);
    let id = carried.approved("25").await;
    let off = format!("gateway-accounts/{account}/switch");
    carried.ada.post(&off, json!({"enabled": false})).await.expect(204);
    let refused = carried.batch(&[id]).await.expect(409);
    assert_eq!(refused.code(), "no_payout_account");
    assert_eq!(carried.ada.payouts("approved").await.len(), 1, "nothing half done");
}
