//! All sellers of a tenant, page by page.

use super::{Listing, PAGE, presence, presence::Listed, words};
use crate::{
    app::App,
    error::Result,
    store::{
        TenantScope,
        sellers::{self, Search},
    },
};

/// The `page`-th page (from 1) of everybody who has something published and matches `query`: who is on air first.
///
/// # Errors
/// The database is away.
pub async fn search(app: &App, scope: &TenantScope, query: &str, page: u32) -> Result<Listing> {
    let (handle, own_scope, now, words) = (app.clone(), *scope, app.now(), words(query));
    let skip = (page.max(1) as usize - 1).saturating_mul(PAGE);
    app.db
        .read(scope, move |tx| {
            let on_air = presence::on_air(&handle, &own_scope, tx, &words, now)?;
            let except = on_air.iter().map(|seller| seller.card.user).collect();
            let search = Search {
                words,
                switched_on_at: None,
                except,
            };
            let past = i64::try_from(skip.saturating_sub(on_air.len())).unwrap_or(i64::MAX);
            let mut sellers: Vec<Listed> = on_air.into_iter().skip(skip).take(PAGE + 1).collect();
            let room = i64::try_from(PAGE + 1 - sellers.len()).unwrap_or(0);
            let others = sellers::search(tx, &search, past, room)?;
            sellers.extend(
                others
                    .into_iter()
                    .map(|card| Listed::of(&handle, &own_scope, card, now)),
            );
            let more = sellers.len() > PAGE;
            sellers.truncate(PAGE);
            Ok(Listing { sellers, more })
        })
        .await
}
