//! Order numbers for providers whose pages close by themselves without telling: the number says until when its page is
//! open, and follows from the intent, so that the same payment is asked about whatever got lost.

use crate::{
    app::ports::{Answer, GatewayError},
    domain::time::Moment,
};
use uuid::Uuid;

/// Digits of the time, in seconds, hexadecimal.
const TIME: usize = 8;

/// The number of an intent: letters and digits, 41 of them.
pub(super) fn of(intent: Uuid, open_until: Moment) -> String {
    format!("P{:0TIME$x}{}", open_until.0 / 1_000, intent.simple())
}

/// Until when its page is open.
///
/// # Errors
/// It isn't one of ours.
pub(super) fn open_until(number: &str) -> Answer<Moment> {
    let digits = number.strip_prefix('P').and_then(|rest| rest.get(..TIME));
    let seconds = digits.and_then(|digits| i64::from_str_radix(digits, 16).ok());
    let seconds = seconds.ok_or_else(|| GatewayError::Rejected(format!("{number} is no order number")))?;
    Ok(Moment(seconds * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_and_say_until_when() {
        let until = Moment(1_800_014_400_000);
        let number = of(Uuid::from_u128(7), until);
        assert!(number.len() <= 64 && number.chars().all(|char| char.is_ascii_alphanumeric()));
        assert_eq!(open_until(&number), Ok(until));
        for other in ["", "P", "X6b4a0d80", "Pzzzzzzzz", "PÄÄÄÄÄÄÄÄ"] {
            assert!(open_until(other).is_err(), "{other}");
        }
    }
}
