//! What every gateway keeps to, whatever the provider: each of these runs against each of them.
//!
//! What a gateway can't do it refuses; a behaviour that needs it then checks the refusal.

use super::{
    benches::{Bench, NOW},
    stand_in::{Act, Card, Mood},
};
use std::sync::Arc;
use tallyroom::{
    app::ports::{
        Answer, Begun, Buyer, Capture, Checkout, DisputeStage, GatewayError, Outcome, PaymentGateway, RawWebhook,
        Refund, SavedCharge, SavedMethod, Sought, Standing, Step, Void, WebhookKind,
    },
    domain::{gateway::Refunds, money::Money, time::Moment},
};
use uuid::Uuid;

type Gateway = Arc<dyn PaymentGateway>;

/// An intent to pay the bench's usual amount.
pub fn checkout(bench: &impl Bench) -> Checkout {
    Checkout {
        intent: Uuid::new_v4(),
        amount: bench.amounts()[0],
        description: "Fifteen minutes, Äpfel & <Birnen>".to_owned(),
        return_url: "http://lumen.localhost:8080/wallet/top-ups/1".to_owned(),
        open_until: Moment(NOW.0 + 3_600_000),
        buyer: Buyer {
            name: "Ada Ångström".to_owned(),
            email: "ada@example.org".to_owned(),
            ip: Some([203, 0, 113, 7].into()),
        },
        merchant: None,
        save_method: false,
        hold: false,
    }
}

fn sought(checkout: &Checkout) -> Sought {
    Sought {
        intent: checkout.intent,
        amount: checkout.amount,
        since: NOW,
        method: None,
    }
}

fn part(of: Money, minor: i64) -> Money {
    Money::new(minor, of.currency)
}

/// Begins and pays; gives how it stands and what captures and refunds name.
pub async fn paid(bench: &impl Bench, checkout: &Checkout) -> (Begun, Standing, String) {
    let gateway = bench.gateway();
    let begun = gateway.begin_checkout(checkout).await.expect("begun");
    bench.act(&begun, Act::Pay).await;
    let standing = gateway.confirm(&begun.reference).await.expect("an answer");
    let charge = standing.charge.clone().expect("what was charged");
    (begun, standing, charge)
}

/// Whether it said that it can't, and nothing was sent.
fn assert_cannot<T: std::fmt::Debug>(bench: &impl Bench, sent_before: usize, answer: Answer<T>) {
    assert!(matches!(answer, Err(GatewayError::Unsupported(_))), "{answer:?}");
    assert_eq!(bench.sent().len(), sent_before, "nothing was sent");
}

fn assert_unknown<T: std::fmt::Debug>(answer: Answer<T>) {
    assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{answer:?}");
}

fn assert_rejected<T: std::fmt::Debug>(answer: Answer<T>) {
    assert!(matches!(answer, Err(GatewayError::Rejected(_))), "{answer:?}");
}

/// The account can be tried without moving anything, and a stranger's can't.
pub async fn a_connection_can_be_tried<B: Bench>() {
    let bench = B::open().await;
    bench.gateway().test_connection().await.expect("taken");
    if let Some(stranger) = bench.stranger() {
        assert_rejected(stranger.test_connection().await);
        assert_rejected(stranger.begin_checkout(&checkout(&bench)).await);
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
        if !bench.set(mood) {
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
    if bench.set(Mood::Elsewhere) {
        let before = bench.sent().len();
        assert_unknown(bench.gateway().begin_checkout(&checkout(&bench)).await);
        let asked = bench.paths().split_off(before);
        assert!(!asked.iter().any(|path| path == "/elsewhere"), "{asked:?}");
    }
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

/// Saves a method by paying with it.
async fn saved(bench: &impl Bench) -> Option<(Gateway, SavedCharge)> {
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
        bench.set(mood);
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
            amount: part(checkout.amount, checkout.amount.minor / 5),
        };
        bench.set(mood);
        assert_unknown(bench.impatient().refund(&refund).await);
        let found = gateway.look_up_refund(&refund).await.expect("an answer");
        assert_eq!(found.is_some(), made, "after {mood:?}");
        assert_eq!(bench.charges()[0].refunded > 0, made, "after {mood:?}");
    }
}

/// Each message of the provider is told apart from every other and from itself sent twice, and says what to ask about.
pub async fn webhooks_say_what_to_ask_about<B: Bench>() {
    let bench = B::open().await;
    let gateway = bench.gateway();
    if !gateway.caps().webhooks {
        let raw = RawWebhook {
            headers: Vec::new(),
            body: b"{}".to_vec(),
        };
        let answer = gateway.parse_webhook(&raw, NOW).await;
        assert!(matches!(answer, Err(GatewayError::Unsupported(_))), "{answer:?}");
        return;
    }
    let checkout = checkout(&bench);
    let (begun, _, charge) = paid(&bench, &checkout).await;
    bench.settle();
    if gateway.caps().refunds == Refunds::Partial {
        let refund = Refund {
            key: Uuid::new_v4(),
            charge: charge.clone(),
            amount: part(checkout.amount, checkout.amount.minor / 5),
        };
        gateway.refund(&refund).await.expect("given back");
    }
    bench.dispute();
    let sent = bench.webhooks();
    let (mut keys, mut payments, mut disputes) = (Vec::new(), 0, 0);
    for raw in &sent {
        let told = gateway.parse_webhook(raw, NOW).await.expect("genuine");
        let again = gateway.parse_webhook(raw, NOW).await.expect("genuine again");
        assert_eq!(told, again);
        match told.kind {
            WebhookKind::Payment(reference) => {
                payments += 1;
                let standing = gateway.confirm(&reference).await.expect("it can be asked about");
                assert_eq!(standing.outcome, Outcome::Settled(checkout.amount));
            }
            WebhookKind::Refund(of) => assert_eq!(of, charge),
            WebhookKind::Dispute(dispute) => {
                disputes += 1;
                assert_eq!((dispute.charge, dispute.stage), (charge.clone(), DisputeStage::Open));
            }
            WebhookKind::Other(_) => {}
        }
        keys.push(told.dedup_key);
    }
    assert!(payments > 0, "of {} something is told", begun.reference);
    assert_eq!(disputes, usize::from(bench.disputes()));
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), sent.len(), "no two have the same key");
}

/// What isn't the provider's, isn't for this account, or was changed, is refused.
pub async fn forged_webhooks_are_refused<B: Bench>() {
    let bench = B::open().await;
    let gateway = bench.gateway();
    if !gateway.caps().webhooks {
        return;
    }
    paid(&bench, &checkout(&bench)).await;
    let sent = bench.webhooks();
    let genuine = sent.first().expect("a message");
    gateway.parse_webhook(genuine, NOW).await.expect("genuine");
    let forgeries = bench.forgeries(genuine);
    assert!(!forgeries.is_empty());
    for (nth, forged) in forgeries.iter().enumerate() {
        let answer = gateway.parse_webhook(forged, NOW).await;
        assert!(
            matches!(answer, Err(GatewayError::BadSignature(_))),
            "{nth}: {answer:?}"
        );
    }
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
    }
    let checkout = checkout(&bench);
    let (begun, _, charge) = paid(&bench, &checkout).await;
    bench.settle();
    if caps.refunds == Refunds::Partial {
        let refund = Refund {
            key: Uuid::new_v4(),
            charge,
            amount: part(checkout.amount, checkout.amount.minor / 5),
        };
        gateway.refund(&refund).await.expect("given back");
    }
    gateway.confirm(&begun.reference).await.expect("an answer");
    if let Some(written) = bench.written_by_the_provider() {
        assert_eq!(bench.sent(), written);
    }
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
