//! The address at which people's own calendar programs read what they have agreed on.

use super::{ask, bookable};
use crate::{
    calls::{Pair, Price},
    support::{LUMEN, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::{Value, json};

const PAGE: &str = "/account/calendar";
const MONDAY: &str = "2027-01-18T09:00:00Z";

/// Makes an address; gives its path.
async fn address(person: &TestUser) -> String {
    let page = person.form(PAGE, &[("action", "new")]).await.expect(200).text;
    let from = page.find("/calendar.ics?token").expect("an address");
    let path: String = page[from..].chars().take_while(|c| *c != '"').collect();
    path.replace("&#x3D;", "=")
}

/// A parser that isn't ours says what others will read: each entry's properties that tell what it is.
fn entries(text: &str) -> Vec<Vec<(String, String)>> {
    let unfolded = icalendar::parser::unfold(text);
    let file = icalendar::parser::read_calendar(&unfolded).expect("a calendar");
    let told = ["UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "URL"];
    let of = |event: &icalendar::parser::Component<'_>| {
        let value = |name: &str| {
            let property = event.properties.iter().find(|one| one.name == name);
            property.map(|one| one.val.to_string()).unwrap_or_default()
        };
        told.iter().map(|name| ((*name).to_owned(), value(name))).collect()
    };
    file.components.iter().map(of).collect()
}

async fn read(reader: &TestUser, path: &str) -> String {
    reader.get(path).await.expect(200).text
}

async fn booked(pair: &Pair, service: &Value) -> String {
    let order = ask(&pair.buyer, service, MONDAY).await;
    let id = order["id"].as_str().expect("an id").to_owned();
    let accept = format!("/api/v1/bookings/{id}/accept");
    pair.seller.post(&accept, json!({"round": 1})).await.expect(200);
    id
}

#[tokio::test]
async fn a_program_reads_what_was_agreed_on_and_follows_it() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    pair.fund(10_000).await;
    let (own, others) = (address(&pair.buyer).await, address(&pair.seller).await);
    // Nobody is signed in: the program has the address and nothing else.
    let program = pair.app.anonymous(LUMEN);
    assert_eq!(entries(&read(&program, &own).await), Vec::<Vec<_>>::new());
    let id = booked(&pair, &service).await;
    let expected = |changes: &str, status: &str, with: &str| {
        let host = pair.buyer.host();
        [
            ("UID", format!("{id}@bookings")),
            ("SEQUENCE", changes.to_owned()),
            ("DTSTART", "20270118T090000Z".to_owned()),
            ("DTEND", "20270118T100000Z".to_owned()),
            ("SUMMARY", format!("Advice – {with}")),
            ("STATUS", status.to_owned()),
            ("URL", format!("http://{host}/conferences/{id}")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    };
    assert_eq!(
        entries(&read(&program, &own).await),
        [expected("1", "TENTATIVE", "Sol Seller")]
    );
    let pay = format!("/api/v1/bookings/{id}/pay");
    pair.buyer.post(&pay, json!({})).await.expect(200);
    assert_eq!(
        entries(&read(&program, &own).await),
        [expected("2", "CONFIRMED", "Sol Seller")]
    );
    let answer = program.get(&others).await.expect(200);
    assert_eq!(entries(&answer.text), [expected("2", "CONFIRMED", "Bea Buyer")]);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "private, max-age=300");

    // Whoever has it already is told so, until something changes.
    let again = |tag: String| {
        let request = program.request(Method::GET, &others).header("if-none-match", tag);
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    let tag = answer.header("etag").to_owned();
    pair.app.clock.advance(60_000);
    assert_eq!(again(tag.clone()).await, 304);
    let cancel = format!("/api/v1/bookings/{id}/cancel");
    pair.seller.post(&cancel, json!({})).await.expect(200);
    assert_eq!(again(tag).await, 200);
    assert_eq!(entries(&read(&program, &others).await), Vec::<Vec<_>>::new());
}

#[tokio::test]
async fn an_address_is_one_persons_secret_and_ends() {
    let pair = Pair::new(Price::default()).await;
    let (buyer, program) = (&pair.buyer, pair.app.anonymous(LUMEN));
    let first = address(buyer).await;
    read(&program, &first).await;
    // It is told once, and nobody can find it in the database.
    let secret = first.split_once('=').expect("a secret").1.to_owned();
    assert!(!buyer.get(PAGE).await.expect(200).text.contains(&secret));
    let stored = format!("calendar_feeds WHERE encode(token_hash, 'escape') LIKE '%{secret}%'");
    assert_eq!(
        (
            pair.app.database.count("calendar_feeds"),
            pair.app.database.count(&stored)
        ),
        (1, 0)
    );
    for made_up in [
        "",
        "?token=",
        "?token=x",
        &format!("?token={}", "A".repeat(43)),
        "?token=%00",
    ] {
        program.get(&format!("/calendar.ics{made_up}")).await.expect(404);
    }
    // At another tenant nobody has it.
    pair.app.anonymous(VELVET).get(&first).await.expect(404);
    let second = address(buyer).await;
    program.get(&first).await.expect(404);
    read(&program, &second).await;
    buyer.form(PAGE, &[("action", "end")]).await.expect(303);
    program.get(&second).await.expect(404);
    assert_eq!(pair.app.database.count("calendar_feeds"), 0);

    // Of somebody who may not come in nothing is read.
    let third = address(buyer).await;
    let suspend = format!(
        "UPDATE users SET suspended_at = now(), suspended_reason = 'x' WHERE email = '{}'",
        buyer.email
    );
    pair.app
        .database
        .superuser()
        .batch_execute(&suspend)
        .expect("suspended");
    program.get(&third).await.expect(404);
}

#[tokio::test]
async fn a_program_that_asks_all_the_time_is_told_to_wait() {
    let pair = Pair::new(Price::default()).await;
    let (path, program) = (address(&pair.buyer).await, pair.app.anonymous(LUMEN));
    for _ in 0..30 {
        program.get(&path).await.expect(200);
    }
    program.get(&path).await.expect(429);
    // Others aren't held up.
    read(&program, &address(&pair.seller).await).await;
    pair.app.clock.advance(60_000);
    program.get(&path).await.expect(200);
}
