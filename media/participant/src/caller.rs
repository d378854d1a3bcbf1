//! A person with a headless client: rings, accepts, joins.

use crate::{
    http::{Account, Credentials, HttpError, Tenant},
    in_call::{InCall, Seat},
    link::{Link, LinkEvent},
    media::{Identity, MediaOptions},
};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};
use tallyroom_media_protocol::signaling::ServerMessage;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Somebody who is logged in and connected.
pub struct Participant {
    account: Arc<Account>,
    link: Arc<Link>,
    identity: Identity,
    opened: Instant,
}

#[derive(Deserialize)]
struct CallId {
    id: Uuid,
}

impl Participant {
    /// Logs in and connects.
    pub async fn login(tenant: Tenant, credentials: Credentials) -> Result<Self> {
        Self::open(Arc::new(Account::login(tenant, credentials).await?)).await
    }

    /// Connects somebody who is logged in.
    pub async fn open(account: Arc<Account>) -> Result<Self> {
        let identity = Identity::generate()?;
        let link = Arc::new(Link::open(account.clone()));
        let opened = link.ready().await.context("connecting")?.since;
        Ok(Self {
            account,
            link,
            identity,
            opened,
        })
    }

    /// The session behind it.
    pub fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// The connection behind it.
    pub fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// When the first WebSocket was open.
    pub fn opened(&self) -> Instant {
        self.opened
    }

    /// Everything that happens on the connection from now on; the first time also what happened before.
    pub fn subscribe(&self) -> broadcast::Receiver<LinkEvent> {
        self.link.subscribe()
    }

    /// Rings the seller of a service.
    pub async fn ring(&self, service: Uuid) -> Result<Uuid, HttpError> {
        let call: CallId = self
            .account
            .post("/api/v1/calls", &json!({"service_id": service}))
            .await?;
        Ok(call.id)
    }

    /// Accepts a call that rings here.
    pub async fn accept(&self, call: Uuid) -> Result<(), HttpError> {
        self.account
            .post::<Value>(&format!("/api/v1/calls/{call}/accept"), &json!({}))
            .await
            .map(drop)
    }

    /// Enters a call's room. The client then looks after itself: it comes back after a lost socket, a dead media node
    /// or a failed connection, until the call is over or this person joins from somewhere else.
    pub fn join(&self, call: Uuid, options: MediaOptions) -> InCall {
        let (account, link) = (self.account.clone(), self.link.clone());
        InCall::enter(Seat {
            account,
            link,
            identity: self.identity.clone(),
            call,
            options,
        })
    }

    /// Vanishes without a goodbye, as if the machine had lost its power. Calls that are joined vanish as well.
    pub fn leave_abruptly(&self) {
        self.link.vanish();
    }
}

/// Waits for the next message that `wanted` picks, across reconnects.
pub async fn next_message<T>(
    events: &mut broadcast::Receiver<LinkEvent>,
    mut wanted: impl FnMut(&ServerMessage) -> Option<T>,
) -> Result<T> {
    loop {
        match events.recv().await {
            Ok(LinkEvent::Message { message, .. }) => {
                if let Some(found) = wanted(&message) {
                    return Ok(found);
                }
            }
            Ok(LinkEvent::Up { .. }) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => anyhow::bail!("connection is closed"),
        }
    }
}
