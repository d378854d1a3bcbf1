//! Invoice numbers: 20 characters, and the only names of ours that Authorize.net finds payments by. They say until when
//! a payment's form can be opened, and follow from the intent.

use crate::domain::time::Moment;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Digits of the time, in seconds, hexadecimal.
const TIME: usize = 8;
/// Digits of the intent's hash.
const NAME: usize = 11;
const CHARS: usize = 20;

/// The number of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invoice {
    number: String,
    open_until: Moment,
}

impl Invoice {
    /// Of an intent.
    pub(super) fn of(intent: Uuid, open_until: Moment) -> Self {
        let seconds = open_until.0 / 1_000;
        Self {
            number: format!("P{seconds:0TIME$x}{}", name(intent)),
            open_until: Moment(seconds * 1_000),
        }
    }

    /// Reads one.
    pub(super) fn parse(number: &str) -> Option<Self> {
        let digits = number.strip_prefix('P').filter(|_| number.len() == CHARS)?;
        let seconds = i64::from_str_radix(digits.get(..TIME)?, 16).ok()?;
        Some(Self {
            number: number.to_owned(),
            open_until: Moment(seconds * 1_000),
        })
    }

    /// As it is written.
    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// Until when people can open the form.
    pub(super) fn open_until(&self) -> Moment {
        self.open_until
    }

    /// Whether it is that intent's.
    pub(super) fn is_of(&self, intent: Uuid) -> bool {
        self.number.ends_with(&name(intent))
    }
}

fn name(intent: Uuid) -> String {
    let hash = hex::encode(Sha256::digest(intent.as_bytes()));
    hash[..NAME].to_owned()
}

/// The number of a refund.
pub(super) fn of_refund(key: Uuid) -> String {
    let hash = hex::encode(Sha256::digest(key.as_bytes()));
    format!("R{}", &hash[..CHARS - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_and_are_read_back() {
        let (intent, until) = (Uuid::from_u128(7), Moment(1_800_014_400_000));
        let invoice = Invoice::of(intent, until);
        assert_eq!(invoice.number().len(), CHARS);
        assert_eq!(Invoice::parse(invoice.number()), Some(invoice.clone()));
        assert_eq!(invoice.open_until(), until);
        assert!(invoice.is_of(intent) && !invoice.is_of(Uuid::from_u128(8)));
        let refund = of_refund(intent);
        assert_eq!((refund.len(), Invoice::parse(&refund)), (CHARS, None));
        for other in ["60020981676", "", "Pzzzzzzzz01234567890", "PÄÄÄÄÄÄÄÄÄ"] {
            assert_eq!(Invoice::parse(other), None, "{other}");
        }
    }
}
