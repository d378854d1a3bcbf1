//! What goes through the room without changing the call: sources, layers, relays; the device check; and quality, which
//! stays with the call.

use super::{Caller, LUMEN, Pair, Price, TestApp};
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom::{
    config::Secret,
    domain::{call::Quality, ids::CallId},
};
use tallyroom_media_protocol::{
    MediaSource, Reception,
    signaling::{CHECK_SECONDS, Checking, ServerMessage},
};

fn produce(epoch: u64, kind: &str, source: Option<&str>) -> Value {
    json!({ "type": "produce", "epoch": epoch, "transport": "t", "kind": kind, "source": source, "rtp": {} })
}

#[tokio::test]
async fn a_screen_is_told_apart_from_a_camera_and_its_end_is_told_when_its_owner_joins_anew() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let epoch = talk.buyer.epoch;
    let wrong = talk.buyer.ask(produce(epoch, "audio", Some("screen"))).await;
    assert_eq!(wrong.err().as_deref(), Some("invalid"));
    let shown = talk
        .buyer
        .ask(produce(epoch, "video", Some("screen")))
        .await
        .expect("sent");
    let heard = talk.seller.wait("the screen", |message| match message {
        ServerMessage::Producer { producer } if producer.source == MediaSource::Screen => Some(producer.clone()),
        _ => None,
    });
    let heard = heard.await;
    assert_eq!(shown["producer"], heard.producer);
    talk.buyer.ask(produce(epoch, "audio", None)).await.expect("sent");
    let voice = |message: &ServerMessage| {
        matches!(message, ServerMessage::Producer { producer } if producer.source == MediaSource::Microphone)
            .then_some(())
    };
    talk.seller.wait("the voice", voice).await;

    let mut again = Caller::open(&pair.app, &pair.buyer).await;
    again.join(talk.call).await.expect("joined");
    let ended = |message: &ServerMessage| {
        matches!(message, ServerMessage::ProducerClosed { producer } if *producer == heard.producer).then_some(())
    };
    talk.seller.wait("the screen's end", ended).await;
}

#[tokio::test]
async fn whoever_receives_says_what_they_show_and_hears_how_it_comes() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let wish = json!({ "type": "prefer_layers", "epoch": talk.buyer.epoch, "producer": "x", "layer": null });
    talk.buyer.ask(wish).await.expect("asked");
    let stale = json!({ "type": "prefer_layers", "epoch": talk.buyer.epoch + 1, "producer": "x", "layer": 0 });
    assert_eq!(talk.buyer.ask(stale).await.err().as_deref(), Some("stale_epoch"));
    let reception = Reception {
        score: 4,
        layer: Some(1),
    };
    pair.node.receives(talk.call, talk.buyer.peer, "x", reception);
    let told = talk.buyer.wait("the layer", |message| match message {
        ServerMessage::Layers { producer, score, layer } => Some((producer.clone(), *score, *layer)),
        _ => None,
    });
    assert_eq!(told.await, ("x".to_owned(), 4, Some(1)));
    assert!(
        !talk
            .seller
            .has_heard(|message| matches!(message, ServerMessage::Layers { .. }))
    );
}

#[tokio::test]
async fn each_join_and_each_repair_gets_a_credential_of_its_own_that_ends_in_ten_minutes() {
    let app = TestApp::start_with(|config| {
        config.turn.urls = "turn:relay.example:3478".to_owned();
        config.turn.secret = Secret::from("a secret of the tests".to_owned());
    })
    .await;
    let pair = Pair::at(app, Price::default()).await;
    let (call, _buyer, mut seller) = pair.ring().await;
    pair.seller
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await
        .expect(204);
    let joined = seller.join(call).await.expect("joined");
    let ends = pair.app.app.now().0 / 1_000 + 600;
    assert_eq!(joined.ice_servers[0].urls, ["turn:relay.example:3478"]);
    assert_eq!(joined.ice_servers[0].username, format!("{ends}:{}", joined.peer));
    pair.app.clock.advance(5_000);
    let restart = json!({ "type": "restart_ice", "epoch": seller.epoch, "transport": "t" });
    let restarted = seller.ask(restart).await.expect("restarted");
    let username = restarted["ice_servers"][0]["username"].as_str().expect("a name");
    assert_eq!(username, format!("{}:{}", ends + 5, joined.peer));
}

#[tokio::test]
async fn a_device_check_is_a_room_for_oneself_that_closes_by_itself() {
    let pair = Pair::new(Price::default()).await;
    let mut page = Caller::open(&pair.app, &pair.buyer).await;
    let check = json!({ "type": "check" });
    let begun = page.ask(check.clone()).await.expect("begun");
    let begun: Checking = serde_json::from_value(begun).expect("a check");
    assert_eq!(page.ask(check.clone()).await.err().as_deref(), Some("too_many"));
    let sent = page.ask(produce(begun.epoch, "video", None)).await.expect("sent");
    let consume = json!({ "type": "consume", "epoch": begun.epoch, "producers": [sent["producer"]], "caps": {} });
    let received = page.ask(consume).await.expect("received");
    assert_eq!(received["consumers"][0]["producerId"], sent["producer"]);
    let stale = page.ask(produce(begun.epoch + 1, "video", None)).await;
    assert_eq!(stale.err().as_deref(), Some("stale_epoch"));
    let foreign = page.ask(json!({ "type": "connect", "epoch": begun.epoch })).await;
    assert_eq!(foreign.err().as_deref(), Some("not_in_call"));
    let end = json!({ "type": "end", "epoch": begun.epoch });
    page.ask(end.clone()).await.expect("ended");
    assert_eq!(page.ask(end).await.err().as_deref(), Some("not_in_call"));

    pair.app.clock.advance(3_000);
    let again: Checking = serde_json::from_value(page.ask(check).await.expect("begun")).expect("a check");
    pair.app.clock.advance(i64::from(CHECK_SECONDS) * 1_000);
    for _ in 0..100 {
        let asked = page.ask(produce(again.epoch, "audio", None)).await;
        if asked.err().as_deref() == Some("not_in_call") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the check stays open");
}

#[tokio::test]
async fn how_good_the_connections_were_stays_with_the_call() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    // The buyer doesn't see what the seller sends from the beginning, and wants it from the middle on; the seller only hears.
    let sound = talk.seller.epoch;
    talk.seller.ask(produce(sound, "audio", None)).await.expect("sent");
    let picture = talk.seller.ask(produce(sound, "video", None)).await.expect("sent");
    let prefer = |epoch: u64, layer: Option<u8>| json!({ "type": "prefer_layers", "epoch": epoch, "producer": picture["producer"], "layer": layer });
    let epoch = talk.buyer.epoch;
    talk.buyer.ask(produce(epoch, "audio", None)).await.expect("sent");
    talk.buyer.ask(prefer(epoch, None)).await.expect("asked");
    talk.talk(10_000).await;
    talk.buyer.ask(prefer(epoch, Some(1))).await.expect("asked");
    // The scripted node's scores go round from 1 to 10.
    talk.talk(30_000).await;
    let call = talk.call;
    talk.hang_up().await;
    let scope = pair.app.scope(LUMEN).await;
    let app = &pair.app.app;
    let mut kept = [None; 2];
    for _ in 0..100 {
        kept = tallyroom::app::calls::quality(app, &scope, CallId::from_uuid(call))
            .await
            .expect("read");
        if kept[0].is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let buyer = kept[0].expect("kept");
    let seller = kept[1].expect("kept");
    assert_eq!(
        (buyer.sound_only_ms, seller.sound_only_ms),
        (10_000, 40_000),
        "one saw nothing for a while, the other never"
    );
    let scores = |one: Quality| (one.good_ms, one.fair_ms, one.poor_ms, one.worst);
    assert_eq!(scores(buyer), scores(seller), "both had the same scores");
    assert_eq!(buyer.worst, Some(1));
    for ms in [buyer.good_ms, buyer.fair_ms, buyer.poor_ms] {
        assert!((6_000..20_000).contains(&ms), "{buyer:?}");
    }
    let page = pair.buyer.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(page.contains("% good"), "{page}");
    assert!(page.contains("Sound without a picture for"), "{page}");
}

#[tokio::test]
async fn what_is_told_after_a_join_comes_after_its_answer() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    for _ in 0..20 {
        talk.buyer.forget();
        let sends = produce(talk.seller.epoch, "audio", None);
        let (joined, sent) = tokio::join!(talk.buyer.join(talk.call), talk.seller.ask(sends));
        let (joined, sent) = (joined.expect("joined"), sent.expect("sent"));
        let known = joined
            .producers
            .iter()
            .any(|producer| sent["producer"] == producer.producer);
        let early = |message: &ServerMessage| matches!(message, ServerMessage::Producer { producer } if sent["producer"] == producer.producer);
        // A page that joins forgets what it was told before.
        assert!(known || !talk.buyer.has_heard(early), "told before the answer");
    }
}
