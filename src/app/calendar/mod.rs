//! A person's own calendar (requirements D1, D5).

mod feed;
mod show;

pub use feed::{Feed, FeedTalk, address_made_at, end_address, feed, new_address};
pub use show::{Agenda, MOST_DAYS, Standing, Talk, show};
