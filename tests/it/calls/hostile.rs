//! Sockets that don't behave.

use super::{Caller, Pair, Price};
use serde_json::json;
use tallyroom_media_protocol::signaling::CallPhase;
use uuid::Uuid;

#[tokio::test]
async fn what_cant_be_read_closes_the_socket_with_its_reason() {
    let pair = Pair::new(Price::default()).await;
    let big = format!(
        "{{\"id\":1,\"type\":\"chat\",\"epoch\":1,\"text\":\"{}\"}}",
        "x".repeat(10 * 1024 * 1024)
    );
    for bad in ["", "{", "[]", "null", "{\"type\":\"ping\"}", big.as_str()] {
        let mut page = Caller::open(&pair.app, &pair.buyer).await;
        page.send(bad).await;
        let reason = page.closed().await;
        assert!(
            reason.is_some() || bad.len() > 1_000,
            "no reason for {:?}",
            &bad[..bad.len().min(20)]
        );
    }
}

#[tokio::test]
async fn requests_that_make_no_sense_are_answered_and_change_nothing() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let epoch = talk.buyer.epoch;
    let cases = [
        (json!({ "type": "dance" }), "invalid"),
        (json!({ "type": "end", "epoch": -1 }), "invalid"),
        (json!({ "type": "end", "epoch": epoch + 7 }), "stale_epoch"),
        (json!({ "type": "end", "epoch": 0 }), "stale_epoch"),
        (json!({ "type": "end", "epoch": 1e300 }), "invalid"),
        (json!({ "type": "join", "call": Uuid::new_v4() }), "call_over"),
        (json!({ "type": "join", "call": "x" }), "invalid"),
        (json!({ "type": "chat", "epoch": epoch, "text": "" }), "invalid"),
        (
            json!({ "type": "chat", "epoch": epoch, "text": "x".repeat(2_001) }),
            "invalid",
        ),
        (json!({ "type": "chat", "epoch": epoch, "text": "a\u{0}b" }), "invalid"),
        (
            json!({ "type": "consume", "epoch": epoch, "producers": vec!["x"; 17], "caps": {} }),
            "invalid",
        ),
        (json!({ "type": "connect", "epoch": epoch }), "wrong_phase"),
    ];
    for (request, code) in cases {
        assert_eq!(
            talk.buyer.ask(request.clone()).await.err().as_deref(),
            Some(code),
            "{request}"
        );
    }
    talk.talk(2_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["billable_ms"], 2_000);
}

#[tokio::test]
async fn a_flood_closes_the_socket_and_the_call_goes_on() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let mut flood = Caller::open(&pair.app, &pair.buyer).await;
    for id in 0..400 {
        flood.send(&json!({ "id": id, "type": "ping" }).to_string()).await;
    }
    assert!(flood.closed().await.expect("a reason").contains("too many"));
    talk.talk(2_000).await;
    talk.hang_up().await;
}

#[tokio::test]
async fn a_stranger_gets_into_nobodys_call_and_another_tenants_token_opens_nothing() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let stranger = pair.app.bearer(super::LUMEN, "Sam Stranger").await;
    let mut page = Caller::open(&pair.app, &stranger).await;
    assert_eq!(page.join(talk.call).await.err().as_deref(), Some("not_found"));
    assert_eq!(
        page.ask(json!({ "type": "end", "epoch": 1 })).await.err().as_deref(),
        Some("not_in_call")
    );
    let abroad = pair.app.bearer(super::super::support::VELVET, "Vic Abroad").await;
    let refused = Caller::try_open(&pair.app, pair.buyer.host(), abroad.token()).await;
    let refusal = refused.err().expect("refused").to_string();
    assert!(refusal.contains("401"), "{refusal}");
    let mut own = Caller::open(&pair.app, &abroad).await;
    assert_eq!(
        own.join(talk.call).await.err().as_deref(),
        Some("call_over"),
        "the id means nothing at another tenant"
    );
    talk.talk(2_000).await;
    talk.buyer.act("end").await.expect("ended");
    talk.buyer.phase(CallPhase::Ended).await;
}
