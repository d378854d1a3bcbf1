//! Giving back what was paid, whole or in part (requirement H3). Money goes back to the buyer's wallet with this tenant;
//! the tenant's part of it is given back in proportion, the rest the seller does without. Sellers give what they have;
//! that they owe is for staff to decide.

mod charge;
mod give;
mod seller;

pub use charge::Charged;
pub(in crate::app) use charge::people;
pub(in crate::app) use give::{
    Given, Source, check_covered, check_free, check_not_frozen, checked_reason, give, refund, tax_of, told, weigh,
};
pub use seller::{Preview, Shown, Wish, preview, refund_as_seller, show};

use crate::domain::refund::Subject;

/// The page on which both read what was paid and what came back, a path.
pub fn page(subject: Subject) -> String {
    match subject {
        Subject::Call(call) => format!("/calls/{call}/bill"),
        Subject::Order(order) => format!("/conferences/{order}"),
    }
}
