//! Erasing a person: nothing says who they were, and the books stay.

use super::joined;
use crate::{
    calls::{Pair, Price},
    consoles::{PlatformUser, actions},
    kept::keep,
    marketplace::{ask, bookable},
    support::{Authenticator, LUMEN, PASSWORD, TestUser, subscription},
};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text};
use serde_json::{Value, json};
use tallyroom::{
    app::documents,
    domain::{document::About, ids::CallId, platform::PlatformRole},
};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table of tenants in which one of the words stands.
fn rows_with(pair: &Pair, words: &[&str]) -> Vec<String> {
    let mut conn = pair.app.database.superuser();
    let search = "
        CREATE TEMP TABLE found (line text);
        DO $$
        DECLARE t record;
        BEGIN
            FOR t IN SELECT DISTINCT table_name FROM information_schema.columns
                     WHERE table_schema = 'public' AND column_name = 'tenant_id' LOOP
                EXECUTE format('INSERT INTO found SELECT %L || to_jsonb(r)::text FROM %I r', t.table_name || ' ', t.table_name);
            END LOOP;
        END $$";
    conn.batch_execute(search).expect("searched");
    let rows: Vec<Line> = sql_query("SELECT line FROM found").load(&mut conn).expect("rows");
    assert!(rows.len() > 30, "the tenant has rows");
    let has = |line: &Line| words.iter().any(|word| line.line.contains(word));
    rows.into_iter().filter(has).map(|line| line.line).collect()
}

async fn admin(pair: &Pair) -> TestUser {
    let owner = PlatformUser::signed_in(&pair.app, "owner@example.org", PlatformRole::Owner).await;
    let tenant = pair.app.scope(LUMEN).await.tenant();
    let body = json!({"email": "ada@lumen.example", "name": "Ada"});
    let invite = format!("/api/platform/tenants/{tenant}/admins");
    owner.browser.post(&invite, body).await.expect(200);
    joined(&pair.app, LUMEN, "ada@lumen.example").await
}

async fn id(user: &TestUser) -> String {
    let me = user.get("/api/v1/me").await.expect(200).json();
    me["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn nothing_says_who_they_were_and_the_books_stay() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin(&pair).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(90_000).await;
    talk.hang_up().await;
    let (scope, about) = (pair.app.scope(LUMEN).await, About::Call(CallId::from_uuid(call)));
    documents::issue(&pair.app.app, &scope, about)
        .await
        .expect("an invoice");
    let rating = json!({"stars": 5, "text": "Written by the buyer herself"});
    let path = format!("/api/v1/calls/{call}/rating");
    pair.buyer.put(&path, rating).await.expect(200);
    let conversations = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
    let conversation = conversations["items"][0]["id"].as_str().expect("a conversation");
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    pair.buyer
        .post(&messages, json!({"text": "My number is 5551234"}))
        .await
        .expect(201);
    let browser = subscription("https://fcm.googleapis.com/fcm/send/of-bea");
    pair.buyer.put("/api/v1/me/push", browser).await.expect(204);
    pair.buyer
        .form("/account/notifications", &[("message.site", "on")])
        .await
        .expect(303);
    pair.seller.post(&messages, json!({"text": "Hello"})).await.expect(201);
    let told = pair.seller.get("/notifications").await.expect(200).text;
    assert!(told.contains("Bea Buyer wrote to you"));
    let bills = pair
        .seller
        .get(&format!("/api/v1/calls/{call}/bill"))
        .await
        .expect(200)
        .json();
    let buyer = id(&pair.buyer).await;
    Authenticator::switched_on(&pair.app, &pair.buyer).await;
    keep(&pair.buyer, "pays").await;
    // What staff did to them is written down without saying who they are.
    let user = format!("/api/v1/admin/users/{buyer}");
    admin
        .post(&format!("{user}/suspend"), json!({"reason": "asked for it"}))
        .await
        .expect(204);

    let words = [
        pair.buyer.email.as_str(),
        "Bea Buyer",
        "Written by the buyer",
        "5551234",
        "of-bea",
        "visa ····",
    ];
    assert!(!rows_with(&pair, &words).is_empty(), "it was there");
    let done = admin.post(&format!("{user}/erase"), json!({})).await.expect(200).json();
    assert_eq!((&done["messages"], &done["reviews"]), (&json!(1), &json!(1)));
    assert_eq!((&done["calls_kept"], &done["notifications"]), (&json!(1), &json!(1)));
    assert!(done["transfers_kept"].as_i64() > Some(2), "{done}");
    assert_eq!(rows_with(&pair, &words), Vec::<String>::new());
    assert_eq!(
        pair.app.database.count("documents"),
        1,
        "the invoice stays, as the books do"
    );

    // The other side still understands its history.
    let after = pair
        .seller
        .get(&format!("/api/v1/calls/{call}/bill"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&after["charged_minor"], &after["lines"]),
        (&bills["charged_minor"], &bills["lines"])
    );
    let calls = pair.seller.get("/api/v1/calls").await.expect(200).json();
    assert_eq!(calls["items"][0]["other_name"], "Erased account");
    let told = pair.seller.get("/notifications").await.expect(200).text;
    assert!(told.contains("Erased account wrote to you"), "{told}");
    assert_eq!(
        pair.app.database.count("recovery_codes") + pair.app.database.count("second_factors"),
        0
    );
    pair.audit().await;
    // Nobody comes in with it, opens it or erases it again; the address is free.
    pair.buyer.get("/api/v1/me").await.expect(401);
    pair.app
        .anonymous(LUMEN)
        .log_in(&pair.buyer.email, PASSWORD)
        .await
        .expect(401);
    assert_eq!(
        admin
            .post(&format!("{user}/restore"), json!({}))
            .await
            .expect(409)
            .code(),
        "erased"
    );
    assert_eq!(
        admin.post(&format!("{user}/erase"), json!({})).await.expect(409).code(),
        "erased"
    );
    pair.app.user(LUMEN, "Bea Buyer").await;
    let log: Value = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[0], "user.erased");
}

#[tokio::test]
async fn a_seller_is_taken_off_the_site_but_not_out_of_a_call() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin(&pair).await;
    let seller = id(&pair.seller).await;
    let user = format!("/api/v1/admin/users/{seller}/erase");
    let hours = json!({"time_zone": "Europe/Berlin", "weekly": {"monday": "9-12"}});
    pair.seller.put("/api/v1/selling/hours", hours).await.expect(200);
    let talk = pair.live().await;
    assert_eq!(admin.post(&user, json!({})).await.expect(409).code(), "in_call");
    talk.hang_up().await;
    // Nor out of what is booked with them.
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let order = ask(&pair.buyer, &service, "2027-01-18T10:00:00Z").await;
    assert_eq!(admin.post(&user, json!({})).await.expect(409).code(), "has_bookings");
    let cancel = format!("/api/v1/bookings/{}/cancel", order["id"].as_str().expect("an id"));
    pair.buyer.post(&cancel, json!({})).await.expect(200);
    let staff = id(&admin).await;
    let own = format!("/api/v1/admin/users/{staff}/erase");
    assert_eq!(admin.post(&own, json!({})).await.expect(409).code(), "is_staff");
    let done = admin.post(&user, json!({})).await.expect(200).json();
    assert_eq!(done["services"], 1);
    let shown = pair
        .app
        .anonymous(LUMEN)
        .get("/api/v1/sellers")
        .await
        .expect(200)
        .json();
    assert_eq!(shown["items"], json!([]));
    assert_eq!(pair.app.database.count("timetables"), 0);
}
