//! Recording while something is wrong: the database refuses, somebody asks without end, a connection flaps.

use super::{Pair, Price, VERSION, answer, answers, ask, kept, pair_where, recorded, stands, states, until};
use crate::support::TestApp;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use tallyroom_media_protocol::signaling::{RecordingState, ServerMessage};

/// From now on the database refuses rows of a table that aren't so.
fn refuse(app: &TestApp, table: &str, unless: &str) {
    let broken = format!("ALTER TABLE {table} ADD CONSTRAINT broken CHECK ({unless}) NOT VALID");
    app.database.superuser().batch_execute(&broken).expect("broken");
}

fn mend(app: &TestApp, table: &str) {
    let mended = format!("ALTER TABLE {table} DROP CONSTRAINT broken");
    app.database.superuser().batch_execute(&mended).expect("mended");
}

#[tokio::test]
async fn a_withdrawal_holds_though_it_cant_be_stored_yet() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    refuse(&pair.app, "recording_consents", "answer <> 'withdrawn'");
    answer(&mut talk.seller, false).await.expect("taken");
    let view = stands(&mut talk.buyer, RecordingState::Ended).await;
    assert_eq!(view.ending.as_deref(), Some("withdrawn"));
    let (node, call) = (&pair.node, talk.call);
    until("nobody is recorded", || node.recorded(call).is_empty()).await;
    talk.talk(4_000).await;
    assert_eq!(pair.node.was_asked_to_record(call).len(), 2, "no file is begun anew");
    assert_eq!(states(&pair.app), ["recording"]);
    mend(&pair.app, "recording_consents");
    talk.talk(2_000).await;
    let app = &pair.app;
    until("it is stored", || states(app) == ["composing withdrawn"]).await;
    assert_eq!(answers(app)[2..], [format!("Sol Seller withdrawn {VERSION} true")]);
    talk.hang_up().await;
    assert_eq!(states(app).len(), 1);
}

#[tokio::test]
async fn a_call_ends_though_its_recordings_end_cant_be_stored_yet() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    refuse(&pair.app, "recordings", "ending IS DISTINCT FROM 'call_over'");
    talk.talk(2_000).await;
    talk.hang_up().await;
    let app = &pair.app;
    assert_eq!(states(app), ["recording"]);
    mend(app, "recordings");
    until("it is stored", || states(app) == ["composing call_over"]).await;
}

#[tokio::test]
async fn where_the_house_always_records_a_failure_isnt_an_answer() {
    let pair = pair_where(r#"{"recording": "always"}"#).await;
    refuse(&pair.app, "recordings", "false");
    let mut talk = pair.live().await;
    talk.talk(2_000).await;
    let told = |message: &ServerMessage| matches!(message, ServerMessage::Recording { .. });
    assert!(!talk.buyer.has_heard(told));
    mend(&pair.app, "recordings");
    talk.talk(2_000).await;
    stands(&mut talk.buyer, RecordingState::Asked).await;
    answer(&mut talk.buyer, false).await.expect("taken");
    talk.talk(2_000).await;
    talk.hang_up().await;
    assert_eq!(states(&pair.app), ["declined declined"], "they are asked once");
}

#[tokio::test]
async fn nobody_is_asked_without_end() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    ask(&mut talk.buyer).await.expect("asked");
    answer(&mut talk.seller, false).await.expect("taken");
    let before = talk.seller.recording;
    assert_eq!(ask(&mut talk.buyer).await.unwrap_err(), "just_declined");
    // Whoever declined may think better of it. An answer to what was asked before is none.
    ask(&mut talk.seller).await.expect("asked");
    let late = json!({
        "type": "answer_recording", "epoch": talk.seller.epoch, "recording": before, "consent": true,
        "text_version": VERSION,
    });
    assert_eq!(talk.seller.ask(late).await.unwrap_err(), "not_recording");
    for _ in 2..5 {
        answer(&mut talk.seller, false).await.expect("taken");
        ask(&mut talk.seller).await.expect("asked");
    }
    answer(&mut talk.seller, false).await.expect("taken");
    assert_eq!(ask(&mut talk.seller).await.unwrap_err(), "asked_too_often");
    assert_eq!(states(&pair.app).len(), 5);
    assert!(pair.node.was_asked_to_record(talk.call).is_empty());
}

#[tokio::test]
async fn of_too_many_files_no_film_is_promised() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    let flapped = "INSERT INTO recording_parts (tenant_id, recording_id, take_id, peer_id, person_id, from_ms)
        SELECT p.tenant_id, p.recording_id, gen_random_uuid(), gen_random_uuid(), p.person_id, 0
        FROM (SELECT * FROM recording_parts LIMIT 1) p, generate_series(1, 300)";
    pair.app.database.superuser().batch_execute(flapped).expect("parts");
    let call = talk.call;
    talk.seller.join(call).await.expect("joined again");
    let view = stands(&mut talk.buyer, RecordingState::Ended).await;
    assert_eq!(view.ending.as_deref(), Some("failed"));
    assert_eq!(states(&pair.app), ["composing failed"]);
    let parts = kept(&pair.app, "SELECT count(*)::text AS said FROM recording_parts");
    assert_eq!(parts, ["302"]);
}
