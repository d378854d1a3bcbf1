//! What buyers and sellers write to each other, and the calls they had (requirement H5).

mod begin;
mod list;
mod read;
mod scan;
mod send_file;
mod suggest;
mod write;

pub use begin::{begin, with_seller};
pub use list::list;
pub use read::{Thread, read};
use scan::scan;
pub use send_file::{Sender, file, file_preview, send_file};
pub use suggest::suggest;
pub use write::{MOST_CHARS, write};
