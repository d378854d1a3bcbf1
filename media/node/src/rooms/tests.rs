use super::*;
use serde_json::json;
use tallyroom_media_protocol::{MediaKind, MediaSource};

#[tokio::test]
async fn a_take_that_was_stopped_isnt_begun_again() {
    let listen = Listen {
        ip: [127, 0, 0, 1].into(),
        announce: None,
        ports: 43_100..=43_199,
    };
    let files = std::env::temp_dir().join(Uuid::new_v4().to_string());
    let rooms = Rooms::start(&listen, 10, &files).await.expect("started");
    let (owner, _events) = Owner::new();
    let (room, peer, take) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let joined = rooms.handle(&owner, Request::Join { room, peer, send: true }).await;
    assert!(matches!(joined, Ok(Reply::Joined { .. })), "{joined:?}");
    let record = |recording| Request::Record {
        room,
        peer,
        recording,
        offset_ms: 0,
    };
    // The stop was first, whoever was to be recorded.
    let stop = Request::StopRecording { room, recording: take };
    assert!(rooms.handle(&owner, stop).await.is_ok());
    let late = rooms.handle(&owner, record(take)).await;
    assert!(late.is_err(), "{late:?}");
    assert!(!files.join("recordings").join(take.to_string()).exists());
    let next = rooms.handle(&owner, record(Uuid::new_v4())).await;
    assert!(next.is_ok(), "{next:?}");
}

#[test]
fn what_ends_something_waits_beside_the_rest() {
    let (room, peer, recording) = (Uuid::nil(), Uuid::nil(), Uuid::nil());
    assert_eq!(may_wait(&Request::PauseRoom { room, paused: true }), MAX_PENDING);
    for ends in [
        Request::Leave { room, peer },
        Request::StopRecording { room, recording },
    ] {
        assert!(may_wait(&ends) > MAX_PENDING && may_wait(&ends) < QUEUE);
    }
}

/// No caller in Rust says goodbye in DTLS, so the worker's notice of it is played here.
#[tokio::test]
async fn a_goodbye_is_told_and_cleaned_up() {
    let listen = Listen {
        ip: [127, 0, 0, 1].into(),
        announce: None,
        ports: 43_000..=43_099,
    };
    let rooms = Rooms::start(&listen, 10, &std::env::temp_dir()).await.expect("started");
    let (owner, mut events) = Owner::new();
    let (room, peer) = (Uuid::new_v4(), Uuid::new_v4());
    let joined = rooms.handle(&owner, Request::Join { room, peer, send: true }).await;
    let Ok(Reply::Joined { send: Some(send), .. }) = joined else {
        panic!("{joined:?}")
    };
    let transport = send["id"].as_str().expect("id").to_owned();
    let codec = json!({"mimeType": "audio/opus", "payloadType": 111, "clockRate": 48000, "channels": 2});
    let rtp = json!({"mid": "0", "codecs": [codec], "headerExtensions": [], "encodings": [{"ssrc": 7}],
                     "rtcp": {"reducedSize": true}});
    let produce = Request::Produce {
        room,
        peer,
        transport,
        kind: MediaKind::Audio,
        source: MediaSource::Microphone,
        rtp,
        paused: false,
    };
    let produced = rooms.handle(&owner, produce).await;
    let Ok(Reply::Produced { producer }) = produced else {
        panic!("{produced:?}")
    };

    let commands = rooms
        .registry()
        .rooms
        .get(&room)
        .map(|room| room.commands.clone())
        .expect("room");
    for _ in 0..2 {
        commands.send(Command::Gone(peer)).await.expect("queued"); // each of the peer's transports says so
    }
    assert!(rooms.sample().await.values().all(Vec::is_empty));
    let closed = events.try_recv();
    assert!(
        matches!(&closed, Ok(NodeMessage::ProducerClosed { producer: id, .. }) if *id == producer),
        "{closed:?}"
    );
    let gone = events.try_recv();
    assert!(
        matches!(&gone, Ok(NodeMessage::PeerGone { peer: id, .. }) if *id == peer),
        "{gone:?}"
    );
    assert!(events.try_recv().is_err(), "told once");
}
