//! Private rooms: by a password, a name and a password, by knocking; free and paid; tried by machine.

mod leaving;

use super::{LUMEN, Pair, Price, TestUser};
use crate::support::{Answer, Caller, VELVET};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use serde_json::json;
use tallyroom::{
    domain::{
        ids::UserId,
        private_room::{GONE_MS, LOCK_MS, LOST_MS, PAUSE_MS, UNSEEN_MS},
    },
    store::erase_person,
};
use tallyroom_media_protocol::signaling::{CallPhase, RoomRole, ServerMessage};
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

fn count(pair: &Pair, table: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted = sql_query(format!("SELECT count(*) AS count FROM {table}"));
    let row: Count = counted.get_result(&mut pair.app.database.superuser()).expect("a count");
    row.count
}

fn run(pair: &Pair, sql: &str) {
    let done = sql_query(sql).execute(&mut pair.app.database.superuser());
    done.expect("done");
}

#[tokio::test]
async fn whoever_has_the_password_is_in_at_once_and_a_free_room_moves_no_money() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let transfers = count(&pair, "ledger_transfers");
    let visitor = pair.app.anonymous(LUMEN);
    let door = visitor.get(&room.path).await.expect(200).text;
    assert!(
        door.contains("Fireside") && door.contains("Sol Seller is here"),
        "{door}"
    );
    assert!(!door.contains("value=\"knock\""), "nobody opens to those who knock");
    room.enter(&visitor, "Vic Visitor", "not the password")
        .await
        .expect(422);
    let (call, user) = inside(&pair, room.enter(&visitor, "Vic Visitor", &room.password).await);
    assert_eq!(entered(&mut host).await, (call, "Vic Visitor".to_owned()));

    let mut page = Caller::open(&pair.app, &user).await;
    let joined = page.join(call).await.expect("joined");
    assert_eq!((joined.call.role, joined.call.free), (RoomRole::Visitor, true));
    assert_eq!(
        page.act("connect").await,
        Err("wrong_phase".to_owned()),
        "nobody has to"
    );
    host.join(call).await.expect("joined");
    page.phase(CallPhase::Live).await;
    let live = host.phase(CallPhase::Live).await;
    assert_eq!(
        (live.role, live.remaining_ms, live.charged_minor),
        (RoomRole::Seller, None, 0)
    );
    let extension = json!({ "minutes": 5 });
    let extend = format!("/api/v1/calls/{call}/extensions");
    assert_eq!(pair.seller.post(&extend, extension).await.expect(409).code(), "free");
    // Longer than no credit at all lasts.
    for _ in 0..60 {
        pair.app.clock.advance(2_000);
        let flows = [page.peer, host.peer].map(|peer| (peer, Some(0), Some(0)));
        let score = pair.node.report(&flows);
        let told = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, .. } if *own == Some(score)).then_some(())
        };
        host.wait("the report's score", told).await;
    }
    host.act("end").await.expect("ended");
    let over = page.phase(CallPhase::Ended).await;
    assert!(over.billable_ms >= 110_000, "how long it was is known: {over:?}");
    let seller = pair.seller.renewed().await;
    let bill = seller
        .get(&format!("/api/v1/calls/{call}/bill"))
        .await
        .expect(200)
        .json();
    assert_eq!((&bill["charged_minor"], &bill["lines"]), (&json!(0), &json!([])));
    assert_eq!(count(&pair, "ledger_transfers"), transfers);
    // Their page leads back to the door.
    let over = user.get(&format!("/calls/{call}")).await.expect(200).text;
    assert!(over.contains(&room.path), "{over}");
    pair.audit().await;
}

#[tokio::test]
async fn passwords_open_their_own_room_only_and_are_never_shown_again() {
    let pair = Pair::new(Price::default()).await;
    let _page = Caller::open(&pair.app, &pair.seller).await;
    let (one, other) = (
        make(&pair, "free", "password").await,
        make(&pair, "free", "password").await,
    );
    let visitor = pair.app.anonymous(LUMEN);
    one.enter(&visitor, "Vic", &other.password).await.expect(422);
    let rooms = pair.seller.get("/sell/rooms").await.expect(200).text;
    assert!(!rooms.contains(&one.password) && !rooms.contains(&other.password));
    let hashed = "private_rooms WHERE password_hash LIKE '$argon2id$%'";
    assert_eq!(count(&pair, hashed), 2);
    // At another tenant there is no such room, and nobody else's is one's own.
    let elsewhere = pair.app.anonymous(VELVET);
    elsewhere.get(&one.path).await.expect(404);
    one.enter(&elsewhere, "Vic", &one.password).await.expect(404);
    let profile = json!({ "headline": "Else", "about": "", "languages": ["en"] });
    pair.buyer.put("/api/v1/selling/profile", profile).await.expect(200);
    let theirs = [("action", "password"), ("room", one.id.as_str())];
    pair.buyer.form("/sell/rooms", &theirs).await.expect(404);
    // A new password ends the old one; a closed room's address leads nowhere.
    let page = one.host(&pair, "password", &[]).await.expect(200).text;
    let renewed = field(&page, "password").expect("told").1;
    one.enter(&visitor, "Vic", &one.password).await.expect(422);
    let own = [("password", "too short")];
    one.host(&pair, "password", &own).await.expect(422);
    other.host(&pair, "close", &[]).await.expect(303);
    visitor.get(&other.path).await.expect(404);
    other.enter(&visitor, "Vic", &other.password).await.expect(404);
    inside(&pair, one.enter(&visitor, "Vic", &renewed).await);
}

#[tokio::test]
async fn whoever_has_a_password_of_their_own_comes_under_their_name() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let page = room
        .host(&pair, "add", &[("name", "Anna Known")])
        .await
        .expect(200)
        .text;
    let own = field(&page, "password").expect("told").1;
    let taken = room.host(&pair, "add", &[("name", "anna known")]).await.expect(422);
    assert!(taken.text.contains("somebody of that name"), "{}", taken.text);
    let visitor = pair.app.anonymous(LUMEN);
    // Neither everybody's password under her name, nor hers under another.
    room.enter(&visitor, "Anna Known", &room.password).await.expect(422);
    room.enter(&visitor, "Vic", &own).await.expect(422);
    let (call, _) = inside(&pair, room.enter(&visitor, " anna KNOWN ", &own).await);
    assert_eq!(entered(&mut host).await, (call, "Anna Known".to_owned()));
    pair.seller
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    room.host(&pair, "unlock", &[]).await.expect(303);
    // Another password, and none.
    let users = pair.seller.get("/sell/rooms").await.expect(200).text;
    let (_, rest) = users.split_once("name=\"user\" value=\"").expect("a user");
    let user = rest.split_once('"').expect("an id").0;
    let page = room.host(&pair, "renew", &[("user", user)]).await.expect(200).text;
    let renewed = field(&page, "password").expect("told").1;
    room.enter(&visitor, "Anna Known", &own).await.expect(422);
    room.host(&pair, "remove", &[("user", user)]).await.expect(303);
    room.enter(&visitor, "Anna Known", &renewed).await.expect(422);
    room.host(&pair, "drop_password", &[]).await.expect(303);
    room.host(&pair, "unlock", &[]).await.expect(303);
    room.enter(&visitor, "Vic", &room.password).await.expect(422);
}

#[tokio::test]
async fn whoever_knocks_waits_for_the_hosts_word() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "knock").await;
    let visitor = pair.app.anonymous(LUMEN);
    room.enter(&visitor, "Vic", "whatever it is").await.expect(409);
    let unnamed = visitor.form(&room.path, &[("action", "knock"), ("name", " ")]).await;
    unnamed.expect(422);
    let visit = room.knock(&visitor, "Vic Visitor").await;
    assert_eq!(state(&visitor.get(&visit).await.expect(200)), "waiting");
    assert_eq!(state(&visitor.form(&visit, &[]).await.expect(200)), "waiting");
    let id = knocked(&mut host, "Vic Visitor").await;
    assert!(
        pair.seller
            .get("/sell/rooms")
            .await
            .expect(200)
            .text
            .contains("Vic Visitor")
    );
    let answer = |how: &str| format!("/api/v1/private-rooms/visits/{id}/{how}");
    pair.buyer.post(&answer("admit"), json!({})).await.expect(404);
    pair.seller.post(&answer("refuse"), json!({})).await.expect(204);
    assert_eq!(
        pair.seller.post(&answer("admit"), json!({})).await.expect(409).code(),
        "answered"
    );
    assert_eq!(state(&visitor.form(&visit, &[]).await.expect(200)), "refused");

    // Nobody rattles at the door: there is a pause.
    let again = pair.app.anonymous(LUMEN);
    let typed = [("action", "knock"), ("name", "Kim Knocks")];
    again.form(&room.path, &typed).await.expect(429);
    pair.app.clock.advance(PAUSE_MS);
    // Whoever has left isn't let in any more.
    let left = room.knock(&again, "Lee Left").await;
    assert_eq!(state(&again.form(&left, &[]).await.expect(200)), "waiting");
    let id = knocked(&mut host, "Lee Left").await;
    pair.app.clock.advance(GONE_MS);
    let admit = format!("/api/v1/private-rooms/visits/{id}/admit");
    assert_eq!(pair.seller.post(&admit, json!({})).await.expect(409).code(), "left");
    let visit = room.knock(&again, "Kim Knocks").await;
    let id = knocked(&mut host, "Kim Knocks").await;
    let admit = format!("/api/v1/private-rooms/visits/{id}/admit");
    pair.seller.post(&admit, json!({})).await.expect(204);
    host.ask(json!({ "type": "ping" }))
        .await
        .expect("the host is still there");
    // The page asks by script, and is led on.
    let asks = again
        .request(reqwest::Method::POST, &visit)
        .header("hx-request", "true");
    let led = Answer::of(asks).await.expect(200);
    let (call, _) = entered(&mut host).await;
    assert_eq!(led.header("hx-redirect"), format!("/calls/{call}"));
    let token = led.cookie("session").expect("a session");
    let user = TestUser::with_token(LUMEN, pair.app.address, &token);
    Caller::open(&pair.app, &user).await.join(call).await.expect("joined");
    // What a visit's page knows opens no other room's door.
    let other = make(&pair, "free", "knock").await;
    let token = visit.rsplit('/').next().expect("a token");
    let elsewhere = format!("{}/visits/{token}", other.path);
    again.form(&elsewhere, &[]).await.expect(404);
}

#[tokio::test]
async fn passwords_tried_by_machine_are_slowed_then_locked_and_no_restart_forgets_it() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password_or_knock").await;
    let visitor = pair.app.anonymous(LUMEN);
    let mut slowed = 0;
    for nth in 0..10 {
        let name = format!("Guess {nth}");
        while room.enter(&visitor, &name, "no such password").await.status == 429 {
            slowed += 1;
            pair.app.clock.advance(1_000);
        }
    }
    assert_eq!(
        slowed,
        1 + 2 + 4 + 8 + 16 + 32 + 60,
        "each wait is twice the one before"
    );
    let told = |message: &ServerMessage| matches!(message, ServerMessage::RoomLocked { .. }).then_some(());
    host.wait("the lock", told).await;
    // Right or wrong: one can't tell.
    let wrong = room.enter(&visitor, "Vic", "no such password").await.expect(429);
    let right = room.enter(&visitor, "Vic", &room.password).await.expect(429);
    assert_eq!(wrong.text, right.text);
    let restarted = pair.app.another().await;
    let later = TestUser::anonymous(LUMEN, restarted);
    room.enter(&later, "Vic", &room.password).await.expect(429);
    room.knock(&visitor, "Vic").await;
    // The host opens it again; else it opens by itself.
    let page = pair.seller.get("/sell/rooms").await.expect(200).text;
    assert!(page.contains("tried by machine"), "{page}");
    room.host(&pair, "unlock", &[]).await.expect(303);
    host.ask(json!({"type": "ping"})).await.expect("still here");
    let (call, _) = inside(&pair, room.enter(&visitor, "Vic", &room.password).await);
    pair.seller
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    for _ in 0..20 {
        room.enter(&visitor, "Vic", "no such password").await;
        pair.app.clock.advance(60_000);
    }
    room.enter(&visitor, "Vic", &room.password).await.expect(429);
    pair.app.clock.advance(LOCK_MS);
    let _page = Caller::open(&pair.app, &pair.seller.renewed().await).await;
    inside(&pair, room.enter(&visitor, "Vic", &room.password).await);
}

#[tokio::test]
async fn a_paid_room_wants_an_account_with_credit_and_charges_as_a_ring_does() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "service", "password").await;
    let nobody = pair.app.anonymous(LUMEN);
    assert!(nobody.get(&room.path).await.expect(200).text.contains("Log in"));
    let sent = room.enter(&nobody, "Vic", &room.password).await.expect(303);
    assert!(
        sent.header("location").starts_with("/login"),
        "{}",
        sent.header("location")
    );
    let own = room.enter(&pair.seller, "Sol", &room.password).await.expect(409);
    assert!(own.text.contains("your own room"), "{}", own.text);

    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let call: Uuid = came.header("location")["/calls/".len()..].parse().expect("a call");
    assert_eq!(entered(&mut host).await, (call, "Bea Buyer".to_owned()));
    let buyer = Caller::open(&pair.app, &pair.buyer).await;
    let mut talk = pair.connected(call, buyer, host).await;
    // The next one waits until it is over, whatever they know.
    let next = pair.app.bearer(LUMEN, "Nia Next").await;
    let visit = room.enter(&next, "Nia", &room.password).await.expect(303);
    let visit = visit.header("location").to_owned();
    assert_eq!(state(&next.form(&visit, &[]).await.expect(200)), "busy");
    talk.talk(30_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_minor"], 120, "{bill}");
    // Then they need credit, as for any call.
    let _page = Caller::open(&pair.app, &pair.seller.renewed().await).await;
    let stopped = next.form(&visit, &[]).await.expect(200);
    assert_eq!(state(&stopped), "stopped");
    assert!(stopped.text.contains("Add credit"), "{}", stopped.text);
    pair.fund_for(&next, 1_000).await;
    // Somebody else can't use what their page knows.
    pair.buyer.renewed().await.form(&visit, &[]).await.expect(404);
    let came = next.form(&visit, &[]).await.expect(303);
    assert!(came.header("location").starts_with("/calls/"));
}

#[tokio::test]
async fn further_visitors_of_a_free_talk_come_to_it_as_far_as_there_is_room() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let first = pair.app.anonymous(LUMEN);
    let (call, user) = inside(&pair, room.enter(&first, "Fay First", &room.password).await);
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(call).await.expect("joined");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    for nth in 0..4 {
        let name = format!("Visitor {nth}");
        let visitor = pair.app.anonymous(LUMEN);
        let (same, user) = inside(&pair, room.enter(&visitor, &name, &room.password).await);
        assert_eq!(same, call);
        let mut page = Caller::open(&pair.app, &user).await;
        let joined = page.join(call).await.expect("let in");
        assert_eq!(
            (joined.call.role, joined.call.phase),
            (RoomRole::Visitor, CallPhase::Live)
        );
        assert_eq!(joined.people.len(), 3 + nth);
        let send = json!({"type": "produce", "epoch": page.epoch, "transport": "t", "kind": "audio", "rtp": {}});
        page.ask(send).await.expect("sends");
        let sound = |message: &ServerMessage| match message {
            ServerMessage::Producer { producer } => Some(producer.peer),
            _ => None,
        };
        assert_eq!(host.wait("their sound", sound).await, page.peer);
    }
    // As many as may be: the next one waits, until the host has shown somebody out.
    let late = pair.app.anonymous(LUMEN);
    let visit = room.enter(&late, "Lou Late", &room.password).await.expect(303);
    let visit = visit.header("location").to_owned();
    assert_eq!(state(&late.form(&visit, &[]).await.expect(200)), "full");
    let guests = format!("/api/v1/calls/{call}/guests");
    let listed = pair.seller.get(&guests).await.expect(200).json();
    let one = listed["items"][0]["id"].as_str().expect("an id");
    pair.seller.delete(&format!("{guests}/{one}")).await.expect(204);
    let (same, _) = inside(&pair, late.form(&visit, &[]).await);
    assert_eq!(same, call);
    let ask = json!({"role": "visitor"});
    pair.seller.post(&guests, ask).await.expect(422);
}

#[tokio::test]
async fn a_free_talk_begins_and_goes_on_without_whoever_came_first() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let mut pages = Vec::new();
    let mut talk = None;
    for name in ["Fay First", "Sid Second", "Tea Third"] {
        let visitor = pair.app.anonymous(LUMEN);
        let (call, user) = inside(&pair, room.enter(&visitor, name, &room.password).await);
        assert_eq!(*talk.get_or_insert(call), call);
        let mut page = Caller::open(&pair.app, &user).await;
        let joined = page.join(call).await.expect("let in");
        assert_eq!(joined.call.phase, CallPhase::PreCheck);
        pages.push(page);
    }
    let call = talk.expect("a call");
    let [mut first, mut second, mut third] = <[Caller; 3]>::try_from(pages).ok().expect("three");
    // The first goes before the host is there, and only for themselves.
    first.act("end").await.expect("left");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    third.phase(CallPhase::Live).await;
    second.act("end").await.expect("left");
    drop(first);
    // Longer than anybody is waited for.
    for _ in 0..90 {
        pair.app.clock.advance(2_000);
        let flows = [third.peer, host.peer].map(|peer| (peer, Some(0), Some(0)));
        let score = pair.node.report(&flows);
        let told = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, .. } if *own == Some(score)).then_some(())
        };
        host.wait("the report's score", told).await;
    }
    assert_eq!(third.join(call).await.expect("again").call.phase, CallPhase::Live);
    // With the last one it is over.
    third.act("end").await.expect("ended");
    host.phase(CallPhase::Ended).await;
    let seller = pair.seller.renewed().await;
    let listed = seller.get("/api/v1/conversations").await.expect(200).json();
    assert_eq!(listed["items"], json!([]), "nobody can read a guest's conversation");
}

#[tokio::test]
async fn who_may_come_in_can_be_told_no_and_doesnt_stay_for_ever() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "password").await;
    let visitor = pair.app.anonymous(LUMEN);
    let visit = |came: Answer| came.expect(303).header("location").to_owned();
    let away = visit(room.enter(&visitor, "Vic", &room.password).await);
    assert_eq!(state(&visitor.form(&away, &[]).await.expect(200)), "away");
    // The page asks by script, and nothing is put in the place of what it says already.
    let asked = |shown: &str| {
        let path = format!("{away}?shown={shown}");
        let asks = visitor.request(reqwest::Method::POST, &path);
        Answer::of(asks.header("hx-request", "true"))
    };
    asked("away").await.expect(204);
    assert_eq!(state(&asked("busy").await.expect(200)), "away");
    // With another password those go who had the one before.
    let page = room.host(&pair, "password", &[]).await.expect(200).text;
    let password = field(&page, "password").expect("told").1;
    visitor.form(&away, &[]).await.expect(404);
    let away = visit(room.enter(&visitor, "Vic", &password).await);
    pair.app.clock.advance(UNSEEN_MS);
    visitor.form(&away, &[]).await.expect(404);
    let away = visit(room.enter(&visitor, "Vic", &password).await);
    room.host(&pair, "change", &[("title", "Fireside"), ("opens", "knock")])
        .await
        .expect(303);
    visitor.form(&away, &[]).await.expect(404);

    // A lost answer is given again, for a while.
    room.host(&pair, "change", &[("title", "Fireside"), ("opens", "password")])
        .await
        .expect(303);
    let away = visit(room.enter(&visitor, "Vic", &password).await);
    let _host = Caller::open(&pair.app, &pair.seller).await;
    let (call, _) = inside(&pair, visitor.form(&away, &[]).await);
    let (same, user) = inside(&pair, visitor.form(&away, &[]).await);
    assert_eq!(same, call);
    Caller::open(&pair.app, &user).await.join(call).await.expect("joined");
    pair.app.clock.advance(LOST_MS);
    let late = visitor.form(&away, &[]).await.expect(303);
    assert_eq!(late.cookie("session"), None);
}

#[tokio::test]
async fn a_room_whose_service_isnt_offered_takes_nobody() {
    let pair = Pair::new(Price::default()).await;
    let _host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    run(&pair, "UPDATE services SET published = false");
    let visitor = pair.app.anonymous(LUMEN);
    let door = visitor.get(&room.path).await.expect(200).text;
    assert!(door.contains("takes nobody right now"), "{door}");
    room.enter(&visitor, "Vic", &room.password).await.expect(409);
}

#[tokio::test]
async fn doors_hold_only_so_many_and_rooms_go_with_their_host() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "knock").await;
    let visitor = pair.app.anonymous(LUMEN);
    // The host isn't there: one may wait for them.
    let door = visitor.get(&room.path).await.expect(200).text;
    assert!(door.contains("isn’t here right now"), "{door}");
    // Of one network only so many: one person doesn't keep the others away.
    for nth in 0..2 {
        room.knock(&visitor, &format!("Knocker {nth}")).await;
    }
    let typed = [("action", "knock"), ("name", "One more")];
    visitor.form(&room.path, &typed).await.expect(409);
    // Others are at it from elsewhere: it is crowded.
    let elsewhere = "UPDATE private_room_visits SET network = sha256(id::text::bytea)";
    let crowd = |count: usize| {
        for nth in 0..count {
            let other = format!(
                "INSERT INTO private_room_visits
                     (tenant_id, id, room_id, token_hash, name, network, created_at, seen_at)
                 SELECT tenant_id, gen_random_uuid(), room_id, sha256('{nth}'), 'Other', '\\x00', created_at, seen_at
                 FROM private_room_visits ORDER BY created_at DESC, id LIMIT 1"
            );
            run(&pair, &other);
        }
    };
    run(&pair, elsewhere);
    crowd(8);
    visitor.form(&room.path, &typed).await.expect(409);
    // Those who have left wait no longer; they have knocked all the same, and many in a minute are too many.
    pair.app.clock.advance(30_000);
    for nth in 0..5 {
        room.knock(&visitor, &format!("Later {nth}")).await;
        run(&pair, elsewhere);
    }
    visitor.form(&room.path, &typed).await.expect(429);
    pair.app.clock.advance(30_000);
    room.knock(&visitor, "One more").await;
    for _ in 1..10 {
        make(&pair, "free", "knock").await;
    }
    let service = pair.service.to_string();
    let typed = [
        ("action", "create"),
        ("title", "Eleventh"),
        ("service", &service),
        ("opens", "knock"),
    ];
    pair.seller.form("/sell/rooms", &typed).await.expect(409);
    let unfit = [
        ("action", "create"),
        ("title", ""),
        ("service", &service),
        ("opens", "knock"),
    ];
    pair.seller.form("/sell/rooms", &unfit).await.expect(422);

    let me = pair.seller.get("/api/v1/me").await.expect(200).json();
    let host: UserId = me["id"].as_str().expect("an id").parse().expect("an id");
    let (scope, now) = (pair.app.scope(LUMEN).await, pair.app.app.now());
    let erased = pair
        .app
        .app
        .db
        .tenant(&scope, move |tx| erase_person::erase(tx, host, "Nobody", now));
    erased.await.expect("erased");
    for table in [
        "private_rooms",
        "private_room_visits",
        "private_room_users",
        "private_room_tries",
    ] {
        assert_eq!(count(&pair, table), 0, "{table}");
    }
    visitor.get(&room.path).await.expect(404);
}
