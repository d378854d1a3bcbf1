//! Transfers at Stripe.

use super::{Transfers, assert_cannot, batch, order, to_seller};
use crate::gateways::{
    benches::stripe::compare,
    stand_in::{
        Mood,
        stripe::transfers::{NEWCOMER, SELLER},
    },
};
use serde_json::json;
use std::time::Duration;
use tallyroom::app::ports::{GatewayError, Outcome};

const MOODS: [(Mood, bool); 7] = [
    (Mood::LostBefore, false),
    (Mood::LostAfter, true),
    (Mood::Trouble, false),
    (Mood::TroubleAfter, true),
    (Mood::CutShort, true),
    (Mood::Elsewhere, false),
    (Mood::Endless, true),
];

#[tokio::test]
async fn sellers_are_paid_once_however_often_a_batch_is_sent() {
    let bench = Transfers::open();
    let provider = bench.provider();
    provider.test_connection().await.expect("taken");
    let batch = batch(vec![to_seller(1_250), order(SELLER, 1_250, "JPY"), to_seller(1_250)]);
    let first = provider.send(&batch).await.expect("sent");
    for (order, paid) in batch.payouts.iter().zip(&first) {
        let paid = paid.as_ref().expect("paid");
        assert_eq!(paid.outcome, Outcome::Settled(order.amount));
        assert_eq!(provider.look_up(order).await, Ok(Some(paid.clone())));
    }
    assert_eq!(provider.send(&batch).await, Ok(first));
    let made = bench.0.books(|books| books.transfers());
    let told: Vec<_> = made
        .iter()
        .map(|made| {
            (
                made["amount"].clone(),
                made["currency"].clone(),
                made["destination"].clone(),
            )
        })
        .collect();
    let transfer = |code: &str| (json!(1_250), json!(code), json!(SELLER));
    assert_eq!(told, [transfer("eur"), transfer("jpy"), transfer("eur")]);
    compare(&bench.0.asked());
}

#[tokio::test]
async fn each_payout_has_its_own_outcome() {
    let bench = Transfers::open();
    let provider = bench.provider();
    let batch = batch(vec![
        order(NEWCOMER, 1_000, "EUR"),
        to_seller(1_000),
        order("acct_nobody", 1_000, "EUR"),
        to_seller(9_000_000),
        to_seller(2_000),
    ]);
    let outcomes = provider.send(&batch).await.expect("sent");
    let paid: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(paid, [false, true, false, false, true]);
    for (place, refused) in outcomes.iter().enumerate() {
        let Err(refused) = refused else { continue };
        match place {
            3 => assert!(matches!(refused, GatewayError::Later(_)), "{refused:?}"),
            _ => assert!(matches!(refused, GatewayError::Rejected(_)), "{refused:?}"),
        }
    }
    assert_eq!(provider.look_up(&batch.payouts[0]).await, Ok(None));
    assert_eq!(bench.0.books(|books| books.transfers().len()), 2);
}

#[tokio::test]
async fn silence_is_no_answer_and_asking_tells() {
    for (mood, made) in MOODS {
        let bench = Transfers::open();
        let order = to_seller(1_250);
        bench.0.set(mood);
        let outcomes = bench.impatient().send(&batch(vec![order.clone()])).await.expect("sent");
        assert!(
            matches!(outcomes[0], Err(GatewayError::Unknown(_))),
            "{mood:?}: {outcomes:?}"
        );
        let found = bench.provider().look_up(&order).await.expect("an answer");
        assert_eq!(found.is_some(), made, "after {mood:?}");
        assert!(!bench.0.asked().iter().any(|asked| asked.path == "/elsewhere"));
        let again = bench.provider().send(&batch(vec![order])).await.expect("sent");
        assert!(again[0].is_ok(), "after {mood:?}");
        assert_eq!(bench.0.books(|books| books.transfers().len()), 1, "after {mood:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_not_sent() {
    let bench = Transfers::open();
    let provider = bench.provider();
    for wrong in [
        to_seller(0),
        to_seller(-1),
        order("ada@example.org", 1_000, "EUR"),
        order("acct_", 1_000, "EUR"),
        order("acct_1/../2", 1_000, "EUR"),
    ] {
        assert_cannot(provider.check(&wrong));
        assert_cannot(provider.send(&batch(vec![to_seller(1_000), wrong])).await);
    }
    assert_cannot(provider.send(&batch(Vec::new())).await);
    assert_cannot(provider.file(&batch(vec![to_seller(1_000)])));
    assert!(bench.0.asked().is_empty());
}

#[tokio::test]
async fn what_was_called_back_or_is_anothers_is_not_paid() {
    let bench = Transfers::open();
    let (provider, order) = (bench.provider(), to_seller(1_250));
    let paid = provider
        .send(&batch(vec![order.clone()]))
        .await
        .expect("sent")
        .remove(0)
        .expect("paid");
    bench.0.books(|books| books.reverse(&paid.reference));
    let found = provider.look_up(&order).await.expect("an answer").expect("a transfer");
    assert!(matches!(found.outcome, Outcome::Declined(_)), "{found:?}");
    let mut elsewhere = order;
    elsewhere.account = NEWCOMER.to_owned();
    let found = provider.look_up(&elsewhere).await;
    assert!(matches!(found, Err(GatewayError::Unknown(_))), "{found:?}");
    elsewhere.account = SELLER.to_owned();
    elsewhere.amount.minor += 1;
    let found = provider.look_up(&elsewhere).await;
    assert!(
        matches!(found, Err(GatewayError::Unknown(_))),
        "of another amount: {found:?}"
    );
    let stranger = bench.reach("sk_test_of_somebody_else", Duration::from_secs(30));
    let refused = stranger.test_connection().await;
    assert!(matches!(refused, Err(GatewayError::Rejected(_))), "{refused:?}");
}
