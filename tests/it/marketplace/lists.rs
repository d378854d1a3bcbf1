//! Finding somebody: availability, lists, search, a seller's page.

use super::{ask, bookable, go_available, names, start_selling};
use crate::{
    calls::{Pair, Price},
    support::{Caller, LUMEN, TestApp, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn available_is_who_is_switched_on_and_here_and_wants_calls() {
    let app = TestApp::start().await;
    let (sol, bea) = (app.bearer(LUMEN, "Sol").await, app.anonymous(LUMEN));
    let refused = sol
        .put("/api/v1/selling/availability", json!({ "hours": 1 }))
        .await
        .expect(409);
    assert_eq!(refused.code(), "nothing_published");
    start_selling(&sol, "Knows things", 120).await;
    for hours in [json!(0), json!(13), json!(-1)] {
        let refused = sol
            .put("/api/v1/selling/availability", json!({ "hours": hours }))
            .await
            .expect(422)
            .json();
        assert_eq!(refused["error"]["field"], "hours");
    }
    assert!(
        sol.put("/api/v1/selling/availability", json!({ "hours": 1.5 }))
            .await
            .status
            .is_client_error()
    );

    go_available(&sol, 1).await;
    assert!(
        names(&bea, "/api/v1/sellers?available=true").await.is_empty(),
        "switched on, but no page open"
    );
    let page = Caller::open(&app, &sol).await;
    assert_eq!(names(&bea, "/api/v1/sellers?available=true").await, ["Sol"]);
    assert!(bea.get("/live").await.expect(200).text.contains("Sol"));

    sol.patch("/api/v1/me", json!({ "do_not_disturb": true }))
        .await
        .expect(200);
    assert!(
        names(&bea, "/api/v1/sellers?available=true").await.is_empty(),
        "do not disturb"
    );
    sol.patch("/api/v1/me", json!({ "do_not_disturb": false }))
        .await
        .expect(200);
    sol.delete("/api/v1/selling/availability").await.expect(204);
    assert!(
        names(&bea, "/api/v1/sellers?available=true").await.is_empty(),
        "switched off early"
    );
    assert_eq!(names(&bea, "/api/v1/sellers").await, ["Sol"], "but still listed");
    drop(page);
}

#[tokio::test]
async fn availability_ends_by_itself() {
    let app = TestApp::start().await;
    let sol = app.user(LUMEN, "Sol").await;
    start_selling(&sol, "Knows things", 120).await;
    let on = sol
        .form("/sell", &[("action", "go_available"), ("hours", "2")])
        .await
        .expect(303);
    assert_eq!(on.header("location"), "/sell");
    assert!(sol.get("/sell").await.expect(200).text.contains("You are available"));
    app.clock.advance(2 * HOUR);
    assert!(
        sol.get("/sell")
            .await
            .expect(200)
            .text
            .contains("You are not available")
    );
}

#[tokio::test]
async fn lists_page_and_search_and_show_text_as_text() {
    let app = TestApp::start().await;
    let sol = app.user(LUMEN, "Sol").await;
    sol.patch("/api/v1/me", json!({ "name": "Sol <b>Bold" }))
        .await
        .expect(200);
    start_selling(&sol, "Knows <script>alert(1)</script>", 120).await;
    let scope = app.scope(LUMEN).await;
    // Thirty more, written straight into the store.
    let fill = format!(
        "INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
         SELECT '{tenant}', md5('u' || n)::uuid, 'u' || n || '@example.org', 'Seller ' || n, '', now(), 'UTC', 'en', now()
         FROM generate_series(1, 30) n;
         INSERT INTO sellers (tenant_id, user_id, headline, created_at)
         SELECT '{tenant}', md5('u' || n)::uuid, 'Topic ' || n % 3, now() FROM generate_series(1, 30) n;
         INSERT INTO services (tenant_id, id, seller_id, title, rate_minor, created_at)
         SELECT '{tenant}', md5('s' || n)::uuid, md5('u' || n)::uuid, 'Müsli talk', 100 + n, now()
         FROM generate_series(1, 30) n",
        tenant = scope.tenant()
    );
    app.database.superuser().batch_execute(&fill).expect("filled");
    let first = app.anonymous(LUMEN).get("/api/v1/sellers").await.expect(200).json();
    let second = app
        .anonymous(LUMEN)
        .get("/api/v1/sellers?page=2")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (first["next_page"].as_i64(), second["next_page"].as_i64()),
        (Some(2), None)
    );
    let ids = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["id"].to_string())
            .collect()
    };
    let mut all = [ids(&first), ids(&second)].concat();
    assert_eq!(all.len(), 31);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 31, "each once");

    let visitor = app.anonymous(LUMEN);
    assert_eq!(names(&visitor, "/api/v1/sellers?q=topic").await.len(), 24);
    assert_eq!(
        names(&visitor, "/api/v1/sellers?q=seller%2017%20m%C3%BCsli").await,
        ["Seller 17"]
    );
    assert!(
        names(&visitor, "/api/v1/sellers?q=%25").await.is_empty(),
        "no wildcards"
    );
    assert!(names(&visitor, "/api/v1/sellers?q=' OR 1=1 --").await.is_empty());
    assert_eq!(names(&visitor, "/api/v1/sellers?page=4000000000").await.len(), 0);
    assert!(
        names(&app.anonymous(VELVET), "/api/v1/sellers").await.is_empty(),
        "another tenant's"
    );

    let home = visitor.get("/search?q=bold").await.expect(200).text;
    assert!(
        home.contains("Sol &lt;b&gt;Bold") && !home.contains("<script>alert"),
        "text stays text"
    );
    visitor.get("/search?page=2").await.expect(200);
    visitor.get("/live?page=99").await.expect(200);
}

#[tokio::test]
async fn a_sellers_page_says_what_the_reader_can_do() {
    let pair = Pair::new(Price {
        credit_minor: 100,
        ..Price::default()
    })
    .await;
    let seller = pair.seller.get("/api/v1/me").await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/sellers/{seller}");
    let visitor = pair.app.anonymous(LUMEN);
    assert!(
        visitor
            .get(&path)
            .await
            .expect(200)
            .text
            .contains("available right now"),
        "away"
    );
    let open = Caller::open(&pair.app, &pair.seller).await;
    let shown = |text: &str, what: &str| text.contains(what);
    assert!(
        shown(&visitor.get(&path).await.text, &format!("/login?next={path}")),
        "log in first"
    );
    assert!(
        shown(&pair.buyer.get(&path).await.text, "/wallet?next="),
        "add credit first"
    );
    let form = format!(r#"action="{path}""#);
    pair.fund(1_000).await;
    assert!(shown(&pair.buyer.get(&path).await.text, &form), "ring");
    assert!(
        shown(&pair.seller.get(&path).await.text, r#"href="/sell""#),
        "one's own page"
    );
    let rung = pair
        .buyer
        .form(&path, &[("service", &pair.service.to_string())])
        .await
        .expect(303);
    assert!(rung.header("location").starts_with("/calls/"));
    assert!(!shown(&visitor.get(&path).await.text, &form), "in a call");
    assert_eq!(pair.app.anonymous(VELVET).get(&path).await.status.as_u16(), 404);
    visitor
        .get("/sellers/019a0000-0000-7000-8000-000000000000")
        .await
        .expect(404);
    drop(open);
}

/// It is Friday, 15 January 2027, noon UTC.
#[tokio::test]
async fn what_readers_have_planned_themselves_is_not_free_for_them() {
    let app = TestApp::start().await;
    let (sol, mia, bea) = (
        app.bearer(LUMEN, "Sol").await,
        app.bearer(LUMEN, "Mia").await,
        app.bearer(LUMEN, "Bea").await,
    );
    start_selling(&sol, "Knows things", 120).await;
    start_selling(&mia, "Knows others", 110).await;
    let service = bookable(&sol, "pay_after_accept").await;
    bookable(&mia, "pay_after_accept").await;
    ask(&bea, &service, "2027-01-15T12:15:00Z").await;
    let next = async |reader: &TestUser, asked: &str| {
        let found = reader.get(&format!("/api/v1/sellers?{asked}")).await.expect(200).json();
        let items = found["items"].as_array().expect("items").iter();
        let mias = items.clone().find(|one| one["name"] == "Mia").cloned();
        mias.map(|mia| mia["next_free"].as_str().expect("a time").to_owned())
    };
    let first = Some("2027-01-15T12:15:00Z".to_owned());
    let later = Some("2027-01-15T13:15:00Z".to_owned());
    assert_eq!(next(&app.anonymous(LUMEN), "").await, first);
    for asked in ["", "sort=next", "free=today"] {
        assert_eq!(next(&bea, asked).await, later, "{asked}");
    }
    // A seller's own page, and what is asked for by the hour.
    let mias = bea.get("/api/v1/sellers?q=mia").await.expect(200).json()["items"][0]["id"].clone();
    let mias = format!("/api/v1/sellers/{}", mias.as_str().expect("an id"));
    assert_eq!(
        bea.get(&mias).await.expect(200).json()["next_free"],
        "2027-01-15T13:15:00Z"
    );
    let now = "free=today&at=13:00";
    assert_eq!(next(&app.anonymous(LUMEN), now).await, first);
    assert_eq!(next(&bea, now).await, None);
}
