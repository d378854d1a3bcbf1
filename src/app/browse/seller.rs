//! A seller's public page.

use super::{Listed, Offer};
use crate::{
    app::{App, bookings, identity::Viewer, safety, selling::MOST_SERVICES, subscriptions, watching::WAITS_MS},
    domain::{ids::UserId, money::Money, schedule::Timetable, tenant::Tenant},
    error::{Error, Result},
    store::{
        TenantScope, calls,
        reviews::{self, Published},
        sellers,
        services::{self, Service},
        timetables, users, wallets, watches,
    },
};

/// Reviews that the page shows.
const MOST_REVIEWS: i64 = 20;

/// A seller with everything their page says.
#[derive(Clone, Debug)]
pub struct SellerDetails {
    /// As in lists.
    pub listed: Listed,
    /// In their own words.
    pub about: String,
    /// Published services, oldest first.
    pub offers: Vec<Offer>,
    /// Published services that are delivered instead of talked, oldest first.
    pub deliveries: Vec<Service>,
    /// When they are there to be booked, if they ever said so.
    pub timetable: Option<Timetable>,
    /// Newest first.
    pub reviews: Vec<Published>,
    /// Calls that were paid for.
    pub paid_calls: i64,
    /// No call can begin at this marketplace now.
    pub closed: bool,
    /// They can be asked for a talk at once, as far as that is up to them.
    pub takes_requests: bool,
    /// Who reads it.
    pub reader: Option<Reader>,
}

/// What decides whether the reader can ring.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// It is their own page.
    pub is_seller: bool,
    /// What they can spend.
    pub available: Money,
    /// They are in a call.
    pub busy: bool,
    /// They are told when the seller is available.
    pub watches: bool,
}

/// A seller's page as `viewer` sees it.
///
/// # Errors
/// There is no such seller, their account is closed, or the database is away.
pub async fn seller(
    app: &App,
    scope: &TenantScope,
    tenant: &Tenant,
    id: UserId,
    viewer: Option<&Viewer>,
) -> Result<SellerDetails> {
    let reader = viewer.map(|viewer| viewer.user.id);
    details(app, scope, tenant, id, reader, |service| service.published).await
}

/// The page of a reader who sells as others will see it once all that they offer is published.
///
/// # Errors
/// They don't sell, or the database is away.
pub async fn preview(app: &App, tenant: &Tenant, viewer: &Viewer) -> Result<SellerDetails> {
    details(app, &viewer.scope, tenant, viewer.user.id, None, |_| true).await
}

async fn details(
    app: &App,
    scope: &TenantScope,
    tenant: &Tenant,
    id: UserId,
    reader: Option<UserId>,
    is_shown: fn(&Service) -> bool,
) -> Result<SellerDetails> {
    let (handle, own_scope, tenant, now) = (app.clone(), *scope, tenant.clone(), app.now());
    app.db
        .read(scope, move |tx| {
            let profile = sellers::find(tx, id)?.ok_or_else(Error::not_found)?;
            let user = users::find(tx, id)?;
            if user.suspended || !user.verified {
                return Err(Error::not_found());
            }
            let card = sellers::card(tx, id)?;
            let mut services = services::of_seller(tx, id, MOST_SERVICES)?;
            services.retain(is_shown);
            let hidden = match reader {
                Some(user) => safety::is_hidden(tx, user, id)?,
                None => false,
            };
            let viewer_id = reader;
            let reader = match reader {
                Some(user) => Some(Reader {
                    is_seller: user == id,
                    available: wallets::balance(tx, user, tenant.currency)?.available(),
                    busy: calls::current(tx, user)?.is_some(),
                    watches: watches::is_there(tx, user, id, now + -WAITS_MS)?,
                }),
                None => None,
            };
            Ok(SellerDetails {
                listed: Listed {
                    next_free: bookings::next_free(tx, (&[id], viewer_id), None, now)?.remove(&id),
                    ..Listed::of(&handle, &own_scope, card, now).kept_from(hidden)
                },
                about: profile.about,
                deliveries: services
                    .iter()
                    .filter(|service| !service.video_enabled)
                    .cloned()
                    .collect(),
                offers: offers(&tenant, services),
                timetable: timetables::find(tx, id)?,
                reviews: reviews::of_seller(tx, id, MOST_REVIEWS)?,
                paid_calls: sellers::paid_calls(tx, id)?,
                closed: subscriptions::is_stopped(tx, now)?,
                takes_requests: bookings::takes_requests(tx, &user, now)?,
                reader,
            })
        })
        .await
}

/// What can be rung for.
fn offers(tenant: &Tenant, services: Vec<Service>) -> Vec<Offer> {
    let offered = services.into_iter().filter(|service| service.video_enabled);
    offered.map(|service| Offer::of(tenant, service)).collect()
}
