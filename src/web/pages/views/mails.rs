//! Mails: one column, one button, a plain-text part that is equally good. Addresses are absolute.

use super::{Amount, BillLine, Message};
use jiff::Timestamp;
use serde::Serialize;

/// Asks to confirm the mail address.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyMail {
    /// To whom.
    pub name: String,
    /// The button.
    pub url: String,
    /// Hours the link holds.
    pub hours: u32,
}

/// Lets a new password be set.
#[derive(Clone, Debug, Serialize)]
pub struct ResetMail {
    /// To whom.
    pub name: String,
    /// The button.
    pub url: String,
    /// Minutes the link holds.
    pub minutes: u32,
}

/// Asks to join a tenant's staff, or to sell there.
#[derive(Clone, Debug, Serialize)]
pub struct InviteMail {
    /// To whom.
    pub name: String,
    /// Who asks.
    pub by: String,
    /// To sell.
    pub sells: bool,
    /// To look after a studio.
    pub manages: bool,
    /// The button.
    pub url: String,
}

/// After verification.
#[derive(Clone, Debug, Serialize)]
pub struct WelcomeMail {
    /// To whom.
    pub name: String,
    /// The tenant's home.
    pub url: String,
}

/// Somebody registered with an address that has an account.
#[derive(Clone, Debug, Serialize)]
pub struct RegisteredMail {
    /// To whom.
    pub name: String,
    /// The sign-in page.
    pub url: String,
}

/// Something happened to somebody's second factor.
#[derive(Clone, Debug, Serialize)]
pub struct SecondFactorMail {
    /// To whom.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// What.
    pub news: Message,
    /// The account page.
    pub url: String,
}

/// Where a seller's money goes was changed, or it was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct PayoutMail {
    /// To whom.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// What.
    pub news: Message,
    /// Their earnings.
    pub url: String,
}

/// To the buyer, after a settled call.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptMail {
    /// To whom.
    pub name: String,
    /// With whom.
    pub other_name: String,
    /// What it was about.
    pub service_title: String,
    /// When both connected.
    pub at: Timestamp,
    /// Charged time.
    pub seconds: i64,
    /// How the sum comes about.
    pub lines: Vec<BillLine>,
    /// The sum.
    pub total: Amount,
    /// Left in the wallet.
    pub available: Amount,
    /// The bill.
    pub url: String,
}

/// To the seller who didn't answer.
#[derive(Clone, Debug, Serialize)]
pub struct MissedCallMail {
    /// To whom.
    pub name: String,
    /// Who rang.
    pub other_name: String,
    /// What it was about.
    pub service_title: String,
    /// When.
    pub at: Timestamp,
    /// The conversation.
    pub url: String,
}

/// What was said in a call, for one of its two.
#[derive(Clone, Debug, Serialize)]
pub struct ChatMail {
    /// To whom.
    pub name: String,
    /// With whom they talked.
    pub other_name: String,
    /// What it was about.
    pub service_title: String,
    /// When it rang.
    pub at: Timestamp,
    /// Oldest first.
    pub lines: Vec<ChatMailLine>,
    /// The conversation.
    pub url: String,
}

/// Words or a file.
#[derive(Clone, Debug, Serialize)]
pub struct ChatMailLine {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub by: String,
    /// Words.
    pub text: String,
    /// A file's name.
    pub file: Option<String>,
    /// Where it is saved from.
    pub file_url: Option<String>,
}

/// What somebody wants to be told by mail. The subject is what happened.
#[derive(Clone, Debug, Serialize)]
pub struct NewsMail {
    /// To whom.
    pub name: String,
    /// What happened.
    pub news: Message,
    /// Filled in, for the subject.
    pub subject: String,
    /// What more there is to know of it, a line each.
    pub facts: Vec<Message>,
    /// What the button says.
    pub button: Message,
    /// The page it leads to.
    pub url: String,
}

/// To an admin: what is paid for ends. The platform's owners wrote its words.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionMail {
    /// To whom.
    pub name: String,
    /// Filled in.
    pub subject: String,
    /// Filled in, one entry a paragraph.
    pub paragraphs: Vec<String>,
    /// Where to pay.
    pub url: String,
}

/// To an admin: the proof of a domain is gone.
#[derive(Clone, Debug, Serialize)]
pub struct DomainLostMail {
    /// To whom.
    pub name: String,
    /// Which domain, as people read it.
    pub domain: String,
    /// Where to see to it.
    pub url: String,
}
