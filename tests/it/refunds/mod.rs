//! Money that goes back: given by sellers and staff, claimed by buyers and banks.

mod claimed;
mod given;
mod taken;

pub use claimed::{claim, decide};
pub use taken::{claim as bank_claim, tell, top_up};

use super::{
    calls::{Pair, Price},
    consoles::own_id,
    support::TestUser,
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use serde_json::Value;
use tallyroom::{
    domain::ids::UserId,
    store::{
        ledger::{self, AccountKind, Transfer},
        tenants,
    },
};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    minor: i64,
}

/// What all accounts of a kind hold together.
pub fn balance(pair: &Pair, kind: &str) -> i64 {
    let query = "SELECT coalesce(sum(balance_minor), 0)::bigint AS minor FROM ledger_accounts WHERE kind = $1";
    let sum = sql_query(query)
        .bind::<Text, _>(kind)
        .get_result::<Sum>(&mut pair.app.database.superuser());
    sum.expect("the ledger").minor
}

/// Wallets, earnings, payable, revenue; what goes through is always empty.
fn balances(pair: &Pair) -> [i64; 4] {
    assert_eq!(balance(pair, "refunds"), 0, "nothing stays on its way");
    ["wallet", "earnings", "payable", "revenue"].map(|kind| balance(pair, kind))
}

/// A call of five minutes at 1.20, paid with 6.00 of 10.00.
async fn five_minutes(pair: &Pair) -> Uuid {
    let call = five_minutes_of(pair).await;
    assert_eq!(balances(pair), [400, 480, 0, 120]);
    call
}

/// The same, whatever was paid before.
async fn five_minutes_of(pair: &Pair) -> Uuid {
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(299_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_minor"], 600);
    pair.app.clock.advance(60_000);
    call
}

/// An account that takes real money, as if its keys had been tried.
pub fn live_account(pair: &Pair) {
    let added =
        "INSERT INTO gateway_accounts (tenant_id, id, provider, mode, sealed_keys, shown, currencies, place, enabled,
            created_at)
        SELECT id, gen_random_uuid(), 'stripe', 'live', 'x', '{}', '{}', 0, true, created_at FROM tenants
        WHERE slug = 'lumen'";
    let added = sql_query(added).execute(&mut pair.app.database.superuser());
    assert_eq!(added.expect("an account"), 1);
}

pub async fn id_of(user: &TestUser) -> UserId {
    own_id(user).await.parse().expect("an id")
}

/// So much of what the seller has earned is paid out: through what can be paid, to their bank.
async fn pay_out(pair: &Pair, amount_minor: i64) {
    let seller = id_of(&pair.seller.renewed().await).await;
    pay_out_of(pair, seller, amount_minor).await;
}

/// The same of anybody's.
pub async fn pay_out_of(pair: &Pair, seller: UserId, amount_minor: i64) {
    let (scope, now) = (pair.app.scope(crate::support::LUMEN).await, pair.app.app.now());
    let paid = pair.app.app.db.tenant(&scope, move |tx| {
        let currency = tenants::own(tx)?.currency;
        for (from, to) in [
            (AccountKind::Earnings(seller), AccountKind::Payable(seller)),
            (AccountKind::Payable(seller), AccountKind::Bank),
        ] {
            let transfer = Transfer {
                id: Uuid::now_v7(),
                kind: "payout",
                debit: ledger::account(tx, from, currency, now)?,
                credit: ledger::account(tx, to, currency, now)?,
                amount_minor,
                at: now,
            };
            ledger::transfer(tx, &transfer)?;
        }
        Ok(())
    });
    paid.await.expect("paid out");
}

/// What is typed into the form of a refund.
pub fn form<'a>(id: &'a str, minutes: &'a str, amount: &'a str, action: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("id", id),
        ("minutes", minutes),
        ("amount", amount),
        ("reason", "The line was bad."),
        ("action", action),
    ]
}

/// A new refund's id, as the form has it.
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

async fn bill(user: &TestUser, call: Uuid) -> Value {
    user.get(&format!("/api/v1/calls/{call}/bill")).await.expect(200).json()
}

/// A pair with a call that is over.
async fn called() -> (Pair, Uuid) {
    let pair = Pair::new(Price::default()).await;
    let call = five_minutes(&pair).await;
    (pair, call)
}

fn lines(wallet: &Value) -> Vec<(String, i64)> {
    let lines = wallet["lines"].as_array().expect("lines").iter();
    lines
        .map(|line| {
            let text = line["text"].as_str().unwrap_or_default().to_owned();
            (text, line["amount_minor"].as_i64().unwrap_or_default())
        })
        .collect()
}

/// What a person has been told of an event.
fn told(pair: &Pair, event: &str) -> i64 {
    pair.app
        .database
        .count(&format!("notifications WHERE event = '{event}'"))
}
