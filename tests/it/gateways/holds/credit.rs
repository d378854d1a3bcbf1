//! Credit that a card holds the money for.

use super::{HOUR, balances, choose, state};
use crate::{
    calls::{Pair, Price, ended_ring},
    documents::{says, work},
    support::{LUMEN, TestApp},
};

/// Credit of 10.00 that a card holds, and nothing else.
async fn credit() -> Pair {
    let price = Price {
        credit_minor: 0,
        ..Price::default()
    };
    let pair = Pair::of(TestApp::start().await, LUMEN, price).await;
    let form = [("amount", "10.00"), ("hold", "on")];
    let answer = pair.buyer.form("/wallet", &form).await.expect(303);
    choose(&pair, answer.header("location"), "succeed", 200).await;
    assert_eq!(balances(&pair.app, ["wallet", "authorised"]), [1_000, -1_000]);
    assert_eq!(state(&pair.app, "held"), 1);
    says(
        &pair.buyer.get("/wallet").await.expect(200).text,
        &["Held on your card"],
    );
    pair
}

#[tokio::test]
async fn of_credit_that_a_card_holds_what_a_call_costs_is_taken() {
    let pair = credit().await;
    let mut talk = pair.live().await;
    // However often it is looked meanwhile.
    work(&pair.app).await;
    talk.talk(90_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_minor"], 240);
    work(&pair.app).await;
    let kinds = ["wallet", "authorised", "gateway", "revenue", "earnings"];
    assert_eq!(balances(&pair.app, kinds), [0, 0, -240, 48, 192]);
    assert_eq!(state(&pair.app, "settled"), 1);
    let statement = pair.buyer.renewed().await.get("/wallet").await;
    says(&statement.expect(200).text, &["Let go by your card"]);
    pair.audit().await;
}

#[tokio::test]
async fn credit_that_a_card_holds_waits_for_two_hours() {
    let pair = credit().await;
    pair.app.clock.advance(HOUR);
    work(&pair.app).await;
    assert_eq!(balances(&pair.app, ["wallet"]), [1_000]);
    pair.app.clock.advance(HOUR);
    work(&pair.app).await;
    assert_eq!(balances(&pair.app, ["wallet", "authorised", "gateway"]), [0, 0, 0]);
    assert_eq!(state(&pair.app, "released"), 1);
    pair.audit().await;
}

#[tokio::test]
async fn who_isnt_answered_still_has_what_their_card_holds() {
    let pair = credit().await;
    let (_, mut buyer, _seller) = pair.ring().await;
    pair.app.clock.advance(45_001);
    buyer.wait("the end of the ring", ended_ring("missed")).await;
    work(&pair.app).await;
    assert_eq!(balances(&pair.app, ["wallet", "authorised"]), [1_000, -1_000]);
}
