//! Around a delivery: what can be listed and ordered, who is found, and who is kept from it.

use super::{DAY, act, earned, letter, listed, paid, pair, seen, work};
use crate::{
    consoles::{admin_of_lumen, own_id},
    support::LUMEN,
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

#[tokio::test]
async fn what_cant_be_listed_or_ordered_is_refused_in_words() {
    let (pair, service) = pair().await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let extra = |title: &str, minor: i64| json!({"title": title, "price_minor": minor});
    for (field, name, value) in [
        (
            "delivery_days",
            "fixed",
            json!({"price_minor": 100, "delivery_days": 0}),
        ),
        (
            "delivery_days",
            "fixed",
            json!({"price_minor": 100, "delivery_days": 91}),
        ),
        ("price_minor", "fixed", json!({"price_minor": 0, "delivery_days": 1})),
        ("price_minor", "fixed", json!({"price_minor": -5, "delivery_days": 1})),
        (
            "price_minor",
            "fixed",
            json!({"price_minor": i64::MAX, "delivery_days": 1}),
        ),
        ("price_minor", "fixed", Value::Null),
        ("addons", "addons", json!([extra("", 100)])),
        ("addons", "addons", json!([extra("Notes", 0)])),
        ("addons", "addons", json!([extra("Notes", 100), extra(" Notes ", 200)])),
        (
            "addons",
            "addons",
            json!((0..11).map(|n| extra(&format!("No. {n}"), 100)).collect::<Vec<_>>()),
        ),
    ] {
        let mut body = letter();
        body[name] = value;
        let refused = seller
            .post("/api/v1/selling/services", body.clone())
            .await
            .expect(422)
            .json();
        assert_eq!(refused["error"]["field"], field, "{body}");
    }
    let form = |name, typed| {
        let form = [
            ("action", "service"),
            ("title", "Cards"),
            ("price", "5.00"),
            ("delivery_days", "2"),
            ("published", "on"),
        ];
        let rest = form.into_iter().filter(move |(field, _)| *field != name);
        rest.chain([(name, typed)]).collect::<Vec<_>>()
    };
    for (name, typed, words) in [
        ("price", "much", "Write the price in digits, such as 1.80."),
        ("delivery_days", "0", "Choose 1 to 90 days."),
        ("addons", "Notes", "Write one extra a line"),
        ("addons", "Notes: 0", "outside of what is allowed here"),
    ] {
        let page = seller.form("/sell", &form(name, typed)).await.expect(422).text;
        assert!(page.contains(words), "{name}");
    }
    seller
        .form("/sell", &form("addons", "Notes: 5.00\n\nQuick: 2,50"))
        .await
        .expect(303);
    let stored = "services WHERE addons = '[{\"title\": \"Notes\", \"price_minor\": 500}, {\"title\": \"Quick\", \"price_minor\": 250}]'";
    assert_eq!(pair.app.database.count(stored), 1);

    let wish = |addons: Value, brief: &str| json!({"service_id": service, "addons": addons, "brief": brief});
    let gone = buyer
        .post("/api/v1/bookings", wish(json!(["Gold"]), ""))
        .await
        .expect(409);
    assert_eq!(gone.code(), "addon_gone");
    let twice = wish(json!(["By hand", "By hand"]), "");
    assert_eq!(
        buyer.post("/api/v1/bookings", twice).await.expect(409).code(),
        "addon_gone"
    );
    let long = buyer
        .post("/api/v1/bookings", wish(json!([]), &"x".repeat(2_001)))
        .await
        .expect(422);
    assert_eq!(long.json()["error"]["field"], "brief");
    seller.post("/api/v1/bookings", wish(json!([]), "")).await.expect(422);
    let page = buyer
        .form(&format!("/order/{service}"), &[("addon", "Gold"), ("brief", "Kept.")])
        .await
        .expect(409)
        .text;
    assert!(page.contains("offered any more") && page.contains("Kept."));
    assert_eq!(pair.app.database.count("bookings"), 0);
    // It can't be rung for, or booked like a talk.
    buyer
        .get(&format!("/api/v1/services/{service}/times"))
        .await
        .expect(404);
    buyer.get(&format!("/book/{service}")).await.expect(404);
    buyer.get(&format!("/order/{}", pair.service)).await.expect(404);
    buyer
        .post("/api/v1/calls", json!({"service_id": service}))
        .await
        .expect(404);
    // Off the site it is off.
    seller
        .post(&format!("/api/v1/selling/services/{service}/pause"), json!({}))
        .await
        .expect(200);
    buyer.post("/api/v1/bookings", wish(json!([]), "")).await.expect(404);
    pair.app
        .anonymous(LUMEN)
        .get(&format!("/order/{service}"))
        .await
        .expect(404);
}

#[tokio::test]
async fn whoever_only_delivers_is_found_with_what_it_costs_and_is_never_here_or_free() {
    let (pair, _) = pair().await;
    let app = &pair.app;
    let writer = app.user(LUMEN, "Wanda").await;
    let profile = json!({"headline": "Letters of all kinds", "languages": ["fr"]});
    writer.put("/api/v1/selling/profile", profile).await.expect(200);
    let service = listed(&writer).await;
    let tenant = app.scope(LUMEN).await.tenant();
    let file = format!(
        r#"INSERT INTO categories (tenant_id, id, slug, names, created_at)
               VALUES ('{tenant}', md5('texts')::uuid, 'texts', '{{"en": "Texts"}}', now());
           UPDATE services SET category_id = md5('texts')::uuid WHERE id = '{service}';
           UPDATE sellers SET available_until = '2027-01-16' WHERE headline LIKE 'Letters%'"#
    );
    app.database.superuser().batch_execute(&file).expect("filed");
    let anyone = app.anonymous(LUMEN);
    let found = async |asked: &str| -> Vec<String> {
        let answer = anyone.get(&format!("/api/v1/sellers?{asked}")).await.expect(200).json();
        let items = answer["items"].as_array().expect("items").iter();
        items
            .map(|one| one["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    for (asked, there) in [
        ("q=letter%20landlord", false),
        ("q=letters", true),
        ("category=texts", true),
        ("language=fr", true),
        ("language=fr&sort=price", true),
        // A delivery has no price of a minute, and nobody rings or books a time for it.
        ("language=fr&min_minor=0", false),
        ("language=fr&max_minor=1000000", false),
        ("language=fr&available=true", false),
        ("language=fr&free=week", false),
    ] {
        assert_eq!(found(asked).await.contains(&"Wanda".to_owned()), there, "{asked}");
    }
    assert_eq!(found("sort=price").await.last().map(String::as_str), Some("Wanda"));
    let answer = anyone.get("/api/v1/sellers?category=texts").await.expect(200).json();
    let card = &answer["items"][0];
    assert_eq!(
        (&card["service"]["price_minor"], &card["service"]["rate_minor"]),
        (&json!(4_900), &Value::Null)
    );
    assert_eq!(
        (&card["available_now"], &card["next_free"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(answer["facets"]["categories"][0]["slug"], "texts");
    let id = card["id"].as_str().expect("an id");
    let profile = anyone.get(&format!("/api/v1/sellers/{id}")).await.expect(200).json();
    assert_eq!(profile["deliveries"][0]["price_minor"], 4_900);
    let page = anyone.get("/search?category=texts").await.expect(200).text;
    for said in [">Wanda<", "from €49.00", "Takes orders"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("€0.00"), "{page}");
    let home = anyone.get("/").await.expect(200).text;
    assert!(home.contains(">Texts <") && home.contains(">Wanda<"), "{home}");
    // Whoever talks, too, is named with the price of a minute, unless it is the category of what they deliver.
    let both = app.database.superuser().batch_execute(&format!(
        "UPDATE services SET category_id = md5('texts')::uuid WHERE title = 'A letter' AND id <> '{service}'"
    ));
    both.expect("filed");
    let of_both = async |asked: &str| {
        let answer = anyone.get(&format!("/api/v1/sellers?{asked}")).await.expect(200).json();
        let items = answer["items"].as_array().expect("items").clone();
        let both = items
            .into_iter()
            .find(|one| one["name"] != "Wanda")
            .expect("who does both");
        (
            both["service"]["rate_minor"].clone(),
            both["service"]["price_minor"].clone(),
        )
    };
    assert_eq!(of_both("category=texts").await, (Value::Null, json!(4_900)));
    assert_eq!(of_both("").await.1, Value::Null);
}

#[tokio::test]
async fn time_pays_out_nobody_whose_account_is_closed_until_it_is_open_again() {
    let (pair, service) = pair().await;
    let app = &pair.app;
    let (waits, looked_at) = (
        paid(&pair, &service, json!([])).await,
        paid(&pair, &service, json!([])).await,
    );
    for order in [&waits, &looked_at] {
        act(&pair.seller, order, "take-on").await;
        act(&pair.seller, order, "deliver").await;
    }
    let suspend = format!("/api/v1/admin/users/{}/suspend", own_id(&pair.seller).await);
    let reason = json!({"reason": "Complaints"});
    admin_of_lumen(app).await.post(&suspend, reason).await.expect(204);
    let nothing_earned = "ledger_accounts WHERE kind IN ('earnings', 'payable') AND balance_minor > 0";
    for _ in 0..2 {
        app.clock.advance(7 * DAY);
        work(app).await;
        assert_eq!(seen(&pair.buyer, &waits).await["state"], "delivered");
        assert_eq!(app.database.count(nothing_earned), 0);
    }
    let buyer = pair.buyer.renewed().await;
    let page = buyer.get(&format!("/conferences/{waits}")).await.expect(200).text;
    assert!(page.contains("It doesn’t count as accepted yet"), "{page}");
    // Whoever bought it can accept it all the same.
    assert_eq!(act(&buyer, &looked_at, "confirm").await["outcome"], "accepted");
    assert!(earned(app, 3_920));
    let restored = "UPDATE users SET suspended_at = NULL, suspended_reason = NULL";
    app.database.superuser().batch_execute(restored).expect("restored");
    app.clock.advance(7 * DAY);
    work(app).await;
    assert_eq!(seen(&pair.buyer, &waits).await["outcome"], "accepted");
    assert!(earned(app, 7_840));
    pair.audit().await;
}

#[tokio::test]
async fn nothing_is_ordered_between_two_who_are_kept_from_each_other() {
    let (pair, service) = pair().await;
    // They know each other from an order.
    paid(&pair, &service, json!([])).await;
    let block = format!("/api/v1/people/{}/block", own_id(&pair.buyer).await);
    pair.seller.put(&block, json!({})).await.expect(204);
    let page = pair.buyer.get(&format!("/order/{service}")).await.expect(200).text;
    assert!(
        page.contains("isn’t taking orders right now") && !page.contains("name=\"brief\""),
        "{page}"
    );
    assert!(!page.contains("blocked"), "nobody is told: {page}");
    let wanted = json!({"service_id": service});
    let refused = pair.buyer.post("/api/v1/bookings", wanted).await.expect(409);
    assert_eq!(refused.code(), "not_available");
    assert_eq!(pair.app.database.count("bookings"), 1);
    let other = pair.app.bearer(LUMEN, "Otto Other").await;
    let page = other.get(&format!("/order/{service}")).await.expect(200).text;
    assert!(page.contains("name=\"brief\""), "{page}");
}

#[tokio::test]
async fn staff_see_what_a_delivery_costs() {
    let (pair, _) = pair().await;
    let admin = admin_of_lumen(&pair.app).await;
    let listed = admin.get("/api/v1/admin/services").await.expect(200).json();
    let items = listed["items"].as_array().expect("items");
    let prices: Vec<(&Value, &Value)> = items
        .iter()
        .map(|service| (&service["rate_minor"], &service["price_minor"]))
        .collect();
    assert_eq!(prices, [(&json!(0), &json!(4_900)), (&json!(120), &Value::Null)]);
}
