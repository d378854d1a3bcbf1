//! Thumbs up or down for a call's picture and sound.

use crate::{
    calls::{Pair, Price},
    consoles::admin_of_lumen,
    support::{LUMEN, TestUser, VELVET},
};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn both_say_how_picture_and_sound_were_for_a_day() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let path = format!("/api/v1/calls/{call}/feedback");
    let good = json!({ "faults": [] });
    let early = pair.buyer.put(&path, good.clone()).await.expect(409);
    assert_eq!(early.code(), "not_ended");
    talk.talk(10_000).await;
    talk.hang_up().await;
    for stranger in [
        pair.app.bearer(LUMEN, "Eve").await,
        pair.app.bearer(VELVET, "Zoe").await,
    ] {
        stranger.put(&path, good.clone()).await.expect(404);
    }
    for (bad, status) in [
        (json!({"faults": ["other"]}), 422),
        (json!({"faults": ["sound"], "text": "x".repeat(1_001)}), 422),
        (json!({"faults": ["sound"], "text": "a\u{0}"}), 422),
        (json!({"faults": ["colour"]}), 400),
        (json!({"faults": "sound"}), 400),
    ] {
        pair.buyer.put(&path, bad).await.expect(status);
    }
    let form = format!("/calls/{call}/feedback");
    for bad in [
        &[][..],
        &[("thumb", "down")],
        &[("thumb", "sideways"), ("faults.sound", "on")],
    ] {
        pair.buyer
            .form(&form, &[&[("words", "Hm")], bad].concat())
            .await
            .expect(422);
    }
    assert_eq!(pair.app.database.count("call_feedback"), 0);

    // Both say what they like, once each; the last word counts.
    pair.seller.put(&path, good.clone()).await.expect(200);
    pair.buyer.form(&form, &[("thumb", "up")]).await.expect(303);
    let said = [
        ("thumb", "down"),
        ("faults.sound", "on"),
        ("faults.connection", "on"),
        ("words", "Echo <b>"),
    ];
    pair.buyer.form(&form, &said).await.expect(303);
    let again = json!({"faults": ["sound", "connection", "sound"], "text": "Echo <b>"});
    let kept = pair.buyer.put(&path, again).await.expect(200).json();
    assert_eq!(kept["faults"], json!(["sound", "connection"]));
    assert_eq!(pair.app.database.count("call_feedback"), 2);
    assert!(bill(&pair.buyer, call).await.contains("Echo &lt;b&gt;"));
    assert!(
        !bill(&pair.seller, call).await.contains("Echo"),
        "it is between the buyer and the staff"
    );

    let admin = admin_of_lumen(&pair.app).await;
    let calls = admin.get("/api/v1/admin/calls?state=ended").await.expect(200).json();
    let feedback = calls["items"][0]["feedback"].as_array().expect("feedback").clone();
    let of = |role: &str| feedback.iter().find(|one| one["role"] == role).expect("said").clone();
    assert_eq!(
        (&of("seller")["good"], &of("buyer")["faults"]),
        (&json!(true), &json!(["sound", "connection"]))
    );
    let figures = admin.get("/api/v1/admin/dashboard?period=day").await.expect(200).json();
    assert_eq!((&figures["thumbs_up"], &figures["thumbs_down"]), (&json!(1), &json!(1)));

    pair.app.clock.advance(86_400_001);
    let late = pair.buyer.renewed().await.put(&path, good).await.expect(409);
    assert_eq!(late.code(), "feedback_over");
    let page = bill(&pair.seller.renewed().await, call).await;
    assert!(!page.contains("How were picture and sound?"));
}

async fn bill(who: &TestUser, call: Uuid) -> String {
    who.get(&format!("/calls/{call}/bill")).await.expect(200).text
}

#[tokio::test]
async fn a_call_that_nobody_answered_has_no_picture_to_speak_of() {
    let pair = Pair::new(Price::default()).await;
    let (call, ..) = pair.ring().await;
    pair.seller
        .post(&format!("/api/v1/calls/{call}/reject"), json!({}))
        .await
        .expect(204);
    super::people::conversation(&pair.buyer).await;
    let refused = pair
        .buyer
        .put(&format!("/api/v1/calls/{call}/feedback"), json!({}))
        .await
        .expect(409);
    assert_eq!(refused.code(), "never_live");
}
