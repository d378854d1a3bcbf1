//! What buyers say about calls they paid for (requirement H1).

mod rate;

pub use rate::{of_call, rate};
