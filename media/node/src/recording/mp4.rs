//! The boxes of a fragmented MP4 file: a header that says what the tracks are, then fragments that each can be played
//! as soon as they are written.

use super::frames::{Codec, ParameterSets};
use mp4_atom::{
    Audio, Avc3, Avcc, Dinf, Dops, Dref, Encode, Ftyp, Hdlr, Header, Mdhd, Mdia, Mfhd, Minf, Moof, Moov, Mvex, Mvhd,
    Opus, Smhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak, Trex, Trun, TrunEntry, Url, Visual, Vmhd, Vp08,
};

/// Ticks a second of sound.
const AUDIO_RATE: u32 = 48_000;
/// Ticks a second of picture.
pub(super) const VIDEO_RATE: u32 = 90_000;

impl Codec {
    pub(super) const ALL: [Self; 3] = [Self::Opus, Self::H264, Self::Vp8];

    pub(super) fn is_picture(self) -> bool {
        self != Self::Opus
    }

    /// Its track's number in the file.
    pub(super) fn track(self) -> u32 {
        match self {
            Self::Opus => 1,
            Self::H264 => 2,
            Self::Vp8 => 3,
        }
    }

    /// Ticks a second in its track.
    pub(super) fn rate(self) -> u32 {
        if self.is_picture() { VIDEO_RATE } else { AUDIO_RATE }
    }
}

/// A sample that can be decoded alone, and one that can't.
const SYNC: u32 = 0x0200_0000;
const DEPENDENT: u32 = 0x0101_0000;
/// What the header says of pictures: they say themselves, and anew whenever it changes.
const NOMINAL_SIZE: (u16, u16) = (640, 480);

/// A sound or picture in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Ticks since the recording began.
    pub(super) at: i64,
    /// Ticks that it lasts if nothing follows.
    pub(super) duration: u32,
    pub(super) key: bool,
    pub(super) data: Vec<u8>,
}

impl Sample {
    pub(super) fn end(&self) -> i64 {
        self.at + i64::from(self.duration)
    }
}

/// What stands before the first fragment. There are always all tracks: a camera may be switched on later, and nobody knows
/// then what its pictures will be.
pub(super) fn header(sets: &ParameterSets) -> mp4_atom::Result<Vec<u8>> {
    let brands: [&[u8; 4]; 3] = [b"iso6", b"mp41", b"cmfc"];
    let ftyp = Ftyp {
        major_brand: b"iso6".into(),
        minor_version: 0,
        compatible_brands: brands.map(Into::into).into(),
    };
    let trex = |codec: Codec| Trex {
        track_id: codec.track(),
        default_sample_description_index: 1,
        ..Trex::default()
    };
    let moov = Moov {
        mvhd: Mvhd {
            creation_time: 0,
            modification_time: 0,
            timescale: 1_000,
            duration: 0,
            rate: 1.into(),
            volume: 1.into(),
            matrix: Default::default(),
            next_track_id: Codec::ALL.len() as u32 + 1,
        },
        mvex: Some(Mvex {
            mehd: None,
            trex: Codec::ALL.map(trex).into(),
        }),
        trak: vec![
            audio_track(),
            video_track(Codec::H264, h264_entry(sets)?),
            video_track(Codec::Vp8, vp8_entry()),
        ],
        ..Moov::default()
    };
    let mut bytes = Vec::new();
    ftyp.encode(&mut bytes)?;
    moov.encode(&mut bytes)?;
    Ok(bytes)
}

fn audio_track() -> Trak {
    let entry = Opus {
        audio: Audio {
            data_reference_index: 1,
            channel_count: 2,
            sample_size: 16,
            sample_rate: 48_000.into(),
        },
        // Nothing is skipped: a recording begins in the midst of a stream.
        dops: Dops {
            output_channel_count: 2,
            pre_skip: 0,
            input_sample_rate: AUDIO_RATE,
            output_gain: 0,
            channel_mapping: None,
        },
        btrt: None,
    };
    let minf = Minf {
        smhd: Some(Smhd::default()),
        ..described(entry.into())
    };
    let mut track = track(Codec::Opus, b"soun", minf);
    track.tkhd.volume = 1.into();
    track
}

fn h264_entry(sets: &ParameterSets) -> mp4_atom::Result<mp4_atom::Codec> {
    let entry = Avc3 {
        visual: visual(),
        avcc: avcc(sets)?,
        ..Avc3::default()
    };
    Ok(entry.into())
}

fn vp8_entry() -> mp4_atom::Codec {
    let entry = Vp08 {
        visual: visual(),
        ..Vp08::default()
    };
    entry.into()
}

fn visual() -> Visual {
    let (width, height) = NOMINAL_SIZE;
    Visual {
        data_reference_index: 1,
        width,
        height,
        ..Visual::default()
    }
}

fn video_track(codec: Codec, entry: mp4_atom::Codec) -> Trak {
    let (width, height) = NOMINAL_SIZE;
    let minf = Minf {
        vmhd: Some(Vmhd::default()),
        ..described(entry)
    };
    let mut track = track(codec, b"vide", minf);
    (track.tkhd.width, track.tkhd.height) = (width.into(), height.into());
    track
}

/// The parameter sets stand in the samples; those of the first key frame here as well.
fn avcc(sets: &ParameterSets) -> mp4_atom::Result<Avcc> {
    const CONSTRAINED_BASELINE_31: [u8; 4] = [0x67, 0x42, 0xe0, 0x1f];
    if sets.sequence.is_empty() {
        let mut none = Avcc::new(&CONSTRAINED_BASELINE_31, &[])?;
        none.sequence_parameter_sets.clear();
        none.picture_parameter_sets.clear();
        return Ok(none);
    }
    Avcc::new(&sets.sequence, &sets.picture)
}

fn described(entry: mp4_atom::Codec) -> Minf {
    Minf {
        dinf: Dinf {
            dref: Dref {
                entries: vec![Url::default().into()],
            },
        },
        stbl: Stbl {
            stsd: Stsd { codecs: vec![entry] },
            stco: Some(Stco::default()),
            ..Stbl::default()
        },
        ..Minf::default()
    }
}

fn track(codec: Codec, handler: &[u8; 4], minf: Minf) -> Trak {
    Trak {
        tkhd: Tkhd {
            track_id: codec.track(),
            enabled: true,
            in_movie: true,
            ..Tkhd::default()
        },
        mdia: Mdia {
            mdhd: Mdhd {
                timescale: codec.rate(),
                language: "und".into(),
                ..Mdhd::default()
            },
            hdlr: Hdlr {
                handler: handler.into(),
                name: String::new(),
            },
            minf,
        },
        ..Trak::default()
    }
}

/// One fragment: the samples of each track, in the order of their times.
pub(super) fn fragment(sequence: u32, runs: &[(Codec, &[Sample])]) -> mp4_atom::Result<Vec<u8>> {
    let mut moof = Moof {
        mfhd: Mfhd {
            sequence_number: sequence,
        },
        traf: runs.iter().map(|(codec, samples)| run(*codec, samples)).collect(),
    };
    let mut bytes = Vec::new();
    moof.encode(&mut bytes)?;
    let size = runs
        .iter()
        .flat_map(|(_, samples)| *samples)
        .map(|sample| sample.data.len())
        .sum();
    let mdat = Header {
        kind: mp4_atom::FourCC::new(b"mdat"),
        size: Some(size),
    };
    // Data are found from the begin of the fragment: after its description, whose size doesn't depend on what it says.
    let mut offset = bytes.len() + 8;
    for (traf, (_, samples)) in moof.traf.iter_mut().zip(runs) {
        if let Some(trun) = traf.trun.first_mut() {
            trun.data_offset = i32::try_from(offset).ok();
        }
        offset += samples.iter().map(|sample| sample.data.len()).sum::<usize>();
    }
    bytes.clear();
    moof.encode(&mut bytes)?;
    mdat.encode(&mut bytes)?;
    bytes.reserve_exact(size);
    for sample in runs.iter().flat_map(|(_, samples)| *samples) {
        bytes.extend_from_slice(&sample.data);
    }
    Ok(bytes)
}

fn run(codec: Codec, samples: &[Sample]) -> Traf {
    let entries = samples.iter().enumerate().map(|(index, sample)| {
        let lasts = samples.get(index + 1).map(|next| next.at - sample.at);
        TrunEntry {
            duration: Some(lasts.map_or(sample.duration, |ticks| u32::try_from(ticks).unwrap_or(0))),
            size: u32::try_from(sample.data.len()).ok(),
            flags: Some(if sample.key { SYNC } else { DEPENDENT }),
            cts: None,
        }
    });
    Traf {
        tfhd: Tfhd {
            track_id: codec.track(),
            default_base_is_moof: true,
            ..Tfhd::default()
        },
        tfdt: Some(Tfdt {
            base_media_decode_time: samples.first().map_or(0, |first| first.at.unsigned_abs()),
        }),
        trun: vec![Trun {
            data_offset: Some(0),
            samples: entries.collect::<Vec<_>>().into(),
        }],
        ..Traf::default()
    }
}
