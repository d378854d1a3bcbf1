//! Finding somebody to talk to (requirements B3, C4, C6).

mod facets;
mod home;
mod live;
mod offer;
mod presence;
mod search;
mod seller;
mod wish;

pub use facets::{Band, Facets};
pub use home::{Home, home};
pub use live::{Listing, live};
pub use offer::{Offer, policy};
pub(in crate::app) use presence::presence;
pub use presence::{Listed, Presence};
pub use search::{Found, search};
pub use seller::{Reader, SellerDetails, preview, seller};
pub use wish::{MOST_QUERY_CHARS, Sort, Typed, Wish};

pub use crate::store::categories::Category;

/// Sellers a page.
pub const PAGE: usize = 24;
