//! Writing to a seller first, which costs nothing, and the call that comes of it (preset P5).

use super::start_selling;
use crate::support::{LUMEN, TestApp, VELVET};
use serde_json::json;

#[tokio::test]
async fn somebody_writes_first_and_is_handed_over_to_a_call() {
    let app = TestApp::start().await;
    let (buyer, seller) = (app.user(LUMEN, "Bea").await, app.user(LUMEN, "Sol").await);
    let (id, service) = start_selling(&seller, "Interprets", 120).await;
    let write = format!("/api/v1/sellers/{id}/messages");
    buyer.post(&write, json!({"text": " "})).await.expect(422);
    seller.post(&write, json!({"text": "Me?"})).await.expect(422);
    app.user(VELVET, "Eve")
        .await
        .post(&write, json!({"text": "Hi"}))
        .await
        .expect(404);
    let begun = buyer
        .post(&write, json!({"text": "Can you help me at the office?"}))
        .await;
    let conversation = begun.expect(201).json()["id"].as_str().expect("an id").to_owned();
    // Once more: the same conversation, also by the page.
    let again = buyer
        .post(&write, json!({"text": "On Monday?"}))
        .await
        .expect(201)
        .json();
    assert_eq!(again["id"], conversation.as_str());
    let page = buyer.get(&format!("/sellers/{id}/message")).await.expect(303);
    assert_eq!(page.header("location"), format!("/conversations/{conversation}"));
    // Nothing was charged, and the seller is told.
    assert_eq!(
        buyer.get("/api/v1/wallet").await.expect(200).json()["available_minor"],
        0
    );
    while app.jobs.run_due().await.expect("the database") > 0 {}
    assert_eq!(app.database.count("notifications"), 1);

    let suggest = format!("/api/v1/conversations/{conversation}/suggestions");
    let about = json!({"service_id": service});
    buyer.post(&suggest, about.clone()).await.expect(422);
    let strangers = app.user(LUMEN, "Max").await;
    let (_, other) = start_selling(&strangers, "Sings", 100).await;
    strangers.post(&suggest, about.clone()).await.expect(404);
    seller.post(&suggest, json!({"service_id": other})).await.expect(404);
    seller.post(&suggest, about).await.expect(204);
    let read = buyer
        .get(&format!("/api/v1/conversations/{conversation}"))
        .await
        .expect(200)
        .json();
    let last = read["messages"]
        .as_array()
        .and_then(|all| all.last())
        .expect("messages")
        .clone();
    assert_eq!(
        (
            &last["suggestion"]["service_id"],
            &last["suggestion"]["rate_minor"],
            &last["mine"]
        ),
        (&json!(service), &json!(120), &json!(false))
    );
    let page = buyer.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert!(page.text.contains(&format!("/sellers/{id}?service")), "{}", page.text);
    // Whoever keeps somebody away isn't written to.
    let me = buyer.get("/api/v1/me").await.expect(200).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    seller
        .put(&format!("/api/v1/people/{me}/block"), json!({}))
        .await
        .expect(204);
    buyer.post(&write, json!({"text": "Hello?"})).await.expect(409);
}
