//! A kept method is charged without its holder.

use super::{intent::store, kept::method, outcome};
use crate::{
    app::{
        App,
        identity::Viewer,
        payments,
        ports::{GatewayError, Outcome, SavedCharge},
    },
    domain::{ids::TopUpId, tenant::Tenant},
    error::Result,
    store::{saved_methods::Kept, top_ups::TopUp},
};

/// What came of a charge.
pub(super) enum Charged {
    /// The gateway's answer is written down, be it that there is none yet.
    Heard(Box<TopUp>),
    /// The bank wants to ask: the charge is declined, and this is the intent to pay the same on a page.
    Asks(Box<TopUp>),
}

/// Stores the intent and charges what was kept. Without an answer nothing is repeated: it is asked for.
///
/// # Errors
/// As [`store`]; the gateway refuses, or the database is away.
pub(super) async fn charge(app: &App, viewer: &Viewer, tenant: &Tenant, intent: TopUp, kept: Kept) -> Result<Charged> {
    let Some(method) = method(app, &kept)? else {
        return Ok(Charged::Asks(Box::new(on_a_page(intent))));
    };
    let gateway = app.gateway(&viewer.scope, intent.account).await?;
    store(app, &viewer.scope, &intent).await?;
    let charge = SavedCharge {
        intent: intent.id.uuid(),
        amount: intent.amount,
        description: tenant.name.clone(),
        method,
        hold: intent.hold.is_some(),
    };
    let (answer, asks, refused) = match gateway.charge_saved(&charge).await {
        Err(GatewayError::Declined {
            reason,
            requires_action,
        }) => (Ok(Outcome::Declined(reason).into()), requires_action, None),
        Ok(standing) => (Ok(standing), false, None),
        Err(GatewayError::Unknown(why)) => (Err(GatewayError::Unknown(why)), false, None),
        Err(error) => (Ok(payments::refused()), false, Some(error)),
    };
    let top_up = outcome::heard(app, &viewer.scope, intent.id, answer).await?;
    match refused {
        Some(error) => Err(error.into()),
        None if asks => Ok(Charged::Asks(Box::new(on_a_page(intent)))),
        None => Ok(Charged::Heard(Box::new(top_up))),
    }
}

/// Another intent for the same.
fn on_a_page(intent: TopUp) -> TopUp {
    TopUp {
        id: TopUpId::new(),
        method: None,
        ..intent
    }
}
