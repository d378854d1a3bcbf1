//! How a tenant stands with the platform.

use crate::{
    app::App,
    domain::{
        plan::{Usage, megabytes},
        subscription::Coverage,
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, plans,
        subscription_payments::{self as payments, Payment},
        subscriptions::{self, Invoice, Terms},
    },
};

/// All that is shown of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it has paid, what it may.
    pub terms: Terms,
    /// What follows now.
    pub coverage: Coverage,
    /// What it uses.
    pub usage: Usage,
    /// What it bought, newest first.
    pub history: Vec<Invoice>,
    /// What it could buy.
    pub offers: Vec<plans::Line>,
    /// Payments without an outcome, newest first.
    pub open: Vec<Payment>,
}

impl Shown {
    /// What it bought and uses now, or used last.
    pub fn current(&self, now: Moment) -> Option<&Invoice> {
        self.history.iter().find(|bought| bought.starts <= now)
    }
}

/// How a tenant stands.
///
/// # Errors
/// The database is away.
pub async fn show(app: &App, scope: &TenantScope) -> Result<Shown> {
    let now = app.now();
    app.db
        .read(scope, move |tx| {
            let terms = subscriptions::terms(tx, now)?;
            Ok(Shown {
                coverage: terms.coverage(now),
                terms,
                usage: Usage {
                    storage_mb: megabytes(subscriptions::stored(tx)?),
                    ..subscriptions::usage(tx)?
                },
                history: subscriptions::history(tx)?,
                offers: plans::offered(tx)?,
                open: payments::open(tx)?,
            })
        })
        .await
}
