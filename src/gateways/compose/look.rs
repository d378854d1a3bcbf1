//! What is in a part, and when.

use super::{Ffmpeg, Span, Track, attend};
use crate::app::ports::Part;
use anyhow::{Context, ensure};
use std::collections::BTreeMap;

/// Sounds that are further apart are two spans: whoever mutes themselves isn't heard meanwhile.
const SOUND_GAP_MS: u64 = 1_500;
/// Pictures that are. Where somebody's line carries less, the media worker notices after 1.5 s that a layer has ceased, and
/// then waits for a key frame of the next: their last picture stays meanwhile, as it does for whoever watches. A camera that
/// is switched off for less shows it as well.
const PICTURE_GAP_MS: u64 = 3_000;
/// A film has at most about so many spans: the longer it is, the more of a gap is overlooked.
const MOST_SPANS: u64 = 1_000;
/// The last picture before a gap is shown for so long.
const LAST_MS: u64 = 100;

/// Reads a part as far as it goes: one whose writer was killed may end in the midst of something. Each kind of pictures is
/// a track of its own: read together, those that come first would be kept in memory until the others come.
pub(super) async fn at(ffmpeg: &Ffmpeg, part: &Part, until_ms: u64) -> anyhow::Result<Vec<Track>> {
    let mut command = ffmpeg.command("error");
    command.arg("-i").arg(&part.path);
    command.args(["-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "framecrc", "-"]);
    let child = command.spawn().context("ffmpeg can't be started")?;
    let mut list = List::new(until_ms);
    let (status, complaint) = attend(child, until_ms, |line| list.read(line)).await?;
    ensure!(status.success() || list.has_any(), "{status}: {complaint}");
    Ok(list.tracks(part))
}

/// A list of packets as `framecrc` prints it.
struct List {
    /// Of a film so long, a shorter gap is none.
    least_gap: u64,
    streams: BTreeMap<usize, Stream>,
}

#[derive(Default)]
struct Stream {
    kind: String,
    /// Ticks a second, as a fraction.
    rate: (u64, u64),
    spans: Vec<Span>,
}

impl List {
    fn new(until_ms: u64) -> Self {
        Self {
            least_gap: until_ms / MOST_SPANS,
            streams: BTreeMap::new(),
        }
    }

    fn read(&mut self, line: &str) {
        if let Some((stream, base)) = about(line, "#tb ") {
            let rate = base
                .split_once('/')
                .map(|(ticks, seconds)| (ticks.parse(), seconds.parse()));
            if let Some((Ok(ticks), Ok(seconds))) = rate {
                self.streams.entry(stream).or_default().rate = (ticks, seconds);
            }
        } else if let Some((stream, kind)) = about(line, "#media_type ") {
            self.streams.entry(stream).or_default().kind = kind.trim().to_owned();
        } else if !line.starts_with('#') {
            self.read_packet(line);
        }
    }

    fn read_packet(&mut self, line: &str) {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let [stream, _, shown, ..] = fields[..] else { return };
        let Ok(stream) = stream.parse::<usize>() else { return };
        let (Ok(shown), Some(stream)) = (shown.parse::<u64>(), self.streams.get_mut(&stream)) else {
            return;
        };
        let (numerator, denominator) = stream.rate;
        let Some(at) = (shown.saturating_mul(1_000).saturating_mul(numerator)).checked_div(denominator) else {
            return;
        };
        let usual = match stream.kind.as_str() {
            "video" => PICTURE_GAP_MS,
            _ => SOUND_GAP_MS,
        };
        let gap = self.least_gap.max(usual);
        match stream.spans.last_mut() {
            Some(last) if at < last.until.saturating_add(gap) => last.until = last.until.max(at + LAST_MS),
            _ => stream.spans.push(Span {
                from: at,
                until: at + LAST_MS,
            }),
        }
    }

    fn has_any(&self) -> bool {
        self.streams.values().any(|stream| !stream.spans.is_empty())
    }

    /// The spans of each stream of a kind, in the streams' order.
    fn spans(&self, kind: &str) -> impl Iterator<Item = Vec<Span>> {
        let of_kind = self.streams.values().filter(move |stream| stream.kind == kind);
        of_kind.map(|stream| stream.spans.clone())
    }

    /// A track for each kind of pictures that there are; the sound goes with the first.
    fn tracks(&self, part: &Part) -> Vec<Track> {
        let track = |(pictures, video)| Track {
            path: part.path.clone(),
            person: part.person,
            pictures,
            video,
            audio: Vec::new(),
        };
        let shown = self.spans("video").enumerate().filter(|(_, video)| !video.is_empty());
        let mut tracks: Vec<Track> = shown.map(track).collect();
        if let Some(audio) = self.spans("audio").find(|audio| !audio.is_empty()) {
            if tracks.is_empty() {
                tracks.push(track((0, Vec::new())));
            }
            tracks[0].audio = audio;
        }
        tracks
    }
}

/// What a line that begins with `topic` says, and of which stream.
fn about<'a>(line: &'a str, topic: &str) -> Option<(usize, &'a str)> {
    let (stream, said) = line.strip_prefix(topic)?.split_once(": ")?;
    Some((stream.parse().ok()?, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_become_spans() {
        let mut list = List::new(0);
        let lines = [
            "#software: Lavf59.27.100",
            "#tb 0: 1/90000",
            "#media_type 0: video",
            "#tb 1: 1/48000",
            "#media_type 1: audio",
            "0,      90000,      90000,     4500,     1234, 0x12345678",
            "1,      48000,      48000,      960,       12, 0x12345678",
            "0,     135000,     135000,     4500,     1234, 0x12345678, F=0x0",
            "0,     900000,     900000,     4500,     1234, 0x12345678",
        ];
        lines.iter().for_each(|line| list.read(line));
        let span = |from, until| Span { from, until };
        let spans = |kind| list.spans(kind).collect::<Vec<_>>();
        assert_eq!(spans("video"), [[span(1_000, 1_600), span(10_000, 10_100)]]);
        assert_eq!(spans("audio"), [[span(1_000, 1_100)]]);
    }

    #[test]
    fn a_change_of_layers_is_no_gap_and_a_muted_microphone_is() {
        let mut list = List::new(0);
        for (stream, kind) in ["video", "audio"].iter().enumerate() {
            list.read(&format!("#tb {stream}: 1/1000"));
            list.read(&format!("#media_type {stream}: {kind}"));
            for at in [0, 1_640] {
                list.read(&format!("{stream}, {at}, {at}, 66, 1234, 0x12345678"));
            }
        }
        let span = |from, until| Span { from, until };
        let spans = |kind| list.spans(kind).collect::<Vec<_>>();
        assert_eq!(spans("video"), [[span(0, 1_740)]]);
        assert_eq!(spans("audio"), [[span(0, 100), span(1_640, 1_740)]]);
    }

    #[test]
    fn what_is_no_list_is_nothing() {
        let mut list = List::new(0);
        for line in ["", "#tb", "#tb 0: 1/0", "#media_type 0: video", "0, 1, 2", "x,y,z", "0"] {
            list.read(line);
        }
        assert!(!list.has_any());
    }
}
