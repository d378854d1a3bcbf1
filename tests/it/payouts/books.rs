//! The books, from their sums down to each entry.

use super::{Clerk, DAY, House};
use crate::support::PASSWORD;
use serde_json::{Value, json};
use tallyroom::store::ledger::AccountKind;

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
    let waits = ada
        .browser
        .log_in("ada@lumen.example", PASSWORD)
        .await
        .expect(202)
        .json();
    let code = json!({"token": waits["token"], "code": ada.codes.next_code(&house.app)});
    ada.browser.post("/api/v1/session/code", code).await.expect(200);
    let checked = ada.get("books").await.expect(200).json()["checked"].clone();
    assert_eq!(checked["good"], false, "{checked}");
    let found = &checked["found"][0];
    assert_eq!(
        (&found["currency"], &found["unbalanced"], &found["sum_minor"]),
        (&json!("EUR"), &json!(1), &json!(0)),
        "{checked}"
    );
}

/// Whatever kinds of accounts there are, the books are looked at.
#[tokio::test]
async fn books_without_earnings_are_seen_to_as_well() {
    let house = House::open().await;
    let tips = AccountKind::Tips(house.seller_id);
    house.moved("tip", AccountKind::BuiltIn, tips, 2_000).await;
    house.app.clock.advance(8 * DAY);
    house.back().await;
    house.run_jobs().await;
    assert_eq!(house.balance(tips).await, 0);
    assert_eq!(house.where_it_is().await, [0, 2_000, 0, 0]);
    let (ada, _) = Clerk::two(&house).await;
    assert_eq!(ada.get("books").await.expect(200).json()["checked"]["good"], true);
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
