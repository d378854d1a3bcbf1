//! What the platform can run, whatever the levels below it ask for.

use super::{Increment, Policy};

/// Longest that people are reminded of an agreed time before it comes, minutes.
pub const MOST_REMINDER_MIN: u32 = 7 * 24 * 60;
/// Longest that somebody is waited for after an agreed beginning, minutes.
pub const MOST_MISSED_MIN: u32 = 60;
/// Longest before an agreed beginning that cancelling for nothing ends, hours.
pub const MOST_CANCEL_FREE_H: u32 = 14 * 24;

/// Most that any tenant lets be given as a tip at once, in what people count in.
pub const MOST_TIP: u32 = 10_000;

/// Longest that a recording is kept, days.
pub const MOST_RECORDING_DAYS: u32 = 3_650;

impl Policy {
    /// Clamped to what the platform can run.
    pub(super) fn bounded(mut self) -> Self {
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
    use super::super::*;

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
            tax: Some(TaxRate {
                bp: u32::MAX,
                included: true,
            }),
            increment: Some(Increment::Block { seconds: 0 }),
            ..Default::default()
        };
        let policy = resolve(&Policy::default(), &wild, &PolicyChange::default(), &wild);
        assert_eq!((policy.ring_s, policy.grace_s, policy.commission_bp), (10, 600, 10_000));
        assert_eq!(policy.warnings_min, [5, 1]);
        let tax = TaxRate {
            bp: 10_000,
            included: true,
        };
        let most = ServiceFee {
            bp: 10_000,
            fixed_minor: 0,
        };
        assert_eq!((policy.service_fee, policy.tax), (most, tax));
        assert_eq!(
            (policy.missed_min, policy.cancel_free_h, policy.no_show_bp),
            (1, 336, 10_000)
        );
        assert_eq!(policy.increment, Increment::Block { seconds: 1 });
    }
}
