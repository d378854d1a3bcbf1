//! Stripe Connect: transfers from the tenant's balance to sellers' own accounts there.
//! <https://docs.stripe.com/api/transfers>
//!
//! Each is a group of its own, named by the payout, by which it is found again. Stripe forgets idempotency keys after a
//! day, so what may have been sent before is looked for first. Within the day it repeats what it answered, also that its
//! balance didn't suffice: each try after that has a key of its own.

use crate::{
    app::ports::{Answer, GatewayError, Outcome, PaidOut, PayoutBatch, PayoutOrder, PayoutProvider, StripeConnectKeys},
    domain::{
        gateway::Mode,
        payout_provider::{PayoutCaps, PayoutWay},
    },
    gateways::payment::{
        http::Http,
        stripe::link::{self, Link},
    },
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// What our name of a payout is called in Stripe's metadata.
const PAYOUT: &str = "payout";
const MOST: usize = 1_000;
/// A payout is one transfer; more would show that something is wrong.
const PAGE: i64 = 10;

/// An account at Stripe whose balance sellers are paid from.
pub(super) struct StripeConnect {
    link: Link,
    mode: Mode,
}

#[derive(Serialize)]
struct CreateTransfer<'a> {
    amount: i64,
    currency: stripe_types::Currency,
    destination: &'a str,
    description: &'a str,
    transfer_group: String,
    metadata: HashMap<&'static str, String>,
}

#[derive(Serialize)]
struct ListTransfers {
    transfer_group: String,
    limit: i64,
}

#[derive(Deserialize)]
struct Transfers {
    data: Vec<Transfer>,
}

#[derive(Deserialize)]
struct Transfer {
    id: String,
    amount: i64,
    currency: String,
    destination: Option<String>,
    #[serde(default)]
    metadata: HashMap<String, String>,
    reversed: bool,
}

fn group(order: &PayoutOrder) -> String {
    format!("payout-{}", order.payout)
}

/// Under which key it is sent.
fn key(order: &PayoutOrder) -> String {
    match order.tries {
        0 => group(order),
        tries => format!("{}-{tries}", group(order)),
    }
}

impl Transfer {
    /// How it stands.
    fn paid(&self, order: &PayoutOrder) -> Answer<PaidOut> {
        if self.destination.as_deref() != Some(order.account.as_str()) {
            return Err(GatewayError::Unknown(format!("{} went elsewhere", self.id)));
        }
        let (amount, currency) = link::told(order.amount)?;
        if amount != self.amount || currency.to_string() != self.currency {
            return Err(GatewayError::Unknown(format!("{} is of another amount", self.id)));
        }
        Ok(PaidOut {
            reference: self.id.clone(),
            outcome: if self.reversed {
                Outcome::Declined("The transfer was called back.".to_owned())
            } else {
                Outcome::Settled(order.amount)
            },
        })
    }
}

impl StripeConnect {
    /// Opened by these keys.
    pub(super) fn new(http: Http, mode: Mode, keys: &StripeConnectKeys) -> Self {
        Self {
            link: Link::new(http, keys.secret_key.clone()),
            mode,
        }
    }

    async fn pay(&self, order: &PayoutOrder) -> Answer<PaidOut> {
        let known = self.look_up(order).await.map_err(|error| match error {
            GatewayError::Unknown(_) => error,
            // That it doesn't say is no word on whether it was paid.
            other => GatewayError::Unknown(other.to_string()),
        })?;
        if let Some(paid) = known {
            return Ok(paid);
        }
        let (amount, currency) = link::told(order.amount)?;
        let transfer = CreateTransfer {
            amount,
            currency,
            destination: &order.account,
            description: &order.description,
            transfer_group: group(order),
            metadata: HashMap::from([(PAYOUT, order.payout.to_string())]),
        };
        let request = RequestBuilder::new(StripeMethod::Post, "/transfers").form(&transfer);
        let made: Transfer = self.link.ask(request, Some(key(order))).await?;
        made.paid(order)
    }
}

#[async_trait]
impl PayoutProvider for StripeConnect {
    fn way(&self) -> PayoutWay {
        PayoutWay::StripeConnect
    }

    fn caps(&self) -> PayoutCaps {
        PayoutCaps {
            sends: true,
            most: MOST,
            currencies: Vec::new(),
        }
    }

    fn check(&self, order: &PayoutOrder) -> Answer<()> {
        link::told(order.amount)?;
        let name = order.account.strip_prefix("acct_").unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(self.cannot(format!("pay {}: {} is no account there", order.name, order.account)));
        }
        Ok(())
    }

    async fn send(&self, batch: &PayoutBatch) -> Answer<Vec<Answer<PaidOut>>> {
        self.check_all(batch)?;
        let mut outcomes = Vec::with_capacity(batch.payouts.len());
        for order in &batch.payouts {
            outcomes.push(self.pay(order).await);
        }
        Ok(outcomes)
    }

    async fn look_up(&self, order: &PayoutOrder) -> Answer<Option<PaidOut>> {
        let list = ListTransfers {
            transfer_group: group(order),
            limit: PAGE,
        };
        let request = RequestBuilder::new(StripeMethod::Get, "/transfers").query(&list);
        let listed: Transfers = self.link.ask(request, None).await?;
        let id = order.payout.to_string();
        let found = listed.data.iter().find(|made| made.metadata.get(PAYOUT) == Some(&id));
        found.map(|made| made.paid(order)).transpose()
    }

    async fn test_connection(&self) -> Answer<()> {
        self.link.test(self.mode).await
    }
}
