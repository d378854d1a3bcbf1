//! Invoices, receipts and credit notes.

use super::Amount;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/account/documents`.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentsPage {
    /// Newest first.
    pub documents: Vec<DocumentRow>,
    /// Address of older ones.
    pub older_url: Option<String>,
}

/// One document.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentRow {
    /// Its id, for `/account/documents/{id}/pdf`.
    pub id: Uuid,
    /// `invoice`, `receipt` or `credit_note`.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub at: Timestamp,
    /// What was sold; empty for payments.
    pub title: String,
    /// Who did it.
    pub seller: Option<String>,
    /// The sum.
    pub total: Amount,
}
