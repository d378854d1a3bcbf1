//! Becoming a seller: what categories and settings mean for orders, and what sellers can list.

use super::{ask, bookable, count};
use crate::{
    calls::{Pair, Price},
    consoles::{admin_of_lumen, id},
};
use serde_json::{Value, json};

fn terms(app: &crate::support::TestApp, field: &str, wanted: i64) -> i64 {
    count(
        app,
        &format!("bookings WHERE (booking->'terms'->>'{field}')::int = {wanted}"),
    )
}

#[tokio::test]
async fn what_a_category_and_the_settings_say_of_agreed_times_is_frozen_on_the_order() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin_of_lumen(&pair.app).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let settings = json!({"policy": {"missed_min": 12, "cancel_free_h": 2, "late_cancel_bp": 2_500, "no_show_bp": 0}});
    let now = admin.patch("/api/v1/admin/settings", settings).await.expect(200).json();
    assert_eq!(now["policy"]["late_cancel_bp"], 2_500);
    let law = json!({"names": {"en": "Law"}, "reminder_min": 30, "missed_min": 5});
    let category = id(&admin.post("/api/v1/admin/categories", law).await.expect(201));
    let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
    let booking = json!({"agreement": "pay_after_accept", "length_min": 60, "horizon_days": 14});
    let filed = json!({"title": "Advice", "rate_minor": 100, "category_id": category, "booking": booking});
    pair.seller.put(&path, filed).await.expect(200);
    // The site has the settings as they were for a moment.
    pair.app.clock.advance(2_000);
    let page = pair
        .buyer
        .get(&format!("/book/{}", service.as_str().expect("an id")))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("until 2 h before it begins; later 25 % are due, and 0 % if you stay away"),
        "what cancelling costs is said beforehand"
    );
    let order = ask(&pair.buyer, &service, "2027-01-18T09:00:00Z").await;
    for (field, wanted) in [
        ("no_show_min", 5),
        ("cancel_free_h", 2),
        ("late_cancel_bp", 2_500),
        ("no_show_bp", 0),
    ] {
        assert_eq!(terms(&pair.app, field, wanted), 1, "{field}");
    }
    let reminded = "bookings WHERE (call_terms->'policy'->>'reminder_min')::int = 30";
    assert_eq!(count(&pair.app, reminded), 1);
    // What is changed later is for orders to come.
    let later = json!({"policy": {"late_cancel_bp": 10_000}});
    admin.patch("/api/v1/admin/settings", later).await.expect(200);
    assert_eq!(terms(&pair.app, "late_cancel_bp", 2_500), 1, "{order}");
}

#[tokio::test]
async fn what_is_saved_in_a_category_without_video_is_done_without() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin_of_lumen(&pair.app).await;
    let craft = json!({"names": {"en": "Handmade"}, "video": false});
    let category = id(&admin.post("/api/v1/admin/categories", craft).await.expect(201));
    let listed = admin
        .get("/api/v1/admin/categories?per_page=100")
        .await
        .expect(200)
        .json();
    let ours = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|one| one["id"] == category.as_str());
    assert_eq!(ours.expect("ours")["video"], false);
    let path = format!("/api/v1/selling/services/{}", pair.service);
    let filed = json!({"title": "Bowls", "rate_minor": 100, "category_id": category, "video_enabled": true});
    let saved: Value = pair.seller.put(&path, filed.clone()).await.expect(200).json();
    assert_eq!(saved["video_enabled"], false);
    let by_video = json!({"names": {"en": "Handmade"}, "video": true});
    admin
        .put(&format!("/api/v1/admin/categories/{category}"), by_video)
        .await
        .expect(204);
    assert_eq!(
        pair.seller.put(&path, filed).await.expect(200).json()["video_enabled"],
        true
    );
}
