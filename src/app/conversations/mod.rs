//! What buyers and sellers write to each other, and the calls they had (requirement H5).

mod list;
mod read;
mod write;

pub use list::list;
pub use read::{Thread, read};
pub use write::{MOST_CHARS, write};
