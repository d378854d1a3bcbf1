//! What is said and written down when somebody's second factor changes.

use crate::{
    app::letters::{self, FactorNews, Letter},
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        ids::UserId,
        time::Moment,
    },
    error::Result,
    store::{TenantTx, audit, staff, users},
};

/// Where somebody asks from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whence {
    /// Scheme and host of the tenant's site, for links.
    pub origin: String,
    /// Their network address.
    pub address: String,
}

/// Writes to the person, whatever they like to be told: whoever didn't do it themselves should know. What staff do is
/// written down, too.
pub(super) fn tell(tx: &mut TenantTx<'_>, user: UserId, news: FactorNews, whence: &Whence, now: Moment) -> Result<()> {
    let link = format!("{}/account", whence.origin);
    letters::post(tx, user, Letter::SecondFactor { news, link }, now)?;
    if staff::standing(tx, user)?.is_none() {
        return Ok(());
    }
    let person = users::find(tx, user)?;
    let actor = Actor {
        who: ActorId::Staff(user),
        name: person.name,
        address: whence.address.clone(),
    };
    let action = match news {
        FactorNews::On => Action::FactorOn,
        FactorNews::Off => Action::FactorOff,
        FactorNews::CodesRenewed => Action::FactorCodesRenewed,
        FactorNews::CodeUsed => Action::FactorCodeUsed,
        FactorNews::Reset => Action::FactorReset,
    };
    audit::write(tx, &actor, &Entry::new(action, person.email), now)
}
