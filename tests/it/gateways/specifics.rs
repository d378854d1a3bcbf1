//! What one provider has and others don't.

use super::{
    benches::{AuthorizeNetBench, Bench, NOW, PaypalBench, PayuBench, StripeBench, TwoCheckoutBench, stripe},
    contract::{checkout, paid, saved},
    stand_in::{
        Act,
        stripe::{Stripe, WEBHOOK_SECRET},
        two_checkout,
    },
};
use serde_json::{Value, json};
use tallyroom::{
    app::ports::{
        Begun, Checkout, DisputeStage, GatewayError, Outcome, Refund, SavedCharge, Sought, Step, WebhookKind,
    },
    domain::{money::Money, time::Moment},
};
use uuid::Uuid;

/// Changes the newest event of a bench; gives it signed.
fn changed(bench: &StripeBench, change: impl FnOnce(&mut Value)) -> tallyroom::app::ports::RawWebhook {
    let mut event = bench.0.books(|books| books.events.last().cloned()).expect("an event");
    change(&mut event);
    let signed = stripe::sign(&[event.to_string()], WEBHOOK_SECRET, NOW.0 / 1_000);
    signed.into_iter().next().expect("a message")
}

#[tokio::test]
async fn stripes_events_of_the_other_mode_and_unreadable_ones_are_refused() {
    let bench = StripeBench::open().await;
    paid(&bench, &checkout(&bench)).await;
    let gateway = bench.gateway();
    for change in [
        (|event: &mut Value| event["livemode"] = json!(true)) as fn(&mut Value),
        |event| event["data"] = json!({}),
        |event| event["data"]["object"]["id"] = json!(7),
        |event| *event = json!([]),
    ] {
        let answer = gateway.parse_webhook(&changed(&bench, change), NOW).await;
        assert!(matches!(answer, Err(GatewayError::Rejected(_))), "{answer:?}");
    }
    let other = changed(&bench, |event| event["type"] = json!("invoice.paid"));
    let told = gateway.parse_webhook(&other, NOW).await.expect("read");
    assert_eq!(told.kind, WebhookKind::Other("invoice.paid".to_owned()));
}

#[tokio::test]
async fn stripes_disputes_are_open_until_they_are_decided() {
    let bench = StripeBench::open().await;
    paid(&bench, &checkout(&bench)).await;
    bench.0.books(Stripe::dispute);
    for (status, stage) in [
        ("needs_response", DisputeStage::Open),
        ("under_review", DisputeStage::Open),
        ("won", DisputeStage::Won),
        ("lost", DisputeStage::Lost),
    ] {
        let raw = changed(&bench, |event| {
            event["type"] = json!("charge.dispute.closed");
            event["data"]["object"]["status"] = json!(status);
        });
        match bench.gateway().parse_webhook(&raw, NOW).await.expect("read").kind {
            WebhookKind::Dispute(dispute) => assert_eq!(dispute.stage, stage, "{status}"),
            kind => panic!("{kind:?}"),
        }
    }
}

#[tokio::test]
async fn paypals_token_is_renewed_when_it_has_run_out() {
    let bench = PaypalBench::open().await;
    let (gateway, first) = (bench.gateway(), checkout(&bench));
    gateway.begin_checkout(&first).await.expect("begun");
    gateway.begin_checkout(&first).await.expect("the same");
    let tokens = |bench: &PaypalBench| bench.paths().iter().filter(|path| path.ends_with("/token")).count();
    assert_eq!(tokens(&bench), 1, "one is enough for two");
    bench.0.books(|books| books.expire_token());
    let begun = gateway.begin_checkout(&checkout(&bench)).await.expect("with a new one");
    assert_eq!(tokens(&bench), 2);
    bench.act(&begun, Act::Pay).await;
    let standing = gateway.confirm(&begun.reference).await.expect("an answer");
    assert!(matches!(standing.outcome, Outcome::Settled(_)), "{standing:?}");
}

#[tokio::test]
async fn a_charge_that_paypal_may_have_forgotten_is_not_given_up() {
    let bench = PaypalBench::open().await;
    let (gateway, charge) = saved(&bench).await.expect("it keeps wallets");
    let sought = |since| Sought {
        intent: charge.intent,
        amount: charge.amount,
        since: Moment(NOW.0 - since),
        method: Some(charge.method.clone()),
    };
    assert_eq!(gateway.look_up(&sought(4 * 3_600_000)).await, Ok(None));
    let later = gateway.look_up(&sought(6 * 3_600_000)).await;
    assert!(matches!(later, Err(GatewayError::Unknown(_))), "{later:?}");
}

#[tokio::test]
async fn paypal_holds_nothing_of_a_wallet() {
    let bench = PaypalBench::open().await;
    let (gateway, charge) = saved(&bench).await.expect("it keeps wallets");
    let (hold, sent) = (SavedCharge { hold: true, ..charge }, bench.sent().len());
    let answer = gateway.charge_saved(&hold).await;
    assert!(matches!(answer, Err(GatewayError::Unsupported(_))), "{answer:?}");
    assert_eq!(bench.sent().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn authorize_net_keeps_a_card_once_and_charges_it_once_an_intent() {
    let bench = AuthorizeNetBench::open().await;
    let checkout = Checkout {
        save_method: true,
        ..checkout(&bench)
    };
    let (begun, standing, _) = paid(&bench, &checkout).await;
    let gateway = bench.gateway();
    let again = gateway.confirm(&begun.reference).await.expect("an answer");
    assert_eq!(again, standing, "asked again, it is the same card");
    let method = standing.saved.expect("the card");
    assert_eq!(method.label, "visa ···· 1111");
    let charge = SavedCharge {
        intent: Uuid::new_v4(),
        amount: checkout.amount,
        description: "Ten more minutes".to_owned(),
        method,
        hold: true,
    };
    let held = gateway.charge_saved(&charge).await.expect("held");
    assert_eq!(held.outcome, Outcome::Held(checkout.amount));
    assert_eq!(gateway.charge_saved(&charge).await, Ok(held));
    assert_eq!(bench.charges().len(), 2, "the page's and this one");
}

#[tokio::test]
async fn payus_shop_that_takes_payments_by_itself_is_as_good() {
    let bench = PayuBench::open().await;
    let (gateway, checkout) = (bench.gateway(), checkout(&bench));
    let begun = gateway.begin_checkout(&checkout).await.expect("begun");
    bench.act(&begun, Act::Pay).await;
    bench.take(&begun.reference);
    let standing = gateway.confirm(&begun.reference).await.expect("an answer");
    assert_eq!(standing.outcome, Outcome::Settled(checkout.amount));
}

#[tokio::test]
async fn what_2checkout_is_answered_is_signed_with_the_time() {
    let bench = TwoCheckoutBench::open().await;
    paid(&bench, &checkout(&bench)).await;
    let told = bench.webhooks().remove(0);
    let ack = bench.gateway().parse_webhook(&told, NOW).await.expect("genuine").ack;
    let parts = [
        "4654",
        "Fifteen minutes, Äpfel & <Birnen>",
        "20270115120001",
        "20270115120000",
    ];
    let signature = two_checkout::sign(two_checkout::SECRET_KEY, parts);
    assert_eq!(
        ack.body,
        format!("<sig algo=\"sha256\" date=\"20270115120000\">{signature}</sig>")
    );
}

#[tokio::test]
async fn an_order_for_tests_that_somebody_made_of_a_link_pays_nothing() {
    let bench = TwoCheckoutBench::open().await;
    let (live, checkout) = (bench.live(), checkout(&bench));
    let begun = live.begin_checkout(&checkout).await.expect("begun");
    let Step::Redirect(link) = &begun.step else {
        panic!("it has a page: {begun:?}");
    };
    assert!(link.contains("&test=0&"), "{link}");
    let forged = Begun {
        step: Step::Redirect(link.replace("&test=0&", "&test=1&")),
        ..begun.clone()
    };
    bench.act(&forged, Act::Pay).await;
    let standing = live.confirm(&begun.reference).await.expect("an answer");
    assert_eq!(standing, Outcome::Pending.into());
    bench.act(&begun, Act::Pay).await;
    let standing = live.confirm(&begun.reference).await.expect("an answer");
    assert_eq!(standing.outcome, Outcome::Settled(checkout.amount));
}

#[tokio::test]
async fn authorize_net_calls_a_payment_of_today_back_as_a_whole_only() {
    let bench = AuthorizeNetBench::open().await;
    let checkout = checkout(&bench);
    let (_, _, charge) = paid(&bench, &checkout).await;
    let gateway = bench.gateway();
    let order = |minor| Refund {
        key: Uuid::new_v4(),
        charge: charge.clone(),
        amount: Money::new(minor, checkout.amount.currency),
    };
    let part = gateway.refund(&order(100)).await;
    assert!(matches!(part, Err(GatewayError::Rejected(_))), "{part:?}");
    let whole = order(checkout.amount.minor);
    assert_eq!(gateway.look_up_refund(&whole).await, Ok(None));
    let made = gateway.refund(&whole).await.expect("called back");
    assert_eq!(made.outcome, Outcome::Settled(checkout.amount));
    assert_eq!(gateway.look_up_refund(&whole).await, Ok(Some(made.clone())));
    assert_eq!(gateway.refund(&whole).await, Ok(made), "asked for again");
    assert!(bench.charges().is_empty());
}

#[tokio::test]
async fn authorize_net_finds_a_payment_days_later() {
    let bench = AuthorizeNetBench::open().await;
    let checkout = checkout(&bench);
    let (begun, ..) = paid(&bench, &checkout).await;
    bench.settle();
    bench.clock.advance(3 * 24 * 3_600_000);
    let standing = bench.gateway().confirm(&begun.reference).await.expect("an answer");
    assert_eq!(standing.outcome, Outcome::Settled(checkout.amount));
}

/// A batch takes a refund and a charge out of the list of the day; both are found in it.
#[tokio::test]
async fn authorize_net_finds_refunds_and_charges_in_batches() {
    let bench = AuthorizeNetBench::open().await;
    let checkout = checkout(&bench);
    let (_, _, charge) = paid(&bench, &checkout).await;
    bench.settle();
    let refund = Refund {
        key: Uuid::new_v4(),
        charge,
        amount: Money::new(500, checkout.amount.currency),
    };
    let gateway = bench.gateway();
    let made = gateway.refund(&refund).await.expect("given back");
    bench.settle_refunds();
    bench.clock.advance(2 * 24 * 3_600_000);
    let found = gateway
        .look_up_refund(&refund)
        .await
        .expect("an answer")
        .expect("a refund");
    assert_eq!(
        (found.reference, found.outcome),
        (made.reference.clone(), Outcome::Settled(refund.amount))
    );
    assert_eq!(
        gateway.refund(&refund).await.map(|again| again.reference),
        Ok(made.reference),
        "once"
    );
    let sought = Sought {
        intent: checkout.intent,
        amount: checkout.amount,
        since: NOW,
        method: None,
    };
    let found = gateway.look_up(&sought).await.expect("an answer").expect("a payment");
    assert!(matches!(found.outcome, Outcome::Settled(_)), "{found:?}");
}

#[tokio::test]
async fn what_paypal_says_of_a_dispute_is_only_as_final_as_it_is_known() {
    let bench = PaypalBench::open().await;
    paid(&bench, &checkout(&bench)).await;
    for (word, stage) in [
        (None, DisputeStage::Open),
        (Some("NONE"), DisputeStage::Open),
        (Some("RESOLVED_SELLER_FAVOUR"), DisputeStage::Won),
        (Some("CANCELED_BY_BUYER"), DisputeStage::Won),
        (Some("RESOLVED_BUYER_FAVOUR"), DisputeStage::Lost),
        (Some("ACCEPTED"), DisputeStage::Lost),
        (Some("SOMETHING_NEW"), DisputeStage::Open),
    ] {
        bench.0.books(|books| books.dispute_with(word));
        let raw = bench.webhooks().pop().expect("a message");
        match bench.gateway().parse_webhook(&raw, NOW).await.expect("read").kind {
            WebhookKind::Dispute(dispute) => assert_eq!(dispute.stage, stage, "{word:?}"),
            kind => panic!("{kind:?}"),
        }
    }
}

#[tokio::test]
async fn what_two_checkout_says_of_a_claim_is_only_as_final_as_it_is_known() {
    let bench = TwoCheckoutBench::open().await;
    paid(&bench, &checkout(&bench)).await;
    for (word, stage) in [
        ("OPEN", DisputeStage::Open),
        ("WON", DisputeStage::Won),
        ("LOST", DisputeStage::Lost),
        ("ACCEPTED", DisputeStage::Lost),
        ("SOMETHING_NEW", DisputeStage::Open),
    ] {
        bench.claim(word);
        let raw = bench.webhooks().pop().expect("a message");
        match bench.gateway().parse_webhook(&raw, NOW).await.expect("read").kind {
            WebhookKind::Dispute(dispute) => assert_eq!(dispute.stage, stage, "{word}"),
            kind => panic!("{kind:?}"),
        }
    }
}
