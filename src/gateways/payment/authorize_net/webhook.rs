//! Authorize.net's webhooks: <https://developer.authorize.net/api/reference/features/webhooks.html>. Nothing in them is
//! believed but which payment to ask about.

use super::invoice::Invoice;
use crate::{
    app::ports::{Ack, Answer, GatewayError, RawWebhook, Webhook, WebhookKind},
    config::Secret,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha512;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    notification_id: String,
    event_type: String,
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    id: String,
    invoice_number: Option<String>,
}

/// Whether it is signed with the account's signature key.
///
/// # Errors
/// `BadSignature`.
pub(super) fn verify(raw: &RawWebhook, key: &Secret) -> Answer<()> {
    let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
    let header = raw.header("x-anet-signature").ok_or_else(|| bad("there is none"))?;
    let (algorithm, signature) = header.split_once('=').ok_or_else(|| bad("it isn't one"))?;
    if !algorithm.eq_ignore_ascii_case("sha512") {
        return Err(bad("it is of another kind"));
    }
    let signature = hex::decode(signature.trim()).map_err(|_| bad("it isn't hexadecimal"))?;
    // The key is its text here, not the bytes that the text stands for.
    let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(key.expose().as_bytes());
    let mut mac = mac.map_err(|_| bad("the key is none"))?;
    mac.update(&raw.body);
    mac.verify_slice(&signature)
        .map_err(|_| bad("it isn't of this account"))
}

/// What it says.
///
/// # Errors
/// It can't be read.
pub(super) fn read(raw: &RawWebhook) -> Answer<Webhook> {
    let event: Event = serde_json::from_slice(&raw.body)
        .map_err(|error| GatewayError::Rejected(format!("the event can't be read: {error}")))?;
    let kind = match event.event_type.as_str() {
        // It names the refund, and not what is given back.
        "net.authorize.payment.refund.created" => WebhookKind::Other(event.event_type),
        kind if kind.starts_with("net.authorize.payment.") => {
            let number = event.payload.invoice_number;
            let number = number.filter(|number| Invoice::parse(number).is_some());
            WebhookKind::Payment(number.unwrap_or(event.payload.id))
        }
        _ => WebhookKind::Other(event.event_type),
    };
    Ok(Webhook {
        dedup_key: event.notification_id,
        kind,
        ack: Ack::default(),
    })
}
