//! Plans to look at. Subscriptions stay switched off: the demo's tenants pay nothing unless somebody tries it.

use crate::{
    app::App,
    domain::{
        ids::PlanId,
        money::{Currency, Money},
        plan::Limits,
    },
    error::{Error, Kind, Result},
    store::plans::{self, Plan},
};
use anyhow::anyhow;

/// Name, price in minor units, months, and the most sellers, staff and calls at once.
const PLANS: [(&str, i64, i32, [u32; 3]); 2] = [("Start", 4_900, 1, [10, 3, 5]), ("Studio", 49_900, 12, [100, 20, 50])];

/// Adds the plans that are missing.
pub(super) async fn put(app: &App) -> Result<()> {
    let currency = Currency::parse("EUR").ok_or_else(|| Error::internal(anyhow!("the demo's currency is unknown")))?;
    for (name, price_minor, months, [sellers, staff, calls]) in PLANS {
        let plan = Plan {
            id: PlanId::new(),
            name: name.to_owned(),
            price: Money::new(price_minor, currency),
            months,
            limits: Limits {
                sellers: Some(sellers),
                staff: Some(staff),
                concurrent_calls: Some(calls),
                ..Limits::default()
            },
            offered: true,
        };
        let now = app.now();
        match app.db.system(move |tx| plans::insert(tx, &plan, now)).await {
            // There is one of that name.
            Err(error) if matches!(error.kind, Kind::Invalid { .. }) => {}
            other => other?,
        }
    }
    Ok(())
}
