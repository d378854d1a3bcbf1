//! Lists: bounded in time and in what they count, and what is looked for in others' words is written down.

use super::{admin_of_lumen, founded};
use crate::{
    calls::{Pair, Price},
    support::TestApp,
};
use diesel::connection::SimpleConnection;
use serde_json::json;

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let mut holder = app.database.superuser();
    holder.batch_execute("BEGIN; LOCK TABLE conversations").expect("locked");
    let refused = founded.admin.get("/api/v1/admin/conversations").await.expect(503);
    assert!(refused.text.contains("narrower"), "{}", refused.text);
    holder.batch_execute("COMMIT").expect("released");
    founded.admin.get("/api/v1/admin/conversations").await.expect(200);
}

#[tokio::test]
async fn nobody_counts_beyond_ten_thousand() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let many = format!(
        "INSERT INTO audit_log (tenant_id, id, at, actor_kind, actor_name, action, subject)
         SELECT '{}', gen_random_uuid(), '2020-01-01', 'staff', 'Ada', 'user.suspended', 'n ' || n
         FROM generate_series(1, 10050) n",
        founded.id
    );
    app.database.superuser().batch_execute(&many).expect("many");
    for (who, path) in [
        (&founded.admin, "/api/v1/admin/audit"),
        (&founded.owner.browser, "/api/platform/audit"),
    ] {
        let page = who.get(path).await.expect(200).json();
        assert_eq!(page["total"], 10_000, "{path}");
        assert_eq!(page["items"][0]["action"], "staff.joined", "the newest first");
        let oldest = who.get(&format!("{path}?sort=at")).await.expect(200).json();
        assert_eq!(oldest["items"][0]["action"], "user.suspended");
        let narrow = who.get(&format!("{path}?q=n%201007")).await.expect(200).json();
        assert_eq!(narrow["total"], 1, "1007 and no 10070");
        let narrow = who.get(&format!("{path}?q=n%201004")).await.expect(200).json();
        assert_eq!(narrow["total"], 11, "1004 and 10040 to 10049");
    }
}

#[tokio::test]
async fn a_search_in_what_people_wrote_is_written_down() {
    let pair = Pair::new(Price::default()).await;
    let (call, ..) = pair.ring().await;
    pair.buyer
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    let admin = admin_of_lumen(&pair.app).await;
    let path = "/api/v1/admin/conversations";
    admin.get(&format!("{path}?q=meet")).await.expect(200);
    admin.get(path).await.expect(200);
    let log = admin
        .get("/api/v1/admin/audit?action=conversation.searched")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&log["total"], &log["items"][0]["subject"]),
        (&json!(1), &json!("meet")),
        "looking at the list is no search"
    );
}

#[tokio::test]
async fn a_thread_says_how_much_of_it_isnt_shown() {
    let pair = Pair::new(Price::default()).await;
    let (call, ..) = pair.ring().await;
    pair.buyer
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    let admin = admin_of_lumen(&pair.app).await;
    let thread = loop {
        let list = admin.get("/api/v1/admin/conversations").await.expect(200).json();
        if let Some(id) = list["items"][0]["id"].as_str() {
            break id.to_owned();
        }
    };
    let path = format!("/api/v1/admin/conversations/{thread}");
    let whole = admin.get(&path).await.expect(200);
    assert_eq!(whole.text.matches("\"messages\":").count(), 1, "{}", whole.text);
    assert_eq!(whole.json()["earlier"], 0);
    let many = format!(
        "INSERT INTO messages (tenant_id, id, conversation_id, kind, body, at)
         SELECT tenant_id, gen_random_uuid(), id, 'chat', 'n ' || n, '2020-01-01'
         FROM conversations, generate_series(1, 1010) n WHERE id = '{thread}'"
    );
    pair.app.database.superuser().batch_execute(&many).expect("many");
    let cut = admin.get(&path).await.expect(200).json();
    assert_eq!(
        (cut["messages"].as_array().map(Vec::len), &cut["earlier"]),
        (Some(1_000), &json!(11))
    );
}
