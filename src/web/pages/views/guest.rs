//! `/guest/{link}`: asked into a call.

use super::{Amount, Field, Increment, Message};
use serde::Serialize;

/// `/guest/{link}`. Posts `name`, where nobody is signed in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GuestPage {
    /// From the link.
    pub token: String,
    /// `interpreter`, `representative` or `specialist`.
    pub role: &'static str,
    /// Who asks.
    pub invited_by: String,
    /// What the call is about.
    pub service_title: String,
    /// What an interpreter speaks, ISO 639-1.
    pub languages: Vec<String>,
    /// The name of who is signed in.
    pub reader: Option<String>,
    /// The name under which one comes.
    pub name: Field,
    /// What it costs whoever comes; nothing where nobody pays. Then it posts `agreed` and `opening`, too.
    pub price: Option<GuestPrice>,
    /// Nobody is signed in, and whoever comes pays.
    pub needs_account: bool,
    /// Why one can't come in for that price.
    pub refused: Option<Message>,
    /// Why the link leads nowhere.
    pub gone: Option<Message>,
}

/// What coming in costs.
#[derive(Clone, Debug, Serialize)]
pub struct GuestPrice {
    /// A minute.
    pub rate: Amount,
    /// The same, to be agreed to.
    pub rate_minor: i64,
    /// Unit of charging.
    pub increment: Increment,
    /// Least minutes charged.
    pub minimum_min: u32,
    /// What must be in the wallet to begin.
    pub opening: Amount,
    /// The same, to be agreed to.
    pub opening_minor: i64,
}
