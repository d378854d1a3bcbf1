//! Private rooms: by a password, a name and a password, by knocking; free and paid; tried by machine.

mod doors;
mod hosting;
mod leaving;
mod passwords;
mod shown_out;
mod talks;

use super::{LUMEN, Pair, Price, TestUser};
use crate::support::{Answer, Caller};
use tallyroom_media_protocol::signaling::{CallPhase, ServerMessage};
use uuid::Uuid;

/// A room of the seller's, as they were told of it.
struct Made {
    id: String,
    path: String,
    password: String,
}

/// What stands in the field whose id begins so.
fn field(page: &str, id: &str) -> Option<(String, String)> {
    let (_, rest) = page.rsplit_once(&format!("id=\"{id}-"))?;
    let (room, rest) = rest.split_once('"')?;
    let (_, rest) = rest.split_once("value=\"")?;
    Some((room.to_owned(), rest.split_once('"')?.0.to_owned()))
}

async fn make(pair: &Pair, cost: &str, opens: &str) -> Made {
    let service = pair.service.to_string();
    let typed = [
        ("action", "create"),
        ("title", "Fireside"),
        ("service", &service),
        ("cost", cost),
        ("opens", opens),
    ];
    let mut page = pair.seller.form("/sell/rooms", &typed).await;
    if opens == "knock" {
        page.expect(303);
        page = pair.seller.get("/sell/rooms").await;
    }
    let page = page.expect(200).text;
    let (id, address) = field(&page, "address").expect("an address");
    let path = address.split_once("/room/").expect("a room's").1;
    Made {
        path: format!("/room/{path}"),
        password: field(&page, "password").map(|told| told.1).unwrap_or_default(),
        id,
    }
}

impl Made {
    async fn enter(&self, visitor: &TestUser, name: &str, password: &str) -> Answer {
        let typed = [("action", "enter"), ("name", name), ("password", password)];
        visitor.form(&self.path, &typed).await
    }

    /// Somebody with a password of their own, which is given.
    async fn add(&self, pair: &Pair, name: &str) -> String {
        let page = self.host(pair, "add", &[("name", name)]).await.expect(200).text;
        field(&page, "password").expect("told").1
    }

    /// Knocks; gives the path of the visit.
    async fn knock(&self, visitor: &TestUser, name: &str) -> String {
        let knocked = visitor.form(&self.path, &[("action", "knock"), ("name", name)]).await;
        knocked.expect(303).header("location").to_owned()
    }

    /// Something the host does with it; gives the page.
    async fn host(&self, pair: &Pair, action: &str, more: &[(&str, &str)]) -> Answer {
        let typed = [&[("action", action), ("room", &self.id)], more].concat();
        pair.seller.form("/sell/rooms", &typed).await
    }
}

/// The call that an answer leads into, and whoever came as a program.
fn inside(pair: &Pair, came: Answer) -> (Uuid, TestUser) {
    let came = came.expect(303);
    let call = came.header("location").strip_prefix("/calls/").map(str::parse);
    let token = came.cookie("session").expect("a session");
    let user = TestUser::with_token(LUMEN, pair.app.address, &token);
    (call.expect("a call's page").expect("an id"), user)
}

/// The pair's buyer has come first into a free room, and the host is there.
async fn with_buyer(pair: &Pair) -> (Made, Uuid, Caller, Caller) {
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(pair, "free", "password").await;
    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let call: Uuid = came.header("location")["/calls/".len()..].parse().expect("a call");
    let mut first = Caller::open(&pair.app, &pair.buyer).await;
    first.join(call).await.expect("joined");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    (room, call, host, first)
}

/// One more comes without an account.
async fn visit(pair: &Pair, room: &Made, name: &str) -> Caller {
    let visitor = pair.app.anonymous(LUMEN);
    let (call, user) = inside(pair, room.enter(&visitor, name, &room.password).await);
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(call).await.expect("let in");
    page
}

/// Visitors fill the talk up; gives their pages, and whoever is too late with the path of their visit.
async fn full(pair: &Pair, room: &Made) -> (Vec<Caller>, TestUser, String) {
    let mut pages = Vec::new();
    for nth in 0..4 {
        pages.push(visit(pair, room, &format!("Visitor {nth}")).await);
    }
    let late = pair.app.anonymous(LUMEN);
    let visit = room.enter(&late, "Lou Late", &room.password).await.expect(303);
    let visit = visit.header("location").to_owned();
    assert_eq!(state(&late.form(&visit, &[]).await.expect(200)), "full");
    (pages, late, visit)
}

async fn entered(host: &mut Caller) -> (Uuid, String) {
    let came = |message: &ServerMessage| match message {
        ServerMessage::Entered { call, name, .. } => Some((*call, name.clone())),
        _ => None,
    };
    host.wait("a visitor", came).await
}

async fn knocked(host: &mut Caller, whom: &str) -> Uuid {
    let knock = |message: &ServerMessage| match message {
        ServerMessage::Knock { visit, name, .. } if name == whom => Some(*visit),
        _ => None,
    };
    host.wait("a knock", knock).await
}

fn state(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("data-state=\"").expect("a visit's page");
    rest.split_once('"').expect("a state").0.to_owned()
}
