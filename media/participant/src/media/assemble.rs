//! Puts H.264 frames together again from RTP packets that come late, twice, out of order or not at all.

use bytes::{Bytes, BytesMut};
use rtc::rtp::{Packet, codec::h264::H264Packet, packetizer::Depacketizer};
use std::collections::HashMap;

/// How many packets may overtake a missing one before it is given up.
const PATIENCE: usize = 32;
/// Larger than any frame worth having.
const MAX_FRAME: usize = 1 << 20;

/// The frames of one stream.
#[derive(Default)]
pub struct Assembler {
    next: Option<u16>,
    early: HashMap<u16, Packet>,
    depacketizer: H264Packet,
    frame: BytesMut,
    timestamp: u32,
    is_broken: bool,
}

impl Assembler {
    /// Takes a packet and adds the frames it completes, in Annex B form. True if something was lost on the way, so
    /// that a key frame is needed.
    pub fn push(&mut self, packet: Packet, frames: &mut Vec<Bytes>) -> bool {
        let number = packet.header.sequence_number;
        let next = *self.next.get_or_insert(number);
        if number.wrapping_sub(next) > u16::MAX / 2 {
            return false;
        }
        self.early.insert(number, packet);
        let is_lost = self.early.len() > PATIENCE && self.skip(next);
        while let Some(packet) = self.next.and_then(|next| self.early.remove(&next)) {
            self.next = Some(packet.header.sequence_number.wrapping_add(1));
            frames.extend(self.take(&packet));
        }
        is_lost
    }

    /// Gives up what is missing before the earliest packet that is there.
    fn skip(&mut self, next: u16) -> bool {
        self.next = self
            .early
            .keys()
            .copied()
            .min_by_key(|number| number.wrapping_sub(next));
        self.is_broken = true;
        true
    }

    fn take(&mut self, packet: &Packet) -> Option<Bytes> {
        if packet.payload.is_empty() {
            return None;
        }
        if packet.header.timestamp != self.timestamp {
            self.timestamp = packet.header.timestamp;
            self.frame.clear();
        }
        match self.depacketizer.depacketize(&packet.payload) {
            Ok(part) if self.frame.len() + part.len() <= MAX_FRAME => self.frame.extend_from_slice(&part),
            _ => self.is_broken = true,
        }
        if !packet.header.marker {
            return None;
        }
        let frame = self.frame.split().freeze();
        if std::mem::take(&mut self.is_broken) {
            self.depacketizer = H264Packet::default();
            return None;
        }
        Some(frame).filter(|frame| !frame.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Clip, PictureDecoder};
    use rtc::rtp::{
        codec::h264::H264Payloader,
        packetizer::{Packetizer, new_packetizer},
        sequence::new_fixed_sequencer,
    };
    use std::time::Instant;

    /// Clip frames as packets; numbers begin shortly before they wrap.
    fn packets(frames: usize) -> Vec<Packet> {
        let (now, clip) = (Instant::now(), Clip::encode().unwrap());
        let sequencer = Box::new(new_fixed_sequencer(65_530));
        let mut packetizer = new_packetizer(now, 1200, 101, 7, Box::new(H264Payloader::default()), sequencer, 90_000);
        (0..frames)
            .flat_map(|frame| packetizer.packetize(now, &clip.frame(frame).data, 4500).unwrap())
            .collect()
    }

    fn counters(packets: impl IntoIterator<Item = Packet>) -> (Vec<u32>, bool) {
        let (mut assembler, mut decoder) = (Assembler::default(), PictureDecoder::new().unwrap());
        let (mut counters, mut is_lost) = (Vec::new(), false);
        for packet in packets {
            let mut frames = Vec::new();
            is_lost |= assembler.push(packet, &mut frames);
            counters.extend(
                frames
                    .iter()
                    .filter_map(|frame| Some(decoder.decode(frame).ok()??.counter)),
            );
        }
        (counters, is_lost)
    }

    #[test]
    fn frames_of_several_packets_come_out_whole() {
        let packets = packets(30);
        assert!(packets.len() > 45, "the clip should need fragments");
        assert_eq!(counters(packets), ((0..30).collect(), false));
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        let mut shuffled = packets(30);
        for chunk in shuffled[1..].chunks_mut(5) {
            chunk.reverse();
        }
        let repeated = shuffled.into_iter().flat_map(|packet| [packet.clone(), packet]);
        assert_eq!(counters(repeated), ((0..30).collect(), false));
    }

    #[test]
    fn a_lost_packet_costs_frames_and_asks_for_a_key_frame() {
        let mut packets = packets(60);
        packets.remove(20);
        let (seen, is_lost) = counters(packets);
        assert!(is_lost);
        assert!(seen.len() < 60 && seen.starts_with(&[0, 1, 2, 3, 4]), "{seen:?}");
    }
}
