//! A tenant's home.

use super::{PAGE, Wish, presence, presence::Listed};
use crate::{
    app::App,
    error::Result,
    store::{
        TenantScope,
        categories::{self, Counted},
        reviews::{self, Published},
        sellers,
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
    /// What it can be narrowed to.
    pub categories: Vec<Counted>,
    /// The last good reviews.
    pub reviews: Vec<Published>,
}

/// The home with the `page`-th page (from 1) of sellers who aren't on air, narrowed to what `wish` looks for.
///
/// # Errors
/// There is no such category, or the database is away.
pub async fn home(app: &App, scope: &TenantScope, wish: Wish, page: u32) -> Result<Home> {
    let (handle, own_scope, now) = (app.clone(), *scope, app.now());
    let page = page.max(1) as usize;
    let skip = i64::try_from((page - 1).saturating_mul(PAGE)).unwrap_or(i64::MAX);
    app.db
        .read(scope, move |tx| {
            let category = wish.category(tx)?;
            let mut search = wish.search(category.as_ref());
            let mut on_air = presence::on_air(&handle, &own_scope, tx, &search, now)?;
            search.except = on_air.iter().map(|seller| seller.card.user).collect();
            on_air.truncate(if page == 1 { MOST_AVAILABLE } else { 0 });
            let mut others = sellers::search(tx, &search, skip, PAGE as i64 + 1)?;
            let more = others.len() > PAGE;
            others.truncate(PAGE);
            let others = others
                .into_iter()
                .map(|card| Listed::of(&handle, &own_scope, card, now))
                .collect();
            Ok(Home {
                on_air,
                others,
                more,
                categories: categories::browsed(tx)?,
                reviews: reviews::praise(tx, PRAISE)?,
            })
        })
        .await
}
