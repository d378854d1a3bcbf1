//! What a node does when it is asked.

use crate::control::{Connection, ControlPlane, Member, Node};
use serde_json::{Value, json};
use std::collections::HashMap;
use tallyroom_media_protocol::{MediaKind, MediaSource, RefusalKind, Reply, Request};
use uuid::Uuid;

async fn started(options: &[&str]) -> (Node, Connection) {
    let control = ControlPlane::start().await;
    let node = Node::start(&control.url, options);
    let connection = control.welcome().await;
    (node, connection)
}

#[tokio::test]
async fn a_join_brings_all_that_a_client_needs() {
    let (_node, mut control) = started(&[]).await;
    let (room, peer) = (Uuid::new_v4(), Uuid::new_v4());
    let reply = control.request(Request::Join { room, peer, send: true }).await;
    let Ok(Reply::Joined {
        caps,
        send,
        recv,
        producers,
    }) = reply
    else {
        panic!("{reply:?}")
    };
    let codecs: Vec<&Value> = caps["codecs"].as_array().expect("codecs").iter().collect();
    let names: Vec<&str> = codecs.iter().filter_map(|codec| codec["mimeType"].as_str()).collect();
    assert_eq!(
        names,
        ["audio/opus", "video/H264", "video/rtx", "video/VP8", "video/rtx"]
    );
    assert_eq!(codecs[1]["parameters"]["profile-level-id"], "42e01f");
    assert_eq!(codecs[1]["parameters"]["packetization-mode"], 1);
    for transport in [&send.expect("sending transport"), &recv] {
        let candidates = transport["iceCandidates"].as_array().expect("candidates");
        let of = |what: &str| {
            candidates
                .iter()
                .map(|candidate| candidate[what].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(of("protocol"), ["udp", "tcp"]);
        assert_eq!(of("address"), ["127.0.0.1", "127.0.0.1"]);
        assert_eq!(of("port")[0], of("port")[1]);
        assert!(transport["iceParameters"]["usernameFragment"].is_string());
        assert!(transport["dtlsParameters"]["fingerprints"].is_array());
    }
    assert!(producers.is_empty());
    assert_eq!(
        control.refused(Request::Join { room, peer, send: true }).await,
        RefusalKind::Invalid,
        "twice"
    );
    let viewer = Request::Join {
        room,
        peer: Uuid::new_v4(),
        send: false,
    };
    assert!(matches!(
        control.request(viewer).await,
        Ok(Reply::Joined { send: None, .. })
    ));
}

#[tokio::test]
async fn what_one_sends_the_other_receives() {
    let (_node, mut control) = started(&[]).await;
    let room = Uuid::new_v4();
    let mut seller = control.join(room).await;
    let producer = control.produce(&mut seller, true).await;
    let reply = control
        .request(Request::Join {
            room,
            peer: Uuid::new_v4(),
            send: false,
        })
        .await;
    let Ok(Reply::Joined { producers, .. }) = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(producers.len(), 1);
    assert_eq!((&producers[0].producer, producers[0].peer), (&producer, seller.peer));
    assert_eq!((producers[0].kind, producers[0].paused), (MediaKind::Audio, true));

    let buyer = control.join(room).await;
    let gone = Uuid::new_v4().to_string();
    let consumers = control
        .consume(&buyer, &[gone, "nonsense".into(), producer.clone()])
        .await;
    assert_eq!(consumers.len(), 1);
    assert_eq!(
        (&consumers[0]["producerId"], &consumers[0]["kind"]),
        (&json!(producer), &json!("audio"))
    );
    assert_eq!(consumers[0]["rtpParameters"]["codecs"][0]["mimeType"], "audio/opus");
    assert!(
        control
            .consume(&seller, std::slice::from_ref(&producer))
            .await
            .is_empty(),
        "one's own"
    );

    let close = Request::CloseProducer {
        room,
        peer: seller.peer,
        producer: producer.clone(),
    };
    control.done(close.clone()).await;
    assert_eq!(control.refused(close).await, RefusalKind::NotFound);
    assert!(control.consume(&buyer, &[producer]).await.is_empty(), "closed");
}

/// Whether the buyer receives shows in the reports: nothing held back has a score.
#[tokio::test]
async fn pauses_hold_media_back() {
    let (_node, mut control) = started(&[]).await;
    let room = Uuid::new_v4();
    let mut seller = control.join(room).await;
    let buyer = control.join(room).await;
    let producer = control.produce(&mut seller, false).await;
    let pause = |paused| Request::PauseRoom { room, paused };
    control.done(pause(true)).await;
    assert_eq!(control.consume(&buyer, std::slice::from_ref(&producer)).await.len(), 1);
    receives(&mut control, &buyer, false).await;
    control.done(pause(false)).await;
    receives(&mut control, &buyer, true).await;
    control.done(pause(true)).await;
    receives(&mut control, &buyer, false).await;
    control.done(pause(false)).await;
    receives(&mut control, &buyer, true).await;
    let mute = |paused| Request::PauseProducer {
        room,
        peer: seller.peer,
        producer: producer.clone(),
        paused,
    };
    control.done(mute(true)).await;
    receives(&mut control, &buyer, false).await;
    control.done(mute(false)).await;
    receives(&mut control, &buyer, true).await;
    control.done(seller.leave()).await;
    receives(&mut control, &buyer, false).await;
}

#[tokio::test]
async fn a_picture_that_isnt_shown_isnt_sent_and_the_room_stays_held_back() {
    let (_node, mut control) = started(&[]).await;
    let room = Uuid::new_v4();
    let mut seller = control.join(room).await;
    let buyer = control.join(room).await;
    let producer = control.produce(&mut seller, false).await;
    let prefer = |producer: &str, layer| Request::PreferLayers {
        room,
        peer: buyer.peer,
        producer: producer.to_owned(),
        layer,
    };
    assert_eq!(
        control.refused(prefer(&producer, Some(0))).await,
        RefusalKind::NotFound,
        "not received yet"
    );
    control.consume(&buyer, std::slice::from_ref(&producer)).await;
    receives(&mut control, &buyer, true).await;
    control.done(prefer(&producer, None)).await;
    receives(&mut control, &buyer, false).await;
    let hold = |paused| Request::PauseRoom { room, paused };
    control.done(hold(true)).await;
    control.done(hold(false)).await;
    receives(&mut control, &buyer, false).await;
    control.done(hold(true)).await;
    control.done(prefer(&producer, Some(2))).await;
    receives(&mut control, &buyer, false).await;
    control.done(hold(false)).await;
    receives(&mut control, &buyer, true).await;
}

/// Whoever is held back by themselves neither sends nor receives, and the others hear each other.
#[tokio::test]
async fn one_is_held_back_and_the_others_arent() {
    let (_node, mut control) = started(&[]).await;
    let room = Uuid::new_v4();
    let mut seller = control.join(room).await;
    let mut third = control.join(room).await;
    let buyer = control.join(room).await;
    let hold = |peer, held| Request::HoldPeer { room, peer, held };
    let theirs = control.produce(&mut third, false).await;
    control.done(hold(third.peer, true)).await;
    assert_eq!(control.refused(hold(Uuid::new_v4(), true)).await, RefusalKind::NotFound);
    control.consume(&buyer, std::slice::from_ref(&theirs)).await;
    receives(&mut control, &buyer, false).await;
    let sellers = control.produce(&mut seller, false).await;
    control.consume(&third, std::slice::from_ref(&sellers)).await;
    receives(&mut control, &third, false).await;
    control.consume(&buyer, std::slice::from_ref(&sellers)).await;
    receives(&mut control, &buyer, true).await;
    // That the room goes on doesn't let them through.
    for paused in [true, false] {
        control.done(Request::PauseRoom { room, paused }).await;
    }
    receives(&mut control, &third, false).await;
    control.done(hold(third.peer, false)).await;
    receives(&mut control, &third, true).await;
    control.done(seller.leave()).await;
    receives(&mut control, &buyer, true).await;
}

async fn receives(control: &mut Connection, member: &Member, wanted: bool) {
    control
        .flow(|peers| {
            peers
                .iter()
                .any(|p| p.peer == member.peer && p.recv_score.is_some() == wanted)
        })
        .await;
}

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
