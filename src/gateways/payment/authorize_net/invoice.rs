//! Invoice numbers: 20 characters, and the only names of ours that Authorize.net finds payments by. They say until when
//! a payment's form can be opened and whether the card is to be kept, and follow from the intent.

use crate::domain::time::Moment;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Digits of the time, in seconds, hexadecimal.
const TIME: usize = 8;
/// Digits of the intent's hash.
const NAME: usize = 11;
const CHARS: usize = 20;
/// A payment on the form; one whose card is kept; one without the person.
const PAID: char = 'P';
const KEPT: char = 'S';
const CHARGED: char = 'C';

/// The number of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invoice {
    number: String,
    open_until: Moment,
    keeps: bool,
}

impl Invoice {
    /// Of an intent.
    pub(super) fn of(intent: Uuid, open_until: Moment, keeps: bool) -> Self {
        let seconds = open_until.0 / 1_000;
        let kind = if keeps { KEPT } else { PAID };
        Self {
            number: format!("{kind}{seconds:0TIME$x}{}", name(intent)),
            open_until: Moment(seconds * 1_000),
            keeps,
        }
    }

    /// Reads one.
    pub(super) fn parse(number: &str) -> Option<Self> {
        let digits = number.strip_prefix([PAID, KEPT]).filter(|_| number.len() == CHARS)?;
        let seconds = i64::from_str_radix(digits.get(..TIME)?, 16).ok()?;
        Some(Self {
            number: number.to_owned(),
            open_until: Moment(seconds * 1_000),
            keeps: number.starts_with(KEPT),
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

    /// Whether the card is to be kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }
}

/// The number of a charge without the person.
pub(super) fn of_charge(intent: Uuid) -> String {
    format!("{CHARGED}{:0TIME$}{}", 0, name(intent))
}

/// Whether a number is an intent's.
pub(super) fn is_of(number: &str, intent: Uuid) -> bool {
    number.len() == CHARS && number.starts_with([PAID, KEPT, CHARGED]) && number.ends_with(&name(intent))
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
        for keeps in [false, true] {
            let invoice = Invoice::of(intent, until, keeps);
            assert_eq!(invoice.number().len(), CHARS);
            assert_eq!(Invoice::parse(invoice.number()), Some(invoice.clone()));
            assert_eq!((invoice.open_until(), invoice.keeps()), (until, keeps));
            assert!(is_of(invoice.number(), intent) && !is_of(invoice.number(), Uuid::from_u128(8)));
        }
        let charge = of_charge(intent);
        assert_eq!((charge.len(), Invoice::parse(&charge)), (CHARS, None));
        assert!(is_of(&charge, intent) && !is_of(&charge, Uuid::from_u128(8)));
        let refund = of_refund(intent);
        assert_eq!((refund.len(), Invoice::parse(&refund)), (CHARS, None));
        for other in ["60020981676", "", "Pzzzzzzzz01234567890", "PÄÄÄÄÄÄÄÄÄ"] {
            assert_eq!(Invoice::parse(other), None, "{other}");
        }
    }
}
