//! One participant's file as a pure function of packets and their times: packets in, bytes of the file out.
//!
//! A participant sends by sources that come and go: a camera is switched off and on, a screen is shared. Of the
//! pictures that flow the newest source's are recorded, of the sounds the oldest's (the microphone's). Times are
//! absolute, so that what isn't there is a gap and moves nothing.

use super::frames::{Codec, ParameterSets, Pictures, opus_duration};
use super::mp4::{self, Sample, VIDEO_RATE};
use super::reorder::{Ordered, Reorder};
use super::rtp::{Micros, Packet};
use super::timeline::Timeline;

/// A source that was silent for so long doesn't flow.
const FLOWS: Micros = 1_000_000;
/// One that was silent for so long begins anew when it is heard again.
const FORGOTTEN: Micros = 10_000_000;
/// Key frames are asked for at most so often.
const KEY_PERIOD: Micros = 1_000_000;
/// A picture whose predecessor is further away lasts so long, in ticks.
const USUAL_PICTURE: u32 = VIDEO_RATE / 25;

/// Numbers a source, in the order of coming.
pub(super) type SourceId = u32;

struct Source {
    id: SourceId,
    codec: Codec,
    reorder: Reorder,
    timeline: Timeline,
    /// None for sound.
    pictures: Option<Pictures>,
    heard_at: Micros,
    asked_at: Option<Micros>,
}

impl Source {
    fn new(id: SourceId, codec: Codec) -> Self {
        Self {
            id,
            codec,
            reorder: Reorder::default(),
            timeline: Timeline::new(codec.rate()),
            pictures: codec.is_picture().then(|| Pictures::new(codec)),
            heard_at: 0,
            asked_at: None,
        }
    }

    fn flows(&self, now: Micros) -> bool {
        now - self.heard_at < FLOWS
    }

    fn sample(&mut self, ordered: Ordered) -> Option<Sample> {
        let Ordered { packet, at, after_loss } = ordered;
        let at = self.timeline.place(packet.timestamp, at);
        let Some(pictures) = &mut self.pictures else {
            return (!packet.payload.is_empty()).then(|| Sample {
                at,
                duration: opus_duration(&packet.payload),
                key: true,
                data: packet.payload,
            });
        };
        pictures.push(&packet, after_loss).map(|picture| Sample {
            at,
            duration: USUAL_PICTURE,
            key: picture.key,
            data: picture.data,
        })
    }
}

/// The samples of a codec that wait for their fragment.
struct Track {
    codec: Codec,
    samples: Vec<Sample>,
    /// No sample is earlier.
    earliest: i64,
    began_at: Option<i64>,
    ended_at: i64,
}

impl Track {
    fn new(codec: Codec) -> Self {
        Self {
            codec,
            samples: Vec::new(),
            earliest: 0,
            began_at: None,
            ended_at: 0,
        }
    }

    /// Whether `sample` leaves so large a gap that the one before it wouldn't end in time if they shared a fragment.
    fn is_gap(&self, sample: &Sample) -> bool {
        self.samples
            .last()
            .is_some_and(|last| sample.at - last.end() > i64::from(self.codec.rate() / 4))
    }

    fn add(&mut self, mut sample: Sample) {
        sample.at = sample.at.max(self.earliest);
        self.earliest = sample.at + 1;
        self.began_at.get_or_insert(sample.at);
        self.ended_at = sample.end();
        self.samples.push(sample);
    }

    fn extent_ms(&self) -> Option<(u64, u64)> {
        let ms = |ticks: i64| ticks.unsigned_abs() * 1_000 / u64::from(self.codec.rate());
        self.began_at.map(|began_at| (ms(began_at), ms(self.ended_at)))
    }
}

/// Where a file begins and ends, in milliseconds of the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) from_ms: u64,
    pub(super) until_ms: u64,
    pub(super) video: bool,
}

/// A participant's file while it is being written.
pub(super) struct Part {
    sources: Vec<Source>,
    sets: ParameterSets,
    tracks: [Track; Codec::ALL.len()],
    fragments: u32,
    out: Vec<u8>,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            sets: ParameterSets::default(),
            tracks: Codec::ALL.map(Track::new),
            fragments: 0,
            out: Vec::new(),
        }
    }
}

impl Part {
    /// Takes a packet that came at `at`.
    ///
    /// # Errors
    /// If the boxes can't be written.
    pub(super) fn receive(&mut self, id: SourceId, codec: Codec, bytes: &[u8], at: Micros) -> mp4_atom::Result<()> {
        let Some(packet) = Packet::parse(bytes) else {
            return Ok(());
        };
        let known = self.sources.iter().position(|source| source.id == id);
        let position = known.unwrap_or_else(|| {
            self.sources.push(Source::new(id, codec));
            self.sources.len() - 1
        });
        let source = &mut self.sources[position];
        source.heard_at = at;
        source.reorder.push(packet, at);
        self.drain(position, at, at)
    }

    /// What is to be appended to the file by now: each time a fragment, unless nothing came.
    ///
    /// # Errors
    /// If the boxes can't be written.
    pub(super) fn poll(&mut self, now: Micros) -> mp4_atom::Result<Vec<u8>> {
        for position in 0..self.sources.len() {
            self.drain(position, now, now)?;
        }
        self.sources.retain(|source| now - source.heard_at < FORGOTTEN);
        self.cut()?;
        Ok(std::mem::take(&mut self.out))
    }

    /// All that is left.
    ///
    /// # Errors
    /// If the boxes can't be written.
    pub(super) fn finish(&mut self, now: Micros) -> mp4_atom::Result<Vec<u8>> {
        for position in 0..self.sources.len() {
            self.drain(position, now, Micros::MAX)?;
        }
        self.cut()?;
        Ok(std::mem::take(&mut self.out))
    }

    /// The source that a key frame has to be asked of, if any.
    pub(super) fn wants_key(&mut self, now: Micros) -> Option<SourceId> {
        let active = self.active(true, now)?;
        let source = self.sources.iter_mut().find(|source| source.id == active)?;
        let awaits = source.pictures.as_ref().is_some_and(Pictures::awaits_key);
        if !awaits || source.asked_at.is_some_and(|at| now - at < KEY_PERIOD) {
            return None;
        }
        source.asked_at = Some(now);
        Some(active)
    }

    pub(super) fn extent(&self) -> Extent {
        let all = self.tracks.iter().filter_map(Track::extent_ms);
        let mut pictures = self.tracks.iter().filter(|track| track.codec.is_picture());
        Extent {
            from_ms: all.clone().map(|(from, _)| from).min().unwrap_or(0),
            until_ms: all.map(|(_, until)| until).max().unwrap_or(0),
            video: pictures.any(|track| track.began_at.is_some()),
        }
    }

    /// The source whose pictures (or sounds) are recorded now.
    fn active(&self, picture: bool, now: Micros) -> Option<SourceId> {
        let flowing = self
            .sources
            .iter()
            .filter(|source| source.codec.is_picture() == picture && source.flows(now))
            .map(|source| source.id);
        if picture { flowing.max() } else { flowing.min() }
    }

    /// Makes samples of a source's packets whose turn it is at `until`.
    fn drain(&mut self, position: usize, now: Micros, until: Micros) -> mp4_atom::Result<()> {
        let Source { id, codec, .. } = self.sources[position];
        let is_active = self.active(codec.is_picture(), now).is_none_or(|active| active == id);
        while let Some(ordered) = self.sources[position].reorder.pop(until) {
            let source = &mut self.sources[position];
            let sample = source.sample(ordered);
            if let Some(pictures) = &mut source.pictures {
                if !is_active {
                    pictures.await_key();
                } else if self.fragments == 0 {
                    self.sets.clone_from(pictures.sets());
                }
            }
            if let Some(sample) = sample.filter(|_| is_active) {
                self.add(codec, sample)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, codec: Codec, sample: Sample) -> mp4_atom::Result<()> {
        let of_codec = |track: &Track| track.codec == codec;
        if self.tracks.iter().any(|track| of_codec(track) && track.is_gap(&sample)) {
            self.cut()?;
        }
        if let Some(track) = self.tracks.iter_mut().find(|track| of_codec(track)) {
            track.add(sample);
        }
        Ok(())
    }

    /// Makes a fragment of the samples that wait.
    fn cut(&mut self) -> mp4_atom::Result<()> {
        let waiting = self.tracks.iter().filter(|track| !track.samples.is_empty());
        let runs: Vec<_> = waiting.map(|track| (track.codec, track.samples.as_slice())).collect();
        if runs.is_empty() {
            return Ok(());
        }
        if self.fragments == 0 {
            self.out = mp4::header(&self.sets)?;
        }
        self.fragments += 1;
        let fragment = mp4::fragment(self.fragments, &runs)?;
        if self.out.is_empty() {
            self.out = fragment; // nearly always
        } else {
            self.out.extend(fragment);
        }
        self.tracks.iter_mut().for_each(|track| track.samples.clear());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
