//! What buyers say about calls they paid for (requirement H1).

mod of_call;
mod rate;

pub use of_call::of_call;
pub use rate::{of_call, rate};
