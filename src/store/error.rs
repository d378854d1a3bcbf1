//! What the database's errors mean to the rest.

use crate::error::Error;
use diesel::result::{DatabaseErrorKind, Error as Diesel};

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        match &error {
            Diesel::NotFound => Self::not_found(),
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            )
            | Diesel::BrokenTransactionManager
            | Diesel::RollbackErrorOnCommit { .. } => Self::unavailable(error),
            Diesel::DatabaseError(_, info) if is_outage(info.message()) => Self::unavailable(error),
            // Only what is read for people has a bound.
            Diesel::DatabaseError(_, info) if info.message().ends_with("due to statement timeout") => Self {
                public: "That takes too long right now. Look for something narrower, or try again in a moment.".into(),
                ..Self::unavailable(error)
            },
            // PostgreSQL's texts hold no NUL; somebody sent one.
            Diesel::DatabaseError(_, info) if info.message().starts_with("invalid byte sequence for encoding") => {
                Self::invalid("There is a character in this that can't be taken.").because(error)
            }
            _ => Self::internal(error),
        }
    }
}

/// PostgreSQL's words when it goes down, comes up, or is full. They come as errors of no kind of their own.
fn is_outage(message: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "connection to server",
        "too many clients",
        "no connection to the server",
        "due to lock timeout",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// Whether a constraint of that name was violated.
pub(in crate::store) fn violates(error: &Diesel, constraint: &str) -> bool {
    matches!(error, Diesel::DatabaseError(_, info) if info.constraint_name() == Some(constraint))
}
