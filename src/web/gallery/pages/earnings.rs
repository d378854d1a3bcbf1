//! A seller's earnings and payouts.

use crate::{
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::ToSpan as _;
use uuid::Uuid;

/// `/sell/earnings` with something in it, with nothing, and when nothing can be asked for.
pub fn earnings(g: &Gallery<'_>) -> anyhow::Result<()> {
    let payout = |nth: u128, days: i64, minor: i64, state, reason: &str| PayoutRow {
        id: Uuid::from_u128(nth),
        at: now() - (days * 24).hours(),
        amount: g.cast.amount(minor),
        state,
        to: "DE89 •••• 3000".to_owned(),
        reason: reason.to_owned(),
        open: state == "requested",
    };
    let line = |hours: i64, kind, text: Message, minor: i64, balance: i64| StatementLine {
        at: now() - hours.hours(),
        kind,
        text,
        amount: g.cast.amount(minor),
        balance: g.cast.amount(balance),
        url: (kind == LineKind::Earning).then(|| "/calls/1/bill".to_owned()),
    };
    let of = |key: &str, nth: usize| Message::new(key).with("name", g.cast.person(nth).name);
    let full = EarningsPage {
        available: g.cast.amount(12_380),
        held: g.cast.amount(6_080),
        next_at: Some(now() + 40.hours()),
        on_its_way: g.cast.amount(4_000),
        paid: g.cast.amount(82_150),
        hold_days: 7,
        minimum: g.cast.amount(2_000),
        not: None,
        request_id: Uuid::from_u128(1),
        amount: Field::default(),
        code: None,
        error: None,
        method: Some(ShownMethod {
            kind: "iban".to_owned(),
            shown: "DE89 •••• 3000".to_owned(),
        }),
        kinds: vec!["iban", "account", "payoneer", "stripe"],
        form: None,
        payouts: vec![
            payout(1, 1, 4_000, "requested", ""),
            payout(2, 9, 21_000, "paid", ""),
            payout(3, 12, 21_000, "failed", "The bank doesn’t know this account."),
            payout(4, 30, 8_000, "cancelled", ""),
        ],
        lines: vec![
            line(2, LineKind::Other, of("statement.commission", 4), -432, 22_460),
            line(2, LineKind::Earning, of("statement.earning", 4), 2_160, 22_892),
            line(30, LineKind::Earning, of("statement.order_from", 5), 4_800, 20_732),
            line(54, LineKind::Refund, of("statement.refund", 2), -300, 15_932),
            line(210, LineKind::Other, Message::new("statement.payout"), -21_000, 16_232),
        ],
        older_url: Some("/sell/earnings?page=2".to_owned()),
    };
    g.page("earnings", &full, &g.seller("/sell/earnings"))?;
    let wrong = EarningsPage {
        amount: Field::of("500").wrong(Message::new("You can have up to 123.80 EUR paid out now.")),
        form: Some(MethodForm {
            kind: "iban".to_owned(),
            holder: Field::of("Mira Sand"),
            iban: Field::of("DE89 3704 0044 0532 0130 01").wrong(Message::new(
                "This IBAN isn't right. Compare it with your bank's papers.",
            )),
            ..MethodForm::default()
        }),
        ..full.clone()
    };
    g.page("earnings-wrong", &wrong, &g.seller("/sell/earnings"))?;
    let coded = EarningsPage {
        code: Some(Field::default()),
        form: Some(MethodForm {
            code: Some(Field::default().wrong(Message::new(
                "That code isn't good: wrong, too old, or used before. Wait for the next one.",
            ))),
            kind: "iban".to_owned(),
            ..MethodForm::default()
        }),
        ..full.clone()
    };
    g.page("earnings-code", &coded, &g.seller("/sell/earnings"))?;
    let other = EarningsPage {
        not: Some("frozen"),
        error: Some(Message::new("Say first where the money is to go.")),
        form: Some(MethodForm {
            kind: "account".to_owned(),
            ..MethodForm::default()
        }),
        ..full.clone()
    };
    g.page("earnings-frozen", &other, &g.seller("/sell/earnings"))?;
    let stripe = EarningsPage {
        form: Some(MethodForm {
            kind: "stripe".to_owned(),
            account: Field::of("1A2b3C4d5E6f7G8h")
                .wrong(Message::new("An account at Stripe looks like acct_1A2b3C4d5E6f7G8h.")),
            ..MethodForm::default()
        }),
        ..full.clone()
    };
    g.page("earnings-stripe", &stripe, &g.seller("/sell/earnings"))?;
    let nothing = g.cast.amount(0);
    let empty = EarningsPage {
        available: nothing.clone(),
        held: nothing.clone(),
        next_at: None,
        on_its_way: nothing.clone(),
        paid: nothing,
        not: Some("method"),
        method: None,
        payouts: Vec::new(),
        lines: Vec::new(),
        older_url: None,
        ..full
    };
    g.page("earnings-empty", &empty, &g.seller("/sell/earnings"))
}
