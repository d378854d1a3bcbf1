//! After a call: the conversation and the rating.

use crate::{
    calls::{Pair, Price},
    support::{LUMEN, VELVET},
};
use diesel::connection::SimpleConnection;
use futures::future::join_all;
use serde_json::json;

#[tokio::test]
async fn calls_and_words_are_kept_in_the_conversation() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let call = talk.call;
    talk.hang_up().await;
    let list = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
    let conversation = &list["items"][0];
    assert_eq!(
        (
            conversation["other"]["name"].as_str(),
            &conversation["other"]["is_seller"]
        ),
        (Some("Sol Seller"), &json!(true))
    );
    let ended = &conversation["last"]["call"];
    assert_eq!(
        (ended["outcome"].as_str(), ended["billable_seconds"].as_i64()),
        (Some("buyer_ended"), Some(10))
    );
    assert_eq!(
        (ended["charged_minor"].as_i64(), ended["id"].as_str()),
        (Some(120), Some(call.to_string().as_str()))
    );

    let path = format!("/api/v1/conversations/{}", conversation["id"].as_str().expect("an id"));
    let messages = format!("{path}/messages");
    pair.app.clock.advance(1_000);
    let said = pair
        .seller
        .post(&messages, json!({ "text": " Thank <b>you</b>\nfor calling " }))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (said["text"].as_str(), &said["mine"]),
        (Some("Thank <b>you</b>\nfor calling"), &json!(true))
    );
    let read = pair.buyer.get(&path).await.expect(200).json();
    let read = read["messages"].as_array().expect("messages");
    assert_eq!(read.len(), 2);
    assert_eq!(
        (&read[0]["mine"], &read[1]["mine"]),
        (&json!(true), &json!(false)),
        "the buyer rang, the seller wrote"
    );
    let page = pair.buyer.get(&path.replace("/api/v1", "")).await.expect(200).text;
    assert!(page.contains("Thank &lt;b&gt;you") && page.contains(&format!("/calls/{call}/bill")));
    pair.seller.get("/conversations").await.expect(200);

    for bad in [
        json!({ "text": "" }),
        json!({ "text": " \n " }),
        json!({ "text": "x".repeat(2_001) }),
        json!({ "text": "a\u{0}b" }),
    ] {
        let refused = pair.buyer.post(&messages, bad).await.expect(422).json();
        assert_eq!(refused["error"]["field"], "text");
    }
    let huge = pair
        .buyer
        .post(&messages, json!({ "text": "x".repeat(10_000_000) }))
        .await;
    assert!(huge.status.is_client_error(), "{}", huge.status);
    let (eve, zoe) = (
        pair.app.bearer(LUMEN, "Eve").await,
        pair.app.bearer(VELVET, "Zoe").await,
    );
    for stranger in [&eve, &zoe] {
        stranger.get(&path).await.expect(404);
        stranger.post(&messages, json!({ "text": "Hello" })).await.expect(404);
    }
    assert_eq!(pair.app.database.count("messages"), 2);
}

async fn score(pair: &Pair) -> (i64, i64) {
    let card = pair.buyer.get("/api/v1/sellers").await.expect(200).json()["items"][0].clone();
    let number = |name: &str| card["rating"][name].as_i64().expect("a number");
    (number("average_tenths"), number("count"))
}

#[tokio::test]
async fn only_the_two_of_a_call_rate_it_and_the_score_is_exact() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let path = format!("/api/v1/calls/{}/rating", talk.call);
    let early = pair.buyer.put(&path, json!({ "stars": 5 })).await.expect(409);
    assert_eq!(early.code(), "not_settled");
    let call = talk.call;
    talk.hang_up().await;
    // Of the buyer, that is: it counts for nothing below.
    pair.seller.put(&path, json!({ "stars": 1 })).await.expect(200);
    pair.app
        .bearer(LUMEN, "Eve")
        .await
        .put(&path, json!({ "stars": 5 }))
        .await
        .expect(404);
    pair.app
        .bearer(VELVET, "Zoe")
        .await
        .put(&path, json!({ "stars": 5 }))
        .await
        .expect(404);
    for stars in [json!(0), json!(6), json!(-1), json!(i64::MAX)] {
        let refused = pair
            .buyer
            .put(&path, json!({ "stars": stars }))
            .await
            .expect(422)
            .json();
        assert_eq!(refused["error"]["field"], "stars");
    }
    pair.buyer
        .put(&path, json!({ "stars": 3, "text": "x".repeat(2_001) }))
        .await
        .expect(422);
    assert_eq!(score(&pair).await, (0, 0));

    // Many at once are still one rating, and the sum is the one that stayed.
    let ratings = join_all((1..=5).map(|stars| pair.buyer.put(&path, json!({ "stars": stars })))).await;
    assert!(ratings.iter().all(|answer| answer.status.as_u16() == 200));
    let (average, number) = score(&pair).await;
    assert_eq!(number, 1);
    assert_eq!(
        pair.app
            .database
            .count(&format!("reviews WHERE author = 'buyer' AND stars * 10 = {average}")),
        1
    );
    pair.buyer
        .put(&path, json!({ "stars": 4, "text": " Good. <i> " }))
        .await
        .expect(200);
    assert_eq!(score(&pair).await, (40, 1));
    let seller = pair.seller.get("/api/v1/me").await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let page = pair.buyer.get(&format!("/api/v1/sellers/{seller}")).await.json();
    assert_eq!(
        (
            page["reviews"][0]["author"].as_str(),
            page["reviews"][0]["text"].as_str()
        ),
        (Some("Bea Buyer"), Some("Good. <i>"))
    );
    assert_eq!(page["paid_calls"], 1);
    let bill = format!("/calls/{call}/bill");
    pair.buyer
        .form(&bill, &[("stars", "9"), ("text", "")])
        .await
        .expect(422);
    pair.buyer
        .form(&bill, &[("stars", "2"), ("text", "")])
        .await
        .expect(303);
    assert_eq!(score(&pair).await, (20, 1));

    let age = "UPDATE calls SET ended_at = ended_at - interval '31 days'";
    pair.app.database.superuser().batch_execute(age).expect("aged");
    assert_eq!(
        pair.buyer.put(&path, json!({ "stars": 5 })).await.expect(409).code(),
        "rating_over"
    );
    assert_eq!(score(&pair).await, (20, 1));
}

#[tokio::test]
async fn a_call_that_never_was_cant_be_rated() {
    let pair = Pair::new(Price::default()).await;
    let (call, _buyer, _seller) = pair.ring().await;
    pair.seller
        .post(&format!("/api/v1/calls/{call}/reject"), json!({}))
        .await
        .expect(204);
    let path = format!("/api/v1/calls/{call}/rating");
    for _ in 0..200 {
        let refused = pair.buyer.put(&path, json!({ "stars": 1 })).await.expect(409);
        if refused.code() == "never_live" {
            return;
        }
        assert_eq!(refused.code(), "not_settled", "until the end is stored");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the rejected call never ended");
}
