//! What was held for long enough can be paid out.

use crate::{
    app::App,
    domain::{
        ids::{AccountId, UserId},
        payout::Rules,
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, TenantTx,
        earnings::{self, MATURED, Matured},
        ledger::{self, AccountKind, MOST_AT_ONCE, Transfer},
        payout_terms, tenants,
    },
};
use uuid::Uuid;

/// Accounts that are looked at in one transaction.
const PAGE: i64 = 500;

/// Until when something must have come in that can be paid out now.
pub(super) fn cutoff(rules: Rules, now: Moment) -> Moment {
    now + -rules.hold_ms()
}

/// Releases what was held for long enough, of all of the tenant's sellers.
///
/// # Errors
/// The database is away; what was released stays so.
pub async fn release_all(app: &App, scope: &TenantScope) -> Result<()> {
    let (now, mut after) = (app.now(), None);
    loop {
        let last = app
            .db
            .tenant(scope, move |tx| {
                let currency = tenants::own(tx)?.currency;
                let cutoff = cutoff(payout_terms::rules(tx, currency)?, now);
                let (matured, last) = earnings::matured_after(tx, after, cutoff, PAGE)?;
                release(tx, &matured, cutoff, now)?;
                Ok(last)
            })
            .await?;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

/// Releases what a seller can have paid out by now. Whoever does has the person.
pub(super) fn release_of(tx: &mut TenantTx<'_>, seller: UserId, cutoff: Moment, now: Moment) -> Result<()> {
    let accounts = earnings::holding(tx, seller)?;
    let matured = earnings::matured_in(tx, &accounts, cutoff)?;
    release(tx, &matured, cutoff, now)
}

/// Moves what `matured`, as it is once the accounts are locked: others may have released it, or taken it back. The
/// transfer's id follows from the account and the cut-off, so that of one moment nothing is released twice.
fn release(tx: &mut TenantTx<'_>, matured: &[Matured], cutoff: Moment, now: Moment) -> Result<()> {
    let mut pairs: Vec<(AccountId, AccountId)> = Vec::new();
    for one in matured {
        let payable = ledger::account(tx, AccountKind::Payable(one.seller), one.amount.currency, now)?;
        pairs.push((one.account, payable));
    }
    let all: Vec<AccountId> = pairs.iter().flat_map(|(from, to)| [*from, *to]).collect();
    ledger::lock(tx, &all)?;
    let from: Vec<AccountId> = pairs.iter().map(|(from, _)| *from).collect();
    let certain = earnings::matured_in(tx, &from, cutoff)?;
    let mut transfers: Vec<Transfer> = Vec::new();
    for one in &certain {
        let Some((_, payable)) = pairs.iter().find(|(from, _)| *from == one.account) else {
            continue;
        };
        transfers.push(Transfer {
            id: Uuid::new_v5(&one.account.uuid(), format!("{MATURED}:{}", cutoff.0).as_bytes()),
            kind: MATURED,
            debit: one.account,
            credit: *payable,
            amount_minor: one.amount.minor,
            at: now,
        });
    }
    let ids: Vec<Uuid> = transfers.iter().map(|transfer| transfer.id).collect();
    let happened = earnings::happened(tx, &ids)?;
    transfers.retain(|transfer| !happened.contains(&transfer.id));
    for some in transfers.chunks(MOST_AT_ONCE) {
        ledger::transfer_all(tx, some)?;
    }
    Ok(())
}
