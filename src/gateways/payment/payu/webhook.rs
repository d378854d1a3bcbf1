//! PayU's notifications, signed by a digest of the body with a key behind it:
//! <https://developers.payu.com/europe/docs/payment-flows/lifecycle/>.

use super::wire::Refund;
use crate::{
    app::ports::{Ack, Answer, GatewayError, RawWebhook, Webhook, WebhookKind},
    config::Secret,
};
use md5::Md5;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    order: Option<Changed>,
    order_id: Option<String>,
    refund: Option<Refund>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    order_id: String,
    status: String,
}

/// Whether it is of this account.
///
/// # Errors
/// `BadSignature`.
pub(super) fn verify(raw: &RawWebhook, key: &Secret) -> Answer<()> {
    let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
    let header = raw.header("openpayu-signature").ok_or_else(|| bad("there is none"))?;
    let part = |name: &str| {
        let mut parts = header.split(';').filter_map(|part| part.split_once('='));
        parts.find(|(other, _)| *other == name).map(|(_, value)| value)
    };
    let signature = part("signature").ok_or_else(|| bad("it isn't one"))?;
    let signature = hex::decode(signature).map_err(|_| bad("it isn't hexadecimal"))?;
    let signed = [raw.body.as_slice(), key.expose().as_bytes()].concat();
    let digest = match part("algorithm") {
        Some("MD5") => <Md5 as md5::Digest>::digest(&signed).to_vec(),
        Some("SHA-256" | "SHA256") => Sha256::digest(&signed).to_vec(),
        _ => return Err(bad("it is of another kind")),
    };
    // Of their digests, so that how long it takes tells nothing of how much of it was right.
    if Sha256::digest(&digest) == Sha256::digest(&signature) {
        Ok(())
    } else {
        Err(bad("it isn't of this account"))
    }
}

/// What it says.
///
/// # Errors
/// It can't be read.
pub(super) fn read(raw: &RawWebhook) -> Answer<Webhook> {
    let event: Event = serde_json::from_slice(&raw.body)
        .map_err(|error| GatewayError::Rejected(format!("the notification can't be read: {error}")))?;
    let (dedup_key, kind) = match (event.order, event.order_id, event.refund) {
        (Some(order), ..) => (
            format!("{}:{}", order.order_id, order.status),
            WebhookKind::Payment(order.order_id),
        ),
        (None, Some(order), Some(refund)) => (
            format!("{order}:{}:{}", refund.refund_id, refund.status),
            WebhookKind::Refund(order),
        ),
        _ => return Err(GatewayError::Rejected("the notification is about nothing".to_owned())),
    };
    Ok(Webhook {
        dedup_key,
        kind,
        ack: Ack::default(),
    })
}
