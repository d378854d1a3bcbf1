use super::super::{reorder::HOLD, writer::PERIOD};
use super::*;
use mp4_atom::{Any, Decode, DecodeMaybe, Moof};
use proptest::prelude::*;

const MS: Micros = 1_000;
/// What one picture lasts.
const FRAME: Micros = 40 * MS;
/// So many pictures come between two rounds of the writer.
const ROUND: i64 = PERIOD.as_micros() as Micros / FRAME;

/// Packets of a camera: every picture is two, every tenth a key frame with its parameter sets before it.
struct Camera {
    sequence: u16,
    timestamp: u32,
    number: u32,
}

type Bytes = Vec<u8>;

fn rtp(sequence: u16, timestamp: u32, marker: bool, payload: &[u8]) -> Bytes {
    let mut bytes = vec![0x80, u8::from(marker) << 7 | 96];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(timestamp.to_be_bytes());
    bytes.extend([0, 0, 0, 1]);
    bytes.extend(payload);
    bytes
}

impl Camera {
    fn new(sequence: u16, timestamp: u32) -> Self {
        Self {
            sequence,
            timestamp,
            number: 0,
        }
    }

    fn skip(&mut self, time: Micros) {
        self.timestamp = self.timestamp.wrapping_add(u32::try_from(time * 9 / 100).unwrap());
    }

    fn packet(&mut self, marker: bool, payload: &[u8]) -> Bytes {
        self.sequence = self.sequence.wrapping_add(1);
        rtp(self.sequence.wrapping_sub(1), self.timestamp, marker, payload)
    }

    /// The next picture; its number stands in it.
    fn picture(&mut self) -> Vec<Bytes> {
        let [.., high, low] = self.number.to_be_bytes();
        let key = self.number.is_multiple_of(10);
        let mut packets = Vec::new();
        if key {
            let sets = [24, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 1];
            packets.push(self.packet(false, &sets));
        }
        let kind = if key { 5 } else { 1 };
        packets.push(self.packet(false, &[0x7c, 0x80 | kind, high]));
        packets.push(self.packet(true, &[0x7c, 0x40 | kind, low]));
        self.number += 1;
        self.skip(FRAME);
        packets
    }
}

/// A sample read back: its tick, whether it is a key frame, and the picture's number.
type Read = (u64, bool, u32);

/// Reads a track's samples; `file` may end anywhere in a fragment.
fn read(file: &[u8], track: u32) -> Vec<Read> {
    let mut samples = Vec::new();
    let mut rest = file;
    loop {
        let start = file.len() - rest.len();
        match Any::decode_maybe(&mut rest).expect("boxes") {
            Some(Any::Moof(moof)) => samples.extend(read_moof(&moof, file, start, track)),
            Some(_) => {}
            None => return samples,
        }
    }
}

fn read_moof(moof: &Moof, file: &[u8], start: usize, track: u32) -> Vec<Read> {
    let mut samples = Vec::new();
    for traf in moof.traf.iter().filter(|traf| traf.tfhd.track_id == track) {
        let mut at = traf.tfdt.as_ref().expect("a time").base_media_decode_time;
        let mut offset = start + traf.trun[0].data_offset.expect("an offset") as usize;
        for entry in &traf.trun[0].samples {
            let size = entry.size.expect("a size") as usize;
            let data = &file[offset..offset + size];
            let number = u32::from_be_bytes([0, 0, data[size - 2], data[size - 1]]);
            samples.push((at, entry.flags == Some(0x0200_0000), number));
            at += u64::from(entry.duration.expect("a duration"));
            offset += size;
        }
    }
    samples
}

/// Sends pictures at their moments from `start` on; what came is written a round later.
fn send(part: &mut Part, camera: &mut Camera, source: SourceId, start: Micros, pictures: u32) -> Bytes {
    let mut file = Vec::new();
    for step in 0..i64::from(pictures) {
        let at = start + step * FRAME;
        for packet in camera.picture() {
            part.receive(source, Codec::H264, &packet, at).expect("taken");
        }
        if step % ROUND == ROUND - 1 {
            file.extend(part.poll(at).expect("polled"));
        }
    }
    file
}

fn numbers(samples: &[Read]) -> Vec<u32> {
    samples.iter().map(|sample| sample.2).collect()
}

#[test]
fn the_header_says_what_is_in_the_file() {
    let mut part = Part::default();
    let file = send(&mut part, &mut Camera::new(0, 0), 1, 0, 20);
    let mut rest = file.as_slice();
    assert!(matches!(Any::decode(&mut rest), Ok(Any::Ftyp(_))));
    let Ok(Any::Moov(moov)) = Any::decode(&mut rest) else {
        panic!("no moov")
    };
    let entries: Vec<_> = moov
        .trak
        .iter()
        .map(|trak| &trak.mdia.minf.stbl.stsd.codecs[0])
        .collect();
    assert!(matches!(entries[0], mp4_atom::Codec::Opus(_)));
    let mp4_atom::Codec::Avc3(avc3) = entries[1] else {
        panic!("{:?}", entries[1])
    };
    assert_eq!(avc3.avcc.sequence_parameter_sets, [[0x67, 0x42, 0xe0, 0x1f]]);
}

#[test]
fn times_are_absolute_also_after_a_gap() {
    let mut part = Part::default();
    let mut camera = Camera::new(0, 1_000);
    // The recording began two seconds before this file.
    let mut file = send(&mut part, &mut camera, 1, 2_000 * MS, 15);
    camera.skip(3_000 * MS);
    file.extend(send(&mut part, &mut camera, 1, 5_600 * MS, 10));
    file.extend(part.finish(6_200 * MS).expect("finished"));
    let samples = read(&file, Codec::H264.track());
    assert_eq!(numbers(&samples), (0..25).collect::<Vec<_>>());
    assert_eq!((samples[0].0, samples[14].0), (180_000, 230_400));
    assert_eq!((samples[15].0, samples[24].0), (504_000, 536_400));
    let extent = part.extent();
    assert_eq!((extent.from_ms, extent.until_ms, extent.video), (2_000, 6_000, true));
}

#[test]
fn sound_and_picture_keep_their_own_times() {
    let mut part = Part::default();
    let mut file = Vec::new();
    for step in 0..50_u16 {
        let at = i64::from(step) * 20 * MS;
        let sound = rtp(
            step.wrapping_add(65_530),
            u32::from(step) * 960,
            false,
            &[0xfc, 0, step as u8],
        );
        part.receive(7, Codec::Opus, &sound, at).expect("taken");
        file.extend(part.poll(at).expect("polled"));
    }
    file.extend(send(&mut part, &mut Camera::new(0, 0), 8, 1_000 * MS, 10));
    file.extend(part.finish(2_000 * MS).expect("finished"));
    let sounds = read(&file, Codec::Opus.track());
    assert!(
        sounds
            .iter()
            .enumerate()
            .all(|(step, sound)| sound.0 == step as u64 * 960 && sound.1)
    );
    assert_eq!(sounds.len(), 50);
    assert_eq!(read(&file, Codec::H264.track())[0].0, 90_000);
}

#[test]
fn a_lost_packet_costs_the_pictures_up_to_the_next_key_frame_which_is_asked_for() {
    let mut part = Part::default();
    let mut camera = Camera::new(0, 0);
    let mut file = send(&mut part, &mut camera, 1, 0, 3);
    assert_eq!(part.wants_key(100 * MS), None);
    let mut torn = camera.picture();
    torn.remove(0);
    for packet in torn {
        part.receive(1, Codec::H264, &packet, 120 * MS).expect("taken");
    }
    file.extend(send(&mut part, &mut camera, 1, 160 * MS, 8));
    file.extend(part.poll(600 * MS).expect("polled"));
    assert_eq!(part.wants_key(600 * MS), None, "one came meanwhile");
    file.extend(part.finish(600 * MS).expect("finished"));
    assert_eq!(numbers(&read(&file, Codec::H264.track())), [0, 1, 2, 10, 11]);
}

#[test]
fn a_key_frame_is_asked_for_at_the_begin_but_not_all_the_time() {
    let mut part = Part::default();
    assert_eq!(part.wants_key(0), None, "of whom?");
    let mut camera = Camera::new(0, 0);
    camera.picture();
    send(&mut part, &mut camera, 4, 0, 1);
    assert_eq!(part.wants_key(0), Some(4));
    assert_eq!(part.wants_key(999 * MS), None);
    send(&mut part, &mut camera, 4, 960 * MS, 1);
    assert_eq!(part.wants_key(1_000 * MS), Some(4));
}

#[test]
fn of_pictures_the_newest_source_counts_while_it_flows() {
    let mut part = Part::default();
    let (mut camera, mut screen) = (Camera::new(0, 0), Camera::new(500, 77));
    screen.number = 100;
    let mut file = send(&mut part, &mut camera, 1, 0, 10);
    for step in 10..20 {
        let at = step * FRAME;
        for packet in camera.picture() {
            part.receive(1, Codec::H264, &packet, at).expect("taken");
        }
        file.extend(send(&mut part, &mut screen, 2, at, 1));
    }
    // The screen is no longer shared; the camera goes on and is waited for.
    file.extend(send(&mut part, &mut camera, 1, 800 * MS, 50));
    file.extend(part.finish(2_800 * MS).expect("finished"));
    let samples = read(&file, Codec::H264.track());
    let seen = numbers(&samples);
    assert_eq!(
        seen[..21],
        [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109
        ]
    );
    assert_eq!(seen[21], 50, "the camera's next key frame: {seen:?}");
    assert!(samples.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn a_camera_that_comes_late_is_recorded_whatever_its_pictures_are() {
    let mut part = Part::default();
    let mut file = Vec::new();
    for step in 0..40_u16 {
        let at = Micros::from(step) * FRAME;
        let sound = rtp(step, u32::from(step) * 1_920, true, &[0xfc, 0, 1]);
        part.receive(1, Codec::Opus, &sound, at).expect("taken");
        file.extend(part.poll(at).expect("polled"));
    }
    assert!(!file.is_empty(), "the header is written already");
    for step in 40..80_u16 {
        let at = Micros::from(step) * FRAME;
        let picture = [0x10, u8::from(step > 40), 0, step.to_be_bytes()[1]];
        let packet = rtp(step, u32::from(step) * 3_600, true, &picture);
        part.receive(2, Codec::Vp8, &packet, at).expect("taken");
        file.extend(part.poll(at).expect("polled"));
    }
    // The same person comes back with another browser.
    file.extend(send(&mut part, &mut Camera::new(0, 0), 3, 80 * FRAME, 20));
    file.extend(part.finish(100 * FRAME).expect("finished"));
    assert_eq!(
        numbers(&read(&file, Codec::Vp8.track())),
        (40..80).collect::<Vec<u32>>()
    );
    assert_eq!(
        numbers(&read(&file, Codec::H264.track())),
        (0..20).collect::<Vec<u32>>()
    );
    assert!(part.extent().video);
}

#[test]
fn less_than_a_second_is_lost_whenever_the_node_is_killed() {
    let mut part = Part::default();
    let mut camera = Camera::new(0, 0);
    let (mut file, mut late) = (Vec::new(), None);
    for step in 0..200_i64 {
        let at = step * FRAME;
        let mut packets = camera.picture();
        // Now and then one is lost, and comes when all behind it have waited for as long as they do.
        if step % 35 == 11 {
            late = Some((packets.remove(0), at + HOLD - FRAME));
        }
        if let Some((packet, _)) = late.take_if(|(_, comes)| *comes <= at) {
            packets.push(packet);
        }
        for packet in packets {
            part.receive(1, Codec::H264, &packet, at).expect("taken");
        }
        let written = read(&file, Codec::H264.track()).len() as i64;
        assert!((step + 1 - written) * FRAME < 1_000 * MS, "{written} of {step}");
        if step % ROUND == ROUND - 1 {
            file.extend(part.poll(at).expect("polled"));
        }
    }
    assert_eq!(numbers(&read(&file, Codec::H264.track())), (0..200).collect::<Vec<_>>());
}

#[test]
fn a_file_cut_anywhere_plays_up_to_there() {
    let mut part = Part::default();
    let file = send(&mut part, &mut Camera::new(0, 0), 1, 0, 100);
    let whole = numbers(&read(&file, Codec::H264.track()));
    for length in (0..file.len()).step_by(7) {
        // A reader that finds half a fragment leaves it out; here it has to be cut off.
        let moofs = read_whole(&file[..length]);
        assert!(whole.starts_with(&moofs), "{length}");
    }
}

/// The pictures of the fragments that are there with all of their data.
fn read_whole(file: &[u8]) -> Vec<u32> {
    let mut end = 0;
    let mut rest = file;
    while let Ok(Some(found)) = Any::decode_maybe(&mut rest) {
        if !matches!(found, Any::Moof(_)) {
            end = file.len() - rest.len();
        }
    }
    numbers(&read(&file[..end], Codec::H264.track()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Wherever counters begin and however packets overtake each other, the file is the same.
    #[test]
    fn order_and_wraps_do_not_matter(
        sequence: u16, timestamp: u32, delays in proptest::collection::vec(0..4_usize, 100)
    ) {
        let mut camera = Camera::new(sequence, timestamp);
        let packets = (0..40).flat_map(|step| camera.picture().into_iter().map(move |packet| (step * FRAME, packet)));
        let (moments, packets): (Vec<Micros>, Vec<Bytes>) = packets.unzip();
        // The very first tells where the counting begins; the others come up to four places late.
        let mut order: Vec<usize> = (0..packets.len()).collect();
        order.sort_by_key(|index| if *index == 0 { 0 } else { index + delays[index % delays.len()] });
        let packets: Vec<(Micros, &Bytes)> = moments.into_iter().zip(order.iter().map(|index| &packets[*index])).collect();
        let mut part = Part::default();
        let mut file = Vec::new();
        for (at, packet) in &packets {
            part.receive(1, Codec::H264, packet, *at).expect("taken");
            file.extend(part.poll(*at).expect("polled"));
        }
        file.extend(part.finish(40 * FRAME).expect("finished"));
        let samples = read(&file, Codec::H264.track());
        prop_assert_eq!(numbers(&samples), (0..40).collect::<Vec<_>>());
        // A packet that came before its moment moves the time line by as much.
        let first = samples[0].0;
        for sample in &samples {
            let off = sample.0 as i64 - first as i64 - i64::from(sample.2) * 3_600;
            prop_assert!(off.abs() <= 4 * 3_600);
        }
        prop_assert!(samples.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    /// Whatever is lost, what is written was sent, is in order and in its place, and can be decoded.
    #[test]
    fn losses_leave_only_whole_pictures(lost in proptest::collection::vec(proptest::bool::weighted(0.1), 400)) {
        let mut camera = Camera::new(0, 0);
        let mut part = Part::default();
        let (mut file, mut lost) = (Vec::new(), lost.into_iter());
        for step in 0..150 {
            for packet in camera.picture() {
                if !lost.next().unwrap_or(false) {
                    part.receive(1, Codec::H264, &packet, step * FRAME).expect("taken");
                }
            }
            file.extend(part.poll(step * FRAME).expect("polled"));
        }
        file.extend(part.finish(150 * FRAME).expect("finished"));
        let samples = read(&file, Codec::H264.track());
        // The first packet that comes is where times count from; it may be a later picture's.
        let mut decoded = None;
        for (at, key, number) in samples {
            prop_assert_eq!(at, u64::from(number) * 3_600);
            prop_assert_eq!(key, number.is_multiple_of(10));
            prop_assert!(key || decoded.is_some_and(|before| before + 1 == number), "{} can't be decoded", number);
            decoded = Some(number);
        }
    }
}
