//! A bank's claim finds its payment later than it came.

use super::chargeback::{Claimed, chargeback};
use crate::{
    app::{
        App,
        ports::{Dispute as Claim, DisputeStage},
    },
    domain::{chargeback::Stage, ids::DisputeId},
    error::Result,
    store::{TenantScope, TenantTx, chargebacks, top_ups},
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Link`].
pub const LINK_JOB: &str = "link_chargeback";

/// Which claim has become known whose it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Its id.
    pub chargeback: DisputeId,
}

/// Holds what a claim is for, once its payment is known. Doing it again changes nothing.
///
/// # Errors
/// It isn't there, or the database is away; try again.
pub async fn link(app: &App, scope: &TenantScope, Link { chargeback: id }: Link) -> Result<()> {
    let read = move |tx: &mut TenantTx<'_>| {
        let known = chargebacks::get(tx, id)?;
        let top_up = match known.account {
            Some(account) => top_ups::by_reference(tx, account, &known.charge)?,
            None => None,
        };
        Ok((known, top_up))
    };
    let (known, top_up) = app.db.read(scope, read).await?;
    let claimed = Claimed {
        account: known.account,
        top_up,
        claim: Claim {
            reference: known.reference,
            charge: known.charge,
            amount: known.amount,
            reason: known.reason,
            stage: match known.stage {
                Stage::Open => DisputeStage::Open,
                Stage::Won => DisputeStage::Won,
                Stage::Lost => DisputeStage::Lost,
            },
        },
    };
    chargeback(app, scope, claimed).await.map(|_| ())
}
