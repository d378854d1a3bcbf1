//! More time in a call that goes on (requirement F7): the seller asks, the buyer agrees and pays, and only then it is
//! added. In a talk that was paid for before, its order grows; in a call that is paid from the wallet, the wallet covers it.

mod accept;
mod ask;
mod decline;
mod pay;
mod show;

pub use accept::{Accepted, accept};
pub use ask::ask;
pub use decline::decline;
pub(in crate::app) use pay::{call_ended, lock_both, pay_if_possible, refuse_unless_payable};
pub use show::{list, open};

use crate::{
    app::{App, bookings::lock_people},
    domain::{
        call::{Stretch, extension::Rejected},
        ids::{CallId, ExtensionId, UserId},
        money::Money,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        calls::{self, Call},
        extensions::{self, Asked},
        users::User,
    },
};

/// What has become of an extension, for both sides of its call.
#[derive(Clone, Debug)]
pub(in crate::app) struct News {
    asked: Asked,
    people: [UserId; 2],
    /// What can be spent on the call now, where that isn't the wallet.
    credit: Option<Money>,
    /// The minutes, if they have a price of their own.
    apart: Option<Stretch>,
    /// What is in the buyer's wallet now, if something was taken from it.
    wallet: Option<Money>,
}

impl News {
    fn of(call: &Call, asked: Asked) -> Self {
        Self {
            asked,
            people: [call.buyer.id, call.seller.id],
            credit: None,
            apart: None,
            wallet: None,
        }
    }

    /// Tells the call and both people's pages.
    pub(in crate::app) fn tell(&self, app: &App, scope: &TenantScope) {
        let [buyer, _] = self.people;
        if let Some(available) = self.wallet {
            app.people.wallet_changed(scope, buyer, available);
        }
        // The time grows first, so that who hears of it sees it.
        if let Some(available) = self.credit {
            app.people.credit_changed(scope, buyer, available, self.apart);
        }
        app.people.extension(scope, self.people, &self.asked);
    }
}

/// An extension that the reader is asked for, with its call and the seller; both people and it are locked.
fn lock(tx: &mut TenantTx<'_>, (call, id): (CallId, ExtensionId), buyer: UserId) -> Result<(Call, User, Asked)> {
    let call = calls::of_person(tx, call, buyer)?;
    let (_, seller) = lock_people(tx, call.buyer.id, call.seller.id)?;
    let asked = extensions::lock(tx, id)?;
    if asked.call != call.id {
        return Err(Error::not_found());
    }
    if call.buyer.id != buyer {
        return Err(Error::forbidden("Only the one who pays can answer this."));
    }
    Ok((call, seller, asked))
}

/// What can't happen to an extension, in words.
fn refused(why: Rejected) -> Error {
    match why {
        Rejected::Over => Error::conflict("answered", "This was answered already, or has run out."),
        Rejected::NotAgreed => Error::conflict("not_agreed", "Nobody has agreed to this yet."),
    }
}
