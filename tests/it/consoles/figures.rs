//! A tenant's figures, and what it can take along of its conversations.

use super::{PlatformUser, actions, admin_at};
use crate::{
    calls::{Pair, Price, booked},
    support::{Answer, LUMEN, PASSWORD, TestUser},
};
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom::{
    domain::{ids::ConversationId, platform::PlatformRole},
    store::conversations,
};

const HOUR_MS: i64 = 3_600_000;

async fn dashboard(admin: &TestUser, period: &str) -> Value {
    let path = format!("/api/v1/admin/dashboard?period={period}");
    admin.get(&path).await.expect(200).json()
}

/// The dashboard of the day once so much is charged: the books are written a moment after it is counted.
async fn charged(admin: &TestUser, minor: i64) -> Value {
    for _ in 0..1_000 {
        let day = dashboard(admin, "day").await;
        if day["revenue_minor"] == minor {
            return day;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{minor} weren't charged: {:#}", dashboard(admin, "day").await);
}

/// A file for spreadsheets, by lines and fields, without its head.
fn table(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment; filename=")
    );
    let lines = answer.text.split("\r\n").skip(1).filter(|line| !line.is_empty());
    let fields = |line: &str| {
        let inner = line.strip_prefix('"').and_then(|line| line.strip_suffix('"'));
        let inner = inner.unwrap_or_else(|| panic!("a bare field: {line}"));
        inner.split("\",\"").map(str::to_owned).collect()
    };
    lines.map(fields).collect()
}

#[tokio::test]
async fn what_an_order_brings_beyond_its_call_counts_when_it_ends() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let admin = admin_at(&pair.app, &owner, LUMEN).await;
    let order = booked(&pair, 2).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(18_000).await;
    talk.hang_up().await;
    // The buyer went early: of two euros thirty cents were talked, and all of it is earned.
    let day = dashboard(&admin, "day").await;
    assert_eq!(
        (&day["revenue_minor"], &day["commission_minor"], &day["minutes"]),
        (&json!(200), &json!(40), &json!(0))
    );
    assert_eq!(day["series"][23]["charged_minor"], 200);
}

#[tokio::test]
async fn a_dashboard_shows_what_the_ledger_moved_in_the_places_own_days() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let admin = admin_at(&pair.app, &owner, LUMEN).await;
    let noon = pair.app.app.now();
    decline_a_payment(&pair).await;
    let mut talk = pair.live().await;
    talk.talk(90_000).await;
    let running = charged(&admin, 240).await;
    assert_eq!(running["live_calls"], 1);
    assert_eq!(running["series"][23]["calls"], 0, "it isn't over");

    let bill = talk.hang_up().await;
    let day = dashboard(&admin, "day").await;
    assert_eq!(
        (
            &day["live_calls"],
            &day["minutes"],
            &day["failed_payments"],
            &day["thumbs_up"]
        ),
        (&json!(0), &json!(2), &json!(1), &json!(0))
    );
    assert_eq!(
        (&day["revenue_minor"], &day["commission_minor"], &day["currency"]),
        (&bill["charged_minor"], &bill["tenant_minor"], &json!("EUR"))
    );
    assert_ne!(day["commission_minor"], 0);
    assert_eq!(
        running["commission_minor"], day["commission_minor"],
        "counted as it was moved"
    );
    assert_eq!(day["series"].as_array().expect("steps").len(), 24);
    let step = json!({"from_at": noon, "calls": 1, "minutes": 2, "charged_minor": 240,
        "commission_minor": day["commission_minor"]});
    assert_eq!(day["series"][23], step);
    assert_eq!(
        dashboard(&admin, "month").await["series"]
            .as_array()
            .expect("steps")
            .len(),
        30
    );
    admin.get("/api/v1/admin/dashboard?period=year").await.expect(400);

    // A day and a half later it is one o'clock at night there: the call was two days ago.
    pair.app.clock.advance(36 * HOUR_MS);
    admin.log_in(&admin.email, PASSWORD).await.expect(200);
    let midnight = noon.0 + 35 * HOUR_MS;
    let week = dashboard(&admin, "week").await;
    let calls: Vec<_> = week["series"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| &step["calls"])
        .collect();
    assert_eq!(calls, [0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(week["series"][6]["from_at"], midnight);
    assert_eq!(dashboard(&admin, "day").await["revenue_minor"], 0);
    let file = admin.get("/api/v1/admin/dashboard.csv?period=week").await.expect(200);
    let lines = table(&file);
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[6][0], "2027-01-17T00:00:00+01:00");
    assert_eq!(lines[4][1..4], ["1", "2", "2.40"]);
}

async fn decline_a_payment(pair: &Pair) {
    let body = json!({ "amount_minor": 1_000 });
    let top_up = pair.buyer.post("/api/v1/wallet/top-ups", body).await.expect(201).json();
    let address = top_up["redirect_url"].as_str().expect("an address");
    let page = address.split_once("/gateway/").expect("the gateway's page").1;
    let visitor = pair.app.anonymous(LUMEN);
    visitor
        .form(&format!("/gateway/{page}"), &[("choice", "decline")])
        .await
        .expect(303);
    let id = top_up["id"].as_str().expect("an id");
    let outcome = pair
        .buyer
        .get(&format!("/api/v1/wallet/top-ups/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(outcome["state"], "declined");
}

#[tokio::test]
async fn conversations_are_taken_along_whole_and_no_spreadsheet_computes_them() {
    let pair = Pair::new(Price::default()).await;
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let admin = admin_at(&pair.app, &owner, LUMEN).await;
    let (call, ..) = pair.ring().await;
    pair.buyer
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    let conversation = loop {
        let list = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
        if let Some(id) = list["items"][0]["id"].as_str() {
            break id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    pair.app.clock.advance(1_000);
    let write = format!("/api/v1/conversations/{conversation}/messages");
    let formula = "=HYPERLINK(\"http://evil.example\")";
    pair.buyer.post(&write, json!({ "text": formula })).await.expect(201);
    write_many(&pair, &conversation, 2_100).await;

    let file = admin.get("/api/v1/admin/conversations.csv").await.expect(200);
    let lines = table(&file);
    assert_eq!(lines.len(), 2_102, "the call, what was typed, and what was added");
    assert_eq!(lines[0][2..6], ["Bea Buyer", "Sol Seller", "", "call_cancelled"]);
    assert_eq!(lines[1][6], "'=HYPERLINK(\"\"http://evil.example\"\")");
    let told: Vec<_> = lines[2..].iter().map(|line| line[6].as_str()).collect();
    let wanted: Vec<_> = (0..2_100).map(|n| format!("Line {n}")).collect();
    assert_eq!(told, wanted, "each once, in order");
    let none = admin.get("/api/v1/admin/conversations.csv?q=unheard").await.expect(200);
    assert_eq!(table(&none).len(), 0);
    let long = format!("/api/v1/admin/conversations.csv?q={}", "x".repeat(101));
    admin.get(&long).await.expect(422);

    let log = admin
        .get("/api/v1/admin/audit?action=conversations.exported")
        .await
        .expect(200)
        .json();
    assert_eq!(actions(&log).len(), 2);
    assert_eq!(
        (&log["items"][0]["subject"], &log["items"][1]["subject"]),
        (&json!("unheard"), &json!(""))
    );
}

/// Adds lines that were said a second after each other.
async fn write_many(pair: &Pair, conversation: &str, count: i64) {
    let id = ConversationId::from_uuid(conversation.parse().expect("an id"));
    let me = pair.buyer.get("/api/v1/me").await.expect(200).json();
    let sender = me["id"].as_str().expect("an id").parse().expect("an id");
    let (scope, now) = (pair.app.scope(LUMEN).await, pair.app.app.now());
    let written = pair.app.app.db.tenant(&scope, move |tx| {
        for n in 0..count {
            conversations::add_chat(tx, id, sender, &format!("Line {n}"), now + 1_000 * (n + 1))?;
        }
        Ok(())
    });
    written.await.expect("written");
}
