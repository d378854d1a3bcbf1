//! Stills of sellers in lists: of whoever agrees, while their call is live, and gone when either ends.

use super::{LUMEN, Pair, Price, Talk};
use crate::support::{Answer, PNG, TestApp, TestUser, VELVET};
use diesel::connection::SimpleConnection as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Cursor;
use uuid::Uuid;

const VERSION: &str = "2026-11-30.en";

async fn answer(user: &TestUser, given: bool) {
    let answer = json!({"given": given, "text_version": VERSION});
    user.put("/api/v1/selling/snapshots", answer).await.expect(204);
}

async fn send(user: &TestUser, call: Uuid, body: &[u8]) -> Answer {
    let path = format!("/api/v1/calls/{call}/snapshot");
    Answer::of(user.request(Method::PUT, &path).body(body.to_vec())).await
}

/// The still's address as anybody gets it.
async fn shown(pair: &Pair) -> Option<String> {
    let visitor = pair.app.anonymous(LUMEN);
    let seller = pair.seller.get("/api/v1/me").await.expect(200).json();
    let path = format!("/api/v1/sellers/{}", seller["id"].as_str().expect("an id"));
    let page = visitor.get(&path).await.expect(200).json();
    page["snapshot_url"].as_str().map(str::to_owned)
}

async fn gone(pair: &Pair, address: &str) {
    assert_eq!(shown(pair).await, None);
    pair.app.anonymous(LUMEN).get(address).await.expect(404);
    let home = pair.app.anonymous(LUMEN).get("/").await.expect(200).text;
    assert!(!home.contains(address), "{home}");
}

async fn answers(pair: &Pair) -> Vec<Value> {
    let query = "SELECT jsonb_build_object('name', u.name, 'given', c.given, 'version', c.text_version,
            'words', length(c.text) > 100)::text AS said
        FROM snapshot_consents c JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.person_id ORDER BY c.at, c.id";
    super::recording::kept(&pair.app, query)
        .iter()
        .map(|line| serde_json::from_str(line).expect("json"))
        .collect()
}

async fn live_and_shown(pair: &Pair) -> (Talk<'_>, String) {
    answer(&pair.seller, true).await;
    let talk = pair.live().await;
    send(&pair.seller, talk.call, &PNG).await.expect(204);
    let address = shown(pair).await.expect("an address");
    (talk, address)
}

#[tokio::test]
async fn a_seller_who_agrees_is_seen_in_lists_until_the_call_ends() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    // Nobody is shown who hasn't agreed.
    let refused = send(&pair.seller, talk.call, &PNG).await.expect(409);
    assert_eq!(refused.code(), "no_consent");
    assert_eq!(shown(&pair).await, None);
    answer(&pair.seller, true).await;
    send(&pair.seller, talk.call, &PNG).await.expect(204);
    let address = shown(&pair).await.expect("an address");
    let still = pair.app.anonymous(LUMEN).get(&address).await.expect(200);
    assert_eq!(still.header("content-type"), "image/jpeg");
    assert_eq!(still.header("cache-control"), "no-store");
    pair.app.anonymous(VELVET).get(&address).await.expect(404);
    let home = pair.app.anonymous(LUMEN).get("/").await.expect(200).text;
    assert!(
        home.contains(&format!("src=\"{address}\"")) && home.contains("Live now"),
        "{home}"
    );
    // Faster than that nothing is taken.
    send(&pair.seller, talk.call, &PNG).await.expect(429);
    talk.talk(20_000).await;
    let large = image::DynamicImage::new_rgb8(1_280, 720);
    let mut other = Cursor::new(Vec::new());
    large.write_to(&mut other, image::ImageFormat::Jpeg).expect("a picture");
    let other = other.into_inner();
    send(&pair.seller.renewed().await, talk.call, &other).await.expect(204);
    let newer = shown(&pair).await.expect("an address");
    assert_ne!(newer, address);
    pair.app.anonymous(LUMEN).get(&address).await.expect(404);
    let call = talk.call;
    talk.hang_up().await;
    gone(&pair, &newer).await;
    let refused = send(&pair.seller.renewed().await, call, &PNG).await.expect(409);
    assert_eq!(refused.code(), "not_live");
}

#[tokio::test]
async fn what_is_taken_back_goes_at_once_and_each_answer_is_kept() {
    let pair = Pair::new(Price::default()).await;
    let (talk, address) = live_and_shown(&pair).await;
    answer(&pair.seller, false).await;
    gone(&pair, &address).await;
    let refused = send(&pair.seller, talk.call, &PNG).await.expect(409);
    assert_eq!(refused.code(), "no_consent");
    let said = |given: bool| json!({"name": "Sol Seller", "given": given, "version": VERSION, "words": true});
    assert_eq!(answers(&pair).await, [said(true), said(false)]);
    let forged = "UPDATE snapshot_consents SET given = true";
    (pair.app.database.superuser().batch_execute(forged)).expect_err("a proof stays as it is");
    // No other text is agreed to.
    let old = json!({"given": true, "text_version": "2020-01-01.en"});
    pair.seller.put("/api/v1/selling/snapshots", old).await.expect(422);
}

#[tokio::test]
async fn a_still_that_nothing_replaces_is_gone_after_three_minutes() {
    let pair = Pair::new(Price::default()).await;
    let (mut talk, address) = live_and_shown(&pair).await;
    talk.talk(179_000).await;
    pair.app.anonymous(LUMEN).get(&address).await.expect(200);
    talk.talk(2_000).await;
    gone(&pair, &address).await;
}

#[tokio::test]
async fn nobody_else_is_shown_and_nothing_else_is_taken() {
    let pair = Pair::new(Price::default()).await;
    answer(&pair.seller, true).await;
    answer(&pair.buyer, true).await;
    let talk = pair.live().await;
    // Neither the buyer nor a stranger.
    send(&pair.buyer, talk.call, &PNG).await.expect(403);
    let stranger = pair.app.bearer(LUMEN, "Stan Stranger").await;
    answer(&stranger, true).await;
    send(&stranger, talk.call, &PNG).await.expect(404);
    send(&pair.app.anonymous(LUMEN), talk.call, &PNG).await.expect(401);
    let elsewhere = pair.app.bearer(VELVET, "Elsa Elsewhere").await;
    send(&elsewhere, talk.call, &PNG).await.expect(404);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (body, told) in [
        (&svg[..], "This is no PNG, JPEG, WebP or GIF picture."),
        (b"", "This is no PNG, JPEG, WebP or GIF picture."),
        (b"\xff\xd8\xff\xe0 no jpeg at all", "This picture is damaged"),
        (&[b'x'; 101 * 1024], "At most 100 KB can be taken."),
    ] {
        let refused = send(&pair.seller, talk.call, body).await.expect(422);
        assert!(refused.text.contains(told), "{told}: {}", refused.text);
    }
    assert_eq!(shown(&pair).await, None);
}

#[tokio::test]
async fn before_the_call_is_live_nobody_is_shown() {
    let pair = Pair::new(Price::default()).await;
    answer(&pair.seller, true).await;
    let talk = pair.check().await;
    let refused = send(&pair.seller, talk.call, &PNG).await.expect(409);
    assert_eq!(refused.code(), "not_live");
}

#[tokio::test]
async fn a_marketplace_may_show_none() {
    let app = TestApp::start().await;
    let rule = r#"UPDATE tenants SET policy = '{"snapshots": false}' WHERE slug = 'lumen'"#;
    app.database.superuser().batch_execute(rule).expect("a rule");
    let pair = Pair::at(app, Price::default()).await;
    answer(&pair.seller, true).await;
    let talk = pair.live().await;
    let refused = send(&pair.seller, talk.call, &PNG).await.expect(409);
    assert_eq!(refused.code(), "not_allowed");
    // Nobody is asked, either.
    let room = pair.seller.get(&format!("/calls/{}", talk.call)).await.expect(200).text;
    assert!(!room.contains("data-snapshots"), "{room}");
}

#[tokio::test]
async fn only_the_seller_is_asked_in_the_room() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let path = format!("/calls/{}", talk.call);
    let of_seller = pair.seller.get(&path).await.expect(200).text;
    assert!(
        of_seller.contains("data-snapshots") && of_seller.contains("I agree that a still"),
        "{of_seller}"
    );
    let of_buyer = pair.buyer.get(&path).await.expect(200).text;
    assert!(!of_buyer.contains("data-snapshots"), "{of_buyer}");
}
