//! Looking for somebody.

use super::{Amount, Field, Message, SellerCard};
use crate::domain::category::Names;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// `/search`: who is what somebody looks for, and what that can be narrowed to.
#[derive(Clone, Debug, Serialize)]
pub struct SearchPage {
    /// Words; empty for everybody.
    pub query: String,
    /// The slug of the chosen category; empty for all.
    pub category: String,
    /// The chosen language's ISO code; empty for all.
    pub language: String,
    /// The chosen least rating in tenths; empty for all.
    pub rating: String,
    /// Only who is here now.
    pub available: bool,
    /// The chosen order.
    pub sort: String,
    /// The orders there are.
    pub sorts: Vec<&'static str>,
    /// Least price of a minute.
    pub min: Field,
    /// Highest price of a minute.
    pub max: Field,
    /// The chosen day: `today`, `tomorrow`, `week` or a date; empty for any.
    pub free: Field,
    /// A time of that day.
    pub at: Field,
    /// Days after tomorrow that can be chosen.
    pub days: Vec<Date>,
    /// Categories with somebody in them.
    pub categories: Vec<CategoryOption>,
    /// Languages that somebody speaks.
    pub languages: Vec<CountedOption>,
    /// Least ratings that somebody has.
    pub ratings: Vec<CountedOption>,
    /// Bands of prices, the lowest first.
    pub prices: Vec<PriceOption>,
    /// One page of those who were found.
    pub sellers: Vec<SellerCard>,
    /// How many there are on all pages.
    pub total: u32,
    /// There are more, and only the best were looked at; numbers are of those.
    pub cut: bool,
    /// Nobody has the words that were written; these have similar ones.
    pub similar: bool,
    /// It isn't everybody who is looked for.
    pub narrowed: bool,
    /// Address of the next page.
    pub more_url: Option<String>,
    /// Address of the page before.
    pub back_url: Option<String>,
    /// When the page was made.
    pub now: Timestamp,
    /// Something that was typed can't be looked for.
    pub wrong: bool,
    /// What is wrong, if it isn't one field's.
    pub error: Option<Message>,
}

/// A category to choose.
#[derive(Clone, Debug, Serialize)]
pub struct CategoryOption {
    /// As addresses name it.
    pub slug: String,
    /// Its name, by language.
    pub names: Names,
    /// Sellers that it leaves.
    pub count: u32,
}

/// A language or a least rating to choose.
#[derive(Clone, Debug, Serialize)]
pub struct CountedOption {
    /// As addresses name it.
    pub value: String,
    /// The same as a number, if it is one.
    pub tenths: u32,
    /// Sellers that it leaves.
    pub count: u32,
}

/// A band of prices to choose.
#[derive(Clone, Debug, Serialize)]
pub struct PriceOption {
    /// At least; none for the lowest.
    pub least: Option<Amount>,
    /// At most; none for the highest.
    pub highest: Option<Amount>,
    /// Sellers that it leaves.
    pub count: u32,
    /// It is the chosen one.
    pub chosen: bool,
    /// Where it leads, or back from it.
    pub url: String,
}
