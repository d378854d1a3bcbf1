//! What is left of a call.

use super::{Pair, Price};
use serde_json::json;

#[tokio::test]
async fn a_settled_call_can_be_rated_by_both_and_each_is_seen_by_whom_it_is_for() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let path = format!("/api/v1/calls/{}/rating", talk.call);
    pair.buyer
        .put(&path, json!({ "stars": 5, "text": "Good." }))
        .await
        .expect(409);
    let bill = format!("/calls/{}/bill", talk.call);
    let early = pair.buyer.get(&bill).await.expect(303);
    assert_eq!(
        early.header("location"),
        bill.trim_end_matches("/bill"),
        "there is none yet"
    );
    talk.talk(4_000).await;
    talk.hang_up().await;
    pair.buyer.get(&bill).await.expect(200);
    pair.buyer
        .put(&path, json!({ "stars": 6, "text": "" }))
        .await
        .expect(422);
    pair.buyer
        .put(&path, json!({ "stars": 4, "text": "<b>Good</b>" }))
        .await
        .expect(200);
    for stars in [1, 3] {
        pair.seller
            .put(&path, json!({ "stars": stars, "text": "Quiet." }))
            .await
            .expect(200);
    }
    let me = pair.seller.get("/api/v1/me").await.expect(200).json();
    let id = me["id"].as_str().expect("an id");
    let profile = pair.buyer.get(&format!("/api/v1/sellers/{id}")).await.expect(200);
    assert_eq!(
        profile.json()["rating"],
        json!({ "average_tenths": 40, "count": 1 }),
        "{}",
        profile.text
    );
    assert!(
        !profile.text.contains("Quiet"),
        "what the seller said is in no public place"
    );

    let mut page = super::Caller::open(&pair.app, &pair.seller).await;
    pair.buyer
        .post("/api/v1/calls", json!({ "service_id": pair.service }))
        .await
        .expect(201);
    let rating = |message: &super::ServerMessage| match message {
        super::ServerMessage::Ring { caller_rating, .. } => Some(*caller_rating),
        _ => None,
    };
    let told = page.wait("the ring", rating).await.expect("a rating");
    assert_eq!((told.average_tenths, told.count), (30, 1));
}

#[tokio::test]
async fn the_chat_reaches_both_and_stays_in_the_conversation() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let epoch = talk.buyer.epoch;
    let said = json!({ "type": "chat", "epoch": epoch, "text": "<script>alert(1)</script> hello" });
    talk.buyer.ask(said).await.expect("said");
    let chat = |message: &super::ServerMessage| match message {
        super::ServerMessage::Chat { line } => Some(line.text.clone()),
        _ => None,
    };
    assert_eq!(
        talk.seller.wait("the words", chat).await,
        "<script>alert(1)</script> hello"
    );
    talk.talk(2_000).await;
    talk.hang_up().await;
    let list = pair.seller.get("/api/v1/conversations").await.expect(200).json();
    let id = list["items"][0]["id"].as_str().expect("a conversation").to_owned();
    let page = pair.seller.get(&format!("/conversations/{id}")).await.expect(200);
    assert!(
        page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; hello"),
        "shown as text"
    );
}
