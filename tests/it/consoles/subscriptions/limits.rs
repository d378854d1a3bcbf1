//! A plan's limits, where they bite.

use super::{Shop, limits, pay, studio};
use crate::{
    calls::offer,
    marketplace::met,
    support::{Answer, Caller, LUMEN, PNG},
};
use diesel::connection::SimpleConnection as _;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// The studio plan with these limits.
fn limited(some: Value) -> Value {
    let mut plan = studio();
    plan["limits"] = limits(some);
    plan
}

#[tokio::test]
async fn nothing_is_recorded_where_no_space_is_left() {
    let shop = Shop::open().await;
    let plan = shop.sell(limited(json!({"storage_mb": 1}))).await;
    pay(&shop.admin, &plan).await;
    let mut talk = shop.pair.live().await;
    assert_eq!(talk.buyer.act("ask_recording").await.unwrap_err(), "storage_full");
    talk.talk(2_000).await;
    talk.hang_up().await;
}

#[tokio::test]
async fn staff_and_sellers_are_as_many_as_the_plan_has() {
    let shop = Shop::open().await;
    let plan = shop.sell(limited(json!({"staff": 2, "sellers": 1}))).await;
    pay(&shop.admin, &plan).await;
    let invite = |email: &str| json!({"email": email, "name": "Max", "role": "staff", "permissions": ["audit"]});
    let path = "/api/v1/admin/staff";
    // Two at once for the one place that is left.
    let both = join_all(["max@example.org", "mia@example.org"].map(|email| shop.admin.post(path, invite(email)))).await;
    let mut answers: Vec<u16> = both.iter().map(|answer| answer.status.as_u16()).collect();
    answers.sort_unstable();
    assert_eq!(answers, [201, 409]);
    let refused = shop.admin.post(path, invite("moe@example.org")).await.expect(409);
    assert_eq!(refused.code(), "staff_full");
    assert!(refused.text.contains("room for 2"), "{}", refused.text);
    let admins = format!("/api/platform/tenants/{}/admins", shop.tenant);
    let other = json!({"email": "zoe@example.org", "name": "Zoe"});
    shop.owner.browser.post(&admins, other).await.expect(409);

    let profile = json!({ "headline": "Answers", "about": "", "languages": ["en"] });
    let nora = shop.app().bearer(LUMEN, "Nora New").await;
    let refused = nora.put("/api/v1/selling/profile", profile.clone()).await.expect(409);
    assert_eq!(refused.code(), "sellers_full");
    let asked = json!({"email": "sela@example.org", "name": "Sela", "headline": "Listens"});
    let refused = shop.admin.post("/api/v1/admin/sellers", asked).await.expect(409);
    assert_eq!(refused.code(), "sellers_full");
    // Who sells already goes on.
    let old = &shop.pair.seller;
    old.put("/api/v1/selling/profile", profile.clone()).await.expect(200);

    // Lowered under use: nothing is taken away, nothing more is allowed.
    let change = format!("/api/platform/plans/{plan}");
    let owner = &shop.owner.browser;
    let lower = json!({"limits": limits(json!({"staff": 0, "sellers": 0}))});
    owner.patch(&change, lower).await.expect(204);
    let shown = shop.subscription().await;
    assert_eq!(
        (&shown["usage"]["staff"], &shown["limits"]["staff"]),
        (&json!(2), &json!(0))
    );
    shop.ring_and_cancel().await;
    shop.admin.post(path, invite("moe@example.org")).await.expect(409);
    let raise = json!({"limits": limits(json!({"staff": 3, "sellers": 2}))});
    owner.patch(&change, raise).await.expect(204);
    shop.admin.post(path, invite("moe@example.org")).await.expect(201);
    nora.put("/api/v1/selling/profile", profile.clone()).await.expect(200);
    // Who is erased leaves a place.
    let otto = shop.app().bearer(LUMEN, "Otto Other").await;
    otto.put("/api/v1/selling/profile", profile.clone()).await.expect(409);
    let me = nora.get("/api/v1/me").await.expect(200).json();
    let erase = format!("/api/v1/admin/users/{}/erase", me["id"].as_str().expect("an id"));
    shop.admin.post(&erase, json!({})).await.expect(200);
    otto.put("/api/v1/selling/profile", profile).await.expect(200);
}

#[tokio::test]
async fn calls_at_once_never_exceed_the_plan_whatever_the_race() {
    let shop = Shop::open().await;
    let plan = shop.sell(limited(json!({"concurrent_calls": 2}))).await;
    pay(&shop.admin, &plan).await;
    let app = shop.app();
    let mut pairs = Vec::new();
    for number in 0..6 {
        let buyer = app.bearer(LUMEN, &format!("Buyer {number}")).await;
        let seller = app.bearer(LUMEN, &format!("Seller {number}")).await;
        shop.pair.fund_for(&buyer, 1_000).await;
        let service = offer(&seller, 120, json!({ "kind": "minute" }), 0, 0).await;
        let page = Caller::open(app, &seller).await;
        pairs.push((buyer, service, page));
    }
    let (mut begun, mut calls) = (0, Vec::new());
    for _ in 0..3 {
        let all = pairs.iter().map(|(buyer, service, _)| {
            let body = json!({ "service_id": service });
            async move { (buyer, buyer.post("/api/v1/calls", body).await) }
        });
        for (buyer, answer) in join_all(all).await {
            if answer.status == 201 {
                begun += 1;
                calls.push((buyer, answer.json()["id"].as_str().expect("an id").to_owned()));
            } else {
                let code = answer.clone().expect(409).code();
                assert!(["calls_full", "in_a_call"].contains(&code.as_str()), "{}", answer.text);
            }
        }
        assert_eq!(begun, 2, "as many as the plan has");
    }
    assert_eq!(shop.subscription().await["usage"]["concurrent_calls"], 2);

    // Lowered under use: both go on, and nobody else begins until there is room.
    let change = format!("/api/platform/plans/{plan}");
    let lower = json!({"limits": limits(json!({"concurrent_calls": 1}))});
    shop.owner.browser.patch(&change, lower).await.expect(204);
    for (number, (buyer, call)) in calls.iter().enumerate() {
        let view = buyer.get(&format!("/api/v1/calls/{call}")).await.expect(200).json();
        assert_eq!(view["ended"], Value::Null, "call {number} goes on");
        let refused = shop.try_ring().await.expect(409);
        assert_eq!(refused.code(), "calls_full");
        let cancel = format!("/api/v1/calls/{call}/cancel");
        buyer.post(&cancel, json!({})).await.expect(204);
        shop.calls_in_use(1 - number).await;
    }
    shop.ring_and_cancel().await;
}

#[tokio::test]
async fn uploads_end_where_the_plans_space_does() {
    let shop = Shop::open().await;
    let plan = shop.sell(limited(json!({"storage_mb": 0}))).await;
    pay(&shop.admin, &plan).await;
    let photo = || {
        Answer::of(
            shop.pair
                .seller
                .request(Method::PUT, "/api/v1/selling/photo")
                .body(PNG.to_vec()),
        )
    };
    let talk = met(&shop.pair).await;
    let file = || {
        let path = format!("/api/v1/conversations/{talk}/files");
        Answer::of(shop.pair.buyer.request(Method::POST, &path).body("%PDF-1.7"))
    };
    let logo = || {
        let path = "/api/v1/admin/branding/pictures/logo";
        Answer::of(shop.admin.request(Method::PUT, path).body(PNG.to_vec()))
    };
    assert_eq!(photo().await.expect(409).code(), "storage_full");
    assert_eq!(logo().await.expect(409).code(), "storage_full");
    assert_eq!(file().await.expect(409).code(), "storage_full");
    assert_eq!(shop.subscription().await["usage"]["storage_mb"], 0);
    let raise = json!({"limits": limits(json!({"storage_mb": 1}))});
    let change = format!("/api/platform/plans/{plan}");
    shop.owner.browser.patch(&change, raise).await.expect(204);
    photo().await.expect(204);
    logo().await.expect(200);
    file().await.expect(201);
    assert_eq!(shop.subscription().await["usage"]["storage_mb"], 1);
    // What is there counts, looks and photos alike: together they fill it to the last byte.
    let full = "UPDATE look_files SET body = decode(repeat('00', 524288), 'hex');
        UPDATE seller_photos SET body = decode(repeat('00', 524288), 'hex')";
    shop.app().database.superuser().batch_execute(full).expect("full");
    assert_eq!(photo().await.expect(409).code(), "storage_full");
    assert_eq!(logo().await.expect(409).code(), "storage_full");
}
