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
            seller: g.cast.amount(432),
            tenant: g.cast.amount(108),
            left: g.cast.amount(1_620),
        }),
        ..form.clone()
    };
    g.page("refund-sure", &sure, &g.seller(path))?;
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
        }),
        refunds: vec![row(g, 2, 432, "seller"), row(g, 1, 240, "staff")],
        net: g.cast.amount(1_056),
        refund_url: Some(path.to_owned()),
        rating: None,
        ..bill(g)
    };
    g.page("bill-refunded-seller", &seller, &g.seller("/calls/1/bill"))
}
