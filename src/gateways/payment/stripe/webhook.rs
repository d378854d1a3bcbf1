//! Stripe's webhooks: <https://docs.stripe.com/webhooks#verify-manually>.

use super::currency;
use crate::{
    app::ports::{Ack, Answer, Dispute, DisputeStage, GatewayError, RawWebhook, Webhook, WebhookKind},
    config::Secret,
    domain::{gateway::Mode, time::Moment},
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

/// How old a message may be, or how far its clock may be ahead.
const TOLERANCE_S: i64 = 300;

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

/// Whether it comes from Stripe, is for the endpoint with this secret, and is new.
///
/// # Errors
/// `BadSignature`.
pub(super) fn verify(webhook: &RawWebhook, secret: &Secret, now: Moment) -> Answer<()> {
    let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
    let header = webhook.header("stripe-signature").ok_or_else(|| bad("there is none"))?;
    let parts: Vec<(&str, &str)> = header.split(',').filter_map(|part| part.split_once('=')).collect();
    let timestamp = parts.iter().find(|(name, _)| *name == "t").map(|(_, value)| *value);
    let timestamp = timestamp.ok_or_else(|| bad("it has no time"))?;
    let sent: i64 = timestamp.parse().map_err(|_| bad("its time is none"))?;
    let signed = parts.iter().filter(|(name, _)| *name == "v1").any(|(_, signature)| {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.expose().as_bytes());
        let (Ok(mut mac), Ok(signature)) = (mac, hex::decode(signature)) else {
            return false;
        };
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(&webhook.body);
        mac.verify_slice(&signature).is_ok()
    });
    if !signed {
        return Err(bad("it isn't of this endpoint"));
    }
    if (now.0 / 1_000).abs_diff(sent) > TOLERANCE_S.unsigned_abs() {
        return Err(bad("it is old"));
    }
    Ok(())
}

/// What it says.
///
/// # Errors
/// It can't be read, or is of the other mode.
pub(super) fn read(webhook: &RawWebhook, mode: Mode) -> Answer<Webhook> {
    let event: Event = serde_json::from_slice(&webhook.body)
        .map_err(|error| GatewayError::Rejected(format!("the event can't be read: {error}")))?;
    if event.livemode != (mode == Mode::Live) {
        return Err(GatewayError::Rejected("the event is of the other mode".to_owned()));
    }
    let object = &event.data.object;
    let kind = match event.kind.as_str() {
        kind if kind.starts_with("checkout.session.") || kind.starts_with("payment_intent.") => {
            WebhookKind::Payment(text(object, "id")?)
        }
        // Both are told of the same refund; either way its charge is asked about.
        "charge.refunded" | "refund.created" | "refund.updated" | "refund.failed" => {
            WebhookKind::Refund(text(object, "payment_intent")?)
        }
        "charge.dispute.created" | "charge.dispute.updated" | "charge.dispute.closed" => {
            WebhookKind::Dispute(dispute(object)?)
        }
        other => WebhookKind::Other(other.to_owned()),
    };
    Ok(Webhook {
        dedup_key: event.id,
        kind,
        ack: Ack::default(),
    })
}

fn dispute(object: &Value) -> Answer<Dispute> {
    let units = object["amount"].as_i64().unwrap_or_default();
    let amount = currency::amount(units, &text(object, "currency")?);
    Ok(Dispute {
        reference: text(object, "id")?,
        charge: text(object, "payment_intent")?,
        amount: amount.ok_or_else(|| missing("amount"))?,
        reason: text(object, "reason")?,
        stage: match text(object, "status")?.as_str() {
            "won" | "warning_closed" | "prevented" => DisputeStage::Won,
            "lost" => DisputeStage::Lost,
            _ => DisputeStage::Open,
        },
    })
}

fn text(object: &Value, field: &str) -> Answer<String> {
    let text = object[field].as_str().map(str::to_owned);
    text.ok_or_else(|| missing(field))
}

fn missing(field: &str) -> GatewayError {
    GatewayError::Rejected(format!("the event has no {field}"))
}
