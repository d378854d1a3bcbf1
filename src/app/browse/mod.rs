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
pub use presence::{Listed, Presence};
pub use search::search;
pub use seller::{Reader, SellerDetails, seller};

/// Sellers a page.
pub const PAGE: usize = 24;
/// Most sellers that are looked at as switched on; whether they are online is known only outside of the database.
const MOST_SWITCHED_ON: i64 = 1_000;

/// What was typed as words to look for: at most five, of at most 40 characters.
fn words(query: &str) -> Vec<String> {
    query
        .split_whitespace()
        .take(5)
        .map(|word| word.chars().take(40).collect())
        .collect()
}
