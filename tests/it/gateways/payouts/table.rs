//! Which ways there are to pay sellers, and what each can do.

use super::{Transfers, by_file};
use std::fmt::Write;
use tallyroom::domain::payout_provider::PayoutWay;

const HEAD: &str = "payouts        sends  at once  currencies";

#[tokio::test]
async fn every_way_says_what_it_can_do() {
    let transfers = Transfers::open();
    let all = [by_file("manual"), transfers.provider(), by_file("payoneer")];
    let mut table = format!("{HEAD}\n");
    for provider in &all {
        let caps = provider.caps();
        let currencies = match caps.currencies.as_slice() {
            [] => "any".to_owned(),
            some => some.join(" "),
        };
        let (name, sends) = (provider.way().name(), if caps.sends { "yes" } else { "file" });
        writeln!(table, "{name:<14} {sends:<6} {:<8} {currencies}", caps.most).expect("a line");
    }
    println!("{table}");
    assert_eq!(all.map(|provider| provider.way()), PayoutWay::ALL);
    assert_eq!(
        table,
        include_str!("table.txt"),
        "table.txt says what people may rely on"
    );
}
