//! The call's room in each of its states, the way of guests into it, and the check of one's devices.

use crate::web::{
    gallery::{Gallery, cast::now},
    pages::views::*,
};
use jiff::ToSpan as _;
use tallyroom_media_protocol::signaling::{
    CallPhase, CallRole, CallView, EndReason, ExtensionView, LegView, OtherView, ProposedLeg, RoomRole, SuspendReason,
};
use uuid::Uuid;

/// Before the room, the room, and after it.
pub fn rooms(g: &Gallery<'_>) -> anyhow::Result<()> {
    let room = RoomSetup {
        call_id: Uuid::from_u128(1),
        role: CallRole::Buyer.into(),
        other_id: Uuid::from_u128(2),
        call: ringing(g),
        extension: None,
        may_report: true,
        may_mail: true,
        may_bring_in: true,
        into_call: false,
        legs: Vec::new(),
        proposed: None,
        top_up_amounts: vec![1_000, 2_000, 5_000],
        terms: Some(RoomTerms {
            increment: Increment::Minute,
            minimum_s: 300,
            grace_s: 30,
        }),
        languages: &["en", "de", "fr"],
        other_photo: g.cast.person(0).photo_url,
        snapshots: None,
        urls: RoomUrls {
            bill: Some("/calls/1/bill".to_owned()),
            back: "/sellers/1".to_owned(),
            tip: Some("/sellers/1/tip?call=1".to_owned()),
            login: "/login?next=/calls/1".to_owned(),
        },
    };
    g.page("device-check", &DeviceCheckPage {}, &g.buyer("/check"))?;
    g.page("device-check-signed-out", &DeviceCheckPage {}, &g.visitor("/check"))?;
    g.page("room", &RoomPage { room: room.clone() }, &g.buyer("/calls/1"))?;
    let asked = ExtensionView {
        id: Uuid::from_u128(1),
        call: Uuid::from_u128(1),
        minutes: 15,
        price_minor: 2_700,
        currency: g.cast.currency.to_owned(),
        state: "asked".to_owned(),
        until_ms: Some(i64::MAX),
        server_now_ms: now().as_millisecond(),
    };
    let in_it = RoomSetup {
        call: live(g, CallRole::Buyer),
        extension: Some(asked.clone()),
        ..room.clone()
    };
    g.page(
        "room-extension",
        &RoomPage { room: in_it.clone() },
        &g.buyer("/calls/1"),
    )?;
    legs(g, &room)?;
    let paying = ExtensionView {
        state: "paying".to_owned(),
        ..asked
    };
    let paying = RoomSetup {
        extension: Some(paying),
        ..in_it
    };
    g.page(
        "room-extension-paying",
        &RoomPage { room: paying },
        &g.buyer("/calls/1"),
    )?;
    let guest = GuestPage {
        token: "link".to_owned(),
        role: "interpreter",
        invited_by: g.cast.person(1).name,
        service_title: g.cast.services[0].0.to_owned(),
        languages: vec!["de".to_owned(), "en".to_owned()],
        ..GuestPage::default()
    };
    g.page("guest", &guest, &g.visitor("/guest/link"))?;
    let price = GuestPrice {
        rate: g.cast.amount(180),
        rate_minor: 180,
        increment: Increment::Minute,
        minimum_min: 3,
        opening: g.cast.amount(540),
        opening_minor: 540,
    };
    let pays = GuestPage {
        price: Some(price),
        reader: Some(g.cast.buyer.to_owned()),
        ..guest.clone()
    };
    g.page("guest-pays", &pays, &g.buyer("/guest/link"))?;
    let stranger = GuestPage {
        needs_account: true,
        reader: None,
        ..pays
    };
    g.page("guest-pays-visitor", &stranger, &g.visitor("/guest/link"))?;
    let gone = GuestPage {
        gone: Some(Message::new(
            "This link leads nowhere any more: the call is over, or somebody has used the link. Ask for a new one.",
        )),
        ..GuestPage::default()
    };
    g.page("guest-gone", &gone, &g.visitor("/guest/link"))?;
    let seller = RoomSetup {
        role: CallRole::Seller.into(),
        call: live(g, CallRole::Seller),
        urls: RoomUrls {
            tip: None,
            ..room.urls.clone()
        },
        snapshots: Some(RoomSnapshots::new(true, "en")),
        other_photo: None,
        ..room.clone()
    };
    g.page("room-seller", &RoomPage { room: seller.clone() }, &g.seller("/calls/1"))?;
    let called = RoomSetup {
        call: CallView {
            role: seller.role,
            rung: true,
            other: OtherView {
                name: g.cast.buyer.to_owned(),
                present: false,
                connected: false,
            },
            available_minor: None,
            ..ringing(g)
        },
        ..seller.clone()
    };
    g.page("room-called", &RoomPage { room: called }, &g.seller("/calls/1"))?;
    visitor(g, &room)?;
    states(g, &room, &seller)
}

/// Somebody who came by a free private room's door and has no account: waiting for the host, and in the talk.
fn visitor(g: &Gallery<'_>, buyer: &RoomSetup) -> anyhow::Result<()> {
    let role = RoomRole::Visitor;
    for (name, phase) in [
        ("room-check-visitor", CallPhase::PreCheck),
        ("room-live-visitor", CallPhase::Live),
    ] {
        let host_is_there = phase == CallPhase::Live;
        let call = live(g, CallRole::Buyer);
        let room = RoomSetup {
            role,
            call: CallView {
                role,
                phase,
                prepaid: false,
                free: true,
                other: OtherView {
                    present: host_is_there,
                    connected: host_is_there,
                    ..call.other
                },
                rate_minor: 0,
                charged_minor: 0,
                remaining_ms: None,
                ..call
            },
            may_report: false,
            may_mail: false,
            may_bring_in: false,
            terms: None,
            urls: RoomUrls {
                bill: None,
                back: "/room/k7m2pqr9xt4c".to_owned(),
                tip: None,
                ..buyer.urls.clone()
            },
            ..buyer.clone()
        };
        g.page(name, &RoomPage { room }, &g.visitor("/calls/1"))?;
    }
    Ok(())
}

/// When what doesn't last ends by itself.
fn soon() -> Option<i64> {
    Some((now() + 75.seconds()).as_millisecond())
}

/// Third persons who are paid: the buyer is asked about one, has one, and has run out of credit for one.
fn legs(g: &Gallery<'_>, room: &RoomSetup) -> anyhow::Result<()> {
    let provider = g.cast.person(3).name;
    let live = RoomSetup {
        call: live(g, CallRole::Buyer),
        ..room.clone()
    };
    let asked = RoomSetup {
        proposed: Some(ProposedLeg {
            service: Uuid::from_u128(7),
            name: provider.clone(),
            service_title: g.cast.services[1].0.to_owned(),
            role: RoomRole::Interpreter,
            languages: vec!["de".to_owned()],
            rate_minor: 120,
            increment_s: 60,
            minimum_s: 180,
            opening_minor: 360,
            currency: g.cast.currency.to_owned(),
            asked_by: g.cast.person(0).name,
        }),
        ..live.clone()
    };
    g.page("room-leg-asked", &RoomPage { room: asked }, &g.buyer("/calls/1"))?;
    let leg = LegView {
        id: Uuid::from_u128(8),
        person: Uuid::from_u128(9),
        name: provider,
        role: RoomRole::Interpreter,
        guest: Uuid::from_u128(10),
        you_pay: true,
        phase: CallPhase::Live,
        suspended: None,
        ended: None,
        until_ms: None,
        currency: g.cast.currency.to_owned(),
        rate_minor: 120,
        charged_minor: 360,
        remaining_ms: Some(540_000),
        running: false,
        needed_minor: None,
        server_now_ms: now().as_millisecond(),
    };
    let with = |leg: LegView| RoomSetup {
        legs: vec![leg],
        ..live.clone()
    };
    let room = with(leg.clone());
    g.page("room-leg", &RoomPage { room }, &g.buyer("/calls/1"))?;
    let room = with(LegView {
        phase: CallPhase::Suspended,
        suspended: Some(SuspendReason::Credit),
        remaining_ms: Some(0),
        ..leg
    });
    g.page("room-leg-no-credit", &RoomPage { room }, &g.buyer("/calls/1"))
}

/// A name, a phase, why it stands still, and how it ended.
type State = (&'static str, CallPhase, Option<SuspendReason>, Option<EndReason>);

const STATES: [State; 9] = [
    ("check", CallPhase::PreCheck, None, None),
    ("connecting", CallPhase::Connecting, None, None),
    ("live", CallPhase::Live, None, None),
    ("no-credit", CallPhase::Suspended, Some(SuspendReason::Credit), None),
    (
        "no-connection",
        CallPhase::Suspended,
        Some(SuspendReason::Connection),
        None,
    ),
    ("missed", CallPhase::Ended, None, Some(EndReason::Missed)),
    ("over", CallPhase::Ended, None, Some(EndReason::SellerEnded)),
    ("lost", CallPhase::Ended, None, Some(EndReason::BuyerLost)),
    ("stopped", CallPhase::Ended, None, Some(EndReason::StaffEnded)),
];

/// What each of the two sees in each state, and a guest in some.
fn states(g: &Gallery<'_>, buyer: &RoomSetup, seller: &RoomSetup) -> anyhow::Result<()> {
    for (name, phase, suspended, ended) in STATES {
        let in_state = |setup: &RoomSetup, role: RoomRole, call: CallView| RoomSetup {
            role,
            call: CallView {
                role,
                phase,
                suspended,
                ended,
                ended_because: (ended == Some(EndReason::StaffEnded)).then(|| "Reported by others.".to_owned()),
                prepaid: false,
                free: false,
                until_ms: match phase {
                    CallPhase::PreCheck | CallPhase::Suspended => soon(),
                    _ => None,
                },
                you_connected: phase != CallPhase::PreCheck,
                ..call
            },
            ..setup.clone()
        };
        let room = in_state(buyer, RoomRole::Buyer, live(g, CallRole::Buyer));
        g.page(&format!("room-{name}"), &RoomPage { room }, &g.buyer("/calls/1"))?;
        let room = in_state(seller, RoomRole::Seller, live(g, CallRole::Seller));
        g.page(
            &format!("room-{name}-seller"),
            &RoomPage { room },
            &g.seller("/calls/1"),
        )?;
        if matches!(phase, CallPhase::Live) || ended == Some(EndReason::SellerEnded) {
            let mut room = in_state(buyer, RoomRole::Interpreter, live(g, CallRole::Buyer));
            (room.terms, room.urls.bill, room.urls.tip) = (None, None, None);
            (room.call.charged_minor, room.call.remaining_ms) = (0, None);
            g.page(&format!("room-{name}-guest"), &RoomPage { room }, &g.buyer("/calls/1"))?;
        }
    }
    Ok(())
}

/// A talk that was paid for before, with little time left.
fn live(g: &Gallery<'_>, role: CallRole) -> CallView {
    let other = match role {
        CallRole::Buyer => g.cast.person(0).name,
        CallRole::Seller => g.cast.buyer.to_owned(),
    };
    CallView {
        role: role.into(),
        phase: CallPhase::Live,
        prepaid: true,
        free: false,
        other: OtherView {
            name: other,
            present: true,
            connected: true,
        },
        you_connected: true,
        charged_minor: 4_860,
        billable_ms: 1_620_000,
        remaining_ms: Some(180_000),
        available_minor: None,
        until_ms: None,
        ..ringing(g)
    }
}

/// A call that rings.
fn ringing(g: &Gallery<'_>) -> CallView {
    CallView {
        id: Uuid::from_u128(1),
        role: CallRole::Buyer.into(),
        phase: CallPhase::Ringing,
        suspended: None,
        ended: None,
        ended_because: None,
        until_ms: soon(),
        rung: false,
        prepaid: false,
        free: false,
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
