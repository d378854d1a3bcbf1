//! What a node does when it is asked.

use crate::control::{Connection, Member, started};
use serde_json::{Value, json};
use tallyroom_media_protocol::{MediaKind, RefusalKind, Reply, Request};
use uuid::Uuid;

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
