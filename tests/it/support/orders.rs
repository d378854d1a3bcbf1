//! Orders as people make them.

use super::TestUser;
use serde_json::{Value, json};

/// Orders what is `wanted` and pays for it; a time that is asked for is accepted before. Gives the order's id.
pub async fn bought(buyer: &TestUser, seller: &TestUser, wanted: Value) -> String {
    let order = buyer.post("/api/v1/bookings", wanted).await.expect(201).json();
    let id = order["id"].as_str().expect("an id").to_owned();
    let path = |verb: &str| format!("/api/v1/bookings/{id}/{verb}");
    if order["state"] == "asked" {
        seller.post(&path("accept"), json!({"round": 1})).await.expect(200);
    }
    buyer.post(&path("pay"), json!({})).await.expect(200);
    id
}
