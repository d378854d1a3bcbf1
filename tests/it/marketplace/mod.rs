//! Sellers and buyers around a call.

mod afterwards;
mod becoming;
mod bookings;
mod calendar;
mod categories;
mod deliveries;
mod demo;
mod desk;
mod feed;
mod files;
mod fronts;
mod golden_mails;
mod hours;
mod identity_checks;
mod imports;
mod lists;
mod lost;
mod messages;
mod people;
mod photos;
mod reviews;
mod search;
mod selling;
mod thumbs;
mod watching;

pub use bookings::{ask, bookable, bookable_for};
pub use people::met;

use crate::support::TestUser;
use serde_json::{Value, json};

fn service(title: &str, rate_minor: i64) -> Value {
    json!({ "title": title, "rate_minor": rate_minor })
}

/// A seller with a profile and one published service; gives their id and the service's.
pub async fn start_selling(user: &TestUser, headline: &str, rate_minor: i64) -> (String, String) {
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
