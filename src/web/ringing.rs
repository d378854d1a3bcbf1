//! Ringing, whether a page or a program asks for it.

use super::{Result, site::Site, state::Web};
use crate::{
    app::{bookings, calls, identity::Viewer},
    domain::ids::{BookingId, ServiceId},
    store::calls::Call,
};

/// Rings the seller of a service for the reader, unless they ring too often, and opens the call's room.
pub(super) async fn ring(web: &Web, site: &Site, viewer: &Viewer, service: ServiceId) -> Result<Call> {
    web.limits.ring(site.tenant.id, viewer.user.id)?;
    let call = calls::ring(&web.app, &site.scope, &site.tenant, viewer.user.id, service).await?;
    web.live.registry.ring(site.scope, call.clone());
    Ok(call)
}

/// Begins the talk of an order of the reader's, who is its seller, unless they begin too often, and opens its room.
pub(super) async fn launch(web: &Web, site: &Site, viewer: &Viewer, order: BookingId) -> Result<Call> {
    web.limits.ring(site.tenant.id, viewer.user.id)?;
    let call = bookings::launch(&web.app, viewer, &site.tenant, order).await?;
    web.live.registry.ring(site.scope, call.clone());
    Ok(call)
}
