//! Selling: one's page and services, becoming a seller, hours, showing who one is.

use super::earnings;
use crate::{
    app::hours::DAYS,
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{ToSpan as _, civil::date};
use uuid::Uuid;

/// The selling page.
pub fn selling(g: &Gallery<'_>) -> anyhow::Result<()> {
    let row = |nth: usize, published| ServiceRow {
        id: Uuid::from_u128(nth as u128),
        title: g.cast.services[nth].0.to_owned(),
        rate: g.cast.amount(180),
        by_minute: nth == 0,
        increment: Increment::Minute,
        published,
    };
    let on = SellPage {
        seller_id: Uuid::from_u128(1),
        person: g.cast.card(0).person,
        photo: Field::default(),
        availability: Availability {
            until: Some(now() + 3.hours()),
            hours: 2,
            possible: true,
        },
        auto_reject: false,
        do_not_disturb: false,
        snapshots: Some(RoomSnapshots::new(true, "en")),
        profile: ProfileForm {
            headline: Field::of(g.cast.card(0).headline),
            about: Field::of(g.cast.about),
            languages: Field::of("sw"),
            spoken: spoken(),
        },
        services: vec![row(0, true), row(1, false)],
        unfinished: false,
        form: None,
        studio: Some("North Studio".to_owned()),
        earnings: g.cast.amount(18_460),
        share_percent: 80,
    };
    g.page("sell", &on, &g.seller("/sell"))?;
    let off = Availability {
        until: None,
        hours: 2,
        possible: true,
    };
    let form = ServiceForm {
        id: Some(Uuid::from_u128(0)),
        title: Field::of(g.cast.services[0].0),
        description: Field::of(g.cast.services[0].1),
        category: Field::of("law"),
        categories: [("tax", "Tax"), ("law", "Law")]
            .map(|(id, name)| CategoryChoice {
                id: id.to_owned(),
                name: name.to_owned(),
                video: true,
            })
            .to_vec(),
        rate: Field::of("0.1").wrong(
            Message::new("error.between")
                .with("minimum", g.cast.amount(50))
                .with("maximum", g.cast.amount(2_000)),
        ),
        currency: g.cast.currency.to_owned(),
        rate_minimum: g.cast.amount(50),
        rate_maximum: g.cast.amount(2_000),
        minimum_minutes: Field::of("5"),
        increment: Field::of("block"),
        block_seconds: Field::of("30"),
        grace_seconds: Field::of("30"),
        recording: Field::of(""),
        booking: Field::of("negotiated"),
        length_min: Field::of("30"),
        horizon_days: Field::of("0").wrong(Message::new("Choose 1 to 365 days.")),
        at_once: true,
        price: Field::default(),
        delivery_days: Field::of("7"),
        addons: Field::of("Notes of what was said: 5.00\nAnswered within a day").wrong(Message::new(
            "Write one extra a line, its price after a colon, such as Notes: 5.00.",
        )),
        video_enabled: true,
        published: true,
    };
    g.page(
        "sell-edit",
        &SellPage {
            photo: Field::default().wrong(Message::new("This is no PNG, JPEG, WebP or GIF picture.")),
            availability: off.clone(),
            form: Some(form.clone()),
            ..on.clone()
        },
        &g.seller("/sell"),
    )?;
    let new = SellPage {
        unfinished: true,
        availability: Availability { possible: false, ..off },
        services: Vec::new(),
        studio: None,
        earnings: g.cast.amount(0),
        ..on
    };
    g.page("sell-new", &new, &g.seller("/sell"))?;
    earnings::earnings(g)?;
    starting(g, form)?;
    hours(g)
}

/// Becoming a seller, step by step.
fn starting(g: &Gallery<'_>, form: ServiceForm) -> anyhow::Result<()> {
    let steps = |at: usize| {
        let step = |(nth, key): (usize, &'static str)| StartStep {
            key,
            done: nth < at,
            current: nth == at,
            open: nth <= at,
        };
        ["profile", "photo", "service", "preview"]
            .into_iter()
            .enumerate()
            .map(step)
            .collect()
    };
    let profile = StartPage {
        steps: steps(0),
        step: "profile",
        person: Person::new(g.cast.buyer.to_owned(), None),
        photo: Field::default(),
        profile: ProfileForm {
            languages: Field::of("en"),
            spoken: spoken(),
            ..ProfileForm::default()
        },
        form: None,
        preview: None,
        check: None,
        no_photo: true,
        no_about: true,
        no_hours: false,
        seller_id: None,
        share_percent: 80,
        error: None,
    };
    let path = "/sell/start";
    g.page("start", &profile, &g.buyer(path))?;
    let photo = StartPage {
        steps: steps(1),
        step: "photo",
        photo: Field::default().wrong(Message::new("This is no PNG, JPEG, WebP or GIF picture.")),
        ..profile.clone()
    };
    g.page("start-photo", &photo, &g.seller(path))?;
    let service = StartPage {
        steps: steps(2),
        step: "service",
        form: Some(ServiceForm { id: None, ..form }),
        ..profile.clone()
    };
    g.page("start-service", &service, &g.seller(path))?;
    let preview = StartPage {
        steps: steps(3),
        step: "preview",
        preview: Some(super::public::seller_page(g, RingState::Ready, None, None)),
        no_hours: true,
        ..profile.clone()
    };
    g.page("start-preview", &preview, &g.seller(path))?;
    let mut checked = preview.clone();
    checked.check = Some("none");
    let step = StartStep {
        key: "check",
        done: false,
        current: false,
        open: false,
    };
    checked.steps.insert(3, step);
    g.page("start-preview-check", &checked, &g.seller(path))?;
    let done = StartPage {
        steps: steps(4),
        step: "done",
        seller_id: Some(Uuid::from_u128(1)),
        ..profile
    };
    g.page("start-done", &done, &g.seller(path))
}

/// When one is there to be booked.
fn hours(g: &Gallery<'_>) -> anyhow::Result<()> {
    let week = ["9:00-12:30, 14:00-18:00"; 4].into_iter().chain(["9:00-12:00", "", ""]);
    let exception = |from, until, hours: &str| Exception {
        from,
        until,
        hours: hours.to_owned(),
    };
    let page = HoursPage {
        time_zone: Field::of("Europe/Berlin"),
        zones: vec!["America/New_York".to_owned(), "Europe/Berlin".to_owned()],
        now: now(),
        days: DAYS
            .into_iter()
            .zip(week)
            .map(|(day, hours)| DayField {
                day,
                hours: Field::of(hours),
            })
            .collect(),
        before_min: Field::of("0"),
        after_min: Field::of("15"),
        notice_min: Field::of("1440"),
        notices: [0, 60, 1_440]
            .map(|minutes| Notice {
                value: minutes.to_string(),
                seconds: minutes * 60,
            })
            .to_vec(),
        exceptions: vec![
            exception(date(2026, 12, 24), date(2027, 1, 2), ""),
            exception(date(2027, 1, 9), date(2027, 1, 9), "10:00–13:00"),
        ],
        from: Field::default(),
        until: Field::default(),
        hours: Field::default(),
    };
    g.page("hours", &page, &g.seller("/sell/hours"))?;
    let mut wrong = page.clone();
    wrong.days[1].hours = Field::of("18-9").wrong(Message::new(
        "Write each time from earlier to later; past midnight 18:00-24:00, and 0:00-2:00 on the next day.",
    ));
    wrong.exceptions = Vec::new();
    wrong.until = Field::of("2026-01-01").wrong(Message::new("The last day comes after the first."));
    g.page("hours-wrong", &wrong, &g.seller("/sell/hours"))
}

/// Showing who one is.
pub fn checks(g: &Gallery<'_>) -> anyhow::Result<()> {
    let none = CheckPage {
        before_selling: true,
        before_buying: false,
        state: None,
        reason: None,
        sells: true,
        kept_days: 7,
        document: Field::default(),
        selfie: Field::default(),
        error: None,
    };
    let path = "/account/identity";
    g.page("check", &none, &g.seller(path))?;
    let wrong = CheckPage {
        document: Field::default().wrong(Message::new("This is no PNG, JPEG, WebP or GIF picture.")),
        ..none.clone()
    };
    g.page("check-wrong", &wrong, &g.seller(path))?;
    let state = |state| CheckPage {
        state: Some(state),
        ..none.clone()
    };
    g.page("check-waiting", &state("waiting"), &g.seller(path))?;
    g.page("check-approved", &state("approved"), &g.seller(path))?;
    let declined = CheckPage {
        reason: Some("The document is too dark to be read.".to_owned()),
        ..state("declined")
    };
    g.page("check-declined", &declined, &g.seller(path))?;
    g.page("check-lapsed", &state("lapsed"), &g.seller(path))
}

/// Languages to tick, the first two ticked.
fn spoken() -> Vec<LanguageChoice> {
    let codes = ["en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "uk", "ar", "zh"];
    let choice = |(nth, code)| LanguageChoice { code, chosen: nth < 2 };
    codes.into_iter().enumerate().map(choice).collect()
}
