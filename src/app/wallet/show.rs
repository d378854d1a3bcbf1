//! Balance and statement.

use crate::{
    app::{App, identity::Viewer},
    domain::money::Currency,
    error::Result,
    store::{
        earning_shares,
        ledger::Balance,
        top_ups::{self, TopUp},
        wallets::{self, Line},
    },
};

/// Lines a page.
const PAGE: i64 = 25;

/// A person's wallet.
#[derive(Clone, Debug)]
pub struct Wallet {
    /// What is in it.
    pub balance: Balance,
    /// One page of its statement, newest first.
    pub lines: Vec<Line>,
    /// There are older lines.
    pub more: bool,
    /// The reader sells nothing, but is paid a share of what others earn, or was.
    pub has_shares: bool,
    /// Payments without an outcome, newest first.
    pub open: Vec<TopUp>,
}

/// The reader's wallet with the `page`-th page of its statement, from 1.
///
/// # Errors
/// The database is away.
pub async fn show(app: &App, viewer: &Viewer, currency: Currency, page: u32) -> Result<Wallet> {
    let (user, sells) = (viewer.user.id, viewer.user.is_seller);
    let skip = i64::from(page.max(1) - 1) * PAGE;
    app.db
        .read(&viewer.scope, move |tx| {
            let mut lines = wallets::statement(tx, user, currency, skip, PAGE + 1)?;
            let more = lines.len() > PAGE as usize;
            lines.truncate(PAGE as usize);
            let balance = wallets::balance(tx, user, currency)?;
            Ok(Wallet {
                has_shares: !sells && earning_shares::has_any(tx, user)?,
                balance,
                lines,
                more,
                open: top_ups::open(tx, user, super::intent::MOST_OPEN)?,
            })
        })
        .await
}

/// What is in the reader's wallet.
///
/// # Errors
/// The database is away.
pub async fn balance(app: &App, viewer: &Viewer, currency: Currency) -> Result<Balance> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| wallets::balance(tx, user, currency))
        .await
}
