//! Payment providers on this machine: strict where the real ones are, and in whatever mood the test wants. Each has the
//! page that people pay on: card numbers are typed there and nowhere else.

pub mod authorize_net;
pub mod iyzico;
mod page;
pub mod paypal;
pub mod paytr;
pub mod payu;
mod server;
pub mod stripe;
pub mod two_checkout;

pub use page::{Back, Sheet};
pub use server::{Asked, Books, Message, Said, Server, Standing, fields};

/// What becomes of the next order that reaches a provider. Questions are always answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It is done and answered.
    Well,
    /// Neither done nor answered.
    LostBefore,
    /// Done, but never answered.
    LostAfter,
    /// Not done: the provider is in trouble.
    Trouble,
    /// Done, but the answer is of a provider in trouble.
    TroubleAfter,
    /// Done; the answer ends in the middle.
    CutShort,
    /// Done; the answer has fields that nobody has heard of.
    Chatty,
    /// Not done: the answer is to be had elsewhere.
    Elsewhere,
    /// Done; the answer is longer than any should be.
    Endless,
}

/// What a person does on a payment page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Pays.
    Pay,
    /// Tries a card that is declined.
    Fail,
    /// Goes away until the page has run out.
    RunOut,
}

/// How a saved card behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Card {
    /// It pays.
    #[default]
    Good,
    /// Its bank says no.
    Empty,
    /// Its bank wants to ask its holder.
    Asks,
}

/// Money that a provider's books say was taken or is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Our name of the payment.
    pub intent: String,
    /// How much, in the unit that the provider counts in.
    pub units: i64,
    /// What of it was given back.
    pub refunded: i64,
    /// It is only authorised.
    pub held: bool,
}
