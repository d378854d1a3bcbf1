//! What people type about themselves, checked.

use unicode_normalization::UnicodeNormalization;

/// Why a text can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not an e-mail address.
    #[error("enter a complete e-mail address, such as ada@example.org")]
    Email,
    /// Too short or too long for a password.
    #[error("choose a password of 10 to 200 characters")]
    Password,
    /// No name, too long, or with control characters.
    #[error("enter a name of 1 to 60 characters")]
    Name,
}

/// An e-mail address in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Checks the shape only: whether it reaches somebody is found out by writing to it.
    ///
    /// # Errors
    /// [`IdentityError::Email`].
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let text = text.trim().to_lowercase();
        let good = text.len() <= 254
            && !text
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\\\"[]".contains(c))
            && text.split_once('@').is_some_and(|(local, domain)| {
                (1..=64).contains(&local.len())
                    && !domain.contains('@')
                    && domain.contains('.')
                    && domain.split('.').all(|label| !label.is_empty())
                    // Reserved for what reaches nobody (RFC 2606); people who come by a link have such addresses.
                    && !domain.ends_with(".invalid")
            });
        if good {
            Ok(Self(text))
        } else {
            Err(IdentityError::Email)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password as typed; never shown.
pub struct Password(String);

impl Password {
    /// Checks its length; what else people choose is theirs (NIST SP 800-63B, 3.1.1.2).
    ///
    /// # Errors
    /// [`IdentityError::Password`].
    pub fn parse(text: String) -> Result<Self, IdentityError> {
        if (10..=200).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(IdentityError::Password)
        }
    }

    /// The characters, to be hashed and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A person's public name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Trims, normalises (NFC) and checks.
    ///
    /// # Errors
    /// [`IdentityError::Name`].
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let text: String = text.trim().nfc().collect();
        let good = (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if good { Ok(Self(text)) } else { Err(IdentityError::Name) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.co", " Ada.Lovelace+x@Example.ORG "] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.co",
            "a@@b.co",
            "a b@c.de",
            "a@b..co",
            "a@b.co\r\nBcc: x@y.z",
            "<a@b.co>",
        ] {
            assert_eq!(Email::parse(bad), Err(IdentityError::Email), "{bad}");
        }
    }

    #[test]
    fn names_may_be_anything_but_nothing() {
        assert!(PersonName::parse("<script>").is_ok(), "templates escape");
        assert!(PersonName::parse(" \n").is_err());
        assert!(PersonName::parse("a\u{0}b").is_err());
        assert!(PersonName::parse(&"x".repeat(61)).is_err());
    }
}
