//! Payouts as the product sees them: one trait for whoever carries money to sellers.
//!
//! A [`PayoutProvider`] either pays by itself or writes a file that somebody takes to where it is paid. What all keep to:
//!
//! - **Repeating is safe**: every payout has an id that is stored before the call. Under the same id it is paid once.
//! - **Silence is no answer**, as with payments: [`GatewayError::Unknown`] means that the money may have moved. The caller
//!   asks ([`PayoutProvider::look_up`]) before it says that a payout failed.
//! - **A balance that doesn't suffice is no refusal**: [`GatewayError::Later`] leaves a payout where it is. Providers repeat
//!   what they answered under a name for as long as a day, so each further try has another one ([`PayoutOrder::tries`]).
//! - **Each payout has its own outcome**; that one is refused doesn't touch the others of its batch.

use super::{Answer, GatewayError, Outcome, PayoutAccount};
use crate::domain::{
    ids::PayoutId,
    money::Money,
    payout_provider::{PayoutCaps, PayoutWay},
    time::Moment,
};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;

/// Opens ways to pay sellers.
pub trait PayoutProviders: Send + Sync {
    /// One of them, by a tenant's keys. Nothing is sent yet.
    ///
    /// # Errors
    /// The keys can't be used: badly formed, or of the other mode.
    fn open(&self, account: &PayoutAccount) -> crate::error::Result<Arc<dyn PayoutProvider>>;
}

/// A way to pay sellers.
#[async_trait]
pub trait PayoutProvider: Send + Sync {
    /// Which.
    fn way(&self) -> PayoutWay;

    /// What it can do.
    fn caps(&self) -> PayoutCaps;

    /// Whether a payout can be told there, as far as that shows by itself.
    ///
    /// # Errors
    /// `Unsupported`; says why.
    fn check(&self, order: &PayoutOrder) -> Answer<()>;

    /// Pays a batch; gives one outcome a payout, in the batch's order.
    ///
    /// # Errors
    /// [`GatewayError`]; then nothing was sent.
    async fn send(&self, batch: &PayoutBatch) -> Answer<Vec<Answer<PaidOut>>> {
        Err(self.cannot(format!("pay {} sellers by itself", batch.payouts.len())))
    }

    /// The file of a batch: the same whenever it is asked for.
    ///
    /// # Errors
    /// [`GatewayError`]; what can't be told there isn't left out.
    fn file(&self, batch: &PayoutBatch) -> Answer<PayoutFile> {
        Err(self.cannot(format!("write {} payouts down", batch.payouts.len())))
    }

    /// Asks for a payout that got no answer; nothing if the provider has none.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn look_up(&self, order: &PayoutOrder) -> Answer<Option<PaidOut>> {
        Err(self.cannot(format!("tell of {}", order.payout)))
    }

    /// Asks whether the provider takes our keys, without moving anything.
    ///
    /// # Errors
    /// It doesn't answer, or doesn't take us.
    async fn test_connection(&self) -> Answer<()> {
        Ok(())
    }

    /// Says that it can't do something.
    fn cannot(&self, what: String) -> GatewayError {
        GatewayError::Unsupported(format!("{} can't {what}", self.way().name()))
    }

    /// Whether all of a batch can be told there.
    ///
    /// # Errors
    /// `Unsupported`; says what and why.
    fn check_all(&self, batch: &PayoutBatch) -> Answer<()> {
        let most = self.caps().most;
        if batch.payouts.is_empty() || batch.payouts.len() > most {
            return Err(self.cannot(format!(
                "pay {} sellers at once; 1 to {most} it can",
                batch.payouts.len()
            )));
        }
        batch.payouts.iter().try_for_each(|order| self.check(order))
    }
}

/// Payouts that are made together.
#[derive(Clone, Debug)]
pub struct PayoutBatch {
    /// When it was approved; names its file.
    pub approved_at: Moment,
    /// All of them.
    pub payouts: Vec<PayoutOrder>,
}

/// Money for a seller.
#[derive(Clone, Debug)]
pub struct PayoutOrder {
    /// Which; the provider's idempotency key.
    pub payout: PayoutId,
    /// How often the provider had too little for it so far.
    pub tries: i32,
    /// How much.
    pub amount: Money,
    /// The seller's account there, in the provider's words: `acct_…` at Stripe, a mail address at Payoneer, an IBAN or a
    /// number for those who pay by hand.
    pub account: String,
    /// Which bank, where that isn't said by the account; else empty.
    pub bank: String,
    /// Whose account.
    pub name: String,
    /// What for, as the seller's statement says.
    pub description: String,
}

/// A payout that was made, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidOut {
    /// The provider's name of it.
    pub reference: String,
    /// What became of it: `Settled` is with the seller, `Declined` came back.
    pub outcome: Outcome,
}

/// A file for somebody to take to where payouts are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutFile {
    /// Its name, of letters, digits, hyphens and one dot.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Bytes,
}
