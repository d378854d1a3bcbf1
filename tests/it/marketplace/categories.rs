//! What an offer is sorted into: kept in the console, chosen by sellers, browsed by everybody.

use super::{names, service, start_selling};
use crate::{
    calls::{Pair, Price},
    consoles::{actions, admin_of_lumen, founded, id},
    support::{LUMEN, TestApp, TestUser},
};
use reqwest::Method;
use serde_json::{Value, json};

const CATEGORIES: &str = "/api/v1/admin/categories";

fn law() -> Value {
    json!({"names": {"en": "Law", "de": "Recht"}, "warning_min": null})
}

async fn added(admin: &TestUser, category: Value) -> String {
    id(&admin.post(CATEGORIES, category).await.expect(201))
}

/// The home as a German reads it.
async fn in_german(user: &TestUser, path: &str) -> String {
    let asked = user.request(Method::GET, path).header("accept-language", "de");
    asked.send().await.expect("an answer").text().await.expect("a page")
}

/// The same service, in a category.
async fn file(
    seller: &TestUser,
    service: &str,
    title: &str,
    rate_minor: i64,
    category: &str,
) -> crate::support::Answer {
    let body = json!({"title": title, "rate_minor": rate_minor, "category_id": category});
    seller.put(&format!("/api/v1/selling/services/{service}"), body).await
}

#[tokio::test]
async fn a_new_marketplace_has_the_usual_categories_and_shows_those_in_which_somebody_sells() {
    let app = TestApp::start().await;
    let shop = founded(&app).await;
    let all = shop
        .admin
        .get(&format!("{CATEGORIES}?per_page=100"))
        .await
        .expect(200)
        .json();
    assert_eq!(all["total"], 16);
    let babysitting = &all["items"][0];
    assert_eq!(babysitting["names"], json!({"en": "Babysitting", "de": "Babysitten"}));
    let home = app.anonymous(&shop.host).get("/").await.expect(200).text;
    assert!(!home.contains("/search?category&#x3D;"), "nobody sells anything yet");
}

#[tokio::test]
async fn people_browse_by_what_sellers_file_their_services_under() {
    let app = TestApp::start().await;
    let (admin, visitor) = (admin_of_lumen(&app).await, app.anonymous(LUMEN));
    let category = added(&admin, law()).await;
    let empty = visitor.get("/search?category=law").await.expect(200).text;
    assert!(empty.contains("Nobody matches that") && empty.contains("value=\"law\" selected>Law"));
    let (sol, mia) = (app.user(LUMEN, "Sol").await, app.user(LUMEN, "Mia").await);
    let (_, cheap) = start_selling(&sol, "Knows things", 90).await;
    start_selling(&mia, "Knows others", 80).await;
    let dear = sol
        .post("/api/v1/selling/services", service("Contracts", 200))
        .await
        .expect(201)
        .json();
    let dear = dear["id"].as_str().expect("an id");
    let filed = file(&sol, dear, "Contracts", 200, &category).await.expect(200).json();
    assert_eq!(filed["category_id"], category.as_str());

    assert_eq!(names(&visitor, "/api/v1/sellers?category=law").await, ["Sol"]);
    assert_eq!(
        names(&visitor, "/api/v1/sellers?category=law&q=contracts").await,
        ["Sol"]
    );
    assert!(names(&visitor, "/api/v1/sellers?category=law&q=bread").await.is_empty());
    let narrowed = visitor.get("/api/v1/sellers?category=law").await.expect(200).json();
    assert_eq!(
        narrowed["items"][0]["service"]["id"], dear,
        "the cheapest of the category"
    );
    assert_eq!(names(&visitor, "/api/v1/sellers?category=").await.len(), 2);
    assert!(
        names(&visitor, "/api/v1/sellers?category=law&available=true")
            .await
            .is_empty()
    );
    let both = "/api/v1/sellers?category=law&q=advice";
    assert_eq!(
        names(&visitor, both).await,
        ["Sol"],
        "words may be about all that they do"
    );
    let everybody = visitor.get("/api/v1/sellers").await.expect(200).json();
    let sols = everybody["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|card| card["name"] == "Sol");
    assert_eq!(
        sols.expect("Sol")["service"]["id"],
        cheap.as_str(),
        "the cheapest of all"
    );

    app.clock.advance(2_000);
    let home = visitor.get("/").await.expect(200).text;
    assert!(
        home.contains("href=\"/search?category&#x3D;law\"") && home.contains("Law <"),
        "{home}"
    );
    let german = in_german(&visitor, "/").await;
    assert!(german.contains("Recht <"), "{german}");
    let narrowed = visitor.get("/search?category=law&q=contracts").await.expect(200).text;
    assert!(narrowed.contains(">Sol<") && !narrowed.contains(">Mia<"));
    let moved = visitor.get("/?category=law&q=contracts").await.expect(301);
    assert_eq!(moved.header("location"), "/search?q=contracts&category=law");
    visitor.get("/search?category=nothing").await.expect(404);
    visitor.get("/api/v1/sellers?category=nothing").await.expect(404);

    // A closed one isn't browsed; what is in it stays, and may be changed, but nothing joins it.
    admin
        .post(&format!("{CATEGORIES}/{category}/close"), json!({}))
        .await
        .expect(204);
    app.clock.advance(2_000);
    assert!(
        !visitor
            .get("/")
            .await
            .expect(200)
            .text
            .contains("/search?category&#x3D;")
    );
    visitor.get("/search?category=law").await.expect(404);
    assert_eq!(names(&visitor, "/api/v1/sellers?q=contracts").await, ["Sol"]);
    let kept = file(&sol, dear, "Contracts and wills", 210, &category)
        .await
        .expect(200)
        .json();
    assert_eq!(kept["category_id"], category.as_str());
    let refused = file(&sol, &cheap, "Advice", 90, &category).await.expect(422).json();
    assert_eq!(refused["error"]["field"], "category_id");
    let form = sol.get(&format!("/sell?service={dear}")).await.expect(200).text;
    assert!(form.contains(&format!("value=\"{category}\" selected")));
    assert!(
        !sol.get("/sell?service=new")
            .await
            .expect(200)
            .text
            .contains("name=\"category\"")
    );
    admin
        .post(&format!("{CATEGORIES}/{category}/open"), json!({}))
        .await
        .expect(204);
    let form = [
        ("action", "service"),
        ("id", &cheap),
        ("title", "Advice"),
        ("rate", "0.90"),
        ("minimum_minutes", "0"),
        ("increment", "minute"),
        ("grace_seconds", "0"),
        ("video_enabled", "on"),
        ("published", "on"),
    ];
    let typed = |category: &'static str| [form.as_slice(), &[("category", category)]].concat();
    let refused = sol.form("/sell", &typed("made up")).await.expect(422).text;
    assert!(refused.contains("Choose one of the categories."));
    let refused = sol
        .form("/sell", &typed("00000000-0000-4000-8000-000000000000"))
        .await
        .expect(422)
        .text;
    assert!(refused.contains("Choose one of the categories."));

    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let done: Vec<&str> = actions(&log)
        .into_iter()
        .filter(|action| action.starts_with("category."))
        .collect();
    assert_eq!(done, ["category.opened", "category.closed", "category.created"]);
}

#[tokio::test]
async fn a_categorys_warning_is_frozen_on_its_calls() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin_of_lumen(&pair.app).await;
    let category = added(&admin, json!({"names": {"en": "Law"}, "warning_min": 7})).await;
    let own = pair.seller.get("/api/v1/selling/services").await.expect(200).json();
    let own = &own["items"][0];
    let (title, rate) = (
        own["title"].as_str().expect("a title"),
        own["rate_minor"].as_i64().expect("a rate"),
    );
    file(&pair.seller, &pair.service.to_string(), title, rate, &category)
        .await
        .expect(200);
    pair.ring().await;
    let warned = "calls WHERE terms->'policy'->'warnings_min' = '[7, 1]'";
    assert_eq!(pair.app.database.count(warned), 1);
    // Another warning is for calls to come.
    let other = json!({"names": {"en": "Law"}, "warning_min": 1});
    admin.put(&format!("{CATEGORIES}/{category}"), other).await.expect(204);
    assert_eq!(pair.app.database.count(warned), 1);
    assert_eq!(
        pair.app
            .database
            .count("categories WHERE policy->'warnings_min' = '[1]'"),
        1
    );
}

#[tokio::test]
async fn what_no_category_can_be_is_refused_beside_its_field() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let law = added(&admin, law()).await;
    let bad = [
        ("names", json!({"names": {}, "warning_min": null})),
        ("names", json!({"names": {"de": "Kunst"}, "warning_min": null})),
        ("names", json!({"names": {"en": "x".repeat(41)}, "warning_min": null})),
        ("names", json!({"names": {"en": "a\nb"}, "warning_min": null})),
        (
            "names",
            json!({"names": {"en": "Art", "xx": "Art"}, "warning_min": null}),
        ),
        ("names", json!({"names": {"en": " lAW "}, "warning_min": null})),
        ("warning_min", json!({"names": {"en": "Art"}, "warning_min": 0})),
        ("warning_min", json!({"names": {"en": "Art"}, "warning_min": 61})),
        ("reminder_min", json!({"names": {"en": "Art"}, "reminder_min": 4})),
        ("reminder_min", json!({"names": {"en": "Art"}, "reminder_min": 10_081})),
        ("missed_min", json!({"names": {"en": "Art"}, "missed_min": 0})),
        ("missed_min", json!({"names": {"en": "Art"}, "missed_min": 61})),
    ];
    let art = added(&admin, json!({"names": {"en": "Art"}, "warning_min": 5})).await;
    for (field, body) in bad {
        for refused in [
            admin.post(CATEGORIES, body.clone()).await,
            admin.put(&format!("{CATEGORIES}/{art}"), body.clone()).await,
        ] {
            assert_eq!(refused.expect(422).json()["error"]["field"], field, "{body}");
        }
    }
    // The name of a closed one is free, until that is opened again.
    admin
        .post(&format!("{CATEGORIES}/{law}/close"), json!({}))
        .await
        .expect(204);
    assert_eq!(
        admin
            .post(&format!("{CATEGORIES}/{law}/close"), json!({}))
            .await
            .expect(409)
            .code(),
        "closed"
    );
    added(&admin, json!({"names": {"en": "Law"}, "warning_min": null})).await;
    admin
        .post(&format!("{CATEGORIES}/{law}/open"), json!({}))
        .await
        .expect(422);
    assert_eq!(app.database.count("categories WHERE slug IN ('law', 'law-2')"), 2);
    assert_eq!(
        admin
            .post(&format!("{CATEGORIES}/{art}/open"), json!({}))
            .await
            .expect(409)
            .code(),
        "open"
    );
}

#[tokio::test]
async fn a_marketplace_has_at_most_a_hundred_however_fast_they_come() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    for number in 0..98 {
        added(
            &admin,
            json!({"names": {"en": format!("Kind {number}")}, "warning_min": null}),
        )
        .await;
    }
    let last = |number: usize| {
        admin.post(
            CATEGORIES,
            json!({"names": {"en": format!("Last {number}")}, "warning_min": null}),
        )
    };
    let answers = futures::future::join_all((0..6).map(last)).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((taken, app.database.count("categories")), (2, 100));
    let refused = answers
        .into_iter()
        .find(|answer| answer.status == 409)
        .expect("one too many");
    assert_eq!(refused.code(), "too_many_categories");
}
