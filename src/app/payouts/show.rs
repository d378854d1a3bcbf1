//! Earnings and payouts, as their seller reads them.

use super::{carry, release};
use crate::{
    app::{App, identity::Viewer, shares},
    domain::{
        ids::UserId,
        money::{Currency, Money},
        payout::Rules,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        earnings::{self, Line, Standing},
        frozen, identity_checks,
        payout_terms::{self, Method},
        payouts::{self, Payout},
    },
};

/// Lines a page.
const PAGE: i64 = 25;
/// Payouts that are shown.
const LATEST: i64 = 12;

/// A seller's money.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Where it is.
    pub standing: Standing,
    /// All that was ever paid out.
    pub paid: Money,
    /// What holds for payouts.
    pub rules: Rules,
    /// Where it goes.
    pub method: Option<Method>,
    /// It can go to an account at Stripe.
    pub by_stripe: bool,
    /// Their money is frozen.
    pub frozen: bool,
    /// They have to show who they are first.
    pub identity_missing: bool,
    /// The latest payouts, newest first.
    pub payouts: Vec<Payout>,
    /// One page of the statement, newest first.
    pub lines: Vec<Line>,
    /// There are older lines.
    pub more: bool,
}

/// The reader's money with the `page`-th page of their statement, from 1.
///
/// # Errors
/// They don't sell, or the database is away.
pub async fn show(app: &App, viewer: &Viewer, currency: Currency, page: u32) -> Result<Shown> {
    let (person, user, now) = (viewer.user.clone(), viewer.user.id, app.now());
    let skip = i64::from(page.max(1) - 1) * PAGE;
    app.db
        .read(&viewer.scope, move |tx| {
            if !shares::earns(tx, &person)? {
                return Err(Error::not_found());
            }
            let rules = payout_terms::rules(tx, currency)?;
            let mut lines = earnings::statement(tx, user, currency, skip, PAGE + 1)?;
            let more = lines.len() > PAGE as usize;
            lines.truncate(PAGE as usize);
            let paid_minor = payouts::sums(tx, user, currency)?.paid_minor;
            Ok(Shown {
                standing: standing(tx, user, currency, now)?,
                paid: Money::new(paid_minor, currency),
                rules,
                method: payout_terms::method(tx, user)?,
                by_stripe: carry::stripe(tx)?.is_some(),
                frozen: frozen::is_frozen(tx, user)?,
                identity_missing: rules.identity_needed && !identity_checks::is_proven(tx, user)?,
                payouts: payouts::of_seller(tx, user, LATEST)?,
                lines,
                more,
            })
        })
        .await
}

/// Where a seller's money is.
///
/// # Errors
/// The database is away.
pub fn standing(tx: &mut TenantTx<'_>, seller: UserId, currency: Currency, now: Moment) -> Result<Standing> {
    let rules = payout_terms::rules(tx, currency)?;
    earnings::standing(tx, seller, currency, release::cutoff(rules, now), rules.hold_ms())
}
