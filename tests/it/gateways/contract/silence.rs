//! Answers that don't come, or come broken.

use super::{assert_unknown, checkout, paid, sought};
use crate::gateways::{
    benches::Bench,
    stand_in::{Act, Mood},
};
use tallyroom::app::ports::{Outcome, Refund};
use uuid::Uuid;

/// What doesn't come back whole is unknown. Beginning again is safe: nobody can have paid meanwhile.
pub async fn silence_is_no_answer<B: Bench>() {
    for mood in [
        Mood::LostBefore,
        Mood::LostAfter,
        Mood::Trouble,
        Mood::TroubleAfter,
        Mood::CutShort,
        Mood::Elsewhere,
        Mood::Endless,
    ] {
        let bench = B::open().await;
        let checkout = checkout(&bench);
        if !bench.asks_to_begin() || !bench.set(mood) {
            return;
        }
        assert_unknown(bench.impatient().begin_checkout(&checkout).await);
        let found = bench.gateway().look_up(&sought(&checkout)).await.expect("an answer");
        let moved = found.filter(|standing| standing.outcome != Outcome::Pending);
        assert_eq!(moved, None, "after {mood:?} nothing is paid");
        let (_, standing, _) = paid(&bench, &checkout).await;
        assert_eq!(standing.outcome, Outcome::Settled(checkout.amount), "after {mood:?}");
        assert_eq!(bench.charges().len(), 1, "after {mood:?}");
    }
}

/// Whatever becomes of the question with which money is taken: asked again, it was taken once.
pub async fn a_lost_confirmation_is_asked_again<B: Bench>() {
    for mood in [
        Mood::LostBefore,
        Mood::LostAfter,
        Mood::Trouble,
        Mood::TroubleAfter,
        Mood::CutShort,
        Mood::Elsewhere,
        Mood::Endless,
    ] {
        let bench = B::open().await;
        let checkout = checkout(&bench);
        let begun = bench.gateway().begin_checkout(&checkout).await.expect("begun");
        bench.act(&begun, Act::Pay).await;
        if !bench.set(mood) {
            return;
        }
        match bench.impatient().confirm(&begun.reference).await {
            // Where the money is taken on the page, this only asks.
            Ok(standing) => assert_eq!(standing.outcome, Outcome::Settled(checkout.amount)),
            answer => assert_unknown(answer),
        }
        let standing = bench.gateway().confirm(&begun.reference).await.expect("an answer");
        assert_eq!(standing.outcome, Outcome::Settled(checkout.amount), "after {mood:?}");
        assert_eq!(bench.charges().len(), 1, "after {mood:?}");
    }
}

/// Where a provider is, isn't for its answers to say: our keys would go there too.
pub async fn nobody_is_followed_elsewhere<B: Bench>() {
    let bench = B::open().await;
    let (checkout, before) = (checkout(&bench), bench.sent().len());
    if !bench.asks_to_begin() {
        let (_, _, charge) = paid(&bench, &checkout).await;
        let refund = Refund {
            key: Uuid::new_v4(),
            charge,
            amount: checkout.amount,
        };
        bench.set(Mood::Elsewhere);
        assert_unknown(bench.gateway().refund(&refund).await);
    } else if bench.set(Mood::Elsewhere) {
        assert_unknown(bench.gateway().begin_checkout(&checkout).await);
    } else {
        return;
    }
    let asked = bench.paths().split_off(before);
    assert!(!asked.iter().any(|path| path == "/elsewhere"), "{asked:?}");
}

/// Fields that nobody has heard of don't matter.
pub async fn news_in_answers_does_no_harm<B: Bench>() {
    let bench = B::open().await;
    let checkout = checkout(&bench);
    if bench.set(Mood::Chatty) {
        let (_, standing, _) = paid(&bench, &checkout).await;
        assert_eq!(standing.outcome, Outcome::Settled(checkout.amount));
    }
}
