//! Jobs that died, or that an archive didn't bring: what they should have done is taken up again, once.

use super::bookings::{ask, bookable_for};
use crate::{
    calls::{Pair, Price},
    support::{TestApp, TestUser, bought},
};
use diesel::connection::SimpleConnection as _;
use serde_json::json;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A talk that is booked for Monday, 18 January 2027, 09:00 UTC. It is Friday, noon.
async fn booked() -> (Pair, String) {
    let pair = Pair::new(Price {
        credit_minor: 10_000,
        ..Price::default()
    })
    .await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 60).await;
    let wanted = json!({"service_id": service, "start": "2027-01-18T09:00:00Z"});
    let order = bought(&pair.buyer, &pair.seller, wanted).await;
    work(&pair.app).await;
    (pair, order)
}

async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

/// Every minute for so many.
async fn minutes(app: &TestApp, many: i64) {
    for _ in 0..many {
        app.clock.advance(MINUTE);
        work(app).await;
    }
}

fn change(app: &TestApp, statement: &str) {
    app.database.superuser().batch_execute(statement).expect("changed");
}

/// As an archive brings things: without jobs.
fn lose_jobs(app: &TestApp) {
    change(app, "DELETE FROM jobs");
}

fn live(app: &TestApp, kind: &str) -> i64 {
    app.database
        .count(&format!("jobs WHERE state = 'due' AND kind = '{kind}'"))
}

fn told(app: &TestApp, user: &TestUser, words: &str) -> usize {
    let mails = app.mails_to(&user.email);
    mails.iter().filter(|mail| mail.subject.contains(words)).count()
}

#[tokio::test]
async fn talks_without_jobs_are_reminded_of_once_and_it_is_looked_who_is_there() {
    let (pair, order) = booked().await;
    let app = &pair.app;
    lose_jobs(app);
    minutes(app, 3).await;
    assert_eq!(
        (live(app, "booking_soon"), live(app, "booking_look")),
        (0, 0),
        "it isn't time for that yet"
    );
    // Up to an hour before they would be reminded.
    app.clock.advance(2 * DAY + 19 * HOUR + 50 * MINUTE);
    minutes(app, 5).await;
    assert_eq!(
        (live(app, "booking_soon"), live(app, "booking_look")),
        (1, 0),
        "one job"
    );
    assert_eq!(told(app, &pair.buyer, "begins soon"), 0);
    minutes(app, 10).await;
    assert_eq!(
        (live(app, "booking_soon"), live(app, "booking_look")),
        (0, 1),
        "one job"
    );
    assert_eq!(
        (
            told(app, &pair.buyer, "begins soon"),
            told(app, &pair.seller, "begins soon")
        ),
        (1, 1)
    );
    assert_eq!(app.database.count("booking_looks"), 0);
    minutes(app, 70).await;
    // Nobody came: that was seen at every look, and decided from them.
    let seen = pair.buyer.renewed().await;
    let path = format!("/api/v1/bookings/{order}");
    let over = seen.get(&path).await.expect(200).json();
    assert_eq!(
        (&over["state"], &over["outcome"]),
        (&json!("closed"), &json!("both_missed"))
    );
    assert_eq!(told(app, &pair.buyer, "begins soon"), 1);
    minutes(app, 3).await;
    assert_eq!((live(app, "booking_soon"), live(app, "booking_look")), (0, 0));
    pair.audit().await;
}

#[tokio::test]
async fn a_look_that_died_is_taken_up_an_hour_later_and_not_again_and_again() {
    let (pair, _) = booked().await;
    let app = &pair.app;
    app.clock.advance(2 * DAY + 20 * HOUR);
    change(
        app,
        "UPDATE jobs SET state = 'dead', finished_at = '2027-01-18T08:00:00Z' WHERE kind = 'booking_look'",
    );
    minutes(app, 50).await;
    assert_eq!(live(app, "booking_look"), 0, "what it died of is left alone");
    minutes(app, 15).await;
    assert_eq!(
        app.database
            .count("jobs WHERE kind = 'booking_look' AND state = 'dead'"),
        1
    );
    assert!(app.database.count("booking_looks") >= 3, "it is looked at again");
    assert_eq!(live(app, "booking_look"), 1);
}

#[tokio::test]
async fn however_many_orders_are_overdue_all_are_seen_to() {
    let pair = Pair::new(Price::default()).await;
    let (app, service) = (&pair.app, bookable_for(&pair.seller, "pay_after_accept", 60).await);
    ask(&pair.buyer, &service, "2027-01-20T09:00:00Z").await;
    // More of them came with an archive than are looked at in one go.
    change(
        app,
        "INSERT INTO bookings (tenant_id, id, buyer_id, seller_id, service_id, service_title, currency, call_terms,
             booking, ordered_at, due_at)
         SELECT tenant_id, gen_random_uuid(), buyer_id, seller_id, service_id, service_title, currency, call_terms,
             booking, ordered_at, due_at FROM bookings, generate_series(1, 250)",
    );
    lose_jobs(app);
    app.clock.advance(4 * DAY);
    app.jobs.run_due().await.expect("the database");
    assert_eq!(app.database.count("bookings WHERE closed_at IS NOT NULL"), 251);
}
