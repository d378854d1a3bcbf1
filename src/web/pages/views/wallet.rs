//! The wallet: balance, statement, top-up.

use super::{Amount, Field, Message};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/wallet`. Posts `amount` (major units as typed, or one of the suggestions' minor units as `amount_minor`), `next`.
#[derive(Clone, Debug, Serialize)]
pub struct WalletPage {
    /// What can be spent.
    pub available: Amount,
    /// Reserved for a running call; zero hides it.
    pub held: Amount,
    /// The reader sells nothing and is paid shares of what others earn.
    pub has_shares: bool,
    /// Newest first.
    pub lines: Vec<StatementLine>,
    /// Amounts offered as buttons.
    pub suggestions: Vec<Amount>,
    /// Another amount, as typed.
    pub amount: Field,
    /// Least that can be added.
    pub minimum: Amount,
    /// Most that can be added at once.
    pub maximum: Amount,
    /// Ways to pay, the one to offer first before the others; chosen by `way`.
    pub ways: Vec<PayWay>,
    /// One of them can keep what is paid with; agreed to by `keep`.
    pub can_keep: bool,
    /// Agreed to already.
    pub keep: bool,
    /// One of them can only hold it; wanted by `hold`.
    pub can_hold: bool,
    /// Wanted already.
    pub hold: bool,
    /// Top-ups whose outcome isn't known yet.
    pub open: Vec<TopUpPage>,
    /// Where to go after the top-up (a path on this host: the call that waits for credit).
    pub next: Option<String>,
    /// Address of older lines.
    pub older_url: Option<String>,
}

/// One line of the statement.
#[derive(Clone, Debug, Serialize)]
pub struct StatementLine {
    /// When.
    pub at: Timestamp,
    /// What sort, for the icon.
    pub kind: LineKind,
    /// `statement.call` with `name`, `statement.top_up`, …
    pub text: Message,
    /// Positive in, negative out.
    pub amount: Amount,
    /// Balance afterwards.
    pub balance: Amount,
    /// The bill or top-up behind it.
    pub url: Option<String>,
}

/// What sort a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Credit added.
    TopUp,
    /// A call paid.
    Call,
    /// A call earned.
    Earning,
    /// Money back.
    Refund,
    /// Anything else.
    Other,
}

/// `/wallet/top-ups/{id}`: where the payment page returns to. Also a line among the wallet's open top-ups.
#[derive(Clone, Debug, Serialize)]
pub struct TopUpPage {
    /// Its id.
    pub id: Uuid,
    /// How it stands.
    pub state: TopUpState,
    /// How much.
    pub amount: Amount,
    /// When it was begun.
    pub at: Timestamp,
    /// What can be spent now.
    pub available: Amount,
    /// Why it was declined, if that is known.
    pub reason: Option<Message>,
    /// Back to the payment page, while it can still be paid.
    pub pay_url: Option<String>,
    /// Where to go on (the call that waits); the wallet without.
    pub next: Option<String>,
}

/// How a top-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TopUpState {
    /// Not paid yet.
    Pending,
    /// In the wallet.
    Settled,
    /// Held on the card.
    Held,
    /// Refused; nothing was charged.
    Declined,
    /// Taken from what the card held.
    Taken,
    /// Let go by the card; nothing was charged.
    Released,
    /// The provider hasn't said; being found out. Must not be repeated blindly.
    Unknown,
}

/// A way to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayWay {
    /// What the form says.
    pub name: String,
    /// Who takes the payment, as the words know it: `pay.ways.stripe`.
    pub provider: &'static str,
    /// What the person recognises it by, if it is what they have kept.
    pub label: Option<String>,
    /// What is paid with can be kept for later.
    pub keeps: bool,
    /// The card can only hold it.
    pub holds: bool,
    /// Chosen already.
    pub chosen: bool,
}

/// `/wallet/top-ups/{id}/pay`: a provider's form in a frame.
#[derive(Clone, Debug, Serialize)]
pub struct PayPage {
    /// How much.
    pub amount: Amount,
    /// Who takes the payment.
    pub provider: &'static str,
    /// The frame's address.
    pub address: String,
    /// What is posted there; fetched if there is nothing.
    pub fields: Vec<PayField>,
    /// Back without paying.
    pub back: String,
}

/// Something that is posted to a provider's form.
#[derive(Clone, Debug, Serialize)]
pub struct PayField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// `/wallet/top-ups/{id}/pay` of a provider that has a page of its own: leads on to it.
#[derive(Clone, Debug, Serialize)]
pub struct LeavePage {
    /// What is to be paid.
    pub amount: Amount,
    /// By whom it goes, as the theme's words name it.
    pub provider: &'static str,
    /// The provider's page.
    pub to: String,
    /// Back without paying.
    pub back: String,
}

/// `/paid`, inside of a provider's frame: leads on outside of it.
#[derive(Clone, Debug, Serialize)]
pub struct PaidPage {
    /// Where to.
    pub to: String,
}
