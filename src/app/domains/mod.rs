//! Domains of tenants' own: claimed in the console, proved by a record in the DNS, looked at again for as long as they
//! are served.

mod check;
mod claim;

pub use check::{CHECK_JOB, Job, check, check_now};
pub use claim::{choose_address, claim, remove};
