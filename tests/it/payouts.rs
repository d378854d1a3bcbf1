//! Paying sellers out, through the doors that sellers and staff use.

use crate::{
    consoles::{actions, admin_of_lumen, joined, own_id},
    support::{Answer, Authenticator, LUMEN, PASSWORD, TestApp, TestUser},
};
use serde_json::{Value, json};
use tallyroom::{
    domain::{ids::UserId, money::Currency, time::Moment},
    store::{
        TenantScope,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

const DAY: i64 = 86_400_000;
const IBAN: &str = "DE89 3704 0044 0532 0130 00";

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// The product with a seller who has said where their money goes.
struct House {
    app: TestApp,
    scope: TenantScope,
    seller: TestUser,
    seller_id: UserId,
}

impl House {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let scope = app.scope(LUMEN).await;
        let seller = app.user(LUMEN, "Sol Seller").await;
        let profile = json!({ "headline": "Hello", "about": "", "languages": ["en"] });
        seller.put("/api/v1/selling/profile", profile).await.expect(200);
        let seller_id = UserId::from_uuid(own_id(&seller).await.parse().expect("an id"));
        let house = Self {
            app,
            scope,
            seller,
            seller_id,
        };
        house.say_where(IBAN).await.expect(303);
        house
    }

    fn now(&self) -> Moment {
        self.app.app.now()
    }

    async fn say_where(&self, iban: &str) -> Answer {
        let fields = [
            ("action", "method"),
            ("kind", "iban"),
            ("holder", "Sol Seller"),
            ("iban", iban),
        ];
        self.seller.form("/sell/earnings", &fields).await
    }

    /// Moves money as the product would.
    async fn moved(&self, kind: &'static str, from: AccountKind, to: AccountKind, amount_minor: i64) {
        let (now, euros) = (self.now(), Currency::parse("EUR").expect("a currency"));
        let work = move |tx: &mut tallyroom::store::TenantTx<'_>| {
            let transfer = Transfer {
                id: Uuid::now_v7(),
                kind,
                debit: ledger::account(tx, from, euros, now)?,
                credit: ledger::account(tx, to, euros, now)?,
                amount_minor,
                at: now,
            };
            ledger::transfer(tx, &transfer)
        };
        self.app.app.db.tenant(&self.scope, work).await.expect("moved");
    }

    async fn earn(&self, amount_minor: i64) {
        let earned = AccountKind::Earnings(self.seller_id);
        self.moved("order_earned", AccountKind::BuiltIn, earned, amount_minor)
            .await;
    }

    async fn balance(&self, kind: AccountKind) -> i64 {
        let euros = Currency::parse("EUR").expect("a currency");
        let read = self
            .app
            .app
            .db
            .read(&self.scope, move |tx| ledger::balance(tx, kind, euros));
        read.await.expect("a balance").total.minor
    }

    /// Held, payable, on its way, and what was sent.
    async fn where_it_is(&self) -> [i64; 4] {
        let seller = self.seller_id;
        let sent = self.balance(AccountKind::Bank).await;
        self.app
            .app
            .db
            .tenant(&self.scope, ledger::invariants)
            .await
            .expect("right books");
        [
            self.balance(AccountKind::Earnings(seller)).await,
            self.balance(AccountKind::Payable(seller)).await,
            self.balance(AccountKind::PayingOut(seller)).await,
            sent,
        ]
    }

    async fn back(&self) {
        self.seller.log_in(&self.seller.email, PASSWORD).await.expect(200);
    }

    async fn ask(&self, amount: &str) -> Answer {
        self.ask_with(Uuid::now_v7(), amount).await
    }

    async fn ask_with(&self, id: Uuid, amount: &str) -> Answer {
        let id = id.to_string();
        let fields = [("action", "request"), ("id", id.as_str()), ("amount", amount)];
        self.seller.form("/sell/earnings", &fields).await
    }

    async fn run_jobs(&self) {
        while self.app.jobs.run_due().await.expect("the database") > 0 {}
    }

    /// How many places are kept where money goes: of sellers, and of payouts.
    fn kept(&self) -> (i64, i64) {
        let count = |query: &str| {
            let count: Count =
                diesel::RunQueryDsl::get_result(diesel::sql_query(query), &mut self.app.database.superuser())
                    .expect("counted");
            count.count
        };
        (
            count("SELECT count(*) FROM payout_methods"),
            count("SELECT count(*) FROM payouts WHERE method_sealed IS NOT NULL"),
        )
    }

    fn released(&self) -> i64 {
        let rows = diesel::sql_query("SELECT count(*) FROM ledger_transfers WHERE kind = 'matured'");
        let count: Count = diesel::RunQueryDsl::get_result(rows, &mut self.app.database.superuser()).expect("counted");
        count.count
    }
}

/// Somebody of the staff with an authenticator.
struct Clerk {
    browser: TestUser,
    codes: Authenticator,
}

impl Clerk {
    /// With a second factor: from then on a code is fresh for ten minutes.
    async fn with_factor(house: &House, browser: TestUser) -> Self {
        let codes = Authenticator::switched_on(&house.app, &browser).await;
        Self { browser, codes }
    }

    /// Two of the staff who may move money.
    async fn two(house: &House) -> (Self, Self) {
        let admin = admin_of_lumen(&house.app).await;
        let invite =
            json!({"email": "clerk@example.org", "name": "Cleo", "role": "staff", "permissions": ["money", "users"]});
        admin.post("/api/v1/admin/staff", invite).await.expect(201);
        let cleo = joined(&house.app, LUMEN, "clerk@example.org").await;
        (
            Self::with_factor(house, admin).await,
            Self::with_factor(house, cleo).await,
        )
    }

    /// Goes on once the session's token has run out.
    async fn refresh(&self) {
        self.browser
            .post("/api/v1/session/refresh", Value::Null)
            .await
            .expect(200);
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.browser.post(&format!("/api/v1/admin/{path}"), body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.browser.get(&format!("/api/v1/admin/{path}")).await
    }

    /// The ids of the payouts in a state, oldest first.
    async fn payouts(&self, state: &str) -> Vec<String> {
        let list = self
            .get(&format!("payouts?sort=at&state={state}"))
            .await
            .expect(200)
            .json();
        let items = list["items"].as_array().expect("items").clone();
        items
            .iter()
            .map(|one| one["id"].as_str().expect("an id").to_owned())
            .collect()
    }
}

#[tokio::test]
async fn earnings_are_held_to_the_moment_and_released_once() {
    let house = House::open().await;
    house.earn(5_000).await;
    house.app.clock.advance(7 * DAY - 1);
    house.back().await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [5_000, 0, 0, 0]);
    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    assert!(page.contains("The next part is yours on"), "{page}");
    let early = house.ask("").await;
    assert_eq!(early.status, 422, "a moment too early");
    assert!(early.text.contains("At least"), "{}", early.text);

    house.app.clock.advance(1);
    house.earn(300).await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [5_300, 0, 0, 0], "the job comes by the hour");
    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    assert!(page.contains("€50.00"), "the page doesn't wait for it: {page}");
    house.app.clock.advance(3_600_000);
    for _ in 0..3 {
        house.run_jobs().await;
        assert_eq!(house.where_it_is().await, [300, 5_000, 0, 0]);
    }
    assert_eq!(house.released(), 1);
    // At one moment nothing is released twice, whoever does it.
    house.ask("20").await.expect(303);
    house.ask("20").await.expect(303);
    assert_eq!(house.where_it_is().await, [300, 1_000, 4_000, 0]);
    assert_eq!(house.released(), 1);
}

#[tokio::test]
async fn what_is_refunded_meanwhile_never_makes_it_negative() {
    let house = House::open().await;
    let earned = AccountKind::Earnings(house.seller_id);
    let buyer = house.app.user(LUMEN, "Bea Buyer").await;
    let buyer = UserId::from_uuid(own_id(&buyer).await.parse().expect("an id"));
    house.earn(10_000).await;
    house.app.clock.advance(3 * DAY);
    house.earn(5_000).await;
    house.app.clock.advance(DAY);
    house.moved("refund", earned, AccountKind::Wallet(buyer), 12_000).await;
    house.app.clock.advance(3 * DAY);
    house.back().await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [0, 3_000, 0, 0], "never more than there is");
    // More is taken back than there was: nothing can be asked for, and new earnings make up for it.
    house
        .moved(
            "refund",
            AccountKind::Payable(house.seller_id),
            AccountKind::Wallet(buyer),
            5_000,
        )
        .await;
    let owes = house.ask("").await;
    assert_eq!(owes.status, 409);
    assert!(owes.text.contains("20.00 EUR are missing"), "{}", owes.text);
    house.earn(6_000).await;
    house.app.clock.advance(7 * DAY);
    house.back().await;
    house.ask("").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 0, 4_000, 0]);
}

#[tokio::test]
async fn asked_for_approved_by_another_sent_and_paid_or_failed() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    let (ada, cleo) = Clerk::two(&house).await;

    // The form sent twice asks once.
    let id = Uuid::now_v7();
    house.ask_with(id, "25").await.expect(303);
    house.ask_with(id, "25").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 7_500, 2_500, 0]);
    assert_eq!(house.ask("75.01").await.status, 422, "more than there is");
    assert_eq!(house.ask("19.99").await.status, 422, "less than is paid out");
    assert_eq!(house.ask("-5").await.status, 422);
    assert_eq!(house.ask("25.001").await.status, 422);

    // Staff ask for the seller; whoever asked can't approve.
    let own = Uuid::now_v7();
    let path = format!("users/{}/payouts", house.seller_id);
    let asked = json!({"id": own, "amount_minor": 3_000});
    cleo.post(&path, asked.clone()).await.expect(204);
    cleo.post(&path, asked).await.expect(204);
    assert_eq!(house.where_it_is().await, [0, 4_500, 5_500, 0]);
    let ids = cleo.payouts("requested").await;
    assert_eq!(ids.len(), 2);
    let refused = cleo.post("payouts/approve", json!({ "ids": ids })).await.expect(409);
    assert_eq!(refused.code(), "own_payout");
    assert_eq!(cleo.payouts("requested").await.len(), 2, "all or nothing");
    let early = ada.post("payouts/batch", json!({ "ids": ids })).await.expect(409);
    assert_eq!(early.code(), "payout_state", "nobody has approved them");
    ada.post("payouts/approve", json!({ "ids": ids })).await.expect(204);
    let again = ada.post("payouts/approve", json!({ "ids": ids })).await.expect(409);
    assert_eq!(again.code(), "payout_state");
    let fields = [("action", "cancel"), ("id", ids[0].as_str())];
    assert_eq!(
        house.seller.form("/sell/earnings", &fields).await.status,
        409,
        "somebody has decided"
    );
    assert_eq!(house.where_it_is().await, [0, 4_500, 5_500, 0]);

    // Where it goes was fixed when it was asked for.
    house.say_where("GB29 NWBK 6016 1331 9268 19").await.expect(303);
    let batched = ada
        .post("payouts/batch", json!({ "ids": ids }))
        .await
        .expect(201)
        .json();
    assert_eq!(batched["number"], 1);
    let table = ada.get("payout-batches/1/csv").await.expect(200);
    assert_eq!(table.header("cache-control"), "no-store");
    let lines: Vec<&str> = table.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.text);
    assert!(
        lines[1].contains("\"25.00\",\"EUR\",\"iban\",\"Sol Seller\",\"DE89370400440532013000\""),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("\"30.00\""), "{}", lines[2]);

    // One fails, the rest is paid.
    ada.post(&format!("payouts/{}/fail", ids[0]), json!({"reason": "Account closed"}))
        .await
        .expect(204);
    assert_eq!(house.where_it_is().await, [0, 7_000, 3_000, 0]);
    ada.post("payout-batches/1/paid", json!({})).await.expect(204);
    assert_eq!(house.where_it_is().await, [0, 7_000, 0, 3_000]);
    assert_eq!(
        ada.post("payout-batches/1/paid", json!({})).await.expect(409).code(),
        "payout_state"
    );
    let late = ada
        .post(&format!("payouts/{}/fail", ids[1]), json!({"reason": "Oops"}))
        .await;
    assert_eq!(late.expect(409).code(), "payout_state", "what was paid stays so");
    assert_eq!(house.where_it_is().await, [0, 7_000, 0, 3_000]);

    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    for shown in [
        "Paid out",
        "Account closed",
        "Didn’t arrive",
        "GB29 •••• 6819",
        "DE89 •••• 3000",
        "€70.00",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("37040044"), "no page has all of it");
    house.run_jobs().await;
    let mails = house.app.mails_to(&house.seller.email);
    let said = |words: &str| mails.iter().filter(|mail| mail.text.contains(words)).count();
    assert_eq!(said("is approved and will be sent"), 2);
    assert_eq!((said("is sent"), said("Account closed")), (1, 1));
    let log = ada.get("audit?per_page=100").await.expect(200).json();
    let wanted = [
        "payouts.paid",
        "payout.failed",
        "payouts.fetched",
        "payouts.batched",
        "payout.approved",
        "payout.requested",
    ];
    for action in wanted {
        assert!(actions(&log).contains(&action), "{action}");
    }
    // No text of the log has where it went.
    assert!(!log.to_string().contains("37040044"));
}

#[tokio::test]
async fn only_a_fresh_code_moves_money() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    house.ask("").await.expect(303);
    let (ada, cleo) = Clerk::two(&house).await;
    house.app.clock.advance(10 * 60_000);
    for clerk in [&ada, &cleo] {
        clerk.refresh().await;
    }
    let ids = json!({ "ids": ada.payouts("requested").await });
    let freeze = format!("users/{}/freeze", house.seller_id);
    for (path, body) in [
        ("payouts/approve", &ids),
        ("payouts/batch", &ids),
        ("payout-batches/1/paid", &json!({})),
        (freeze.as_str(), &json!({"reason": "Because"})),
    ] {
        let refused = ada.post(path, body.clone()).await.expect(409);
        assert_eq!(refused.code(), "step_up_needed", "{path}");
    }
    let fetched = ada.get("payout-batches/1/csv").await.expect(409);
    assert_eq!(fetched.code(), "step_up_needed");
    ada.codes.step_up(&house.app, &ada.browser).await;
    ada.post("payouts/approve", ids).await.expect(204);
    // Refusing moves nothing out: it needs no code, and the money comes back.
    let approved = cleo.payouts("approved").await;
    let refuse = format!("payouts/{}/refuse", approved[0]);
    assert_eq!(cleo.post(&refuse, json!({"reason": " "})).await.status, 422);
    cleo.post(&refuse, json!({"reason": "Call us first"})).await.expect(204);
    assert_eq!(house.where_it_is().await, [0, 10_000, 0, 0]);
    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    assert!(page.contains("Call us first"), "{page}");
}

#[tokio::test]
async fn whoever_is_frozen_closed_or_unknown_is_not_paid_out() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    let (ada, _) = Clerk::two(&house).await;
    house.ask("20").await.expect(303);
    let ids = json!({ "ids": ada.payouts("requested").await });
    let user = format!("users/{}", house.seller_id);
    ada.post(&format!("{user}/freeze"), json!({"reason": "Looks odd"}))
        .await
        .expect(204);
    let twice = ada
        .post(&format!("{user}/freeze"), json!({"reason": "Looks odd"}))
        .await;
    assert_eq!(twice.expect(409).code(), "frozen");
    assert_eq!(
        ada.post("payouts/approve", ids.clone()).await.expect(409).code(),
        "frozen"
    );
    let frozen = house.ask("20").await;
    assert_eq!(frozen.status, 409);
    assert!(frozen.text.contains("Your credit is frozen"), "{}", frozen.text);
    let sheet = ada.get(&user).await.expect(200).json();
    assert_eq!(
        (&sheet["frozen"]["reason"], &sheet["earned_minor"]),
        (&json!("Looks odd"), &json!(10_000))
    );
    ada.post(&format!("{user}/unfreeze"), json!({})).await.expect(204);
    ada.post("payouts/approve", ids).await.expect(204);

    let rules = json!({"hold_days": 7, "least_minor": 1_000, "identity_needed": true});
    ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(204);
    let unknown = house.ask("20").await.expect(303);
    assert_eq!(unknown.header("location"), "/account/identity");
    for (field, wrong) in [("hold_days", json!(91)), ("least_minor", json!(0))] {
        let mut rules = json!({"hold_days": 7, "least_minor": 1_000, "identity_needed": false});
        rules[field] = wrong;
        ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(422);
    }
    let rules = json!({"hold_days": 0, "least_minor": 1_000, "identity_needed": false});
    ada.browser.put("/api/v1/admin/payout-rules", rules).await.expect(204);
    house.earn(1_000).await;
    house.ask("").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 0, 11_000, 0], "nothing is held any more");

    let approved = json!({ "ids": ada.payouts("approved").await });
    ada.post(&format!("{user}/suspend"), json!({"reason": "Closed"}))
        .await
        .expect(204);
    let closed = ada.post("payouts/batch", approved).await.expect(409);
    assert_eq!(closed.code(), "suspended");
    assert_eq!(house.where_it_is().await, [0, 0, 11_000, 0]);
}

#[tokio::test]
async fn where_it_went_is_forgotten_with_the_person_and_the_books_stay() {
    let house = House::open().await;
    house.earn(10_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    house.ask("20").await.expect(303);
    let (ada, _) = Clerk::two(&house).await;
    let ids = json!({ "ids": ada.payouts("requested").await });
    ada.post("payouts/approve", ids.clone()).await.expect(204);
    ada.post("payouts/batch", ids).await.expect(201);
    let erase = format!("users/{}/erase", house.seller_id);
    let early = ada.post(&erase, json!({})).await.expect(409);
    assert_eq!(
        early.code(),
        "has_payouts",
        "the bank is still to be told where it goes"
    );
    assert_eq!(house.kept(), (1, 1));
    ada.post("payout-batches/1/paid", json!({})).await.expect(204);
    ada.post(&erase, json!({})).await.expect(200);
    assert_eq!(house.kept(), (0, 0));
    assert_eq!(house.where_it_is().await, [0, 8_000, 0, 2_000]);
}

#[tokio::test]
async fn every_figure_of_the_books_is_the_sum_of_its_entries() {
    let house = House::open().await;
    for amount in 1..=120 {
        house.earn(amount).await;
        house.app.clock.advance(1_000);
    }
    let earned = AccountKind::Earnings(house.seller_id);
    house.moved("commission", earned, AccountKind::Revenue, 60).await;
    house.app.clock.advance(2 * DAY);
    let (ada, _) = Clerk::two(&house).await;
    assert_eq!(ada.get("books").await.expect(200).json()["checked"], Value::Null);
    house.run_jobs().await;
    let books = ada.get("books").await.expect(200).json();
    assert_eq!(books["checked"]["good"], true, "{books}");
    let euros = &books["currencies"][0];
    assert_eq!((&euros["currency"], &euros["sum_minor"]), (&json!("EUR"), &json!(0)));
    let kinds = euros["kinds"].as_array().expect("kinds").clone();
    assert!(kinds.len() >= 3, "{kinds:?}");
    for kind in kinds {
        let (name, sum) = (kind["kind"].as_str().expect("a kind"), kind["balance_minor"].as_i64());
        let path = format!("books/accounts?kind={name}&currency=EUR");
        let accounts = ada.get(&path).await.expect(200).json()["items"]
            .as_array()
            .expect("accounts")
            .clone();
        let mut total = 0;
        for account in &accounts {
            let id = account["id"].as_str().expect("an id");
            let entries = all_entries(&ada, id).await;
            let mut balance = account["balance_minor"].as_i64().expect("a balance");
            assert_eq!(entries.iter().map(|(amount, _)| amount).sum::<i64>(), balance, "{name}");
            total += balance;
            for (amount, after) in entries {
                assert_eq!(after, balance, "{name}: what it held after each");
                balance -= amount;
            }
        }
        assert_eq!(Some(total), sum, "{name}");
    }
    let table = ada.get("books.csv").await.expect(200).text;
    assert!(
        table.contains("\"EUR\",\"earnings\",\"1\",\"72.00\",\"0.00\""),
        "{table}"
    );
    let id = account_of(&ada, "earnings").await;
    let lines = ada.get(&format!("books/accounts/{id}/csv")).await.expect(200).text;
    assert_eq!(lines.lines().count(), 122, "a head and all entries");
    assert_eq!(
        ada.get(&format!("books/accounts/{id}/entries?after=x")).await.status,
        422
    );
    assert_eq!(
        ada.get("books/accounts/00000000-0000-4000-8000-000000000000/entries")
            .await
            .status,
        404
    );

    // A balance that isn't its entries' sum is found, and shown.
    let spoil = "UPDATE ledger_accounts SET balance_minor = balance_minor + 1 WHERE kind = 'earnings'";
    diesel::RunQueryDsl::execute(diesel::sql_query(spoil), &mut house.app.database.superuser()).expect("spoiled");
    house.app.clock.advance(DAY);
    house.run_jobs().await;
    ada.browser.log_in("ada@lumen.example", PASSWORD).await.expect(202);
    let scope = house.scope;
    let checked = house
        .app
        .app
        .db
        .read(&scope, tallyroom::store::books::checked)
        .await
        .expect("read");
    let found = checked.expect("a look").found;
    assert_eq!((found[0].unbalanced, found[0].sum_minor), (1, 0));
}

async fn account_of(by: &Clerk, kind: &str) -> String {
    let list = by
        .get(&format!("books/accounts?kind={kind}&currency=EUR"))
        .await
        .expect(200)
        .json();
    list["items"][0]["id"].as_str().expect("an id").to_owned()
}

/// Amounts and what the account held after each, newest first, page by page.
async fn all_entries(by: &Clerk, account: &str) -> Vec<(i64, i64)> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("books/accounts/{account}/entries?after={after}");
        let page = by.get(&path).await.expect(200).json();
        for entry in page["items"].as_array().expect("entries") {
            let number = |name: &str| entry[name].as_i64().expect("a number");
            all.push((number("amount_minor"), number("balance_minor")));
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return all,
        }
    }
}
