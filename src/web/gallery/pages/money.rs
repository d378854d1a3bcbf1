//! Wallet, tips, documents.

use crate::{
    domain::tip::Gift,
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::ToSpan as _;
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
        suggestions: [100, 200, 500, 1_000]
            .map(|minor| TipChoice {
                amount: g.cast.amount(minor),
                chosen: minor == 200,
            })
            .to_vec(),
        gifts: [
            (Gift::Flower, 100),
            (Gift::Coffee, 300),
            (Gift::Cake, 600),
            (Gift::Bouquet, 1_500),
        ]
        .map(|(gift, minor)| GiftChoice {
            name: gift.name(),
            price: g.cast.amount(minor),
            chosen: false,
        })
        .to_vec(),
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
