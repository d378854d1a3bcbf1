//! A business on the platform: its address and what it set.

use crate::domain::{
    brand::Brand, gateway::Mode, ids::TenantId, money::Currency, policy::PolicyChange, quota::QuotaChange,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A subdomain label: lower-case letters, digits and inner hyphens, 2 to 40 of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

/// Labels that the platform keeps for itself.
const RESERVED: [&str; 16] = [
    "www",
    "admin",
    "api",
    "app",
    "mail",
    "static",
    "platform",
    "localhost",
    "assets",
    "internal",
    "ns1",
    "ns2",
    "smtp",
    "status",
    "support",
    "probe",
];

impl Slug {
    /// Checks a label.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good = (2..=40).contains(&text.len())
            && text.chars().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-')
            // Punycode: letters of other scripts that look like ours would hide behind it.
            && text.get(2..4) != Some("--")
            && !RESERVED.contains(&text);
        good.then(|| Self(text.to_owned()))
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a tenant's site is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// Open.
    #[default]
    Active,
    /// Closed by the platform, with a reason.
    Suspended,
    /// Closed, and to be deleted once its cooling-off period is over.
    Deleting,
}

impl TenantState {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleting => "deleting",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Deleting]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// How long a tenant that is to be deleted can still be restored.
pub const COOLING_OFF_MS: i64 = 30 * 24 * 3_600_000;

/// What kind of business it is; presets of settings follow from it. More join as they are built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vertical {
    /// Who is available is rung, and paid by the minute.
    #[default]
    Ring,
}

impl Vertical {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
        }
    }
}

/// A tenant as every request needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Where answers to its mails go.
    pub reply_to: Option<String>,
    /// Shown in no list (the canary).
    pub hidden: bool,
    /// What it changes of the platform's policy.
    pub policy: PolicyChange,
    /// Least and most a seller may ask a minute, in minor units.
    pub rate_bounds_minor: (i64, i64),
    /// What it may use of the platform instead of what all may.
    pub quotas: QuotaChange,
    /// Whether its site is open.
    pub state: TenantState,
    /// What it chose of its look; the theme's own without.
    pub brand: Option<Brand>,
    /// How often its look or words were changed: what was made of them is kept until this differs.
    pub look_revision: i64,
    /// Whether its money is real.
    pub money: Mode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_are_plain_and_nobodys_yet() {
        for good in ["ab", "acme", "acme-2", "1st"] {
            assert!(Slug::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "-acme",
            "acme-",
            "Acme",
            "ac me",
            "acme.evil",
            "аcme",
            "xn--cme-8cd",
            "www",
            "admin",
            "ac_me",
            "../x",
            "acme\0",
            &"a".repeat(41),
        ] {
            assert!(Slug::parse(bad).is_none(), "{bad}");
        }
    }
}
