//! A person's own calendar (requirements D1, D5).

mod feed;
mod import;
mod show;

pub use feed::{Feed, FeedTalk, address_made_at, end_address, feed, new_address};
pub(in crate::app) use import::read_again;
pub use import::{Job, READ_JOB, end_import, import, import_from, import_now, read_import};
pub use show::{Agenda, MOST_DAYS, Standing, Talk, show};
