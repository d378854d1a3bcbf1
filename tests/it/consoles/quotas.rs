//! What one tenant may use of the platform: at its end it hears when to come again, and the others feel nothing.

use super::{PlatformUser, actions, admin_at};
use crate::{
    calls::{Pair, Price},
    support::{Answer, LUMEN, TestApp, TestUser, VELVET},
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use tallyroom::domain::platform::PlatformRole;
use tallyroom_media_protocol::signaling::CallPhase;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

async fn owner(app: &TestApp) -> PlatformUser {
    PlatformUser::signed_in(app, "owner@example.org", PlatformRole::Owner).await
}

async fn path(app: &TestApp) -> String {
    format!("/api/platform/tenants/{}/quotas", app.scope(LUMEN).await.tenant())
}

/// Has Lumen alone use no more than this.
async fn allow(app: &TestApp, owner: &PlatformUser, quotas: Value) -> Value {
    owner.browser.put(&path(app).await, quotas).await.expect(200).json()
}

fn refused(answer: Answer, seconds: &str, told: &str) {
    let answer = answer.expect(429);
    assert_eq!(answer.header("retry-after"), seconds);
    assert!(answer.text.contains(told), "{}", answer.text);
}

async fn socket(user: &TestUser) -> Response {
    let handshake = user
        .request(Method::GET, "/ws")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    handshake.send().await.expect("an answer")
}

#[tokio::test]
async fn requests_of_one_tenant_are_bounded_by_its_own_number() {
    let app = TestApp::start().await;
    let owner = owner(&app).await;
    allow(&app, &owner, json!({"requests_per_second": 2})).await;
    let (lumen, velvet) = (app.anonymous(LUMEN), app.anonymous(VELVET));
    for _ in 0..4 {
        lumen.get("/api/v1/sellers").await.expect(200);
    }
    refused(lumen.get("/api/v1/sellers").await, "1", "asked too often");
    velvet.get("/api/v1/sellers").await.expect(200);
    app.clock.advance(500);
    lumen.get("/api/v1/sellers").await.expect(200);
}

#[tokio::test]
async fn a_tenants_own_number_is_no_persons() {
    let app = TestApp::start_with(|config| config.limits.requests_per_second = NonZeroU32::MIN).await;
    let owner = owner(&app).await;
    app.clock.advance(60_000);
    allow(&app, &owner, json!({"requests_per_second": 1_000})).await;
    let visitor = app.anonymous(LUMEN);
    for _ in 0..3 {
        visitor.get("/api/v1/sellers").await.expect(200);
    }
    visitor.get("/api/v1/sellers").await.expect(429);
}

#[tokio::test]
async fn pages_that_are_open_are_bounded_and_one_that_closes_makes_room() {
    let app = TestApp::start().await;
    let owner = owner(&app).await;
    let (lena, leo, vera) = (
        app.bearer(LUMEN, "Lena").await,
        app.bearer(LUMEN, "Leo").await,
        app.bearer(VELVET, "Vera").await,
    );
    allow(&app, &owner, json!({"sockets": 1})).await;
    let open = socket(&lena).await;
    assert_eq!(open.status(), 101);
    let full = socket(&leo).await;
    assert_eq!(
        (full.status().as_u16(), &full.headers()["retry-after"]),
        (429, &"60".parse().unwrap())
    );
    assert_eq!(socket(&vera).await.status(), 101);
    let shown = owner.browser.get(&path(&app).await).await.expect(200).json();
    assert_eq!(shown["used"]["sockets"], 1);
    drop(open);
    for _ in 0..1_000 {
        if socket(&leo).await.status() == 101 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("a closed page still counts");
}

#[tokio::test]
async fn mails_over_the_number_are_sent_later_and_none_is_lost() {
    let app = TestApp::start().await;
    let owner = owner(&app).await;
    allow(&app, &owner, json!({"mails_per_hour": 2})).await;
    let mail = |n: usize| format!("reader{n}@example.org");
    for n in 0..5 {
        app.register(&app.anonymous(LUMEN), &mail(n), "Reader").await;
    }
    app.register(&app.anonymous(VELVET), "vera@example.org", "Vera").await;
    let sent = || (0..5).filter(|n| !app.mails_to(&mail(*n)).is_empty()).count();
    let run = async || while app.jobs.run_due().await.expect("the database") > 0 {};
    run().await;
    assert_eq!((sent(), app.mails_to("vera@example.org").len()), (2, 1));
    for later in [3, 4, 5, 5] {
        app.clock.advance(30 * 60_000);
        run().await;
        assert_eq!(sent(), later);
    }
    let late = owner
        .browser
        .get("/api/platform/jobs?state=dead")
        .await
        .expect(200)
        .json();
    assert_eq!(late["total"], 0);
}

#[tokio::test]
async fn files_are_bounded_for_one_tenant_alone() {
    let app = TestApp::start().await;
    let owner = owner(&app).await;
    let (lumen, velvet) = (
        admin_at(&app, &owner, LUMEN).await,
        admin_at(&app, &owner, VELVET).await,
    );
    allow(&app, &owner, json!({"uploads_per_hour": 2})).await;
    let upload =
        async |user: &TestUser| Answer::of(user.request(Method::PUT, "/api/v1/admin/branding/css").body("a{}")).await;
    for _ in 0..2 {
        upload(&lumen).await.expect(200);
    }
    refused(upload(&lumen).await, "1800", "as many files as it may");
    upload(&velvet).await.expect(200);
    let shown = owner.browser.get(&path(&app).await).await.expect(200).json();
    assert_eq!(shown["used"]["uploads"], 2);
}

#[tokio::test]
async fn only_what_rings_counts_and_whoever_has_a_call_comes_back_into_it() {
    let pair = Pair::new(Price::default()).await;
    let owner = owner(&pair.app).await;
    allow(&pair.app, &owner, json!({"joins_per_minute": 1})).await;
    let buyer = &pair.buyer;
    // Nothing that is made up uses anything up.
    for _ in 0..3 {
        let nobody = json!({"service_id": NOBODY});
        buyer.post("/api/v1/calls", nobody).await.expect(404);
    }
    let (call, mut page, _other) = pair.ring().await;
    let again = || buyer.post("/api/v1/calls", json!({"service_id": pair.service}));
    let end = format!("/api/v1/calls/{call}/cancel");
    buyer.post(&end, json!({})).await.expect(204);
    page.phase(CallPhase::Ended).await;
    refused(again().await, "60", "as many calls as it may");
    let shown = owner.browser.get(&path(&pair.app).await).await.expect(200).json();
    assert_eq!(shown["used"]["joins"], 1);
    pair.app.clock.advance(60_000);
    let (call, mut caller, mut seller) = pair.ring().await;
    pair.seller
        .post(&format!("/api/v1/calls/{call}/accept"), json!({}))
        .await
        .expect(204);
    for page in [&mut caller, &mut seller] {
        for _ in 0..3 {
            page.join(call).await.expect("let in");
        }
    }
}

#[tokio::test]
async fn one_person_rings_so_often_a_minute() {
    let pair = Pair::new(Price::default()).await;
    let nobody = || pair.buyer.post("/api/v1/calls", json!({"service_id": NOBODY}));
    for _ in 0..30 {
        nobody().await.expect(404);
    }
    nobody().await.expect(429);
    let other = pair.app.user(LUMEN, "Olga Other").await;
    other
        .post("/api/v1/calls", json!({"service_id": NOBODY}))
        .await
        .expect(404);
}

#[tokio::test]
async fn owners_set_numbers_within_bounds() {
    let app = TestApp::start().await;
    let owner = owner(&app).await;
    for wrong in [0, 1_000_001] {
        let answer = owner
            .browser
            .put(&path(&app).await, json!({"mails_per_hour": wrong}))
            .await;
        assert_eq!(answer.expect(422).json()["error"]["field"], "mails_per_hour");
    }
    let own = allow(&app, &owner, json!({"sockets": 7, "mails_per_hour": null})).await;
    assert_eq!(own["own"], json!({"sockets": 7}));
    assert!(own["general"]["sockets"].as_u64().expect("a number") > 7);
    let log = owner.browser.get("/api/platform/audit").await.expect(200).json();
    assert_eq!(actions(&log)[0], "tenant.changed");
    assert_eq!(log["items"][0]["after"], json!({"quotas": {"sockets": 7}}));
    assert_eq!(allow(&app, &owner, json!({})).await["own"], json!({}));
}
