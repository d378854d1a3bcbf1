//! What isn't done: forged, doubled, too late, or with somebody who can't come.

use super::*;
use crate::support::VELVET;

#[tokio::test]
async fn whom_nobody_can_bring_in() {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::new(&pair).await;
    let path_of = |call: Uuid| format!("/api/v1/calls/{call}/legs");
    // Not while it rings, nor in the free check.
    let checking = pair.check().await;
    let early = pair.buyer.post(&path_of(checking.call), provider.wanted()).await;
    assert_eq!(early.expect(409).code(), "not_live");
    drop(checking);
    let cancel = |call: Uuid| format!("/api/v1/calls/{call}/cancel");
    let listed = pair.buyer.get("/api/v1/calls").await.expect(200).json();
    let first: Uuid = listed["items"][0]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    pair.buyer.post(&cancel(first), json!({})).await.expect(204);
    bill(&pair.buyer, first).await;

    let talk = pair.live().await;
    let path = path_of(talk.call);
    let refusals = [
        (json!({ "rate_minor": RATE - 1 }), 409, "price_changed"),
        (json!({ "rate_minor": -5 }), 409, "price_changed"),
        (json!({ "opening_minor": RATE * 2 }), 409, "price_changed"),
        (json!({ "role": "visitor", "languages": [] }), 422, "invalid"),
        (
            json!({ "service_id": pair.service, "rate_minor": 120 }),
            409,
            "in_the_call",
        ),
        (json!({ "service_id": Uuid::nil() }), 404, "not_found"),
        (json!({ "languages": [] }), 422, "invalid"),
    ];
    for (change, status, code) in refusals {
        let mut wanted = provider.wanted();
        for (name, value) in change.as_object().expect("an object") {
            wanted[name] = value.clone();
        }
        let refused = pair.buyer.post(&path, wanted.clone()).await.expect(status);
        assert_eq!(refused.code(), code, "{wanted}");
    }
    // Somebody of another market, and their own people here.
    let elsewhere = pair.app.bearer(VELVET, "Eve Elsewhere").await;
    elsewhere.post(&path, provider.wanted()).await.expect(404);
    let foreign = offer(&elsewhere, RATE, json!({ "kind": "minute" }), 0, 0).await;
    let mut wanted = provider.wanted();
    wanted["service_id"] = json!(foreign);
    pair.buyer.post(&path, wanted).await.expect(404);
    // Not here, or not for this buyer.
    let away = pair.app.bearer(LUMEN, "Ada Away").await;
    let service = offer(&away, RATE, json!({ "kind": "minute" }), 0, 0).await;
    let mut wanted = provider.wanted();
    wanted["service_id"] = json!(service);
    let refused = pair.buyer.post(&path, wanted).await.expect(409);
    assert_eq!(refused.code(), "not_available");
    let me = provider.user.get("/api/v1/me").await.expect(200).json();
    let block = format!("/api/v1/people/{}/block", me["id"].as_str().expect("an id"));
    pair.buyer.put(&block, json!({})).await;
    let refused = pair.buyer.post(&path, provider.wanted()).await.expect(409);
    assert_eq!(refused.code(), "blocked");
    pair.buyer.delete(&block).await;
    let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
    stranger.post(&path, provider.wanted()).await.expect(404);
    stranger
        .get(&format!("/api/v1/calls/{}/providers", talk.call))
        .await
        .expect(404);
    talk.hang_up().await;
    let over = pair
        .buyer
        .renewed()
        .await
        .post(&path, provider.wanted())
        .await
        .expect(409);
    assert_eq!(over.code(), "call_over");
}

#[tokio::test]
async fn confirmed_twice_is_one_leg_and_a_leg_has_no_legs() {
    let pair = buyer_pays(3_000).await;
    let mut provider = Provider::new(&pair).await;
    let talk = pair.live().await;
    let path = format!("/api/v1/calls/{}/legs", talk.call);
    let (one, other) = tokio::join!(
        pair.buyer.post(&path, provider.wanted()),
        pair.buyer.post(&path, provider.wanted()),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.text, other.text);
    let leg = provider.rung().await;
    for path in [
        format!("/api/v1/calls/{leg}/legs"),
        format!("/api/v1/calls/{leg}/guests"),
    ] {
        let asked = pair.buyer.post(&path, provider.wanted()).await;
        assert!(asked.status.is_client_error(), "{path}: {}", asked.text);
    }
    // The one who is rung says yes, nobody for them; the call's seller has no part in it.
    let accept = format!("/api/v1/calls/{leg}/accept");
    pair.buyer.post(&accept, json!({})).await.expect(403);
    pair.seller.post(&accept, json!({})).await.expect(404);
    // The buyer takes it back while it rings.
    pair.buyer
        .post(&format!("/api/v1/calls/{leg}/cancel"), json!({}))
        .await
        .expect(204);
    provider.page.wait("the end of the ring", ended_ring("cancelled")).await;
    assert!(provider.user.post(&accept, json!({})).await.status.is_client_error());
    assert_eq!(provider.page.join(talk.call).await.expect_err("out"), "not_found");
    talk.hang_up().await;
    pair.audit().await;
}

#[tokio::test]
async fn who_cant_afford_it_rings_nobody() {
    let pair = buyer_pays(120 + RATE - 1).await;
    let provider = Provider::new(&pair).await;
    let talk = pair.live().await;
    let path = format!("/api/v1/calls/{}/legs", talk.call);
    let refused = pair.buyer.post(&path, provider.wanted()).await.expect(409);
    assert_eq!(refused.code(), "insufficient_credit");
    let rings = |message: &ServerMessage| matches!(message, ServerMessage::Ring { .. });
    assert!(!provider.page.has_heard(rings));
    talk.hang_up().await;
}

#[tokio::test]
async fn where_nobody_pays_for_third_persons_no_provider_comes() {
    let pair = Pair::new(Price::default()).await;
    let provider = Provider::new(&pair).await;
    let talk = pair.live().await;
    let path = format!("/api/v1/calls/{}/legs", talk.call);
    for user in [&pair.buyer, &pair.seller] {
        assert_eq!(
            user.post(&path, provider.wanted()).await.expect(409).code(),
            "not_offered"
        );
    }
    let list = format!("/api/v1/calls/{}/providers", talk.call);
    assert_eq!(pair.buyer.get(&list).await.expect(409).code(), "not_offered");
    talk.hang_up().await;
}
