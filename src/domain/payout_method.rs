//! Where sellers want their money sent.

use super::identity::Email;
use serde::{Deserialize, Serialize};

/// Shortest and longest IBAN.
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;
const STRIPE_PREFIX: &str = "acct_";
const STRIPE_CHARS: std::ops::RangeInclusive<usize> = 8..=64;
const HOLDER_CHARS: std::ops::RangeInclusive<usize> = 2..=100;

/// A bank account, or an account of a service that pays out. Kept sealed; shown by [`Destination::shown`] only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Destination {
    /// An account with an IBAN.
    Iban {
        /// Whose.
        holder: String,
        /// Without spaces, its check digits right.
        iban: String,
    },
    /// An account where there are no IBANs.
    Account {
        /// Whose.
        holder: String,
        /// Its number.
        account: String,
        /// Which bank: a routing number, a sort code, a BIC.
        routing: String,
    },
    /// An account at Stripe that the marketplace may transfer to.
    Stripe {
        /// Its id there.
        account: String,
    },
    /// An account with Payoneer.
    Payoneer {
        /// The address it is registered with.
        email: String,
    },
}

/// What somebody typed of it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedDestination {
    /// `iban`, `account`, `payoneer` or `stripe`.
    pub kind: String,
    /// Whose account.
    pub holder: String,
    /// IBAN, with or without spaces.
    pub iban: String,
    /// Account number, or id at Stripe.
    pub account: String,
    /// Which bank.
    pub routing: String,
    /// Payoneer's address.
    pub email: String,
}

/// The field that can't be taken, and what to do.
pub type Wrong = (&'static str, &'static str);

impl TypedDestination {
    /// Reads it.
    ///
    /// # Errors
    /// A field can't be right.
    pub fn read(&self) -> Result<Destination, Wrong> {
        match self.kind.as_str() {
            "iban" => Ok(Destination::Iban {
                holder: holder(&self.holder)?,
                iban: iban(&self.iban).ok_or(("iban", "This IBAN isn't right. Compare it with your bank's papers."))?,
            }),
            "account" => Ok(Destination::Account {
                holder: holder(&self.holder)?,
                account: code(&self.account, 4..=34)
                    .ok_or(("account", "An account number has 4 to 34 letters and digits."))?,
                routing: code(&self.routing, 4..=20)
                    .ok_or(("routing", "A bank's number or BIC has 4 to 20 letters and digits."))?,
            }),
            "payoneer" => match Email::parse(&self.email) {
                Ok(email) => Ok(Destination::Payoneer {
                    email: email.as_str().to_owned(),
                }),
                Err(_) => Err(("email", "Give the address that you are registered with at Payoneer.")),
            },
            "stripe" => Ok(Destination::Stripe {
                account: stripe_account(&self.account)
                    .ok_or(("account", "An account at Stripe looks like acct_1A2b3C4d5E6f7G8h."))?,
            }),
            _ => Err(("kind", "Choose how you want to be paid.")),
        }
    }
}

impl Destination {
    /// Which sort it is, as it is stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Iban { .. } => "iban",
            Self::Account { .. } => "account",
            Self::Payoneer { .. } => "payoneer",
            Self::Stripe { .. } => "stripe",
        }
    }

    /// Enough of it to be recognised, too little to be used.
    pub fn shown(&self) -> String {
        match self {
            Self::Iban { iban, .. } => format!("{} •••• {}", &iban[..4], last_four(iban)),
            Self::Account { account, .. } => format!("•••• {}", last_four(account)),
            Self::Stripe { account } => format!("{STRIPE_PREFIX}•••• {}", last_four(account)),
            Self::Payoneer { email } => {
                let (name, host) = email.split_once('@').unwrap_or((email, ""));
                let first: String = name.chars().take(1).collect();
                format!("{first}•••@{host}")
            }
        }
    }

    /// Holder, account, bank: what is written into a table for a bank.
    pub fn columns(&self) -> [&str; 3] {
        match self {
            Self::Iban { holder, iban } => [holder, iban, ""],
            Self::Account {
                holder,
                account,
                routing,
            } => [holder, account, routing],
            Self::Payoneer { email } => ["", email, "Payoneer"],
            Self::Stripe { account } => ["", account, "Stripe"],
        }
    }
}

/// Nothing of it gets into a log.
impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.shown())
    }
}

/// Four characters at most, and never more than half.
fn last_four(number: &str) -> &str {
    let from = number.len() - (number.len() / 2).min(4);
    &number[from..]
}

fn holder(typed: &str) -> Result<String, Wrong> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let good = HOLDER_CHARS.contains(&name.chars().count()) && !name.chars().any(char::is_control);
    good.then_some(name)
        .ok_or(("holder", "Give the name that the account is in, 2 to 100 characters."))
}

/// Letters and digits, without the spaces and hyphens that people put between them.
fn code(typed: &str, length: std::ops::RangeInclusive<usize>) -> Option<String> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let good = length.contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    good.then_some(plain)
}

/// An account's id at Stripe.
fn stripe_account(typed: &str) -> Option<String> {
    let id = typed.trim().strip_prefix(STRIPE_PREFIX)?;
    let good = STRIPE_CHARS.contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    good.then(|| format!("{STRIPE_PREFIX}{id}"))
}

/// An IBAN whose check digits are right (ISO 7064, remainder 1 of 97).
fn iban(typed: &str) -> Option<String> {
    let plain = code(typed, IBAN_CHARS)?;
    let (country, rest) = plain.split_at(2);
    let good =
        country.bytes().all(|byte| byte.is_ascii_uppercase()) && rest.bytes().take(2).all(|byte| byte.is_ascii_digit());
    let turned = plain[4..].bytes().chain(plain[..4].bytes());
    let remainder = turned.fold(0_u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    (good && remainder == 1).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: &str) -> TypedDestination {
        TypedDestination {
            kind: kind.to_owned(),
            holder: " Mara   Lind ".to_owned(),
            iban: "de89 3704 0044 0532 0130 00".to_owned(),
            account: "12-345-678".to_owned(),
            routing: "021 000 021".to_owned(),
            email: "Mara@Example.org".to_owned(),
        }
    }

    #[test]
    fn ibans_are_checked_by_their_digits() {
        // Examples of the registry.
        for good in [
            "GB29 NWBK 6016 1331 9268 19",
            "NO9386011117947",
            "TR330006100519786457841326",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert!(iban(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "DE89370400440532013001",
            "DE98370400440532013000",
            "89DE370400440532013000",
            "DE89 3704",
            "ÄÖ89370400440532013000",
        ] {
            assert!(iban(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_is_enough_to_know_it_and_too_little_to_use_it() {
        let shown = |kind| typed(kind).read().map(|good| good.shown());
        assert_eq!(shown("iban").as_deref(), Ok("DE89 •••• 3000"));
        assert_eq!(shown("account").as_deref(), Ok("•••• 5678"));
        assert_eq!(shown("payoneer").as_deref(), Ok("m•••@example.org"));
        let mut stripe = typed("stripe");
        stripe.account = " acct_1A2b3C4d5E6f7G8h ".to_owned();
        assert_eq!(stripe.read().unwrap().shown(), "acct_•••• 7G8h");
        assert_eq!(last_four("1234"), "34");
        let iban = typed("iban").read().unwrap();
        assert_eq!(iban.columns(), ["Mara Lind", "DE89370400440532013000", ""]);
        assert_eq!(format!("{iban:?}"), "DE89 •••• 3000", "no log has it");
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let wrong = |change: fn(&mut TypedDestination), kind| {
            let mut typed = typed(kind);
            change(&mut typed);
            typed.read().map_err(|(field, _)| field).unwrap_err()
        };
        assert_eq!(wrong(|t| t.iban.push('1'), "iban"), "iban");
        assert_eq!(wrong(|t| t.holder.clear(), "account"), "holder");
        assert_eq!(wrong(|t| t.account = "12".into(), "account"), "account");
        assert_eq!(wrong(|t| t.routing = "ä".repeat(9), "account"), "routing");
        assert_eq!(wrong(|t| t.email = "mara".into(), "payoneer"), "email");
        assert_eq!(wrong(|t| t.account = "1A2b3C4d5E6f7G8h".into(), "stripe"), "account");
        assert_eq!(wrong(|_| (), "cash"), "kind");
    }
}
