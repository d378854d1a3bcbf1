//! How a call is booked, run and billed. Resolved once from four levels and frozen on the call.

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

/// Longest that people are reminded of an agreed time before it comes, minutes.
pub const MOST_REMINDER_MIN: u32 = 7 * 24 * 60;
/// Longest that somebody is waited for after an agreed beginning, minutes.
pub const MOST_MISSED_MIN: u32 = 60;
/// Longest before an agreed beginning that cancelling for nothing ends, hours.
pub const MOST_CANCEL_FREE_H: u32 = 14 * 24;

/// Most that any tenant lets be given as a tip at once, in what people count in.
pub const MOST_TIP: u32 = 10_000;

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
/// Longest that a recording is kept, days.
pub const MOST_RECORDING_DAYS: u32 = 3_650;

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

/// What a level below the platform may set; absent fields are inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyChange {
    /// See [`Policy::ring_s`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_s: Option<u32>,
    /// See [`Policy::grace_s`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_s: Option<u32>,
    /// See [`Policy::minimum_s`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_s: Option<u32>,
    /// See [`Policy::increment`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub increment: Option<Increment>,
    /// See [`Policy::warnings_min`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings_min: Option<Vec<u32>>,
    /// See [`Policy::reminder_min`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminder_min: Option<u32>,
    /// See [`Policy::missed_min`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_min: Option<u32>,
    /// See [`Policy::cancel_free_h`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_free_h: Option<u32>,
    /// See [`Policy::late_cancel_bp`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_cancel_bp: Option<u32>,
    /// See [`Policy::no_show_bp`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_show_bp: Option<u32>,
    /// See [`Policy::rescue_s`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rescue_s: Option<u32>,
    /// See [`Policy::commission_bp`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commission_bp: Option<u32>,
    /// See [`Policy::tip_commission_bp`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tip_commission_bp: Option<u32>,
    /// See [`Policy::most_tip`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_tip: Option<u32>,
    /// See [`Policy::service_fee`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_fee: Option<ServiceFee>,
    /// See [`Policy::tax`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxRate>,
    /// See [`Policy::recording`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingRule>,
    /// See [`Policy::recording_for`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_for: Option<RecordingFor>,
    /// See [`Policy::recording_days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_days: Option<u32>,
    /// See [`Policy::snapshots`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<bool>,
    /// See [`Policy::third_person`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_person: Option<ThirdPerson>,
}

/// The four levels folded into one policy: each may change what the one above left, within the platform's bounds.
/// The seller's level can't touch the commissions, the fee and the tax; of recording, and of who pays for third persons,
/// it can only take away.
pub fn resolve(platform: &Policy, tenant: &PolicyChange, category: &PolicyChange, service: &PolicyChange) -> Policy {
    let mut policy = platform.clone();
    for change in [tenant, category, service] {
        change.apply(&mut policy);
    }
    let commission_bp = category.commission_bp.or(tenant.commission_bp);
    policy.commission_bp = commission_bp.unwrap_or(platform.commission_bp);
    let tip_commission_bp = category.tip_commission_bp.or(tenant.tip_commission_bp);
    policy.tip_commission_bp = tip_commission_bp.unwrap_or(platform.tip_commission_bp);
    policy.service_fee = category
        .service_fee
        .or(tenant.service_fee)
        .unwrap_or(platform.service_fee);
    policy.tax = category.tax.or(tenant.tax).unwrap_or(platform.tax);
    let recording = category.recording.or(tenant.recording).unwrap_or(platform.recording);
    policy.recording = service.recording.map_or(recording, |wish| recording.narrowed(wish));
    let recording_for = category.recording_for.or(tenant.recording_for);
    policy.recording_for = recording_for.unwrap_or(platform.recording_for);
    let recording_days = category.recording_days.or(tenant.recording_days);
    policy.recording_days = recording_days.unwrap_or(platform.recording_days);
    // Sellers choose by agreeing, or not.
    policy.snapshots = category.snapshots.or(tenant.snapshots).unwrap_or(platform.snapshots);
    let third_person = category.third_person.or(tenant.third_person);
    let third_person = third_person.unwrap_or(platform.third_person);
    policy.third_person = service
        .third_person
        .map_or(third_person, |wish| third_person.narrowed(wish));
    policy.bounded()
}

impl PolicyChange {
    /// This with what `later` sets in its place.
    #[must_use]
    pub fn with(self, later: &Self) -> Self {
        Self {
            ring_s: later.ring_s.or(self.ring_s),
            grace_s: later.grace_s.or(self.grace_s),
            minimum_s: later.minimum_s.or(self.minimum_s),
            increment: later.increment.or(self.increment),
            warnings_min: later.warnings_min.clone().or(self.warnings_min),
            reminder_min: later.reminder_min.or(self.reminder_min),
            missed_min: later.missed_min.or(self.missed_min),
            cancel_free_h: later.cancel_free_h.or(self.cancel_free_h),
            late_cancel_bp: later.late_cancel_bp.or(self.late_cancel_bp),
            no_show_bp: later.no_show_bp.or(self.no_show_bp),
            rescue_s: later.rescue_s.or(self.rescue_s),
            commission_bp: later.commission_bp.or(self.commission_bp),
            tip_commission_bp: later.tip_commission_bp.or(self.tip_commission_bp),
            most_tip: later.most_tip.or(self.most_tip),
            service_fee: later.service_fee.or(self.service_fee),
            tax: later.tax.or(self.tax),
            recording: later.recording.or(self.recording),
            recording_for: later.recording_for.or(self.recording_for),
            recording_days: later.recording_days.or(self.recording_days),
            snapshots: later.snapshots.or(self.snapshots),
            third_person: later.third_person.or(self.third_person),
        }
    }

    fn apply(&self, policy: &mut Policy) {
        let set = |target: &mut u32, value: Option<u32>| *target = value.unwrap_or(*target);
        set(&mut policy.ring_s, self.ring_s);
        set(&mut policy.grace_s, self.grace_s);
        set(&mut policy.minimum_s, self.minimum_s);
        set(&mut policy.reminder_min, self.reminder_min);
        set(&mut policy.missed_min, self.missed_min);
        set(&mut policy.cancel_free_h, self.cancel_free_h);
        set(&mut policy.late_cancel_bp, self.late_cancel_bp);
        set(&mut policy.no_show_bp, self.no_show_bp);
        set(&mut policy.rescue_s, self.rescue_s);
        set(&mut policy.most_tip, self.most_tip);
        policy.increment = self.increment.unwrap_or(policy.increment);
        if let Some(marks) = &self.warnings_min {
            policy.warnings_min.clone_from(marks);
        }
    }
}

impl Policy {
    /// Clamped to what the platform can run.
    fn bounded(mut self) -> Self {
        self.ring_s = self.ring_s.clamp(10, 120);
        self.grace_s = self.grace_s.min(600);
        self.minimum_s = self.minimum_s.min(4 * 3_600);
        self.pre_check_s = self.pre_check_s.clamp(10, 120);
        self.reminder_min = self.reminder_min.min(MOST_REMINDER_MIN);
        self.missed_min = self.missed_min.clamp(1, MOST_MISSED_MIN);
        self.cancel_free_h = self.cancel_free_h.min(MOST_CANCEL_FREE_H);
        self.late_cancel_bp = self.late_cancel_bp.min(10_000);
        self.no_show_bp = self.no_show_bp.min(10_000);
        self.rescue_s = self.rescue_s.clamp(10, 1_800);
        self.reconnect_s = self.reconnect_s.clamp(10, 600);
        self.bridge_ms = self.bridge_ms.min(5_000);
        self.commission_bp = self.commission_bp.min(10_000);
        self.tip_commission_bp = self.tip_commission_bp.min(10_000);
        self.most_tip = self.most_tip.clamp(1, MOST_TIP);
        self.service_fee = self.service_fee.bounded();
        self.tax = self.tax.bounded();
        self.recording_days = self.recording_days.clamp(1, MOST_RECORDING_DAYS);
        if let Increment::Block { seconds } = self.increment {
            self.increment = Increment::Block {
                seconds: seconds.clamp(1, 4 * 3_600),
            };
        }
        self.warnings_min.retain(|mark| (1..=60).contains(mark));
        self.warnings_min.sort_unstable_by(|a, b| b.cmp(a));
        self.warnings_min.dedup();
        self.warnings_min.truncate(5);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(bp: u32) -> ServiceFee {
        ServiceFee { bp, fixed_minor: 30 }
    }

    fn tax(bp: u32) -> TaxRate {
        TaxRate { bp, included: true }
    }

    #[test]
    fn the_nearest_level_wins_but_the_seller_never_sets_the_commission() {
        let tenant = PolicyChange {
            commission_bp: Some(3_000),
            service_fee: Some(fee(500)),
            tax: Some(tax(1_900)),
            rescue_s: Some(60),
            ..Default::default()
        };
        let category = PolicyChange {
            rescue_s: Some(90),
            service_fee: Some(fee(250)),
            ..Default::default()
        };
        let service = PolicyChange {
            commission_bp: Some(1),
            service_fee: Some(fee(1)),
            tax: Some(tax(1)),
            increment: Some(Increment::Block { seconds: 5 }),
            ..Default::default()
        };
        let policy = resolve(&Policy::default(), &tenant, &category, &service);
        assert_eq!(policy.commission_bp, 3_000);
        assert_eq!((policy.service_fee, policy.tax), (fee(250), tax(1_900)));
        assert_eq!(policy.rescue_s, 90);
        assert_eq!(policy.increment.seconds(), 5);
        assert_eq!(policy.ring_s, 45);
    }

    #[test]
    fn who_pays_for_third_persons_is_the_markets_and_a_seller_can_only_decline() {
        let rule = |third_person| PolicyChange {
            third_person,
            ..Default::default()
        };
        let resolved = |tenant, category, service| {
            let levels = [tenant, category, service].map(rule);
            resolve(&Policy::default(), &levels[0], &levels[1], &levels[2]).third_person
        };
        let (buyer, guest) = (Some(ThirdPerson::BuyerPays), Some(ThirdPerson::GuestPays));
        assert_eq!(resolved(None, None, None), ThirdPerson::Free);
        assert_eq!(resolved(buyer, None, None), ThirdPerson::BuyerPays);
        assert_eq!(resolved(buyer, guest, None), ThirdPerson::GuestPays);
        assert_eq!(resolved(None, None, guest), ThirdPerson::Free, "a seller adds nothing");
        assert_eq!(resolved(buyer, None, guest), ThirdPerson::Free);
        assert_eq!(resolved(buyer, None, buyer), ThirdPerson::BuyerPays);
    }

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

    #[test]
    fn bounds_hold_whatever_is_asked() {
        let wild = PolicyChange {
            ring_s: Some(0),
            grace_s: Some(u32::MAX),
            commission_bp: Some(u32::MAX),
            warnings_min: Some(vec![1, 5, 5, 0, 900]),
            missed_min: Some(0),
            cancel_free_h: Some(u32::MAX),
            no_show_bp: Some(10_001),
            service_fee: Some(ServiceFee {
                bp: u32::MAX,
                fixed_minor: -1,
            }),
            tax: Some(tax(u32::MAX)),
            increment: Some(Increment::Block { seconds: 0 }),
            ..Default::default()
        };
        let policy = resolve(&Policy::default(), &wild, &PolicyChange::default(), &wild);
        assert_eq!((policy.ring_s, policy.grace_s, policy.commission_bp), (10, 600, 10_000));
        assert_eq!(policy.warnings_min, [5, 1]);
        let most = ServiceFee {
            bp: 10_000,
            fixed_minor: 0,
        };
        assert_eq!((policy.service_fee, policy.tax), (most, tax(10_000)));
        assert_eq!(
            (policy.missed_min, policy.cancel_free_h, policy.no_show_bp),
            (1, 336, 10_000)
        );
        assert_eq!(policy.increment, Increment::Block { seconds: 1 });
    }
}
