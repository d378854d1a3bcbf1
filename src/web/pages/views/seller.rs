//! A seller's page with the box that rings.

use super::{Amount, Message, NextTimes, Review, SellerCard};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use uuid::Uuid;

/// `/sellers/{id}`. The form posts `service` to the same path and is redirected to `/calls/{id}`; `/sellers/{id}/watch`
/// takes `wanted` (`on`, or nothing).
#[derive(Clone, Debug, Serialize)]
pub struct SellerPage {
    /// Who.
    pub seller: SellerCard,
    /// In their own words; plain text with line breaks.
    pub about: String,
    /// Published services; the chosen one (`?service=`) first marked `selected`.
    pub services: Vec<ServiceOffer>,
    /// What is delivered instead of talked.
    pub deliveries: Vec<Delivery>,
    /// What the box on the right says; none when there is nothing to ring for.
    pub ring: Option<RingBox>,
    /// When they are there in the days to come; none if they never said so.
    pub hours: Option<OpenHours>,
    /// When they can be booked next; none if they can't.
    pub free: Option<NextTimes>,
    /// Newest first.
    pub reviews: Vec<Review>,
    /// Settled calls so far.
    pub calls_count: u32,
    /// It is the reader's.
    pub own: bool,
    /// Why the last try to ring failed.
    pub error: Option<Message>,
}

/// Something that is delivered, with a fixed price; ordered at `/order/{id}`.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// The service.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// What one gets.
    pub description: String,
    /// What it costs.
    pub price: Amount,
    /// Within so many days it comes.
    pub days: u32,
}

/// When a seller is there, by the reader's days.
#[derive(Clone, Debug, Serialize)]
pub struct OpenHours {
    /// Days on which they are.
    pub days: Vec<OpenDay>,
    /// Whose clock the seller lives by.
    pub zone: String,
    /// It shows other times than the reader's.
    pub elsewhere: bool,
    /// Now.
    pub now: Timestamp,
}

/// A day on which a seller is there.
#[derive(Clone, Debug, Serialize)]
pub struct OpenDay {
    /// The day.
    pub day: Date,
    /// In order.
    pub spans: Vec<OpenSpan>,
}

/// From when until when, such as `15:00–17:00`.
#[derive(Clone, Debug, Serialize)]
pub struct OpenSpan {
    /// By the reader's clock.
    pub here: String,
    /// By the seller's, if it shows other times.
    pub there: Option<String>,
}

/// A published service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceOffer {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// What one gets; plain text.
    pub description: String,
    /// Price of a minute.
    pub rate: Amount,
    /// What is charged at once.
    pub increment: Increment,
    /// Shortest call that is charged, in minutes; 0 is none.
    pub minimum_minutes: u32,
    /// What that costs.
    pub minimum_charge: Amount,
    /// Free seconds after connecting.
    pub grace_seconds: u32,
    /// With picture, or sound only.
    pub video_enabled: bool,
    /// A time can be booked for it.
    pub bookable: bool,
    /// It can be asked for now.
    pub at_once: bool,
    /// The one the box is about.
    pub selected: bool,
}

/// The unit time is charged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Increment {
    /// Every second.
    Second,
    /// Every started minute.
    Minute,
    /// Every started block.
    Block {
        /// Its length.
        seconds: u32,
    },
}

/// The box with the price and the one button.
#[derive(Clone, Debug, Serialize)]
pub struct RingBox {
    /// The selected service.
    pub service: ServiceOffer,
    /// What the button can do.
    pub state: RingState,
    /// Must be in the wallet to start: the larger of minimum and first increment.
    pub needed: Amount,
    /// What the reader can spend; none when not logged in.
    pub available: Option<Amount>,
    /// Whole minutes that lasts.
    pub lasts_minutes: Option<u32>,
    /// Whether the reader is told when the seller is available; none when not logged in.
    pub watched: Option<bool>,
    /// A talk at once could be asked for, but the seller is busy elsewhere, or turns everything down for now.
    pub takes_no_requests: bool,
    /// How long the seller has to answer, in seconds.
    pub ring_seconds: u32,
}

/// What the button can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RingState {
    /// Ring.
    Ready,
    /// Log in first.
    LogIn,
    /// Add credit first.
    TopUp,
    /// The seller is in a call.
    InCall,
    /// The seller isn't available.
    Away,
    /// The reader's own page.
    Own,
    /// The reader is in a call already.
    Busy,
    /// No call can begin at this marketplace now.
    Closed,
}
