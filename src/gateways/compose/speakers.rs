//! Whose turn it is to be large.

use super::{Ffmpeg, Span, Track, attend};
use crate::app::ports::Plan;
use anyhow::{Context, ensure};
use std::{ops::Range, time::Duration};

/// Turns are counted in steps of this.
const STEP_MS: u64 = 500;
/// Nobody is large for less, or watching becomes a strain.
const SHORTEST_MS: u64 = 2_000;
/// A film has at most about so many turns.
const MOST_TURNS: u64 = 1_000;

/// From when until when who is large; without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) span: Span,
    pub(super) person: usize,
}

/// Listens to all parts and says whose turn is when.
pub(super) async fn turns(ffmpeg: &Ffmpeg, tracks: &[Track], plan: &Plan) -> anyhow::Result<Vec<Turn>> {
    let steps = usize::try_from(plan.until_ms.div_ceil(STEP_MS)).context("a film without end")?;
    let mut speaks = vec![vec![false; steps]; plan.people];
    for track in tracks.iter().filter(|track| !track.audio.is_empty()) {
        let silences = silences(ffmpeg, track, plan.until_ms).await?;
        let mut heard = vec![false; steps];
        for (spans, is_heard) in [(&track.audio, true), (&silences, false)] {
            spans
                .iter()
                .for_each(|span| heard[moments(*span, steps)].fill(is_heard));
        }
        let person = speaks[track.person].iter_mut().zip(heard);
        person.for_each(|(speaks, heard)| *speaks |= heard);
    }
    Ok(take_turns(&speaks, plan.until_ms))
}

/// The steps that begin in a span.
fn moments(span: Span, steps: usize) -> Range<usize> {
    let step = |ms: u64| usize::try_from(ms.div_ceil(STEP_MS)).map_or(steps, |step| step.min(steps));
    step(span.from)..step(span.until).max(step(span.from))
}

/// When a part's sound is but silence.
async fn silences(ffmpeg: &Ffmpeg, track: &Track, until_ms: u64) -> anyhow::Result<Vec<Span>> {
    let mut command = ffmpeg.command("error");
    command.arg("-i").arg(&track.path);
    // Where it is silent stands in the metadata, which are printed as lines.
    let listen = "silencedetect=noise=-35dB:d=0.4,ametadata=mode=print:file=-";
    command.args(["-map", "0:a:0", "-af", listen, "-f", "null", "-"]);
    let child = command.spawn().context("ffmpeg can't be started")?;
    let mut silences = Vec::new();
    let mut from = None;
    let (status, complaint) = attend(child, until_ms, |line| {
        let ms = |name| {
            line.strip_prefix(name)
                .and_then(|text| text.parse().ok())
                .map(milliseconds)
        };
        if let Some(start) = ms("lavfi.silence_start=") {
            from = Some(start);
        } else if let Some(until) = ms("lavfi.silence_end=") {
            silences.extend(from.take().map(|from| Span { from, until }));
        }
    })
    .await?;
    ensure!(status.success() || !silences.is_empty(), "{status}: {complaint}");
    silences.extend(from.map(|from| Span { from, until: u64::MAX }));
    Ok(silences)
}

fn milliseconds(seconds: f64) -> u64 {
    Duration::try_from_secs_f64(seconds.max(0.0)).map_or(0, |at| u64::try_from(at.as_millis()).unwrap_or(u64::MAX))
}

/// Who is large stays it while they speak or nobody else does.
fn take_turns(speaks: &[Vec<bool>], until_ms: u64) -> Vec<Turn> {
    let shortest = SHORTEST_MS.max(until_ms / MOST_TURNS);
    let steps = speaks.first().map_or(0, Vec::len);
    let first = (0..steps).find_map(|step| speaks.iter().position(|person| person[step]));
    let mut turns = Vec::new();
    let (mut person, mut from) = (first.unwrap_or(0), 0);
    for step in 0..steps {
        let at = step as u64 * STEP_MS;
        if speaks[person][step] || at - from < shortest {
            continue;
        }
        if let Some(next) = speaks.iter().position(|speaks| speaks[step]) {
            turns.push(Turn {
                span: Span { from, until: at },
                person,
            });
            (person, from) = (next, at);
        }
    }
    turns.push(Turn {
        span: Span { from, until: until_ms },
        person,
    });
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter a step: who speaks, `.` for nobody.
    fn spoken(steps: &str) -> Vec<Vec<bool>> {
        ['a', 'b', 'c']
            .map(|who| steps.chars().map(|step| step == who).collect())
            .into()
    }

    fn turns(steps: &str) -> Vec<(usize, u64, u64)> {
        let until = steps.len() as u64 * STEP_MS;
        let turns = take_turns(&spoken(steps), until);
        turns
            .iter()
            .map(|turn| (turn.person, turn.span.from, turn.span.until))
            .collect()
    }

    #[test]
    fn who_speaks_is_large_and_stays_it_in_silence() {
        assert_eq!(
            turns("..bbbb..aaaa....cc"),
            [(1, 0, 4_000), (0, 4_000, 8_000), (2, 8_000, 9_000)]
        );
        assert_eq!(turns("......"), [(0, 0, 3_000)]);
        assert_eq!(turns(""), [(0, 0, 0)]);
    }

    #[test]
    fn spans_cover_the_steps_that_begin_in_them() {
        let covered = |from, until| moments(Span { from, until }, 10);
        assert_eq!(covered(0, 1_000), 0..2);
        assert_eq!(covered(1, 1_001), 1..3);
        assert_eq!(covered(100, 200), 1..1);
        assert_eq!(covered(4_000, u64::MAX), 8..10);
        assert_eq!(covered(9_000, 3), 10..10);
    }

    #[test]
    fn nobody_is_large_for_less_than_two_seconds() {
        for steps in ["abcabcabcabcabcabc", "aabbccaabbcc", "abbbbbbbbbacacacac"] {
            let turns = turns(steps);
            assert!(
                turns.iter().rev().skip(1).all(|(_, from, until)| until - from >= 2_000),
                "{turns:?}"
            );
            assert!(turns.windows(2).all(|pair| pair[0].2 == pair[1].1), "{turns:?}");
        }
    }
}
