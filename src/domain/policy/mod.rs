//! How a call is booked, run and billed. Resolved once from four levels and frozen on the call.

mod bounds;
mod change;

pub use bounds::{MOST_CANCEL_FREE_H, MOST_MISSED_MIN, MOST_RECORDING_DAYS, MOST_REMINDER_MIN, MOST_TIP};
pub use change::{PolicyChange, resolve};

use super::{
    guest::ThirdPerson,
    order_price::{ServiceFee, TaxRate},
    recording::{RecordingFor, RecordingRule},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The unit in which time is charged (requirement F2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Increment {
    /// Every started second.
    Second,
    /// Every started minute.
    Minute,
    /// Every started block of so many seconds.
    Block {
        /// The block's length, 1 to 14,400.
        seconds: u32,
    },
}

impl Increment {
    /// Length in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Block { seconds } => i64::from(seconds.max(1)),
        }
    }
}

/// The policy of a metered-wallet call (preset P3), as frozen on the call. Field defaults are requirement M11's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Version of this struct's meaning.
    pub version: u16,
    /// How long it rings, seconds; 0 where both agreed to begin, and nobody is rung.
    pub ring_s: u32,
    /// How long the free check may last, seconds.
    pub pre_check_s: u32,
    /// Billable seconds that are never charged, once a leg.
    pub grace_s: u32,
    /// Least seconds charged unless the seller ends; rounded up to whole increments.
    pub minimum_s: u32,
    /// Unit of charging.
    pub increment: Increment,
    /// Minutes left at which people are warned, falling.
    pub warnings_min: Vec<u32>,
    /// How long before an agreed time both are reminded of it, minutes. Programs that don't know it yet read calls where
    /// it is the usual.
    #[serde(skip_serializing_if = "is_usual_reminder")]
    pub reminder_min: u32,
    /// How long after an agreed beginning somebody who isn't there is missed, minutes. As above.
    #[serde(skip_serializing_if = "is_usual_missed")]
    pub missed_min: u32,
    /// Until so many hours before an agreed beginning the buyer cancels for nothing. As above.
    #[serde(skip_serializing_if = "is_usual_cancel_free")]
    pub cancel_free_h: u32,
    /// What of the price is due when the buyer cancels later, in basis points. As above.
    #[serde(skip_serializing_if = "is_usual_late_cancel")]
    pub late_cancel_bp: u32,
    /// What of the price is due when the seller came and the buyer didn't, in basis points. As above.
    #[serde(skip_serializing_if = "is_usual_no_show")]
    pub no_show_bp: u32,
    /// How long a call without credit waits for a top-up, seconds.
    pub rescue_s: u32,
    /// How long a lost side may take to come back, seconds.
    pub reconnect_s: u32,
    /// Gaps in the media up to this long count as presence, milliseconds.
    pub bridge_ms: u32,
    /// The tenant's share of what is charged, in basis points.
    pub commission_bp: u32,
    /// The tenant's share of tips, in basis points. As above.
    #[serde(skip_serializing_if = "is_usual_tip_commission")]
    pub tip_commission_bp: u32,
    /// Most that is given as a tip at once, in what people count in. As above.
    #[serde(skip_serializing_if = "is_usual_most_tip")]
    pub most_tip: u32,
    /// What buyers of orders pay the tenant beside the price. As above.
    #[serde(skip_serializing_if = "is_default")]
    pub service_fee: ServiceFee,
    /// The tax on all of it. As above.
    #[serde(skip_serializing_if = "is_default")]
    pub tax: TaxRate,
    /// Who may have the call recorded. As above.
    #[serde(skip_serializing_if = "is_default")]
    pub recording: RecordingRule,
    /// Who sees the recording. As above.
    #[serde(skip_serializing_if = "is_default")]
    pub recording_for: RecordingFor,
    /// How long a recording is kept, days. As above.
    #[serde(skip_serializing_if = "is_usual_recording_days")]
    pub recording_days: u32,
    /// Lists may show a still of the seller while the call is live, if they agree. As above.
    #[serde(skip_serializing_if = "is_usual_snapshots")]
    pub snapshots: bool,
    /// Who pays for third persons. As above.
    #[serde(skip_serializing_if = "is_default")]
    pub third_person: ThirdPerson,
}

/// What [`Policy::reminder_min`] is where nothing is written of it.
pub const USUAL_REMINDER_MIN: u32 = 60;

fn is_usual_reminder(minutes: &u32) -> bool {
    *minutes == USUAL_REMINDER_MIN
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

const USUAL_MISSED_MIN: u32 = 10;

fn is_usual_missed(minutes: &u32) -> bool {
    *minutes == USUAL_MISSED_MIN
}

const USUAL_CANCEL_FREE_H: u32 = 24;

fn is_usual_cancel_free(hours: &u32) -> bool {
    *hours == USUAL_CANCEL_FREE_H
}

const USUAL_LATE_CANCEL_BP: u32 = 5_000;

fn is_usual_late_cancel(bp: &u32) -> bool {
    *bp == USUAL_LATE_CANCEL_BP
}

const USUAL_NO_SHOW_BP: u32 = 10_000;

fn is_usual_no_show(bp: &u32) -> bool {
    *bp == USUAL_NO_SHOW_BP
}

const USUAL_TIP_COMMISSION_BP: u32 = 0;

fn is_usual_tip_commission(bp: &u32) -> bool {
    *bp == USUAL_TIP_COMMISSION_BP
}

const USUAL_MOST_TIP: u32 = 500;

fn is_usual_most_tip(most: &u32) -> bool {
    *most == USUAL_MOST_TIP
}

const USUAL_RECORDING_DAYS: u32 = 90;

fn is_usual_recording_days(days: &u32) -> bool {
    *days == USUAL_RECORDING_DAYS
}

const USUAL_SNAPSHOTS: bool = true;

fn is_usual_snapshots(snapshots: &bool) -> bool {
    *snapshots == USUAL_SNAPSHOTS
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 1,
            ring_s: 45,
            pre_check_s: 120,
            grace_s: 0,
            minimum_s: 0,
            increment: Increment::Minute,
            warnings_min: vec![2, 1],
            reminder_min: USUAL_REMINDER_MIN,
            missed_min: USUAL_MISSED_MIN,
            cancel_free_h: USUAL_CANCEL_FREE_H,
            late_cancel_bp: USUAL_LATE_CANCEL_BP,
            no_show_bp: USUAL_NO_SHOW_BP,
            rescue_s: 300,
            reconnect_s: 120,
            bridge_ms: 5_000,
            commission_bp: 2_000,
            tip_commission_bp: USUAL_TIP_COMMISSION_BP,
            most_tip: USUAL_MOST_TIP,
            service_fee: ServiceFee::default(),
            tax: TaxRate::default(),
            recording: RecordingRule::default(),
            recording_for: RecordingFor::default(),
            recording_days: USUAL_RECORDING_DAYS,
            snapshots: USUAL_SNAPSHOTS,
            third_person: ThirdPerson::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_usual_isnt_written_for_programs_that_dont_know_it() {
        let written = serde_json::to_value(Policy::default()).expect("json");
        for field in [
            "reminder_min",
            "missed_min",
            "cancel_free_h",
            "late_cancel_bp",
            "no_show_bp",
            "tip_commission_bp",
            "most_tip",
            "service_fee",
            "tax",
            "recording",
            "recording_for",
            "recording_days",
            "snapshots",
            "third_person",
        ] {
            assert!(written.get(field).is_none(), "{field}");
        }
        assert_eq!(
            serde_json::from_value::<Policy>(written).expect("a policy"),
            Policy::default()
        );
    }
}
