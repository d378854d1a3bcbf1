//! Who shares with whom is for the staff of money to say, within the whole and about others only.

use super::Split;
use crate::{
    calls::{Price, offer},
    consoles::{joined, own_id},
    support::{LUMEN, VELVET},
};
use diesel::{RunQueryDsl, sql_query};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn what_cant_be_shared_is_refused_beside_its_field() {
    let split = Split::unset(Price::default()).await;
    for (others, words) in [
        (json!([split.part(10_001)]), "at most 100 %"),
        (json!([split.part(0)]), "more than nothing"),
        (json!([split.part(1), split.part(2)]), "once"),
        (json!([{"seller_id": split.seller_id, "bp": 1}]), "themselves"),
        (json!([{"seller_id": Uuid::now_v7(), "bp": 1}]), "who sell here"),
        (json!([{"seller_id": split.manager_id, "bp": 1}]), "who sell here"),
        (
            json!(vec![json!({"seller_id": split.co_id, "bp": 1}); 6]),
            "up to 5 others",
        ),
    ] {
        let refused = split.co_sellers(others).await.expect(422);
        let error = &refused.json()["error"];
        assert_eq!(error["field"], "co_sellers");
        assert!(error["message"].as_str().expect("words").contains(words), "{error}");
    }
    assert_eq!(
        split.studio_share(10_001).await.expect(422).json()["error"]["field"],
        "bp"
    );
    let path = format!("{}/share", split.studio);
    for nobody in [
        json!({"bp": 1, "manager_id": split.co_id}),
        json!({"bp": 1, "manager_id": null}),
    ] {
        let refused = split.admin.put(&path, nobody).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "manager_id");
    }
    // Together they are the whole at most, whichever comes last.
    split.studio_share(6_000).await.expect(204);
    let refused = split.co_sellers(json!([split.part(4_001)])).await.expect(422);
    assert_eq!(refused.json()["error"]["field"], "co_sellers");
    split.co_sellers(json!([split.part(4_000)])).await.expect(204);
    let refused = split.studio_share(6_001).await.expect(422);
    assert!(refused.text.contains("Sol Seller"), "{}", refused.text);
    let shown = split
        .admin
        .get(&format!("/api/v1/admin/sellers/{}/shares", split.seller_id))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&shown["studio"]["bp"], &shown["co_sellers"][0]["bp"]),
        (&json!(6_000), &json!(4_000))
    );
    // Who leaves and shares more can't come back.
    let of_seller = format!("{}/sellers/{}", split.studio, split.seller_id);
    split.admin.delete(&of_seller).await.expect(204);
    split.co_sellers(json!([split.part(4_001)])).await.expect(204);
    let joining = json!({"seller_id": split.seller_id});
    let refused = split
        .admin
        .post(&format!("{}/sellers", split.studio), joining.clone())
        .await
        .expect(409);
    assert_eq!(refused.code(), "too_much_shared");
    split.co_sellers(json!([split.part(10_000)])).await.expect(204);
    split.co_sellers(json!([])).await.expect(204);
    split
        .admin
        .post(&format!("{}/sellers", split.studio), joining)
        .await
        .expect(204);
}

#[tokio::test]
async fn another_tenants_people_are_nobody_and_rights_are_needed() {
    let split = Split::unset(Price::default()).await;
    let stranger = split.pair.app.bearer(VELVET, "Vera").await;
    offer(&stranger, 100, json!({"kind": "minute"}), 0, 0).await;
    let stranger = own_id(&stranger).await;
    let others = json!([{"seller_id": stranger, "bp": 1}]);
    let refused = split.co_sellers(others).await.expect(422);
    assert_eq!(refused.json()["error"]["field"], "co_sellers");
    let path = format!("/api/v1/admin/sellers/{stranger}/shares");
    split.admin.get(&path).await.expect(404);
    split.admin.put(&path, json!({"co_sellers": []})).await.expect(404);
    let nowhere = format!("/api/v1/admin/studios/{}/share", Uuid::now_v7());
    split
        .admin
        .put(&nowhere, json!({"bp": 0, "manager_id": null}))
        .await
        .expect(404);
    // Who looks after sellers doesn't say what they share.
    let helper = json!({"email": "hal@lumen.example", "name": "Hal", "role": "staff", "permissions": ["sellers"]});
    split.admin.post("/api/v1/admin/staff", helper).await.expect(201);
    let helper = joined(&split.pair.app, LUMEN, "hal@lumen.example").await;
    helper.get(&split.studio).await.expect(200);
    let path = format!("{}/share", split.studio);
    helper
        .put(&path, json!({"bp": 0, "manager_id": null}))
        .await
        .expect(403);
    let path = format!("/api/v1/admin/sellers/{}/shares", split.seller_id);
    helper.put(&path, json!({"co_sellers": []})).await.expect(403);
    // Nor who gets a share by coming and going, once there is one.
    let seller = format!("{}/sellers/{}", split.studio, split.seller_id);
    split.studio_share(3_000).await.expect(204);
    helper.delete(&seller).await.expect(403);
    helper
        .post(&format!("{}/close", split.studio), json!({}))
        .await
        .expect(403);
    split.studio_share(0).await.expect(204);
    helper.delete(&seller).await.expect(204);
}

#[tokio::test]
async fn nobody_decides_about_their_own() {
    let split = Split::unset(Price::default()).await;
    // The treasurer begins to sell and is put into the studio.
    offer(&split.admin, 100, json!({"kind": "minute"}), 0, 0).await;
    let own = own_id(&split.admin).await;
    let to_themselves = json!([{"seller_id": own, "bp": 1_000}]);
    assert_eq!(split.co_sellers(to_themselves).await.expect(409).code(), "own_money");
    // Whoever is paid a part of what somebody earns doesn't say what is charged of it.
    let change = |sharer: &str| {
        format!(
            "INSERT INTO co_sellers (tenant_id, seller_id, co_seller_id, bp)
             SELECT tenant_id, id, '{sharer}', 1 FROM users WHERE id = '{}'",
            split.seller_id
        )
    };
    let mut books = split.pair.app.database.superuser();
    sql_query(change(&own)).execute(&mut books).expect("shared");
    let charges = format!("/api/v1/admin/sellers/{}/charges", split.seller_id);
    let none = json!({"commission_bp": null, "service_fee": null});
    assert_eq!(split.admin.put(&charges, none).await.expect(409).code(), "own_money");
    sql_query("DELETE FROM co_sellers").execute(&mut books).expect("gone");
    let path = format!("/api/v1/admin/sellers/{own}/shares");
    let theirs = json!({"co_sellers": [split.part(1_000)]});
    assert_eq!(split.admin.put(&path, theirs).await.expect(409).code(), "own_money");
    split.studio_share(3_000).await.expect(204);
    let joining = json!({"seller_id": own});
    let refused = split
        .admin
        .post(&format!("{}/sellers", split.studio), joining.clone())
        .await
        .expect(409);
    assert_eq!(refused.code(), "own_money");
    split.studio_share(0).await.expect(204);
    split
        .admin
        .post(&format!("{}/sellers", split.studio), joining)
        .await
        .expect(204);
    assert_eq!(split.studio_share(3_000).await.expect(409).code(), "own_money");
}
