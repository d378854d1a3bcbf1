//! Refunds.

use super::{assert_cannot, assert_rejected, assert_unknown, checkout, paid, part, refundable};
use crate::gateways::{benches::Bench, stand_in::Mood};
use tallyroom::{
    app::ports::{GatewayError, Outcome, Refund},
    domain::gateway::Refunds,
};
use uuid::Uuid;

/// Parts are given back until nothing is left, each once.
pub async fn a_payment_is_given_back_in_parts<B: Bench>() {
    let bench = B::open().await;
    let gateway = bench.gateway();
    let checkout = checkout(&bench);
    let order = |charge: &str, minor| Refund {
        key: Uuid::new_v4(),
        charge: charge.to_owned(),
        amount: part(checkout.amount, minor),
    };
    if gateway.caps().refunds == Refunds::None {
        let sent = bench.sent().len();
        assert_cannot(&bench, sent, gateway.refund(&order("1", 100)).await);
        assert_cannot(&bench, sent, gateway.look_up_refund(&order("1", 100)).await);
        return;
    }
    let (_, _, charge) = paid(&bench, &checkout).await;
    bench.settle();
    let whole = checkout.amount.minor;
    if gateway.caps().refunds == Refunds::Whole {
        let sent = bench.orders();
        let part = gateway.refund(&order(&charge, whole * 2 / 5)).await;
        assert!(matches!(part, Err(GatewayError::Unsupported(_))), "{part:?}");
        assert_eq!(bench.orders(), sent, "only asked");
        let all = order(&charge, whole);
        assert_eq!(gateway.look_up_refund(&all).await, Ok(None));
        let made = gateway.refund(&all).await.expect("given back");
        let found = gateway.look_up_refund(&all).await.expect("an answer");
        assert_eq!(found.map(|found| found.reference), Some(made.reference));
        assert_rejected(gateway.refund(&order(&charge, whole)).await);
        let books = bench.charges();
        assert_eq!(books[0].refunded, books[0].units);
        return;
    }
    let first = order(&charge, whole * 2 / 5);
    let made = gateway.refund(&first).await.expect("given back");
    assert!(
        matches!(made.outcome, Outcome::Settled(amount) if amount == first.amount) || made.outcome == Outcome::Pending
    );
    let found = gateway.look_up_refund(&first).await.expect("an answer");
    assert_eq!(found.map(|found| found.reference), Some(made.reference.clone()));
    if gateway.caps().idempotent {
        let again = gateway.refund(&first).await.expect("the same");
        assert_eq!(again.reference, made.reference);
    }
    assert_rejected(gateway.refund(&order(&charge, whole * 3 / 5 + 1)).await);
    assert_eq!(gateway.look_up_refund(&order(&charge, 100)).await, Ok(None));
    let rest = gateway.refund(&order(&charge, whole * 3 / 5)).await.expect("the rest");
    assert_ne!(rest.reference, made.reference);
    assert_rejected(gateway.refund(&order(&charge, 100)).await);
    let books = bench.charges();
    assert_eq!(books[0].refunded, books[0].units);
}

/// A refund whose answer got lost is found by asking, or isn't there.
pub async fn a_lost_refund_is_looked_up<B: Bench>() {
    for (mood, made) in [
        (Mood::LostBefore, false),
        (Mood::LostAfter, true),
        (Mood::Trouble, false),
        (Mood::TroubleAfter, true),
        (Mood::CutShort, true),
    ] {
        let bench = B::open().await;
        let gateway = bench.gateway();
        if gateway.caps().refunds == Refunds::None {
            return;
        }
        let checkout = checkout(&bench);
        let (_, _, charge) = paid(&bench, &checkout).await;
        bench.settle();
        let refund = Refund {
            key: Uuid::new_v4(),
            charge,
            amount: refundable(&gateway.caps(), checkout.amount),
        };
        bench.set(mood);
        assert_unknown(bench.impatient().refund(&refund).await);
        let found = gateway.look_up_refund(&refund).await.expect("an answer");
        assert_eq!(found.is_some(), made, "after {mood:?}");
        assert_eq!(bench.charges()[0].refunded > 0, made, "after {mood:?}");
    }
}
