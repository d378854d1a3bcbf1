//! Keeping people from people: blocks, and reports to the staff.

use super::{ask, bookable, names};
use crate::{
    calls::{Pair, Price, booked},
    consoles::{actions, admin_of_lumen, own_id},
    support::{Caller, LUMEN, TestUser, VELVET},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Their conversation, once the end of the call that began it is stored.
pub async fn conversation(user: &TestUser) -> String {
    for _ in 0..500 {
        let list = user.get("/api/v1/conversations").await.expect(200).json();
        if let Some(id) = list["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no conversation");
}

/// A call that came to nothing, so that the two know each other.
pub async fn met(pair: &Pair) -> String {
    let (call, ..) = pair.ring().await;
    let cancel = format!("/api/v1/calls/{call}/cancel");
    pair.buyer.post(&cancel, json!({})).await.expect(204);
    conversation(&pair.buyer).await
}

#[tokio::test]
async fn neither_of_two_who_are_blocked_rings_writes_books_or_sees_the_other() {
    let pair = Pair::new(Price::default()).await;
    let talk = format!("/api/v1/conversations/{}/messages", met(&pair).await);
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let asked = ask(&pair.buyer, &service, "2027-01-18T09:00:00Z").await;
    let (buyer, seller) = (own_id(&pair.buyer).await, own_id(&pair.seller).await);
    let _here = Caller::open(&pair.app, &pair.seller).await;
    let profile = format!("/api/v1/sellers/{seller}");
    let online = async |who: &TestUser| {
        let page = who.get(&profile).await.expect(200).json();
        (page["available_now"] == true, page["online"] == true)
    };
    assert_eq!(online(&pair.buyer).await, (true, true));

    // The seller blocks: the buyer isn't told, and finds somebody who is never there.
    let block = format!("/api/v1/people/{buyer}/block");
    pair.seller.put(&block, json!({})).await.expect(204);
    pair.seller.put(&block, json!({})).await.expect(204);
    assert_eq!(pair.app.database.count("blocks"), 1);
    let ring = json!({ "service_id": pair.service });
    let refused = pair.buyer.post("/api/v1/calls", ring.clone()).await.expect(409);
    assert_eq!(refused.code(), "not_available");
    assert!(refused.text.contains("isn't available right now") && !refused.text.contains("block"));
    let refused = pair.buyer.post(&talk, json!({"text": "Why?"})).await.expect(409);
    assert!(!refused.text.contains("block"), "{}", refused.text);
    let order = json!({"service_id": service, "start": "2027-01-18T10:00:00Z"});
    let refused = pair.buyer.post("/api/v1/bookings", order.clone()).await.expect(409);
    assert_eq!(refused.code(), "not_available");
    let wait = format!("{profile}/watch");
    pair.buyer.put(&wait, json!({})).await.expect(409);
    assert_eq!(online(&pair.buyer).await, (false, false));
    let browser = pair.app.user(LUMEN, "Bo Browser").await;
    assert_eq!(online(&browser).await, (true, true), "to everybody else");
    for list in ["/api/v1/sellers", "/api/v1/sellers?available=true"] {
        assert_eq!(names(&pair.buyer, list).await.len(), 0, "{list}");
        assert_eq!(names(&browser, list).await, ["Sol Seller"], "{list}");
    }
    for page in ["/", "/search?q=sol", "/live"] {
        let shown = async |who: &TestUser| {
            who.get(page)
                .await
                .expect(200)
                .text
                .contains(&format!("/sellers/{seller}\""))
        };
        assert!(!shown(&pair.buyer).await && shown(&browser).await, "{page}");
    }

    // And the seller hears plainly why not.
    let refused = pair.seller.post(&talk, json!({"text": "Because"})).await.expect(409);
    assert_eq!(refused.code(), "blocked");
    let accept = format!("/api/v1/bookings/{}/accept", asked["id"].as_str().expect("an id"));
    let refused = pair.seller.post(&accept, json!({"round": 1})).await.expect(409);
    assert_eq!(refused.code(), "blocked");
    let list = pair.seller.get("/api/v1/me/blocks").await.expect(200).json();
    assert_eq!(list["items"][0]["name"], "Bea Buyer");
    assert!(
        pair.seller
            .get("/account/blocks")
            .await
            .expect(200)
            .text
            .contains("Bea Buyer")
    );
    assert_eq!(pair.buyer.get("/api/v1/me/blocks").await.json()["items"], json!([]));

    // The buyer can't lift it, whoever set it can.
    pair.buyer
        .delete(&format!("/api/v1/people/{seller}/block"))
        .await
        .expect(204);
    pair.buyer.post("/api/v1/calls", ring.clone()).await.expect(409);
    pair.seller.delete(&block).await.expect(204);
    pair.buyer.post(&talk, json!({"text": "Thanks"})).await.expect(201);
    assert_eq!(online(&pair.buyer).await, (true, true));
    pair.buyer.post("/api/v1/bookings", order).await.expect(201);

    // The other way round it is the same, and by the page.
    let page = format!("/people/{seller}");
    assert!(
        pair.buyer
            .get(&page)
            .await
            .expect(200)
            .text
            .contains("Block Sol Seller")
    );
    pair.buyer
        .form(&format!("{page}/block"), &[("wanted", "on")])
        .await
        .expect(303);
    assert!(
        pair.buyer
            .get(&page)
            .await
            .expect(200)
            .text
            .contains("You have blocked Sol Seller")
    );
    let refused = pair.buyer.post("/api/v1/calls", ring).await.expect(409);
    assert_eq!(refused.code(), "blocked");
    pair.seller.post(&talk, json!({"text": "Hm"})).await.expect(409);
    assert_eq!(
        pair.app
            .database
            .count("messages WHERE body IN ('Why?', 'Because', 'Hm')"),
        0
    );
}

#[tokio::test]
async fn only_whom_one_can_know_is_blocked_or_reported() {
    let pair = Pair::new(Price::default()).await;
    let (buyer, seller) = (own_id(&pair.buyer).await, own_id(&pair.seller).await);
    let eve = pair.app.bearer(LUMEN, "Eve").await;
    let zoe = pair.app.bearer(VELVET, "Zoe").await;
    let none = "00000000-0000-4000-8000-000000000000";
    for (who, whom) in [
        (&eve, buyer.as_str()),
        (&eve, none),
        (&zoe, &seller),
        (&pair.seller, &buyer),
    ] {
        who.put(&format!("/api/v1/people/{whom}/block"), json!({}))
            .await
            .expect(404);
        who.get(&format!("/people/{whom}")).await.expect(404);
        let report = json!({"fault": "fraud"});
        who.post(&format!("/api/v1/people/{whom}/reports"), report)
            .await
            .expect(404);
    }
    eve.put(&format!("/api/v1/people/{seller}/block"), json!({}))
        .await
        .expect(204);
    let own = own_id(&eve).await;
    eve.put(&format!("/api/v1/people/{own}/block"), json!({}))
        .await
        .expect(422);
    met(&pair).await;
    pair.seller.get(&format!("/people/{buyer}")).await.expect(200);
    assert_eq!(pair.app.database.count("blocks"), 1);
    assert_eq!(pair.app.database.count("person_reports"), 0);
}

#[tokio::test]
async fn the_staff_look_at_what_people_report_of_each_other() {
    let pair = Pair::new(Price::default()).await;
    let thread = met(&pair).await;
    let (buyer, seller) = (own_id(&pair.buyer).await, own_id(&pair.seller).await);
    let path = format!("/api/v1/people/{buyer}/reports");
    for (bad, status) in [
        (json!({"fault": "other"}), 422),
        (json!({"fault": "fraud", "text": "x".repeat(2_001)}), 422),
        (json!({"fault": "fraud", "text": "a\u{0}"}), 422),
        (json!({"fault": "rude"}), 400),
        (json!({}), 400),
    ] {
        pair.seller.post(&path, bad).await.expect(status);
    }
    let form = format!("/people/{buyer}/report");
    let page = pair
        .seller
        .form(&form, &[("fault", "rude"), ("words", "Hm <b>")])
        .await
        .expect(422)
        .text;
    assert!(page.contains("Choose what is wrong.") && page.contains("Hm &lt;b&gt;"));
    assert_eq!(pair.app.database.count("person_reports"), 0);

    let words = "Wanted to pay by transfer";
    pair.seller
        .form(&form, &[("fault", "off_site"), ("words", words)])
        .await
        .expect(303);
    let again = pair.seller.post(&path, json!({"fault": "fraud"})).await.expect(409);
    assert_eq!(again.code(), "already_reported");
    let other = format!("/api/v1/people/{seller}/reports");
    pair.buyer
        .post(&other, json!({"fault": "harassment"}))
        .await
        .expect(201);

    let admin = admin_of_lumen(&pair.app).await;
    let list = async || admin.get("/api/v1/admin/reports").await.expect(200).json();
    let of = |list: &Value, name: &str| {
        let items = list["items"].as_array().expect("items").clone();
        items
            .into_iter()
            .find(|one| one["about"]["name"] == name)
            .expect("a report")
    };
    let found = of(&list().await, "Bea Buyer");
    assert_eq!((&found["text"], &found["fault"]), (&json!(words), &json!("off_site")));
    assert_eq!(
        (&found["from"]["name"], &found["open"]),
        (&json!("Sol Seller"), &json!(true))
    );
    assert_eq!(
        (found["conversation"].as_str(), &found["calls"][0]["outcome"]),
        (Some(&*thread), &json!("cancelled"))
    );
    let act = |what: &str| format!("/api/v1/admin/reports/{}/{what}", found["id"].as_str().expect("an id"));
    admin
        .post(&act("note"), json!({"note": "x".repeat(2_001)}))
        .await
        .expect(422);
    admin
        .post(&act("note"), json!({"note": "Asked both"}))
        .await
        .expect(204);
    admin.post(&act("close"), json!({"reason": " "})).await.expect(422);
    let suspend = format!("/api/v1/admin/users/{buyer}/suspend");
    admin
        .post(&suspend, json!({"reason": "Paid outside"}))
        .await
        .expect(204);
    admin
        .post(&act("close"), json!({"reason": "Account closed"}))
        .await
        .expect(204);
    let again = admin.post(&act("close"), json!({"reason": "Twice"})).await.expect(409);
    assert_eq!(again.code(), "closed");
    let after = list().await;
    assert_eq!(
        after["items"][0]["about"]["name"], "Sol Seller",
        "what is open comes first"
    );
    let found = of(&after, "Bea Buyer");
    assert_eq!(
        (&found["closed"]["reason"], &found["note"]),
        (&json!("Account closed"), &json!("Asked both"))
    );
    assert_eq!(found["about"]["suspended"], true);
    let told = pair.seller.get("/notifications").await.expect(200).text;
    assert!(told.contains("We looked at what you reported about Bea Buyer") && !told.contains("Account closed"));
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..3], ["report.closed", "user.suspended", "report.noted"]);

    // A day later they can be reported again.
    pair.app.clock.advance(86_400_001);
    pair.seller
        .renewed()
        .await
        .post(&path, json!({"fault": "fraud"}))
        .await
        .expect(201);
}

/// What is booked stays: the two need to find each other then, and not before. It is for Monday, 09:00 UTC.
#[tokio::test]
async fn whoever_is_blocked_sees_who_is_here_only_when_what_is_booked_begins() {
    let pair = Pair::new(Price::default()).await;
    let order = booked(&pair, 2).await;
    let page = format!("/conferences/{order}");
    // Until a quarter of an hour before it.
    pair.app.clock.advance(69 * 3_600_000 - 16 * 60_000);
    let (buyer, seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
    let _here = Caller::open(&pair.app, &buyer).await;
    let is_here = async || seller.get(&page).await.expect(200).text.contains("launch-call");
    assert!(is_here().await);
    let sellers = format!("/people/{}", own_id(&seller).await);
    let page_of_the_seller = buyer.get(&sellers).await.expect(200).text;
    assert!(page_of_the_seller.contains("Shortly before it begins each of you sees"));
    let block = format!("/api/v1/people/{}/block", own_id(&seller).await);
    buyer.put(&block, json!({})).await.expect(204);
    assert!(!is_here().await);
    pair.app.clock.advance(60_000);
    let _here = Caller::open(&pair.app, &buyer).await;
    assert!(is_here().await);
}
