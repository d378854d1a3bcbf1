//! Wallet and selling.

use super::earnings;
use crate::{
    app::hours::DAYS,
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{ToSpan as _, civil::date};
use uuid::Uuid;

/// Wallet, top-ups, the test gateway.
pub fn money(g: &Gallery<'_>) -> anyhow::Result<()> {
    let line = |hours: i64, kind, text: Message, minor: i64, balance: i64| StatementLine {
        at: now() - hours.hours(),
        kind,
        text,
        amount: g.cast.amount(minor),
        balance: g.cast.amount(balance),
        url: Some("/calls/1/bill".to_owned()),
    };
    let call = |nth: usize| Message::new("statement.call").with("name", g.cast.person(nth).name);
    let top_up = |state| TopUpPage {
        id: Uuid::from_u128(77),
        state,
        amount: g.cast.amount(2_000),
        at: now(),
        available: g.cast.amount(2_350),
        reason: (state == TopUpState::Declined).then(|| Message::new("The card was refused.")),
        pay_url: Some("/gateway/test/abc".to_owned()),
        next: None,
    };
    let way = |name: &str, provider, chosen| PayWay {
        name: name.to_owned(),
        provider,
        label: (provider == "kept").then(|| "visa ···· 4242".to_owned()),
        keeps: provider != "kept",
        holds: provider == "test" || provider == "stripe",
        chosen,
    };
    let wallet = WalletPage {
        available: g.cast.amount(2_350),
        held: g.cast.amount(0),
        has_shares: false,
        lines: vec![
            line(2, LineKind::Call, call(0), -2_160, 2_350),
            line(3, LineKind::TopUp, Message::new("statement.top_up"), 4_000, 4_510),
            line(30, LineKind::Call, call(5), -1_490, 510),
            line(
                54,
                LineKind::Refund,
                Message::new("statement.refund").with("name", g.cast.person(2).name),
                300,
                2_000,
            ),
            line(55, LineKind::TopUp, Message::new("statement.top_up"), 2_000, 1_700),
        ],
        suggestions: [1_000, 2_000, 5_000, 10_000].map(|minor| g.cast.amount(minor)).to_vec(),
        amount: Field::default(),
        ways: vec![way("test", "test", true)],
        can_keep: true,
        keep: false,
        can_hold: true,
        hold: false,
        minimum: g.cast.amount(500),
        maximum: g.cast.amount(50_000),
        open: Vec::new(),
        next: None,
        older_url: Some("/wallet?before=1".to_owned()),
    };
    g.page("wallet", &wallet, &g.buyer("/wallet"))?;
    let waiting = WalletPage {
        held: g.cast.amount(540),
        ways: vec![
            way("kept-1", "kept", true),
            way("1", "stripe", false),
            way("2", "paypal", false),
            way("test", "test", false),
        ],
        open: vec![top_up(TopUpState::Unknown), top_up(TopUpState::Pending)],
        amount: Field::of("3").wrong(
            Message::new("error.between")
                .with("minimum", g.cast.amount(500))
                .with("maximum", g.cast.amount(50_000)),
        ),
        next: Some("/calls/1".to_owned()),
        ..wallet.clone()
    };
    g.page("wallet-open", &waiting, &g.buyer("/wallet"))?;
    let empty = WalletPage {
        available: g.cast.amount(0),
        ways: Vec::new(),
        can_keep: false,
        lines: Vec::new(),
        older_url: None,
        ..wallet
    };
    g.page("wallet-empty", &empty, &g.buyer("/wallet"))?;
    documents(g)?;
    for (name, state) in [
        ("top-up-settled", TopUpState::Settled),
        ("top-up-pending", TopUpState::Pending),
        ("top-up-held", TopUpState::Held),
        ("top-up-taken", TopUpState::Taken),
        ("top-up-released", TopUpState::Released),
        ("top-up-declined", TopUpState::Declined),
        ("top-up-unknown", TopUpState::Unknown),
    ] {
        g.page(name, &top_up(state), &g.buyer("/wallet/top-ups/1"))?;
    }
    let pay = PayPage {
        amount: g.cast.amount(2_000),
        provider: "paytr",
        address: "/terms".to_owned(),
        fields: Vec::new(),
        back: "/wallet".to_owned(),
    };
    g.page("pay", &pay, &g.buyer("/wallet/top-ups/1/pay"))?;
    let leave = LeavePage {
        amount: g.cast.amount(2_000),
        provider: "stripe",
        to: "/terms".to_owned(),
        back: "/wallet".to_owned(),
    };
    g.page("leave", &leave, &g.buyer("/wallet/top-ups/1/pay"))?;
    let paid = PaidPage {
        to: "/wallet".to_owned(),
    };
    g.page("paid", &paid, &g.buyer("/paid"))?;
    let tip = TipPage {
        id: Uuid::from_u128(9),
        seller_id: Uuid::from_u128(1),
        name: g.cast.person(0).name,
        call: None,
        back_url: Some("/sellers/1".to_owned()),
        suggestions: [100, 200, 500, 1_000].map(|minor| g.cast.amount(minor)).to_vec(),
        amount: Field::default(),
        minimum: g.cast.amount(100),
        maximum: g.cast.amount(50_000),
        available: g.cast.amount(2_350),
        error: None,
        add_url: None,
    };
    g.page("tip", &tip, &g.buyer("/sellers/1/tip"))?;
    let poor = TipPage {
        available: g.cast.amount(150),
        back_url: None,
        error: Some(Message::new("Your credit doesn't cover this. Add 3.50 EUR first.")),
        add_url: Some("/wallet".to_owned()),
        ..tip
    };
    g.page("tip-poor", &poor, &g.buyer("/sellers/1/tip"))?;
    let gateway = GatewayPage {
        reference: "tst_5f1e0c2b7a".to_owned(),
        merchant: g.cast.tenant.to_owned(),
        amount: g.cast.amount(2_000),
        challenge: false,
        keeps: true,
        holds: false,
        cancel_url: "/wallet".to_owned(),
    };
    g.page("gateway", &gateway, &g.buyer("/gateway/test/1"))?;
    g.page(
        "gateway-challenge",
        &GatewayPage {
            challenge: true,
            ..gateway.clone()
        },
        &g.buyer("/gateway/test/1"),
    )?;
    let holds = GatewayPage {
        keeps: false,
        holds: true,
        ..gateway
    };
    g.page("gateway-holds", &holds, &g.buyer("/gateway/test/1"))
}

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

fn documents(g: &Gallery<'_>) -> anyhow::Result<()> {
    let row = |kind, nth: u128, sold: bool, minor| DocumentRow {
        id: Uuid::from_u128(nth),
        kind,
        number: format!("2026-{nth:05}"),
        at: now() - i64::try_from(43 - nth).unwrap_or(0).hours(),
        title: if sold {
            "A talk about your contract".to_owned()
        } else {
            String::new()
        },
        seller: sold.then(|| g.cast.person(1).name),
        total: g.cast.amount(minor),
    };
    let full = DocumentsPage {
        documents: vec![
            row("credit_note", 43, true, 240),
            row("invoice", 42, true, 2_160),
            row("receipt", 40, false, 4_000),
        ],
        older_url: Some("/account/documents?page=2".to_owned()),
    };
    g.page("documents", &full, &g.buyer("/account/documents"))?;
    let empty = DocumentsPage {
        documents: Vec::new(),
        older_url: None,
    };
    g.page("documents-empty", &empty, &g.buyer("/account/documents"))
}
