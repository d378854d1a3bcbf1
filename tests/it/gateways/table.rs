//! Which gateways there are, and what each can do.

use super::benches::{
    AuthorizeNetBench, Bench, BuiltIn, IyzicoBench, PaypalBench, PaytrBench, PayuBench, StripeBench, TwoCheckoutBench,
};
use std::fmt::Write;
use tallyroom::domain::gateway::{Caps, Provider, Refunds};

const HEAD: &str = "gateway        saved cards  holds  refunds  webhooks  own keys  currencies";

fn row(provider: Provider, caps: &Caps) -> String {
    let tick = |can: bool| if can { "yes" } else { "–" };
    let refunds = match caps.refunds {
        Refunds::None => "–",
        Refunds::Whole => "whole",
        Refunds::Partial => "parts",
    };
    let currencies = match caps.currencies.as_slice() {
        [] => "any".to_owned(),
        some => some.join(" "),
    };
    format!(
        "{:<14} {:<12} {:<6} {:<8} {:<9} {:<9} {currencies}",
        provider.name(),
        tick(caps.saved_methods),
        tick(caps.holds),
        refunds,
        tick(caps.webhooks),
        tick(caps.idempotent),
    )
}

async fn told<B: Bench>(table: &mut String) -> Provider {
    let gateway = B::open().await.gateway();
    writeln!(table, "{}", row(gateway.provider(), &gateway.caps())).expect("a line");
    gateway.provider()
}

#[tokio::test]
async fn every_gateway_is_in_the_suite_and_says_what_it_can_do() {
    let mut table = format!("{HEAD}\n");
    let told = [
        told::<BuiltIn>(&mut table).await,
        told::<StripeBench>(&mut table).await,
        told::<PaypalBench>(&mut table).await,
        told::<AuthorizeNetBench>(&mut table).await,
        told::<PaytrBench>(&mut table).await,
        told::<IyzicoBench>(&mut table).await,
        told::<PayuBench>(&mut table).await,
        told::<TwoCheckoutBench>(&mut table).await,
    ];
    println!("{table}");
    assert_eq!(told, Provider::ALL);
    assert_eq!(
        table,
        include_str!("table.txt"),
        "table.txt says what people may rely on"
    );
}
