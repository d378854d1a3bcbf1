//! What a node refuses, and in which order it does the rest.

use crate::control::started;
use serde_json::{Value, json};
use std::collections::HashMap;
use tallyroom_media_protocol::{MediaKind, MediaSource, RefusalKind, Reply, Request};
use uuid::Uuid;

#[tokio::test]
async fn nobody_touches_what_is_somebody_elses() {
    let (_node, mut control) = started(&[]).await;
    let room = Uuid::new_v4();
    let mut seller = control.join(room).await;
    let buyer = control.join(room).await;
    let stranger = control.join(Uuid::new_v4()).await;
    let producer = control.produce(&mut seller, false).await;
    let (peer, transport) = (buyer.peer, seller.send.clone());
    let mut foreign = vec![
        buyer.connect(&seller.send),
        stranger.connect(&seller.recv),
        buyer.connect(&"nonsense".into()),
        Request::RestartIce {
            room,
            peer,
            transport: transport.clone(),
        },
        Request::PauseProducer {
            room,
            peer,
            producer: producer.clone(),
            paused: true,
        },
        Request::CloseProducer {
            room,
            peer,
            producer: producer.clone(),
        },
        Request::CloseProducer {
            room,
            peer: Uuid::new_v4(),
            producer: producer.clone(),
        },
        Request::PauseProducer {
            room: stranger.room,
            peer: seller.peer,
            producer: producer.clone(),
            paused: true,
        },
        Request::PauseRoom {
            room: Uuid::new_v4(),
            paused: true,
        },
    ];
    let mut theft = seller.produce(false);
    if let Request::Produce { peer, .. } = &mut theft {
        *peer = buyer.peer;
    }
    foreign.push(theft);
    for request in foreign {
        let what = format!("{request:?}");
        assert_eq!(control.refused(request).await, RefusalKind::NotFound, "{what}");
    }
    assert!(
        control.consume(&stranger, &[producer]).await.is_empty(),
        "another room's"
    );
    for absent in [
        Request::Leave {
            room,
            peer: Uuid::new_v4(),
        },
        Request::CloseRoom { room: Uuid::new_v4() },
    ] {
        control.done(absent).await;
    }
    control.done(seller.connect(&seller.send)).await;
    let restarted = Request::RestartIce {
        room,
        peer: seller.peer,
        transport,
    };
    assert!(matches!(
        control.request(restarted).await,
        Ok(Reply::IceRestarted { .. })
    ));
}

#[tokio::test]
async fn nonsense_is_refused_and_harms_nothing() {
    let (_node, mut control) = started(&[]).await;
    let mut member = control.join(Uuid::new_v4()).await;
    control.done(member.connect(&member.recv)).await;
    let (room, peer, transport) = (member.room, member.peer, member.send.clone());
    let dtls = |dtls: Value| Request::ConnectTransport {
        room,
        peer,
        transport: transport.clone(),
        dtls,
    };
    let mut requests = vec![
        dtls(json!(null)),
        dtls(json!({"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": "AB"}]})),
        member.connect(&member.recv), // twice
    ];
    let rtp_changes: [(&str, Value); 7] = [
        ("/codecs", json!([])),
        ("/codecs/0/mimeType", json!("audio/PCMU")),
        ("/codecs/0/clockRate", json!(0)),
        (
            "/encodings",
            json!((0..200).map(|ssrc| json!({"ssrc": ssrc})).collect::<Vec<_>>()),
        ),
        ("/encodings/0", json!({"ssrc": 1, "scalabilityMode": "L99T99"})),
        ("/encodings/0", json!({"ssrc": 1, "codecPayloadType": 3})),
        ("/rtcp", json!("no")),
    ];
    for (path, value) in rtp_changes {
        let mut request = member.produce(false);
        if let Request::Produce { rtp, .. } = &mut request {
            *rtp.pointer_mut(path).expect("path") = value;
        }
        requests.push(request);
    }
    for (wrong_transport, kind) in [
        (member.recv.clone(), MediaKind::Audio),
        (member.send.clone(), MediaKind::Video),
    ] {
        let mut request = member.produce(false);
        if let Request::Produce {
            transport,
            kind: of,
            source,
            ..
        } = &mut request
        {
            (*transport, *of, *source) = (wrong_transport, kind, MediaSource::usual(kind));
        }
        requests.push(request);
    }
    let mut mislabelled = member.produce(false);
    if let Request::Produce { source, .. } = &mut mislabelled {
        *source = MediaSource::Screen;
    }
    requests.push(mislabelled);
    requests.push(Request::Consume {
        room,
        peer,
        producers: vec![],
        caps: json!([]),
    });
    for request in requests {
        let what = format!("{request:?}");
        assert_eq!(control.refused(request).await, RefusalKind::Invalid, "{what}");
    }
    control
        .send_text(json!({"type": "request", "id": 77, "body": {"method": "explode"}}).to_string())
        .await;
    let (id, result) = control.answer().await;
    assert_eq!((id, result.expect_err("refused").kind), (77, RefusalKind::Invalid));
    control.send_text("{".into()).await;
    control.produce(&mut member, false).await;
}

#[tokio::test]
async fn limits_hold() {
    let (_node, mut control) = started(&["--capacity", "17"]).await;
    assert_eq!(control.capacity, 17);
    let room = Uuid::new_v4();
    let mut first = control.join(room).await;
    for _ in 1..16 {
        control.join(room).await;
    }
    assert_eq!(control.refused(join(room)).await, RefusalKind::Full, "17th of a room");
    for _ in 0..8 {
        control.produce(&mut first, false).await;
    }
    assert_eq!(
        control.refused(first.produce(false)).await,
        RefusalKind::Full,
        "9th producer"
    );
    let many = vec![Uuid::new_v4().to_string(); 17];
    assert_eq!(control.refused(first.consume(many)).await, RefusalKind::Invalid);

    let second = control.join(Uuid::new_v4()).await;
    assert_eq!(
        control.refused(join(Uuid::new_v4())).await,
        RefusalKind::Full,
        "beyond capacity"
    );
    control.join(second.room).await; // a running call may go on
    control.done(Request::CloseRoom { room }).await;
    control.join(Uuid::new_v4()).await;
}

fn join(room: Uuid) -> Request {
    Request::Join {
        room,
        peer: Uuid::new_v4(),
        send: false,
    }
}

#[tokio::test]
async fn requests_of_a_room_are_done_in_order() {
    let (_node, mut control) = started(&[]).await;
    let (room, peer) = (Uuid::new_v4(), Uuid::new_v4());
    let mut expected = HashMap::new();
    for _ in 0..10 {
        // Any other order makes a join a second one, or leaves the room while nobody is in.
        expected.insert(control.ask(Request::Join { room, peer, send: true }).await, true);
        expected.insert(control.ask(Request::Join { room, peer, send: true }).await, false);
        expected.insert(control.ask(Request::Leave { room, peer }).await, true);
        expected.insert(
            control
                .ask(Request::PauseProducer {
                    room,
                    peer,
                    producer: "x".into(),
                    paused: true,
                })
                .await,
            false,
        );
    }
    expected.insert(control.ask(Request::CloseRoom { room }).await, true);
    expected.insert(control.ask(Request::PauseRoom { room, paused: true }).await, false);
    for _ in 0..expected.len() {
        let (id, result) = control.answer().await;
        assert_eq!(expected.remove(&id), Some(result.is_ok()), "{id}: {result:?}");
    }
    assert!(expected.is_empty());
}
