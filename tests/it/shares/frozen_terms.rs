//! What is sold keeps the shares that held then.

use super::Split;
use crate::{
    calls::{Price, booked},
    consoles::{actions, own_id},
    support::LUMEN,
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

#[tokio::test]
async fn an_order_keeps_its_shares_and_the_next_call_has_the_new_ones() {
    let split = Split::new(Price::default()).await;
    let order = booked(&split.pair, 2).await;
    split.studio_share(1_000).await.expect(204);
    split.co_sellers(json!([])).await.expect(204);
    let mut talk = split.pair.launched(&order).await;
    talk.talk(120_000).await;
    talk.bill().await;
    let all = split.parts().await;
    let net: i64 = all.iter().sum();
    assert_eq!((all[1], all[2]), (net * 3_000 / 10_000, net * 3_333 / 10_000));
    assert!(net > 0);
    split.pair.fund(1_000).await;
    let mut talk = split.pair.live().await;
    talk.talk(59_000).await;
    let bill = talk.hang_up().await;
    let seller_minor = bill["seller_minor"].as_i64().expect("a number");
    let now = split.parts().await;
    assert_eq!((now[1], now[2]), (all[1] + seller_minor / 10, all[2]));
}

#[tokio::test]
async fn with_its_manager_a_studios_share_ends() {
    let split = Split::new(Price::default()).await;
    let other = split.pair.app.bearer(LUMEN, "Otto Other").await;
    let (tenant, other) = (split.pair.app.scope(LUMEN).await.tenant(), own_id(&other).await);
    let studio = split.studio.rsplit('/').next().expect("an id");
    let second = format!(
        "INSERT INTO studio_managers (tenant_id, user_id, studio_id, created_at)
         VALUES ('{tenant}', '{other}', '{studio}', now())"
    );
    split
        .pair
        .app
        .database
        .superuser()
        .batch_execute(&second)
        .expect("a second one");
    let share = json!({"bp": 3_000, "manager_id": split.manager_id});
    assert_eq!(split.admin.get(&split.studio).await.expect(200).json()["share"], share);
    let path = format!("{}/managers/{}", split.studio, split.manager_id);
    split.admin.delete(&path).await.expect(204);
    assert_eq!(
        split.admin.get(&split.studio).await.expect(200).json()["share"],
        Value::Null
    );
    let log = split.admin.get("/api/v1/admin/audit").await.expect(200).json();
    let entry = &log["items"][0];
    assert_eq!(entry["action"], "studio.manager_removed");
    assert_eq!(entry["before"]["share"]["bp"], 3_000);
    split.five_minutes().await;
    assert_eq!(split.parts().await, [480 - 159, 0, 159]);

    // Another one can be paid it, until the studio is closed.
    let share = json!({"bp": 5_000, "manager_id": other});
    let path = format!("{}/share", split.studio);
    split.admin.put(&path, share).await.expect(204);
    split
        .admin
        .post(&format!("{}/close", split.studio), json!({}))
        .await
        .expect(204);
    let closed = split.admin.get(&split.studio).await.expect(200).json();
    assert_eq!(closed["share"], Value::Null);
    let refused = split.studio_share(1_000).await.expect(409);
    assert_eq!(refused.code(), "studio_closed");
    let log = split.admin.get("/api/v1/admin/audit").await.expect(200).json();
    let changes = actions(&log)
        .iter()
        .filter(|action| **action == "shares.changed")
        .count();
    assert_eq!(changes, 3, "{log}");
}
