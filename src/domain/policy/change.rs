//! What each level changes, folded into one policy.

use super::{Increment, Policy};
use crate::domain::{
    guest::ThirdPerson,
    order_price::{ServiceFee, TaxRate},
    recording::{RecordingFor, RecordingRule},
};
use serde::{Deserialize, Serialize};

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
}
