//! Why a request is refused, in few words at the place where it happens.

use mediasoup::worker::RequestError;
use std::fmt::Display;
use tallyroom_media_protocol::{Refusal, RefusalKind, Reply};

/// A request's outcome.
pub(crate) type Outcome = Result<Reply, Refusal>;

fn refusal(kind: RefusalKind, message: impl Display) -> Refusal {
    Refusal {
        kind,
        message: message.to_string(),
    }
}

/// `what` isn't there, or belongs to somebody else: callers can't tell the two apart.
pub(crate) fn not_found(what: &str) -> Refusal {
    refusal(RefusalKind::NotFound, format_args!("no such {what}"))
}

pub(crate) fn invalid(message: impl Display) -> Refusal {
    refusal(RefusalKind::Invalid, message)
}

pub(crate) fn full(message: impl Display) -> Refusal {
    refusal(RefusalKind::Full, message)
}

pub(crate) fn failed(message: impl Display) -> Refusal {
    refusal(RefusalKind::Failed, message)
}

/// The worker answers what it doesn't accept with a reason; everything else is trouble of its own.
pub(crate) fn by_worker(error: RequestError) -> Refusal {
    match error {
        RequestError::Response { reason } => invalid(reason),
        other => failed(other),
    }
}
