//! What is ordered and delivered instead of talked, and extras for more money.

mod around;

use crate::{
    calls::{Pair, Price},
    support::{TestApp, TestUser, bought},
};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3_600_000;

fn letter() -> Value {
    json!({"title": "A letter", "description": "Written for you.", "video_enabled": false,
        "fixed": {"price_minor": 4_900, "delivery_days": 3},
        "addons": [{"title": "By hand", "price_minor": 1_000}, {"title": "In a day", "price_minor": 500}]})
}

async fn listed(seller: &TestUser) -> String {
    let listed = seller
        .post("/api/v1/selling/services", letter())
        .await
        .expect(201)
        .json();
    listed["id"].as_str().expect("an id").to_owned()
}

/// A buyer with 100 euro and a seller of letters.
async fn pair() -> (Pair, String) {
    let pair = Pair::new(Price {
        credit_minor: 10_000,
        ..Price::default()
    })
    .await;
    let service = listed(&pair.seller).await;
    (pair, service)
}

/// An order that is paid.
async fn paid(pair: &Pair, service: &str, addons: Value) -> String {
    let wanted = json!({"service_id": service, "addons": addons, "brief": "To my landlord."});
    bought(&pair.buyer, &pair.seller, wanted).await
}

fn path(order: &str, verb: &str) -> String {
    format!("/api/v1/bookings/{order}/{verb}")
}

async fn act(person: &TestUser, order: &str, verb: &str) -> Value {
    let body = if verb == "deliver" {
        json!({"text": "Dear landlord …"})
    } else {
        json!({})
    };
    person.post(&path(order, verb), body).await.expect(200).json()
}

async fn seen(person: &TestUser, order: &str) -> Value {
    let person = person.renewed().await;
    person
        .get(&format!("/api/v1/bookings/{order}"))
        .await
        .expect(200)
        .json()
}

async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

fn earned(app: &TestApp, minor: i64) -> bool {
    // Held, or what can be paid out by now.
    let in_all = format!(
        "(SELECT sum(balance_minor) AS minor FROM ledger_accounts WHERE kind IN ('earnings', 'payable')) earned
         WHERE minor = {minor}"
    );
    app.database.count(&in_all) == 1
}

#[tokio::test]
async fn it_is_ordered_with_extras_paid_taken_on_delivered_and_accepted() {
    let (pair, service) = pair().await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let me = seller.get("/api/v1/me").await.expect(200).json();
    let profile = buyer
        .get(&format!("/sellers/{}", me["id"].as_str().expect("an id")))
        .await
        .expect(200)
        .text;
    assert!(profile.contains(&format!("/order/{service}")) && profile.contains("€49.00"));
    let page = buyer.get(&format!("/order/{service}")).await.expect(200).text;
    for said in [
        "A letter",
        "€49.00",
        "within 3 days",
        "By hand",
        "€10.00",
        "later 50 % are due",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // What it comes to is said before it is ordered, also without a script.
    let counted = [("brief", "To my landlord."), ("addon", "By hand"), ("action", "total")];
    let page = buyer
        .form(&format!("/order/{service}"), &counted)
        .await
        .expect(200)
        .text;
    for said in [
        "Without extras",
        "€49.00",
        "€59.00",
        "value=\"By hand\" checked",
        "To my landlord.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(pair.app.database.count("bookings"), 0);
    let form = [
        ("brief", "To my landlord."),
        ("addon", "By hand"),
        ("addon", "In a day"),
    ];
    let led = buyer.form(&format!("/order/{service}"), &form).await.expect(303);
    let at = led.header("location").to_owned();
    let id = at.rsplit('/').next().expect("an id").to_owned();
    let page = buyer.get(&at).await.expect(200).text;
    for said in ["€64.00", "In a day", "To my landlord.", "Pay €64.00"] {
        assert!(page.contains(said), "the total is said before it is paid: {said}");
    }
    // Nothing happens before it is paid, and the seller hears nothing of it.
    assert_eq!(
        seller.post(&path(&id, "take-on"), json!({})).await.expect(409).code(),
        "not_paid"
    );
    buyer.form(&at, &[("action", "pay")]).await.expect(303);
    assert_eq!(pair.spendable().await, 3_600);
    assert_eq!(seen(seller, &id).await["state"], "ordered");
    pair.audit().await;

    buyer.post(&path(&id, "take-on"), json!({})).await.expect(409);
    assert_eq!(
        buyer.post(&path(&id, "confirm"), json!({})).await.expect(409).code(),
        "not_its_turn"
    );
    let early = json!({"text": "Here."});
    assert_eq!(
        seller.post(&path(&id, "deliver"), early).await.expect(409).code(),
        "not_its_turn"
    );
    let start = json!({"start": "2027-01-18T09:00:00Z"});
    assert_eq!(
        seller.post(&path(&id, "propose"), start).await.expect(409).code(),
        "not_booked"
    );
    seller.post(&path(&id, "launch"), json!({})).await.expect(409);
    assert!(seller.get(&at).await.expect(200).text.contains("value=\"take_on\""));
    seller.form(&at, &[("action", "take_on")]).await.expect(303);
    assert_eq!(
        seller.post(&path(&id, "take-on"), json!({})).await.expect(409).code(),
        "not_its_turn"
    );
    let empty = seller
        .form(&at, &[("action", "deliver"), ("delivered", " ")])
        .await
        .expect(422)
        .text;
    assert!(empty.contains("Write 1 to 10,000 characters."));
    seller
        .post(&path(&id, "deliver"), json!({"text": "x".repeat(10_001)}))
        .await
        .expect(422);
    seller
        .form(&at, &[("action", "deliver"), ("delivered", "Dear landlord")])
        .await
        .expect(303);
    let page = buyer.get(&at).await.expect(200).text;
    assert!(page.contains("Dear landlord") && page.contains("value=\"confirm\""));
    assert_eq!(
        buyer.post(&path(&id, "cancel"), json!({})).await.expect(409).code(),
        "delivered"
    );
    seller.post(&path(&id, "confirm"), json!({})).await.expect(409);
    buyer.form(&at, &[("action", "confirm")]).await.expect(303);
    let over = seen(buyer, &id).await;
    assert_eq!(
        (&over["outcome"], &over["refund_minor"]),
        (&json!("accepted"), &json!(0))
    );
    assert_eq!(
        (&over["price_minor"], &over["delivered"]),
        (&json!(6_400), &json!("Dear landlord"))
    );
    assert_eq!(over["addons"].as_array().map(Vec::len), Some(2));
    assert!(earned(&pair.app, 5_120), "80 % of it");
    assert_eq!(
        buyer.post(&path(&id, "confirm"), json!({})).await.expect(409).code(),
        "over"
    );
    // Each was told of each step once.
    work(&pair.app).await;
    let told = |user: &TestUser, words: &str| {
        let mails = pair.app.mails_to(&user.email);
        mails.iter().filter(|mail| mail.subject.contains(words)).count()
    };
    assert_eq!(
        (
            told(seller, "has ordered"),
            told(buyer, "works on"),
            told(buyer, "has delivered")
        ),
        (1, 1, 1)
    );
    assert_eq!(told(seller, "has accepted"), 1);
    assert!(buyer.get("/conferences").await.expect(200).text.contains("A letter"));
    pair.audit().await;
}

#[tokio::test]
async fn what_nobody_takes_on_or_delivers_is_paid_back_and_what_nobody_looks_at_is_accepted() {
    let (pair, service) = pair().await;
    let ignored = paid(&pair, &service, json!([])).await;
    let late = paid(&pair, &service, json!([])).await;
    act(&pair.seller, &late, "take-on").await;
    pair.app.clock.advance(2 * DAY);
    work(&pair.app).await;
    assert_eq!(seen(&pair.buyer, &ignored).await["outcome"], "expired");
    assert_eq!(
        (seen(&pair.buyer, &late).await["state"].clone(), pair.spendable().await),
        (json!("working"), 5_100)
    );
    pair.app.clock.advance(8 * DAY);
    work(&pair.app).await;
    let over = seen(&pair.buyer, &late).await;
    assert_eq!(
        (&over["outcome"], &over["refund_minor"]),
        (&json!("expired"), &json!(4_900))
    );
    assert_eq!(pair.spendable().await, 10_000);
    let (buyer, seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
    let id = bought(&buyer, &seller, json!({"service_id": service})).await;
    act(&seller, &id, "take-on").await;
    act(&seller, &id, "deliver").await;
    pair.app.clock.advance(7 * DAY - 1);
    work(&pair.app).await;
    assert_eq!(seen(&buyer, &id).await["state"], "delivered");
    pair.app.clock.advance(1);
    work(&pair.app).await;
    work(&pair.app).await;
    assert_eq!(seen(&buyer, &id).await["outcome"], "accepted");
    assert!(earned(&pair.app, 3_920));
    pair.audit().await;
}

#[tokio::test]
async fn calling_it_off_costs_what_was_said() {
    for (taken_on, days, by_seller, refund) in [
        (false, 0, false, 4_900),
        (true, 0, false, 2_450),
        (true, 0, true, 4_900),
        // It should have come by then.
        (true, 3, false, 4_900),
    ] {
        let (pair, service) = pair().await;
        let id = paid(&pair, &service, json!([])).await;
        if taken_on {
            act(&pair.seller, &id, "take-on").await;
        }
        pair.app.clock.advance(days * DAY);
        let who = if by_seller { &pair.seller } else { &pair.buyer }.renewed().await;
        let page = who.get(&format!("/conferences/{id}")).await.expect(200).text;
        assert_eq!(page.contains("of the price are due"), refund == 2_450);
        let ended = act(&who, &id, "cancel").await;
        assert_eq!(ended["refund_minor"], refund, "{taken_on} {days} {by_seller}");
        assert_eq!(pair.spendable().await, 5_100 + refund);
        pair.audit().await;
    }
}
