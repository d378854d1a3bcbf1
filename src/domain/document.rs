//! Invoices, receipts and credit notes: what is written on them is frozen when they are numbered.

use super::{
    ids::{BookingId, CallId, RefundId, TopUpId},
    time::Moment,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest name of who issues documents, in characters.
pub const MOST_NAME_CHARS: usize = 120;
/// Longest address, in characters.
pub const MOST_ADDRESS_CHARS: usize = 300;
/// Most lines of an address.
pub const MOST_ADDRESS_LINES: usize = 6;
/// Longest tax number, in characters.
pub const MOST_TAX_NUMBER_CHARS: usize = 40;

/// What sort of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Of something that was sold.
    Invoice,
    /// Of a payment.
    Receipt,
    /// Of what was given back of an invoice.
    CreditNote,
}

impl Kind {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Receipt => "receipt",
            Self::CreditNote => "credit_note",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Invoice, Self::Receipt, Self::CreditNote]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// What a document is of; each has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", content = "id", rename_all = "snake_case")]
pub enum About {
    /// A call that was paid for as it went.
    Call(CallId),
    /// An order that has ended.
    Order(BookingId),
    /// A payment into a wallet.
    TopUp(TopUpId),
    /// Something given back.
    Refund(RefundId),
}

impl About {
    /// What sort of document it gets.
    pub fn kind(self) -> Kind {
        match self {
            Self::Call(_) | Self::Order(_) => Kind::Invoice,
            Self::TopUp(_) => Kind::Receipt,
            Self::Refund(_) => Kind::CreditNote,
        }
    }

    /// As two columns.
    pub fn columns(self) -> (&'static str, Uuid) {
        match self {
            Self::Call(id) => ("call", id.uuid()),
            Self::Order(id) => ("order", id.uuid()),
            Self::TopUp(id) => ("top_up", id.uuid()),
            Self::Refund(id) => ("refund", id.uuid()),
        }
    }

    /// Reads [`columns`](Self::columns).
    pub fn parse(name: &str, id: Uuid) -> Option<Self> {
        Some(match name {
            "call" => Self::Call(CallId::from_uuid(id)),
            "order" => Self::Order(BookingId::from_uuid(id)),
            "top_up" => Self::TopUp(TopUpId::from_uuid(id)),
            "refund" => Self::Refund(RefundId::from_uuid(id)),
            _ => return None,
        })
    }
}

/// A document's number: one after the other within a tenant's year. What was paid with play money has numbers of its own, so
/// that no tax office asks where the others went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// It is of play money.
    pub is_play: bool,
    /// By the tenant's calendar.
    pub year: i32,
    /// From 1.
    pub nth: i32,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let series = if self.is_play { "TEST-" } else { "" };
        write!(f, "{series}{}-{:05}", self.year, self.nth)
    }
}

/// Who issues a tenant's documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The business's name, as the law knows it.
    #[schema(max_length = 120)]
    pub name: String,
    /// Its address, in up to six lines.
    #[schema(max_length = 300)]
    pub address: String,
    /// Its tax number, if it has one.
    #[schema(max_length = 40)]
    pub tax_number: String,
}

/// What a line is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Time, by the minute.
    Time {
        /// How much, seconds.
        seconds: i64,
        /// Price of a minute, in minor units.
        rate_minor: i64,
    },
    /// A talk for one price.
    Talk,
    /// Something that was delivered.
    Delivery,
    /// An extra, by its name.
    Addon {
        /// That.
        title: String,
    },
    /// The part of the extras that is due for a talk that was ended.
    AddonsPart,
    /// What is due of an order that was cancelled late.
    LateCancel,
    /// What is due of an order whose buyer didn't come.
    NoShow,
    /// The marketplace's fee.
    ServiceFee,
    /// The tax on all that is above.
    Tax {
        /// How high it is, in basis points.
        bp: u32,
    },
    /// Credit.
    Credit,
    /// Given back.
    GivenBack,
}

/// A line of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What for.
    #[serde(flatten)]
    pub what: What,
    /// How much, in minor units.
    pub amount_minor: i64,
}

/// The tax that is in a document's sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxPart {
    /// How high it is, in basis points.
    pub bp: u32,
    /// How much, in minor units.
    pub minor: i64,
}

/// All that is written on a document besides its number, kind and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Who issues it.
    pub issuer: Issuer,
    /// Who gets it, by name.
    pub customer: String,
    /// Who did what was paid for, by name; none for payments.
    pub seller: Option<String>,
    /// What was sold; empty for payments.
    pub title: String,
    /// What it is made of, at least one.
    pub lines: Vec<Line>,
    /// The tax that is in it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxPart>,
    /// When that was.
    pub performed_at: Moment,
    /// Number of the invoice that is corrected.
    pub corrects: Option<String>,
}

impl Content {
    /// The sum of all lines, in minor units.
    pub fn total_minor(&self) -> i64 {
        self.lines.iter().map(|line| line.amount_minor).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_in_their_order() {
        let number = |year, nth| Number {
            is_play: false,
            year,
            nth,
        };
        assert_eq!(number(2026, 7).to_string(), "2026-00007");
        let play = Number {
            is_play: true,
            ..number(2026, 7)
        };
        assert_eq!(play.to_string(), "TEST-2026-00007");
        assert!(number(2026, 99_999) < number(2027, 1));
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for about in [
            About::Call(CallId::new()),
            About::Order(BookingId::new()),
            About::TopUp(TopUpId::new()),
            About::Refund(RefundId::new()),
        ] {
            let (name, id) = about.columns();
            assert_eq!(About::parse(name, id), Some(about));
            assert_eq!(Kind::parse(about.kind().name()), Some(about.kind()));
        }
        assert_eq!(About::parse("nothing", Uuid::nil()), None);
    }
}
