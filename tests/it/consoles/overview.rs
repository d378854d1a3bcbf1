//! The platform at a glance, its nodes and its jobs.

use super::{PlatformUser, actions};
use crate::{
    calls::{Pair, Price},
    support::{LUMEN, ScriptedNode, TestApp},
};
use diesel::{RunQueryDsl, sql_query};
use serde_json::{Value, json};
use std::net::TcpListener;
use tallyroom::domain::platform::PlatformRole;

/// Whether that part works, as the overview has it.
fn works(overview: &Value, part: &str) -> bool {
    let parts = overview["health"].as_array().expect("parts");
    let found = parts.iter().find(|known| known["name"] == part).expect("a part");
    found["ok"].as_bool().expect("a verdict")
}

#[tokio::test]
async fn the_overview_counts_what_there_is_and_asks_what_it_stands_on() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let overview = async || owner.browser.get("/api/platform/overview").await.expect(200).json();
    let mut talk = pair.live().await;
    talk.talk(90_000).await;
    let now = overview().await;
    assert_eq!(now["tenants"], json!({"active": 2, "suspended": 0, "deleting": 0}));
    assert_eq!(
        (
            &now["users"],
            &now["live_calls"],
            &now["calls_today"],
            &now["minutes_today"],
            &now["dead_jobs"]
        ),
        (&json!(2), &json!(1), &json!(1), &json!(0), &json!(0))
    );
    assert_eq!(
        (&now["nodes"][0]["capacity"], &now["nodes"][0]["draining"]),
        (&json!(100), &json!(false))
    );
    for part in ["database", "mail", "media", "gateway:test"] {
        assert!(works(&now, part), "{now:#}");
    }
    talk.hang_up().await;
    let now = overview().await;
    assert_eq!((&now["live_calls"], &now["minutes_today"]), (&json!(0), &json!(1)));

    let people = owner
        .browser
        .get("/api/platform/users?q=sol&sort=name")
        .await
        .expect(200)
        .json();
    let seller = &people["items"][0];
    assert_eq!(
        (
            &people["total"],
            &seller["name"],
            &seller["is_seller"],
            &seller["tenant"]["slug"]
        ),
        (&json!(1), &json!("Sol Seller"), &json!(true), &json!("lumen"))
    );
    let lumen = pair.app.scope(LUMEN).await.tenant();
    let of_one = format!("/api/platform/users?tenant={lumen}");
    assert_eq!(owner.browser.get(&of_one).await.expect(200).json()["total"], 2);

    // Tomorrow is another day.
    pair.app.clock.advance(12 * 3_600_000);
    owner.log_in(Some(&owner.code(&pair.app))).await.expect(200);
    assert_eq!(overview().await["calls_today"], 0);
}

#[tokio::test]
async fn what_is_away_is_said_to_be_away() {
    // Nobody listens there any more.
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    let app = TestApp::start_with(|config| config.mail.smtp_url = format!("smtp://{closed}").into()).await;
    let owner = PlatformUser::signed_in(&app, "owner@example.org", PlatformRole::Owner).await;
    let now = owner.browser.get("/api/platform/overview").await.expect(200).json();
    assert!(works(&now, "database") && works(&now, "gateway:test"), "{now:#}");
    assert!(!works(&now, "mail") && !works(&now, "media"), "{now:#}");
    let mail = now["health"]
        .as_array()
        .expect("parts")
        .iter()
        .find(|part| part["name"] == "mail");
    assert_ne!(mail.expect("mail")["detail"], "");
}

#[tokio::test]
async fn a_drained_node_gets_no_new_rooms() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let support = PlatformUser::signed_in(&pair.app, "support@example.org", PlatformRole::Support).await;
    let nodes = support.browser.get("/api/platform/nodes").await.expect(200).json();
    let id = nodes["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(nodes["total"], 1);
    assert_eq!(nodes["items"][0]["connected_at"], json!(pair.app.app.now()));
    let drain = format!("/api/platform/nodes/{id}/drain");
    support.browser.post(&drain, json!({})).await.expect(403);
    let unknown = "/api/platform/nodes/00000000-0000-4000-8000-000000000000/drain";
    owner.browser.post(unknown, json!({})).await.expect(404);
    owner.browser.post(&drain, json!({})).await.expect(204);
    assert_eq!(
        owner.browser.post(&drain, json!({})).await.expect(409).code(),
        "draining"
    );
    let nodes = owner.browser.get("/api/platform/nodes").await.expect(200).json();
    assert_eq!(nodes["items"][0]["draining"], true);

    let (call, mut buyer, _seller) = pair.ring().await;
    let accept = format!("/api/v1/calls/{call}/accept");
    pair.seller.post(&accept, json!({})).await.expect(204);
    assert_eq!(buyer.join(call).await.expect_err("no node"), "media_full");
    let fresh = ScriptedNode::connect(&pair.app).await;
    buyer.join(call).await.expect("joined");
    assert!(fresh.carries(call) && !pair.node.carries(call));
    let log = owner
        .browser
        .get("/api/platform/audit?action=node.drained")
        .await
        .expect(200)
        .json();
    assert_eq!((&log["total"], &log["items"][0]["subject"]), (&json!(1), &json!(id)));
}

#[tokio::test]
async fn jobs_that_were_given_up_are_tried_again_or_dropped() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    let app = TestApp::start_with(|config| config.mail.smtp_url = format!("smtp://{closed}").into()).await;
    app.register(&app.anonymous(LUMEN), "ada@example.org", "Ada").await;
    for _ in 0..14 {
        app.jobs.run_due().await.expect("run");
        app.clock.advance(8 * 3_600_000);
    }
    let support = PlatformUser::signed_in(&app, "support@example.org", PlatformRole::Support).await;
    let jobs = async |state: &str| {
        let path = format!("/api/platform/jobs?state={state}");
        support.browser.get(&path).await.expect(200).json()
    };
    let dead = jobs("dead").await;
    let job = &dead["items"][0];
    assert_eq!(
        (&dead["total"], &job["kind"], &job["attempts"], &job["tenant"]["slug"]),
        (&json!(1), &json!("mail"), &json!(14), &json!("lumen"))
    );
    assert_ne!(job["last_error"], Value::Null);
    let (lumen, id) = (app.scope(LUMEN).await.tenant(), job["id"].as_str().expect("an id"));
    let act = |verb: &str| format!("/api/platform/jobs/{lumen}/{id}/{verb}");
    support.browser.post(&act("retry"), json!({})).await.expect(204);
    assert_eq!(
        support.browser.post(&act("drop"), json!({})).await.expect(409).code(),
        "not_dead"
    );
    let due = jobs("due").await;
    assert_eq!((&due["total"], &due["items"][0]["attempts"]), (&json!(1), &json!(0)));
    assert_eq!(app.jobs.run_due().await.expect("run"), 1, "it is tried at once");

    let given_up = sql_query("UPDATE jobs SET state = 'dead'").execute(&mut app.database.superuser());
    given_up.expect("given up");
    let foreign = app.scope(crate::support::VELVET).await.tenant();
    let elsewhere = format!("/api/platform/jobs/{foreign}/{id}/drop");
    support.browser.post(&elsewhere, json!({})).await.expect(404);
    support.browser.post(&act("drop"), json!({})).await.expect(204);
    assert_eq!(
        (&jobs("dead").await["total"], &jobs("due").await["total"]),
        (&json!(0), &json!(0))
    );
    let log = support
        .browser
        .get("/api/platform/audit?q=job")
        .await
        .expect(200)
        .json();
    assert_eq!(actions(&log), ["job.dropped", "job.retried"]);
    assert!(
        !log.to_string().contains("token="),
        "what is to be mailed is secret: {log:#}"
    );
}
