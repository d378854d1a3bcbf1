//! Credit: what a person has to spend, and how it gets there (requirement I1).
//!
//! A top-up is an intent first, then a payment page, then an outcome. The outcome is asked for when the person comes
//! back, and by a job for as long as it isn't known; the money moves once however often it is heard of (laws 3 and 7).
//! What somebody paid with can be kept for later, if they agree; then it is charged without a page.

mod ask;
mod begin_top_up;
mod charge;
mod compare;
mod confirm_top_up;
mod hold;
mod intent;
mod kept;
mod outcome;
mod reconcile;
mod show;

pub(in crate::app) use ask::ask;
pub use begin_top_up::{ChosenWay, Wish, begin_top_up};
pub use compare::{COMPARE_JOB, Compare, compare};
pub use confirm_top_up::confirm_top_up;
pub use hold::{FINISH_JOB, Finish, finish};
pub(in crate::app) use hold::{let_go, talk_ended};
pub(in crate::app) use kept::usable;
pub use kept::{forget, kept};
pub use reconcile::reconcile;
pub use show::{Wallet, balance, show};

use crate::{
    app::{App, identity::Viewer},
    domain::{
        ids::TopUpId,
        money::{Currency, Money},
        trust::{Trust, whole},
    },
    error::Result,
    store::top_ups,
};
use serde::{Deserialize, Serialize};

/// The reconciling job's kind in the outbox; its payload is [`ReconcileTopUp`].
pub const RECONCILE_JOB: &str = "reconcile_top_up";

/// Which top-up the job asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileTopUp {
    /// Its id.
    pub top_up: TopUpId,
}

/// Least that can be added at once, in what people count in: 5 of it.
pub fn least_top_up(currency: Currency) -> Money {
    whole(5, currency)
}

/// Least and most that the reader can add at once; how much that is grows with what they have paid before.
///
/// # Errors
/// The database is away.
pub async fn top_up_bounds(app: &App, viewer: &Viewer, currency: Currency) -> Result<(Money, Money)> {
    let (user, now) = (viewer.user.id, app.now());
    let history = app
        .db
        .read(&viewer.scope, move |tx| top_ups::history(tx, user, currency, now))
        .await?;
    let (once, _) = Trust::of(&history, now).limits(currency);
    Ok((least_top_up(currency), once))
}

/// Amounts to offer.
pub fn top_up_suggestions(currency: Currency) -> [Money; 4] {
    [10, 20, 50, 100].map(|amount| whole(amount, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_sensible_in_every_sort_of_currency() {
        let bounds = |code| {
            let currency = Currency::parse(code).unwrap();
            (least_top_up(currency).minor, Trust::New.limits(currency).0.minor)
        };
        assert_eq!(bounds("EUR"), (500, 50_000));
        assert_eq!(bounds("JPY"), (500, 50_000));
        assert_eq!(bounds("KWD"), (5_000, 500_000));
    }
}
