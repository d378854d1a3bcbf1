//! Whoever came first to a free talk is shown out of it, and has nothing of it any more.

use super::{hosting::says, leaving::is_in_call, *};
use crate::calls::{
    chatting::send,
    recording::{answer, ask, stands},
};
use crate::support::{ScriptedNode, until_waiting};
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use tallyroom_media_protocol::signaling::RecordingState;

fn first_of(call: Uuid) -> String {
    format!("/api/v1/calls/{call}/guests/first")
}

async fn show_out(pair: &Pair, call: Uuid, first: &mut Caller) {
    pair.seller.delete(&first_of(call)).await.expect(204);
    let told = |message: &ServerMessage| matches!(message, ServerMessage::ShownOut).then_some(());
    first.wait("being shown out", told).await;
}

#[tokio::test]
async fn the_host_shows_out_whoever_came_first_and_they_dont_come_back() {
    let pair = Pair::new(Price::default()).await;
    let (room, call, mut host, mut first) = with_buyer(&pair).await;
    let mut second = visit(&pair, &room, "Sid Second").await;
    let calls = |page: Answer| page.expect(200).text.contains(&format!("/calls/{call}"));
    assert!(calls(pair.buyer.get("/calls").await));
    pair.buyer.delete(&first_of(call)).await.expect(403);
    show_out(&pair, call, &mut first).await;
    pair.seller.delete(&first_of(call)).await.expect(204);
    let gone = |message: &ServerMessage| match message {
        ServerMessage::People { people } => people.iter().all(|person| person.name != "Bea Buyer").then_some(()),
        _ => None,
    };
    host.wait("one less", gone).await;
    is_in_call(&pair, false).await;
    assert_eq!(first.join(call).await.expect_err("out"), "not_found");
    pair.buyer.get(&format!("/api/v1/calls/{call}")).await.expect(404);
    let cancel = format!("/api/v1/calls/{call}/cancel");
    pair.buyer.post(&cancel, json!({})).await.expect(404);
    assert!(
        !calls(pair.buyer.get("/calls").await),
        "a talk that goes on without them"
    );
    let late = send(&pair.buyer, call, "late.txt", b"Let me in.").await;
    late.expect(404);
    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let door = pair.buyer.form(came.header("location"), &[]).await.expect(200);
    assert_eq!(state(&door), "refused");
    // The others talk on.
    assert_eq!(second.join(call).await.expect("there").call.phase, CallPhase::Live);
    says(&mut second, "Where were we?").await;
}

#[tokio::test]
async fn neither_their_old_visit_nor_a_restart_lets_them_in_again() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "password").await;
    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let old_visit = came.header("location").to_owned();
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let came = pair.buyer.form(&old_visit, &[]).await.expect(303);
    let call: Uuid = came.header("location")["/calls/".len()..].parse().expect("a call");
    let mut first = Caller::open(&pair.app, &pair.buyer).await;
    first.join(call).await.expect("joined");
    host.join(call).await.expect("joined");
    let second = visit(&pair, &room, "Sid Second").await;
    show_out(&pair, call, &mut first).await;
    assert_eq!(state(&pair.buyer.form(&old_visit, &[]).await.expect(200)), "refused");

    let app = pair.app.restarted().await;
    assert_eq!(app.registry.recover(app.app.now()).await.expect("read"), 1);
    let _node = ScriptedNode::connect(&app).await;
    let mut first = Caller::open(&app, &pair.buyer.at(app.address)).await;
    assert_eq!(first.join(call).await.expect_err("out"), "not_found");
    let mut host = Caller::open(&app, &pair.seller.at(app.address)).await;
    let people = host.join(call).await.expect("joined anew").people;
    assert!(people.iter().all(|person| person.name != "Bea Buyer"), "{people:?}");
    drop(second);
}

#[tokio::test]
async fn a_film_that_they_agreed_to_isnt_theirs_any_more() {
    let pair = Pair::new(Price::default()).await;
    let (_, call, mut host, mut first) = with_buyer(&pair).await;
    ask(&mut host).await.expect("asked");
    stands(&mut first, RecordingState::Asked).await;
    answer(&mut first, true).await.expect("agreed");
    answer(&mut host, true).await.expect("agreed");
    stands(&mut host, RecordingState::Recording).await;
    let path = format!("/api/v1/calls/{call}/recordings");
    let theirs = pair.buyer.get(&path).await.expect(200).json();
    let film = format!(
        "/api/v1/recordings/{}/film",
        theirs["items"][0]["id"].as_str().expect("one")
    );
    assert_eq!(pair.buyer.get(&film).await.expect(409).code(), "not_ready");
    show_out(&pair, call, &mut first).await;
    assert_eq!(pair.buyer.get(&path).await.expect(200).json()["items"], json!([]));
    pair.buyer.get(&film).await.expect(404);
    assert_eq!(pair.seller.get(&film).await.expect(409).code(), "not_ready");
}

#[tokio::test]
async fn their_place_is_somebody_elses() {
    let pair = Pair::new(Price::default()).await;
    let (room, call, _host, mut first) = with_buyer(&pair).await;
    let (_pages, late, visit) = full(&pair, &room).await;
    show_out(&pair, call, &mut first).await;
    let (same, user) = inside(&pair, late.form(&visit, &[]).await);
    assert_eq!(same, call);
    Caller::open(&pair.app, &user).await.join(call).await.expect("let in");
}

#[tokio::test]
async fn a_file_that_was_on_its_way_doesnt_come() {
    let pair = Pair::new(Price::default()).await;
    let (_, call, _host, mut first) = with_buyer(&pair).await;
    let (mut holding, mut watcher) = (pair.app.database.superuser(), pair.app.database.superuser());
    let hold = "BEGIN; SELECT 1 FROM users WHERE name = 'Bea Buyer' FOR NO KEY UPDATE";
    holding.batch_execute(hold).expect("held");
    let shown_out = async {
        until_waiting(&mut watcher, 1).await;
        show_out(&pair, call, &mut first).await;
        holding.batch_execute("COMMIT").expect("let go");
    };
    let (late, ()) = tokio::join!(send(&pair.buyer, call, "late.txt", b"Let me in."), shown_out);
    late.expect(404);
    assert_eq!(pair.app.database.count("message_files"), 0);
}
