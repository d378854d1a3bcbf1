//! The one task that writes for all rooms: their events and their meters' due blocks, as sets, every 250 ms (law 6).
//!
//! Events and operations of a tick share a transaction, events first: whatever the ledger did, the events explain it.
//! A tick that fails is tried again whole; both parts are idempotent.

use super::room::{RoomMessage, deliver};
use crate::{
    app::App,
    domain::{
        call::MeterOp,
        ids::{CallId, TenantId},
    },
    error::{Kind, Result},
    store::{
        call_events::{self, NewEvent},
        metering::{self, LegAnswer, LegOp},
    },
};
use std::{collections::HashMap, time::Duration};
use tokio::sync::{mpsc, oneshot};

/// How often books are written.
const PERIOD: Duration = Duration::from_millis(250);
/// Submissions that may wait; a room that finds the queue full waits.
const QUEUE: usize = 20_000;

/// What one room wants written.
pub(super) struct Submission {
    pub tenant: TenantId,
    pub call: CallId,
    pub events: Vec<NewEvent>,
    pub ops: Vec<MeterOp>,
    /// Where answers go.
    pub room: mpsc::Sender<RoomMessage>,
    /// Told once it is written.
    pub written: Option<oneshot::Sender<()>>,
}

/// The writing end.
#[derive(Clone)]
pub(super) struct Books(mpsc::Sender<Submission>);

impl Books {
    /// Starts the task.
    pub fn open(app: App) -> Self {
        let (queue, submissions) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(app, submissions));
        Self(queue)
    }

    /// Hands something in; it is written with the next tick.
    pub async fn submit(&self, submission: Submission) {
        // The task lives as long as the process.
        let _ = self.0.send(submission).await;
    }
}

async fn write_all(app: App, mut submissions: mpsc::Receiver<Submission>) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut due: Vec<Submission> = Vec::new();
    loop {
        ticks.tick().await;
        if due.is_empty() {
            // Sleeps while no call is live.
            match submissions.recv().await {
                Some(first) => due.push(first),
                None => return,
            }
        }
        while let Ok(next) = submissions.try_recv() {
            due.push(next);
        }
        match write(&app, &due).await {
            Ok(answers) => tell(std::mem::take(&mut due), answers),
            // A single submission that keeps failing stays: it may hold somebody's money, so it isn't forgotten.
            Err(error) if error.kind == Kind::Unavailable || due.len() == 1 => {
                tracing::warn!(%error, waiting = due.len(), "the books can't be written; trying again");
            }
            Err(error) => {
                tracing::error!(%error, "one of the books' submissions is faulty; writing each by itself");
                due = write_apart(&app, std::mem::take(&mut due)).await;
            }
        }
    }
}

async fn write(app: &App, due: &[Submission]) -> Result<Vec<LegAnswer>> {
    let events: Vec<NewEvent> = due
        .iter()
        .flat_map(|submission| submission.events.iter().cloned())
        .collect();
    let ops: Vec<LegOp> = due.iter().flat_map(leg_ops).collect();
    let now = app.now();
    app.db
        .system(move |tx| {
            call_events::append(tx, &events)?;
            if ops.is_empty() {
                Ok(Vec::new())
            } else {
                metering::tick(tx, now, &ops)
            }
        })
        .await
}

fn leg_ops(submission: &Submission) -> impl Iterator<Item = LegOp> + '_ {
    submission.ops.iter().map(|op| LegOp {
        tenant: submission.tenant,
        leg: submission.call,
        op: *op,
    })
}

/// Writes what can be written; gives back what can't, for the next tick.
async fn write_apart(app: &App, due: Vec<Submission>) -> Vec<Submission> {
    let mut left = Vec::new();
    for submission in due {
        match write(app, std::slice::from_ref(&submission)).await {
            Ok(answers) => tell(vec![submission], answers),
            Err(error) => {
                tracing::error!(%error, call = %submission.call, "this call's books can't be written");
                left.push(submission);
            }
        }
    }
    left
}

fn tell(due: Vec<Submission>, answers: Vec<LegAnswer>) {
    let rooms: HashMap<CallId, &mpsc::Sender<RoomMessage>> = due
        .iter()
        .map(|submission| (submission.call, &submission.room))
        .collect();
    for answer in answers {
        if let Some(room) = rooms.get(&answer.leg) {
            deliver(room, RoomMessage::Metered(answer));
        }
    }
    for submission in due {
        if let Some(written) = submission.written {
            let _ = written.send(());
        }
    }
}
