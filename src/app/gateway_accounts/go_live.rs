//! A marketplace's money becomes real.

use crate::{
    app::{App, console::StaffMember},
    domain::{
        audit::{Action, Entry},
        gateway::Mode,
        money::Currency,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, audit, gateway_accounts as stored,
        ledger::{self, AccountKind, MOST_AT_ONCE, Transfer},
        tenants,
    },
};
use anyhow::anyhow;
use serde_json::json;
use uuid::Uuid;

/// Takes real money from now on. All play money is taken out of the books first: nobody can spend it, or have it paid out.
/// There is no way back, since what is real can't become play money.
///
/// # Errors
/// It is live already, no live account is switched on, something that was paid with play money isn't over, or the database
/// is away.
pub async fn go_live(app: &App, by: &StaffMember) -> Result<()> {
    by.account()?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            if tenants::own(tx)?.money == Mode::Live {
                return Err(Error::conflict(
                    "live_already",
                    "This marketplace takes real money already.",
                ));
            }
            let live = |account: &stored::Account| account.enabled && account.mode == Mode::Live;
            if !stored::list(tx)?.iter().any(live) {
                let words = "Add a live account, test its connection and switch it on first.";
                return Err(Error::conflict("no_live_account", words));
            }
            while take_out(tx, now)? {}
            tenants::go_live(tx, now)?;
            let entry = Entry::new(Action::WentLive, "money");
            let entry = entry.changed(json!({"money": "test"}), json!({"money": "live"}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Brings what is in some accounts back to the built-in gateway; false once there is nothing.
fn take_out(tx: &mut TenantTx<'_>, now: Moment) -> Result<bool> {
    let left = ledger::remainders(tx, MOST_AT_ONCE)?;
    if left.iter().any(|left| left.held_minor > 0 || left.waits) {
        let words = "A call, an order, a payout or a dispute with play money isn't over. End it first.";
        return Err(Error::conflict("play_money_in_use", words));
    }
    let mut transfers = Vec::new();
    for part in &left {
        let unknown = || Error::internal(anyhow!("unknown currency {:?}", part.currency));
        let currency = Currency::parse(&part.currency).ok_or_else(unknown)?;
        let (account, outside) = (
            part.account(),
            ledger::account(tx, AccountKind::BuiltIn, currency, now)?,
        );
        let (debit, credit) = if part.minor > 0 {
            (account, outside)
        } else {
            (outside, account)
        };
        transfers.push(Transfer {
            id: Uuid::new_v5(&account.uuid(), b"play money"),
            kind: "play_money_removed",
            debit,
            credit,
            amount_minor: part.minor.abs(),
            at: now,
        });
    }
    ledger::transfer_all(tx, &transfers)?;
    Ok(!left.is_empty())
}
