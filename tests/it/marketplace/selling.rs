//! Selling: profile, services, prices.

use super::{names, service, start_selling};
use crate::support::{LUMEN, TestApp, VELVET};
use futures::future::join_all;
use serde_json::json;

#[tokio::test]
async fn from_start_selling_to_a_card_with_a_price() {
    let app = TestApp::start().await;
    let (sol, bea) = (app.user(LUMEN, "Sol").await, app.user(LUMEN, "Bea").await);
    let refused = sol
        .post("/api/v1/selling/services", service("Advice", 120))
        .await
        .expect(409);
    assert_eq!(refused.code(), "no_profile");
    let profile =
        json!({ "headline": "  Knows things ", "about": "A lot.\r\nReally.", "languages": ["DE", "en", "de"] });
    let profile = sol.put("/api/v1/selling/profile", profile).await.expect(200).json();
    assert_eq!(profile["headline"], "Knows things");
    assert_eq!(profile["languages"], json!(["de", "en"]));
    assert_eq!(sol.get("/api/v1/me").await.json()["is_seller"], true);
    assert!(
        names(&bea, "/api/v1/sellers").await.is_empty(),
        "nothing to ring for yet"
    );

    let dear = json!({ "title": "Advice", "description": "About anything.", "rate_minor": 180, "minimum_minutes": 5,
        "increment": { "kind": "block", "seconds": 30 }, "grace_seconds": 20 });
    let dear = sol.post("/api/v1/selling/services", dear).await.expect(201).json();
    app.clock.advance(1_000);
    let cheap = sol
        .post("/api/v1/selling/services", service("A word", 90))
        .await
        .expect(201)
        .json();
    // A change makes nothing younger: the list keeps its order.
    let path = format!("/api/v1/selling/services/{}", dear["id"].as_str().expect("an id"));
    app.clock.advance(1_000);
    let same = json!({ "title": "Advice", "description": "About anything.", "rate_minor": 180, "minimum_minutes": 5,
        "increment": { "kind": "block", "seconds": 30 }, "grace_seconds": 20 });
    sol.put(&path, same).await.expect(200);
    let own = sol.get("/api/v1/selling/services").await.expect(200).json();
    assert_eq!(own["items"][0]["title"], "Advice");
    let card = &bea.get("/api/v1/sellers").await.expect(200).json()["items"][0];
    assert_eq!(
        (card["name"].as_str(), card["headline"].as_str()),
        (Some("Sol"), Some("Knows things"))
    );
    assert_eq!(card["service"]["id"], cheap["id"], "the card names the lowest price");
    assert_eq!(
        (
            card["service"]["rate_minor"].as_i64(),
            card["service"]["currency"].as_str()
        ),
        (Some(90), Some("EUR"))
    );
    assert_eq!(card["service"]["increment"], json!({ "kind": "minute" }));
    assert_eq!(
        (&card["available_now"], &card["online"], &card["in_call"]),
        (&json!(false), &json!(false), &json!(false))
    );

    let page = bea
        .get(&format!("/api/v1/sellers/{}", card["id"].as_str().expect("an id")))
        .await
        .expect(200)
        .json();
    let offered = &page["services"][0];
    assert_eq!(offered["id"], dear["id"]);
    assert_eq!(
        (offered["minimum_minutes"].as_i64(), offered["opening_minor"].as_i64()),
        (Some(5), Some(900))
    );

    let mut paused = service("A word", 90);
    paused["published"] = json!(false);
    let path = format!("/api/v1/selling/services/{}", cheap["id"].as_str().expect("an id"));
    sol.put(&path, paused).await.expect(200);
    let card = &bea.get("/api/v1/sellers").await.json()["items"][0];
    assert_eq!(card["service"]["id"], dear["id"], "what is paused isn't shown");
    assert_eq!(
        sol.get("/api/v1/selling/services").await.json()["items"]
            .as_array()
            .expect("items")
            .len(),
        2
    );
}

#[tokio::test]
async fn what_cant_be_offered_is_refused_beside_its_field() {
    let app = TestApp::start().await;
    let sol = app.user(LUMEN, "Sol").await;
    start_selling(&sol, "Knows things", 120).await;
    let long = "x".repeat(3_000);
    let cases = [
        ("title", json!(" ")),
        ("title", json!("x".repeat(81))),
        ("title", json!("a\nb")),
        ("description", json!(long)),
        ("rate_minor", json!(0)),
        ("rate_minor", json!(-120)),
        ("rate_minor", json!(100_001)),
        ("rate_minor", json!(i64::MAX)),
        ("minimum_minutes", json!(241)),
        ("grace_seconds", json!(601)),
    ];
    for (field, value) in cases {
        let mut body = service("Advice", 120);
        body[field] = value;
        let refused = sol.post("/api/v1/selling/services", body).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field);
    }
    for seconds in [0, 14_401] {
        let mut body = service("Advice", 120);
        body["increment"] = json!({ "kind": "block", "seconds": seconds });
        let refused = sol.post("/api/v1/selling/services", body).await.expect(422).json();
        assert_eq!(refused["error"]["field"], "block_seconds");
    }
    for (field, value) in [
        ("rate_minor", json!(1.5)),
        ("minimum_minutes", json!(-1)),
        ("commission_bp", json!(0)),
    ] {
        let mut body = service("Advice", 120);
        body[field] = value;
        let refused = sol.post("/api/v1/selling/services", body).await;
        assert!(refused.status.is_client_error(), "{field}: {}", refused.status);
    }
    for (field, value) in [
        ("headline", json!("")),
        ("about", json!("x".repeat(5_001))),
        ("languages", json!(["english"])),
        (
            "languages",
            json!(["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii", "jj", "kk"]),
        ),
    ] {
        let mut body = json!({ "headline": "Knows things" });
        body[field] = value;
        let refused = sol.put("/api/v1/selling/profile", body).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field);
    }
    assert_eq!(app.database.count("services"), 1);
}

#[tokio::test]
async fn services_are_their_sellers_and_twenty_are_enough() {
    let app = TestApp::start().await;
    let (sol, tess, eve) = (
        app.bearer(LUMEN, "Sol").await,
        app.bearer(LUMEN, "Tess").await,
        app.bearer(VELVET, "Eve").await,
    );
    let (_, own) = start_selling(&sol, "Knows things", 120).await;
    start_selling(&tess, "Knows others", 120).await;
    start_selling(&eve, "Knows elsewhere", 120).await;
    for stranger in [&tess, &eve] {
        stranger
            .put(&format!("/api/v1/selling/services/{own}"), service("Mine now", 1))
            .await
            .expect(404);
    }
    let more = join_all((0..25).map(|_| sol.post("/api/v1/selling/services", service("More", 120)))).await;
    let added = more.iter().filter(|answer| answer.status.as_u16() == 201).count();
    assert_eq!(added, 19, "with the first that makes twenty, whatever the race");
    assert!(
        more.iter()
            .filter(|answer| answer.status.as_u16() != 201)
            .all(|answer| answer.code() == "too_many_services")
    );
    assert_eq!(
        sol.get("/api/v1/selling/services").await.json()["items"][0]["title"],
        "Advice"
    );
}

#[tokio::test]
async fn languages_are_ticked_by_name_and_others_named_by_code() {
    let app = TestApp::start().await;
    let sol = app.user(LUMEN, "Sol").await;
    let page = sol.get("/sell/start").await.expect(200).text;
    assert!(
        page.contains("name=\"speaks_en\" value=\"on\" checked") && page.contains(">German<"),
        "{page}"
    );
    let mut profile = vec![
        ("action", "profile"),
        ("headline", "Knows things"),
        ("speaks_de", "on"),
        ("speaks_xx", "on"),
        ("languages", "sw, DE"),
    ];
    sol.form("/sell/start", &profile).await.expect(303);
    assert_eq!(app.database.count("sellers WHERE languages = '{de,sw}'"), 1);
    let page = sol.get("/sell").await.expect(200).text;
    for said in [
        "name=\"speaks_de\" value=\"on\" checked",
        "name=\"speaks_en\" value=\"on\"><",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("value=\"sw\""), "{page}");
    // What is ticked stays ticked when something is wrong.
    profile[4] = ("languages", "klingon");
    let refused = sol.form("/sell", &profile).await.expect(422).text;
    assert!(
        refused.contains("name=\"speaks_de\" value=\"on\" checked") && refused.contains("klingon"),
        "{refused}"
    );
}
