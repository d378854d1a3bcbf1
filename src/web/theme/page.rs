//! What every page is told besides its own view: who reads it, where, in which language.

use crate::web::pages::views::{Amount, Message};
use serde::Serialize;

/// The frame around a page's view; `{{page.…}}` in templates.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PageContext {
    /// The tenant's name; the product's on the platform host.
    pub tenant_name: String,
    /// Scheme and host of this tenant, without a slash at the end, for absolute addresses (mails, sharing).
    pub origin: String,
    /// Who is logged in.
    pub user: Option<PageUser>,
    /// What they can spend; the chip in the head.
    pub wallet: Option<Amount>,
    /// Language of the words: the reader's, else the tenant's.
    pub lang: String,
    /// The tenant's language, for words that the reader's lacks.
    pub tenant_lang: String,
    /// IANA zone times are written in: the reader's, else the tenant's.
    pub zone: String,
    /// This page's path, for the navigation.
    pub path: String,
    /// Light or dark, from the cookie `scheme`.
    pub scheme: Scheme,
    /// Shown once, as a toast.
    pub flash: Option<Flash>,
    /// Payments are not real: shows the ribbon.
    pub test_mode: bool,
    /// In development: shows the way to the mailbox.
    pub mailbox_url: Option<String>,
    /// The platform's own host: no tenant navigation.
    pub platform: bool,
    /// The request's reference, for error pages and support.
    pub reference: String,
}

impl PageContext {
    /// The same without the one who reads it, and without what only this one answer tells.
    #[must_use]
    pub fn for_anybody(&self) -> Self {
        Self {
            user: None,
            wallet: None,
            flash: None,
            reference: String::new(),
            ..self.clone()
        }
    }

    /// Whether it tells of nobody, and nothing that is told once.
    pub fn is_for_anybody(&self) -> bool {
        self.user.is_none() && self.wallet.is_none() && self.flash.is_none()
    }
}

/// The reader.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PageUser {
    /// Public name.
    pub name: String,
    /// Picture; initials without one.
    pub photo_url: Option<String>,
    /// Has a selling profile.
    pub is_seller: bool,
    /// Looks after a studio.
    pub manages: bool,
    /// Availability is switched on.
    pub available: bool,
    /// Conversations with something new.
    pub unread: u32,
    /// Notifications they haven't seen.
    pub notices: u32,
}

/// The reader's choice of light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Nothing chosen: the theme's own.
    #[default]
    Unset,
    /// As the system does.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Scheme {
    /// From the cookie's value.
    pub fn from_cookie(value: Option<&str>) -> Self {
        match value {
            Some("system") => Self::System,
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Unset,
        }
    }
}

/// Something to tell once.
#[derive(Clone, Debug, Serialize)]
pub struct Flash {
    /// How it looks.
    pub tone: Tone,
    /// What it says.
    pub message: Message,
}

/// How a message looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// For knowing.
    Info,
    /// Done.
    Success,
    /// Take care.
    Warning,
    /// Failed.
    Error,
}
