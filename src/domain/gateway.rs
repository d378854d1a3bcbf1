//! Payment gateways: which there are, what they can do, and whether their money is real.

use super::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A day, milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A payment provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// The built-in one, which moves no real money.
    Test,
    /// Stripe: Checkout and saved cards.
    Stripe,
    /// PayPal: its own page.
    Paypal,
    /// Authorize.net: Accept Hosted.
    AuthorizeNet,
    /// PayTR: a form in a frame.
    Paytr,
    /// iyzico: its own page.
    Iyzico,
    /// PayU: its own page.
    Payu,
    /// 2Checkout: its own page, by a signed link.
    TwoCheckout,
}

impl Provider {
    /// All there are, the default first.
    pub const ALL: [Self; 8] = [
        Self::Test,
        Self::Stripe,
        Self::Paypal,
        Self::AuthorizeNet,
        Self::Paytr,
        Self::Iyzico,
        Self::Payu,
        Self::TwoCheckout,
    ];

    /// Its stable name, as stored with payments.
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Stripe => "stripe",
            Self::Paypal => "paypal",
            Self::AuthorizeNet => "authorize_net",
            Self::Paytr => "paytr",
            Self::Iyzico => "iyzico",
            Self::Payu => "payu",
            Self::TwoCheckout => "two_checkout",
        }
    }

    /// Reads its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// Whether it can hold money on what was kept; of those that hold at all, PayPal takes from kept wallets only at once.
    pub fn holds_kept(self) -> bool {
        self != Self::Paypal
    }

    /// How long what is held there can be taken for certain, in milliseconds, less half a day for whoever takes it: seven
    /// days for cards at Stripe, three (its honor period) at PayPal, thirty at Authorize.net, as they document it.
    pub fn hold_ms(self) -> i64 {
        let days = match self {
            Self::Paypal => 3,
            Self::AuthorizeNet => 30,
            _ => 7,
        };
        days * DAY_MS - DAY_MS / 2
    }
}

/// Whether money moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It doesn't: play money, made-up cards.
    #[default]
    Test,
    /// It does.
    Live,
}

impl Mode {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Test, Self::Live].into_iter().find(|mode| mode.name() == name)
    }
}

/// What a gateway can do. What it can't, it refuses as unsupported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Charges a payment method that was saved earlier, without the person.
    pub saved_methods: bool,
    /// Authorises first, captures up to that much later or voids.
    pub holds: bool,
    /// Gives money back.
    pub refunds: Refunds,
    /// Tells by itself what happens.
    pub webhooks: bool,
    /// Does the same request under the same key once.
    pub idempotent: bool,
    /// The currencies it takes; all that it can count in, if empty.
    pub currencies: Vec<&'static str>,
}

/// How a gateway gives money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunds {
    /// Not at all.
    None,
    /// All of it.
    Whole,
    /// Any part of it, as often as there is something left.
    Partial,
}

impl Caps {
    /// Whether it takes this currency, as far as the list tells.
    pub fn takes(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency.code())
    }
}

/// An amount in units of which there are ten to the `exponent` in one of the currency: gateways don't always count as
/// ISO 4217 does. None if it doesn't come out even, or doesn't fit.
pub fn scaled(amount: Money, exponent: u32) -> Option<i64> {
    let own = amount.currency.exponent();
    if exponent >= own {
        return amount.minor.checked_mul(10_i64.checked_pow(exponent - own)?);
    }
    let unit = 10_i64.checked_pow(own - exponent)?;
    (amount.minor % unit == 0).then(|| amount.minor / unit)
}

/// The amount that so many such units are. None if the currency has no such amount.
pub fn unscaled(units: i64, exponent: u32, currency: Currency) -> Option<Money> {
    let own = currency.exponent();
    let minor = if own >= exponent {
        units.checked_mul(10_i64.checked_pow(own - exponent)?)?
    } else {
        let unit = 10_i64.checked_pow(exponent - own)?;
        (units % unit == 0).then(|| units / unit)?
    };
    Some(Money::new(minor, currency))
}

/// Reads a number that a gateway writes with a point, such as `12.5` or `12.50000000`. None if it isn't one, or has parts
/// that the currency hasn't.
pub fn from_decimal(text: &str, currency: Currency) -> Option<Money> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let exponent = usize::try_from(currency.exponent()).ok()?;
    let part = part.trim_end_matches('0');
    if part.len() > exponent {
        return None;
    }
    let minor = format!("{whole}{part:0<exponent$}").parse().ok()?;
    Some(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    #[test]
    fn units_of_gateways_come_out_even_or_not_at_all() {
        for (amount, exponent, units) in [
            (money(1_250, "EUR"), 2, Some(1_250)),
            (money(500, "ISK"), 2, Some(50_000)),
            (money(500, "MGA"), 0, Some(5)),
            (money(550, "MGA"), 0, None),
            (money(i64::MAX, "ISK"), 2, None),
            (money(1, "EUR"), 40, None),
        ] {
            assert_eq!(scaled(amount, exponent), units, "{amount:?}");
            if let Some(units) = units {
                assert_eq!(unscaled(units, exponent, amount.currency), Some(amount));
            }
        }
        assert_eq!(unscaled(150, 2, money(0, "ISK").currency), None);
    }

    #[test]
    fn decimals_are_read_or_refused() {
        for (text, code, minor) in [
            ("12.50", "EUR", Some(1_250)),
            ("12.5", "EUR", Some(1_250)),
            ("12", "EUR", Some(1_200)),
            ("0.05000000", "EUR", Some(5)),
            ("12.000", "JPY", Some(12)),
            ("12.505", "KWD", Some(12_505)),
            ("12.505", "EUR", None),
            ("12.5", "JPY", None),
            ("-1.00", "EUR", None),
            ("1e3", "EUR", None),
            ("1,000.00", "EUR", None),
            (".5", "EUR", None),
            ("5.", "EUR", None),
            ("", "EUR", None),
            ("99999999999999999999", "EUR", None),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(
                from_decimal(text, currency).map(|money| money.minor),
                minor,
                "{text} {code}"
            );
        }
    }

    #[test]
    fn names_are_read_back() {
        for provider in Provider::ALL {
            assert_eq!(Provider::parse(provider.name()), Some(provider));
        }
        assert_eq!(Provider::parse("paypul"), None);
    }
}
