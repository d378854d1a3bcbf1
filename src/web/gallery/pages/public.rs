//! What anybody sees: home, live, a seller's page.

use super::bookings::times;
use crate::{
    domain::{
        category::Names,
        report::{PersonFault, ReviewFault},
    },
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{ToSpan as _, tz::TimeZone};
use uuid::Uuid;

/// Home and live.
pub fn browsing(g: &Gallery<'_>) -> anyhow::Result<()> {
    let mut in_call = g.cast.cards(Presence::InCall);
    // One of them agrees to be seen.
    if let Some(live) = in_call.first_mut() {
        live.snapshot_url.clone_from(&live.person.photo_url);
    }
    let others = [in_call.clone(), g.cast.cards(Presence::Away)].concat();
    let home = HomePage {
        available: g.cast.cards(Presence::Available),
        others,
        categories: [("Tax", 12), ("Law", 9), ("Career", 7), ("Moving", 4)]
            .map(category)
            .to_vec(),
        reviews: g.cast.written(true),
        more_url: Some("/search".to_owned()),
    };
    g.shared_page("home", &home, &g.visitor("/"))?;
    g.shared_page("home-buyer", &home, &g.buyer("/"))?;
    g.shared_page("home-seller", &home, &g.seller("/"))?;
    let nobody = HomePage {
        available: Vec::new(),
        reviews: Vec::new(),
        ..home
    };
    g.page("home-nobody", &nobody, &g.visitor("/"))?;
    let sellers = [g.cast.cards(Presence::Available), in_call].concat();
    g.page(
        "live",
        &LivePage {
            sellers,
            more_url: None,
        },
        &g.buyer("/live"),
    )?;
    g.page(
        "live-empty",
        &LivePage {
            sellers: Vec::new(),
            more_url: None,
        },
        &g.visitor("/live"),
    )
}

fn category((name, count): (&str, u32)) -> Category {
    Category {
        names: Names::new([("en".to_owned(), name.to_owned())]),
        url: format!("/search?category={}", name.to_lowercase()),
        count,
    }
}

fn offer(g: &Gallery<'_>, nth: usize) -> ServiceOffer {
    let (title, description) = g.cast.services[nth];
    let rate = [180, 240][nth];
    ServiceOffer {
        id: Uuid::from_u128(nth as u128 + 100),
        title: title.to_owned(),
        description: description.to_owned(),
        rate: g.cast.amount(rate),
        increment: [Increment::Minute, Increment::Second][nth],
        minimum_minutes: 5,
        minimum_charge: g.cast.amount(rate * 5),
        grace_seconds: 30,
        bookable: nth == 0,
        at_once: nth == 0,
        video_enabled: true,
        selected: nth == 0,
    }
}

/// A seller's page with the box in that state.
pub fn seller_page(
    g: &Gallery<'_>,
    state: RingState,
    available: Option<i64>,
    lasts_minutes: Option<u32>,
) -> SellerPage {
    SellerPage {
        seller: g.cast.card(0),
        about: g.cast.about.to_owned(),
        services: vec![offer(g, 0), offer(g, 1)],
        deliveries: vec![Delivery {
            id: Uuid::from_u128(300),
            title: "A letter, written for you".to_owned(),
            description: "Up to two pages, ready to be sent.".to_owned(),
            price: g.cast.amount(4_900),
            days: 7,
        }],
        ring: Some(RingBox {
            service: offer(g, 0),
            state,
            needed: g.cast.amount(900),
            available: available.map(|minor| g.cast.amount(minor)),
            lasts_minutes,
            watched: available.map(|_| false),
            takes_no_requests: false,
            ring_seconds: 45,
        }),
        hours: Some(open_hours("Europe/Berlin")),
        free: Some(next_times(g, "Europe/Berlin")),
        reviews: g.cast.written(false),
        calls_count: 348,
        own: false,
        error: None,
    }
}

/// A seller's page.
pub fn profile(g: &Gallery<'_>) -> anyhow::Result<()> {
    let page = |state, available, lasts_minutes| seller_page(g, state, available, lasts_minutes);
    let path = "/sellers/1";
    g.page("seller", &page(RingState::Ready, Some(2_350), Some(13)), &g.buyer(path))?;
    g.page("seller-visitor", &page(RingState::LogIn, None, None), &g.visitor(path))?;
    g.page(
        "seller-top-up",
        &page(RingState::TopUp, Some(120), None),
        &g.buyer(path),
    )?;
    g.page(
        "seller-closed",
        &page(RingState::Closed, Some(2_350), Some(13)),
        &g.buyer(path),
    )?;
    let mut away = page(RingState::Away, Some(2_350), Some(13));
    away.seller = g.cast.card(5);
    away.services.truncate(1);
    away.deliveries.clear();
    away.hours = None;
    away.free = None;
    away.reviews.clear();
    away.calls_count = 0;
    g.page("seller-away", &away, &g.buyer(path))?;
    let mut watched = away.clone();
    if let Some(ring) = &mut watched.ring {
        ring.watched = Some(true);
    }
    g.page("seller-watched", &watched, &g.buyer(path))?;
    let mut asked_by_nobody = page(RingState::Ready, Some(2_350), Some(13));
    if let Some(ring) = &mut asked_by_nobody.ring {
        (ring.takes_no_requests, ring.service.at_once) = (true, false);
    }
    g.page("seller-no-requests", &asked_by_nobody, &g.buyer(path))?;
    let orders = SellerPage {
        seller: g.cast.writer(1),
        services: Vec::new(),
        ring: None,
        hours: None,
        free: None,
        ..page(RingState::Ready, None, None)
    };
    g.page("seller-orders", &orders, &g.buyer(path))?;
    let mut refused = page(RingState::InCall, Some(2_350), Some(13));
    refused.hours = Some(open_hours("America/New_York"));
    refused.free = Some(next_times(g, "America/New_York"));
    refused.error = Some(Message::new("error.busy"));
    g.page("seller-busy", &refused, &g.buyer(path))
}

/// One review, as its reader can answer or report it.
pub fn review(g: &Gallery<'_>) -> anyhow::Result<()> {
    let review = Review {
        link: None,
        about: Some(g.cast.person(0)),
        about_id: Some(Uuid::from_u128(1)),
        ..g.cast.written(false).remove(0)
    };
    let report = ReportForm {
        action: "/reviews/1/report".to_owned(),
        kind: "review",
        state: ReportState::Ready,
        faults: ReviewFault::ALL.map(ReviewFault::name).into(),
        fault: Field::default(),
        text: Field::default(),
        open: false,
    };
    let page = ReviewPage {
        hidden: None,
        reply: None,
        reply_until: None,
        report: report.clone(),
        review,
    };
    let path = "/reviews/1";
    g.page("review", &page, &g.buyer(path))?;
    let form = ReportForm {
        fault: Field::of("other"),
        text: Field::default().wrong(Message::new("Say in a few words what is wrong.")),
        open: true,
        ..report.clone()
    };
    let reporting = ReviewPage {
        report: form,
        ..page.clone()
    };
    g.page("review-report", &reporting, &g.buyer(path))?;
    let mut fresh = page.clone();
    fresh.review.reply = None;
    fresh.reply = Some(Field::default());
    g.page("review-reply", &fresh, &g.seller(path))?;
    let own = ReviewPage {
        reply: page.review.reply.as_ref().map(|reply| Field::of(&reply.text)),
        reply_until: Some(now() + (24 * 12).hours()),
        report: ReportForm {
            state: ReportState::Done,
            ..report.clone()
        },
        ..page.clone()
    };
    g.page("review-change", &own, &g.seller(path))?;
    let hidden = ReviewPage {
        hidden: Some("It names somebody who has nothing to do with the call".to_owned()),
        report: ReportForm {
            state: ReportState::Closed,
            ..report
        },
        ..page
    };
    g.page("review-hidden", &hidden, &g.seller(path))
}

/// Somebody to block or report, and whom one has blocked.
pub fn people(g: &Gallery<'_>) -> anyhow::Result<()> {
    let person = PersonPage {
        id: Uuid::from_u128(1),
        name: g.cast.person(0).name,
        back_url: "/sellers/1".to_owned(),
        blocked: false,
        report: ReportForm {
            action: "/people/1/report".to_owned(),
            kind: "person",
            state: ReportState::Ready,
            faults: PersonFault::ALL.map(PersonFault::name).into(),
            fault: Field::default(),
            text: Field::default(),
            open: true,
        },
    };
    g.page("person", &person, &g.buyer("/people/1"))?;
    let blocked = PersonPage {
        blocked: true,
        report: ReportForm {
            state: ReportState::Done,
            ..person.report.clone()
        },
        ..person
    };
    g.page("person-blocked", &blocked, &g.buyer("/people/1"))?;
    let one = |nth: usize| BlockedPerson {
        id: Uuid::from_u128(nth as u128 + 1),
        name: g.cast.person(nth).name,
        since: now() - (200 * nth as i64).hours(),
    };
    let items = vec![one(0), one(2)];
    g.page("blocks", &BlocksPage { items }, &g.buyer("/account/blocks"))?;
    let items = Vec::new();
    g.page("blocks-none", &BlocksPage { items }, &g.buyer("/account/blocks"))
}

/// When somebody who lives there can be booked next.
fn next_times(g: &Gallery<'_>, zone: &str) -> NextTimes {
    NextTimes {
        service: Uuid::from_u128(100),
        title: g.cast.services[0].0.to_owned(),
        times: times(zone),
    }
}

/// Some days' hours of somebody who lives there.
fn open_hours(zone: &str) -> OpenHours {
    let elsewhere = zone != "Europe/Berlin";
    let day = |ahead: i64, spans: &[(&str, &str)]| OpenDay {
        day: now().to_zoned(TimeZone::UTC).date() + ahead.days(),
        spans: spans
            .iter()
            .map(|(here, there)| OpenSpan {
                here: (*here).to_owned(),
                there: elsewhere.then(|| (*there).to_owned()),
            })
            .collect(),
    };
    OpenHours {
        days: vec![
            day(1, &[("15:00–18:00", "09:00–12:00"), ("20:00–24:00", "14:00–18:00")]),
            day(2, &[("00:00–01:00", "18:00–19:00"), ("15:00–18:00", "09:00–12:00")]),
            day(4, &[("15:00–18:00", "09:00–12:00")]),
        ],
        zone: zone.to_owned(),
        elsewhere,
        now: now(),
    }
}
