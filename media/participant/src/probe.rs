//! A canary: buyer and seller, both headless, place one paid call through the running product.

use crate::{
    caller::{Participant, next_message},
    counters::Totals,
    http::{Account, Credentials, Tenant},
    in_call::InCall,
    media::MediaOptions,
};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tallyroom_media_protocol::signaling::{CallPhase, CallView, ServerMessage};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const POLL: Duration = Duration::from_millis(100);
const LOOK: Duration = Duration::from_millis(500);
/// Pictures that each side has to read before it presses connect.
const ENOUGH_PICTURES: u64 = 5;
/// A wallet with less is topped up.
const ENOUGH_MINOR: i64 = 2_000;
const TOP_UP_MINOR: i64 = 5_000;

/// Whom to probe with.
#[derive(Clone, Debug)]
pub struct ProbeConfig {
    /// The canary tenant.
    pub tenant: Tenant,
    /// Pays.
    pub buyer: Credentials,
    /// Is paid.
    pub seller: Credentials,
    /// What is sold; the seller's first published service if none.
    pub service: Option<Uuid>,
    /// How many increments have to be charged before the buyer ends the call.
    pub increments: u64,
    /// How long all of it may take.
    pub patience: Duration,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeReport {
    /// From the buyer's join request to the first decoded picture.
    pub join_ms: u64,
    /// Distinct counters that each side read from the other's pictures.
    pub frames_decoded: FramesDecoded,
    /// Billable time.
    pub seconds_metered: f64,
    /// How often the charged sum was seen to grow.
    pub increments: u64,
    /// What the buyer paid.
    pub charged_minor: i64,
    /// What the seller got of it.
    pub seller_minor: i64,
    /// What the tenant got of it.
    pub tenant_minor: i64,
    /// Of all sums.
    pub currency: String,
    /// Sum of all ledger entries of the call: zero.
    pub ledger_sum_minor: i64,
}

/// Distinct counters read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FramesDecoded {
    /// By the buyer.
    pub buyer: u64,
    /// By the seller.
    pub seller: u64,
}

/// The part of a bill that has to add up.
#[derive(Clone, Debug, Deserialize)]
struct Bill {
    billable_ms: i64,
    charged_minor: i64,
    seller_minor: i64,
    tenant_minor: i64,
    currency: String,
    ledger_sum_minor: i64,
}

/// Places one call. The error is the reason why the product doesn't work.
pub async fn run_probe(config: ProbeConfig) -> Result<ProbeReport, String> {
    let patience = config.patience;
    match timeout(patience, probe(config)).await {
        Ok(outcome) => outcome.map_err(|error| format!("{error:#}")),
        Err(_) => Err(format!("not done after {} s", patience.as_secs())),
    }
}

async fn probe(config: ProbeConfig) -> Result<ProbeReport> {
    let buyer = Participant::login(config.tenant.clone(), config.buyer.clone());
    let seller = Participant::login(config.tenant.clone(), config.seller.clone());
    let (buyer, seller) = futures::join!(buyer, seller);
    let (buyer, seller) = (buyer.context("buyer")?, seller.context("seller")?);
    let service = match config.service {
        Some(service) => service,
        None => first_service(seller.account()).await?,
    };
    let hour = json!({"hours": 1});
    let availability = seller.account().put::<Value>("/api/v1/selling/availability", &hour);
    availability.await.context("switching availability on")?;
    fund(buyer.account()).await.context("topping the buyer's wallet up")?;
    let call = connect(&buyer, &seller, service).await?;
    let in_call = InRoom::enter(&buyer, &seller, call).await?;
    let outcome = in_call.pay(buyer.account(), config.increments).await;
    let ended = in_call.end().await;
    let increments = outcome?;
    ended?;
    let bill = buyer
        .account()
        .get(&format!("/api/v1/calls/{call}/bill"))
        .await
        .context("bill")?;
    in_call.report(bill, increments)
}

/// Tops the wallet up through the test gateway when little is left, so that a canary can sing for ever.
async fn fund(buyer: &Account) -> Result<()> {
    #[derive(Deserialize)]
    struct Wallet {
        available_minor: i64,
    }
    #[derive(Deserialize)]
    struct TopUp {
        id: Uuid,
        state: String,
        redirect_url: Option<String>,
    }
    let wallet: Wallet = buyer.get("/api/v1/wallet").await?;
    if wallet.available_minor >= ENOUGH_MINOR {
        return Ok(());
    }
    let begun: TopUp = buyer
        .post("/api/v1/wallet/top-ups", &json!({"amount_minor": TOP_UP_MINOR}))
        .await?;
    let url = begun.redirect_url.context("no payment page")?;
    let path = url
        .find("/gateway/test/")
        .map(|start| &url[start..])
        .context("not the test gateway")?;
    buyer.submit(path, &[("choice", "succeed")]).await?;
    let settled: TopUp = buyer.get(&format!("/api/v1/wallet/top-ups/{}", begun.id)).await?;
    ensure!(settled.state == "settled", "the top-up is {}", settled.state);
    Ok(())
}

/// The seller's first service that can be bought.
pub async fn first_service(seller: &Account) -> Result<Uuid> {
    #[derive(Deserialize)]
    struct Services {
        items: Vec<Service>,
    }
    #[derive(Deserialize)]
    struct Service {
        id: Uuid,
        published: bool,
    }
    let services: Services = seller
        .get("/api/v1/selling/services")
        .await
        .context("the seller's services")?;
    let published = services.items.into_iter().find(|service| service.published);
    Ok(published.context("the seller has no published service")?.id)
}

/// The buyer rings, the seller hears it and accepts.
async fn connect(buyer: &Participant, seller: &Participant, service: Uuid) -> Result<Uuid> {
    let mut rings = seller.subscribe();
    let call = buyer.ring(service).await.context("ringing")?;
    let heard = next_message(&mut rings, |message| match message {
        ServerMessage::Ring { call: rung, .. } if *rung == call => Some(()),
        _ => None,
    });
    heard.await.context("waiting for the ring")?;
    seller.accept(call).await.context("accepting")?;
    Ok(call)
}

/// Both in the room.
struct InRoom {
    buyer: InCall,
    seller: InCall,
}

impl InRoom {
    /// The seller first, so that the buyer's first picture can be waited for.
    async fn enter(buyer: &Participant, seller: &Participant, call: Uuid) -> Result<Self> {
        let seller = seller.join(call, MediaOptions::default());
        seller.joined().await.context("seller's join")?;
        until(&seller, |totals| totals.frames_sent > 0)
            .await
            .context("seller's pictures")?;
        let buyer = buyer.join(call, MediaOptions::default());
        buyer.joined().await.context("buyer's join")?;
        Ok(Self { buyer, seller })
    }

    /// Checks the pictures, presses connect on both sides and stays until so many increments were charged.
    async fn pay(&self, account: &Account, wanted: u64) -> Result<u64> {
        for (name, side) in [("buyer", &self.buyer), ("seller", &self.seller)] {
            let enough = until(side, |totals| totals.counters_read >= ENOUGH_PICTURES);
            enough.await.with_context(|| format!("{name} sees nothing"))?;
        }
        self.seller.press_connect().await.context("seller's connect")?;
        self.buyer.press_connect().await.context("buyer's connect")?;
        self.buyer
            .until(|view| view.phase == CallPhase::Live)
            .await
            .context("waiting for the call to be live")?;
        let path = format!("/api/v1/calls/{}", self.buyer.call());
        let mut sums = BTreeSet::new();
        while (sums.len() as u64) < wanted {
            sleep(LOOK).await;
            let view: CallView = account.get(&path).await.context("looking at the call")?;
            ensure!(
                view.phase == CallPhase::Live,
                "the call is {:?}, {:?}",
                view.phase,
                view.suspended
            );
            sums.extend(Some(view.charged_minor).filter(|sum| *sum > 0));
        }
        Ok(sums.len() as u64)
    }

    /// The buyer ends the call; both have to hear of it.
    async fn end(&self) -> Result<()> {
        self.buyer.end().await.context("ending")?;
        for (name, side) in [("buyer", &self.buyer), ("seller", &self.seller)] {
            let ended = side.until(|view| view.phase == CallPhase::Ended);
            ended.await.with_context(|| format!("{name} isn't told of the end"))?;
        }
        Ok(())
    }

    fn report(&self, bill: Bill, increments: u64) -> Result<ProbeReport> {
        let (buyer, seller) = (self.buyer.counters().totals(), self.seller.counters().totals());
        ensure!(
            buyer.foreign_pictures + seller.foreign_pictures == 0,
            "pictures of another call were seen"
        );
        let first = self.buyer.counters().first_frame().context("the buyer saw nothing")?;
        check(&bill)?;
        Ok(ProbeReport {
            join_ms: first.saturating_duration_since(self.buyer.entered()).as_millis() as u64,
            frames_decoded: FramesDecoded {
                buyer: buyer.counters_read,
                seller: seller.counters_read,
            },
            seconds_metered: bill.billable_ms as f64 / 1000.0,
            increments,
            charged_minor: bill.charged_minor,
            seller_minor: bill.seller_minor,
            tenant_minor: bill.tenant_minor,
            currency: bill.currency,
            ledger_sum_minor: bill.ledger_sum_minor,
        })
    }
}

fn check(bill: &Bill) -> Result<()> {
    let Bill {
        charged_minor: charged,
        seller_minor: seller,
        tenant_minor: tenant,
        ..
    } = *bill;
    ensure!(bill.billable_ms > 0, "nothing was metered");
    ensure!(charged > 0, "nothing was charged");
    ensure!(
        seller >= 0 && tenant >= 0,
        "negative shares: seller {seller}, tenant {tenant}"
    );
    ensure!(
        charged == seller + tenant,
        "charged {charged}, but seller {seller} and tenant {tenant}"
    );
    ensure!(
        bill.ledger_sum_minor == 0,
        "the ledger's entries add up to {}",
        bill.ledger_sum_minor
    );
    Ok(())
}

/// Waits for counters; an error if this side is out before.
async fn until(side: &InCall, reached: impl Fn(Totals) -> bool) -> Result<()> {
    let patience = Instant::now() + Duration::from_secs(20);
    while !reached(side.counters().totals()) {
        let presence = side.presence().borrow().clone();
        ensure!(!presence.is_out(), "out of the call: {presence:?}");
        if Instant::now() > patience {
            bail!("{:?}", side.counters().totals());
        }
        sleep(POLL).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill() -> Bill {
        Bill {
            billable_ms: 10_000,
            charged_minor: 50,
            seller_minor: 40,
            tenant_minor: 10,
            currency: "EUR".into(),
            ledger_sum_minor: 0,
        }
    }

    #[test]
    fn a_bill_that_adds_up_passes() {
        check(&bill()).unwrap();
    }

    #[test]
    fn each_thing_that_is_wrong_is_named() {
        let broken: [(Bill, &str); 5] = [
            (
                Bill {
                    billable_ms: 0,
                    ..bill()
                },
                "metered",
            ),
            (
                Bill {
                    charged_minor: 0,
                    seller_minor: 0,
                    tenant_minor: 0,
                    ..bill()
                },
                "nothing was charged",
            ),
            (
                Bill {
                    tenant_minor: 11,
                    ..bill()
                },
                "charged 50, but seller 40 and tenant 11",
            ),
            (
                Bill {
                    seller_minor: 60,
                    tenant_minor: -10,
                    ..bill()
                },
                "negative",
            ),
            (
                Bill {
                    ledger_sum_minor: 1,
                    ..bill()
                },
                "add up to 1",
            ),
        ];
        for (bill, reason) in broken {
            let error = check(&bill).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
