//! `/sell/earnings`: what a seller has earned, and being paid out.

use super::{Amount, Field, Message, StatementLine};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/sell/earnings`. Posts `action`:
/// - `request` with `id` (as the page has it), `code` (if one is asked for) and `amount` (major units as typed, empty for all);
/// - `cancel` with `id`;
/// - `method` with `method_code`, `kind` (`iban`, `account`, `payoneer`), `holder`, `iban`, `account`, `routing`, `email`.
#[derive(Clone, Debug, Serialize)]
pub struct EarningsPage {
    /// What can be paid out; negative if more was taken back than there was.
    pub available: Amount,
    /// Earned lately, and held.
    pub held: Amount,
    /// When the next part of that can be paid out.
    pub next_at: Option<Timestamp>,
    /// Asked for, and on its way.
    pub on_its_way: Amount,
    /// All that was ever paid out.
    pub paid: Amount,
    /// How long earnings are held.
    pub hold_days: u16,
    /// Least that is paid out at once.
    pub minimum: Amount,
    /// Why nothing can be asked for: a word of `earnings.not`.
    pub not: Option<&'static str>,
    /// Of the next payout: sent twice, the form asks once.
    pub request_id: Uuid,
    /// How much, as typed.
    pub amount: Field,
    /// A code of the reader's second factor, if it is on and they haven't shown one lately.
    pub code: Option<Field>,
    /// Why the last thing that was sent couldn't be done.
    pub error: Option<Message>,
    /// Where the money goes; masked.
    pub method: Option<ShownMethod>,
    /// Where it can go: `iban`, `account`, `payoneer`, and `stripe` where the marketplace pays there.
    pub kinds: Vec<&'static str>,
    /// The form for that, if it is open (`?method=iban`).
    pub form: Option<MethodForm>,
    /// The latest payouts, newest first.
    pub payouts: Vec<PayoutRow>,
    /// Newest first.
    pub lines: Vec<StatementLine>,
    /// Address of older lines.
    pub older_url: Option<String>,
}

/// Where money goes, as far as that is shown.
#[derive(Clone, Debug, Serialize)]
pub struct ShownMethod {
    /// `iban`, `account`, `payoneer` or `stripe`.
    pub kind: String,
    /// Such as `DE89 •••• 3000`.
    pub shown: String,
}

/// Where money is to go, as typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MethodForm {
    /// A code of the reader's second factor, if one is asked for.
    pub code: Option<Field>,
    /// One of those that there are.
    pub kind: String,
    /// Whose account.
    pub holder: Field,
    /// Its IBAN.
    pub iban: Field,
    /// Its number, where there are no IBANs; its id at Stripe.
    pub account: Field,
    /// Which bank.
    pub routing: Field,
    /// Payoneer's address.
    pub email: Field,
}

/// A payout.
#[derive(Clone, Debug, Serialize)]
pub struct PayoutRow {
    /// Its id.
    pub id: Uuid,
    /// When it was asked for.
    pub at: Timestamp,
    /// How much.
    pub amount: Amount,
    /// A word of `earnings.state`.
    pub state: &'static str,
    /// Where it goes.
    pub to: String,
    /// Why it was refused or didn't arrive; empty otherwise.
    pub reason: String,
    /// It can be taken back.
    pub open: bool,
}
