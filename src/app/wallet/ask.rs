//! The gateway is asked what became of a payment.

use super::{hold, kept, outcome};
use crate::{
    app::{
        App, payments,
        ports::{Answer, GatewayError, Outcome, SavedMethod, Sought, Standing},
    },
    domain::{ids::TopUpId, payment::State},
    error::Result,
    store::{
        TenantScope, saved_methods,
        top_ups::{self, TopUp},
    },
};

/// Asks the gateway that took a payment how it stands, and writes the answer down. One whose page never opened is looked
/// for by its intent. What is in the wallet isn't asked about, nor what is held, which has a job; what was declined is: people have
/// paid late.
///
/// # Errors
/// It isn't there, the answer contradicts the intent, or the database is away. A gateway that doesn't answer is no error.
pub(in crate::app) async fn ask(app: &App, scope: &TenantScope, id: TopUpId) -> Result<TopUp> {
    let top_up = app.db.read(scope, move |tx| top_ups::find(tx, id)).await?;
    if matches!(top_up.state, State::Settled | State::Held | State::Released) {
        return Ok(top_up);
    }
    match answer(app, scope, &top_up).await? {
        Some(answer) => outcome::heard(app, scope, id, answer).await,
        None => Ok(top_up),
    }
}

/// Nothing if it is too early to say anything.
async fn answer(app: &App, scope: &TenantScope, top_up: &TopUp) -> Result<Option<Answer<Standing>>> {
    let gateway = app.gateway(scope, top_up.account).await?;
    if let (Some(_), Some(name)) = (&top_up.reference, hold::known_as(top_up)) {
        return Ok(Some(gateway.confirm(name).await));
    }
    let sought = Sought {
        intent: top_up.id.uuid(),
        amount: top_up.amount,
        since: top_up.created_at,
        method: method(app, scope, top_up).await?,
    };
    Ok(match gateway.look_up(&sought).await {
        Ok(Some(standing)) => Some(Ok(standing)),
        Ok(None) => payments::never_opened(top_up.created_at, app.now()).map(|standing| {
            Ok(match top_up.method {
                Some(_) => Outcome::Declined("Your card wasn't charged.".to_owned()).into(),
                None => standing,
            })
        }),
        // Nobody was sent to pay, or it is unknown already: that it doesn't answer isn't worth telling.
        Err(GatewayError::Unknown(_)) => None,
        Err(error) => Some(Err(error)),
    })
}

/// What was to be charged, for a charge without a page.
async fn method(app: &App, scope: &TenantScope, top_up: &TopUp) -> Result<Option<SavedMethod>> {
    let Some(id) = top_up.method else {
        return Ok(None);
    };
    let found = app.db.read(scope, move |tx| saved_methods::find(tx, id)).await?;
    kept::method(app, &found)
}
