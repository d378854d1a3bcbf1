//! Two at once: whoever comes second sees what the first has done.

use super::{founded, id, invite, joined, own_id};
use crate::support::{LUMEN, TestApp, VELVET, until_waiting};
use diesel::connection::SimpleConnection;
use futures::future::join_all;
use serde_json::json;

#[tokio::test]
async fn settings_changed_at_once_are_all_kept() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (mut holder, mut watcher) = (app.database.superuser(), app.database.superuser());
    holder
        .batch_execute("BEGIN; SELECT 1 FROM tenants FOR UPDATE")
        .expect("locked");
    let path = "/api/v1/admin/settings";
    let change = |policy| founded.admin.patch(path, json!({ "policy": policy }));
    let release = async {
        until_waiting(&mut watcher, 2).await;
        holder.batch_execute("COMMIT").expect("released");
    };
    let (one, other, ()) = tokio::join!(change(json!({"ring_s": 31})), change(json!({"grace_s": 21})), release);
    one.expect(200);
    other.expect(200);
    let after = founded.admin.get(path).await.expect(200).json();
    assert_eq!(
        (&after["policy"]["ring_s"], &after["policy"]["grace_s"]),
        (&json!(31), &json!(21))
    );
}

#[tokio::test]
async fn one_account_is_closed_once() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let bob = own_id(&app.user(&founded.host, "Bob").await).await;
    let (mut holder, mut watcher) = (app.database.superuser(), app.database.superuser());
    holder
        .batch_execute("BEGIN; SELECT 1 FROM users FOR UPDATE")
        .expect("locked");
    let path = format!("/api/v1/admin/users/{bob}/suspend");
    let suspend = |reason: &str| founded.admin.post(&path, json!({ "reason": reason }));
    let release = async {
        until_waiting(&mut watcher, 2).await;
        holder.batch_execute("COMMIT").expect("released");
    };
    let (one, other, ()) = tokio::join!(suspend("rude"), suspend("late"), release);
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}

#[tokio::test]
async fn rights_that_were_taken_a_moment_ago_give_nothing() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let sam = invite(
        &founded.admin,
        "sam@harbour.example",
        "staff",
        json!(["users", "staff"]),
    )
    .await;
    let sam_id = id(&sam.expect(201));
    let max = invite(&founded.admin, "max@harbour.example", "staff", json!(["users"])).await;
    let max = format!("/api/v1/admin/staff/{}", id(&max.expect(201)));
    let sam = joined(&app, &founded.host, "sam@harbour.example").await;
    let (mut holder, mut watcher) = (app.database.superuser(), app.database.superuser());
    let take = format!("BEGIN; UPDATE staff SET permissions = '{{users}}' WHERE user_id = '{sam_id}'");
    holder.batch_execute(&take).expect("taken");
    let release = async {
        until_waiting(&mut watcher, 2).await;
        holder.batch_execute("COMMIT").expect("released");
    };
    let (invited, changed, ()) = tokio::join!(
        invite(&sam, "eve@harbour.example", "staff", json!(["users"])),
        sam.patch(&max, json!({"permissions": []})),
        release
    );
    invited.expect(403);
    changed.expect(403);
}

#[tokio::test]
async fn one_tenants_waiting_leaves_connections_to_the_others() {
    let app = TestApp::start().await;
    let (sol, visitor) = (app.bearer(LUMEN, "Sol").await, app.anonymous(VELVET));
    visitor.get("/api/v1/sellers").await.expect(200);
    let (mut holder, mut watcher) = (app.database.superuser(), app.database.superuser());
    holder
        .batch_execute("BEGIN; SELECT 1 FROM users FOR UPDATE")
        .expect("locked");
    let rename = || sol.patch("/api/v1/me", json!({"name": "Sola"}));
    let half = i64::from(app.app.config.database.app_connections / 2);
    let release = async {
        until_waiting(&mut watcher, half).await;
        visitor.get("/api/v1/sellers").await.expect(200);
        until_waiting(&mut watcher, half).await;
        holder.batch_execute("COMMIT").expect("released");
    };
    let (renamed, ()) = tokio::join!(join_all((0..2 * half + 2).map(|_| rename())), release);
    for answer in renamed {
        answer.expect(200);
    }
}

#[tokio::test]
async fn who_registers_while_the_address_is_asked_sees_that_it_was() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (email, mallory) = ("sela@harbour.example", app.anonymous(&founded.host));
    app.register(&mallory, email, "Mallory").await;
    let mut holder = app.database.superuser();
    let (mut first, mut second) = (app.database.superuser(), app.database.superuser());
    let lock = format!("BEGIN; SELECT 1 FROM users WHERE email = '{email}' FOR UPDATE");
    holder.batch_execute(&lock).expect("locked");
    let late = async {
        until_waiting(&mut first, 1).await;
        app.register(&mallory, email, "Mallory").await;
    };
    let release = async {
        until_waiting(&mut second, 2).await;
        holder.batch_execute("COMMIT").expect("released");
    };
    let asked = invite(&founded.admin, email, "staff", json!(["users"]));
    let (asked, (), ()) = tokio::join!(asked, late, release);
    asked.expect(201);
    let letters: Vec<_> = app
        .letters(email)
        .into_iter()
        .map(|sent| sent["letter"].clone())
        .collect();
    assert_eq!(letters, [json!("verify"), json!("invite")]);
}
