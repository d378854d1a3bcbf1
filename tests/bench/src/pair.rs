//! A buyer and a seller who call each other through the product.

use crate::product::credentials;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tallyroom_participant::{
    caller::Participant,
    counters::{Counters, Totals},
    http::{Account, Tenant},
    probe::first_service,
};
use tokio::time::sleep;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

/// Both logged in; the seller's page is open.
pub struct Pair {
    /// Pays.
    pub buyer: Arc<Account>,
    /// Is paid.
    pub seller: Participant,
    service: Uuid,
}

impl Pair {
    /// Logs in the pair of that number.
    pub async fn log_in(tenant: &Tenant, number: usize) -> Result<Self> {
        let buyer = Account::login(tenant.clone(), credentials(&format!("buyer{number}")));
        let seller = Participant::login(tenant.clone(), credentials(&format!("seller{number}")));
        let (buyer, seller) = futures::try_join!(buyer, seller)?;
        let service = first_service(seller.account()).await?;
        Ok(Self {
            buyer: Arc::new(buyer),
            seller,
            service,
        })
    }

    /// The buyer rings, the seller accepts. Gives the call.
    pub async fn connect(&self) -> Result<Uuid> {
        let service = json!({"service_id": self.service});
        let call: Value = self.buyer.post("/api/v1/calls", &service).await.context("ringing")?;
        let call = call["id"].as_str().context("a call without id")?.parse()?;
        self.seller.accept(call).await.context("accepting")?;
        Ok(call)
    }
}

/// Waits until somebody's media has got so far.
pub async fn until(counters: &Counters, reached: impl Fn(Totals) -> bool) -> Result<()> {
    let started = Instant::now();
    while !reached(counters.totals()) {
        ensure!(
            started.elapsed() < PATIENCE,
            "the media doesn't flow: {:?}",
            counters.totals()
        );
        sleep(POLL).await;
    }
    Ok(())
}
