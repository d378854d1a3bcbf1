//! When a seller is there to be booked (requirement D1).

mod except;
mod save;
mod show;

pub use except::{drop_exceptions, except};
pub use save::{DAYS, HoursDraft, WeekDraft, replace, save_week};
pub use show::{Opening, openings, show};
