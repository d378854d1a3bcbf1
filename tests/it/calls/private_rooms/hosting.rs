//! In a free talk the host decides: who comes in, who goes, and what those who have left get of it.

use super::*;
use crate::calls::{
    chatting::send,
    guests::{come, invited},
    private_rooms::leaving::is_in_call,
    recording::{answer, ask, stands},
};
use crate::support::until_waiting;
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use tallyroom_media_protocol::signaling::RecordingState;

pub(super) async fn says(page: &mut Caller, text: &str) {
    let line = json!({"type": "chat", "epoch": page.epoch, "text": text});
    page.ask(line).await.expect("said");
}

#[tokio::test]
async fn only_the_host_of_a_free_talk_asks_people_in_and_shows_them_out() {
    let pair = Pair::new(Price::default()).await;
    let (_, call, _host, mut first) = with_buyer(&pair).await;
    let guests = format!("/api/v1/calls/{call}/guests");
    let ask = json!({"role": "specialist"});
    pair.buyer.post(&guests, ask.clone()).await.expect(403);
    pair.buyer.get(&guests).await.expect(403);
    // Whom the host asks needs nobody else's word.
    let (place, path) = invited(&pair.seller, call, ask).await;
    assert_eq!(place["admitted"], true);
    let user = come(&pair, &path, "Sue Specialist").await;
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(call).await.expect("let in");
    let one = format!("{guests}/{}", place["id"].as_str().expect("an id"));
    pair.buyer.delete(&one).await.expect(403);
    let admit = format!("{one}/admit");
    pair.buyer.post(&admit, json!({})).await.expect(403);
    let listed = pair.seller.get(&guests).await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    pair.seller.delete(&one).await.expect(204);
    assert_eq!(page.join(call).await.expect_err("out"), "not_found");
    first.join(call).await.expect("still there");
}

#[tokio::test]
async fn what_is_said_after_the_first_visitor_has_left_isnt_theirs_to_read() {
    let pair = Pair::new(Price::default()).await;
    let (room, call, mut host, mut first) = with_buyer(&pair).await;
    let mut second = visit(&pair, &room, "Sid Second").await;
    says(&mut host, "For all of us").await;
    first.act("end").await.expect("left");
    is_in_call(&pair, false).await;
    says(&mut second, "Between us two").await;
    let sent = send(&pair.seller, call, "secret.txt", b"Only for those who are here.").await;
    let url = sent.expect(201).json()["file"]["url"]
        .as_str()
        .expect("a file")
        .to_owned();

    let texts = |chat: &[tallyroom_media_protocol::signaling::ChatLine]| -> Vec<String> {
        chat.iter().map(|line| line.text.clone()).collect()
    };
    // Whoever is the host has all of it, and so has nobody else.
    let all = host.join(call).await.expect("joined anew").chat;
    assert_eq!(texts(&all), ["For all of us", "Between us two", ""]);
    pair.seller.get(&url).await.expect(200);
    pair.buyer.get(&url).await.expect(404);
    let back = first.join(call).await.expect("back").chat;
    assert_eq!(texts(&back), ["For all of us"]);
    let inbox = |user: &TestUser| {
        let user = user.clone();
        async move {
            let listed = user.get("/api/v1/conversations").await.expect(200);
            let id = listed.json()["items"][0]["id"].as_str().expect("one").to_owned();
            let thread = user.get(&format!("/api/v1/conversations/{id}")).await.expect(200);
            format!("{} {}", listed.text, thread.text)
        }
    };
    let (theirs, hosts) = (inbox(&pair.buyer).await, inbox(&pair.seller).await);
    assert!(theirs.contains("For all of us") && hosts.contains("Between us two"));
    assert!(
        !theirs.contains("Between us two") && !theirs.contains("secret.txt"),
        "{theirs}"
    );
    // From now on they hear again what is said.
    is_in_call(&pair, true).await;
    says(&mut second, "Welcome back").await;
    let back = first.join(call).await.expect("again").chat;
    assert_eq!(texts(&back), ["For all of us", "Welcome back"]);
}

#[tokio::test]
async fn a_free_talk_that_was_recorded_is_seen_by_those_who_agreed_to_it() {
    let pair = Pair::new(Price::default()).await;
    let (room, call, mut host, mut first) = with_buyer(&pair).await;
    let mut second = visit(&pair, &room, "Sid Second").await;
    first.act("end").await.expect("left");
    is_in_call(&pair, false).await;
    ask(&mut host).await.expect("asked");
    stands(&mut second, RecordingState::Asked).await;
    answer(&mut second, true).await.expect("agreed");
    answer(&mut host, true).await.expect("agreed");
    stands(&mut host, RecordingState::Recording).await;
    let path = format!("/api/v1/calls/{call}/recordings");
    let hosts = pair.seller.get(&path).await.expect(200).json();
    let id = hosts["items"][0]["id"].as_str().expect("the host's").to_owned();
    let theirs = pair.buyer.get(&path).await.expect(200).json();
    assert_eq!(theirs["items"], json!([]));
    let film = format!("/api/v1/recordings/{id}/film");
    assert_eq!(pair.seller.get(&film).await.expect(409).code(), "not_ready");
    pair.buyer.get(&film).await.expect(404);
}

#[tokio::test]
async fn a_visitor_who_leaves_by_the_button_makes_room_for_the_next() {
    let pair = Pair::new(Price::default()).await;
    let (room, call, mut host, _first) = with_buyer(&pair).await;
    let (mut pages, late, visit) = full(&pair, &room).await;
    let mut left = pages.remove(0);
    left.act("end").await.expect("left");
    let (same, _) = inside(&pair, late.form(&visit, &[]).await);
    assert_eq!(same, call);
    let gone = |message: &ServerMessage| match message {
        ServerMessage::People { people } => people.iter().all(|person| person.name != "Visitor 0").then_some(()),
        _ => None,
    };
    host.wait("one less", gone).await;
    assert_eq!(left.join(call).await.expect_err("left"), "not_found");
}

#[tokio::test]
async fn a_password_that_is_changed_while_it_is_compared_opens_nothing() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "password").await;
    let own = room.add(&pair, "Anna Known").await;
    for (name, password, change) in [
        (
            "Vic",
            &room.password,
            "UPDATE private_rooms SET password_hash = password_hash || 'x'",
        ),
        ("Anna Known", &own, "DELETE FROM private_room_users"),
    ] {
        let (mut changing, mut watcher) = (pair.app.database.superuser(), pair.app.database.superuser());
        let lock = "BEGIN; SELECT 1 FROM private_rooms FOR NO KEY UPDATE";
        changing.batch_execute(lock).expect("locked");
        let visitor = pair.app.anonymous(LUMEN);
        let changed = async {
            until_waiting(&mut watcher, 1).await;
            changing.batch_execute(change).expect("changed");
            changing.batch_execute("COMMIT").expect("committed");
        };
        let (entered, ()) = tokio::join!(room.enter(&visitor, name, password), changed);
        entered.expect(422);
    }
    assert_eq!(pair.app.database.count("private_room_visits"), 0);
}

#[tokio::test]
async fn whom_the_host_blocks_doesnt_come_back_by_another_visit() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "password").await;
    let mut visits: Vec<String> = Vec::new();
    for _ in 0..2 {
        let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
        visits.push(came.header("location").to_owned());
    }
    let _host = Caller::open(&pair.app, &pair.seller).await;
    let came = pair.buyer.form(&visits[0], &[]).await.expect(303);
    assert!(came.header("location").starts_with("/calls/"));
    let me: Value = pair.buyer.get("/api/v1/me").await.expect(200).json();
    let block = format!("/api/v1/people/{}/block", me["id"].as_str().expect("an id"));
    pair.seller.put(&block, json!({})).await.expect(204);
    let stopped = pair.buyer.form(&visits[1], &[]).await.expect(200);
    assert_eq!(state(&stopped), "stopped");
}
