//! A tenant's home.

use super::{PAGE, facets::Narrowing, presence, presence::Listed, search};
use crate::{
    app::App,
    domain::ids::UserId,
    error::Result,
    store::{
        TenantScope,
        categories::{self, Counted},
        reviews::{self, Published},
        seller_search::{self, Query},
    },
};

/// On-air sellers that the home shows; the rest are under live calls.
const MOST_AVAILABLE: usize = 12;
/// Reviews that the home shows.
const PRAISE: i64 = 3;

/// What a tenant's home shows.
#[derive(Clone, Debug)]
pub struct Home {
    /// Who is on air.
    pub on_air: Vec<Listed>,
    /// The best of the others.
    pub others: Vec<Listed>,
    /// There are more of them.
    pub more: bool,
    /// Where to look.
    pub categories: Vec<Counted>,
    /// The last good reviews.
    pub reviews: Vec<Published>,
}

/// The home: who is on air, and as many others as a page has; not those who are kept from the reader. Most readers share
/// one list, so what somebody has planned themselves isn't left out of what is free.
///
/// # Errors
/// The database is away.
pub async fn home(app: &App, scope: &TenantScope, without: Vec<UserId>) -> Result<Home> {
    let (handle, own_scope, now) = (app.clone(), *scope, app.now());
    app.db
        .read(scope, move |tx| {
            let mut on_air = presence::on_air(&handle, &own_scope, tx, now)?;
            let are_on_air: Vec<UserId> = on_air.iter().map(|seller| seller.card.user).collect();
            on_air.retain(|seller| !without.contains(&seller.card.user));
            on_air.truncate(MOST_AVAILABLE);
            let query = Query {
                most: are_on_air.len() + without.len() + PAGE + 1,
                ..Query::default()
            };
            let others = seller_search::find(tx, &query)?.into_iter().map(|one| one.seller);
            let mut others: Vec<UserId> = others
                .filter(|seller| !are_on_air.contains(seller) && !without.contains(seller))
                .collect();
            let more = others.len() > PAGE;
            others.truncate(PAGE);
            Ok(Home {
                on_air,
                others: search::listed(&handle, &own_scope, tx, (&others, None), &Narrowing::default(), now)?,
                more,
                categories: categories::browsed(tx)?,
                reviews: reviews::praise(tx, PRAISE)?,
            })
        })
        .await
}
