//! A studio from inside (requirement B2): what its manager sees of its sellers and may do for them, and a seller's leaving.
//! Who is in which is the tenant's staff's to say, see [`crate::app::console`].

mod leave;
mod show;
mod switch_off;

pub use leave::{leave, of_seller};
pub use show::{DAYS, Overview, StudioSeller, show};
pub use switch_off::switch_off;

use super::identity::Viewer;
use crate::{
    domain::audit::{Actor, ActorId},
    error::{Error, Result},
    store::{TenantTx, studios, studios::Studio},
};
use std::net::IpAddr;

/// The studio the reader looks after, at this moment.
fn managed(tx: &mut TenantTx<'_>, viewer: &Viewer) -> Result<Studio> {
    studios::managed_by(tx, viewer.user.id)?.ok_or_else(Error::not_found)
}

fn actor(viewer: &Viewer, address: IpAddr) -> Actor {
    Actor {
        who: ActorId::Member(viewer.user.id),
        name: viewer.user.name.clone(),
        address: address.to_string(),
    }
}
