//! A tenant's home and the live listing.

use super::{Person, SellerCard};
use crate::domain::category::Names;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/`: the promise, search, who is available, categories, how it works, reviews.
#[derive(Clone, Debug, Serialize)]
pub struct HomePage {
    /// Who can be rung now, at most a dozen.
    pub available: Vec<SellerCard>,
    /// The best of the others.
    pub others: Vec<SellerCard>,
    /// Where to look; empty hides the part.
    pub categories: Vec<Category>,
    /// The last good reviews, at most three.
    pub reviews: Vec<Review>,
    /// Where all of them are, if there are more `others`.
    pub more_url: Option<String>,
}

/// `/live`: everyone who can be rung now.
#[derive(Clone, Debug, Serialize)]
pub struct LivePage {
    /// Available, then in a call.
    pub sellers: Vec<SellerCard>,
    /// Address of the next page.
    pub more_url: Option<String>,
}

/// A category's link.
#[derive(Clone, Debug, Serialize)]
pub struct Category {
    /// Its name, by language.
    pub names: Names,
    /// Where it leads.
    pub url: String,
    /// Sellers in it.
    pub count: u32,
}

/// What a buyer said after a settled call.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    /// Its call's id.
    pub id: Uuid,
    /// Who wrote it; only the name is public.
    pub author: String,
    /// Whom it is about, on pages about several sellers.
    pub about: Option<Person>,
    /// That seller's id.
    pub about_id: Option<Uuid>,
    /// 1 to 5.
    pub stars: u8,
    /// The text; may be empty.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// What the person it is about answers.
    pub reply: Option<Reply>,
    /// What its page is for, if there is a link to it.
    pub link: Option<ReviewLink>,
}

/// An answer to a review.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    /// Whose.
    pub author: String,
    /// Plain text with line breaks.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What a review's page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewLink {
    /// To answer it.
    Reply,
    /// To report it.
    Report,
}
