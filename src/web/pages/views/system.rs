//! Pages around the product: terms, errors, the platform's own.

use super::Message;
use jiff::Timestamp;
use serde::Serialize;

/// `/terms`.
#[derive(Clone, Debug, Serialize)]
pub struct TermsPage {
    /// Version that is accepted at registration.
    pub version: String,
    /// Since when it holds.
    pub since: Timestamp,
    /// Lowest age the tenant allows.
    pub minimum_age: u8,
}

/// Something went wrong. The words are `error_page.{status}.title` and `.text`; statuses without words use 500's.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    /// A message of its own instead of the status's text.
    pub message: Option<Message>,
    /// Seconds to wait, with 429 and 503.
    pub retry_seconds: Option<u64>,
}

/// No tenant has this host.
#[derive(Clone, Debug, Serialize)]
pub struct UnknownHostPage {
    /// As asked for.
    pub host: String,
}

/// The platform's own home.
#[derive(Clone, Debug, Serialize)]
pub struct PlatformHomePage {
    /// The demo's tenants, in development; empty otherwise.
    pub tenants: Vec<DemoTenant>,
}

/// A demo tenant.
#[derive(Clone, Debug, Serialize)]
pub struct DemoTenant {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Its theme's key, for the logo.
    pub theme: String,
    /// What it is.
    pub tagline: String,
    /// Who can log in.
    pub logins: Vec<DemoLogin>,
}

/// A demo login.
#[derive(Clone, Debug, Serialize)]
pub struct DemoLogin {
    /// What they are.
    pub role: String,
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// `/dev/mailbox`.
#[derive(Clone, Debug, Serialize)]
pub struct MailboxPage {
    /// Newest first.
    pub mails: Vec<MailRow>,
}

/// A mail in the list.
#[derive(Clone, Debug, Serialize)]
pub struct MailRow {
    /// Where it is read.
    pub url: String,
    /// Sender.
    pub from: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// When.
    pub at: Timestamp,
}

/// `/dev/mailbox/{id}`.
#[derive(Clone, Debug, Serialize)]
pub struct MailPage {
    /// Head.
    pub mail: MailRow,
    /// Plain-text part.
    pub text: String,
    /// The HTML part alone, for a sandboxed frame. That address needs `style-src 'unsafe-inline'` and
    /// `frame-ancestors 'self'`; mail is the one place where styles stand inline.
    pub html_url: String,
    /// First address in the text part, so that the mail's one step is one click away.
    pub action_url: Option<String>,
}
