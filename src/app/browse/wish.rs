//! What somebody looks for.

use crate::{
    domain::{
        ids::UserId,
        schedule::{AskedError, asked},
        time::{Moment, Span, Zone},
    },
    error::{Error, Result},
};

/// Longest text that is looked for, in characters.
pub const MOST_QUERY_CHARS: usize = 100;
/// Highest price of a minute that is asked for, minor units.
const MOST_RATE_MINOR: i64 = 1_000_000_000;

/// In which order those who are found stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Who fits best, then who can be rung now, then who is rated best.
    #[default]
    Best,
    /// The lowest price of a minute first; then whoever only delivers.
    Price,
    /// The best rated first.
    Rating,
    /// Who can be booked next.
    Next,
}

impl Sort {
    /// All of them, the usual one first.
    pub const ALL: [Self; 4] = [Self::Best, Self::Price, Self::Rating, Self::Next];

    /// As addresses name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Price => "price",
            Self::Rating => "rating",
            Self::Next => "next",
        }
    }
}

/// What was asked for, as it was written; empty says nothing.
#[derive(Clone, Debug, Default)]
pub struct Typed<'a> {
    /// Words.
    pub query: &'a str,
    /// A category's slug.
    pub category: &'a str,
    /// A language's ISO code.
    pub language: &'a str,
    /// Least price of a minute, minor units.
    pub least_minor: Option<i64>,
    /// Highest price of a minute, minor units.
    pub highest_minor: Option<i64>,
    /// Least rating in tenths: 45 is 4.5.
    pub rating_tenths: Option<u32>,
    /// Only those who are here now: who can be rung, or is in a call.
    pub available: bool,
    /// `today`, `tomorrow`, `week` or a date.
    pub day: &'a str,
    /// A time of that day, such as `14:30`.
    pub at: &'a str,
    /// As [`Sort::name`] has it.
    pub sort: &'a str,
}

/// What somebody looks for, within bounds.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Words; empty for everybody.
    pub query: String,
    /// A category's slug.
    pub category: Option<String>,
    /// A language's ISO code.
    pub language: Option<String>,
    /// Least price of a minute, minor units.
    pub least_minor: Option<i64>,
    /// Highest price of a minute, minor units.
    pub highest_minor: Option<i64>,
    /// Least rating in tenths.
    pub rating_tenths: Option<u32>,
    /// Only those who are here now.
    pub available: bool,
    /// Only those who can be booked for then.
    pub free: Option<Span>,
    /// The order.
    pub sort: Sort,
    /// Not these, who are kept from the reader.
    pub without: Vec<UserId>,
    /// Who looks: what they have planned themselves is not free for them.
    pub reader: Option<UserId>,
}

impl Wish {
    /// Of what was written by somebody in that zone.
    ///
    /// # Errors
    /// Something is out of bounds or no time at all; says which field.
    pub fn of(typed: &Typed<'_>, zone: &Zone, now: Moment) -> Result<Self> {
        let query = typed.query.trim();
        if query.chars().count() > MOST_QUERY_CHARS {
            return Err(Error::field("q", "Look for something shorter: up to 100 characters."));
        }
        let price = |field: &'static str, minor: Option<i64>| match minor {
            Some(minor) if !(0..=MOST_RATE_MINOR).contains(&minor) => Err(Error::field(field, "Name a lower price.")),
            minor => Ok(minor),
        };
        let (least, highest) = (
            price("min_minor", typed.least_minor)?,
            price("max_minor", typed.highest_minor)?,
        );
        if least.zip(highest).is_some_and(|(least, highest)| least > highest) {
            let words = "The lowest price is above the highest. Change one of the two.";
            return Err(Error::field("max_minor", words));
        }
        if typed.rating_tenths.is_some_and(|tenths| !(10..=50).contains(&tenths)) {
            return Err(Error::field("rating", "Choose a rating from 1 to 5 stars."));
        }
        let free = asked(typed.day, typed.at, zone, now).map_err(no_time)?;
        Ok(Self {
            query: query.to_owned(),
            category: some(typed.category),
            language: language(typed.language)?,
            least_minor: least,
            highest_minor: highest,
            rating_tenths: typed.rating_tenths,
            available: typed.available,
            free,
            sort: sort(typed.sort)?,
            without: Vec::new(),
            reader: None,
        })
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn language(code: &str) -> Result<Option<String>> {
    let code = some(code).map(|code| code.to_ascii_lowercase());
    let good = |code: &String| (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    match code {
        Some(code) if !good(&code) => Err(Error::field(
            "language",
            "Name a language by its code, such as en or de.",
        )),
        code => Ok(code),
    }
}

fn sort(name: &str) -> Result<Sort> {
    match name.trim() {
        "" => Ok(Sort::default()),
        name => Sort::ALL
            .into_iter()
            .find(|sort| sort.name() == name)
            .ok_or_else(|| Error::field("sort", "Sort by best, price, rating or next.")),
    }
}

fn no_time(why: AskedError) -> Error {
    match why {
        AskedError::Day => Error::field("free", "Choose a day from the list, or write a date like 2026-12-31."),
        AskedError::TooFar => Error::field("free", "Choose a day within a year."),
        AskedError::Over => Error::field("free", "This time is over. Choose a later one."),
        AskedError::Time => Error::field("at", "Write a time like 14:30."),
        AskedError::NoDay => Error::field("at", "Choose one day for this time."),
        AskedError::Gap => Error::field("at", "The clocks are put forward over this time. Choose another one."),
    }
}
