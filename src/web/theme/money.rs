//! Amounts in a language's way of writing them, from minor units and without floats.

use iso_currency::Currency;
use std::fmt::Write as _;

/// How a language writes amounts; the `[money]` of its words file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyStyle {
    /// Between units and their fraction.
    pub decimal: String,
    /// Between thousands.
    pub group: String,
    /// With `{symbol}` and `{number}`.
    pub pattern: String,
}

/// Writes `minor` units of the currency `code`; a code ISO 4217 doesn't know is written with two digits.
pub fn money(minor: i64, code: &str, style: &MoneyStyle) -> String {
    let currency = Currency::from_code(code);
    let digits = currency.map_or(2, |currency| currency.exponent().unwrap_or(0));
    let number = number(minor.unsigned_abs(), usize::from(digits), style);
    let sign = if minor < 0 { "\u{2212}" } else { "" };
    // Codes are letters: those want a space even where a language puts its symbol close.
    let symbol = symbol(code).map_or_else(|| format!("{code}\u{a0}"), str::to_owned);
    let written = style.pattern.replace("{symbol}", &symbol).replace("{number}", &number);
    format!("{sign}{}", written.trim_end())
}

/// Symbols that name one currency only; the rest is written by code, since `$` could be many.
fn symbol(code: &str) -> Option<&'static str> {
    Some(match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "INR" => "₹",
        "KRW" => "₩",
        "TRY" => "₺",
        _ => return None,
    })
}

/// Writes basis points as a percentage, with no more decimals than it takes.
pub fn percent(bp: u64, style: &MoneyStyle) -> String {
    let written = number(bp, 2, style);
    let without = written.trim_end_matches('0');
    without.trim_end_matches(style.decimal.as_str()).to_owned()
}

fn number(minor: u64, digits: usize, style: &MoneyStyle) -> String {
    let figures = format!("{minor:0>width$}", width = digits + 1);
    let (whole, fraction) = figures.split_at(figures.len() - digits);
    let mut text = String::new();
    for (at, figure) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push_str(&style.group);
        }
        text.push(figure);
    }
    if digits > 0 {
        let _ = write!(text, "{}{fraction}", style.decimal);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(decimal: &str, group: &str, pattern: &str) -> MoneyStyle {
        MoneyStyle {
            decimal: decimal.into(),
            group: group.into(),
            pattern: pattern.into(),
        }
    }

    #[test]
    fn english() {
        let en = style(".", ",", "{symbol}{number}");
        let cases = [
            (180, "EUR", "€1.80"),
            (5, "USD", "$0.05"),
            (0, "USD", "$0.00"),
            (-1_234_567, "EUR", "\u{2212}€12,345.67"),
            (1_500, "JPY", "¥1,500"),
            (1_234, "KWD", "KWD\u{a0}1.234"),
            (100_000, "CAD", "CAD\u{a0}1,000.00"),
            (i64::MIN, "USD", "\u{2212}$92,233,720,368,547,758.08"),
        ];
        for (minor, code, expected) in cases {
            assert_eq!(money(minor, code, &en), expected);
        }
    }

    #[test]
    fn german() {
        let de = style(",", ".", "{number}\u{a0}{symbol}");
        assert_eq!(money(123_456, "EUR", &de), "1.234,56\u{a0}€");
        assert_eq!(money(-1_234, "KWD", &de), "\u{2212}1,234\u{a0}KWD");
        for (bp, expected) in [
            (1_900, "19"),
            (770, "7,7"),
            (8_875, "88,75"),
            (10_000, "100"),
            (5, "0,05"),
            (0, "0"),
        ] {
            assert_eq!(percent(bp, &de), expected);
        }
    }

    #[test]
    fn an_unknown_code_is_still_written() {
        assert_eq!(money(150, "ZZZ", &style(".", ",", "{symbol}{number}")), "ZZZ\u{a0}1.50");
    }
}
