//! A tenant's home.

use super::{PAGE, Presence, Wish, presence, presence::Listed, search};
use crate::{
    app::App,
    domain::time::Moment,
    error::Result,
    store::{
        TenantScope, TenantTx,
        categories::{self, Counted},
        reviews::{self, Published},
        sellers::{self, Search},
    },
};

/// On-air sellers that the home shows; the rest are under live calls.
const MOST_AVAILABLE: usize = 12;
/// Reviews that the home shows.
const PRAISE: i64 = 3;

/// What a tenant's home shows.
#[derive(Clone, Debug)]
pub struct Home {
    /// Who is on air, on the first page only.
    pub on_air: Vec<Listed>,
    /// A page of the others.
    pub others: Vec<Listed>,
    /// There is another page of them.
    pub more: bool,
    /// What it can be narrowed to, and what it is narrowed to.
    pub categories: Vec<Counted>,
    /// The last good reviews.
    pub reviews: Vec<Published>,
}

/// The home with the `page`-th page (from 1) of sellers who aren't on air; of what `wish` looks for, if that is something,
/// the `page`-th page of all who are that.
///
/// # Errors
/// There is no such category, or the database is away.
pub async fn home(app: &App, scope: &TenantScope, wish: Wish, page: u32) -> Result<Home> {
    let (handle, own_scope, now) = (app.clone(), *scope, app.now());
    app.db
        .read(scope, move |tx| {
            let category = wish.category(tx)?;
            let search = wish.search(category.as_ref());
            let (on_air, others, more) = if wish.is_narrow() {
                let found = search::found(&handle, &own_scope, tx, search, page, now)?;
                let is_on_air = |seller: &Listed| seller.presence != Presence::Away;
                let (on_air, others) = found.sellers.into_iter().partition(is_on_air);
                (on_air, others, found.more)
            } else {
                everybody(&handle, &own_scope, tx, search, page, now)?
            };
            let mut categories = categories::browsed(tx)?;
            if let Some(category) = category
                && categories.iter().all(|counted| counted.category.id != category.id)
            {
                categories.push(Counted { category, sellers: 0 });
            }
            Ok(Home {
                on_air,
                others,
                more,
                categories,
                reviews: reviews::praise(tx, PRAISE)?,
            })
        })
        .await
}

/// Some of those on air, a page of the others, and whether there are more of these.
fn everybody(
    app: &App,
    scope: &TenantScope,
    tx: &mut TenantTx<'_>,
    mut search: Search,
    page: u32,
    now: Moment,
) -> Result<(Vec<Listed>, Vec<Listed>, bool)> {
    let page = page.max(1) as usize;
    let skip = i64::try_from((page - 1).saturating_mul(PAGE)).unwrap_or(i64::MAX);
    let mut on_air = presence::on_air(app, scope, tx, &search, now)?;
    search.except.extend(on_air.iter().map(|seller| seller.card.user));
    on_air.truncate(if page == 1 { MOST_AVAILABLE } else { 0 });
    let mut others = sellers::search(tx, &search, skip, PAGE as i64 + 1)?;
    let more = others.len() > PAGE;
    others.truncate(PAGE);
    let others = others.into_iter().map(|card| Listed::of(app, scope, card, now));
    Ok((on_air, others.collect(), more))
}
