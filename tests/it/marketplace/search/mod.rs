//! Finding somebody among many: words, choices with their numbers, times, orders.

mod kept;

use super::{bookable_for, names, start_selling};
use crate::support::{Answer, LUMEN, TestApp, TestUser};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

const SELLERS: &str = "/api/v1/sellers";

/// People with services in two categories, written straight into the store: name, headline, languages, stars and votes,
/// then title, description, rate and category of the only service.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    (i32, i32),
    &'static str,
    &'static str,
    i32,
    &'static str,
);

const CAST: [Row; 5] = [
    (
        "Ana",
        "Plays what you like",
        "{en,es}",
        (45, 10),
        "Guitar lessons",
        "From the first chord on",
        200,
        "music",
    ),
    (
        "Ben",
        "Repairs things",
        "{de}",
        (8, 2),
        "Instruments mended",
        "Also a guitar that fell",
        150,
        "craft",
    ),
    (
        "Zoë",
        "Café owner",
        "{de,en}",
        (0, 0),
        "Köche gesucht",
        "Kitchen talk",
        90,
        "craft",
    ),
    (
        "Dan",
        "Strings and more",
        "{en}",
        (12, 3),
        "Violin",
        "For beginners",
        300,
        "music",
    ),
    (
        "Eve",
        "Law in plain words",
        "{en}",
        (5, 1),
        "Steuerrecht",
        "Your tax office",
        250,
        "",
    ),
];

async fn cast(app: &TestApp, host: &str) {
    let tenant = app.scope(host).await.tenant().to_string();
    let mut fill = format!(
        r#"INSERT INTO categories (tenant_id, id, slug, names, created_at) VALUES
             ('{tenant}', md5('{host}music')::uuid, 'music', '{{"en": "Music", "de": "Musik"}}', now()),
             ('{tenant}', md5('{host}craft')::uuid, 'craft', '{{"en": "Handicraft", "de": "Handwerk"}}', now());"#
    );
    for (name, headline, languages, (stars, votes), title, description, rate, category) in CAST {
        fill += &format!(
            "INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
                 VALUES ('{tenant}', md5('{host}{name}')::uuid, md5('{name}') || '@example.com', '{name}', '', now(), 'UTC', 'en', now());
             INSERT INTO sellers (tenant_id, user_id, headline, languages, rating_sum, rating_count, created_at)
                 VALUES ('{tenant}', md5('{host}{name}')::uuid, '{headline}', '{languages}', {stars}, {votes}, now());
             INSERT INTO services (tenant_id, id, seller_id, title, description, rate_minor, category_id, created_at)
                 SELECT '{tenant}', md5('{host}{name}s')::uuid, md5('{host}{name}')::uuid, '{title}', '{description}', {rate},
                     (SELECT id FROM categories WHERE tenant_id = '{tenant}' AND slug = '{category}'), now();"
        );
    }
    app.database.superuser().batch_execute(&fill).expect("a cast");
}

async fn found(user: &TestUser, asked: &str) -> Vec<String> {
    names(user, &format!("{SELLERS}?{asked}")).await
}

async fn told(user: &TestUser, asked: &str) -> Value {
    user.get(&format!("{SELLERS}?{asked}")).await.expect(200).json()
}

#[tokio::test]
async fn words_are_found_wherever_they_stand_and_however_they_are_spelled() {
    let app = TestApp::start().await;
    cast(&app, LUMEN).await;
    let anyone = app.anonymous(LUMEN);
    // A title counts more than a description, whatever the ratings.
    assert_eq!(found(&anyone, "q=guitar").await, ["Ana", "Ben"]);
    assert_eq!(
        found(&anyone, "q=GUIT").await,
        ["Ana", "Ben"],
        "the beginning of a word"
    );
    assert_eq!(found(&anyone, "q=guitar%20chord").await, ["Ana"], "all words");
    assert_eq!(found(&anyone, "q=cafe").await, ["Zoë"], "without its accent");
    assert_eq!(found(&anyone, "q=zoe%20koche").await, ["Zoë"]);
    assert_eq!(
        found(&anyone, "q=handwerk").await.len(),
        2,
        "a category's name, in any language"
    );
    let exact = told(&anyone, "q=violin").await;
    assert_eq!((&exact["similar"], &exact["total"]), (&json!(false), &json!(1)));
    for typo in ["violn", "vioiln", "viiolin", "violine", "ivolin"] {
        let close = told(&anyone, &format!("q={typo}")).await;
        assert_eq!(close["items"][0]["name"], "Dan", "{typo}: {close}");
        assert_eq!(close["similar"], true, "{typo}");
    }
    assert_eq!(
        found(&anyone, "q=handycraft%20kitchen").await,
        ["Zoë"],
        "one word is wrong"
    );
    assert_eq!(found(&anyone, "q=recht").await, ["Eve"], "the end of a long word");
    for nothing in [
        "q=xylophone",
        "q=%25",
        "q=%27%22%5C%3A*%26%7C!()",
        "q=guitar%20xylophone",
        "q=...",
    ] {
        assert!(found(&anyone, nothing).await.is_empty(), "{nothing}");
    }
    let page = anyone.get("/search?q=violn").await.expect(200).text;
    assert!(
        page.contains("Nobody has exactly “violn”") && page.contains(">Dan<"),
        "{page}"
    );
    let nobody = anyone.get("/search?q=xylophone&available=on").await.expect(200).text;
    assert!(nobody.contains("Nobody matches that") && nobody.contains("href=\"/search\""));
}

#[tokio::test]
async fn choices_narrow_and_say_how_many_they_leave() {
    let app = TestApp::start().await;
    cast(&app, LUMEN).await;
    let anyone = app.anonymous(LUMEN);
    assert_eq!(found(&anyone, "category=craft&sort=price").await, ["Zoë", "Ben"]);
    assert_eq!(found(&anyone, "language=de&sort=rating").await, ["Ben", "Zoë"]);
    assert_eq!(
        found(&anyone, "min_minor=150&max_minor=250&sort=price").await,
        ["Ben", "Ana", "Eve"]
    );
    assert_eq!(found(&anyone, "rating=45").await, ["Ana", "Eve"]);
    assert_eq!(found(&anyone, "rating=50&max_minor=200").await, [""; 0]);
    assert_eq!(found(&anyone, "q=guitar&max_minor=180").await, ["Ben"]);
    // Ten votes of 4.5 are worth more than a single five; nobody's votes more than two fours.
    assert_eq!(
        found(&anyone, "sort=rating").await[..2],
        ["Ana".to_owned(), "Eve".to_owned()]
    );

    let music = told(&anyone, "category=music&language=en").await;
    assert_eq!(music["total"], 2);
    let facets = &music["facets"];
    let numbers = |facet: &str, key: &str| -> Vec<(Value, i64)> {
        let choices = facets[facet].as_array().expect("choices").iter();
        choices
            .map(|choice| (choice[key].clone(), choice["sellers"].as_i64().expect("a number")))
            .collect()
    };
    // As many as would be found with this choice in place of the other one.
    assert_eq!(
        numbers("categories", "slug"),
        [(json!("craft"), 1), (json!("music"), 2)]
    );
    assert_eq!(numbers("languages", "code"), [(json!("en"), 2), (json!("es"), 1)]);
    assert_eq!(
        numbers("ratings", "least_tenths"),
        [(json!(45), 1), (json!(40), 2), (json!(30), 2)]
    );
    for (slug, sellers) in numbers("categories", "slug") {
        let asked = format!("category={}&language=en", slug.as_str().expect("a slug"));
        assert_eq!(told(&anyone, &asked).await["total"], sellers);
    }
    let bands = told(&anyone, "").await["facets"]["prices"].clone();
    assert_eq!(bands.as_array().expect("bands").len(), 3);
    for band in bands.as_array().expect("bands") {
        let part = |name: &str| {
            band[name]
                .as_i64()
                .map(|minor| format!("&{name}={minor}"))
                .unwrap_or_default()
        };
        let asked = format!("q={}{}", part("min_minor"), part("max_minor"));
        assert_eq!(told(&anyone, &asked).await["total"], band["sellers"], "{band}");
    }
    let page = anyone
        .get("/search?category=music&language=en&max=2,50&sort=price")
        .await
        .expect(200)
        .text;
    for text in [
        ">Ana<",
        "1 person",
        "value=\"music\" selected>Music (1)",
        "value=\"en\" selected>English (1)",
        "value=\"2,50\"",
        "value=\"price\" selected",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains(">Dan<"));
}

#[tokio::test]
async fn what_can_not_be_looked_for_is_said_beside_its_field() {
    let app = TestApp::start().await;
    cast(&app, LUMEN).await;
    let anyone = app.anonymous(LUMEN);
    let long = format!("q={}", "x".repeat(101));
    for (asked, field) in [
        (long.as_str(), "q"),
        ("language=klingon", "language"),
        ("language=e%25", "language"),
        ("min_minor=-1", "min_minor"),
        ("max_minor=9000000000000000000", "max_minor"),
        ("min_minor=200&max_minor=100", "max_minor"),
        ("rating=51", "rating"),
        ("rating=0", "rating"),
        ("free=someday", "free"),
        ("free=2020-01-01", "free"),
        ("free=2999-01-01", "free"),
        ("at=14:30", "at"),
        ("free=week&at=14:30", "at"),
        ("free=tomorrow&at=25:00", "at"),
        ("free=2027-03-28&at=02:30", "at"),
        ("sort=random", "sort"),
    ] {
        let refused = anyone.get(&format!("{SELLERS}?{asked}")).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field, "{asked}");
    }
    for asked in ["page=-1", "rating=good", "min_minor=1.5"] {
        anyone.get(&format!("{SELLERS}?{asked}")).await.expect(400);
    }
    for (asked, words) in [
        ("max=cheap", "Write a price like 1.80."),
        ("min=3&max=2", "The lowest price is above the highest."),
        ("free=2027-03-28&at=02:30", "The clocks are put forward over this time."),
        ("rating=best", "Choose a rating from 1 to 5 stars."),
    ] {
        let page = anyone.get(&format!("/search?{asked}")).await.expect(422).text;
        assert!(
            page.contains(words) && page.contains("Change what is marked"),
            "{asked}: {page}"
        );
        assert!(!page.contains(">Ana<"), "nobody is shown for {asked}");
    }
    let asked = anyone.request(reqwest::Method::GET, "/search?max=cheap");
    let german = Answer::of(asked.header("accept-language", "de")).await.expect(422).text;
    assert!(german.contains("Schreiben Sie einen Preis wie 1,80."), "{german}");
}

/// It is Friday, 15 January 2027, 13:00 in Berlin.
#[tokio::test]
async fn cards_say_when_somebody_is_free_next_and_a_time_can_be_asked_for() {
    let app = TestApp::start().await;
    let (sol, mia, bea) = (
        app.user(LUMEN, "Sol").await,
        app.user(LUMEN, "Mia").await,
        app.user(LUMEN, "Bea").await,
    );
    start_selling(&sol, "Knows things", 120).await;
    start_selling(&mia, "Knows others", 110).await;
    let anyone = app.anonymous(LUMEN);
    assert_eq!(told(&anyone, "").await["items"][0]["next_free"], Value::Null);
    let service = bookable_for(&sol, "pay_after_accept", 60).await;
    let first = told(&anyone, "sort=next").await;
    assert_eq!(first["items"][0]["name"], "Sol");
    assert_eq!(first["items"][0]["next_free"], "2027-01-15T12:15:00Z");
    assert_eq!(first["items"][1]["next_free"], Value::Null, "Mia can't be booked");
    let page = anyone.get("/search").await.expect(200).text;
    assert!(
        page.contains("Next free: Fri 13:15") && page.contains("Not available"),
        "{page}"
    );
    bea.patch("/api/v1/me", json!({ "time_zone": "America/New_York" }))
        .await
        .expect(200);
    let elsewhere = bea.get("/search").await.expect(200).text;
    assert!(
        elsewhere.contains("Next free: Fri 07:15") && elsewhere.contains("New York"),
        "{elsewhere}"
    );
    assert!(anyone.get("/").await.expect(200).text.contains("Next free: Fri 13:15"));

    // Asked for by the reader's clock: the last talk begins at 16:00 in Berlin, at 10:00 in New York.
    for (reader, asked, there) in [
        (&anyone, "free=today", true),
        (&anyone, "free=today&at=15:00", true),
        (&anyone, "free=today&at=16:30", false),
        (&bea, "free=today&at=09:30", true),
        (&bea, "free=today&at=10:30", false),
        (&anyone, "free=tomorrow", false),
        (&anyone, "free=2027-01-18", true),
        (&anyone, "free=2027-01-18&at=08:15", true),
        (&anyone, "free=2027-01-18&at=08:00", false),
        (&anyone, "free=week", true),
        // Beyond what can be booked.
        (&anyone, "free=2027-03-01", false),
    ] {
        let expected = if there { vec!["Sol"] } else { Vec::new() };
        assert_eq!(found(reader, asked).await, expected, "{asked}");
    }
    let narrowed = told(&anyone, "free=today").await;
    assert_eq!(
        narrowed["facets"]["languages"][0]["sellers"], 1,
        "numbers are of the free"
    );

    // What is given away isn't free any more.
    let pair = json!({"service_id": service, "start": "2027-01-15T12:15:00Z"});
    bea.post("/api/v1/bookings", pair).await.expect(201);
    let held = app
        .database
        .count("held_times WHERE person_id = (SELECT id FROM users WHERE email = 'sol@example.org')");
    assert_eq!(held, 1, "an asked-for time is kept free");
    assert_eq!(
        told(&anyone, "sort=next").await["items"][0]["next_free"],
        "2027-01-15T13:15:00Z"
    );
}
