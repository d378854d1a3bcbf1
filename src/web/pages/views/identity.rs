//! Getting in: register, log in, forgotten passwords, verification.

use super::{Choice, Field, Message};
use serde::Serialize;

/// `/register`. Posts `name`, `email`, `password`, `time_zone`, `language`, `of_age`, `accept_terms` (both `on`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct RegisterPage {
    /// Shown to others.
    pub name: Field,
    /// Mail address.
    pub email: Field,
    /// Only its error is used.
    pub password: Field,
    /// IANA zone; the browser fills in its own when this is empty.
    pub time_zone: Field,
    /// ISO code; the page's language when empty.
    pub language: Field,
    /// Ticked, and what is wrong with it.
    pub of_age: Field,
    /// Ticked, and what is wrong with it.
    pub accept_terms: Field,
    /// Lowest age the tenant allows.
    pub minimum_age: u8,
    /// Fewest characters of a password.
    pub password_min: u8,
    /// Set once the mail is on its way: the page then says so instead of showing the form.
    pub sent_to: Option<String>,
    /// Where to go afterwards (a path on this host), kept through the forms.
    pub next: Option<String>,
    /// In development the page links to the mailbox.
    pub mailbox_url: Option<String>,
}

/// `/login`. Posts `email`, `password`, `next`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoginPage {
    /// Mail address.
    pub email: Field,
    /// What is wrong with the whole (never which of the two).
    pub error: Option<Message>,
    /// Where to go afterwards (a path on this host).
    pub next: Option<String>,
    /// Demo people to log in as, in development: label and address.
    pub demo: Vec<Choice>,
    /// Their password.
    pub demo_password: Option<String>,
}

/// `/login/code`, after the password of whoever has a second factor. Posts `code`, `next`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LogInCodePage {
    /// Six digits of an authenticator, or a recovery code.
    pub code: Field,
    /// Where to go afterwards (a path on this host).
    pub next: Option<String>,
}

/// `/forgot`. Posts `email`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ForgotPage {
    /// Mail address.
    pub email: Field,
    /// Set once a mail is on its way (or would be: the page doesn't tell).
    pub sent_to: Option<String>,
    /// In development the page links to the mailbox.
    pub mailbox_url: Option<String>,
}

/// `/reset?token=`. Posts `token`, `password`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ResetPage {
    /// From the mail.
    pub token: String,
    /// Only its error is used.
    pub password: Field,
    /// Fewest characters.
    pub password_min: u8,
    /// The link is used up or too old: offers a new one.
    pub expired: bool,
    /// The password is changed.
    pub done: bool,
}

/// `/invite?token=`. Posts `token`, `password`, `of_age`, `accept_terms` (both `on`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct InvitePage {
    /// From the mail.
    pub token: String,
    /// Only its error is used.
    pub password: Field,
    /// Ticked, and what is wrong with it.
    pub of_age: Field,
    /// Ticked, and what is wrong with it.
    pub accept_terms: Field,
    /// Lowest age the tenant allows.
    pub minimum_age: u8,
    /// Fewest characters.
    pub password_min: u8,
    /// The link is used up, too old, or was taken back.
    pub expired: bool,
    /// They have joined: where what they were asked for is done.
    pub done: Option<&'static str>,
    /// They were asked to sell.
    pub sells: bool,
    /// They were asked to look after a studio.
    pub manages: bool,
}

/// `/verify?token=`. Posts `token`, so that a mail scanner's GET uses nothing up.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyPage {
    /// From the mail.
    pub token: String,
    /// How it stands.
    pub state: VerifyState,
}

/// How a verification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifyState {
    /// One button to press.
    Ask,
    /// Verified.
    Done,
    /// Used up or too old.
    Expired,
}
