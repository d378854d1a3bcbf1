//! Paying sellers out (requirement I7): what of their earnings may go, the steps of a payout, and who may take them.

use super::{
    ids::UserId,
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize};

/// Longest that earnings are held, days.
pub const MOST_HOLD_DAYS: u16 = 90;
/// How many payouts of a seller can be under way at once.
pub const MOST_OPEN: i64 = 5;
/// How many payouts a batch takes.
pub const MOST_IN_BATCH: usize = 500;
const DAY_MS: i64 = 86_400_000;

/// What a tenant asks for before it pays sellers out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How long earnings are held, in case something has to be given back.
    pub hold_days: u16,
    /// Least that is paid out at once, in minor units.
    pub least_minor: i64,
    /// Whether sellers have to show who they are first.
    pub identity_needed: bool,
}

impl Rules {
    /// What holds until a tenant says otherwise: a week, and 20 euros, dollars … or 2,000 of what has no smaller unit.
    pub fn usual(currency: Currency) -> Self {
        Self {
            hold_days: 7,
            least_minor: 20 * 10_i64.pow(currency.exponent().max(2)),
            identity_needed: false,
        }
    }

    /// How long earnings are held, milliseconds.
    pub fn hold_ms(self) -> i64 {
        i64::from(self.hold_days) * DAY_MS
    }
}

/// What of `balance` has been held for long enough, when so much came in lately: what was taken out since was of the
/// oldest. Never more than there is.
pub fn releasable_minor(balance_minor: i64, lately_minor: i64) -> i64 {
    balance_minor.saturating_sub(lately_minor).min(balance_minor).max(0)
}

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody of the staff has to say yes.
    Requested,
    /// It can be sent.
    Approved,
    /// It is being sent, with others.
    Batched,
    /// The seller has it.
    Paid,
    /// It came back.
    Failed,
    /// The seller doesn't want it any more.
    Cancelled,
    /// Staff said no.
    Refused,
}

/// What can happen to a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Staff say yes.
    Approve,
    /// Staff say no, also after a yes.
    Refuse,
    /// The seller takes it back before anybody has looked.
    Cancel,
    /// It is put into a batch.
    Batch,
    /// The batch was sent, and it arrived.
    Pay,
    /// It didn't arrive.
    Fail,
}

/// Where a step takes the money, which has lain beside what can be paid out since it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It stays.
    Stays,
    /// Back to what can be paid out.
    Returns,
    /// To the seller's bank.
    Leaves,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Approved,
        Self::Batched,
        Self::Paid,
        Self::Failed,
        Self::Cancelled,
        Self::Refused,
    ];

    /// Where it stands after a step; none if it can't be taken from here.
    pub fn on(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Requested, Step::Approve) => Some(Self::Approved),
            (Self::Requested | Self::Approved, Step::Refuse) => Some(Self::Refused),
            (Self::Requested, Step::Cancel) => Some(Self::Cancelled),
            (Self::Approved, Step::Batch) => Some(Self::Batched),
            (Self::Batched, Step::Pay) => Some(Self::Paid),
            (Self::Batched, Step::Fail) => Some(Self::Failed),
            _ => None,
        }
    }

    /// Whether nothing more happens to it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Paid | Self::Failed | Self::Cancelled | Self::Refused)
    }

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Batched => "batched",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Step {
    /// Where it takes the money.
    pub fn moves(self) -> Flow {
        match self {
            Self::Approve | Self::Batch => Flow::Stays,
            Self::Refuse | Self::Cancel | Self::Fail => Flow::Returns,
            Self::Pay => Flow::Leaves,
        }
    }
}

/// Whether somebody may approve what `requester` asked for `seller`: nobody decides about their own money, or about what
/// they asked for themselves.
pub fn may_approve(by: UserId, seller: UserId, requester: UserId) -> bool {
    by != seller && by != requester
}

/// Why an amount can't be paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpayable {
    /// More was taken back than there was.
    Owes(Money),
    /// It is less than is paid out at once.
    TooLittle(Money),
    /// There isn't so much.
    TooMuch(Money),
}

/// What is paid out of `available` when somebody asks for so much of it, or for all.
///
/// # Errors
/// Why nothing is, with the amount that decides.
pub fn amount(rules: Rules, available: Money, asked_minor: Option<i64>) -> Result<Money, Unpayable> {
    let of = |minor| Money::new(minor, available.currency);
    if available.minor < 0 {
        return Err(Unpayable::Owes(of(available.minor.saturating_neg())));
    }
    let wanted = asked_minor.unwrap_or(available.minor);
    if wanted < rules.least_minor || available.minor < rules.least_minor {
        return Err(Unpayable::TooLittle(of(rules.least_minor)));
    }
    if wanted > available.minor {
        return Err(Unpayable::TooMuch(available));
    }
    Ok(of(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn what_was_taken_back_never_makes_it_more_than_there_is() {
        assert_eq!(releasable_minor(150, 50), 100);
        assert_eq!(releasable_minor(150, 150), 0);
        assert_eq!(
            releasable_minor(20, 50),
            0,
            "what was refunded was of the held part, too"
        );
        assert_eq!(releasable_minor(20, -80), 20, "commission of what came in before");
        assert_eq!(releasable_minor(-20, -80), 0);
        assert_eq!(releasable_minor(i64::MIN, i64::MAX), 0);
    }

    #[test]
    fn all_or_a_part_but_not_too_little_and_not_too_much() {
        let rules = Rules::usual(euros(0).currency);
        assert_eq!(amount(rules, euros(5_000), None), Ok(euros(5_000)));
        assert_eq!(amount(rules, euros(5_000), Some(2_000)), Ok(euros(2_000)));
        assert_eq!(
            amount(rules, euros(5_000), Some(1_999)),
            Err(Unpayable::TooLittle(euros(2_000)))
        );
        assert_eq!(
            amount(rules, euros(1_999), None),
            Err(Unpayable::TooLittle(euros(2_000)))
        );
        assert_eq!(
            amount(rules, euros(5_000), Some(5_001)),
            Err(Unpayable::TooMuch(euros(5_000)))
        );
        assert_eq!(
            amount(rules, euros(5_000), Some(-1)),
            Err(Unpayable::TooLittle(euros(2_000)))
        );
        assert_eq!(amount(rules, euros(-1), None), Err(Unpayable::Owes(euros(1))));
        assert_eq!(Rules::usual(Currency::parse("JPY").unwrap()).least_minor, 2_000);
    }

    #[test]
    fn nobody_approves_their_own() {
        let (seller, clerk, other) = (UserId::new(), UserId::new(), UserId::new());
        assert!(!may_approve(seller, seller, seller) && may_approve(clerk, seller, seller));
        assert!(!may_approve(clerk, seller, clerk) && may_approve(other, seller, clerk));
    }

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(state));
        }
        assert_eq!(State::parse("sent"), None);
    }
}
