//! Recording: asked for, agreed to, held, ended.

pub mod films;
mod troubles;

use super::{Pair, Price, Talk};
use crate::support::{Caller, LUMEN, ScriptedNode, TestApp};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection as _, sql_query, sql_types::Text};
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom_media_protocol::{
    RecordingProblem,
    signaling::{RecordingState, RecordingView, ServerMessage},
};

const VERSION: &str = "2026-11-30.2.en";

pub(super) async fn ask(page: &mut Caller) -> Result<Value, String> {
    page.act("ask_recording").await
}

pub(super) async fn answer(page: &mut Caller, consent: bool) -> Result<Value, String> {
    answer_to(page, consent, VERSION).await
}

async fn answer_to(page: &mut Caller, consent: bool, version: &str) -> Result<Value, String> {
    let epoch = page.epoch;
    // What the room told before it answers this has come.
    let _ = page.ask(json!({ "type": "typing", "epoch": epoch, "on": false })).await;
    let recording = page.recording;
    page.ask(json!({
        "type": "answer_recording", "epoch": epoch, "recording": recording, "consent": consent,
        "text_version": version,
    }))
    .await
}

/// Waits until the page is told that the recording stands so.
pub(super) async fn stands(page: &mut Caller, state: RecordingState) -> RecordingView {
    page.wait(&format!("{state:?}"), |message| match message {
        ServerMessage::Recording { recording } if recording.state == state => Some((**recording).clone()),
        _ => None,
    })
    .await
}

/// Waits for something that happens by itself.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} didn't happen");
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

/// What is kept of a table, a line each.
pub(super) fn kept(app: &TestApp, query: &str) -> Vec<String> {
    let rows: Vec<Said> = sql_query(query).load(&mut app.database.superuser()).expect("rows");
    rows.into_iter().map(|row| row.said).collect()
}

fn answers(app: &TestApp) -> Vec<String> {
    let query = "SELECT u.name || ' ' || c.answer || ' ' || c.text_version || ' ' || (length(c.text) > 100) AS said
        FROM recording_consents c JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.person_id ORDER BY c.at, c.id";
    kept(app, query)
}

fn states(app: &TestApp) -> Vec<String> {
    let query = "SELECT state || coalesce(' ' || ending, '') AS said FROM recordings ORDER BY asked_at, id";
    kept(app, query)
}

/// Both agree, and are recorded.
async fn recorded(talk: &mut Talk<'_>) {
    ask(&mut talk.buyer).await.expect("asked");
    answer(&mut talk.buyer, true).await.expect("agreed");
    answer(&mut talk.seller, true).await.expect("agreed");
    stands(&mut talk.seller, RecordingState::Recording).await;
    stands(&mut talk.buyer, RecordingState::Recording).await;
    let (node, call) = (&talk.pair.node, talk.call);
    until("both are recorded", || node.recorded(call).len() == 2).await;
}

/// A house whose rule is another than the usual one.
async fn pair_where(policy: &str) -> Pair {
    let app = TestApp::start().await;
    let rule = format!("UPDATE tenants SET policy = '{policy}' WHERE slug = 'lumen'");
    app.database.superuser().batch_execute(&rule).expect("a rule");
    Pair::at(app, Price::default()).await
}

#[tokio::test]
async fn nobody_is_recorded_before_everybody_has_agreed() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    ask(&mut talk.buyer).await.expect("asked");
    let asked = stands(&mut talk.seller, RecordingState::Asked).await;
    assert_eq!(asked.asked_by.as_deref(), Some("Bea Buyer"));
    assert!(!asked.by_you && !asked.you_agreed && asked.since_ms.is_none());
    assert!(
        asked
            .texts
            .iter()
            .any(|text| text.version == VERSION && text.text.len() > 100)
    );
    assert_eq!(asked.waits_for.len(), 2);
    answer(&mut talk.buyer, true).await.expect("agreed");
    talk.talk(2_000).await;
    assert!(
        pair.node.was_asked_to_record(talk.call).is_empty(),
        "one agreed, nobody is recorded"
    );
    answer(&mut talk.seller, true).await.expect("agreed");
    // Their word is kept before a node hears of it.
    assert_eq!(
        answers(&pair.app),
        [
            format!("Bea Buyer given {VERSION} true"),
            format!("Sol Seller given {VERSION} true")
        ]
    );
    let view = stands(&mut talk.seller, RecordingState::Recording).await;
    assert!(view.you_agreed && view.since_ms.is_some() && view.waits_for.is_empty());
    let (node, call) = (&pair.node, talk.call);
    until("both are recorded", || node.recorded(call).len() == 2).await;
    assert_eq!(states(&pair.app), ["recording"]);
    // A proof is a proof: nobody changes it.
    let forged = "UPDATE recording_consents SET answer = 'given'";
    pair.app
        .database
        .superuser()
        .batch_execute(forged)
        .expect_err("append-only");
}

#[tokio::test]
async fn a_forged_client_gets_nobody_recorded() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    assert_eq!(answer(&mut talk.buyer, true).await.unwrap_err(), "not_recording");
    assert_eq!(talk.buyer.act("stop_recording").await.unwrap_err(), "not_recording");
    ask(&mut talk.buyer).await.expect("asked");
    assert_eq!(ask(&mut talk.seller).await.unwrap_err(), "recording_asked");
    assert_eq!(
        answer_to(&mut talk.buyer, true, "1999-01-01.en").await.unwrap_err(),
        "text_changed"
    );
    assert_eq!(talk.buyer.act("stop_recording").await.unwrap_err(), "not_recording");
    // Twice, and in the other's name: one answers for oneself.
    for _ in 0..2 {
        let forged = json!({
            "type": "answer_recording", "epoch": talk.buyer.epoch, "recording": talk.buyer.recording,
            "consent": true, "text_version": VERSION, "person": "seller", "role": "seller",
        });
        talk.buyer.ask(forged).await.expect("taken for the buyer's own");
    }
    let stale = json!({
        "type": "answer_recording", "epoch": talk.seller.epoch + 7, "recording": talk.buyer.recording,
        "consent": true, "text_version": VERSION,
    });
    assert_eq!(talk.buyer.ask(stale.clone()).await.unwrap_err(), "stale_epoch");
    let mut stranger = Caller::open(&pair.app, &pair.app.bearer(LUMEN, "Sam Stranger").await).await;
    assert_eq!(stranger.ask(stale).await.unwrap_err(), "not_in_call");
    talk.talk(2_000).await;
    assert!(pair.node.was_asked_to_record(talk.call).is_empty());
    assert_eq!(answers(&pair.app), [format!("Bea Buyer given {VERSION} true")]);
}

#[tokio::test]
async fn whoever_doesnt_agree_talks_unrecorded() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    ask(&mut talk.seller).await.expect("asked");
    answer(&mut talk.seller, true).await.expect("agreed");
    answer(&mut talk.buyer, false).await.expect("taken");
    let view = stands(&mut talk.seller, RecordingState::Ended).await;
    assert_eq!(view.ending.as_deref(), Some("declined"));
    assert_eq!(ask(&mut talk.seller).await.unwrap_err(), "just_declined");
    talk.talk(60_000).await;
    assert!(pair.node.was_asked_to_record(talk.call).is_empty());
    // They may be asked again after a while.
    ask(&mut talk.seller).await.expect("asked");
    talk.hang_up().await;
    assert_eq!(states(&pair.app), ["declined declined", "declined call_over"]);
}

#[tokio::test]
async fn withdrawing_stops_it_at_once_and_the_call_goes_on() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    answer(&mut talk.seller, false).await.expect("taken");
    let view = stands(&mut talk.buyer, RecordingState::Ended).await;
    assert_eq!(view.ending.as_deref(), Some("withdrawn"));
    let (node, call) = (&pair.node, talk.call);
    until("nobody is recorded", || node.recorded(call).is_empty()).await;
    assert_eq!(answers(&pair.app)[2], format!("Sol Seller withdrawn {VERSION} true"));
    assert_eq!(states(&pair.app), ["composing withdrawn"]);
    talk.talk(10_000).await;
    talk.hang_up().await;
}

#[tokio::test]
async fn whoever_comes_back_is_recorded_on_and_sees_it() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    let first = pair.node.recorded(talk.call);
    talk.talk(4_000).await;
    let call = talk.call;
    let joined = talk.seller.join(call).await.expect("joined again");
    let seen = joined.recording.expect("a recording");
    assert!(seen.you_agreed && joined.may_record);
    let (node, peer) = (&pair.node, talk.seller.peer);
    until("the new connection is recorded", || {
        node.recorded(call).iter().any(|one| one.peer == peer)
    })
    .await;
    let now = pair.node.recorded(call);
    assert_eq!(now.len(), 2, "{now:?}");
    let again = now.iter().find(|one| one.peer == peer).expect("recorded");
    assert_eq!((again.take, again.offset_ms), (first[0].take, 4_000));
}

#[tokio::test]
async fn a_recording_goes_on_at_another_node() {
    let mut pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    talk.talk(6_000).await;
    let (call, mut buyer, mut seller) = (talk.call, talk.buyer, talk.seller);
    let before = pair.node.recorded(call);
    let other = ScriptedNode::connect(&pair.app).await;
    std::mem::replace(&mut pair.node, other).kill();
    for page in [&mut buyer, &mut seller] {
        let reset = |message: &ServerMessage| matches!(message, ServerMessage::MediaReset).then_some(());
        page.wait("the reset", reset).await;
        page.join(call).await.expect("joined again");
    }
    let node = &pair.node;
    until("both are recorded at the other node", || node.recorded(call).len() == 2).await;
    for part in pair.node.recorded(call) {
        assert_eq!((part.take, part.offset_ms), (before[0].take, 6_000));
    }
    assert_eq!(states(&pair.app), ["recording"]);
}

#[tokio::test]
async fn a_full_disk_ends_the_recording_and_not_the_call() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    pair.node.fail_recording(talk.call, RecordingProblem::DiskFull);
    for page in [&mut talk.buyer, &mut talk.seller] {
        let view = stands(page, RecordingState::Ended).await;
        assert_eq!(view.ending.as_deref(), Some("disk_full"));
    }
    talk.talk(10_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 10_000);
    assert_eq!(states(&pair.app), ["composing disk_full"]);
}

#[tokio::test]
async fn who_may_ask_is_the_tenants_to_say_and_the_sellers_to_narrow() {
    let pair = pair_where(r#"{"recording": "seller"}"#).await;
    let mut talk = pair.live().await;
    assert_eq!(ask(&mut talk.buyer).await.unwrap_err(), "forbidden");
    ask(&mut talk.seller).await.expect("asked");
    talk.hang_up().await;
    let service = format!("/api/v1/selling/services/{}", pair.service);
    let mut text = json!({ "title": "Advice", "rate_minor": 120, "published": true, "recording": "buyer" });
    let seller = pair.seller.renewed().await;
    let saved = seller.put(&service, text.clone()).await.expect(200).json();
    assert_eq!(saved["recording"], "nobody", "what the house forbids can't be added");
    text["recording"] = json!("seller");
    assert_eq!(
        seller.put(&service, text).await.expect(200).json()["recording"],
        "seller"
    );
}

#[tokio::test]
async fn where_the_house_always_records_everybody_is_asked() {
    let pair = pair_where(r#"{"recording": "always"}"#).await;
    let mut talk = pair.live().await;
    let asked = stands(&mut talk.buyer, RecordingState::Asked).await;
    assert!(asked.asked_by.is_none());
    assert!(pair.node.was_asked_to_record(talk.call).is_empty());
    answer(&mut talk.buyer, false).await.expect("taken");
    stands(&mut talk.seller, RecordingState::Ended).await;
    talk.talk(2_000).await;
    talk.hang_up().await;
    assert_eq!(states(&pair.app), ["declined declined"], "they are asked once");
}
