//! What staff do to people's accounts and reviews, and what it doesn't do.

use super::{admin_of_lumen, own_id};
use crate::{
    calls::{Pair, Price},
    support::{Caller, LUMEN},
};
use serde_json::json;

#[tokio::test]
async fn a_call_of_somebody_whose_account_is_closed_finishes() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(4_000).await;
    let admin = admin_of_lumen(&pair.app).await;
    let seller = own_id(&pair.seller).await;
    let elsewhere = Caller::open(&pair.app, &pair.seller).await;
    let path = format!("/api/v1/admin/users/{seller}/suspend");
    admin.post(&path, json!({"reason": "rude"})).await.expect(204);
    assert_eq!(
        elsewhere.closed().await.as_deref(),
        Some("you signed out"),
        "other pages close"
    );
    pair.seller.get("/api/v1/me").await.expect(401);
    talk.talk(6_000).await;
    talk.seller.act("end").await.expect("still in the call");
    let bill = talk.bill().await;
    assert_eq!(
        (&bill["billable_ms"], &bill["charged_minor"]),
        (&json!(10_000), &json!(120))
    );
}

#[tokio::test]
async fn a_page_that_opens_while_its_session_ends_doesnt_stay() {
    let app = crate::support::TestApp::start().await;
    let ada = app.bearer(LUMEN, "Ada").await;
    for _ in 0..40 {
        let here = ada.renewed().await;
        let (opened, ended) = tokio::join!(
            Caller::try_open(&app, here.host(), here.token()),
            here.delete("/api/v1/session")
        );
        ended.expect(204);
        if let Ok(page) = opened {
            assert_eq!(page.closed().await.as_deref(), Some("you signed out"));
        }
    }
}

#[tokio::test]
async fn a_seller_whose_account_is_closed_isnt_advertised() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin_of_lumen(&pair.app).await;
    let seller = own_id(&pair.seller).await;
    let visitor = pair.app.anonymous(LUMEN);
    let profile = format!("/api/v1/sellers/{seller}");
    let advertised = async || {
        let listed = visitor.get("/api/v1/sellers").await.expect(200).json();
        let items = listed["items"].as_array().expect("items").len();
        (items, visitor.get(&profile).await.status.as_u16())
    };
    assert_eq!(advertised().await, (1, 200));
    let path = |what: &str| format!("/api/v1/admin/users/{seller}/{what}");
    admin
        .post(&path("suspend"), json!({"reason": "rude"}))
        .await
        .expect(204);
    assert_eq!(advertised().await, (0, 404));
    visitor.get(&format!("/sellers/{seller}")).await.expect(404);
    admin.post(&path("restore"), json!({})).await.expect(204);
    assert_eq!(advertised().await, (1, 200));
}

#[tokio::test]
async fn reviews_are_what_buyers_wrote_and_each_is_hidden_by_itself() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(4_000).await;
    let call = talk.call;
    talk.hang_up().await;
    let rating = format!("/api/v1/calls/{call}/rating");
    let said = |text: &str, stars: u8| json!({"stars": stars, "text": text});
    pair.buyer.put(&rating, said("Good advice", 5)).await.expect(200);
    pair.seller.put(&rating, said("Never again", 1)).await.expect(200);

    let admin = admin_of_lumen(&pair.app).await;
    let reviews = async || admin.get("/api/v1/admin/reviews").await.expect(200).json();
    let listed = reviews().await;
    assert_eq!(
        (
            &listed["total"],
            &listed["items"][0]["text"],
            &listed["items"][0]["from"]["name"]
        ),
        (&json!(1), &json!("Good advice"), &json!("Bea Buyer"))
    );
    let seller = own_id(&pair.seller).await;
    let shown = async || {
        let page = pair.app.anonymous(LUMEN).get(&format!("/sellers/{seller}")).await;
        let text = page.expect(200).text;
        (text.contains("Good advice"), text.contains("Never again"))
    };
    assert_eq!(shown().await, (true, false));
    let act = |what: &str| format!("/api/v1/admin/reviews/{call}/{what}");
    let already = admin.post(&act("show"), json!({})).await.expect(409);
    assert_eq!(already.code(), "not_hidden");
    admin
        .post(&act("hide"), json!({"reason": "an advert"}))
        .await
        .expect(204);
    assert_eq!(shown().await, (false, false));
    assert_eq!(reviews().await["items"][0]["hidden"]["reason"], "an advert");
    admin.post(&act("show"), json!({})).await.expect(204);
    assert_eq!(shown().await, (true, false));
}
