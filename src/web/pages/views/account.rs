//! `/account`.

use super::{Field, Message};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/account`. Posts `action`: `details` (with `name`, `time_zone`, `language`), `calls` (with `do_not_disturb`,
/// `auto_reject`, `on` when ticked) or `log_out_everywhere`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPage {
    /// Mail address; can't be changed here.
    pub email: String,
    /// Public name.
    pub name: Field,
    /// IANA zone.
    pub time_zone: Field,
    /// ISO code.
    pub language: Field,
    /// All IANA zones to choose from.
    pub zones: Vec<String>,
    /// The tenant's languages.
    pub languages: Vec<Choice>,
    /// Nobody can ring.
    pub do_not_disturb: bool,
    /// Calls are answered with "no" at once.
    pub auto_reject: bool,
    /// Places this account is logged in at.
    pub sessions: u32,
    /// A second factor is asked for at each sign-in.
    pub second_factor: bool,
    /// Cards and the like that are kept for later.
    pub kept: Vec<KeptMethod>,
}

/// A card, or the like, that is kept for later.
#[derive(Clone, Debug, Serialize)]
pub struct KeptMethod {
    /// Its id.
    pub id: Uuid,
    /// What it is recognised by.
    pub label: String,
    /// Since when.
    pub since: Timestamp,
}

/// `/account/methods/{id}`: asks whether one is to be removed. Posts nothing but the wish.
#[derive(Clone, Debug, Serialize)]
pub struct ForgetMethodPage {
    /// Which.
    #[serde(flatten)]
    pub kept: KeptMethod,
    /// Why it can't be now.
    pub wrong: Option<Message>,
}

/// `/account/second-factor`. Posts `action`, `switch_on`, `renew` or `switch_off`, with `code`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SecondFactorPage {
    /// How to set an authenticator up, while it is off.
    pub offer: Option<FactorOffer>,
    /// Since when it is on.
    pub since: Option<Timestamp>,
    /// Recovery codes that are left.
    pub codes_left: u32,
    /// Recovery codes that were just made: this page is the only one that shows them.
    pub codes: Vec<String>,
    /// To switch it on.
    pub code: Field,
    /// For new recovery codes.
    pub renew_code: Field,
    /// To switch it off.
    pub off_code: Field,
    /// They may move money here, and need one for that.
    pub needed: bool,
}

/// What an authenticator is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactorOffer {
    /// The secret in fours, to be typed in.
    pub secret: String,
    /// To be opened on a phone.
    pub url: String,
    /// The same as a picture: an SVG in base 64.
    pub picture: String,
}

/// One option of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}
