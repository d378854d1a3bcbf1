//! The end of a call: every block that was ever asked for is paid or given back before the bill is final.

use super::{Action, EndReason, MeterOp, MeterOpKind, MeterOutcome};

/// What is still to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settlement {
    reason: EndReason,
    outstanding: Vec<MeterOp>,
}

impl Settlement {
    /// A call that ended for `reason` and is final once `ops` are answered.
    pub fn new(reason: EndReason, ops: Vec<MeterOp>) -> Self {
        Self {
            reason,
            outstanding: ops,
        }
    }

    /// Why the call ended.
    pub fn reason(&self) -> EndReason {
        self.reason
    }

    /// Orders everything that isn't answered, for the first time or again.
    pub fn repeat(&self, actions: &mut Vec<Action>) {
        actions.extend(self.outstanding.iter().copied().map(Action::Meter));
    }

    /// An answer came; late answers to reservations are no answers to these.
    pub fn answered(&mut self, block: u32, outcome: MeterOutcome) {
        self.outstanding.retain(|op| {
            let answer = match op.kind {
                MeterOpKind::Post { .. } => MeterOutcome::Posted,
                MeterOpKind::Reserve { .. } | MeterOpKind::Release => MeterOutcome::Released,
            };
            !(op.block == block && outcome == answer)
        });
    }

    /// The reason, once nothing is outstanding.
    pub fn done(&self) -> Option<EndReason> {
        self.outstanding.is_empty().then_some(self.reason)
    }
}
