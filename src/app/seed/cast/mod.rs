//! The demo's tenants and people: data only.

mod lumen;
mod velvet;

pub use lumen::LUMEN;
pub use velvet::VELVET;

use crate::domain::{
    booking::Agreement,
    order_price::{ServiceFee, TaxRate},
    policy::Increment,
    report::{PersonFault, TechnicalFault},
};

/// A tenant of the demo.
pub struct Cast {
    /// Its subdomain; mail addresses end in `@{slug}.example`.
    pub slug: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its theme.
    pub theme: &'static str,
    /// Its currency.
    pub currency: &'static str,
    /// Its zone.
    pub zone: &'static str,
    /// Shown in no list.
    pub hidden: bool,
    /// Least and most a seller may ask a minute.
    pub rate_bounds_minor: (i64, i64),
    /// What it sorts its offer into: slug, English, German.
    pub categories: &'static [(&'static str, &'static str, &'static str)],
    /// Of which of them the orders show a service fee and a tax.
    pub charges: Option<(&'static str, ServiceFee, TaxRate)>,
    /// Who sells.
    pub sellers: &'static [Seller],
    /// Who buys.
    pub buyers: &'static [Buyer],
    /// Calls they had.
    pub talks: &'static [Talk],
}

/// Somebody who sells.
pub struct Seller {
    /// Mail address before the `@`.
    pub local: &'static str,
    /// Public name.
    pub name: &'static str,
    /// Has a picture of that name among the theme's people.
    pub pictured: bool,
    /// One line.
    pub headline: &'static str,
    /// A few paragraphs.
    pub about: &'static str,
    /// Spoken languages.
    pub languages: &'static [&'static str],
    /// Where all that they offer is filed.
    pub category: Option<&'static str>,
    /// When they are there to be booked.
    pub week: Option<Week>,
    /// What they offer.
    pub services: &'static [Service],
}

/// Hours of every week.
pub struct Week {
    /// Whose clock.
    pub zone: &'static str,
    /// From Monday to Thursday.
    pub most_days: &'static str,
    /// On Fridays.
    pub fridays: &'static str,
    /// On Saturdays and Sundays.
    pub weekends: &'static str,
}

/// Something they offer.
pub struct Service {
    /// Its name.
    pub title: &'static str,
    /// What one gets.
    pub description: &'static str,
    /// Price of a minute.
    pub rate_minor: i64,
    /// What is charged at once.
    pub increment: Increment,
    /// Least minutes that are charged.
    pub minimum_minutes: u32,
    /// Free seconds at the start.
    pub grace_seconds: u32,
    /// How it can be booked, and for how many minutes.
    pub booking: Option<(Agreement, u32)>,
}

/// Somebody who buys.
pub struct Buyer {
    /// Mail address before the `@`.
    pub local: &'static str,
    /// Public name.
    pub name: &'static str,
}

/// A call that took place.
pub struct Talk {
    /// Whose wallet paid; [`Buyer::local`].
    pub buyer: &'static str,
    /// Who was rung, about the first service; [`Seller::local`].
    pub seller: &'static str,
    /// How long ago.
    pub hours_ago: i64,
    /// How long they talked.
    pub seconds: i64,
    /// What the buyer said afterwards.
    pub review: Option<(i16, &'static str)>,
    /// What the seller answers; empty if nothing.
    pub reply: &'static str,
    /// Who reported the review; [`Buyer::local`], empty if nobody.
    pub reporter: &'static str,
    /// What the buyer says of picture and sound: what went wrong, and in their words.
    pub quality: Option<(&'static [TechnicalFault], &'static str)>,
    /// What the buyer sends afterwards: a text file's name, and what is in it.
    pub file: Option<(&'static str, &'static str)>,
    /// What the seller reports of the buyer, and blocks them for.
    pub trouble: Option<(PersonFault, &'static str)>,
}

const fn week(
    zone: &'static str,
    most_days: &'static str,
    fridays: &'static str,
    weekends: &'static str,
) -> Option<Week> {
    Some(Week {
        zone,
        most_days,
        fridays,
        weekends,
    })
}

const fn service(title: &'static str, description: &'static str, rate_minor: i64) -> Service {
    let (increment, minimum_minutes, grace_seconds) = (Increment::Minute, 0, 0);
    Service {
        title,
        description,
        rate_minor,
        increment,
        minimum_minutes,
        grace_seconds,
        booking: Some((Agreement::PayAfterAccept, 60)),
    }
}

const fn talk(
    buyer: &'static str,
    seller: &'static str,
    hours_ago: i64,
    seconds: i64,
    stars: i16,
    words: &'static str,
) -> Talk {
    Talk {
        buyer,
        seller,
        hours_ago,
        seconds,
        review: Some((stars, words)),
        reply: "",
        reporter: "",
        quality: None,
        file: None,
        trouble: None,
    }
}

impl Talk {
    const fn answered(self, reply: &'static str) -> Self {
        Self { reply, ..self }
    }

    const fn reported(self, reporter: &'static str) -> Self {
        Self { reporter, ..self }
    }

    const fn rated(self, faults: &'static [TechnicalFault], words: &'static str) -> Self {
        Self {
            quality: Some((faults, words)),
            ..self
        }
    }

    const fn followed_by(self, name: &'static str, text: &'static str) -> Self {
        Self {
            file: Some((name, text)),
            ..self
        }
    }

    const fn ended_in(self, fault: PersonFault, words: &'static str) -> Self {
        Self {
            trouble: Some((fault, words)),
            ..self
        }
    }
}

/// The canary's own tenant: blocks of five seconds keep its calls short.
pub const PROBE: Cast = Cast {
    slug: "probe",
    name: "Probe",
    theme: "default",
    currency: "EUR",
    zone: "UTC",
    hidden: true,
    rate_bounds_minor: (1, 10_000),
    categories: &[],
    charges: None,
    sellers: &[Seller {
        local: "seller",
        name: "Probe Seller",
        pictured: false,
        headline: "Answers the canary",
        about: "",
        languages: &["en"],
        category: None,
        week: None,
        services: &[Service {
            title: "Canary call",
            description: "",
            rate_minor: 60,
            increment: Increment::Block { seconds: 5 },
            minimum_minutes: 0,
            grace_seconds: 0,
            booking: None,
        }],
    }],
    buyers: &[Buyer {
        local: "buyer",
        name: "Probe Buyer",
    }],
    talks: &[],
};
