//! Talks at agreed times: who asks, who answers, who pays, and that nobody gives the same time away twice.

mod told;

use super::start_selling;
use crate::{
    calls::{Pair, Price},
    support::{LUMEN, TestApp, TestUser, VELVET},
};
use futures::future::join_all;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A buyer with credit and a seller whose only service can be booked like that, on working days from nine to five in
/// Berlin. It is Friday, 15 January 2027, 13:00 there.
async fn pair(agreement: &str) -> (Pair, Value) {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, agreement).await;
    (pair, service)
}

/// Makes one's first service one that can be booked for an hour; gives its id.
pub async fn bookable(seller: &TestUser, agreement: &str) -> Value {
    bookable_for(seller, agreement, 60).await
}

/// The same for so many minutes.
pub async fn bookable_for(seller: &TestUser, agreement: &str, minutes: u32) -> Value {
    let own = seller.get("/api/v1/selling/services").await.expect(200).json();
    let id = own["items"][0]["id"].clone();
    let booking = json!({"agreement": agreement, "length_min": minutes, "horizon_days": 14, "at_once": true});
    let service = json!({"title": "Advice", "rate_minor": 100, "booking": booking});
    let path = format!("/api/v1/selling/services/{}", id.as_str().expect("an id"));
    seller.put(&path, service).await.expect(200);
    let weekly =
        json!({"monday": "9-17", "tuesday": "9-17", "wednesday": "9-17", "thursday": "9-17", "friday": "9-17"});
    let hours = json!({"time_zone": "Europe/Berlin", "weekly": weekly});
    seller.put("/api/v1/selling/hours", hours).await.expect(200);
    id
}

/// The times that somebody is told are free.
async fn free(reader: &TestUser, service: &Value) -> Vec<String> {
    let path = format!("/api/v1/services/{}/times", service.as_str().expect("an id"));
    let told = reader.get(&path).await.expect(200).json();
    let starts = told["starts"].as_array().expect("times").iter();
    starts
        .map(|start| start.as_str().expect("an instant").to_owned())
        .collect()
}

pub async fn ask(buyer: &TestUser, service: &Value, start: &str) -> Value {
    let wanted = json!({"service_id": service, "start": start});
    buyer.post("/api/v1/bookings", wanted).await.expect(201).json()
}

fn path(order: &Value, verb: &str) -> String {
    format!("/api/v1/bookings/{}{verb}", order["id"].as_str().expect("an id"))
}

/// What they do about an order, which goes well.
async fn act(person: &TestUser, order: &Value, verb: &str, body: Value) -> Value {
    person.post(&path(order, verb), body).await.expect(200).json()
}

async fn seen(person: &TestUser, order: &Value) -> Value {
    person.get(&path(order, "")).await.expect(200).json()
}

/// Does all that is due.
async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

async fn wallet(person: &TestUser) -> Value {
    person.get("/api/v1/wallet").await.expect(200).json()
}

#[tokio::test]
async fn a_conference_is_asked_for_accepted_and_paid() {
    let (pair, service) = pair("pay_after_accept").await;
    pair.fund(10_000).await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let before = wallet(buyer).await["available_minor"].as_i64().expect("minor");
    let times = free(buyer, &service).await;
    assert_eq!(times.first().map(String::as_str), Some("2027-01-15T12:15:00Z"));
    let start = "2027-01-18T09:00:00Z";
    assert!(times.iter().any(|time| time == start));
    let order = ask(buyer, &service, start).await;
    assert_eq!(
        (&order["state"], &order["price_minor"]),
        (&json!("asked"), &json!(6_000))
    );
    // Nobody else is offered that hour.
    let others = free(&pair.app.anonymous(LUMEN), &service).await;
    assert!(
        others
            .iter()
            .all(|time| !("2027-01-18T08:15".."2027-01-18T10:00").contains(&time.as_str()))
    );
    assert!(
        others.iter().any(|time| time == "2027-01-18T10:00:00Z")
            && others.iter().any(|time| time == "2027-01-18T08:00:00Z")
    );

    let own = buyer
        .post(&path(&order, "/accept"), json!({"round": 1}))
        .await
        .expect(409);
    assert_eq!(own.code(), "own_offer");
    let accepted = act(seller, &order, "/accept", json!({"round": 1})).await;
    assert_eq!(
        (&accepted["state"], &accepted["start"]),
        (&json!("unpaid"), &json!(start))
    );
    assert_eq!(
        seller
            .post(&path(&order, "/accept"), json!({"round": 1}))
            .await
            .expect(409)
            .code(),
        "answered"
    );
    seller.post(&path(&order, "/pay"), json!({})).await.expect(404);
    let booked = act(buyer, &order, "/pay", json!({})).await;
    assert_eq!((&booked["state"], &booked["paid"]), (&json!("booked"), &json!(true)));
    assert_eq!(
        buyer.post(&path(&order, "/pay"), json!({})).await.expect(409).code(),
        "nothing_to_pay"
    );
    assert_eq!(wallet(buyer).await["available_minor"], before - 6_000);
    // Both were told, by a letter each step.
    work(&pair.app).await;
    let letters = |user: &TestUser| pair.app.mails_to(&user.email).len();
    assert_eq!(seen(seller, &order).await["history"].as_array().map(Vec::len), Some(2));
    assert!(letters(buyer) >= 3 && letters(seller) >= 3);
    pair.audit().await;

    // Called off in time: all of it comes back.
    let ended = act(buyer, &order, "/cancel", json!({})).await;
    assert_eq!(
        (&ended["outcome"], &ended["refund_minor"]),
        (&json!("cancelled"), &json!(6_000))
    );
    assert_eq!(wallet(buyer).await["available_minor"], before);
    assert_eq!(pair.app.database.count("held_times"), 0);
    assert!(free(buyer, &service).await.iter().any(|time| time == start));
    pair.audit().await;
}

#[tokio::test]
async fn a_lesson_is_paid_and_agreed_on_in_three_rounds_and_moved_for_nothing() {
    let (pair, service) = pair("negotiated").await;
    pair.fund(10_000).await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let order = buyer
        .post("/api/v1/bookings", json!({"service_id": service, "minutes": 61}))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&order["state"], &order["price_minor"]),
        (&json!("unpaid"), &json!(6_100))
    );
    let propose = |start: &str| json!({"start": start});
    let [first, second, third] = ["2027-01-18T09:00:00Z", "2027-01-19T09:00:00Z", "2027-01-20T09:30:00Z"];
    assert_eq!(
        buyer
            .post(&path(&order, "/propose"), propose(first))
            .await
            .expect(409)
            .code(),
        "not_paid"
    );
    act(buyer, &order, "/pay", json!({})).await;
    act(buyer, &order, "/propose", propose(first)).await;
    act(seller, &order, "/propose", propose(second)).await;
    let offered = act(buyer, &order, "/propose", propose(third)).await;
    assert_eq!(offered["offer"]["round"], 3);
    let old = seller
        .post(&path(&order, "/accept"), json!({"round": 2}))
        .await
        .expect(409);
    assert_eq!(old.code(), "superseded");
    let booked = act(seller, &order, "/accept", json!({"round": 3})).await;
    assert_eq!((&booked["state"], &booked["start"]), (&json!("booked"), &json!(third)));
    let spent = wallet(buyer).await;
    // By half an hour: into the time that it takes itself.
    let later = "2027-01-20T10:00:00Z";
    act(seller, &order, "/propose", propose(later)).await;
    assert_eq!(pair.app.database.count("held_times"), 2);
    let moved = act(buyer, &order, "/accept", json!({"round": 4})).await;
    assert_eq!((&moved["start"], &moved["paid"]), (&json!(later), &json!(true)));
    assert_eq!(wallet(buyer).await["available_minor"], spent["available_minor"]);
    // Called off late: half of it is due, and shared as a call's charge is.
    pair.app.clock.advance(4 * DAY);
    let (buyer, seller) = (buyer.renewed().await, seller.renewed().await);
    let ended = act(&buyer, &order, "/cancel", json!({})).await;
    assert_eq!(
        (&ended["outcome"], &ended["refund_minor"]),
        (&json!("cancelled_late"), &json!(3_050))
    );
    assert_eq!(
        seller
            .post(&path(&order, "/cancel"), json!({}))
            .await
            .expect(409)
            .code(),
        "over"
    );
    pair.audit().await;
}

#[tokio::test]
async fn fifty_race_for_one_time_and_one_has_it() {
    let (pair, service) = pair("pay_after_accept").await;
    let buyers = join_all((0..50).map(|number| {
        let app = &pair.app;
        async move { app.bearer(LUMEN, &format!("Racer {number}")).await }
    }))
    .await;
    let wanted = json!({"service_id": service, "start": "2027-01-18T09:00:00Z"});
    let answers = join_all(
        buyers
            .iter()
            .map(|buyer| buyer.post("/api/v1/bookings", wanted.clone())),
    )
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 49));
    for answer in lost {
        assert_eq!(answer.expect(409).code(), "slot_taken");
    }
    assert_eq!(
        (
            pair.app.database.count("bookings"),
            pair.app.database.count("held_times")
        ),
        (1, 2)
    );
    assert_eq!(pair.app.database.count("jobs WHERE kind = 'booking_due'"), 1);
}

#[tokio::test]
async fn strangers_and_nonsense_change_nothing() {
    let (pair, service) = pair("pay_after_accept").await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let order = ask(buyer, &service, "2027-01-18T09:00:00Z").await;
    let eve = pair.app.bearer(LUMEN, "Eve").await;
    let other = pair.app.bearer(VELVET, "Eve").await;
    for stranger in [&eve, &other] {
        stranger.get(&path(&order, "")).await.expect(404);
        for (verb, body) in [
            ("/accept", json!({"round": 1})),
            ("/decline", json!({"round": 1})),
            ("/propose", json!({"start": "2027-01-19T09:00:00Z"})),
            ("/cancel", json!({})),
            ("/pay", json!({})),
        ] {
            stranger.post(&path(&order, verb), body).await.expect(404);
        }
    }
    let wish = |start: &str| json!({"service_id": service, "start": start});
    for (start, code) in [
        // Taken, over, at night, on a Saturday, off the quarter hour, beyond the days.
        ("2027-01-18T09:00:00Z", "slot_taken"),
        ("2027-01-18T09:45:00Z", "slot_taken"),
        ("2027-01-14T09:00:00Z", "slot_taken"),
        ("2027-01-18T23:00:00Z", "slot_taken"),
        ("2027-01-16T09:00:00Z", "slot_taken"),
        ("2027-01-19T09:01:00Z", "slot_taken"),
        ("2027-03-01T09:00:00Z", "slot_taken"),
        ("-005000-01-02T00:00:00Z", "slot_taken"),
        ("9999-12-30T00:00:00Z", "slot_taken"),
    ] {
        assert_eq!(
            eve.post("/api/v1/bookings", wish(start)).await.expect(409).code(),
            code,
            "{start}"
        );
    }
    eve.post("/api/v1/bookings", wish("2027-02-30T09:00:00Z"))
        .await
        .expect(400);
    let no_time = eve
        .post("/api/v1/bookings", json!({"service_id": service}))
        .await
        .expect(422);
    assert_eq!(no_time.json()["error"]["field"], "start");
    let too_long = json!({"service_id": service, "start": "2027-01-19T09:00:00Z", "minutes": 90});
    assert_eq!(
        eve.post("/api/v1/bookings", too_long).await.expect(422).json()["error"]["field"],
        "minutes"
    );
    seller
        .post("/api/v1/bookings", wish("2027-01-19T09:00:00Z"))
        .await
        .expect(422);
    for start in ["2027-01-14T09:00:00Z", "2027-03-01T09:00:00Z"] {
        let refused = seller
            .post(&path(&order, "/propose"), json!({"start": start}))
            .await
            .expect(409);
        assert!(["too_soon", "too_far"].contains(&refused.code().as_str()), "{start}");
    }
    // A service that nobody can book, or that is gone, has no times.
    let own = pair.app.bearer(LUMEN, "Sol").await;
    let (_, plain) = start_selling(&own, "Knows things", 100).await;
    eve.get(&format!("/api/v1/services/{plain}/times")).await.expect(404);
    let bad = |booking: Value| json!({"title": "Advice", "rate_minor": 100, "booking": booking});
    for (booking, field) in [
        (
            json!({"agreement": "negotiated", "length_min": 0, "horizon_days": 14}),
            "length_min",
        ),
        (
            json!({"agreement": "negotiated", "length_min": 241, "horizon_days": 14}),
            "length_min",
        ),
        (
            json!({"agreement": "negotiated", "length_min": 60, "horizon_days": 0}),
            "horizon_days",
        ),
        (
            json!({"agreement": "negotiated", "length_min": 60, "horizon_days": 366}),
            "horizon_days",
        ),
    ] {
        let refused = own
            .put(&format!("/api/v1/selling/services/{plain}"), bad(booking))
            .await
            .expect(422)
            .json();
        assert_eq!(refused["error"]["field"], field);
    }
    assert_eq!(
        (
            pair.app.database.count("bookings"),
            pair.app.database.count("booking_events")
        ),
        (1, 0)
    );
    // One's own time is given away, too.
    ask(&eve, &service, "2027-01-18T10:00:00Z").await;
    let elsewhere = bookable(&own, "pay_after_accept").await;
    let same_time = json!({"service_id": elsewhere, "start": "2027-01-18T10:30:00Z"});
    assert_eq!(
        eve.post("/api/v1/bookings", same_time).await.expect(409).code(),
        "slot_taken"
    );
    // As many open requests as can be.
    for hour in 11..15 {
        ask(&eve, &service, &format!("2027-01-18T{hour}:00:00Z")).await;
    }
    for hour in 9..14 {
        ask(&eve, &service, &format!("2027-01-19T{hour:02}:00:00Z")).await;
    }
    let one_more = eve
        .post("/api/v1/bookings", wish("2027-01-20T09:00:00Z"))
        .await
        .expect(409);
    assert_eq!(one_more.code(), "too_many_open");
}
