//! What payment providers tell by themselves (requirement I5).
//!
//! A message is checked, kept as it came, and answered; what it is about is looked into afterwards, by a job. It is only
//! ever a hint: how a payment stands is what the provider answers when it is asked. So messages may come late, often, and
//! in any order.

mod process;
mod receive;

pub use process::process;
pub use receive::receive;

use super::ports::WebhookKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The job's kind in the outbox; its payload is [`Told`].
pub const PROCESS_JOB: &str = "process_webhook";

/// Which message the job looks into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In the inbox.
    pub message: Uuid,
    /// What it is about.
    pub about: WebhookKind,
}
