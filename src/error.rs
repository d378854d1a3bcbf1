//! One error for the whole control plane, without transport: a message for the person, a context for the log.

use std::borrow::Cow;

/// What went wrong, as far as anybody outside may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was sent doesn't make sense; says which field if it is one.
    Invalid {
        /// The field's name.
        field: Option<&'static str>,
    },
    /// Nobody is signed in, or not with this tenant.
    SignInNeeded,
    /// Signed in, but not allowed.
    Forbidden,
    /// Not there, or not theirs.
    NotFound,
    /// Doesn't fit the state things are in.
    Conflict {
        /// Stable, for programs.
        code: &'static str,
    },
    /// Too often; try again after so many seconds.
    TooMany {
        /// Seconds.
        retry_after_s: u32,
    },
    /// The marketplace is closed.
    Closed,
    /// Something the product stands on is away for a moment.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// A failure with what the person is told and what the log keeps.
#[derive(Debug, thiserror::Error)]
#[error("{public} ({kind:?}{})", context.as_ref().map(|context| format!("; {context:#}")).unwrap_or_default())]
pub struct Error {
    /// What kind.
    pub kind: Kind,
    /// In the person's words.
    pub public: Cow<'static, str>,
    /// For the log only.
    pub context: Option<anyhow::Error>,
}

/// The result of everything that can fail towards a person.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(kind: Kind, public: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            public: public.into(),
            context: None,
        }
    }

    /// What was sent doesn't make sense.
    pub fn invalid(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid { field: None }, public)
    }

    /// A field of what was sent doesn't make sense.
    pub fn field(field: &'static str, public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid { field: Some(field) }, public)
    }

    /// Nobody is signed in.
    pub fn sign_in_needed() -> Self {
        Self::new(Kind::SignInNeeded, "Log in to go on.")
    }

    /// Signed in, but not allowed.
    pub fn forbidden(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, public)
    }

    /// Not there, or not theirs.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "This page or thing doesn't exist, or isn't yours.")
    }

    /// What was there once and isn't any more, in words of its own.
    pub fn missing(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::NotFound, public)
    }

    /// Doesn't fit the state things are in.
    pub fn conflict(code: &'static str, public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict { code }, public)
    }

    /// Too often.
    pub fn too_many(retry_after_s: u32) -> Self {
        Self::new(
            Kind::TooMany { retry_after_s },
            format!("That was too often. Try again in {retry_after_s} seconds."),
        )
    }

    /// The marketplace is closed.
    pub fn closed() -> Self {
        let public =
            "This marketplace is closed for now. Calls that are running finish; nothing else can be done here.";
        Self::new(Kind::Closed, public)
    }

    /// Something the product stands on is away.
    pub fn unavailable(context: impl Into<anyhow::Error>) -> Self {
        let public = "We can't reach our database for a moment. Nothing was changed; try again in a few seconds.";
        Self::new(Kind::Unavailable, public).because(context)
    }

    /// A fault of ours.
    pub fn internal(context: impl Into<anyhow::Error>) -> Self {
        Self::new(
            Kind::Internal,
            "Something went wrong on our side. Nothing was charged for it.",
        )
        .because(context)
    }

    /// Adds what only the log should know.
    #[must_use]
    pub fn because(mut self, context: impl Into<anyhow::Error>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self.kind {
            Kind::Invalid { .. } => "invalid",
            Kind::SignInNeeded => "sign_in_needed",
            Kind::Forbidden => "forbidden",
            Kind::NotFound => "not_found",
            Kind::Conflict { code } => code,
            Kind::TooMany { .. } => "too_many",
            Kind::Closed => "closed",
            Kind::Unavailable => "unavailable",
            Kind::Internal => "internal",
        }
    }
}

impl From<crate::domain::identity::IdentityError> for Error {
    fn from(error: crate::domain::identity::IdentityError) -> Self {
        use crate::domain::identity::IdentityError as E;
        let field = match error {
            E::Email => "email",
            E::Password => "password",
            E::Name => "name",
        };
        Self::field(field, capitalised(&error.to_string()))
    }
}

impl From<crate::domain::call::Rejected> for Error {
    fn from(rejected: crate::domain::call::Rejected) -> Self {
        use crate::domain::call::Rejected as R;
        let code = match rejected {
            R::StaleEpoch => "stale_epoch",
            R::WrongPhase => "wrong_phase",
            R::Over => "call_over",
        };
        Self::conflict(code, capitalised(&rejected.to_string()))
    }
}

impl From<crate::domain::money::MoneyError> for Error {
    fn from(error: crate::domain::money::MoneyError) -> Self {
        Self::invalid(capitalised(&error.to_string()))
    }
}

/// A sentence from an error's lower-case text.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}
