//! Who carries money to sellers.

use super::money::Currency;
use serde::{Deserialize, Serialize};

/// A way to pay sellers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutWay {
    /// A table for whoever pays by hand, at their bank.
    Manual,
    /// Transfers to sellers' own accounts at Stripe.
    StripeConnect,
    /// A file that is uploaded at Payoneer.
    Payoneer,
}

impl PayoutWay {
    /// All there are, the default first.
    pub const ALL: [Self; 3] = [Self::Manual, Self::StripeConnect, Self::Payoneer];

    /// Its stable name, as stored with payouts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::StripeConnect => "stripe_connect",
            Self::Payoneer => "payoneer",
        }
    }

    /// Reads its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// What a way to pay sellers can do. What it can't, it refuses as unsupported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutCaps {
    /// Pays by itself; else there is a file that somebody takes there.
    pub sends: bool,
    /// As many payouts as a batch has at most.
    pub most: usize,
    /// The currencies it pays; all, if empty.
    pub currencies: Vec<&'static str>,
}

impl PayoutCaps {
    /// Whether it pays this currency, as far as the list tells.
    pub fn takes(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for way in PayoutWay::ALL {
            assert_eq!(PayoutWay::parse(way.name()), Some(way));
        }
        assert_eq!(PayoutWay::parse("cash"), None);
    }
}
