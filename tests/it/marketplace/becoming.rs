//! Becoming a seller: what categories and settings mean for orders, and what sellers can list.

use super::{ask, bookable, names, start_selling};
use crate::{
    calls::{Pair, Price},
    consoles::{admin_of_lumen, id},
    support::{LUMEN, TestApp},
};
use serde_json::{Value, json};

fn terms(app: &crate::support::TestApp, field: &str, wanted: i64) -> i64 {
    app.database.count(&format!(
        "bookings WHERE (booking->'terms'->>'{field}')::int = {wanted}"
    ))
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
    assert_eq!(pair.app.database.count(reminded), 1);
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
    let refused = pair.seller.put(&path, filed.clone()).await.expect(422).json();
    assert_eq!(
        refused["error"]["field"], "price_minor",
        "it has a price of its own there"
    );
    let mut priced = filed.clone();
    priced["fixed"] = json!({"price_minor": 4_900, "delivery_days": 7});
    let saved: Value = pair.seller.put(&path, priced).await.expect(200).json();
    assert_eq!(
        (&saved["video_enabled"], &saved["rate_minor"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(saved["fixed"]["price_minor"], 4_900);
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

fn typed<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("action", "service"),
        ("title", "Advice"),
        ("description", "About anything."),
        ("rate", "1.20"),
        ("minimum_minutes", "5"),
        ("increment", "minute"),
        ("grace_seconds", "0"),
        ("booking", "pay_after_accept"),
        ("length_min", "60"),
        ("horizon_days", "14"),
        ("video_enabled", "on"),
    ];
    let said = |name: &str| more.iter().any(|(other, _)| *other == name);
    let rest = usual.into_iter().filter(|(name, _)| !said(name));
    rest.chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn one_becomes_a_seller_step_by_step_and_pauses_and_publishes_again() {
    let app = TestApp::start().await;
    let (sol, bea) = (app.user(LUMEN, "Sol").await, app.user(LUMEN, "Bea").await);
    assert!(sol.get("/").await.expect(200).text.contains("href=\"/sell/start\""));
    assert_eq!(sol.get("/sell").await.expect(303).header("location"), "/sell/start");
    // Nothing is open before its time: the profile comes first.
    for step in ["", "?step=preview", "?step=service", "?step=done", "?step=made-up"] {
        let page = sol.get(&format!("/sell/start{step}")).await.expect(200).text;
        assert!(page.contains("Who are you?"), "{step}");
    }
    let early = sol.form("/sell/start", &typed(&[])).await.expect(409).text;
    assert!(early.contains("Fill in your profile first."));
    sol.form("/sell/start", &[("action", "publish")]).await.expect(409);
    let empty = sol
        .form("/sell/start", &[("action", "profile"), ("about", "Kept.")])
        .await
        .expect(422)
        .text;
    assert!(empty.contains("Say in one line of 1 to 120 characters what you do.") && empty.contains("Kept."));
    let profile = [
        ("action", "profile"),
        ("headline", "Knows things"),
        ("languages", "en, de"),
    ];
    let next = sol.form("/sell/start", &profile).await.expect(303);
    assert_eq!(next.header("location"), "/sell/start?step=photo");
    assert!(sol.get("/sell").await.expect(200).text.contains("href=\"/sell/start\""));

    // What can't be is said beside its field, with what was typed.
    for (wrong, words) in [
        (("horizon_days", "0"), "Choose 1 to 365 days."),
        (("length_min", "0"), "Choose 1 to 240 minutes."),
        (
            ("rate", "0"),
            "The price per minute is outside of what is allowed here.",
        ),
        (
            ("rate", "1000.01"),
            "The price per minute is outside of what is allowed here.",
        ),
        (("rate", "a lot"), "Write the price in digits, such as 1.80."),
        (("booking", "whenever"), "Choose how it can be booked."),
        (("grace_seconds", "-1"), "Write a whole number in digits."),
        (("title", ""), "Give it a title of 1 to 80 characters."),
    ] {
        let page = sol.form("/sell/start", &typed(&[wrong])).await.expect(422).text;
        assert!(page.contains(words) && page.contains("About anything."), "{wrong:?}");
    }
    assert_eq!(app.database.count("services"), 0);
    let next = sol.form("/sell/start", &typed(&[])).await.expect(303);
    assert_eq!(next.header("location"), "/sell/start?step=preview");
    let preview = sol.get("/sell/start").await.expect(200).text;
    for seen in [
        "Knows things",
        "€1.20",
        "Advice",
        "no photo of you",
        "until you say when you are there",
    ] {
        assert!(preview.contains(seen), "{seen}");
    }
    // Going back changes the same service; nobody else sees anything yet.
    sol.form("/sell/start", &typed(&[("rate", "1.30")])).await.expect(303);
    assert_eq!(
        app.database.count("services WHERE rate_minor = 130 AND NOT published"),
        1
    );
    assert!(names(&bea, "/api/v1/sellers").await.is_empty());
    let done = sol.form("/sell/start", &[("action", "publish")]).await.expect(303);
    assert_eq!(done.header("location"), "/sell/start?step=done");
    assert!(
        sol.get("/sell/start")
            .await
            .expect(200)
            .text
            .contains("You are on the site")
    );
    assert_eq!(names(&bea, "/api/v1/sellers").await, ["Sol"]);

    let own = sol.get("/api/v1/selling/services").await.expect(200).json();
    let id = own["items"][0]["id"].as_str().expect("an id");
    sol.form("/sell", &[("action", "pause"), ("id", id)]).await.expect(303);
    assert!(names(&bea, "/api/v1/sellers").await.is_empty());
    sol.form("/sell", &[("action", "publish"), ("id", id)])
        .await
        .expect(303);
    assert_eq!(names(&bea, "/api/v1/sellers").await, ["Sol"]);
    let path = format!("/api/v1/selling/services/{id}");
    let paused = sol.post(&format!("{path}/pause"), json!({})).await.expect(200).json();
    assert_eq!(
        (&paused["published"], &paused["rate_minor"]),
        (&json!(false), &json!(130))
    );
    start_selling(&bea, "Knows others", 90).await;
    for verb in ["publish", "pause"] {
        bea.post(&format!("{path}/{verb}"), json!({})).await.expect(404);
    }
    sol.form("/sell", &[("action", "publish"), ("id", "made up")])
        .await
        .expect(404);
}
