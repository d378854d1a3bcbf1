//! What every gateway keeps to, whatever the provider: each of these runs against each of them.
//!
//! What a gateway can't do it refuses; a behaviour that needs it then checks the refusal.

mod charging;
mod giving_back;
mod paying;
mod silence;
mod webhooks;

pub use charging::{a_lost_charge_is_looked_up, a_saved_method_is_charged, saved, what_is_held_is_captured_or_let_go};
pub use giving_back::{a_lost_refund_is_looked_up, a_payment_is_given_back_in_parts};
pub use paying::{
    a_connection_can_be_tried, a_declined_card_moves_nothing, an_intent_is_one_payment,
    messages_are_as_the_provider_writes_them, no_card_number_passes_through_us, what_cannot_be_said_is_not_sent,
    what_was_asked_for_is_paid_once,
};
pub use silence::{
    a_lost_confirmation_is_asked_again, news_in_answers_does_no_harm, nobody_is_followed_elsewhere,
    silence_is_no_answer,
};
pub use webhooks::{forged_webhooks_are_refused, webhooks_say_what_to_ask_about};

use super::{
    benches::{Bench, NOW},
    stand_in::Act,
};
use std::sync::Arc;
use tallyroom::{
    app::ports::{Answer, Begun, Buyer, Checkout, GatewayError, PaymentGateway, Sought, Standing},
    domain::{
        gateway::{Caps, Refunds},
        money::Money,
        time::Moment,
    },
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
        notify_url: Some("http://lumen.localhost:8080/webhooks/1".to_owned()),
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

/// A fifth, where parts can be given back.
fn refundable(caps: &Caps, amount: Money) -> Money {
    match caps.refunds {
        Refunds::Partial => part(amount, amount.minor / 5),
        Refunds::None | Refunds::Whole => amount,
    }
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
