//! What a message is about is looked into.

use super::Told;
use crate::{
    app::{App, ports::WebhookKind, wallet},
    domain::ids::GatewayAccountId,
    error::Result,
    store::{
        TenantScope,
        gateway_inbox::{self, State},
        top_ups,
    },
};

/// Asks the provider about what it told of, and writes down what comes of it. Doing it again changes nothing.
///
/// # Errors
/// The database is away, or an answer contradicts what was asked for; the job runner tries again.
pub async fn process(app: &App, scope: &TenantScope, Told { message, about }: Told) -> Result<()> {
    let kept = app.db.read(scope, move |tx| gateway_inbox::find(tx, message)).await?;
    if kept.state != State::Received {
        return Ok(());
    }
    let told = match about {
        WebhookKind::Payment(reference) => payment(app, scope, kept.account, reference).await?,
        WebhookKind::Refund(charge) => format!("refund of {charge}"),
        WebhookKind::Dispute(dispute) => format!("dispute {} of {}", dispute.reference, dispute.charge),
        WebhookKind::Other(name) => name,
    };
    app.db
        .tenant(scope, move |tx| gateway_inbox::done(tx, message, &told))
        .await
}

async fn payment(app: &App, scope: &TenantScope, account: GatewayAccountId, reference: String) -> Result<String> {
    let named = reference.clone();
    let found = app
        .db
        .read(scope, move |tx| top_ups::by_reference(tx, account, &named))
        .await?;
    let Some(id) = found else {
        // Begun a moment ago, or not by us; in either case it is asked for by its intent.
        return Ok(format!("payment {reference}: none of ours has this name"));
    };
    let top_up = wallet::ask(app, scope, id).await?;
    Ok(format!("payment {reference}: {}", top_up.state.name()))
}
