//! Who carries money to sellers.

use super::money::Currency;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Kinds of destinations that are carried in a way of their own, as `payout_method` names them.
const STRIPE: &str = "stripe";
const PAYONEER: &str = "payoneer";
/// Files for Payoneer take no other.
pub const PAYONEER_CURRENCY: &str = "USD";

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

    /// The way of a batch whose payouts go to accounts of these kinds; none if they can't go together. Whoever pays by hand
    /// can pay everybody but those who have only said where they are at Stripe.
    pub fn of<'a>(kinds: impl IntoIterator<Item = &'a str>, currency: Currency) -> Option<Self> {
        let kinds: HashSet<&str> = kinds.into_iter().collect();
        let all = |kind| kinds.iter().all(|one| *one == kind);
        match kinds.contains(STRIPE) {
            true => all(STRIPE).then_some(Self::StripeConnect),
            false if all(PAYONEER) && currency.code() == PAYONEER_CURRENCY => Some(Self::Payoneer),
            false => Some(Self::Manual),
        }
    }

    /// Whether the provider pays by itself.
    pub fn pays_by_itself(self) -> bool {
        self == Self::StripeConnect
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

    #[test]
    fn who_is_paid_together_is_paid_one_way() {
        let way = |kinds: &[&'static str], code| {
            PayoutWay::of(kinds.iter().copied(), Currency::parse(code).expect("a currency"))
        };
        assert_eq!(way(&["iban", "account", "payoneer"], "EUR"), Some(PayoutWay::Manual));
        assert_eq!(way(&["payoneer", "payoneer"], "USD"), Some(PayoutWay::Payoneer));
        assert_eq!(
            way(&["payoneer"], "EUR"),
            Some(PayoutWay::Manual),
            "its files are in dollars"
        );
        assert_eq!(way(&["stripe", "stripe"], "EUR"), Some(PayoutWay::StripeConnect));
        assert_eq!(way(&["stripe", "iban"], "EUR"), None);
    }
}
