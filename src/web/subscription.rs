//! A tenant's subscription as both consoles show it.

use crate::{
    app::subscriptions::Shown,
    domain::{
        payment::State,
        plan::{Limits, Usage},
        subscription::Coverage,
        time::Moment,
    },
    store::{plans::Line, subscription_payments::Payment, subscriptions::Invoice},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a tenant stands with the platform.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscription {
    /// `free`: it needs none; `paid`; `grace`: it wasn't paid on, and everything goes on until `stops_at`; `stopped`: no
    /// new calls.
    state: &'static str,
    /// What it uses now, or used last.
    plan: Option<CurrentPlan>,
    /// The end of all that was paid for.
    #[schema(value_type = Option<i64>)]
    expires_at: Option<Moment>,
    /// When new calls stop, or did.
    #[schema(value_type = Option<i64>)]
    stops_at: Option<Moment>,
    /// The most of everything.
    limits: Limits,
    /// What is in use.
    usage: Usage,
    /// What was bought, newest first.
    history: Vec<Invoice>,
    /// What can be bought.
    offers: Vec<Line>,
    /// Payments without an outcome, newest first.
    open: Vec<PaymentView>,
}

/// A plan as it was bought.
#[derive(Serialize, ToSchema)]
struct CurrentPlan {
    name: String,
    price_minor: i64,
    currency: String,
    interval_months: i32,
}

impl Subscription {
    pub fn of(shown: Shown, now: Moment) -> Self {
        let state = match shown.coverage {
            Coverage::Free => "free",
            Coverage::Paid { .. } => "paid",
            Coverage::Grace { .. } => "grace",
            Coverage::Stopped { .. } => "stopped",
        };
        let plan = shown.current(now).map(|bought| CurrentPlan {
            name: bought.plan.clone(),
            price_minor: bought.amount_minor,
            currency: bought.currency.clone(),
            interval_months: bought.interval_months,
        });
        Self {
            state,
            plan,
            expires_at: shown.terms.account.paid_until,
            stops_at: shown.terms.account.stops_at(&shown.terms.zone),
            limits: shown.terms.limits,
            usage: shown.usage,
            history: shown.history,
            offers: shown.offers,
            open: shown.open.into_iter().map(PaymentView::from).collect(),
        }
    }
}

/// A payment for a plan.
#[derive(Serialize, ToSchema)]
pub(super) struct PaymentView {
    id: Uuid,
    /// `pending`, `settled`, `declined`, or `unknown`: then don't pay again, it is being found out.
    state: &'static str,
    /// What for.
    plan: String,
    amount_minor: i64,
    currency: &'static str,
    /// Where to pay, while one can.
    redirect_url: Option<String>,
    /// Why it was declined.
    reason: Option<String>,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let state = payment.state.seen();
        Self {
            id: payment.id.uuid(),
            state: state.name(),
            plan: payment.plan_name,
            amount_minor: payment.amount.minor,
            currency: payment.amount.currency.code(),
            redirect_url: payment.pay_url.filter(|_| state == State::Pending),
            reason: payment.reason,
        }
    }
}
