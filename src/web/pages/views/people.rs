//! People as cards and lines show them.

use super::{Amount, Increment};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// Somebody's face and name.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// Public name.
    pub name: String,
    /// Picture; initials are shown without one.
    pub photo_url: Option<String>,
}

impl Person {
    /// A person by name, with a picture if there is one.
    pub fn new(name: impl Into<String>, photo_url: Option<String>) -> Self {
        Self {
            name: name.into(),
            photo_url,
        }
    }
}

/// Whether a seller can be rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Switched on and online.
    Available,
    /// In a call now.
    InCall,
    /// Neither.
    Away,
    /// Only delivers, and is never rung.
    Orders,
}

/// Stars so far.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Rating {
    /// Average times ten: 48 is 4.8.
    pub average_tenths: u32,
    /// How many ratings.
    pub count: u32,
}

/// A seller in a list.
#[derive(Clone, Debug, Serialize)]
pub struct SellerCard {
    /// Whose page the card leads to.
    pub id: Uuid,
    /// Face and name.
    #[serde(flatten)]
    pub person: Person,
    /// A still of them, while they are live.
    pub snapshot_url: Option<String>,
    /// One line about them.
    pub headline: String,
    /// Spoken languages, as ISO codes.
    pub languages: Vec<String>,
    /// What it names the price of; none while nothing is published.
    pub service: Option<CardService>,
    /// Stars.
    pub rating: Rating,
    /// Whether they can be rung.
    pub presence: Presence,
    /// Until when availability is switched on.
    pub available_until: Option<Timestamp>,
    /// When they can be booked next, where that is known.
    pub next_free: Option<Timestamp>,
    /// That is within a week: its weekday says which day.
    pub next_is_soon: bool,
}

/// The service a card names the price of.
#[derive(Clone, Debug, Serialize)]
pub struct CardService {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// Price of a minute, or of a delivery.
    pub price: Amount,
    /// It is talked about by video, and paid by the minute.
    pub by_minute: bool,
    /// What is charged at once.
    pub increment: Increment,
}
