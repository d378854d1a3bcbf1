//! Calls, their room, bills and conversations.

use crate::{
    domain::report::TechnicalFault,
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{Timestamp, ToSpan as _};

use uuid::Uuid;

/// One's calls, and the room.
pub fn calls(g: &Gallery<'_>) -> anyhow::Result<()> {
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
        recorded: nth == 1,
        in_call_with: (nth == 2).then(|| g.cast.person(3).name),
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
    )
}

/// A call of twelve and a half minutes with one gap.
pub fn bill(g: &Gallery<'_>) -> BillPage {
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
        other_id: Uuid::from_u128(1),
        other_url: Some("/sellers/1".to_owned()),
        side: Side::Buyer,
        service_title: g.cast.services[0].0.to_owned(),
        started_at: Some(start),
        ended_at: at(790),
        outcome: Outcome::BuyerEnded,
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
        tax_within: Some(g.cast.amount(344)),
        blocks: std::iter::once(grace).chain((1..=12).map(block)).collect(),
        strip: Some(Strip::new(
            at(0),
            at(790),
            &spans(&[(0, 310), (352, 790)]),
            &spans(&[(0, 790)]),
            &charged,
        )),
        share: None,
        order_url: None,
        refunds: Vec::new(),
        given: Vec::new(),
        connections: vec![
            ConnectionRow {
                own: true,
                good: 97,
                fair: 3,
                poor: 0,
                sound_only_seconds: 0,
            },
            ConnectionRow {
                own: false,
                good: 88,
                fair: 9,
                poor: 3,
                sound_only_seconds: 74,
            },
        ],
        tips: vec![TipRow {
            at: at(820),
            amount: g.cast.amount(300),
            gift: Some("coffee"),
            commission: g.cast.amount(0),
        }],
        legs: vec![LegRow {
            id: Uuid::from_u128(8),
            name: g.cast.person(3).name,
            side: Side::Buyer,
            outcome: Some(Outcome::BuyerEnded),
            seconds: 170,
            amount: g.cast.amount(360),
        }],
        in_call_with: None,
        tip_url: Some("/sellers/1/tip?call=1".to_owned()),
        net: g.cast.amount(2_160),
        refund_url: None,
        invoice_url: Some("/account/documents/1/pdf".to_owned()),
        dispute: None,
        dispute_url: Some("/calls/1/dispute".to_owned()),
        rating: Some(RatingForm::default()),
        feedback: Some(thumbs("")),
        recordings: vec![RecordingRow {
            id: Uuid::from_u128(7),
            state: "ready",
            note: None,
            percent: 100,
            seconds: 702,
            until: Some(at(90 * 86_400)),
        }],
    }
}

fn thumbs(thumb: &str) -> FeedbackForm {
    let choice = |fault: TechnicalFault| FaultChoice {
        name: fault.name(),
        chosen: thumb == "down" && fault == TechnicalFault::Other,
    };
    FeedbackForm {
        thumb: Field::of(thumb),
        faults: TechnicalFault::ALL.map(choice).into(),
        text: Field::default(),
    }
}

/// Bills.
pub fn bills(g: &Gallery<'_>) -> anyhow::Result<()> {
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
            order_url: Some("/conferences/1".to_owned()),
            rating: Some(rating),
            feedback: Some(FeedbackForm {
                text: Field::default().wrong(Message::new("Say in a few words what is wrong.")),
                ..thumbs("down")
            }),
            ..buyer.clone()
        },
        &g.buyer("/calls/1/bill"),
    )?;
    let share = SellerShare {
        earned: g.cast.amount(1_456),
        commission: g.cast.amount(360),
        tax: Some(g.cast.amount(344)),
    };
    let seller = BillPage {
        side: Side::Seller,
        other: Person::new(g.cast.buyer, None),
        other_url: None,
        share: Some(share),
        given: vec![GivenRow {
            text: Message::new("bill.given.studio").with("name", "Mara"),
            amount: g.cast.amount(436),
        }],
        net: g.cast.amount(1_020),
        refund_url: Some("/calls/1/refund".to_owned()),
        invoice_url: None,
        dispute_url: None,
        rating: None,
        feedback: Some(thumbs("up")),
        ..buyer.clone()
    };
    g.page("bill-seller", &seller, &g.seller("/calls/1/bill"))?;
    let missed = BillPage {
        started_at: None,
        outcome: Outcome::Missed,
        billable_seconds: 0,
        charged_seconds: 0,
        total: g.cast.amount(0),
        net: g.cast.amount(0),
        lines: Vec::new(),
        blocks: Vec::new(),
        strip: None,
        rating: None,
        ..buyer
    };
    g.page("bill-missed", &missed, &g.buyer("/calls/1/bill"))
}

/// Conversations.
pub fn conversations(g: &Gallery<'_>) -> anyhow::Result<()> {
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
        guest: None,
        at: now() - (600 - minutes).minutes(),
        kind,
        mine,
        text: text.to_owned(),
        kilobytes: if kind == EntryKind::File { 184 } else { 0 },
        seconds: if kind == EntryKind::CallEnded { 720 } else { 0 },
        amount: match kind {
            EntryKind::CallEnded => Some(g.cast.amount(2_160)),
            EntryKind::Suggestion => Some(g.cast.amount(180)),
            _ => None,
        },
        url: match kind {
            EntryKind::CallEnded => Some("/calls/1/bill".to_owned()),
            EntryKind::Suggestion => Some("/sellers/1".to_owned()),
            EntryKind::File if !text.is_empty() => Some("/conversations/1/files/1".to_owned()),
            _ => None,
        },
    };
    let page = ConversationPage {
        id: Uuid::from_u128(1),
        other: g.cast.person(0),
        presence: Some(Presence::Available),
        other_id: Uuid::from_u128(1),
        other_url: Some("/sellers/1".to_owned()),
        entries: vec![
            entry(0, EntryKind::CallMissed, true, ""),
            entry(60, EntryKind::CallRejected, true, ""),
            entry(62, EntryKind::CallBusy, false, ""),
            entry(70, EntryKind::CallEnded, true, ""),
            entry(
                75,
                EntryKind::Message,
                false,
                "Here is the form we talked about: page 2, line 14.",
            ),
            entry(76, EntryKind::Message, true, "Thank you, that helped a lot."),
            entry(
                90,
                EntryKind::File,
                true,
                "Letter of the tax office, page 1 and 2, scanned again.pdf",
            ),
            entry(92, EntryKind::File, false, ""),
            entry(120, EntryKind::CallCancelled, false, ""),
            entry(130, EntryKind::Suggestion, false, g.cast.services[0].0),
        ],
        older_url: None,
        services: Vec::new(),
        text: Field::default(),
        file: Field::default(),
    };
    g.page("conversation", &page, &g.buyer("/conversations/1"))?;
    let wrong = "This kind of file can't be sent. Pictures, PDF, text and office documents can.";
    let refused = ConversationPage {
        services: vec![Suggestable {
            id: Uuid::from_u128(1),
            title: g.cast.services[0].0.to_owned(),
        }],
        file: Field::default().wrong(Message::new(wrong)),
        ..page
    };
    g.page("conversation-refused", &refused, &g.seller("/conversations/1"))?;
    let first = FirstMessagePage {
        seller_id: Uuid::from_u128(1),
        seller: g.cast.person(0),
        text: Field::default(),
    };
    g.page("first-message", &first, &g.buyer("/sellers/1/message"))
}
