//! A tenant's staff: nobody raises themselves, nobody gives what they lack, and one admin stays.

use super::{actions, founded, id, invite, joined, yes};
use crate::support::{LUMEN, PASSWORD, TestApp, TestUser};
use serde_json::{Value, json};

#[tokio::test]
async fn staff_do_what_they_were_given_and_nothing_else() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let buyer = app.user(&founded.host, "Bob").await;
    let invited = invite(
        &founded.admin,
        "sam@harbour.example",
        "staff",
        json!(["users", "staff"]),
    )
    .await;
    let sam_id = id(&invited.expect(201));
    let list = founded.admin.get("/api/v1/admin/staff?q=sam").await.expect(200).json();
    assert_eq!(
        (&list["total"], &list["items"][0]["invited"]),
        (&json!(1), &json!(true))
    );
    let sam = joined(&app, &founded.host, "sam@harbour.example").await;

    let users = sam
        .get("/api/v1/admin/users?sort=-name&per_page=2")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&users["total"], users["items"].as_array().unwrap().len()),
        (&json!(3), 2)
    );
    let bob = sam.get("/api/v1/admin/users?q=bob").await.expect(200).json()["items"][0]["id"].clone();
    let bob = bob.as_str().unwrap();
    sam.get(&format!("/api/v1/admin/users/{bob}")).await.expect(200);
    for path in [
        "sellers",
        "services",
        "calls",
        "conversations",
        "reviews",
        "settings",
        "audit",
    ] {
        sam.get(&format!("/api/v1/admin/{path}")).await.expect(403);
        founded.admin.get(&format!("/api/v1/admin/{path}")).await.expect(200);
        buyer.get(&format!("/api/v1/admin/{path}")).await.expect(403);
        app.anonymous(&founded.host)
            .get(&format!("/api/v1/admin/{path}"))
            .await
            .expect(401);
    }
    sam.patch("/api/v1/admin/settings", json!({"name": "Sam's"}))
        .await
        .expect(403);
    sam.get("/api/v1/admin/users?sort=password_hash").await.expect(422);

    let closed = format!("/api/v1/admin/users/{bob}/suspend");
    sam.post(&closed, json!({"reason": " "})).await.expect(422);
    sam.post(&closed, json!({"reason": "rude"})).await.expect(204);
    buyer.get("/api/v1/me").await.expect(401);
    buyer.log_in(&buyer.email, PASSWORD).await.expect(403);
    sam.post(&format!("/api/v1/admin/users/{bob}/restore"), json!({}))
        .await
        .expect(204);
    buyer.log_in(&buyer.email, PASSWORD).await.expect(200);
    sam.post(&format!("/api/v1/admin/users/{sam_id}/suspend"), json!({"reason": "x"}))
        .await
        .expect(409);

    let log = founded.admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(
        actions(&log),
        [
            "user.restored",
            "user.suspended",
            "staff.joined",
            "staff.invited",
            "staff.joined",
            "staff.invited",
            "tenant.created",
        ]
    );
    let entry = &log["items"][1];
    assert_eq!(
        (&entry["actor"]["id"], &entry["after"]["reason"]),
        (&json!(sam_id), &json!("rude"))
    );
    assert_eq!(entry["address"], "127.0.0.1");
    let of_platform = founded
        .owner
        .browser
        .get("/api/platform/audit?action=user.suspended")
        .await;
    assert_eq!(of_platform.expect(200).json()["items"][0]["tenant"]["slug"], "harbour");
}

#[tokio::test]
async fn nobody_raises_themselves_or_gives_what_they_lack() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let sam_id = id(&invite(
        &founded.admin,
        "sam@harbour.example",
        "staff",
        json!(["users", "staff"]),
    )
    .await
    .expect(201));
    let sam = joined(&app, &founded.host, "sam@harbour.example").await;
    let ada = founded.admin.get("/api/v1/admin/me").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let max = id(
        &invite(&founded.admin, "max@harbour.example", "staff", json!(["money"]))
            .await
            .expect(201),
    );
    let at = |id: &str| format!("/api/v1/admin/staff/{id}");

    for raise in [
        json!({"role": "admin"}),
        json!({"permissions": ["users", "staff", "money"]}),
        json!({"role": "admin", "permissions": []}),
    ] {
        sam.patch(&at(&sam_id), raise).await.expect(403);
    }
    invite(&sam, "eve@harbour.example", "admin", json!([]))
        .await
        .expect(403);
    invite(&sam, "eve@harbour.example", "staff", json!(["money"]))
        .await
        .expect(403);
    // Inviting again whoever hasn't answered is no way to take rights one doesn't have.
    invite(&sam, "max@harbour.example", "staff", json!(["users"]))
        .await
        .expect(403);
    invite(&sam, "sam@harbour.example", "staff", json!(["users"]))
        .await
        .expect(403);
    for other in [&ada, &max] {
        sam.patch(&at(other), json!({"permissions": ["users"]}))
            .await
            .expect(403);
        sam.delete(&at(other)).await.expect(403);
    }
    invite(&sam, "eve@harbour.example", "staff", json!(["everything"]))
        .await
        .expect(400);
    let eve = id(&invite(&sam, "eve@harbour.example", "staff", json!(["users"]))
        .await
        .expect(201));
    sam.delete(&at(&eve)).await.expect(204);
    let late = yes(&app.mailed_token("eve@harbour.example", "invite"), PASSWORD);
    app.anonymous(&founded.host)
        .post("/api/v1/invitation", late)
        .await
        .expect(409);

    let me = sam.get("/api/v1/admin/me").await.expect(200).json();
    assert_eq!(me["permissions"], json!(["users", "staff"]), "nothing was half done");
    founded
        .admin
        .patch(&at(&sam_id), json!({"permissions": ["users"]}))
        .await
        .expect(204);
    sam.get("/api/v1/admin/staff").await.expect(403);
    founded.admin.delete(&at(&sam_id)).await.expect(204);
    sam.get("/api/v1/admin/me").await.expect(403);
    sam.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let ada = founded.admin.get("/api/v1/admin/me").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let at = |id: &str| format!("/api/v1/admin/staff/{id}");
    let last = |answer: crate::support::Answer| assert_eq!(answer.expect(409).code(), "last_admin");
    last(founded.admin.delete(&at(&ada)).await);
    last(founded.admin.patch(&at(&ada), json!({"role": "staff"})).await);
    let listed = json!({"permissions": ["users"]});
    let refused = founded.admin.patch(&at(&ada), listed).await.expect(422).json();
    assert_eq!(refused["error"]["field"], "permissions", "an admin may everything");
    // Who hasn't accepted yet is no admin to rely on.
    let bea_id = id(&invite(&founded.admin, "bea@harbour.example", "admin", json!([]))
        .await
        .expect(201));
    last(founded.admin.delete(&at(&ada)).await);
    let bea = joined(&app, &founded.host, "bea@harbour.example").await;

    // Both remove each other at once: one of them stays.
    let (ada_path, bea_path) = (at(&ada), at(&bea_id));
    let both = tokio::join!(founded.admin.delete(&bea_path), bea.delete(&ada_path));
    let statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    assert!(statuses.contains(&204) && statuses != [204, 204], "{statuses:?}");
}

#[tokio::test]
async fn settings_keep_to_the_platforms_bounds() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let path = "/api/v1/admin/settings";
    let before = founded.admin.get(path).await.expect(200).json();
    for bad in [
        json!({"policy": {"ring_s": 5}}),
        json!({"policy": {"commission_bp": 10_001}, "name": "Half"}),
        json!({"policy": {"missed_min": 0}}),
        json!({"policy": {"missed_min": 61}}),
        json!({"policy": {"reminder_min": 10_081}}),
        json!({"policy": {"cancel_free_h": 337}}),
        json!({"policy": {"late_cancel_bp": 10_001}}),
        json!({"policy": {"no_show_bp": 10_001}}),
        json!({"policy": {"no_show_bp": 150}}),
        json!({"rate_bounds_minor": [100, 50]}),
        json!({"rate_bounds_minor": [-1, 50]}),
        json!({"time_zone": "Nowhere"}),
        json!({"language": "xx"}),
        json!({"reply_to": "nowhere"}),
        json!({"reply_to": "a@b.example\r\nBcc: all@b.example"}),
    ] {
        founded.admin.patch(path, bad).await.expect(422);
    }
    founded.admin.patch(path, json!({"currency": "USD"})).await.expect(400);
    assert_eq!(founded.admin.get(path).await.expect(200).json(), before);
    let body = json!({"name": "Harbour", "policy": {"ring_s": 30}, "rate_bounds_minor": [50, 900]});
    founded.admin.patch(path, body).await.expect(200);
    founded
        .admin
        .patch(path, json!({"policy": {"grace_s": 20}}))
        .await
        .expect(200);
    let after = founded.admin.get(path).await.expect(200).json();
    assert_eq!(
        (
            &after["name"],
            &after["policy"]["ring_s"],
            &after["policy"]["grace_s"],
            &after["rate_bounds_minor"]
        ),
        (&json!("Harbour"), &json!(30), &json!(20), &json!([50, 900]))
    );
}

#[tokio::test]
async fn answers_to_mails_go_where_the_marketplace_wants_them() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let path = "/api/v1/admin/settings";
    let mailed = async |email: &str| {
        app.register(&app.anonymous(&founded.host), email, "Ada").await;
        app.jobs.run_due().await.expect("run");
        app.mails_to(email)[0].reply_to.clone()
    };
    assert_eq!(mailed("one@harbour.example").await, "");
    let set = founded.admin.patch(path, json!({"reply_to": " Help@Harbour.example "}));
    assert_eq!(set.await.expect(200).json()["reply_to"], "help@harbour.example");
    assert_eq!(mailed("two@harbour.example").await, "help@harbour.example");
    let taken_back = founded.admin.patch(path, json!({"reply_to": ""}));
    assert_eq!(taken_back.await.expect(200).json()["reply_to"], Value::Null);
    assert_eq!(mailed("three@harbour.example").await, "");
    let log = founded.admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(log["items"][0]["before"]["reply_to"], "help@harbour.example");
}

#[tokio::test]
async fn another_tenants_people_are_nobody_here() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let eve = app.bearer(LUMEN, "Eve").await;
    let foreign = TestUser::with_token(&founded.host, app.address, eve.token());
    foreign.get("/api/v1/admin/me").await.expect(401);
    let me = eve.get("/api/v1/me").await.expect(200).json();
    let foreign = me["id"].as_str().unwrap();
    founded
        .admin
        .get(&format!("/api/v1/admin/users/{foreign}"))
        .await
        .expect(404);
    let reason = json!({"reason": "x"});
    founded
        .admin
        .post(&format!("/api/v1/admin/users/{foreign}/suspend"), reason.clone())
        .await
        .expect(404);
    founded
        .admin
        .post(&format!("/api/v1/admin/reviews/{foreign}/hide"), reason)
        .await
        .expect(404);
    founded
        .admin
        .get(&format!("/api/v1/admin/conversations/{foreign}"))
        .await
        .expect(404);
    founded
        .admin
        .delete(&format!("/api/v1/admin/staff/{foreign}"))
        .await
        .expect(404);
    eve.get("/api/v1/me").await.expect(200);
}
