//! Ringing, whether a page or a program asks for it.

use super::{Result, site::Site, state::Web};
use crate::{
    app::{
        bookings::{self, When, Wish},
        calls,
        identity::Viewer,
        legs::{self, Wanted},
    },
    domain::{
        booking::{Agreement, State},
        ids::{BookingId, CallId, ServiceId},
    },
    store::{bookings::Order, calls::Call},
};
use tallyroom_media_protocol::signaling::ServerMessage;

/// Rings the seller of a service for the reader, unless they ring too often, and opens the call's room.
pub(super) async fn ring(web: &Web, site: &Site, viewer: &Viewer, service: ServiceId) -> Result<Call> {
    web.limits.ring(site.tenant.id, viewer.user.id)?;
    let call = calls::ring(&web.app, &site.scope, &site.tenant, viewer.user.id, service).await?;
    web.live.registry.ring(site.scope, call.clone());
    Ok(call)
}

/// Rings a provider into a call of the reader's, unless they ring too often, and opens the leg's room.
pub(super) async fn bring_in(web: &Web, site: &Site, viewer: &Viewer, call: CallId, wanted: Wanted) -> Result<Call> {
    web.limits.ring(site.tenant.id, viewer.user.id)?;
    let leg = legs::bring_in(&web.app, viewer, &site.tenant, call, wanted).await?;
    web.live.registry.ring(site.scope, leg.clone());
    Ok(leg)
}

/// Orders a talk; of whoever is asked for one at once the pages ring.
pub(super) async fn order(web: &Web, site: &Site, viewer: &Viewer, wish: Wish) -> Result<Order> {
    let at_once = wish.when == Some(When::AtOnce);
    if at_once {
        web.limits.ring(site.tenant.id, viewer.user.id)?;
    }
    let order = bookings::order(&web.app, viewer, &site.tenant, wish).await?;
    if let Some(offer) = order.booking.open_offer().filter(|_| at_once) {
        let terms = order.booking.terms();
        let asked = ServerMessage::Asked {
            order: order.id.uuid(),
            round: offer.round,
            caller_name: order.buyer.name.clone(),
            service_title: order.service_title.clone(),
            length_min: terms.length_min,
            price_minor: terms.price_minor,
            currency: order.currency.code().to_owned(),
            until_ms: offer.expires_at.0,
            server_now_ms: web.app.now().0,
        };
        web.live
            .registry
            .people()
            .tell((site.tenant.id, order.seller.id), &asked);
    }
    Ok(order)
}

/// Begins what both agreed to begin once it is paid, and now is; the other one has to be here. Else its page says how it is
/// begun.
pub(super) async fn begin_if_agreed(web: &Web, site: &Site, viewer: &Viewer, order: &Order) -> Option<Call> {
    let booked = matches!(order.booking.state(), State::Booked { .. });
    if order.booking.terms().agreement != Agreement::Instant || !booked {
        return None;
    }
    match launch(web, site, viewer, order.id).await {
        Ok(call) => Some(call),
        Err(refused) => {
            tracing::info!(order = %order.id, %refused, "a talk that is paid can't begin yet");
            None
        }
    }
}

/// Begins the talk of an order of the reader's, if it is theirs to begin, unless they begin too often, and opens its room.
pub(super) async fn launch(web: &Web, site: &Site, viewer: &Viewer, order: BookingId) -> Result<Call> {
    web.limits.ring(site.tenant.id, viewer.user.id)?;
    let call = bookings::launch(&web.app, viewer, &site.tenant, order).await?;
    web.live.registry.ring(site.scope, call.clone());
    Ok(call)
}
