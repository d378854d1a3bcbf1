//! The built-in test gateway's hosted page.

use super::Amount;
use serde::Serialize;

/// `/gateway/test/{reference}`. Posts `choice`: `succeed`, `decline`, `authenticate` or `timeout`; on the
/// authentication step `succeed` or `decline`. Where the card is kept, also `next`: `pays`, `asks`, `declines` or
/// `gets_lost`.
#[derive(Clone, Debug, Serialize)]
pub struct GatewayPage {
    /// The payment's reference at the gateway.
    pub reference: String,
    /// Who gets the money.
    pub merchant: String,
    /// How much.
    pub amount: Amount,
    /// The bank's step after `authenticate`.
    pub challenge: bool,
    /// The card is kept for later.
    pub keeps: bool,
    /// The card only holds it.
    pub holds: bool,
    /// Back without paying.
    pub cancel_url: String,
}
