//! Paying sellers out, through the doors that sellers and staff use.

mod books;
mod carried;
mod held;
mod steps;

use crate::{
    consoles::{admin_of_lumen, joined, own_id},
    support::{Answer, Authenticator, LUMEN, PASSWORD, TestApp, TestUser},
};
use serde_json::{Value, json};
use tallyroom::{
    config::Config,
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
        Self::open_with(|_| {}).await
    }

    async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(change).await;
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

    /// Of any transfer there is.
    fn transfers_id(&self) -> Uuid {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Uuid)]
            id: Uuid,
        }
        let any = diesel::sql_query("SELECT id FROM ledger_transfers WHERE phase = 'direct' LIMIT 1");
        let row: Row = diesel::RunQueryDsl::get_result(any, &mut self.app.database.superuser()).expect("a transfer");
        row.id
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
