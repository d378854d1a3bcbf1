//! Finding somebody to talk to (requirements B3, C6).

mod home;
mod live;
mod offer;
mod presence;
mod search;
mod seller;

pub use home::{Home, home};
pub use live::{Listing, live};
pub use offer::{Offer, policy};
pub(in crate::app) use presence::presence;
pub use presence::{Listed, Presence};
pub use search::search;
pub use seller::{Reader, SellerDetails, preview, seller};

use crate::{
    error::{Error, Result},
    store::{
        TenantTx,
        categories::{self, Category},
        sellers::Search,
    },
};

/// What is read of a query.
const MOST_QUERY_CHARS: usize = 100;
/// Sellers a page.
pub const PAGE: usize = 24;
/// Most sellers that are looked at as switched on; whether they are online is known only outside of the database.
const MOST_SWITCHED_ON: i64 = 1_000;

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Words that must be in a name, a headline or a service's title.
    pub query: String,
    /// A category's slug.
    pub category: Option<String>,
}

impl Wish {
    /// Of what was typed; an empty category is none.
    pub fn new(query: &str, category: Option<String>) -> Self {
        Self {
            query: query.trim().chars().take(MOST_QUERY_CHARS).collect(),
            category: category.filter(|slug| !slug.is_empty()),
        }
    }

    /// It looks for something, and not for everybody.
    pub fn is_narrow(&self) -> bool {
        !self.query.is_empty() || self.category.is_some()
    }

    /// The category of that slug.
    fn category(&self, tx: &mut TenantTx<'_>) -> Result<Option<Category>> {
        let slug = self.category.as_deref();
        slug.map(|slug| categories::by_slug(tx, slug)?.ok_or_else(Error::not_found))
            .transpose()
    }

    /// As the store looks for it.
    fn search(&self, category: Option<&Category>) -> Search {
        Search {
            words: words(&self.query),
            category: category.map(|category| category.id),
            ..Search::default()
        }
    }
}

/// What was typed as words to look for: at most five, of at most 40 characters.
fn words(query: &str) -> Vec<String> {
    query
        .split_whitespace()
        .take(5)
        .map(|word| word.chars().take(40).collect())
        .collect()
}
