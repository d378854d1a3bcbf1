//! All sellers of a tenant, page by page.

use super::{Listing, PAGE, Wish, presence, presence::Listed};
use crate::{
    app::App,
    domain::time::Moment,
    error::Result,
    store::{
        TenantScope, TenantTx,
        sellers::{self, Search},
    },
};

/// The `page`-th page (from 1) of everybody who has something published and is what `wish` looks for: who is on air first.
///
/// # Errors
/// There is no such category, or the database is away.
pub async fn search(app: &App, scope: &TenantScope, wish: Wish, page: u32) -> Result<Listing> {
    let (handle, own_scope, now) = (app.clone(), *scope, app.now());
    app.db
        .read(scope, move |tx| {
            let category = wish.category(tx)?;
            found(&handle, &own_scope, tx, wish.search(category.as_ref()), page, now)
        })
        .await
}

/// The same within a transaction.
pub(super) fn found(
    app: &App,
    scope: &TenantScope,
    tx: &mut TenantTx<'_>,
    mut search: Search,
    page: u32,
    now: Moment,
) -> Result<Listing> {
    let skip = (page.max(1) as usize - 1).saturating_mul(PAGE);
    let on_air = presence::on_air(app, scope, tx, &search, now)?;
    search.except.extend(on_air.iter().map(|seller| seller.card.user));
    let past = i64::try_from(skip.saturating_sub(on_air.len())).unwrap_or(i64::MAX);
    let mut sellers: Vec<Listed> = on_air.into_iter().skip(skip).take(PAGE + 1).collect();
    let room = i64::try_from(PAGE + 1 - sellers.len()).unwrap_or(0);
    let others = sellers::search(tx, &search, past, room)?;
    sellers.extend(others.into_iter().map(|card| Listed::of(app, scope, card, now)));
    let more = sellers.len() > PAGE;
    sellers.truncate(PAGE);
    Ok(Listing { sellers, more })
}
