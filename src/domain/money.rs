//! Amounts: whole minor units with their currency, checked, never floating point.

use iso_currency::Currency as Iso;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(Iso);

impl Currency {
    /// Reads a three-letter code.
    pub fn parse(code: &str) -> Option<Self> {
        Iso::from_code(code).map(Self)
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code).ok_or_else(|| format!("{code:?} is not a currency"))
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// In the currency's smallest unit.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

/// Plain, for messages that no template writes: `12.50 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

/// Why a calculation with money has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies can't be added.
    #[error("the amounts have different currencies")]
    CurrencyMismatch,
    /// The result doesn't fit.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// `minor` smallest units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The number alone, for machines: `12.50`.
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent();
        let (unit, sign) = (10_u64.pow(exponent), if self.minor < 0 { "-" } else { "" });
        let (whole, part) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        match usize::try_from(exponent) {
            Ok(0) | Err(_) => format!("{sign}{whole}"),
            Ok(width) => format!("{sign}{whole}.{part:0width$}"),
        }
    }

    /// Sum.
    ///
    /// # Errors
    /// Different currencies, or a sum that doesn't fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// Difference.
    ///
    /// # Errors
    /// Different currencies, or a difference that doesn't fit.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let minor = op(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }
}

/// A price as typed, such as `1.80` or `1,80`, in minor units. Thousands are not marked: `1.000` is no price in euros.
pub fn typed_minor(text: &str, currency: Currency) -> Option<i64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let decimals = usize::try_from(currency.exponent()).ok()?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let good = !whole.is_empty() && digits(whole) && digits(part) && whole.len() <= 12 && part.len() <= decimals;
    if !good || text.ends_with(['.', ',']) {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_checked() {
        let eur = Currency::parse("EUR").unwrap();
        let usd = Currency::parse("USD").unwrap();
        assert_eq!(Money::new(1, eur).plus(Money::new(2, eur)), Ok(Money::new(3, eur)));
        assert_eq!(
            Money::new(1, eur).plus(Money::new(2, usd)),
            Err(MoneyError::CurrencyMismatch)
        );
        assert_eq!(
            Money::new(i64::MAX, eur).plus(Money::new(1, eur)),
            Err(MoneyError::Overflow)
        );
        assert_eq!(
            Money::new(i64::MIN, eur).minus(Money::new(1, eur)),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn decimals_follow_the_currency() {
        let exponents = ["JPY", "EUR", "KWD"].map(|code| Currency::parse(code).unwrap().exponent());
        assert_eq!(exponents, [0, 2, 3]);
        let shown = ["JPY", "EUR", "KWD"].map(|code| Money::new(-1_205, Currency::parse(code).unwrap()).to_string());
        assert_eq!(shown, ["-1205 JPY", "-12.05 EUR", "-1.205 KWD"]);
        assert_eq!(Currency::parse("ABC"), None);
    }
}
