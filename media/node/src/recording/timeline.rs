//! Where a sender's timestamps lie on the recording's time line.
//!
//! The packet that travelled fastest tells best when its moment was: a moment is never later than its packet's arrival,
//! and the earliest arrival of the last seconds is taken for on time. So jitter doesn't show, clocks that drift
//! are followed, and a sender's timestamps that jump (a device was changed) begin anew at their arrival.

use super::rtp::{Micros, Unwrapped};

/// How long delays are watched before the least of them counts as drift.
const WINDOW: Micros = 10_000_000;
/// Timestamps that are off by more have jumped.
const JUMP: Micros = 2_000_000;

pub(super) struct Timeline {
    rate: i64,
    stamps: Unwrapped<32>,
    origin: Option<Origin>,
}

struct Origin {
    /// Where the stamp 0 lies, in ticks.
    zero: i64,
    least_delay: i64,
    window_ends: Micros,
}

impl Timeline {
    /// `rate` is how many ticks a second has, on the wire and in the file.
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate: rate.into(),
            stamps: Unwrapped::default(),
            origin: None,
        }
    }

    /// The tick of a timestamp whose packet came at `at`.
    pub(super) fn place(&mut self, timestamp: u32, at: Micros) -> i64 {
        let stamp = self.stamps.next(timestamp);
        let arrived = ticks(at, self.rate);
        let limit = ticks(JUMP, self.rate);
        let origin = match &mut self.origin {
            Some(origin) if (arrived - origin.zero - stamp).abs() <= limit => origin,
            origin => origin.insert(Origin {
                zero: arrived - stamp,
                least_delay: i64::MAX,
                window_ends: at + WINDOW,
            }),
        };
        let delay = arrived - origin.zero - stamp;
        if delay < 0 {
            origin.zero += delay;
            origin.least_delay = 0;
        }
        origin.least_delay = origin.least_delay.min(delay.max(0));
        if at >= origin.window_ends {
            origin.zero += origin.least_delay;
            (origin.least_delay, origin.window_ends) = (i64::MAX, at + WINDOW);
        }
        origin.zero + stamp
    }
}

/// Microseconds as ticks.
pub(super) fn ticks(micros: Micros, rate: i64) -> i64 {
    micros.saturating_mul(rate) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 90_000;

    #[test]
    fn jitter_does_not_show() {
        let mut timeline = Timeline::new(RATE);
        for step in 0..200_i64 {
            let jitter = if step == 0 { 0 } else { step * 7_919 % 60_000 };
            let at = timeline.place((step * 4_500) as u32, step * 50_000 + jitter);
            assert_eq!(at, step * 4_500);
        }
    }

    #[test]
    fn a_slow_first_packet_is_made_up_for() {
        let mut timeline = Timeline::new(RATE);
        timeline.place(0, 500_000);
        timeline.place(4_500, 520_000);
        assert_eq!(timeline.place(9_000, 100_000), 9_000);
    }

    #[test]
    fn a_clock_that_drifts_is_followed() {
        let mut timeline = Timeline::new(RATE);
        // 200 ppm slow: half a second in 40 minutes.
        let last = (0..50_000_i64).map(|step| {
            let at = step * 50_010;
            (at, timeline.place((step * 4_500) as u32, at))
        });
        let (at, placed) = last.last().expect("steps");
        let off = ticks(at, RATE.into()) - placed;
        assert!((0..900).contains(&off), "{off} ticks");
    }

    #[test]
    fn stamps_that_jump_begin_anew_and_wraps_are_no_jump() {
        let mut timeline = Timeline::new(RATE);
        assert_eq!(timeline.place(u32::MAX - 4_499, 0), 0);
        assert_eq!(timeline.place(0, 50_000), 4_500);
        assert_eq!(timeline.place(123_456_789, 1_000_000), 90_000);
        assert_eq!(timeline.place(123_461_289, 1_050_000), 94_500);
    }
}
