//! A business on the platform: its address and what it set.

use crate::domain::{ids::TenantId, money::Currency, policy::PolicyChange};

/// A subdomain label: lower-case letters, digits and inner hyphens, 2 to 40 of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

/// Labels that the platform keeps for itself.
const RESERVED: [&str; 8] = ["www", "admin", "api", "app", "mail", "static", "platform", "localhost"];

impl Slug {
    /// Checks a label.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good = (2..=40).contains(&text.len())
            && text.chars().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !RESERVED.contains(&text);
        good.then(|| Self(text.to_owned()))
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tenant as every request needs it.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its subdomain.
    pub slug: String,
    /// Its public name.
    pub name: String,
    /// Which theme dresses it.
    pub theme: String,
    /// The currency of all its wallets and prices.
    pub currency: Currency,
    /// IANA zone for people who have none of their own.
    pub time_zone: String,
    /// Language for people who have none of their own.
    pub language: String,
    /// Shown in no list (the canary).
    pub hidden: bool,
    /// What it changes of the platform's policy.
    pub policy: PolicyChange,
    /// Least and most a seller may ask a minute, in minor units.
    pub rate_bounds_minor: (i64, i64),
}
