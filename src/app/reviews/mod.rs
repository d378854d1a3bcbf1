//! What people say about each other after a call (requirement H1): buyers in public, sellers to sellers. Whoever is
//! reviewed in public can answer once, and whoever is signed in can report what shouldn't be read.

mod rate;
mod read;
mod reply;
mod report;

pub use rate::{of_call, rate};
pub use read::{Read, read};
pub use reply::reply;
pub use report::report;
