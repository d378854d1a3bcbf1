//! What people type into forms, read.

use crate::domain::money::Currency;
pub(super) use crate::domain::money::typed_minor as minor;

/// A whole number as typed; empty is 0.
pub(super) fn whole(text: &str) -> Option<u32> {
    match text.trim() {
        "" => Some(0),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// Minor units as people type them.
pub(super) fn major(minor: i64, currency: Currency) -> String {
    let decimals = usize::try_from(currency.exponent()).unwrap_or(0);
    let unit = 10_i64.pow(currency.exponent());
    match decimals {
        0 => minor.to_string(),
        _ => format!("{}.{:0decimals$}", minor / unit, minor % unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, code: &str) -> Option<i64> {
        minor(text, Currency::parse(code).unwrap())
    }

    #[test]
    fn prices_are_read_without_floats() {
        let good = [
            ("1.80", 180),
            ("1,8", 180),
            ("2", 200),
            (" 0.05 ", 5),
            ("100000", 10_000_000),
        ];
        for (text, expected) in good {
            assert_eq!(read(text, "EUR"), Some(expected), "{text}");
        }
        for bad in [
            "",
            ".5",
            "1.",
            "1.805",
            "1.000,00",
            "-1",
            "+1",
            "1e3",
            "٣",
            "9999999999999",
            "0x10",
            "1 0",
        ] {
            assert_eq!(read(bad, "EUR"), None, "{bad}");
        }
        assert_eq!(read("180", "JPY"), Some(180));
        assert_eq!(read("1.5", "JPY"), None);
        assert_eq!(read("1.805", "KWD"), Some(1_805));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (code, amount) in [("EUR", 5), ("EUR", 12_345), ("JPY", 7), ("KWD", 1_001)] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(minor(&major(amount, currency), currency), Some(amount));
        }
    }
}
