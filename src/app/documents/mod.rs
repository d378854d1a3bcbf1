//! Invoices, receipts and credit notes (requirement I9). What is paid or given back asks for its document in the same
//! transaction; a job writes and numbers it, one after the other within a tenant's year.

mod compose;
mod issue;
mod show;

pub use compose::issuer;
pub use issue::issue;
pub(in crate::app) use issue::{ask, put};
pub use show::{LAST_PAGE, Listed, find, list, of};

/// The job's kind in the outbox; its payload is an [`About`](crate::domain::document::About).
pub const ISSUE_JOB: &str = "issue_document";
