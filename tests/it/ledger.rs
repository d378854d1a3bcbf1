//! The ledger against its promises: once, balanced, append-only, never negative, one tenant's.

mod frozen;
mod many;
mod tick;

use crate::support::{LUMEN, TestApp, VELVET};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use futures::future::join_all;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::collections::HashMap;
use tallyroom::{
    domain::{
        identity::{Email, PersonName},
        ids::{AccountId, UserId},
        money::Currency,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        ledger::{self, AccountKind, Transfer},
        users::{self, NewUser},
    },
};
use uuid::Uuid;

const EUR: &str = "EUR";

/// The product and one tenant's ledger.
struct Books {
    app: TestApp,
    scope: TenantScope,
    currency: Currency,
}

impl Books {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let scope = app.scope(LUMEN).await;
        Self {
            app,
            scope,
            currency: Currency::parse(EUR).expect("a currency"),
        }
    }

    async fn tx<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.app.db.tenant(&self.scope, work).await
    }

    async fn person(&self) -> UserId {
        let (id, now) = (UserId::new(), self.app.app.now());
        let new = NewUser {
            id,
            email: Email::parse(&format!("{id}@example.org")).expect("an address"),
            name: PersonName::parse("Somebody").expect("a name"),
            password_hash: String::new(),
            time_zone: "UTC".to_owned(),
            language: "en".to_owned(),
        };
        self.tx(move |tx| users::insert(tx, &new, now)).await.expect("a person");
        id
    }

    async fn account(&self, kind: AccountKind) -> AccountId {
        let (currency, now) = (self.currency, self.app.app.now());
        self.tx(move |tx| ledger::account(tx, kind, currency, now))
            .await
            .expect("an account")
    }

    async fn transfer(&self, id: Uuid, debit: AccountId, credit: AccountId, amount_minor: i64) -> Result<bool> {
        let transfer = Transfer {
            id,
            kind: "test",
            debit,
            credit,
            amount_minor,
            at: self.app.app.now(),
        };
        self.tx(move |tx| ledger::transfer(tx, &transfer)).await
    }

    async fn total(&self, kind: AccountKind) -> i64 {
        let currency = self.currency;
        self.tx(move |tx| ledger::balance(tx, kind, currency))
            .await
            .expect("a balance")
            .total
            .minor
    }

    async fn audit(&self) {
        self.tx(ledger::invariants).await.expect("right books");
    }
}

fn code(error: &Error) -> &'static str {
    error.code()
}

#[tokio::test]
async fn a_transfer_happens_once_however_often_it_is_asked_for() {
    let books = Books::open().await;
    let person = books.person().await;
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    let id = Uuid::now_v7();
    assert!(books.transfer(id, gateway, wallet, 700).await.expect("moved"));
    assert!(!books.transfer(id, gateway, wallet, 700).await.expect("known"));
    assert_eq!(books.total(AccountKind::Wallet(person)).await, 700);
    assert_eq!(books.total(AccountKind::BuiltIn).await, -700);
    for (debit, credit, amount) in [(gateway, wallet, 701), (wallet, gateway, 700)] {
        let refused = books
            .transfer(id, debit, credit, amount)
            .await
            .expect_err("other contents");
        assert_eq!(code(&refused), "internal");
    }
    assert_eq!(books.total(AccountKind::Wallet(person)).await, 700);
    books.audit().await;
}

#[tokio::test]
async fn an_account_is_opened_once_whatever_the_race() {
    let books = Books::open().await;
    let person = books.person().await;
    for kind in [AccountKind::Wallet(person), AccountKind::Revenue] {
        let ids = join_all((0..12).map(|_| books.account(kind))).await;
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}

#[tokio::test]
async fn a_wallet_is_never_overdrawn_whatever_the_race() {
    let books = Books::open().await;
    let person = books.person().await;
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    let revenue = books.account(AccountKind::Revenue).await;
    books
        .transfer(Uuid::now_v7(), gateway, wallet, 1_000)
        .await
        .expect("funded");
    // In both directions at once: whoever locked in another order would wait for ever.
    let spend = (0..40).map(|_| books.transfer(Uuid::now_v7(), wallet, revenue, 70));
    let back = (0..10).map(|_| books.transfer(Uuid::now_v7(), revenue, gateway, 1));
    let (spent, _) = futures::future::join(join_all(spend), join_all(back)).await;
    let (good, bad): (Vec<_>, Vec<_>) = spent.into_iter().partition(|result| result.is_ok());
    assert_eq!(good.len(), 14, "1,000 pays for fourteen times 70");
    assert!(
        bad.iter()
            .all(|result| code(result.as_ref().expect_err("refused")) == "not_enough_credit")
    );
    assert_eq!(books.total(AccountKind::Wallet(person)).await, 20);
    books.audit().await;
}

#[tokio::test]
async fn accounts_of_two_currencies_never_meet() {
    let books = Books::open().await;
    let person = books.person().await;
    let (now, usd) = (books.app.app.now(), Currency::parse("USD").expect("a currency"));
    let dollars = books
        .tx(move |tx| ledger::account(tx, AccountKind::Wallet(person), usd, now))
        .await
        .expect("opened");
    let gateway = books.account(AccountKind::BuiltIn).await;
    assert!(books.transfer(Uuid::now_v7(), gateway, dollars, 5).await.is_err());
    assert!(
        books
            .transfer(Uuid::now_v7(), gateway, AccountId::new(), 5)
            .await
            .is_err(),
        "no such account"
    );
    assert!(
        books.transfer(Uuid::now_v7(), gateway, gateway, 5).await.is_err(),
        "to itself"
    );
    let euros = books.account(AccountKind::Wallet(person)).await;
    assert!(
        books.transfer(Uuid::now_v7(), gateway, euros, -5).await.is_err(),
        "backwards"
    );
    assert_eq!(books.total(AccountKind::BuiltIn).await, 0);
    books.audit().await;
}

/// Any sequence of transfers leaves what a map of numbers says, and good books.
#[test]
fn any_sequence_of_transfers_agrees_with_a_model() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let books = runtime.block_on(Books::open());
    let moves = prop::collection::vec((0usize..5, 0usize..5, 0i64..400, any::<bool>()), 1..40);
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&moves, |moves| runtime.block_on(agrees(&books, moves)));
    outcome.expect("the ledger is the model");
    runtime.block_on(books.audit());
    let _inside = runtime.enter();
    drop(books);
}

async fn agrees(books: &Books, moves: Vec<(usize, usize, i64, bool)>) -> std::result::Result<(), TestCaseError> {
    let (ada, bob) = (books.person().await, books.person().await);
    let kinds = [
        AccountKind::Wallet(ada),
        AccountKind::Wallet(bob),
        AccountKind::Earnings(bob),
        AccountKind::Revenue,
        AccountKind::BuiltIn,
    ];
    let mut accounts = Vec::new();
    let mut model = HashMap::new();
    for (index, kind) in kinds.into_iter().enumerate() {
        accounts.push(books.account(kind).await);
        model.insert(index, books.total(kind).await);
    }
    for (from, to, amount, twice) in moves {
        let id = Uuid::now_v7();
        let possible = from != to && (from > 1 || model[&from] >= amount);
        let moved = books.transfer(id, accounts[from], accounts[to], amount).await;
        prop_assert_eq!(moved.is_ok(), possible, "{} from {} to {}", amount, from, to);
        if possible {
            *model.get_mut(&from).expect("known") -= amount;
            *model.get_mut(&to).expect("known") += amount;
            if twice {
                prop_assert!(
                    !books
                        .transfer(id, accounts[from], accounts[to], amount)
                        .await
                        .expect("known")
                );
            }
        }
    }
    for (index, kind) in kinds.into_iter().enumerate() {
        prop_assert_eq!(books.total(kind).await, model[&index]);
    }
    Ok(())
}

#[tokio::test]
async fn rows_are_only_ever_added() {
    let books = Books::open().await;
    let person = books.person().await;
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    books
        .transfer(Uuid::now_v7(), gateway, wallet, 700)
        .await
        .expect("moved");
    let config = books.app.database.config();
    let tenant = books.scope.tenant();
    let changes = [
        "UPDATE ledger_transfers SET amount_minor = amount_minor + 1",
        "DELETE FROM ledger_transfers",
        "TRUNCATE ledger_transfers",
        "TRUNCATE ledger_transfers CASCADE",
    ];
    for (role, url) in [
        ("app", &config.app_url),
        ("system", &config.system_url),
        ("owner", &config.owner_url),
    ] {
        for change in changes {
            let mut conn = PgConnection::establish(url.expose()).expect("let in");
            let scoped = format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'; {change}; COMMIT");
            let error = conn.batch_execute(&scoped).expect_err(change).to_string();
            assert!(
                error.contains("append-only") || error.contains("permission denied"),
                "{role}, {change}: {error}"
            );
        }
    }
    // Not even an account can be opened with money in it, or be given to somebody else.
    let accounts = [
        "UPDATE ledger_accounts SET owner_id = NULL".to_owned(),
        "UPDATE ledger_accounts SET currency = 'USD'".to_owned(),
        "DELETE FROM ledger_accounts".to_owned(),
        format!(
            "INSERT INTO ledger_accounts (tenant_id, id, kind, currency, balance_minor, created_at)
             VALUES ('{tenant}', '{}', 'revenue', 'CHF', 1, '2026-01-01Z')",
            Uuid::now_v7()
        ),
    ];
    for (role, url) in [("app", &config.app_url), ("system", &config.system_url)] {
        for change in &accounts {
            let mut conn = PgConnection::establish(url.expose()).expect("let in");
            let scoped = format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'; {change}; COMMIT");
            let error = conn.batch_execute(&scoped).expect_err(change).to_string();
            assert!(error.contains("permission denied"), "{role}, {change}: {error}");
        }
    }
    assert_eq!(books.total(AccountKind::Wallet(person)).await, 700);
    books.audit().await;
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[tokio::test]
async fn the_runtime_role_sees_one_tenants_books_only() {
    let books = Books::open().await;
    let person = books.person().await;
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    books
        .transfer(Uuid::now_v7(), gateway, wallet, 700)
        .await
        .expect("moved");
    let (own, other) = (books.scope.tenant(), books.app.scope(VELVET).await.tenant());
    let url = books.app.database.config().app_url;
    let mut conn = PgConnection::establish(url.expose()).expect("let in");
    for (tenant, rows) in [(own, 1), (other, 0)] {
        conn.batch_execute(&format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'"))
            .expect("scoped");
        for (table, per_transfer) in [("ledger_transfers", 1), ("ledger_entries", 2), ("ledger_accounts", 2)] {
            let query = format!("SELECT count(*) FROM {table}");
            let count: Count = sql_query(query).get_result(&mut conn).expect("counted");
            assert_eq!(count.count, rows * per_transfer, "{table}");
        }
        conn.batch_execute("COMMIT").expect("done");
    }
    // From inside another tenant's transaction nothing moves.
    let sneaky = format!(
        "BEGIN; SET LOCAL app.tenant_id = '{other}';
         SELECT ledger_move('{own}', '{}', 'test', '{wallet}', '{gateway}', 700, '2026-01-01Z'); COMMIT",
        Uuid::now_v7()
    );
    conn.batch_execute(&sneaky).expect_err("another tenant's accounts");
    conn.batch_execute("ROLLBACK").expect("over");
    // Without a tenant there is an error, not an empty answer.
    assert!(
        sql_query("SELECT count(*) FROM ledger_transfers")
            .get_result::<Count>(&mut conn)
            .is_err()
    );
    assert_eq!(books.total(AccountKind::Wallet(person)).await, 700);
}

#[tokio::test]
async fn wrong_books_are_found() {
    let books = Books::open().await;
    let person = books.person().await;
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    books
        .transfer(Uuid::now_v7(), gateway, wallet, 700)
        .await
        .expect("moved");
    books.audit().await;
    let forge = format!("UPDATE ledger_accounts SET balance_minor = 701 WHERE id = '{wallet}'");
    books.app.database.superuser().batch_execute(&forge).expect("forged");
    assert!(books.tx(ledger::invariants).await.is_err(), "a cent too much");
    let forge = format!("UPDATE ledger_accounts SET balance_minor = 700, held_minor = 5 WHERE id = '{wallet}'");
    books.app.database.superuser().batch_execute(&forge).expect("forged");
    assert!(books.tx(ledger::invariants).await.is_err(), "a hold that nobody made");
}
