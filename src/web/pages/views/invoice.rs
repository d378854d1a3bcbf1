//! What a tenant paid the platform, as a page to print.

use super::Amount;
use jiff::Timestamp;
use serde::Serialize;

/// An invoice.
#[derive(Clone, Debug, Serialize)]
pub struct InvoicePage {
    /// Without gaps.
    pub number: i64,
    /// When it was paid.
    pub at: Timestamp,
    /// Who sends it: some lines.
    pub issuer: String,
    /// Who gets it.
    pub customer: String,
    /// What for.
    pub plan: String,
    /// For so many months.
    pub months: i32,
    /// Beginning of what it covers.
    pub starts: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// How much.
    pub amount: Amount,
}
