//! PayPal's webhooks. PayPal is asked whether a message is its own and meant for our app's webhook:
//! <https://developer.paypal.com/api/rest/webhooks/rest/>.

use super::{
    link::Link,
    wire::{Amount, CAPTURE},
};
use crate::{
    app::ports::{Ack, Answer, Dispute, DisputeStage, GatewayError, RawWebhook, Webhook, WebhookKind},
    config::Secret,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a signature consists of: our question's name of it, and the header it comes in.
const PARTS: [(&str, &str); 5] = [
    ("auth_algo", "paypal-auth-algo"),
    ("cert_url", "paypal-cert-url"),
    ("transmission_id", "paypal-transmission-id"),
    ("transmission_sig", "paypal-transmission-sig"),
    ("transmission_time", "paypal-transmission-time"),
];

#[derive(Deserialize)]
struct Verdict {
    verification_status: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    event_type: String,
    resource: Value,
}

/// Whether it is PayPal's.
///
/// # Errors
/// `BadSignature`; `Unknown` if PayPal doesn't say.
pub(super) async fn verify(link: &Link, raw: &RawWebhook, webhook_id: &Secret) -> Answer<()> {
    let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
    let text = std::str::from_utf8(&raw.body).map_err(|_| bad("it isn't text"))?;
    serde_json::from_str::<Event>(text).map_err(|_| bad("it isn't an event"))?;
    let mut question = Map::new();
    for (name, header) in PARTS {
        let value = raw.header(header).ok_or_else(|| bad("a part of it is missing"))?;
        question.insert(name.to_owned(), value.into());
    }
    question.insert("webhook_id".to_owned(), webhook_id.expose().into());
    // The event goes back as it came: PayPal signed its bytes.
    let mut question = Value::Object(question).to_string();
    question.pop();
    question.push_str(",\"webhook_event\":");
    question.push_str(text);
    question.push('}');
    let path = "v1/notifications/verify-webhook-signature";
    match link.put_question::<Verdict>(path, &question).await {
        Ok(verdict) if verdict.verification_status == "SUCCESS" => Ok(()),
        Ok(_) => Err(bad("PayPal didn't send it")),
        Err(GatewayError::Rejected(why)) => Err(GatewayError::BadSignature(why)),
        Err(error) => Err(error),
    }
}

/// What it says.
///
/// # Errors
/// It can't be read.
pub(super) fn read(raw: &RawWebhook) -> Answer<Webhook> {
    let event: Event = serde_json::from_slice(&raw.body)
        .map_err(|error| GatewayError::Rejected(format!("the event can't be read: {error}")))?;
    let resource = &event.resource;
    let kind = match event.event_type.as_str() {
        "PAYMENT.CAPTURE.REFUNDED" | "PAYMENT.CAPTURE.REVERSED" => WebhookKind::Refund(above(resource)?),
        kind if kind.starts_with("CHECKOUT.ORDER.") => WebhookKind::Payment(text(resource, "/id")?),
        kind if kind.starts_with("PAYMENT.CAPTURE.") || kind.starts_with("PAYMENT.AUTHORIZATION.") => {
            WebhookKind::Payment(text(resource, "/supplementary_data/related_ids/order_id")?)
        }
        kind if kind.starts_with("CUSTOMER.DISPUTE.") => WebhookKind::Dispute(dispute(resource)?),
        other => WebhookKind::Other(other.to_owned()),
    };
    Ok(Webhook {
        dedup_key: event.id,
        kind,
        ack: Ack::default(),
    })
}

fn dispute(resource: &Value) -> Answer<Dispute> {
    let amount: Amount =
        serde_json::from_value(resource["dispute_amount"].clone()).map_err(|_| missing("/dispute_amount"))?;
    let capture = text(resource, "/disputed_transactions/0/seller_transaction_id")?;
    let outcome = resource
        .pointer("/dispute_outcome/outcome_code")
        .and_then(Value::as_str);
    Ok(Dispute {
        reference: text(resource, "/dispute_id")?,
        charge: format!("{CAPTURE}:{capture}"),
        amount: amount.money()?,
        reason: text(resource, "/reason")?,
        stage: match outcome {
            Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED") => DisputeStage::Lost,
            Some("RESOLVED_SELLER_FAVOUR" | "RESOLVED_WITH_PAYOUT" | "CANCELED_BY_BUYER" | "DENIED") => {
                DisputeStage::Won
            }
            // What nobody has heard of moves no money: staff see the message.
            None | Some(_) => DisputeStage::Open,
        },
    })
}

/// The capture that a refund belongs to: only its address has it.
fn above(refund: &Value) -> Answer<String> {
    let links = refund["links"].as_array().map(Vec::as_slice).unwrap_or_default();
    let up = links.iter().find(|link| link["rel"] == "up");
    let id = up.and_then(|link| link["href"].as_str()?.rsplit('/').next());
    let id = id.ok_or_else(|| missing("/links"))?;
    Ok(format!("{CAPTURE}:{id}"))
}

fn text(object: &Value, pointer: &str) -> Answer<String> {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| missing(pointer))
}

fn missing(pointer: &str) -> GatewayError {
    GatewayError::Rejected(format!("the event has no {pointer}"))
}
