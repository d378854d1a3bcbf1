//! Live calls: who is available now (requirement C6).

use super::{PAGE, presence, presence::Listed};
use crate::{app::App, domain::ids::UserId, error::Result, store::TenantScope};

/// A page of sellers.
#[derive(Clone, Debug)]
pub struct Listing {
    /// In order.
    pub sellers: Vec<Listed>,
    /// There is another page.
    pub more: bool,
}

/// The `page`-th page (from 1) of those who are switched on and here: the available, then those in a call; not those who
/// are kept from the reader.
///
/// # Errors
/// The database is away.
pub async fn live(app: &App, scope: &TenantScope, without: Vec<UserId>, page: u32) -> Result<Listing> {
    let (handle, own_scope, now) = (app.clone(), *scope, app.now());
    let all = app
        .db
        .read(scope, move |tx| presence::on_air(&handle, &own_scope, tx, now));
    let mut all = all.await?;
    all.retain(|seller| !without.contains(&seller.card.user));
    let skip = (page.max(1) as usize - 1).saturating_mul(PAGE);
    let more = all.len() > skip.saturating_add(PAGE);
    Ok(Listing {
        sellers: all.into_iter().skip(skip).take(PAGE).collect(),
        more,
    })
}
