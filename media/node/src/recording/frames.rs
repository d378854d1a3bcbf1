//! Packets of a picture put together, for H264 (RFC 6184) and VP8 (RFC 7741), and how long an Opus packet sounds.
//!
//! What comes is anybody's: `rtc-rtp`'s depacketizers index beyond the end of some packets and keep a fragment of any
//! size, so these few lines are our own.

use super::rtp::Packet;

/// Largest picture that is put together.
const MAX_PICTURE: usize = 4 * 1024 * 1024;

/// How a source is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Opus,
    H264,
    Vp8,
}

/// The newest parameter sets of an H264 sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ParameterSets {
    pub(super) sequence: Vec<u8>,
    pub(super) picture: Vec<u8>,
}

/// A whole picture, as MP4 has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) key: bool,
    pub(super) data: Vec<u8>,
}

/// Collects a sender's pictures. After a loss none is let out before the next key frame.
pub(super) struct Pictures {
    codec: Codec,
    /// The picture that is being put together.
    timestamp: Option<u32>,
    data: Vec<u8>,
    key: bool,
    /// An H264 unit that comes in fragments; empty if none does.
    fragment: Vec<u8>,
    broken: bool,
    awaits_key: bool,
    sets: ParameterSets,
    /// The picture brings its own.
    has_sets: bool,
}

/// A payload that isn't what it should be.
struct Broken;

impl Pictures {
    pub(super) fn new(codec: Codec) -> Self {
        Self {
            codec,
            timestamp: None,
            data: Vec::new(),
            key: false,
            fragment: Vec::new(),
            broken: false,
            awaits_key: true,
            sets: ParameterSets::default(),
            has_sets: false,
        }
    }

    /// Whether nothing is let out before a key frame.
    pub(super) fn awaits_key(&self) -> bool {
        self.awaits_key
    }

    /// Lets nothing out before the next key frame.
    pub(super) fn await_key(&mut self) {
        self.awaits_key = true;
    }

    pub(super) fn sets(&self) -> &ParameterSets {
        &self.sets
    }

    /// Takes the next packet; returns the picture that it completes.
    pub(super) fn push(&mut self, packet: &Packet, after_loss: bool) -> Option<Picture> {
        let unfinished = self.timestamp.is_some_and(|timestamp| timestamp != packet.timestamp);
        if after_loss || unfinished {
            self.awaits_key = true;
        }
        if packet.payload.is_empty() {
            self.broken |= after_loss;
            return None; // padding
        }
        if self.timestamp != Some(packet.timestamp) {
            self.begin(packet.timestamp);
        }
        // The packet after a loss may be in the midst of its picture.
        self.broken |= after_loss || self.append(&packet.payload).is_err() || self.data.len() > MAX_PICTURE;
        packet.marker.then(|| self.finish()).flatten()
    }

    fn begin(&mut self, timestamp: u32) {
        self.timestamp = Some(timestamp);
        (self.key, self.has_sets, self.broken) = (false, false, false);
        self.fragment.clear();
        self.data.clear();
    }

    fn finish(&mut self) -> Option<Picture> {
        self.timestamp = None;
        let whole = !self.broken && self.fragment.is_empty() && !self.data.is_empty();
        if !whole {
            self.awaits_key = true;
            return None;
        }
        if self.awaits_key && !self.key {
            return None;
        }
        self.awaits_key = false;
        Some(Picture {
            key: self.key,
            data: std::mem::take(&mut self.data),
        })
    }

    fn append(&mut self, payload: &[u8]) -> Result<(), Broken> {
        match self.codec {
            Codec::H264 => self.append_h264(payload),
            Codec::Vp8 => self.append_vp8(payload),
            Codec::Opus => Err(Broken),
        }
    }

    fn append_h264(&mut self, payload: &[u8]) -> Result<(), Broken> {
        const STAP_A: u8 = 24;
        const FU_A: u8 = 28;
        let (&first, rest) = payload.split_first().ok_or(Broken)?;
        match first & 0x1f {
            1..=23 => self.append_unit(payload),
            STAP_A => {
                let mut rest = rest;
                while !rest.is_empty() {
                    let (size, units) = rest.split_first_chunk().ok_or(Broken)?;
                    let size = usize::from(u16::from_be_bytes(*size));
                    let (unit, further) = units.split_at_checked(size).ok_or(Broken)?;
                    self.append_unit(unit)?;
                    rest = further;
                }
                Ok(())
            }
            FU_A => {
                let (&head, bytes) = rest.split_first().ok_or(Broken)?;
                if head & 0x80 != 0 {
                    self.fragment.clear();
                    self.fragment.push(first & 0x60 | head & 0x1f);
                }
                if self.fragment.is_empty() || self.fragment.len() + bytes.len() > MAX_PICTURE {
                    return Err(Broken);
                }
                self.fragment.extend_from_slice(bytes);
                if head & 0x40 != 0 {
                    // Its space is used again.
                    let mut unit = std::mem::take(&mut self.fragment);
                    let appended = self.append_unit(&unit);
                    unit.clear();
                    self.fragment = unit;
                    appended?;
                }
                Ok(())
            }
            _ => Err(Broken),
        }
    }

    /// Appends one unit with its length before it. A key frame whose sender told its parameter sets earlier gets them
    /// again, so that playing can begin there.
    fn append_unit(&mut self, unit: &[u8]) -> Result<(), Broken> {
        const IDR: u8 = 5;
        const SEQUENCE_SET: u8 = 7;
        const PICTURE_SET: u8 = 8;
        match unit.first().ok_or(Broken)? & 0x1f {
            SEQUENCE_SET if unit.len() < 4 => return Err(Broken),
            SEQUENCE_SET => {
                self.sets.sequence = unit.to_vec();
                self.has_sets = true;
            }
            PICTURE_SET => self.sets.picture = unit.to_vec(),
            IDR if !self.key => {
                self.key = true;
                if self.sets.sequence.is_empty() || self.sets.picture.is_empty() {
                    return Err(Broken);
                }
                if !self.has_sets {
                    let ParameterSets { sequence, picture } = self.sets.clone();
                    self.append_sized(&sequence)?;
                    self.append_sized(&picture)?;
                }
            }
            _ => {}
        }
        self.append_sized(unit)
    }

    fn append_sized(&mut self, unit: &[u8]) -> Result<(), Broken> {
        let size = u32::try_from(unit.len()).map_err(|_| Broken)?;
        self.data.extend_from_slice(&size.to_be_bytes());
        self.data.extend_from_slice(unit);
        Ok(())
    }

    fn append_vp8(&mut self, payload: &[u8]) -> Result<(), Broken> {
        let (begins, bytes) = vp8_payload(payload).ok_or(Broken)?;
        if begins != self.data.is_empty() {
            return Err(Broken);
        }
        if begins {
            self.key = bytes.first().ok_or(Broken)? & 1 == 0;
        }
        self.data.extend_from_slice(bytes);
        Ok(())
    }
}

/// What follows the payload descriptor, and whether it begins a picture.
fn vp8_payload(payload: &[u8]) -> Option<(bool, &[u8])> {
    let &first = payload.first()?;
    let mut start = 1;
    if first & 0x80 != 0 {
        let &extension = payload.get(1)?;
        start += 1;
        if extension & 0x80 != 0 {
            start += if payload.get(start)? & 0x80 != 0 { 2 } else { 1 };
        }
        start += usize::from(extension & 0x40 != 0) + usize::from(extension & 0x30 != 0);
    }
    let begins = first & 0x10 != 0 && first & 0x07 == 0;
    Some((begins, payload.get(start..)?))
}

/// How long an Opus packet sounds, in samples at 48 kHz (RFC 6716, 3.1).
pub(super) fn opus_duration(packet: &[u8]) -> u32 {
    let Some(&first) = packet.first() else { return 960 };
    let configuration = first >> 3;
    let frame = match configuration {
        0..=11 => [480, 960, 1_920, 2_880][usize::from(configuration % 4)],
        12..=15 => [480, 960][usize::from(configuration % 2)],
        _ => [120, 240, 480, 960][usize::from(configuration % 4)],
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(1, |count| u32::from(count & 0x3f)),
    };
    (frame * frames).clamp(120, 5_760)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPS: [u8; 5] = [0x67, 0x42, 0xe0, 0x1f, 1];
    const PPS: [u8; 3] = [0x68, 2, 3];

    fn packet(timestamp: u32, marker: bool, payload: &[u8]) -> Packet {
        Packet {
            sequence: 0,
            timestamp,
            marker,
            payload: payload.to_vec(),
        }
    }

    fn sets() -> Vec<u8> {
        [&[24, 0, 5][..], &SPS, &[0, 3], &PPS].concat()
    }

    #[test]
    fn h264_comes_alone_together_and_in_fragments() {
        let mut pictures = Pictures::new(Codec::H264);
        assert_eq!(pictures.push(&packet(0, false, &sets()), false), None);
        assert_eq!(pictures.push(&packet(0, false, &[0x7c, 0x85, 1]), false), None);
        let key = pictures
            .push(&packet(0, true, &[0x7c, 0x45, 2]), false)
            .expect("a picture");
        assert!(key.key);
        let wanted = [&[0, 0, 0, 5][..], &SPS, &[0, 0, 0, 3], &PPS, &[0, 0, 0, 3, 0x65, 1, 2]].concat();
        assert_eq!(key.data, wanted);
        let next = pictures.push(&packet(1, true, &[0x61, 9]), false).expect("a picture");
        assert_eq!((next.key, next.data), (false, vec![0, 0, 0, 2, 0x61, 9]));
        // A key frame without parameter sets gets those of before.
        let again = pictures
            .push(&packet(2, true, &[0x65, 1, 2]), false)
            .expect("a picture");
        assert_eq!(again.data, wanted);
    }

    #[test]
    fn nothing_is_let_out_between_a_loss_and_the_next_key_frame() {
        let mut pictures = Pictures::new(Codec::H264);
        assert!(
            pictures.push(&packet(0, true, &[0x61, 1]), false).is_none(),
            "no key frame yet"
        );
        pictures.push(&packet(1, false, &sets()), false);
        assert!(pictures.push(&packet(1, true, &[0x65, 1]), false).is_some());
        assert!(
            pictures.push(&packet(2, true, &[0x61, 1]), true).is_none(),
            "its begin may be lost"
        );
        assert!(pictures.awaits_key());
        assert!(pictures.push(&packet(3, true, &[0x61, 1]), false).is_none());
        assert!(pictures.push(&packet(4, true, &[0x65, 1]), false).is_some());
        pictures.push(&packet(5, false, &[0x7c, 0x81, 1]), false);
        assert!(
            pictures.push(&packet(6, true, &[0x61, 1]), false).is_none(),
            "5 never ended"
        );
        assert!(pictures.push(&packet(7, true, &[0x65, 1]), false).is_some());
    }

    #[test]
    fn vp8_loses_its_descriptor() {
        let mut pictures = Pictures::new(Codec::Vp8);
        assert!(
            pictures
                .push(&packet(0, false, &[0x90, 0x80, 0x81, 7, 0x10, 5]), false)
                .is_none()
        );
        let key = pictures.push(&packet(0, true, &[0x00, 6]), false).expect("a picture");
        assert_eq!((key.key, key.data), (true, vec![0x10, 5, 6]));
        let next = pictures
            .push(&packet(1, true, &[0x10, 0x11, 5]), false)
            .expect("a picture");
        assert!(!next.key);
        assert!(
            pictures.push(&packet(2, true, &[0x00, 6]), false).is_none(),
            "without its begin"
        );
    }

    #[test]
    fn opus_tells_how_long_it_sounds() {
        assert_eq!(opus_duration(&[0xfc, 1]), 960, "20 ms, one frame");
        assert_eq!(opus_duration(&[0x78]), 960, "hybrid, 20 ms");
        assert_eq!(opus_duration(&[0x0b, 3]), 2_880, "three of 20 ms");
        assert_eq!(opus_duration(&[]), 960);
    }

    proptest::proptest! {
        #[test]
        fn no_payload_breaks_it(
            payloads in proptest::collection::vec((0..4_u32, proptest::bool::ANY, proptest::collection::vec(0..=255_u8, 0..40)), 0..40)
        ) {
            for codec in [Codec::H264, Codec::Vp8, Codec::Opus] {
                let mut pictures = Pictures::new(codec);
                for (timestamp, marker, payload) in &payloads {
                    pictures.push(&packet(*timestamp, *marker, payload), false);
                }
            }
        }
    }
}
