//! A message arrives.

use super::{PROCESS_JOB, Told};
use crate::{
    app::{
        App,
        ports::{Ack, GatewayError, RawWebhook, WebhookKind},
    },
    domain::ids::GatewayAccountId,
    error::{Error, Result},
    store::{
        TenantScope,
        gateway_inbox::{self, Message, State},
        jobs,
    },
};
use anyhow::anyhow;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Headers that are kept: providers' own, and none that could hold somebody's password.
const KEPT_HEADERS: [&str; 3] = ["content-type", "user-agent", "x-forwarded-for"];

/// Checks that a message comes from the account's provider, keeps it, and has it looked into. Gives what the provider wants
/// to hear. The same message again changes nothing; what isn't from there is kept for staff to see.
///
/// # Errors
/// It isn't from there, the account isn't there, or it can't be checked or kept now: then the provider sends it again.
pub async fn receive(app: &App, scope: &TenantScope, account: GatewayAccountId, raw: RawWebhook) -> Result<Ack> {
    let gateway = app.gateway(scope, Some(account)).await?;
    let now = app.now();
    let parsed = gateway.parse_webhook(&raw, now).await;
    let mut message = Message {
        id: Uuid::now_v7(),
        account,
        dedup_key: String::new(),
        received_at: now,
        headers: headers(&raw),
        body: raw.body,
        state: State::Received,
        told: String::new(),
        repeats: 0,
    };
    let webhook = match parsed {
        Ok(webhook) => webhook,
        Err(GatewayError::Unknown(why)) => return Err(Error::unavailable(anyhow!("it can't be checked: {why}"))),
        Err(error) => {
            message.dedup_key = format!("refused:{}", hex::encode(Sha256::digest(&message.body)));
            message.state = State::Refused;
            message.told = error.to_string();
            app.db.tenant(scope, move |tx| gateway_inbox::put(tx, &message)).await?;
            return Err(error.into());
        }
    };
    message.dedup_key = webhook.dedup_key;
    message.told = told(&webhook.kind);
    let about = webhook.kind;
    app.db
        .tenant(scope, move |tx| {
            if gateway_inbox::put(tx, &message)? {
                let work = Told {
                    message: message.id,
                    about,
                };
                jobs::enqueue(
                    tx,
                    PROCESS_JOB,
                    serde_json::to_value(work).map_err(Error::internal)?,
                    now,
                )?;
            }
            Ok(())
        })
        .await?;
    Ok(webhook.ack)
}

fn headers(raw: &RawWebhook) -> Value {
    let kept = raw.headers.iter().filter(|(name, _)| {
        let own = name.starts_with("x-") || name.contains("signature") || name.starts_with("paypal-");
        own || KEPT_HEADERS.contains(&name.as_str())
    });
    kept.map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect()
}

/// For staff.
fn told(kind: &WebhookKind) -> String {
    match kind {
        WebhookKind::Payment(reference) => format!("payment {reference}"),
        WebhookKind::Refund(charge) => format!("refund of {charge}"),
        WebhookKind::Dispute(dispute) => format!("dispute {} of {}", dispute.reference, dispute.charge),
        WebhookKind::Other(name) => name.clone(),
    }
}
