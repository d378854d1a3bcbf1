//! Showing who one is.

use super::{Field, Message};
use serde::Serialize;

/// `/account/identity`. Posts a form with the files `document` and `selfie`.
#[derive(Clone, Debug, Serialize)]
pub struct CheckPage {
    /// It is asked for before one sells.
    pub before_selling: bool,
    /// It is asked for before one buys.
    pub before_buying: bool,
    /// `waiting`, `approved`, `declined` or `lapsed`; none if nothing was sent yet.
    pub state: Option<&'static str>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The reader sells, or has begun to.
    pub sells: bool,
    /// So many days after the decision the pictures are deleted.
    pub kept_days: i64,
    /// Only its error is used.
    pub document: Field,
    /// Only its error is used.
    pub selfie: Field,
    /// Why it couldn't be sent.
    pub error: Option<Message>,
}
