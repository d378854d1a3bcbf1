//! Booking a time, and the order's page.

use crate::{
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use uuid::Uuid;

/// Choosing a time, the list, and an order in each of its states.
pub fn bookings(g: &Gallery<'_>) -> anyhow::Result<()> {
    choosing(g)?;
    let row = |nth: usize, stage, hours: Option<i64>, turn| ConferenceRow {
        id: Uuid::from_u128(nth as u128),
        other: g.cast.person(nth),
        title: g.cast.services[nth % 2].0.to_owned(),
        start: hours.map(|hours| now() + hours.hours()),
        due: None,
        delivered: false,
        ordered_at: now() - 30.hours(),
        stage,
        turn,
    };
    let list = ConferencesPage {
        coming: vec![
            row(0, "booked", Some(26), false),
            row(1, "changing", Some(50), true),
            row(2, "asked", Some(75), false),
            row(3, "open", None, true),
            ConferenceRow {
                due: Some(now() + 70.hours()),
                delivered: true,
                ..row(5, "working", None, true)
            },
        ],
        over: vec![row(4, "closed", None, false)],
        older_url: None,
    };
    g.page("conferences", &list, &g.buyer("/conferences"))?;
    let none = ConferencesPage {
        coming: Vec::new(),
        over: Vec::new(),
        older_url: None,
    };
    g.page("conferences-none", &none, &g.buyer("/conferences"))?;
    orders(g)
}

fn choosing(g: &Gallery<'_>) -> anyhow::Result<()> {
    let ask = BookPage {
        id: Uuid::from_u128(100),
        title: g.cast.services[0].0.to_owned(),
        description: g.cast.services[0].1.to_owned(),
        seller: g.cast.card(0).person,
        seller_id: Uuid::from_u128(1),
        pay_first: false,
        minutes: Field::of("60"),
        length_min: 60,
        chosen_min: 60,
        rate: g.cast.amount(180),
        price: price(g, 10_800, false),
        times: times("Europe/Berlin"),
        earlier_url: None,
        later_url: Some("/book/100?from=2026-12-10".to_owned()),
        free_hours: 24,
        late_percent: 50,
        no_show_percent: 100,
        addons: addons(g),
        log_in: false,
        at_once: false,
        error: None,
    };
    g.page("book", &ask, &g.buyer("/book/100"))?;
    let visitor = BookPage {
        times: times("America/New_York"),
        log_in: true,
        ..ask.clone()
    };
    g.page("book-visitor", &visitor, &g.visitor("/book/100"))?;
    let now = BookPage {
        at_once: true,
        ..ask.clone()
    };
    g.page("book-now", &now, &g.buyer("/book/100"))?;
    let taken = BookPage {
        error: Some(Message::new("This time was just taken. Choose another one.")),
        ..ask.clone()
    };
    g.page("book-taken", &taken, &g.buyer("/book/100"))?;
    let none = BookPage {
        times: FreeTimes {
            days: Vec::new(),
            ..times("Europe/Berlin")
        },
        earlier_url: Some("/book/100?".to_owned()),
        later_url: None,
        ..ask.clone()
    };
    g.page("book-none", &none, &g.buyer("/book/100"))?;
    let buy = BookPage {
        pay_first: true,
        price: with_charges(g, price(g, 10_800, false), false),
        minutes: Field::of("5").wrong(Message::new("Choose 60 minutes or more, up to four hours.")),
        ..ask
    };
    g.page("book-buy", &buy, &g.buyer("/book/100"))
}

pub(super) fn times(zone: &str) -> FreeTimes {
    let day = |ahead: i64, hours: std::ops::Range<i64>| FreeDay {
        day: now().to_zoned(TimeZone::UTC).date() + ahead.days(),
        times: hours
            .map(|hour| FreeTime {
                start: now() + (ahead * 24 + hour).hours(),
                chosen: (ahead, hour) == (1, 8),
            })
            .collect(),
        more: ahead == 2,
    };
    FreeTimes {
        days: vec![day(1, 7..12), day(2, 7..15), day(4, 12..16)],
        elsewhere: zone != "Europe/Berlin",
        zone: zone.to_owned(),
        now: Some(now()),
    }
}

fn orders(g: &Gallery<'_>) -> anyhow::Result<()> {
    let path = "/conferences/1";
    let step = |hours: i64, text: Message| ConferenceStep {
        at: now() - hours.hours(),
        text,
    };
    let said = |key: &str| Message::new(format!("conference.step.{key}")).with("name", g.cast.person(0).name);
    let proposed = |key: &str, at: Timestamp| said(key).with("at", at);
    let first = now() + 40.hours();
    let asked = ConferencePage {
        id: Uuid::from_u128(1),
        title: g.cast.services[0].0.to_owned(),
        other: g.cast.person(0),
        seller_url: Some("/sellers/1".to_owned()),
        is_buyer: true,
        stage: "asked",
        start: None,
        offer: Some(ConferenceOffer {
            start: first,
            expires_at: now() + 20.hours(),
            round: 2,
            own: false,
        }),
        free_hours: 24,
        late_percent: 50,
        no_show_percent: 100,
        pay_until: None,
        other_zone: "America/New_York".to_owned(),
        elsewhere: true,
        length_min: 60,
        delivery_days: None,
        due: None,
        brief: String::new(),
        delivered: String::new(),
        delivery: Field::default(),
        price: price(g, 10_800, false),
        paid: false,
        available: g.cast.amount(2_350),
        other_is_here: false,
        at_once: false,
        can_launch: false,
        call_url: None,
        missing: Some(g.cast.amount(8_450)),
        times: Some(times("America/New_York")),
        can_cancel: true,
        cancel_fee: None,
        outcome: None,
        refund: None,
        let_go: false,
        hold_days: None,
        held: None,
        refunds: Vec::new(),
        refund_url: None,
        invoice_url: None,
        dispute: None,
        dispute_url: None,
        seen: None,
        history: vec![
            step(5, proposed("proposed_own", now() + 26.hours())),
            step(3, proposed("proposed", first)),
        ],
        error: None,
    };
    g.page("conference-asked", &asked, &g.buyer(path))?;
    let mut history = asked.history.clone();
    history.push(step(2, said("accepted_own")));
    let unpaid = ConferencePage {
        stage: "unpaid",
        start: Some(first),
        offer: None,
        pay_until: Some(now() + 22.hours()),
        hold_days: Some(6),
        times: None,
        history: history.clone(),
        ..asked.clone()
    };
    g.page("conference-unpaid", &unpaid, &g.buyer(path))?;
    history.push(step(1, said("paid_own")));
    let booked = ConferencePage {
        stage: "booked",
        pay_until: None,
        paid: true,
        hold_days: None,
        held: Some(
            Message::new("conference.held.held")
                .with("amount", g.cast.amount(10_800))
                .with("at", now() + 156.hours()),
        ),
        missing: None,
        times: Some(times("America/New_York")),
        cancel_fee: Some(g.cast.amount(5_400)),
        history: history.clone(),
        ..unpaid.clone()
    };
    g.page("conference-booked", &booked, &g.buyer(path))?;
    let asked_at_once = ConferencePage {
        stage: "asked_at_once",
        at_once: true,
        times: None,
        history: Vec::new(),
        ..asked.clone()
    };
    g.page("conference-asked-at-once", &asked_at_once, &g.seller(path))?;
    let begins = ConferencePage {
        stage: "begins",
        at_once: true,
        can_launch: true,
        other_is_here: true,
        times: None,
        can_cancel: false,
        ..booked.clone()
    };
    g.page("conference-begins", &begins, &g.buyer(path))?;
    let changing = ConferencePage {
        stage: "changing",
        offer: asked.offer.clone().map(|offer| ConferenceOffer { own: true, ..offer }),
        is_buyer: false,
        seller_url: None,
        other_is_here: true,
        can_launch: true,
        elsewhere: false,
        cancel_fee: None,
        error: Some(Message::new("Another time was named meanwhile. Look at that one.")),
        ..booked.clone()
    };
    g.page("conference-changing", &changing, &g.seller(path))?;
    let running = ConferencePage {
        stage: "running",
        call_url: Some("/calls/1".to_owned()),
        times: None,
        can_cancel: false,
        ..booked.clone()
    };
    g.page("conference-running", &running, &g.buyer(path))?;
    let open = ConferencePage {
        stage: "open",
        start: None,
        cancel_fee: None,
        history: Vec::new(),
        ..booked.clone()
    };
    g.page("conference-open", &open, &g.buyer(path))?;
    let over = ConferencePage {
        stage: "closed",
        start: None,
        times: None,
        can_cancel: false,
        cancel_fee: None,
        outcome: Some(Message::new("conference.outcome.cancelled").with("name", g.cast.person(0).name)),
        refund: Some(g.cast.amount(10_800)),
        dispute_url: Some("/conferences/1/dispute".to_owned()),
        refunds: vec![super::refunds::row(g, 1, 500, "staff")],
        seen: Some(Seen {
            looks: 11,
            own: 11,
            other: 2,
        }),
        ..booked
    };
    g.page("conference-over", &over, &g.buyer(path))?;
    deliveries(g, asked)
}

fn addons(g: &Gallery<'_>) -> Vec<AddonChoice> {
    let addon = |title: &str, minor| AddonChoice {
        title: title.to_owned(),
        price: g.cast.amount(minor),
        chosen: false,
    };
    vec![
        addon("Notes of what was said", 500),
        addon("Answered within a day", 1_200),
    ]
}

/// What something costs, with the first of the extras or without any.
fn price(g: &Gallery<'_>, base: i64, with_extra: bool) -> PriceLines {
    let chosen: Vec<AddonChoice> = addons(g).into_iter().take(usize::from(with_extra)).collect();
    let extras: i64 = chosen.iter().map(|addon| addon.price.minor).sum();
    PriceLines {
        base: g.cast.amount(base),
        addons: chosen,
        fee: None,
        tax: None,
        tax_included: false,
        total: g.cast.amount(base + extras),
    }
}

/// The same with a fee of 5 %, and a tax of 19 % in it or on top.
fn with_charges(g: &Gallery<'_>, price: PriceLines, tax_included: bool) -> PriceLines {
    let fee = price.total.minor / 20;
    let sum = price.total.minor + fee;
    let (tax, total) = match tax_included {
        true => (sum * 19 / 119, sum),
        false => (sum * 19 / 100, sum + sum * 19 / 100),
    };
    PriceLines {
        fee: Some(g.cast.amount(fee)),
        tax: Some(g.cast.amount(tax)),
        tax_included,
        total: g.cast.amount(total),
        ..price
    }
}

/// Ordering something that is delivered, and its order's page.
fn deliveries(g: &Gallery<'_>, talk: ConferencePage) -> anyhow::Result<()> {
    let order = OrderPage {
        id: Uuid::from_u128(100),
        title: g.cast.services[1].0.to_owned(),
        description: g.cast.services[1].1.to_owned(),
        seller: g.cast.card(0).person,
        seller_id: Uuid::from_u128(1),
        price: price(g, 4_900, false),
        unavailable: false,
        delivery_days: 7,
        late_percent: 50,
        confirm_days: 7,
        addons: addons(g),
        brief: Field::default(),
        log_in: false,
        error: None,
    };
    g.page("order", &order, &g.buyer("/order/100"))?;
    let gone = OrderPage {
        error: Some(Message::new(
            "An extra isn't offered any more. Look at what there is now.",
        )),
        brief: Field::of("Two pages, by hand."),
        ..order.clone()
    };
    g.page("order-refused", &gone, &g.buyer("/order/100"))?;
    let mut chosen = OrderPage {
        price: with_charges(g, price(g, 4_900, true), true),
        ..order.clone()
    };
    chosen.addons[0].chosen = true;
    g.page("order-extras", &chosen, &g.buyer("/order/100"))?;
    let unavailable = OrderPage {
        unavailable: true,
        ..order.clone()
    };
    g.page("order-unavailable", &unavailable, &g.buyer("/order/100"))?;
    g.page(
        "order-visitor",
        &OrderPage { log_in: true, ..order },
        &g.visitor("/order/100"),
    )?;
    let path = "/conferences/1";
    let unpaid = ConferencePage {
        stage: "unpaid",
        offer: None,
        times: None,
        delivery_days: Some(7),
        pay_until: Some(now() + 22.hours()),
        brief: "Two pages, by hand.".to_owned(),
        price: with_charges(g, price(g, 4_900, true), false),
        missing: Some(g.cast.amount(4_397)),
        history: Vec::new(),
        ..talk
    };
    g.page("delivery-unpaid", &unpaid, &g.buyer(path))?;
    let said = |key: &str| ConferenceStep {
        at: now() - 5.hours(),
        text: Message::new(format!("conference.step.{key}")).with("name", g.cast.person(0).name),
    };
    let ordered = ConferencePage {
        stage: "ordered",
        is_buyer: false,
        seller_url: None,
        pay_until: None,
        missing: None,
        paid: true,
        due: Some(now() + 40.hours()),
        history: vec![said("paid")],
        ..unpaid
    };
    g.page("delivery-ordered", &ordered, &g.seller(path))?;
    let working = ConferencePage {
        stage: "working",
        due: Some(now() + 150.hours()),
        delivery: Field::default().wrong(Message::new("Write 1 to 10,000 characters.")),
        history: vec![said("paid"), said("taken_on_own")],
        ..ordered.clone()
    };
    g.page("delivery-working", &working, &g.seller(path))?;
    let delivered = ConferencePage {
        stage: "delivered",
        is_buyer: true,
        can_cancel: false,
        delivered: "Here it is.\n\nIf anything is missing, write to me.".to_owned(),
        history: vec![said("paid_own"), said("taken_on"), said("delivered")],
        ..ordered
    };
    g.page("delivery-delivered", &delivered, &g.buyer(path))
}
