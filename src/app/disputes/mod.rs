//! Claims for what was paid (requirement H4): opened by the buyer within a window, with what is known about it put
//! together by itself; the money in question is held until staff have decided.

mod act;
mod bank_books;
mod chargeback;
mod decide;
mod evidence;
mod hold;
mod link;
mod open;
mod show;

pub use act::{agree, answer, withdraw};
pub use chargeback::{Claimed, chargeback};
pub use decide::{decide, look_at_claim, look_at_evidence};
pub use link::{LINK_JOB, Link, link};
pub(in crate::app) use open::open_as;
pub use open::{Claim, open};
pub use show::{Shown, Standing, show, standing};

use crate::{
    domain::{dispute::Rejected, ids::DisputeId, text},
    error::{Error, Result},
};

/// Longest that either side writes, in characters.
pub const MOST_CHARS: usize = 2_000;

/// The page on which both see where it stands, a path.
pub fn page(id: DisputeId) -> String {
    format!("/disputes/{id}")
}

fn checked(field: &'static str, typed: &str) -> Result<String> {
    text::paragraphs(typed, 1..=MOST_CHARS).ok_or_else(|| Error::field(field, "Write 1 to 2,000 characters."))
}

/// What can't happen to a dispute, in words.
fn refused(why: Rejected) -> Error {
    match why {
        Rejected::Over => Error::conflict("over", "This dispute is over."),
        Rejected::Answered => Error::conflict("answered", "This was answered already."),
        Rejected::TooLate => Error::conflict("too_late", "The time to answer is over. The marketplace decides."),
        Rejected::OutOfBounds => Error::field(
            "refund_minor",
            "Give back at least nothing and at most what is asked for.",
        ),
    }
}
