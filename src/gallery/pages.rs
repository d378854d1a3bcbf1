//! The samples: each page in the states that look different.

use super::{Gallery, cast::now};
use crate::web::{
    pages::views::*,
    theme::{Flash, PageContext, Tone},
};
use jiff::{Timestamp, ToSpan as _};
use tallyroom_media_protocol::signaling::{CallPhase, CallRole, CallView, OtherView};
use uuid::Uuid;

/// Renders all of them.
pub fn render(g: &Gallery<'_>) -> anyhow::Result<()> {
    browsing(g)?;
    profile(g)?;
    identity(g)?;
    money(g)?;
    selling(g)?;
    calls(g)?;
    bills(g)?;
    conversations(g)?;
    system(g)?;
    mails(g)
}

fn browsing(g: &Gallery<'_>) -> anyhow::Result<()> {
    let others = [g.cast.cards(Presence::InCall), g.cast.cards(Presence::Away)].concat();
    let home = HomePage {
        query: String::new(),
        available: g.cast.cards(Presence::Available),
        others: others.clone(),
        categories: Vec::new(),
        reviews: g.cast.written(true),
        more_url: None,
    };
    g.page("home", &home, &g.visitor("/"))?;
    g.page("home-buyer", &home, &g.buyer("/"))?;
    let nobody = HomePage {
        available: Vec::new(),
        reviews: Vec::new(),
        ..home.clone()
    };
    g.page("home-nobody", &nobody, &g.visitor("/"))?;
    let lost = HomePage {
        query: "underwater basket weaving".to_owned(),
        others: Vec::new(),
        ..nobody
    };
    g.page("home-lost", &lost, &g.visitor("/"))?;
    let sellers = [g.cast.cards(Presence::Available), g.cast.cards(Presence::InCall)].concat();
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
        video_enabled: true,
        selected: nth == 0,
    }
}

fn profile(g: &Gallery<'_>) -> anyhow::Result<()> {
    let page = |state: RingState, available: Option<i64>, lasts_minutes: Option<u32>| SellerPage {
        seller: g.cast.card(0),
        about: g.cast.about.to_owned(),
        services: vec![offer(g, 0), offer(g, 1)],
        ring: Some(RingBox {
            service: offer(g, 0),
            state,
            needed: g.cast.amount(900),
            available: available.map(|minor| g.cast.amount(minor)),
            lasts_minutes,
            ring_seconds: 45,
        }),
        reviews: g.cast.written(false),
        calls_count: 348,
        error: None,
    };
    let path = "/sellers/1";
    g.page("seller", &page(RingState::Ready, Some(2_350), Some(13)), &g.buyer(path))?;
    g.page("seller-visitor", &page(RingState::LogIn, None, None), &g.visitor(path))?;
    g.page(
        "seller-top-up",
        &page(RingState::TopUp, Some(120), None),
        &g.buyer(path),
    )?;
    let mut away = page(RingState::Away, Some(2_350), Some(13));
    away.seller = g.cast.card(5);
    away.services.truncate(1);
    away.reviews.clear();
    away.calls_count = 0;
    g.page("seller-away", &away, &g.buyer(path))?;
    let mut refused = page(RingState::InCall, Some(2_350), Some(13));
    refused.error = Some(Message::new("error.busy"));
    g.page("seller-busy", &refused, &g.buyer(path))
}

fn identity(g: &Gallery<'_>) -> anyhow::Result<()> {
    let wrong = |value: &str, error: Message| Field::of(value).wrong(error);
    let register = RegisterPage {
        minimum_age: 18,
        password_min: 10,
        ..RegisterPage::default()
    };
    g.page("register", &register, &g.visitor("/register"))?;
    let errors = RegisterPage {
        name: Field::of("Jonas Winter"),
        email: wrong("jonas@example", Message::new("error.email")),
        password: wrong("", Message::new("error.too_short").with("count", 10)),
        of_age: wrong("", Message::new("error.of_age").with("count", 18)),
        accept_terms: Field::of("on"),
        ..register.clone()
    };
    g.page("register-errors", &errors, &g.visitor("/register"))?;
    let sent = Some("jonas@example.com".to_owned());
    let mailbox_url = Some("/dev/mailbox".to_owned());
    g.page(
        "register-sent",
        &RegisterPage {
            sent_to: sent.clone(),
            mailbox_url,
            ..register
        },
        &g.visitor("/register"),
    )?;
    let demo = vec![
        Choice {
            value: "jonas@example.com".to_owned(),
            label: "Buyer".to_owned(),
        },
        Choice {
            value: "mira@example.com".to_owned(),
            label: "Seller".to_owned(),
        },
    ];
    let login = LoginPage {
        demo,
        demo_password: Some("correct horse".to_owned()),
        ..LoginPage::default()
    };
    g.page("login", &login, &g.visitor("/login"))?;
    let refused = LoginPage {
        email: Field::of("jonas@example.com"),
        error: Some(Message::new("error.login")),
        ..LoginPage::default()
    };
    g.page("login-error", &refused, &g.visitor("/login"))?;
    g.page("forgot", &ForgotPage::default(), &g.visitor("/forgot"))?;
    g.page(
        "forgot-sent",
        &ForgotPage {
            sent_to: sent,
            ..ForgotPage::default()
        },
        &g.visitor("/forgot"),
    )?;
    let reset = ResetPage {
        token: "t".to_owned(),
        password_min: 10,
        ..ResetPage::default()
    };
    g.page("reset", &reset, &g.visitor("/reset"))?;
    g.page(
        "reset-expired",
        &ResetPage {
            expired: true,
            ..reset.clone()
        },
        &g.visitor("/reset"),
    )?;
    g.page("reset-done", &ResetPage { done: true, ..reset }, &g.visitor("/reset"))?;
    for (name, state) in [
        ("verify", VerifyState::Ask),
        ("verify-done", VerifyState::Done),
        ("verify-expired", VerifyState::Expired),
    ] {
        g.page(
            name,
            &VerifyPage {
                token: "t".to_owned(),
                state,
            },
            &g.visitor("/verify"),
        )?;
    }
    let account = AccountPage {
        email: "jonas@example.com".to_owned(),
        name: Field::of(g.cast.buyer),
        time_zone: Field::of(g.cast.zone),
        language: Field::of("en"),
        zones: ["America/New_York", "Europe/Berlin", "Europe/London"]
            .map(str::to_owned)
            .to_vec(),
        languages: vec![Choice {
            value: "en".to_owned(),
            label: "English".to_owned(),
        }],
        do_not_disturb: false,
        auto_reject: true,
        sessions: 2,
    };
    let saved = Flash {
        tone: Tone::Success,
        message: Message::new("done.saved"),
    };
    g.page(
        "account",
        &account,
        &PageContext {
            flash: Some(saved),
            ..g.buyer("/account")
        },
    )
}

fn money(g: &Gallery<'_>) -> anyhow::Result<()> {
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
        pay_url: Some("/gateway/test/abc".to_owned()),
        next: None,
    };
    let wallet = WalletPage {
        available: g.cast.amount(2_350),
        held: g.cast.amount(0),
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
        minimum: g.cast.amount(500),
        maximum: g.cast.amount(50_000),
        open: Vec::new(),
        next: None,
        older_url: Some("/wallet?before=1".to_owned()),
    };
    g.page("wallet", &wallet, &g.buyer("/wallet"))?;
    let waiting = WalletPage {
        held: g.cast.amount(540),
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
        lines: Vec::new(),
        older_url: None,
        ..wallet
    };
    g.page("wallet-empty", &empty, &g.buyer("/wallet"))?;
    for (name, state) in [
        ("top-up-settled", TopUpState::Settled),
        ("top-up-pending", TopUpState::Pending),
        ("top-up-declined", TopUpState::Declined),
        ("top-up-unknown", TopUpState::Unknown),
    ] {
        g.page(name, &top_up(state), &g.buyer("/wallet/top-ups/1"))?;
    }
    let gateway = GatewayPage {
        reference: "tst_5f1e0c2b7a".to_owned(),
        merchant: g.cast.tenant.to_owned(),
        amount: g.cast.amount(2_000),
        challenge: false,
        cancel_url: "/wallet".to_owned(),
    };
    g.page("gateway", &gateway, &g.buyer("/gateway/test/1"))?;
    g.page(
        "gateway-challenge",
        &GatewayPage {
            challenge: true,
            ..gateway
        },
        &g.buyer("/gateway/test/1"),
    )
}

fn selling(g: &Gallery<'_>) -> anyhow::Result<()> {
    let row = |nth: usize, published| ServiceRow {
        id: Uuid::from_u128(nth as u128),
        title: g.cast.services[nth].0.to_owned(),
        rate: g.cast.amount(180),
        increment: Increment::Minute,
        published,
    };
    let on = SellPage {
        seller_id: Some(Uuid::from_u128(1)),
        availability: Availability {
            until: Some(now() + 3.hours()),
            hours: 2,
            possible: true,
        },
        auto_reject: false,
        do_not_disturb: false,
        profile: ProfileForm {
            headline: Field::of(g.cast.card(0).headline),
            about: Field::of(g.cast.about),
            languages: Field::of("en, de"),
        },
        services: vec![row(0, true), row(1, false)],
        form: None,
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
        video_enabled: true,
        published: true,
    };
    g.page(
        "sell-edit",
        &SellPage {
            availability: off.clone(),
            form: Some(form),
            ..on.clone()
        },
        &g.seller("/sell"),
    )?;
    let new = SellPage {
        seller_id: None,
        availability: Availability { possible: false, ..off },
        profile: ProfileForm::default(),
        services: Vec::new(),
        earnings: g.cast.amount(0),
        ..on
    };
    g.page("sell-new", &new, &g.buyer("/sell"))
}

fn calls(g: &Gallery<'_>) -> anyhow::Result<()> {
    let row = |nth: usize, stage, outcome, seconds, minor: Option<i64>| CallRow {
        id: Uuid::from_u128(nth as u128),
        other: g.cast.person(nth),
        side: Side::Buyer,
        service_title: g.cast.services[nth % 2].0.to_owned(),
        at: now() - (26 * nth as i64).hours(),
        stage,
        outcome,
        seconds,
        amount: minor.map(|minor| g.cast.amount(minor)),
    };
    let ended = CallStage::Ended;
    let page = CallsPage {
        open: Some(row(2, CallStage::Live, None, 0, None)),
        items: vec![
            row(0, ended, Some(Outcome::BuyerEnded), 720, Some(2_160)),
            row(1, ended, Some(Outcome::Missed), 0, None),
            row(5, ended, Some(Outcome::OutOfCredit), 3_905, Some(11_700)),
            row(3, ended, Some(Outcome::Cancelled), 0, None),
        ],
        older_url: None,
    };
    g.page("calls", &page, &g.buyer("/calls"))?;
    g.page(
        "calls-empty",
        &CallsPage {
            open: None,
            items: Vec::new(),
            older_url: None,
        },
        &g.buyer("/calls"),
    )?;
    let room = RoomSetup {
        call_id: Uuid::from_u128(1),
        role: CallRole::Buyer,
        call: ringing(g),
        top_up_amounts: vec![1_000, 2_000, 5_000],
        terms: RoomTerms {
            increment: Increment::Minute,
            minimum_s: 300,
            grace_s: 30,
        },
        can_rate: true,
        other_photo: g.cast.person(0).photo_url,
        urls: RoomUrls {
            bill: "/calls/1/bill".to_owned(),
            back: "/sellers/1".to_owned(),
            login: "/login?next=/calls/1".to_owned(),
        },
    };
    g.page("room", &RoomPage { room }, &g.buyer("/calls/1"))
}

/// A call that rings.
fn ringing(g: &Gallery<'_>) -> CallView {
    CallView {
        id: Uuid::from_u128(1),
        role: CallRole::Buyer,
        phase: CallPhase::Ringing,
        suspended: None,
        ended: None,
        until_ms: None,
        other: OtherView {
            name: g.cast.person(0).name,
            present: false,
            connected: false,
        },
        you_connected: false,
        service_title: g.cast.services[0].0.to_owned(),
        currency: g.cast.currency.to_owned(),
        rate_minor: 180,
        charged_minor: 0,
        billable_ms: 0,
        remaining_ms: None,
        running: false,
        available_minor: Some(2_350),
        server_now_ms: now().as_millisecond(),
    }
}

/// A call of twelve and a half minutes with one gap.
fn bill(g: &Gallery<'_>) -> BillPage {
    let start = now();
    let at = |second: i64| start + second.seconds();
    let spans =
        |pairs: &[(i64, i64)]| -> Vec<(Timestamp, Timestamp)> { pairs.iter().map(|(a, b)| (at(*a), at(*b))).collect() };
    let charged = [
        (SpanKind::Grace, at(0), at(30)),
        (SpanKind::Charged, at(30), at(310)),
        (SpanKind::Charged, at(352), at(790)),
    ];
    let length = |text: Message, seconds, minor| BillLine {
        text,
        seconds,
        amount: g.cast.amount(minor),
    };
    let block = |number: u32| BillBlock {
        number,
        kind: BillBlockKind::Charged,
        from: at(30 + 60 * i64::from(number - 1)),
        to: at(30 + 60 * i64::from(number)),
        seconds: 60,
        amount: g.cast.amount(180),
    };
    let grace = BillBlock {
        number: 0,
        kind: BillBlockKind::Grace,
        from: at(0),
        to: at(30),
        seconds: 30,
        amount: g.cast.amount(0),
    };
    BillPage {
        id: Uuid::from_u128(0x5f1e_0c2b_7a90_4d11_8e22_33f4_1a2b_3c4d),
        other: g.cast.person(0),
        other_url: Some("/sellers/1".to_owned()),
        side: Side::Buyer,
        service_title: g.cast.services[0].0.to_owned(),
        started_at: Some(start),
        ended_at: at(790),
        outcome: Outcome::BuyerEnded,
        settling: false,
        rate: g.cast.amount(180),
        increment: Increment::Minute,
        billable_seconds: 748,
        charged_seconds: 720,
        total: g.cast.amount(2_160),
        lines: vec![
            length(Message::new("bill.grace"), 30, 0),
            length(
                Message::new("bill.minutes")
                    .with("count", 12)
                    .with("rate", g.cast.amount(180)),
                720,
                2_160,
            ),
        ],
        blocks: std::iter::once(grace).chain((1..=12).map(block)).collect(),
        strip: Some(Strip::new(
            at(0),
            at(790),
            &spans(&[(0, 310), (352, 790)]),
            &spans(&[(0, 790)]),
            &charged,
        )),
        share: None,
        rating: Some(RatingForm::default()),
    }
}

fn bills(g: &Gallery<'_>) -> anyhow::Result<()> {
    let buyer = bill(g);
    g.page("bill", &buyer, &g.buyer("/calls/1/bill"))?;
    let rating = RatingForm {
        stars: Field::of("4"),
        text: Field::of("Quick and clear."),
        done: true,
    };
    g.page(
        "bill-rated",
        &BillPage {
            rating: Some(rating),
            ..buyer.clone()
        },
        &g.buyer("/calls/1/bill"),
    )?;
    let share = SellerShare {
        earned: g.cast.amount(1_728),
        commission: g.cast.amount(432),
    };
    let seller = BillPage {
        side: Side::Seller,
        other: Person::new(g.cast.buyer, None),
        other_url: None,
        share: Some(share),
        rating: None,
        ..buyer.clone()
    };
    g.page("bill-seller", &seller, &g.seller("/calls/1/bill"))?;
    let missed = BillPage {
        started_at: None,
        outcome: Outcome::Missed,
        billable_seconds: 0,
        charged_seconds: 0,
        total: g.cast.amount(0),
        lines: Vec::new(),
        blocks: Vec::new(),
        strip: None,
        rating: None,
        ..buyer.clone()
    };
    g.page("bill-missed", &missed, &g.buyer("/calls/1/bill"))?;
    g.page(
        "bill-settling",
        &BillPage {
            settling: true,
            rating: None,
            ..buyer
        },
        &g.buyer("/calls/1/bill"),
    )
}

fn conversations(g: &Gallery<'_>) -> anyhow::Result<()> {
    let row = |nth: usize, last: Message, unread| ConversationRow {
        id: Uuid::from_u128(nth as u128),
        other: g.cast.person(nth),
        last,
        at: now() - (20 * nth as i64).hours(),
        unread,
    };
    let items = vec![
        row(0, Message::new("conversations.last.call_ended").with("seconds", 720), 0),
        row(1, Message::new("conversations.last.call_missed"), 2),
        row(
            5,
            Message::new("conversations.last.message")
                .with("text", "Thank you, that helped a lot. I will send the letter tomorrow."),
            0,
        ),
    ];
    g.page(
        "conversations",
        &ConversationsPage { items },
        &g.buyer("/conversations"),
    )?;
    g.page(
        "conversations-empty",
        &ConversationsPage { items: Vec::new() },
        &g.buyer("/conversations"),
    )?;
    let entry = |minutes: i64, kind, mine, text: &str| Entry {
        at: now() - (600 - minutes).minutes(),
        kind,
        mine,
        text: text.to_owned(),
        seconds: if kind == EntryKind::CallEnded { 720 } else { 0 },
        amount: (kind == EntryKind::CallEnded).then(|| g.cast.amount(2_160)),
        url: (kind == EntryKind::CallEnded).then(|| "/calls/1/bill".to_owned()),
    };
    let page = ConversationPage {
        id: Uuid::from_u128(1),
        other: g.cast.person(0),
        presence: Some(Presence::Available),
        other_url: Some("/sellers/1".to_owned()),
        entries: vec![
            entry(0, EntryKind::CallMissed, true, ""),
            entry(60, EntryKind::CallRejected, true, ""),
            entry(70, EntryKind::CallEnded, true, ""),
            entry(
                75,
                EntryKind::Message,
                false,
                "Here is the form we talked about: page 2, line 14.",
            ),
            entry(76, EntryKind::Message, true, "Thank you, that helped a lot."),
            entry(120, EntryKind::CallCancelled, false, ""),
        ],
        older_url: None,
    };
    g.page("conversation", &page, &g.buyer("/conversations/1"))
}

fn system(g: &Gallery<'_>) -> anyhow::Result<()> {
    let terms = TermsPage {
        version: "2026-01".to_owned(),
        since: now(),
        minimum_age: 18,
    };
    g.page("terms", &terms, &g.visitor("/terms"))?;
    for status in [403, 404, 429, 500, 418] {
        let retry_seconds = (status == 429).then_some(30);
        g.page(
            &format!("error-{status}"),
            &ErrorPage {
                status,
                message: None,
                retry_seconds,
            },
            &g.visitor("/x"),
        )?;
    }
    g.page(
        "unknown-host",
        &UnknownHostPage {
            host: "nobody.localhost:8080".to_owned(),
        },
        &g.visitor("/"),
    )?;
    let login = |role: &str, email: &str| DemoLogin {
        role: role.to_owned(),
        email: email.to_owned(),
        password: "correct horse".to_owned(),
    };
    let tenant = |name: &str, theme: &str, tagline: &str| DemoTenant {
        name: name.to_owned(),
        url: format!("http://{theme}.localhost:8080"),
        theme: theme.to_owned(),
        tagline: tagline.to_owned(),
        logins: vec![login("Buyer", "jonas@example.com"), login("Seller", "mira@example.com")],
    };
    let platform = PlatformHomePage {
        tenants: vec![
            tenant("Lumen", "lumen", "Advisers, in euro"),
            tenant("Velvet", "velvet", "Performers, in dollars"),
        ],
    };
    let page = PageContext {
        platform: true,
        tenant_name: "Tallyroom".to_owned(),
        ..g.visitor("/")
    };
    g.page("platform-home", &platform, &page)?;
    let row = MailRow {
        url: "/dev/mailbox/1".to_owned(),
        from: "Lumen <hello@lumen.example>".to_owned(),
        to: "jonas@example.com".to_owned(),
        subject: "Confirm your mail address for Lumen".to_owned(),
        at: now(),
    };
    g.page(
        "mailbox",
        &MailboxPage {
            mails: vec![row.clone(), row.clone()],
        },
        &page,
    )?;
    let mail = MailPage {
        mail: row,
        text: "Hello Jonas,\n\nconfirm your mail address.".to_owned(),
        html_url: "/dev/mailbox/1/html".to_owned(),
        action_url: Some("http://lumen.localhost:8080/verify?token=t".to_owned()),
    };
    g.page("mailbox-mail", &mail, &page)
}

fn mails(g: &Gallery<'_>) -> anyhow::Result<()> {
    let name = || g.cast.buyer.to_owned();
    let url = |path: &str| format!("http://{}.localhost:8080{path}", g.cast.theme);
    g.mail(
        "verify",
        &VerifyMail {
            name: name(),
            url: url("/verify?token=t0k3n"),
            hours: 24,
        },
    )?;
    g.mail(
        "reset",
        &ResetMail {
            name: name(),
            url: url("/reset?token=t0k3n"),
            minutes: 60,
        },
    )?;
    g.mail(
        "welcome",
        &WelcomeMail {
            name: name(),
            url: url("/"),
        },
    )?;
    let bill = bill(g);
    let receipt = ReceiptMail {
        name: name(),
        other_name: bill.other.name,
        service_title: bill.service_title,
        at: now(),
        seconds: bill.charged_seconds,
        lines: bill.lines,
        total: bill.total,
        available: g.cast.amount(2_350),
        url: url("/calls/1/bill"),
    };
    g.mail("receipt", &receipt)?;
    let missed = MissedCallMail {
        name: g.cast.person(0).name,
        other_name: name(),
        service_title: g.cast.services[0].0.to_owned(),
        at: now(),
        url: url("/conversations/1"),
    };
    g.mail("missed-call", &missed)
}
