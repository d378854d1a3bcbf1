//! The beginning of a top-up.

use super::{RECONCILE_JOB, ReconcileTopUp, outcome, top_up_bounds};
use crate::{
    app::{
        App,
        identity::Viewer,
        payments::{FIRST_ASKED_MS, PAGE_OPEN_MS},
        ports::{Buyer, Checkout},
    },
    domain::{
        ids::{BookingId, TopUpId},
        money::{Currency, Money},
        payment::State,
    },
    error::{Error, Result},
    store::{
        jobs,
        top_ups::{self, TopUp},
    },
};

/// Payments without an outcome a person can have.
pub(super) const MOST_OPEN: i64 = 10;

/// Stores the intent to add `amount_minor`, then has the gateway open its payment page; `return_url` says where the
/// person comes back to. What it is meant to pay is paid as soon as it arrives.
///
/// # Errors
/// The amount is out of bounds, too many payments are open, the gateway doesn't answer or refuses.
pub async fn begin_top_up(
    app: &App,
    viewer: &Viewer,
    currency: Currency,
    amount_minor: i64,
    pays_for: Option<BookingId>,
    return_url: impl FnOnce(TopUpId) -> String,
) -> Result<TopUp> {
    let (least, mut most) = top_up_bounds(currency);
    if pays_for.is_some() {
        // Whatever an order costs can be paid at once.
        most.minor = most.minor.max(amount_minor);
    }
    if !(least.minor..=most.minor).contains(&amount_minor) {
        return Err(Error::field(
            "amount_minor",
            format!("Choose an amount from {least} to {most}."),
        ));
    }
    let (now, gateway) = (app.now(), app.gateways.built_in(&viewer.scope));
    let intent = TopUp {
        id: TopUpId::new(),
        user: viewer.user.id,
        gateway: gateway.provider().name().to_owned(),
        reference: None,
        pay_url: None,
        amount: Money::new(amount_minor, currency),
        state: State::Created,
        reason: None,
        created_at: now,
        pays_for,
    };
    let stored = intent.clone();
    app.db
        .tenant(&viewer.scope, move |tx| {
            if top_ups::open(tx, stored.user, MOST_OPEN)?.len() >= MOST_OPEN as usize {
                let public =
                    "You have several payments open already. Finish one of them, or wait until they have run out.";
                return Err(Error::conflict("too_many_open_top_ups", public));
            }
            top_ups::insert(tx, &stored)?;
            let payload = serde_json::to_value(ReconcileTopUp { top_up: stored.id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, now + FIRST_ASKED_MS)
        })
        .await?;
    let checkout = Checkout {
        intent: intent.id.uuid(),
        amount: intent.amount,
        description: format!("Top-up {}", intent.amount),
        return_url: return_url(intent.id),
        notify_url: None,
        open_until: now + PAGE_OPEN_MS,
        buyer: Buyer::of(&viewer.user),
        merchant: None,
        save_method: false,
        hold: false,
    };
    let begun = gateway.begin_checkout(&checkout).await;
    outcome::begun(app, &viewer.scope, intent.id, begun).await
}
