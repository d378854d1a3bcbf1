//! Looking for somebody.

use crate::{
    domain::category::Names,
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{ToSpan as _, tz::TimeZone};

/// Everybody, somebody, nobody, and what can't be looked for.
pub fn search(g: &Gallery<'_>) -> anyhow::Result<()> {
    let path = "/search";
    let all = [Presence::Available, Presence::InCall, Presence::Away].map(|presence| g.cast.cards(presence));
    let many = SearchPage {
        sellers: [all.concat(), vec![g.cast.writer(1)]].concat(),
        cut: true,
        more_url: Some("/search?page=3".to_owned()),
        back_url: Some("/search".to_owned()),
        ..searched(g)
    };
    g.page("search-many", &many, &g.visitor(path))?;
    let sellers = g.cast.cards(Presence::Away);
    let narrowed = SearchPage {
        query: "contract".to_owned(),
        category: "law".to_owned(),
        language: "de".to_owned(),
        rating: "40".to_owned(),
        sort: "next".to_owned(),
        max: Field::of("2.40"),
        free: Field::of("tomorrow"),
        at: Field::of("18:00"),
        total: u32::try_from(sellers.len())?,
        sellers,
        narrowed: true,
        ..searched(g)
    };
    g.page("search", &narrowed, &g.buyer(path))?;
    let similar = SearchPage {
        query: "contarct".to_owned(),
        similar: true,
        ..narrowed.clone()
    };
    g.page("search-similar", &similar, &g.visitor(path))?;
    let nobody = SearchPage {
        sellers: Vec::new(),
        total: 0,
        ..narrowed.clone()
    };
    g.page("search-nobody", &nobody, &g.visitor(path))?;
    let wrong = SearchPage {
        wrong: true,
        max: Field::of("cheap").wrong(Message::new("Write a price like 1.80.")),
        at: Field::of("02:30").wrong(Message::new(
            "The clocks are put forward over this time. Choose another one.",
        )),
        ..nobody
    };
    g.page("search-wrong", &wrong, &g.visitor(path))
}

/// Everybody, with what that can be narrowed to.
fn searched(g: &Gallery<'_>) -> SearchPage {
    let counted = |(value, count): (&str, u32)| CountedOption {
        value: value.to_owned(),
        tenths: value.parse().unwrap_or_default(),
        count,
    };
    let price = |(least, highest, count): (Option<i64>, Option<i64>, u32)| PriceOption {
        least: least.map(|minor| g.cast.amount(minor)),
        highest: highest.map(|minor| g.cast.amount(minor)),
        count,
        chosen: false,
        url: "/search?min=1.50".to_owned(),
    };
    let filed = |(name, count): (&str, u32)| CategoryOption {
        slug: name.to_lowercase(),
        names: Names::new([("en".to_owned(), name.to_owned())]),
        count,
    };
    SearchPage {
        query: String::new(),
        category: String::new(),
        language: String::new(),
        rating: String::new(),
        available: false,
        sort: "best".to_owned(),
        sorts: vec!["best", "price", "rating", "next"],
        min: Field::default(),
        max: Field::default(),
        free: Field::default(),
        at: Field::default(),
        days: (2..14)
            .map(|days| (now() + (24 * days).hours()).to_zoned(TimeZone::UTC).date())
            .collect(),
        categories: [("Tax", 12), ("Law", 9), ("Career", 7), ("Moving", 4)]
            .map(filed)
            .to_vec(),
        languages: [("en", 21), ("de", 17), ("fr", 3)].map(counted).to_vec(),
        ratings: [("45", 14), ("40", 22), ("30", 24)].map(counted).to_vec(),
        prices: [(None, Some(150), 9), (Some(150), Some(240), 11), (Some(240), None, 8)]
            .map(price)
            .to_vec(),
        sellers: Vec::new(),
        total: 0,
        cut: false,
        similar: false,
        narrowed: false,
        more_url: None,
        back_url: None,
        now: now(),
        wrong: false,
        error: None,
    }
}
