//! Sellers and buyers around a call: profiles, prices, availability, lists, messages, ratings, and the demo.

use crate::{
    calls::{Pair, Price},
    support::{Caller, LUMEN, TestApp, TestUser, VELVET},
};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use futures::future::join_all;
use serde_json::{Value, json};
use tallyroom::{app::seed, store::ledger};

const HOUR: i64 = 3_600_000;

fn service(title: &str, rate_minor: i64) -> Value {
    json!({ "title": title, "rate_minor": rate_minor })
}

/// A seller with a profile and one published service; gives their id and the service's.
async fn start_selling(user: &TestUser, headline: &str, rate_minor: i64) -> (String, String) {
    let profile = user
        .put(
            "/api/v1/selling/profile",
            json!({ "headline": headline, "languages": ["en"] }),
        )
        .await
        .expect(200);
    let offered = user
        .post("/api/v1/selling/services", service("Advice", rate_minor))
        .await
        .expect(201)
        .json();
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    (id(&profile.json()), id(&offered))
}

async fn go_available(user: &TestUser, hours: i64) {
    user.put("/api/v1/selling/availability", json!({ "hours": hours }))
        .await
        .expect(200);
}

async fn names(user: &TestUser, path: &str) -> Vec<String> {
    let items = user.get(path).await.expect(200).json()["items"].clone();
    let name = |item: &Value| item["name"].as_str().expect("a name").to_owned();
    items.as_array().expect("items").iter().map(name).collect()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(app: &TestApp, what: &str) -> i64 {
    let query = format!("SELECT count(*) FROM {what}");
    sql_query(query)
        .get_result::<Count>(&mut app.database.superuser())
        .expect("counted")
        .count
}

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
    let cheap = sol
        .post("/api/v1/selling/services", service("A word", 90))
        .await
        .expect(201)
        .json();
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
    assert_eq!(count(&app, "services"), 1);
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
    sol.patch("/api/v1/me", json!({ "name": "Sol <b>Bold" })).await.expect(200);
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

    let home = visitor.get("/?q=bold").await.expect(200).text;
    assert!(
        home.contains("Sol &lt;b&gt;Bold") && !home.contains("<script>alert"),
        "text stays text"
    );
    visitor.get("/?page=2").await.expect(200);
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

#[tokio::test]
async fn calls_and_words_are_kept_in_the_conversation() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let call = talk.call;
    talk.hang_up().await;
    let list = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
    let conversation = &list["items"][0];
    assert_eq!(
        (
            conversation["other"]["name"].as_str(),
            &conversation["other"]["is_seller"]
        ),
        (Some("Sol Seller"), &json!(true))
    );
    let ended = &conversation["last"]["call"];
    assert_eq!(
        (ended["outcome"].as_str(), ended["billable_seconds"].as_i64()),
        (Some("buyer_ended"), Some(10))
    );
    assert_eq!(
        (ended["charged_minor"].as_i64(), ended["id"].as_str()),
        (Some(120), Some(call.to_string().as_str()))
    );

    let path = format!("/api/v1/conversations/{}", conversation["id"].as_str().expect("an id"));
    let messages = format!("{path}/messages");
    pair.app.clock.advance(1_000);
    let said = pair
        .seller
        .post(&messages, json!({ "text": " Thank <b>you</b>\nfor calling " }))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (said["text"].as_str(), &said["mine"]),
        (Some("Thank <b>you</b>\nfor calling"), &json!(true))
    );
    let read = pair.buyer.get(&path).await.expect(200).json();
    let read = read["messages"].as_array().expect("messages");
    assert_eq!(read.len(), 2);
    assert_eq!(
        (&read[0]["mine"], &read[1]["mine"]),
        (&json!(true), &json!(false)),
        "the buyer rang, the seller wrote"
    );
    let page = pair.buyer.get(&path.replace("/api/v1", "")).await.expect(200).text;
    assert!(page.contains("Thank &lt;b&gt;you") && page.contains(&format!("/calls/{call}/bill")));
    pair.seller.get("/conversations").await.expect(200);

    for bad in [
        json!({ "text": "" }),
        json!({ "text": " \n " }),
        json!({ "text": "x".repeat(2_001) }),
        json!({ "text": "a\u{0}b" }),
    ] {
        let refused = pair.buyer.post(&messages, bad).await.expect(422).json();
        assert_eq!(refused["error"]["field"], "text");
    }
    let huge = pair
        .buyer
        .post(&messages, json!({ "text": "x".repeat(10_000_000) }))
        .await;
    assert!(huge.status.is_client_error(), "{}", huge.status);
    let (eve, zoe) = (
        pair.app.bearer(LUMEN, "Eve").await,
        pair.app.bearer(VELVET, "Zoe").await,
    );
    for stranger in [&eve, &zoe] {
        stranger.get(&path).await.expect(404);
        stranger.post(&messages, json!({ "text": "Hello" })).await.expect(404);
    }
    assert_eq!(count(&pair.app, "messages"), 2);
}

async fn score(pair: &Pair) -> (i64, i64) {
    let card = pair.buyer.get("/api/v1/sellers").await.expect(200).json()["items"][0].clone();
    let number = |name: &str| card["rating"][name].as_i64().expect("a number");
    (number("average_tenths"), number("count"))
}

#[tokio::test]
async fn only_who_paid_rates_and_the_score_is_exact() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let path = format!("/api/v1/calls/{}/rating", talk.call);
    let early = pair.buyer.put(&path, json!({ "stars": 5 })).await.expect(409);
    assert_eq!(early.code(), "not_settled");
    let call = talk.call;
    talk.hang_up().await;
    pair.seller.put(&path, json!({ "stars": 5 })).await.expect(403);
    pair.app
        .bearer(LUMEN, "Eve")
        .await
        .put(&path, json!({ "stars": 5 }))
        .await
        .expect(404);
    pair.app
        .bearer(VELVET, "Zoe")
        .await
        .put(&path, json!({ "stars": 5 }))
        .await
        .expect(404);
    for stars in [json!(0), json!(6), json!(-1), json!(i64::MAX)] {
        let refused = pair
            .buyer
            .put(&path, json!({ "stars": stars }))
            .await
            .expect(422)
            .json();
        assert_eq!(refused["error"]["field"], "stars");
    }
    pair.buyer
        .put(&path, json!({ "stars": 3, "text": "x".repeat(2_001) }))
        .await
        .expect(422);
    assert_eq!(score(&pair).await, (0, 0));

    // Many at once are still one rating, and the sum is the one that stayed.
    let ratings = join_all((1..=5).map(|stars| pair.buyer.put(&path, json!({ "stars": stars })))).await;
    assert!(ratings.iter().all(|answer| answer.status.as_u16() == 200));
    let (average, number) = score(&pair).await;
    assert_eq!(number, 1);
    assert_eq!(count(&pair.app, &format!("reviews WHERE stars * 10 = {average}")), 1);
    pair.buyer
        .put(&path, json!({ "stars": 4, "text": " Good. <i> " }))
        .await
        .expect(200);
    assert_eq!(score(&pair).await, (40, 1));
    let seller = pair.seller.get("/api/v1/me").await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let page = pair.buyer.get(&format!("/api/v1/sellers/{seller}")).await.json();
    assert_eq!(
        (
            page["reviews"][0]["author"].as_str(),
            page["reviews"][0]["text"].as_str()
        ),
        (Some("Bea Buyer"), Some("Good. <i>"))
    );
    assert_eq!(page["paid_calls"], 1);
    let bill = format!("/calls/{call}/bill");
    pair.buyer
        .form(&bill, &[("stars", "9"), ("text", "")])
        .await
        .expect(422);
    pair.buyer
        .form(&bill, &[("stars", "2"), ("text", "")])
        .await
        .expect(303);
    assert_eq!(score(&pair).await, (20, 1));

    let age = "UPDATE calls SET ended_at = ended_at - interval '31 days'";
    pair.app.database.superuser().batch_execute(age).expect("aged");
    assert_eq!(
        pair.buyer.put(&path, json!({ "stars": 5 })).await.expect(409).code(),
        "rating_over"
    );
    assert_eq!(score(&pair).await, (20, 1));
}

#[tokio::test]
async fn a_call_that_never_was_cant_be_rated() {
    let pair = Pair::new(Price::default()).await;
    let (call, _buyer, _seller) = pair.ring().await;
    pair.seller
        .post(&format!("/api/v1/calls/{call}/reject"), json!({}))
        .await
        .expect(204);
    let path = format!("/api/v1/calls/{call}/rating");
    for _ in 0..200 {
        let refused = pair.buyer.put(&path, json!({ "stars": 1 })).await.expect(409);
        if refused.code() == "never_live" {
            return;
        }
        assert_eq!(refused.code(), "not_settled", "until the end is stored");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the rejected call never ended");
}

#[tokio::test]
async fn the_demo_is_made_once_and_its_books_hold() {
    let app = TestApp::start().await;
    let logins = seed::demo(&app.app).await.expect("a demo");
    let rows = [
        "users",
        "sellers",
        "services",
        "calls",
        "reviews",
        "messages",
        "ledger_transfers",
        "call_events",
    ];
    let before = rows.map(|table| count(&app, table));
    assert!(before.iter().all(|rows| *rows > 0), "{before:?}");
    assert_eq!(seed::demo(&app.app).await.expect("again"), logins);
    assert_eq!(rows.map(|table| count(&app, table)), before, "made once");

    for host in [LUMEN, VELVET, "probe.localhost"] {
        let scope = app.scope(host).await;
        let trials = app.app.db.tenant(&scope, ledger::trial_balance).await.expect("books");
        assert!(
            trials.iter().all(|trial| trial.holds() && trial.held_minor == 0),
            "{host}: {trials:?}"
        );
    }
    let listed = app.app.db.listed_tenants().await.expect("tenants");
    assert!(
        listed.iter().all(|(tenant, _)| tenant.slug != "probe"),
        "the canary is in no list"
    );
    for login in &logins {
        let person = app.anonymous(&format!("{}.localhost", login.tenant));
        person.log_in(&login.email, login.password).await.expect(200);
    }
    for (host, people) in [("probe.localhost", ["buyer@probe.example", "seller@probe.example"])] {
        for email in people {
            app.anonymous(host).log_in(email, seed::PASSWORD).await.expect(200);
        }
    }
}

#[tokio::test]
async fn the_demos_past_calls_have_bills_that_equal_the_ledger() {
    let app = TestApp::start().await;
    seed::demo(&app.app).await.expect("a demo");
    for (host, email) in [(LUMEN, "jonas@lumen.example"), (VELVET, "casey@velvet.example")] {
        let person = app.anonymous(host);
        person.log_in(email, seed::PASSWORD).await.expect(200);
        let calls = person.get("/api/v1/calls").await.expect(200).json()["items"].clone();
        let calls = calls.as_array().expect("calls");
        assert!(calls.len() >= 2);
        for call in calls {
            let path = format!("/calls/{}/bill", call["id"].as_str().expect("an id"));
            let bill = person.get(&format!("/api/v1{path}")).await.expect(200).json();
            let lines = bill["lines"].as_array().expect("lines").iter();
            let sum: i64 = lines.filter_map(|line| line["amount_minor"].as_i64()).sum();
            assert_eq!(
                (Some(sum), bill["ledger_sum_minor"].as_i64()),
                (bill["charged_minor"].as_i64(), Some(0))
            );
            assert!(sum > 0, "{bill:#}");
            person.get(&path).await.expect(200);
        }
        let wallet = person.get("/api/v1/wallet").await.expect(200).json();
        for line in wallet["lines"].as_array().expect("lines") {
            assert!(
                line["balance_minor"].as_i64().expect("a number") >= 0,
                "never negative, at any time: {line}"
            );
        }
        for page in ["/", "/wallet", "/conversations", "/calls", "/sell"] {
            person.get(page).await.expect(200);
        }
    }
}
