//! Private rooms: the door, those who wait at it, and the host's page.

use crate::web::{
    gallery::{Gallery, cast::now},
    pages::views::{
        DoorPage, DoorState, Field, Message, PrivateRoomRow, PrivateRoomsPage, RoomUserRow, ServiceChoice,
        ToldPassword, VisitPage,
    },
};
use jiff::ToSpan as _;
use uuid::Uuid;

/// All of it.
pub fn private_rooms(g: &Gallery<'_>) -> anyhow::Result<()> {
    doors(g)?;
    visits(g)?;
    host(g)
}

fn doors(g: &Gallery<'_>) -> anyhow::Result<()> {
    let path = "/room/k7m2pqr9xt4c";
    let open = DoorPage {
        slug: "k7m2pqr9xt4c".to_owned(),
        title: "Evening round".to_owned(),
        host: g.cast.person(1).name,
        service_title: g.cast.services[0].0.to_owned(),
        here: true,
        by_password: true,
        by_knock: true,
        ..DoorPage::default()
    };
    g.page("door", &open, &g.visitor(path))?;
    let refused = DoorPage {
        name: Field::of("Anna"),
        password: Field::default().wrong(Message::new("That name and password don't open this room.")),
        ..open.clone()
    };
    g.page("door-refused", &refused, &g.visitor(path))?;
    let locked = DoorPage {
        name: Field::of("Anna"),
        problem: Some(Message::new("door.too_often").with("count", 32)),
        ..open.clone()
    };
    g.page("door-locked", &locked, &g.visitor(path))?;
    let paid = DoorPage {
        rate: Some(g.cast.amount(240)),
        here: false,
        sign_in: true,
        ..open.clone()
    };
    g.page("door-paid", &paid, &g.visitor(path))?;
    let knock = DoorPage {
        by_password: false,
        rate: Some(g.cast.amount(240)),
        ..open.clone()
    };
    g.page("door-knock", &knock, &g.buyer(path))?;
    let closed = DoorPage {
        takes_nobody: true,
        ..open.clone()
    };
    g.page("door-takes-nobody", &closed, &g.visitor(path))?;
    g.page("door-own", &DoorPage { own: true, ..open }, &g.seller(path))?;
    let gone = DoorPage {
        gone: Some(Message::new(
            "This address leads nowhere: the room was closed, or the address is mistyped. Ask for a new one.",
        )),
        ..DoorPage::default()
    };
    g.page("door-gone", &gone, &g.visitor(path))
}

fn visits(g: &Gallery<'_>) -> anyhow::Result<()> {
    let at = |state: DoorState| VisitPage {
        slug: "k7m2pqr9xt4c".to_owned(),
        token: "token".to_owned(),
        title: "Evening round".to_owned(),
        host: g.cast.person(1).name,
        state,
        shown: state.name().to_owned(),
        ..VisitPage::default()
    };
    let path = "/room/k7m2pqr9xt4c/visits/token";
    for (name, state) in [
        ("door-waiting", DoorState::Waiting),
        ("door-no", DoorState::Refused),
        ("door-away", DoorState::Away),
        ("door-busy", DoorState::Busy),
        ("door-full", DoorState::Full),
    ] {
        g.page(name, &at(state), &g.visitor(path))?;
    }
    let short = VisitPage {
        problem: Some(Message::new(
            "Your credit doesn't cover the start of this call. Add at least €2.40 and ring again.",
        )),
        add_credit: true,
        ..at(DoorState::Stopped)
    };
    g.page("door-credit", &short, &g.buyer(path))
}

fn host(g: &Gallery<'_>) -> anyhow::Result<()> {
    let person = |nth: u128, name: &str| RoomUserRow {
        id: Uuid::from_u128(nth),
        name: name.to_owned(),
    };
    let free = PrivateRoomRow {
        id: Uuid::from_u128(1),
        title: "Evening round".to_owned(),
        address: format!("{}/room/k7m2pqr9xt4c", g.seller("/").origin),
        service_title: g.cast.services[0].0.to_owned(),
        rate: None,
        opens: "password_or_knock",
        by_password: true,
        has_password: true,
        users: vec![person(11, "Anna"), person(12, "Bartholomäus von der Hohen Düne")],
        waiting: vec![person(21, "Kim")],
        locked_until: Some(now() + 14.minutes()),
        told: Some(ToldPassword {
            name: None,
            password: "h4kq-z8mn-3vce".to_owned(),
        }),
    };
    let paid = PrivateRoomRow {
        id: Uuid::from_u128(2),
        title: "Clients".to_owned(),
        rate: Some(g.cast.amount(240)),
        opens: "knock",
        by_password: false,
        has_password: false,
        users: Vec::new(),
        waiting: Vec::new(),
        locked_until: None,
        told: None,
        ..free.clone()
    };
    let empty = PrivateRoomsPage {
        services: vec![ServiceChoice {
            id: Uuid::from_u128(3),
            title: g.cast.services[0].0.to_owned(),
            rate: g.cast.amount(240),
            chosen: true,
        }],
        ways: vec!["password_or_knock", "password", "knock"],
        opens: Field::of("password_or_knock"),
        ..PrivateRoomsPage::default()
    };
    g.page("private-rooms-empty", &empty, &g.seller("/sell/rooms"))?;
    let full = PrivateRoomsPage {
        rooms: vec![free, paid],
        ..empty
    };
    g.page("private-rooms", &full, &g.seller("/sell/rooms"))
}
