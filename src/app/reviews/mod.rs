//! What people say about each other after a call (requirement H1): buyers in public, sellers to sellers.

mod rate;

pub use rate::{of_call, rate};
