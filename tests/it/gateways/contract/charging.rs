//! Saved methods, and money that is held.

use super::{Gateway, assert_cannot, assert_rejected, assert_unknown, checkout, paid, part};
use crate::gateways::{
    benches::{Bench, NOW},
    stand_in::{Card, Mood},
};
use tallyroom::app::ports::{Capture, Checkout, GatewayError, Outcome, SavedCharge, SavedMethod, Sought, Void};
use uuid::Uuid;

/// Saves a method by paying with it.
pub async fn saved(bench: &impl Bench) -> Option<(Gateway, SavedCharge)> {
    let gateway = bench.gateway();
    let mut checkout = checkout(bench);
    checkout.save_method = true;
    if !gateway.caps().saved_methods {
        let sent = bench.sent().len();
        assert_cannot(bench, sent, gateway.begin_checkout(&checkout).await);
        let method = SavedMethod {
            token: "a/b".to_owned(),
            label: "a card".to_owned(),
        };
        let charge = charge_of(&checkout, method);
        assert_cannot(bench, sent, gateway.charge_saved(&charge).await);
        return None;
    }
    let (_, standing, _) = paid(bench, &checkout).await;
    let method = standing.saved.expect("the method");
    assert!(!method.label.is_empty(), "people see which");
    let charge = charge_of(&checkout, method);
    Some((gateway, charge))
}

fn charge_of(checkout: &Checkout, method: SavedMethod) -> SavedCharge {
    SavedCharge {
        intent: Uuid::new_v4(),
        amount: checkout.amount,
        description: "Ten more minutes".to_owned(),
        method,
        hold: false,
    }
}

/// A saved method is charged once for an intent, and refuses in ways that can be told apart.
pub async fn a_saved_method_is_charged<B: Bench>() {
    let bench = B::open().await;
    let Some((gateway, charge)) = saved(&bench).await else {
        return;
    };
    let standing = gateway.charge_saved(&charge).await.expect("charged");
    assert_eq!(standing.outcome, Outcome::Settled(charge.amount));
    let reference = standing.charge.expect("what was charged");
    let asked = gateway.confirm(&reference).await.expect("an answer");
    assert_eq!(asked.outcome, Outcome::Settled(charge.amount));
    if gateway.caps().idempotent {
        gateway.charge_saved(&charge).await.expect("the same");
    }
    assert_eq!(bench.charges().len(), 2, "the page's and this one");
    for (card, asks) in [(Card::Empty, false), (Card::Asks, true)] {
        if asks && !bench.banks_ask() {
            continue;
        }
        bench.card(card);
        let next = SavedCharge {
            intent: Uuid::new_v4(),
            ..charge.clone()
        };
        match gateway.charge_saved(&next).await {
            Err(GatewayError::Declined {
                reason,
                requires_action,
            }) => {
                assert!(!reason.is_empty());
                assert_eq!(requires_action, asks, "{card:?}: {reason}");
            }
            answer => panic!("{card:?}: {answer:?}"),
        }
    }
    assert_eq!(bench.charges().len(), 2);
}

/// A charge whose answer got lost is found by asking, or isn't there; either way it was made at most once.
pub async fn a_lost_charge_is_looked_up<B: Bench>() {
    for (mood, made) in [
        (Mood::LostBefore, false),
        (Mood::LostAfter, true),
        (Mood::Trouble, false),
        (Mood::TroubleAfter, true),
        (Mood::CutShort, true),
    ] {
        let bench = B::open().await;
        let Some((gateway, charge)) = saved(&bench).await else {
            return;
        };
        if !bench.set(mood) {
            return;
        }
        assert_unknown(bench.impatient().charge_saved(&charge).await);
        let sought = Sought {
            intent: charge.intent,
            amount: charge.amount,
            since: NOW,
            method: Some(charge.method.clone()),
        };
        let found = gateway.look_up(&sought).await.expect("an answer");
        let outcome = found.map(|standing| standing.outcome);
        assert_eq!(
            outcome,
            made.then_some(Outcome::Settled(charge.amount)),
            "after {mood:?}"
        );
        assert_eq!(bench.charges().len(), 1 + usize::from(made), "after {mood:?}");
    }
}

/// Held money is captured in part, once, or let go.
pub async fn what_is_held_is_captured_or_let_go<B: Bench>() {
    let bench = B::open().await;
    let gateway = bench.gateway();
    let checkout = Checkout {
        hold: true,
        ..checkout(&bench)
    };
    let less = part(checkout.amount, checkout.amount.minor * 2 / 5);
    if !gateway.caps().holds {
        let (sent, key, charge) = (bench.sent().len(), Uuid::new_v4(), "1".to_owned());
        let capture = Capture {
            key,
            charge: charge.clone(),
            amount: less,
        };
        assert_cannot(&bench, sent, gateway.begin_checkout(&checkout).await);
        assert_cannot(&bench, sent, gateway.capture(&capture).await);
        assert_cannot(&bench, sent, gateway.void(&Void { key, charge }).await);
        return;
    }
    let (begun, standing, charge) = paid(&bench, &checkout).await;
    assert_eq!(standing.outcome, Outcome::Held(checkout.amount));
    assert!(bench.charges()[0].held, "nothing is taken yet");
    let order = |minor| Capture {
        key: Uuid::new_v4(),
        charge: charge.clone(),
        amount: part(checkout.amount, minor),
    };
    assert_rejected(gateway.capture(&order(checkout.amount.minor + 100)).await);
    let capture = order(less.minor);
    let taken = gateway.capture(&capture).await.expect("captured");
    assert_eq!(taken.outcome, Outcome::Settled(less));
    if gateway.caps().idempotent {
        let again = gateway.capture(&capture).await.expect("the same");
        assert_eq!(again.outcome, Outcome::Settled(less));
    }
    let third = gateway.capture(&order(less.minor)).await;
    if gateway.caps().idempotent {
        assert_rejected(third);
    }
    assert_eq!(bench.charges().len(), 1, "whatever it says, it is taken once");
    let taken = taken.charge.expect("what was taken");
    for reference in [&begun.reference, &taken] {
        let asked = gateway.confirm(reference).await.expect("an answer");
        assert_eq!(asked.outcome, Outcome::Settled(less), "by {reference}");
    }

    let other = Checkout {
        intent: Uuid::new_v4(),
        ..checkout.clone()
    };
    let (_, _, charge) = paid(&bench, &other).await;
    let void = Void {
        key: Uuid::new_v4(),
        charge: charge.clone(),
    };
    gateway.void(&void).await.expect("let go");
    let asked = gateway.confirm(&charge).await.expect("an answer");
    assert!(matches!(asked.outcome, Outcome::Declined(_)), "{asked:?}");
    let books = bench.charges();
    assert_eq!(
        (books.len(), books[0].held),
        (1, false),
        "one was taken, nothing is held"
    );
}
