//! What the platform's owners set, and what they can't.

use super::{DAY, PlatformUser, Shop, limits, run_jobs, studio};
use crate::support::{PASSWORD, TestUser};
use serde_json::{Value, json};
use tallyroom::domain::platform::PlatformRole;

#[tokio::test]
async fn plans_are_checked_written_down_and_named_once() {
    let shop = Shop::open().await;
    let owner = &shop.owner.browser;
    let with = |field: &str, value: Value| {
        let mut plan = studio();
        plan[field] = value;
        plan
    };
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(61))),
        ("price_minor", json!(-1)),
        ("price_minor", json!(i64::MAX)),
        ("price_minor", Value::Null),
        ("currency", json!("EURO")),
        ("interval_months", json!(0)),
        ("interval_months", json!(37)),
    ] {
        let refused = owner
            .post("/api/platform/plans", with(field, value.clone()))
            .await
            .expect(422);
        assert_eq!(refused.json()["error"]["field"], field, "{value}");
    }
    let few = with("limits", limits(json!({"participants": 1})));
    let refused = owner.post("/api/platform/plans", few).await.expect(422);
    assert_eq!(refused.json()["error"]["field"], "participants");
    for bad in [
        with("limits", json!({"sellers": -1})),
        with("limits", json!({"cats": 3})),
        with("price_minor", json!(4.5)),
        with("surprise", json!(1)),
    ] {
        assert!(owner.post("/api/platform/plans", bad).await.status.is_client_error());
    }
    let id = shop.offer(studio()).await;
    let taken = owner.post("/api/platform/plans", studio()).await.expect(422);
    assert_eq!(taken.json()["error"]["field"], "name");
    let path = format!("/api/platform/plans/{id}");
    owner.patch(&path, json!({"price_minor": 59_900})).await.expect(204);
    owner.patch(&path, json!({})).await.expect(204);
    owner
        .patch("/api/platform/plans/00000000-0000-4000-8000-000000000000", json!({}))
        .await
        .expect(404);
    let list = owner.get("/api/platform/plans").await.expect(200).json();
    assert_eq!(
        (&list["total"], &list["items"][0]["price_minor"]),
        (&json!(1), &json!(59_900))
    );
    let log = owner
        .get("/api/platform/audit?action=plan.changed")
        .await
        .expect(200)
        .json();
    assert_eq!(log["total"], 1, "what changed nothing isn't written down");
    assert_eq!(
        (
            &log["items"][0]["before"]["price_minor"],
            &log["items"][0]["after"]["price_minor"]
        ),
        (&json!(49_900), &json!(59_900))
    );
}

#[tokio::test]
async fn what_cant_be_filled_in_is_refused_at_save() {
    let shop = Shop::open().await;
    let owner = &shop.owner.browser;
    let path = "/api/platform/subscriptions";
    let before = owner.get(path).await.expect(200).json();
    assert_eq!((&before["on"], &before["grace_days"]), (&json!(false), &json!(7)));
    for (field, value) in [
        ("mail_subject", json!("Dear {owner}")),
        ("mail_subject", json!("Dear {tenant")),
        ("mail_subject", json!("two\nlines")),
        ("mail_body", json!("")),
        ("mail_body", json!("{{tenant}}")),
        ("mail_body", json!("x".repeat(5_001))),
        ("grace_days", json!(91)),
        ("grace_days", json!(-1)),
        ("days_before", json!([91])),
        ("days_before", json!([-1])),
        ("days_before", json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
        ("issuer", json!(" ")),
    ] {
        let mut change = json!({"on": true});
        change[field] = value.clone();
        let refused = owner.patch(path, change).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], field, "{value}");
    }
    assert_eq!(owner.get(path).await.expect(200).json(), before, "nothing half done");
    let refused = owner.patch(path, json!({"mail_body": "{owner}"})).await.expect(422);
    assert!(refused.text.contains("{tenant}, {plan}"), "{}", refused.text);
    let after = owner
        .patch(
            path,
            json!({"days_before": [3, 14, 3], "mail_subject": "{tenant}: {days} days"}),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(after["days_before"], json!([14, 3]));
}

#[tokio::test]
async fn only_owners_change_and_only_who_may_pays() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let support = PlatformUser::signed_in(shop.app(), "sue@example.org", PlatformRole::Support).await;
    let path = format!("/api/platform/tenants/{}/subscription", shop.tenant);
    for (path, body) in [
        ("/api/platform/subscriptions", json!({"on": false})),
        (path.as_str(), json!({"free": true})),
        (&format!("/api/platform/plans/{plan}"), json!({"price_minor": 0})),
    ] {
        support.browser.patch(path, body).await.expect(403);
    }
    for path in [
        path.as_str(),
        "/api/platform/subscriptions",
        "/api/platform/plans",
        "/api/platform/invoices",
    ] {
        support.browser.get(path).await.expect(200);
    }
    support.browser.post("/api/platform/plans", studio()).await.expect(403);
    let invited = json!({"email": "max@example.org", "name": "Max", "role": "staff", "permissions": ["audit"]});
    shop.admin.post("/api/v1/admin/staff", invited).await.expect(201);
    let max: TestUser = super::joined(shop.app(), crate::support::LUMEN, "max@example.org").await;
    max.get("/api/v1/admin/subscription").await.expect(403);
    let body = json!({ "plan_id": plan });
    max.post("/api/v1/admin/subscription/payments", body).await.expect(403);
    max.log_in("max@example.org", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_mail_says_what_the_owner_wrote() {
    let shop = Shop::open().await;
    shop.sell(studio()).await;
    let owner = &shop.owner.browser;
    let words = json!({"mail_subject": "{tenant}: {days} days", "mail_body": "Plan {plan}\n\nuntil {stops}: {link}"});
    owner.patch("/api/platform/subscriptions", words).await.expect(200);
    run_jobs(shop.app()).await;
    let mails = shop.app().mails_to(super::ADMIN);
    let mail = mails
        .iter()
        .find(|mail| mail.subject == "LUMEN: 0 days")
        .expect("a mail");
    // Noon of 15 January, and seven days of grace.
    assert!(
        mail.text.contains("until 22 Jan 2027: http://lumen.localhost"),
        "{}",
        mail.text
    );
    assert!(mail.html.contains("/admin/subscription"), "{}", mail.html);
    assert!(mail.from.contains("Tallyroom"), "from the platform: {}", mail.from);

    // Switched off and on again, it counts anew; switched off, nobody is stopped.
    shop.app().clock.advance(30 * DAY);
    shop.owner.come_back(shop.app()).await;
    owner
        .patch("/api/platform/subscriptions", json!({"on": false}))
        .await
        .expect(200);
    run_jobs(shop.app()).await;
    let tenant = format!("/api/platform/tenants/{}/subscription", shop.tenant);
    assert_eq!(owner.get(&tenant).await.expect(200).json()["state"], "free");
    owner
        .patch("/api/platform/subscriptions", json!({"on": true}))
        .await
        .expect(200);
    assert_eq!(owner.get(&tenant).await.expect(200).json()["state"], "grace");
}
