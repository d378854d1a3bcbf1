//! RTP as far as a recording needs it: a packet's header, and counters that wrap.

/// Microseconds on the recording's time line.
pub(super) type Micros = i64;

const FIXED_HEADER: usize = 12;

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    /// The last one of its picture.
    pub(super) marker: bool,
    pub(super) payload: Vec<u8>,
}

impl Packet {
    /// Reads a packet; none if it isn't one.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let [first, second, ..] = *bytes else {
            return None;
        };
        if bytes.len() < FIXED_HEADER || first >> 6 != 2 {
            return None;
        }
        let mut start = FIXED_HEADER + 4 * usize::from(first & 0x0f);
        if first & 0x10 != 0 {
            let words = bytes.get(start + 2..start + 4)?;
            start += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
        }
        let padding = if first & 0x20 != 0 { *bytes.last()? } else { 0 };
        let end = bytes.len().checked_sub(padding.into())?;
        let payload = bytes.get(start..end)?.to_vec();
        let (sequence, timestamp) = ([bytes[2], bytes[3]], [bytes[4], bytes[5], bytes[6], bytes[7]]);
        Some(Self {
            sequence: u16::from_be_bytes(sequence),
            timestamp: u32::from_be_bytes(timestamp),
            marker: second & 0x80 != 0,
            payload,
        })
    }
}

/// Continues a counter of `BITS` bits beyond its end.
#[derive(Default)]
pub(super) struct Unwrapped<const BITS: u32>(Option<i64>);

impl<const BITS: u32> Unwrapped<BITS> {
    /// The value that is nearest to the one before.
    pub(super) fn next(&mut self, value: u32) -> i64 {
        let (range, value) = (1_i64 << BITS, i64::from(value));
        let last = self.0.unwrap_or(value);
        let ahead = (value - last).rem_euclid(range);
        let next = last + if ahead < range / 2 { ahead } else { ahead - range };
        self.0 = Some(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_with_all_that_may_stand_before_and_behind_its_payload() {
        let mut bytes = vec![0xb1, 0x80 | 96, 0x12, 0x34, 0, 0, 1, 0, 0, 0, 0, 7];
        bytes.extend([9, 9, 9, 9]); // a contributing source
        bytes.extend([0xbe, 0xde, 0, 1, 8, 8, 8, 8]); // an extension of one word
        bytes.extend(b"payload");
        bytes.extend([0, 0, 3]); // padding
        let packet = Packet::parse(&bytes).expect("a packet");
        assert_eq!((packet.sequence, packet.timestamp, packet.marker), (0x1234, 256, true));
        assert_eq!(packet.payload, b"payload");
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        let header = [0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
        assert!(Packet::parse(&header[..11]).is_none());
        assert!(Packet::parse(&header).is_some_and(|packet| packet.payload.is_empty()));
        let broken = |first: u8| {
            let mut bytes = header;
            (bytes[0], bytes[11]) = (first, 200);
            Packet::parse(&bytes).is_none()
        };
        assert!(broken(0x40), "another version");
        assert!(broken(0x8f), "more sources than bytes");
        assert!(broken(0x90), "an extension that isn't there");
        assert!(broken(0xa0), "more padding than bytes");
    }

    #[test]
    fn counters_go_on_beyond_their_end_and_back() {
        let mut counter = Unwrapped::<16>::default();
        let values = [65_534, 65_535, 1, 0, 2, 65_535].map(|value| counter.next(value));
        assert_eq!(values, [65_534, 65_535, 65_537, 65_536, 65_538, 65_535]);
    }
}
