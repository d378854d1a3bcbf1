//! Money that goes back.

use super::calls::bill;
use crate::web::{
    gallery::{Gallery, cast::now},
    pages::views::*,
};
use jiff::ToSpan as _;
use uuid::Uuid;

pub(super) fn row(g: &Gallery<'_>, days: i64, minor: i64, given_by: &'static str) -> RefundRow {
    RefundRow {
        at: now() - (24 * days).hours(),
        amount: g.cast.amount(minor),
        reason: "The line was bad for the last minutes.".to_owned(),
        given_by,
    }
}

/// The form, what it does, and the bill afterwards.
pub fn refunds(g: &Gallery<'_>) -> anyhow::Result<()> {
    let path = "/calls/1/refund";
    let form = RefundPage {
        id: Uuid::from_u128(9),
        path: path.to_owned(),
        back_url: "/calls/1/bill".to_owned(),
        other: Person::new(g.cast.buyer, None),
        title: g.cast.services[0].0.to_owned(),
        paid: g.cast.amount(2_160),
        refunded: None,
        left: g.cast.amount(2_160),
        left_min: 12,
        rate: g.cast.amount(180),
        minutes: Field::default(),
        amount: Field::default(),
        reason: Field::default(),
        preview: None,
        error: None,
    };
    g.page("refund", &form, &g.seller(path))?;
    let wrong = RefundPage {
        refunded: Some(g.cast.amount(360)),
        left: g.cast.amount(1_800),
        left_min: 10,
        amount: Field::of("30").wrong(Message::new("That is more than what is left to give back.")),
        reason: Field::default().wrong(Message::new("Say why, in at most 500 characters.")),
        ..form.clone()
    };
    g.page("refund-wrong", &wrong, &g.seller(path))?;
    let sure = RefundPage {
        minutes: Field::of("3"),
        reason: Field::of("The line was bad for the last minutes."),
        preview: Some(RefundPreview {
            buyer: g.cast.amount(540),
            seller: g.cast.amount(302),
            others: Some(g.cast.amount(130)),
            tenant: g.cast.amount(108),
            left: g.cast.amount(1_620),
        }),
        ..form.clone()
    };
    g.page("refund-sure", &sure, &g.seller(path))?;
    let uncovered = RefundPage {
        amount: Field::of("15"),
        reason: Field::of("The line was bad for the last minutes."),
        error: Some(Message::new(
            "From what you have left of your earnings you can give back up to 12.40 EUR.",
        )),
        ..form.clone()
    };
    g.page("refund-uncovered", &uncovered, &g.seller(path))?;
    let play = RefundPage {
        left: g.cast.amount(0),
        left_min: 0,
        error: Some(Message::new(
            "This was paid with play money, and that is gone. Nothing of it can be given back.",
        )),
        ..form.clone()
    };
    g.page("refund-play-money", &play, &g.seller(path))?;
    let done = RefundPage {
        refunded: Some(g.cast.amount(2_160)),
        left: g.cast.amount(0),
        left_min: 0,
        error: Some(Message::new("Nothing is left to give back.")),
        ..form
    };
    g.page("refund-done", &done, &g.seller(path))?;
    let buyer = BillPage {
        refunds: vec![row(g, 2, 540, "seller"), row(g, 1, 300, "staff")],
        net: g.cast.amount(1_320),
        ..bill(g)
    };
    g.page("bill-refunded", &buyer, &g.buyer("/calls/1/bill"))?;
    let seller = BillPage {
        side: Side::Seller,
        other: Person::new(g.cast.buyer, None),
        other_url: None,
        share: Some(SellerShare {
            earned: g.cast.amount(1_728),
            commission: g.cast.amount(432),
            tax: None,
        }),
        refunds: vec![row(g, 2, 432, "seller"), row(g, 1, 240, "staff")],
        net: g.cast.amount(1_056),
        refund_url: Some(path.to_owned()),
        invoice_url: None,
        dispute_url: None,
        rating: None,
        ..bill(g)
    };
    g.page("bill-refunded-seller", &seller, &g.seller("/calls/1/bill"))?;
    let disputed = BillPage {
        dispute: Some(DisputeLink {
            url: "/disputes/1".to_owned(),
            state: "open",
        }),
        dispute_url: None,
        rating: None,
        ..bill(g)
    };
    g.page("bill-disputed", &disputed, &g.buyer("/calls/1/bill"))
}

/// Claiming it, and the dispute as its two people see it.
pub fn disputes(g: &Gallery<'_>) -> anyhow::Result<()> {
    let path = "/calls/1/dispute";
    let claim = ClaimPage {
        path: path.to_owned(),
        back_url: "/calls/1/bill".to_owned(),
        other: g.cast.person(0),
        title: g.cast.services[0].0.to_owned(),
        left: g.cast.amount(2_160),
        left_min: 12,
        rate: g.cast.amount(180),
        answer_days: 7,
        minutes: Field::default(),
        amount: Field::default(),
        reason: Field::default(),
        error: None,
    };
    g.page("claim", &claim, &g.buyer(path))?;
    let wrong = ClaimPage {
        left_min: 0,
        amount: Field::of("30").wrong(Message::new("That is more than what is left to give back.")),
        reason: Field::default().wrong(Message::new("Write 1 to 2,000 characters.")),
        ..claim
    };
    g.page("claim-wrong", &wrong, &g.buyer(path))?;
    let path = "/disputes/1";
    let open = DisputePage {
        id: Uuid::from_u128(1),
        back_url: "/calls/1/bill".to_owned(),
        other: g.cast.person(0),
        is_buyer: true,
        state: "open",
        asked: g.cast.amount(540),
        held: None,
        refunded: None,
        opened_at: now() - 30.hours(),
        answer_by: now() + 138.hours(),
        closed_at: None,
        reason: "I couldn’t hear anything for the last three minutes.".to_owned(),
        said: String::new(),
        decision: String::new(),
        can_answer: false,
        answer: Field::default(),
        error: None,
    };
    g.page("dispute-open", &open, &g.buyer(path))?;
    let to_answer = DisputePage {
        other: Person::new(g.cast.buyer, None),
        is_buyer: false,
        held: Some(g.cast.amount(432)),
        can_answer: true,
        answer: Field::default().wrong(Message::new("Write 1 to 2,000 characters.")),
        ..open.clone()
    };
    g.page("dispute-to-answer", &to_answer, &g.seller(path))?;
    let answered = DisputePage {
        state: "answered",
        said: "The line was good on my side, and we both went on talking.".to_owned(),
        ..open.clone()
    };
    g.page("dispute-answered", &answered, &g.buyer(path))?;
    let decided = DisputePage {
        state: "decided",
        refunded: Some(g.cast.amount(360)),
        closed_at: Some(now() - 2.hours()),
        decision: "The record shows that two of the three minutes were lost.".to_owned(),
        ..answered
    };
    g.page("dispute-decided", &decided, &g.buyer(path))?;
    let refused = DisputePage {
        state: "refused",
        refunded: None,
        held: None,
        can_answer: false,
        error: Some(Message::new("This dispute is over.")),
        other: Person::new(g.cast.buyer, None),
        is_buyer: false,
        ..decided
    };
    g.page("dispute-refused", &refused, &g.seller(path))
}
