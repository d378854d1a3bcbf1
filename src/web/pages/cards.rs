//! Sellers and their services as views.

use super::{
    bill::increment,
    views::{Amount, CardService, Person, Presence, Rating, Reply, Review, ReviewLink, SellerCard, ServiceOffer},
};
use crate::{
    app::browse::{self, Listed, Offer},
    domain::{tenant::Tenant, time::Moment},
    store::{reviews::Published, sellers::CardPrice},
};

/// So far ahead a weekday alone says which day.
const SOON_MS: i64 = 6 * 86_400_000;

/// A seller's card as it is at `now`.
pub(super) fn card(tenant: &Tenant, seller: &Listed, now: Moment) -> SellerCard {
    let card = &seller.card;
    SellerCard {
        id: card.user.uuid(),
        person: Person::new(&card.name, card.photo_url.clone()),
        snapshot_url: seller.snapshot_url.clone(),
        headline: card.headline.clone(),
        languages: card.languages.clone(),
        service: card.service.as_ref().map(|service| CardService {
            id: service.id.uuid(),
            title: service.title.clone(),
            price: match service.price {
                CardPrice::Minute(minor) | CardPrice::Delivery(minor) => Amount::new(minor, tenant.currency.code()),
            },
            by_minute: card.talks(),
            increment: increment(browse::policy(tenant, &service.category_policy, &service.policy).increment),
        }),
        rating: Rating {
            average_tenths: card.average_tenths(),
            count: u32::try_from(card.rating_count).unwrap_or(0),
        },
        presence: match (&card.service, seller.presence) {
            (Some(_), browse::Presence::Away) if !card.talks() => Presence::Orders,
            (_, here) => presence(here),
        },
        available_until: card
            .available_until
            .filter(|_| seller.presence == browse::Presence::Available)
            .map(|until| until.timestamp()),
        next_free: seller.next_free.map(|at| at.timestamp()),
        next_is_soon: seller.next_free.is_some_and(|at| at - now < SOON_MS),
    }
}

/// Cards of all of them.
pub(super) fn cards(tenant: &Tenant, sellers: &[Listed], now: Moment) -> Vec<SellerCard> {
    sellers.iter().map(|seller| card(tenant, seller, now)).collect()
}

pub(super) fn presence(presence: browse::Presence) -> Presence {
    match presence {
        browse::Presence::Available => Presence::Available,
        browse::Presence::InCall => Presence::InCall,
        browse::Presence::Away => Presence::Away,
    }
}

/// A service with what its price means.
pub(super) fn offer(tenant: &Tenant, offer: &Offer, selected: bool) -> ServiceOffer {
    let amount = |minor| Amount::new(minor, tenant.currency.code());
    ServiceOffer {
        id: offer.service.id.uuid(),
        title: offer.service.title.clone(),
        description: offer.service.description.clone(),
        rate: amount(offer.service.rate_minor),
        increment: increment(offer.policy.increment),
        minimum_minutes: offer.policy.minimum_s / 60,
        minimum_charge: amount(offer.minimum_minor),
        grace_seconds: offer.policy.grace_s,
        video_enabled: offer.service.video_enabled,
        bookable: offer.service.booking.is_some(),
        at_once: false,
        selected,
    }
}

/// A review; `about` names the seller, on pages about several.
pub(super) fn review(published: Published, about: bool, link: Option<ReviewLink>) -> Review {
    let Published {
        review,
        author,
        about: seller,
        reply,
        ..
    } = published;
    Review {
        id: review.call.uuid(),
        author,
        reply: reply.map(|reply| Reply {
            author: seller.clone(),
            text: reply.text,
            at: reply.at.timestamp(),
        }),
        about: about.then(|| Person::new(seller, None)),
        about_id: about.then(|| review.seller.uuid()),
        link,
        stars: u8::try_from(review.stars).unwrap_or(0),
        text: review.text,
        at: review.at.timestamp(),
    }
}
