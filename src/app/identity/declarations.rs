//! What everybody declares before they have an account (requirement B4).

use super::{MINIMUM_AGE, TERMS_VERSION};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::{Error, Result},
    store::{
        TenantTx,
        declarations::{self, Declared},
    },
};

/// The boxes that were ticked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declarations {
    /// Is old enough.
    pub of_age: bool,
    /// Accepts the terms.
    pub accept_terms: bool,
}

impl Declarations {
    pub(super) fn check(self) -> Result<()> {
        if !self.of_age {
            let words = format!("You must be {MINIMUM_AGE} or older to register.");
            return Err(Error::field("of_age", words));
        }
        if !self.accept_terms {
            return Err(Error::field("accept_terms", "Accept the terms to register."));
        }
        Ok(())
    }

    /// Keeps that they were made, and from where.
    pub(super) fn write(self, tx: &mut TenantTx<'_>, user: UserId, address: &str, now: Moment) -> Result<()> {
        for declared in [Declared::OfAge, Declared::Terms] {
            declarations::insert(tx, user, declared, TERMS_VERSION, address, now)?;
        }
        Ok(())
    }
}
