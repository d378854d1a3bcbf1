//! Paying on the provider's page.

use super::{assert_cannot, assert_rejected, charging::saved, checkout, paid, refundable, sought};
use crate::gateways::{benches::Bench, stand_in::Act};
use tallyroom::{
    app::ports::{Capture, Checkout, Outcome, Refund, Sought, Step, Void},
    domain::gateway::Refunds,
};
use uuid::Uuid;

/// The account can be tried without moving anything, and a stranger's can't.
pub async fn a_connection_can_be_tried<B: Bench>() {
    let bench = B::open().await;
    bench.gateway().test_connection().await.expect("taken");
    if let Some(stranger) = bench.stranger() {
        assert_rejected(stranger.test_connection().await);
        if bench.asks_to_begin() {
            assert_rejected(stranger.begin_checkout(&checkout(&bench)).await);
        }
    }
    assert!(bench.charges().is_empty());
}

/// However often an intent is begun, it is one payment with one page.
pub async fn an_intent_is_one_payment<B: Bench>() {
    let bench = B::open().await;
    let (gateway, checkout) = (bench.gateway(), checkout(&bench));
    let first = gateway.begin_checkout(&checkout).await.expect("begun");
    let again = gateway.begin_checkout(&checkout).await.expect("the same");
    if gateway.caps().idempotent {
        assert_eq!(first, again);
    }
    match &first.step {
        Step::Redirect(url) => assert!(url.starts_with("http"), "{url}"),
        Step::Embed { address, .. } => assert!(address.starts_with("http"), "{address}"),
        Step::Done(standing) => panic!("nobody has paid: {standing:?}"),
    }
    let standing = gateway.confirm(&first.reference).await.expect("an answer");
    assert_eq!(standing, Outcome::Pending.into(), "nobody has paid yet");
    assert!(bench.charges().is_empty());
}

/// Of all amounts that a provider can be told, exactly that much is taken, once, however often one asks.
pub async fn what_was_asked_for_is_paid_once<B: Bench>() {
    let bench = B::open().await;
    for amount in bench.amounts() {
        let before = bench.charges().len();
        let checkout = Checkout {
            amount,
            ..checkout(&bench)
        };
        let (begun, standing, charge) = paid(&bench, &checkout).await;
        assert_eq!(standing.outcome, Outcome::Settled(amount));
        assert_eq!(standing.saved, None, "they haven't agreed to that");
        for reference in [&begun.reference, &charge] {
            let again = bench.gateway().confirm(reference).await.expect("an answer");
            assert_eq!(again.outcome, Outcome::Settled(amount), "by {reference}");
        }
        let charges = bench.charges();
        assert_eq!(charges.len(), before + 1);
        assert!(charges.iter().all(|charge| !charge.held));
    }
}

/// Amounts that a provider can't be told are refused before it hears of them.
pub async fn what_cannot_be_said_is_not_sent<B: Bench>() {
    let bench = B::open().await;
    for amount in bench.unspeakable() {
        let checkout = Checkout {
            amount,
            ..checkout(&bench)
        };
        let sent = bench.sent().len();
        assert_cannot(&bench, sent, bench.gateway().begin_checkout(&checkout).await);
    }
}

/// A card that is declined moves nothing, and a page that has run out is over.
pub async fn a_declined_card_moves_nothing<B: Bench>() {
    let bench = B::open().await;
    let (gateway, checkout) = (bench.gateway(), checkout(&bench));
    let begun = gateway.begin_checkout(&checkout).await.expect("begun");
    bench.act(&begun, Act::Fail).await;
    let standing = gateway.confirm(&begun.reference).await.expect("an answer");
    match standing.outcome {
        Outcome::Declined(reason) => assert!(!reason.is_empty(), "it says why"),
        // On some pages another card can be tried.
        Outcome::Pending => {
            bench.act(&begun, Act::RunOut).await;
            let standing = gateway.confirm(&begun.reference).await.expect("an answer");
            assert!(matches!(standing.outcome, Outcome::Declined(_)), "{standing:?}");
        }
        outcome => panic!("{outcome:?}"),
    }
    assert!(bench.charges().is_empty());
}

/// What we send is what the provider's own package would.
pub async fn messages_are_as_the_provider_writes_them<B: Bench>() {
    let bench = B::open().await;
    let gateway = bench.gateway();
    gateway.test_connection().await.expect("taken");
    let caps = gateway.caps();
    if caps.holds {
        let held = Checkout {
            hold: true,
            ..checkout(&bench)
        };
        let (_, _, charge) = paid(&bench, &held).await;
        let void = Void {
            key: Uuid::new_v4(),
            charge,
        };
        gateway.void(&void).await.expect("let go");
        let held = Checkout {
            intent: Uuid::new_v4(),
            ..held
        };
        let (_, _, charge) = paid(&bench, &held).await;
        let capture = Capture {
            key: Uuid::new_v4(),
            charge,
            amount: held.amount,
        };
        gateway.capture(&capture).await.expect("captured");
    }
    if let Some((gateway, charge)) = saved(&bench).await {
        gateway.charge_saved(&charge).await.expect("charged");
        let sought = Sought {
            method: Some(charge.method),
            ..sought(&checkout(&bench))
        };
        gateway.look_up(&sought).await.expect("an answer");
    }
    let checkout = checkout(&bench);
    let (begun, _, charge) = paid(&bench, &checkout).await;
    bench.settle();
    if caps.refunds != Refunds::None {
        let refund = Refund {
            key: Uuid::new_v4(),
            charge,
            amount: refundable(&caps, checkout.amount),
        };
        gateway.refund(&refund).await.expect("given back");
    }
    gateway.confirm(&begun.reference).await.expect("an answer");
    bench.compare_with_the_package();
}

/// Nothing that looks like a card's number is ever sent.
pub async fn no_card_number_passes_through_us<B: Bench>() {
    let bench = B::open().await;
    let checkout = Checkout {
        // No long run of digits comes from the name.
        intent: Uuid::from_u128(0xabcd_abcd_abcd_4bcd_8bcd_abcd_abcd_abcd),
        ..checkout(&bench)
    };
    paid(&bench, &checkout).await;
    for body in bench.sent() {
        let digits = body.split(|char: char| !char.is_ascii_digit());
        let long = digits.filter(|run| (15..=19).contains(&run.len())).collect::<Vec<_>>();
        assert!(long.is_empty(), "{long:?} in {body}");
    }
}
