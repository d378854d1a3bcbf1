//! What went to others, as the seller reads it.

use crate::{
    domain::{earning_share::ShareKind, refund::Subject},
    error::Result,
    store::{TenantTx, earning_shares, users},
};

/// What somebody has got of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who, by their public name.
    pub name: String,
    /// Why.
    pub kind: ShareKind,
    /// How much, less what came back, in minor units.
    pub minor: i64,
}

/// What others have got of something.
///
/// # Errors
/// The database is away.
pub fn given(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Vec<Given>> {
    let mut sums: Vec<(earning_shares::Moved, i64)> = Vec::new();
    for moved in earning_shares::moved(tx, subject)? {
        match sums.iter_mut().find(|(known, _)| known.share == moved.share) {
            Some((_, sum)) => *sum += moved.amount_minor,
            None => sums.push((moved, moved.amount_minor)),
        }
    }
    let mut given = Vec::new();
    for (moved, minor) in sums.into_iter().filter(|(_, minor)| *minor != 0) {
        given.push(Given {
            name: users::find(tx, moved.share.sharer)?.name,
            kind: moved.share.kind,
            minor,
        });
    }
    Ok(given)
}
