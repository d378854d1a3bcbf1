//! `/guest/{link}`: asked into a call.

use super::{Field, Message};
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
    /// Why the link leads nowhere.
    pub gone: Option<Message>,
}
