//! What providers tell by themselves.

use super::{checkout, paid, refundable};
use crate::gateways::benches::{Bench, NOW};
use tallyroom::{
    app::ports::{DisputeStage, GatewayError, Outcome, RawWebhook, Refund, WebhookKind},
    domain::gateway::Refunds,
};
use uuid::Uuid;

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
    if gateway.caps().refunds != Refunds::None {
        let refund = Refund {
            key: Uuid::new_v4(),
            charge: charge.clone(),
            amount: refundable(&gateway.caps(), checkout.amount),
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
