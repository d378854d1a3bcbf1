//! `/account`.

use super::Field;
use serde::Serialize;

/// `/account`. Posts `action`: `details` (with `name`, `time_zone`, `language`), `calls` (with `do_not_disturb`,
/// `auto_reject`, `on` when ticked) or `log_out_everywhere`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPage {
    /// Mail address; can't be changed here.
    pub email: String,
    /// Public name.
    pub name: Field,
    /// IANA zone.
    pub time_zone: Field,
    /// ISO code.
    pub language: Field,
    /// All IANA zones to choose from.
    pub zones: Vec<String>,
    /// The tenant's languages.
    pub languages: Vec<Choice>,
    /// Nobody can ring.
    pub do_not_disturb: bool,
    /// Calls are answered with "no" at once.
    pub auto_reject: bool,
    /// Places this account is logged in at.
    pub sessions: u32,
}

/// One option of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}
