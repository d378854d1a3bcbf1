//! Puts packets into their order and says where some are missing.

use super::rtp::{Micros, Packet, Unwrapped};
use std::collections::BTreeMap;

/// How long a packet waits for those before it; the node asks for lost ones again meanwhile.
pub(super) const HOLD: Micros = 400_000;
const MAX_WAITING: usize = 1_024;
/// So far behind, a packet isn't late: its sender began to count anew.
const RESTART: i64 = 1_000;

/// A packet whose turn it is.
pub(super) struct Ordered {
    pub(super) packet: Packet,
    /// When it came.
    pub(super) at: Micros,
    /// Packets before it are missing for good.
    pub(super) after_loss: bool,
}

#[derive(Default)]
pub(super) struct Reorder {
    numbers: Unwrapped<16>,
    next: Option<i64>,
    /// The one whose turn it is: nearly all come in their order, and never wait.
    ready: Option<(Packet, Micros)>,
    waiting: BTreeMap<i64, (Packet, Micros)>,
    restarted: bool,
}

impl Reorder {
    pub(super) fn push(&mut self, packet: Packet, at: Micros) {
        let number = self.numbers.next(packet.sequence.into());
        let next = *self.next.get_or_insert(number);
        if number == next && self.ready.is_none() && self.waiting.is_empty() {
            self.ready = Some((packet, at));
            return;
        }
        if number < next - RESTART {
            (self.ready, self.waiting) = (None, BTreeMap::new());
            (self.next, self.restarted) = (Some(number), true);
        } else if number < next || (number == next && self.ready.is_some()) {
            return; // given up already, or a copy
        }
        self.waiting.insert(number, (packet, at));
    }

    /// The next packet, unless one before it may still come.
    pub(super) fn pop(&mut self, now: Micros) -> Option<Ordered> {
        if let Some((packet, at)) = self.ready.take() {
            self.next = self.next.map(|next| next + 1);
            return Some(Ordered {
                packet,
                at,
                after_loss: std::mem::take(&mut self.restarted),
            });
        }
        let first = self.waiting.first_entry()?;
        let missing = self.next.is_some_and(|next| next != *first.key());
        if missing && now - first.get().1 < HOLD && self.waiting.len() < MAX_WAITING {
            return None;
        }
        let (number, (packet, at)) = self.waiting.pop_first()?;
        self.next = Some(number + 1);
        Some(Ordered {
            packet,
            at,
            after_loss: std::mem::take(&mut self.restarted) || missing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(sequence: u16) -> Packet {
        Packet {
            sequence,
            timestamp: 0,
            marker: false,
            payload: Vec::new(),
        }
    }

    fn popped(reorder: &mut Reorder, now: Micros) -> Vec<(u16, bool)> {
        std::iter::from_fn(|| reorder.pop(now))
            .map(|ordered| (ordered.packet.sequence, ordered.after_loss))
            .collect()
    }

    #[test]
    fn late_packets_are_waited_for_across_the_wrap() {
        let mut reorder = Reorder::default();
        for sequence in [65_534, 0, 65_535] {
            reorder.push(packet(sequence), 0);
        }
        assert_eq!(popped(&mut reorder, 0), [(65_534, false), (65_535, false), (0, false)]);
    }

    #[test]
    fn lost_ones_are_given_up_and_told_once() {
        let mut reorder = Reorder::default();
        for sequence in [1, 2, 4, 5] {
            reorder.push(packet(sequence), 0);
        }
        assert_eq!(popped(&mut reorder, HOLD - 1), [(1, false), (2, false)]);
        assert_eq!(popped(&mut reorder, HOLD), [(4, true), (5, false)]);
        reorder.push(packet(3), HOLD);
        assert_eq!(popped(&mut reorder, 2 * HOLD), [], "too late");
    }

    #[test]
    fn a_copy_is_taken_once() {
        let mut reorder = Reorder::default();
        for sequence in [1, 1, 2, 2] {
            reorder.push(packet(sequence), 0);
        }
        assert_eq!(popped(&mut reorder, 0), [(1, false), (2, false)]);
    }

    #[test]
    fn a_sender_that_counts_anew_is_followed() {
        let mut reorder = Reorder::default();
        reorder.push(packet(30_000), 0);
        assert_eq!(popped(&mut reorder, 0), [(30_000, false)]);
        reorder.push(packet(7), 0);
        assert_eq!(popped(&mut reorder, 0), [(7, true)]);
    }
}
