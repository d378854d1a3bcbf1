//! Stopping what runs: calls, and services on the site.

use super::{PlatformUser, actions, admin_at};
use crate::{
    calls::{Pair, Price, ended_ring},
    support::{LUMEN, VELVET},
};
use serde_json::{Value, json};
use tallyroom::domain::platform::PlatformRole;
use tallyroom_media_protocol::signaling::{CallPhase, EndReason};

#[tokio::test]
async fn a_call_that_the_platform_ends_is_settled_at_that_moment_and_both_are_told_why() {
    let price = Price {
        minimum_minutes: 5,
        ..Price::default()
    };
    let pair = Pair::new(price).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let support = PlatformUser::signed_in(&pair.app, "support@example.org", PlatformRole::Support).await;
    let admin = admin_at(&pair.app, &owner, LUMEN).await;
    let mut talk = pair.live().await;
    talk.talk(70_000).await;

    let list = "/api/platform/calls?state=live&q=bea";
    let live = support.browser.get(list).await.expect(200).json();
    let line = &live["items"][0];
    assert_eq!((&live["total"], &line["id"]), (&json!(1), &json!(talk.call)));
    assert_eq!(
        (&line["tenant"]["slug"], &line["buyer"]["name"], &line["state"]),
        (&json!("lumen"), &json!("Bea Buyer"), &json!("live"))
    );
    let (lumen, velvet) = (
        pair.app.scope(LUMEN).await.tenant(),
        pair.app.scope(VELVET).await.tenant(),
    );
    let elsewhere = format!("/api/platform/calls?state=live&tenant={velvet}");
    assert_eq!(owner.browser.get(&elsewhere).await.expect(200).json()["total"], 0);

    let end = |tenant| format!("/api/platform/calls/{tenant}/{}/end", talk.call);
    let reason = json!({"reason": "The card was stolen"});
    owner
        .browser
        .post(&end(lumen), json!({"reason": " "}))
        .await
        .expect(422);
    owner.browser.post(&end(velvet), reason.clone()).await.expect(404);
    support.browser.post(&end(lumen), reason.clone()).await.expect(403);
    owner.browser.post(&end(lumen), reason.clone()).await.expect(204);
    for side in [&mut talk.buyer, &mut talk.seller] {
        let view = side.phase(CallPhase::Ended).await;
        assert_eq!(view.ended, Some(EndReason::StaffEnded));
        assert_eq!(view.ended_because.as_deref(), Some("The card was stolen"));
    }
    let bill = format!("/api/v1/calls/{}/bill", talk.call);
    let bill = pair.buyer.get(&bill).await.expect(200).json();
    assert_eq!(
        bill["charged_minor"], 240,
        "two minutes begun, and no minimum: {bill:#}"
    );
    pair.audit().await;
    let again = owner.browser.post(&end(lumen), reason).await.expect(409);
    assert_eq!(again.code(), "call_over");

    let ended = owner
        .browser
        .get("/api/platform/calls?state=ended")
        .await
        .expect(200)
        .json();
    let line = &ended["items"][0];
    assert_eq!(
        (&line["end_reason"], &line["charged_minor"]),
        (&json!("staff_ended"), &json!(240))
    );
    for log in [
        admin.get("/api/v1/admin/audit?action=call.ended").await,
        owner.browser.get("/api/platform/audit?action=call.ended").await,
    ] {
        let log = log.expect(200).json();
        let entry = &log["items"][0];
        assert_eq!((&log["total"], &entry["subject"]), (&json!(1), &json!(talk.call)));
        assert_eq!(
            (&entry["actor"]["kind"], &entry["after"]["reason"]),
            (&json!("platform"), &json!("The card was stolen"))
        );
    }
}

#[tokio::test]
async fn a_tenants_staff_end_a_ring_of_their_own_and_of_nobody_else() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let admin = admin_at(&pair.app, &owner, LUMEN).await;
    let foreign = admin_at(&pair.app, &owner, VELVET).await;
    let (call, mut buyer, mut seller) = pair.ring().await;
    let (path, reason) = (format!("/api/v1/admin/calls/{call}/end"), json!({"reason": "A test"}));
    foreign.post(&path, reason.clone()).await.expect(404);
    admin.post(&path, reason).await.expect(204);
    buyer.wait("the end", ended_ring("staff_ended")).await;
    seller.wait("the end", ended_ring("staff_ended")).await;
    let view = buyer.phase(CallPhase::Ended).await;
    assert_eq!((view.charged_minor, view.ended), (0, Some(EndReason::StaffEnded)));
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(log["items"][0]["actor"]["kind"], "staff");
    assert_eq!(actions(&log)[0], "call.ended");
    // Both are free for the next one.
    pair.ring().await;
}

#[tokio::test]
async fn a_service_that_is_taken_off_the_site_is_found_and_rung_by_nobody() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let admin = admin_at(&pair.app, &owner, LUMEN).await;
    let _page = crate::support::Caller::open(&pair.app, &pair.seller).await;
    let act = |verb: &str| format!("/api/v1/admin/services/{}/{verb}", pair.service);
    let (ring, pair_seller) = (|| json!({ "service_id": pair.service }), &pair.seller);
    let found = async || -> Value { pair.buyer.get("/api/v1/sellers").await.expect(200).json()["items"].clone() };
    assert_eq!(found().await.as_array().expect("sellers").len(), 1);

    admin.post(&act("publish"), json!({})).await.expect(409);
    admin.post(&act("unpublish"), json!({})).await.expect(204);
    admin.post(&act("unpublish"), json!({})).await.expect(409);
    assert_eq!(found().await, json!([]));
    pair.buyer.post("/api/v1/calls", ring()).await.expect(404);
    let listed = admin.get("/api/v1/admin/services").await.expect(200).json();
    assert_eq!(listed["items"][0]["published"], false);

    // Its seller may change it, but not put it back.
    let edit = |published: bool| {
        let edited = json!({"title": "Advice", "rate_minor": 200, "published": published});
        let path = format!("/api/v1/selling/services/{}", pair.service);
        async move { pair_seller.put(&path, edited).await }
    };
    assert_eq!(edit(true).await.expect(409).code(), "withheld");
    edit(false).await.expect(200);
    assert_eq!(found().await, json!([]));

    admin.post(&act("publish"), json!({})).await.expect(204);
    assert_eq!(found().await.as_array().expect("sellers").len(), 1);
    edit(true).await.expect(200);
    pair.buyer.post("/api/v1/calls", ring()).await.expect(201);
    let log = admin.get("/api/v1/admin/audit?q=advice").await.expect(200).json();
    assert_eq!(actions(&log), ["service.published", "service.unpublished"]);
}
