//! What people are sent about their bookings, and what ends without anybody.

use super::{DAY, HOUR, act, ask, pair, path, seen, work};
use crate::support::{TestApp, TestUser};
use diesel::RunQueryDsl as _;
use serde_json::json;

#[tokio::test]
async fn what_nobody_answers_or_pays_ends_by_itself() {
    let (pair, service) = pair("pay_after_accept").await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let ignored = ask(buyer, &service, "2027-01-20T09:00:00Z").await;
    let unpaid = ask(buyer, &service, "2027-01-20T10:00:00Z").await;
    act(seller, &unpaid, "/accept", json!({"round": 1})).await;
    let poor = buyer.post(&path(&unpaid, "/pay"), json!({})).await.expect(409);
    assert_eq!(poor.code(), "insufficient_credit");
    assert_eq!(seen(buyer, &unpaid).await["state"], "unpaid");
    pair.app.clock.advance(24 * HOUR);
    work(&pair.app).await;
    let buyer = &buyer.renewed().await;
    assert_eq!(seen(buyer, &unpaid).await["outcome"], "not_paid");
    assert_eq!(seen(buyer, &ignored).await["state"], "asked");
    pair.app.clock.advance(24 * HOUR);
    work(&pair.app).await;
    let buyer = &buyer.renewed().await;
    assert_eq!(seen(buyer, &ignored).await["outcome"], "expired");
    assert_eq!(pair.app.database.count("held_times"), 0);
    pair.audit().await;
}

/// The calendar files that somebody was sent, oldest first: method, sequence, and when.
fn calendars(app: &TestApp, person: &TestUser) -> Vec<(String, String, String)> {
    let mails = app
        .mails_to(&person.email)
        .into_iter()
        .filter(|mail| !mail.calendar.is_empty());
    let mut found: Vec<_> = mails
        .map(|mail| {
            // A parser that isn't ours says what others will read.
            let text = icalendar::parser::unfold(&mail.calendar);
            let file = icalendar::parser::read_calendar(&text).expect("a calendar");
            let method = file
                .properties
                .iter()
                .find(|one| one.name == "METHOD")
                .expect("a method")
                .val
                .to_string();
            let event = file.components.first().expect("an event");
            let value = |name: &str| {
                let property = event.properties.iter().find(|one| one.name == name);
                property.map(|one| one.val.to_string()).unwrap_or_default()
            };
            assert!(
                !value("UID").is_empty() && !value("DTEND").is_empty() && value("ORGANIZER").starts_with("mailto:")
            );
            (method, value("SEQUENCE"), value("DTSTART"))
        })
        .collect();
    found.sort_by_key(|(_, sequence, _)| sequence.parse::<u32>().unwrap_or(0));
    found
}

#[tokio::test]
async fn calendars_follow_and_reminders_come_once() {
    let (pair, service) = pair("pay_after_accept").await;
    pair.fund(10_000).await;
    let order = ask(&pair.buyer, &service, "2027-01-18T09:00:00Z").await;
    act(&pair.seller, &order, "/accept", json!({"round": 1})).await;
    act(&pair.buyer, &order, "/pay", json!({})).await;
    work(&pair.app).await;
    act(
        &pair.seller,
        &order,
        "/propose",
        json!({"start": "2027-01-18T10:00:00Z"}),
    )
    .await;
    act(&pair.buyer, &order, "/accept", json!({"round": 2})).await;
    work(&pair.app).await;
    for person in [&pair.buyer, &pair.seller] {
        let files = calendars(&pair.app, person);
        let requests: Vec<_> = files
            .iter()
            .map(|(method, _, start)| (method.as_str(), start.as_str()))
            .collect();
        assert_eq!(requests.first(), Some(&("REQUEST", "20270118T090000Z")));
        assert_eq!(requests.last(), Some(&("REQUEST", "20270118T100000Z")));
    }
    // An hour before what was agreed last, and not before what was agreed first.
    let soon = |user: &TestUser| {
        let mails = pair.app.mails_to(&user.email);
        mails.iter().filter(|mail| mail.subject.contains("begins soon")).count()
    };
    pair.app.clock.advance(3 * DAY - 4 * HOUR);
    work(&pair.app).await;
    assert_eq!((soon(&pair.buyer), soon(&pair.seller)), (0, 0));
    pair.app.clock.advance(HOUR);
    work(&pair.app).await;
    work(&pair.app).await;
    assert_eq!((soon(&pair.buyer), soon(&pair.seller)), (1, 1));
    let buyer = pair.buyer.renewed().await;
    act(&buyer, &order, "/cancel", json!({})).await;
    work(&pair.app).await;
    let last = calendars(&pair.app, &pair.seller).pop().expect("a file");
    assert_eq!((last.0.as_str(), last.2.as_str()), ("CANCEL", "20270118T100000Z"));
    pair.audit().await;
}

#[tokio::test]
async fn an_order_whose_job_was_lost_ends_all_the_same() {
    let (pair, service) = pair("pay_after_accept").await;
    let order = ask(&pair.buyer, &service, "2027-01-20T09:00:00Z").await;
    diesel::sql_query("DELETE FROM jobs WHERE kind = 'booking_due'")
        .execute(&mut pair.app.database.superuser())
        .expect("lost");
    pair.app.clock.advance(48 * HOUR);
    work(&pair.app).await;
    let buyer = &pair.buyer.renewed().await;
    assert_eq!(seen(buyer, &order).await["state"], "asked", "a job may be late");
    pair.app.clock.advance(6 * 60_000);
    work(&pair.app).await;
    let buyer = &pair.buyer.renewed().await;
    assert_eq!(seen(buyer, &order).await["outcome"], "expired");
    assert_eq!(pair.app.database.count("held_times"), 0);
}
