//! How Stripe counts: mostly as ISO 4217 does, with exceptions of its own.
//! <https://docs.stripe.com/currencies#special-cases>

use crate::domain::{
    gateway::{scaled, unscaled},
    money::{Currency, Money},
};

/// Counted in whole units there, in parts by ISO 4217.
const WHOLE: [&str; 1] = ["MGA"];
/// Counted in hundredths there that must be none, in whole units by ISO 4217.
const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

fn exponent(currency: Currency) -> u32 {
    match currency.code() {
        code if WHOLE.contains(&code) => 0,
        code if HUNDREDTHS.contains(&code) => 2,
        _ => currency.exponent(),
    }
}

/// The amount as Stripe counts it. None if it can't: of currencies with three decimals the last one must be zero.
pub(super) fn units(amount: Money) -> Option<i64> {
    let units = scaled(amount, exponent(amount.currency))?;
    (amount.currency.exponent() < 3 || units % 10 == 0).then_some(units)
}

/// The amount that Stripe counts so.
pub(super) fn amount(units: i64, code: &str) -> Option<Money> {
    let currency = Currency::parse(&code.to_uppercase())?;
    unscaled(units, exponent(currency), currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_as_stripe_does() {
        for (minor, code, counted) in [
            (1_250, "EUR", Some(1_250)),
            (1_250, "JPY", Some(1_250)),
            (1_250, "KWD", Some(1_250)),
            (1_255, "KWD", None),
            (1_250, "ISK", Some(125_000)),
            (1_250, "UGX", Some(125_000)),
            (1_200, "MGA", Some(12)),
            (1_250, "MGA", None),
        ] {
            let money = Money::new(minor, Currency::parse(code).unwrap());
            assert_eq!(units(money), counted, "{money:?}");
            if let Some(counted) = counted {
                assert_eq!(amount(counted, &code.to_lowercase()), Some(money));
            }
        }
        assert_eq!(amount(50, "isk"), None);
        assert_eq!(amount(50, "xyz"), None);
    }
}
