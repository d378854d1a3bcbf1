//! A seller who is always there: answers every ring, presses connect, talks and shows the test picture, so that one
//! person alone can try a paid call.

use crate::{
    backoff::Backoff,
    caller::{Participant, next_message},
    http::{Account, Credentials, Tenant},
    in_call::{InCall, Presence},
    link::LinkEvent,
    media::MediaOptions,
};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tallyroom_media_protocol::signaling::{CallPhase, CallRole, CallView, ServerMessage};
use tokio::{sync::broadcast, task::JoinSet, time::sleep};
use uuid::Uuid;

const LONGEST_WAIT: Duration = Duration::from_secs(10);
const HOURS: u32 = 12;
/// Availability is switched on again long before it runs out.
const AVAILABILITY_PERIOD: Duration = Duration::from_secs(600);
const PRESS_PAUSE: Duration = Duration::from_millis(500);
const GREETING: &str = "Hello! I am a robot. Press connect when you are ready.";

/// Who the robot is.
#[derive(Clone, Debug)]
pub struct RobotConfig {
    /// Where it sells.
    pub tenant: Tenant,
    /// The seller's account.
    pub credentials: Credentials,
    /// How long it lets the phone ring.
    pub answer_after: Duration,
}

impl RobotConfig {
    /// Answers after a second and a half.
    pub fn new(tenant: Tenant, credentials: Credentials) -> Self {
        Self {
            tenant,
            credentials,
            answer_after: Duration::from_millis(1_500),
        }
    }
}

/// Sells until the process ends, whatever happens to the server.
pub async fn run_robot(config: RobotConfig) -> Infallible {
    let mut backoff = Backoff::new(LONGEST_WAIT);
    loop {
        if let Err(error) = sell(&config, &mut backoff).await {
            tracing::warn!(
                error = format!("{error:#}"),
                host = config.tenant.host,
                "robot starts anew"
            );
        }
        sleep(backoff.next()).await;
    }
}

async fn sell(config: &RobotConfig, backoff: &mut Backoff) -> Result<()> {
    let seller = Participant::login(config.tenant.clone(), config.credentials.clone()).await?;
    backoff.reset();
    tracing::info!(
        name = seller.account().user().name,
        host = config.tenant.host,
        "robot is there"
    );
    let mut events = seller.subscribe();
    let mut tasks = JoinSet::new();
    tasks.spawn(stay_available(seller.account().clone(), seller.subscribe()));
    if let Some(call) = unfinished(seller.account()).await? {
        stay_in(&seller, call).await;
    }
    loop {
        // Whoever rang before it knew that its last call is over, perhaps across a reconnect, is still waiting.
        let call = next_message(&mut events, ring).await?;
        sleep(config.answer_after).await;
        match seller.accept(call).await {
            Ok(()) => stay_in(&seller, call).await,
            Err(error) => tracing::info!(%error, %call, "the robot came too late"),
        }
    }
}

fn ring(message: &ServerMessage) -> Option<Uuid> {
    match message {
        ServerMessage::Ring { call, .. } => Some(*call),
        _ => None,
    }
}

/// Switches availability on now, after every reconnect and every few minutes.
async fn stay_available(account: Arc<Account>, mut events: broadcast::Receiver<LinkEvent>) {
    loop {
        let switched = account
            .put::<Value>("/api/v1/selling/availability", &json!({"hours": HOURS}))
            .await;
        if let Err(error) = switched {
            tracing::warn!(%error, "robot's availability");
            sleep(LONGEST_WAIT).await;
            continue;
        }
        tokio::select! {
            () = sleep(AVAILABILITY_PERIOD) => {}
            () = reconnected(&mut events) => {}
        }
    }
}

async fn reconnected(events: &mut broadcast::Receiver<LinkEvent>) {
    loop {
        match events.recv().await {
            Ok(LinkEvent::Up { .. }) => return,
            Ok(LinkEvent::Message { .. }) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// The call that an earlier life of this robot was in.
async fn unfinished(seller: &Account) -> Result<Option<Uuid>> {
    #[derive(Deserialize)]
    struct Calls {
        items: Vec<Summary>,
    }
    #[derive(Deserialize)]
    struct Summary {
        id: Uuid,
        role: CallRole,
        ended_at_ms: Option<i64>,
    }
    let calls: Calls = seller.get("/api/v1/calls").await.context("own calls")?;
    let mut open = calls
        .items
        .into_iter()
        .filter(|call| call.role == CallRole::Seller && call.ended_at_ms.is_none());
    let Some(Summary { id, .. }) = open.next() else {
        return Ok(None);
    };
    let view: CallView = seller.get(&format!("/api/v1/calls/{id}")).await.context("own call")?;
    Ok((view.phase != CallPhase::Ringing).then_some(id))
}

async fn stay_in(seller: &Participant, call: Uuid) {
    let in_call = seller.join(call, MediaOptions::default());
    talk(&in_call).await;
    let presence = in_call.presence().borrow().clone();
    tracing::info!(%call, ?presence, totals = ?in_call.counters().totals(), "robot's call is over");
}

/// Presses connect whenever that is what the call waits for, until it is over.
async fn talk(call: &InCall) {
    let mut has_greeted = false;
    while call.until(waits_for_us).await.is_ok() {
        if !has_greeted {
            has_greeted = call.chat(GREETING).await.is_ok();
        }
        if let Err(error) = call.press_connect().await {
            tracing::debug!(%error, "pressing connect");
        }
        sleep(PRESS_PAUSE).await;
    }
    let _ = call.presence().wait_for(Presence::is_out).await;
}

fn waits_for_us(view: &CallView) -> bool {
    view.phase == CallPhase::PreCheck && view.other.present && !view.you_connected
}
