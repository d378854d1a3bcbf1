//! One film of what each person of a call sent, made by `ffmpeg`: two people side by side, of more the one who speaks
//! large and the others small.
//!
//! Every part lies on the recording's time line by its own times; where somebody shows nothing their place is dark.
//! The work is done beside live calls, so the program runs niced and on one core.

mod graph;
mod look;
mod speakers;

use crate::{
    app::ports::{Composed, Composer, Plan},
    error::{Error, Result},
};
use anyhow::{Context, bail, ensure};
use async_trait::async_trait;
use std::{
    collections::HashSet,
    io::Write,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// Most people in one film, and most files: what the room and reconnecting people can bring about.
const MAX_PEOPLE: usize = 16;
const MAX_PARTS: usize = 300;
/// Of more files those go that show and sound for less than this.
const SHORT_MS: u64 = 500;
/// What is kept of what the program complains about.
const MAX_COMPLAINT: usize = 8 * 1024;

/// From one moment to another, in milliseconds of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: u64,
    until: u64,
}

/// What of a part can be read at once, and when there is something in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Track {
    path: PathBuf,
    person: usize,
    /// Which of the part's pictures: it has a stream for each kind.
    pictures: usize,
    video: Vec<Span>,
    audio: Vec<Span>,
}

impl Track {
    /// From its first picture or sound to its last.
    fn length_ms(&self) -> u64 {
        let spans = || self.video.iter().chain(&self.audio);
        let from = spans().map(|span| span.from).min().unwrap_or(0);
        spans().map(|span| span.until).max().unwrap_or(0).saturating_sub(from)
    }
}

/// All of them, if they aren't too many; else the longest, without those that nobody would miss. Their order stays.
fn longest(mut tracks: Vec<Track>, most: usize) -> Vec<Track> {
    if tracks.len() <= most {
        return tracks;
    }
    let all = tracks.len();
    tracks.retain(|track| track.length_ms() >= SHORT_MS);
    let mut lengths: Vec<(u64, usize)> = tracks.iter().map(Track::length_ms).zip(0..).collect();
    lengths.sort_unstable_by_key(|(length_ms, place)| (std::cmp::Reverse(*length_ms), *place));
    let kept: HashSet<usize> = lengths.into_iter().take(most).map(|(_, place)| place).collect();
    let tracks: Vec<Track> = tracks
        .into_iter()
        .zip(0..)
        .filter(|(_, place)| kept.contains(place))
        .map(|(track, _)| track)
        .collect();
    tracing::warn!(all, kept = tracks.len(), "a film is made of too many parts");
    tracks
}

/// Makes films with `ffmpeg`.
pub struct Ffmpeg {
    program: PathBuf,
}

impl Ffmpeg {
    /// `program` is its path, or its name if it is in one of the usual places.
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// The program, niced, ended when what is made of this is dropped; it asks nothing and complains on its error output.
    fn command(&self, level: &str) -> Command {
        let mut command = Command::new("nice");
        command
            .args(["-n", "10"])
            .arg(&self.program)
            .args(["-nostdin", "-hide_banner", "-v", level, "-copyts"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn make(&self, plan: &Plan, progress: &(dyn Fn(u8) + Sync)) -> anyhow::Result<()> {
        ensure!(
            (1..=MAX_PEOPLE).contains(&plan.people) && plan.until_ms > 0,
            "{} people, {} parts, {} ms",
            plan.people,
            plan.parts.len(),
            plan.until_ms
        );
        let mut tracks = Vec::new();
        for part in plan.parts.iter().filter(|part| part.person < plan.people) {
            match look::at(self, part, plan.until_ms).await {
                Ok(found) => tracks.extend(found),
                Err(error) => tracing::warn!(path = %part.path.display(), "a part can't be read: {error:#}"),
            }
        }
        ensure!(!tracks.is_empty(), "there is nothing in any part");
        let tracks = longest(tracks, MAX_PARTS);
        ensure!(!tracks.is_empty(), "there are too many parts, all of them too short");
        let turns = if plan.people > 2 {
            speakers::turns(self, &tracks, plan).await?
        } else {
            Vec::new()
        };
        let script = graph::script(&tracks, plan.people, plan.until_ms, &turns);
        let mut file = tempfile::NamedTempFile::new().context("the script")?;
        file.write_all(script.as_bytes()).context("the script")?;
        let unfinished = unfinished(&plan.out);
        let mut command = self.command("error");
        for track in &tracks {
            // A picture that changes its size mustn't start everything anew.
            command.args(["-reinit_filter", "0", "-i"]).arg(&track.path);
        }
        command.arg("-filter_complex_script").arg(file.path()).args([
            "-filter_complex_threads",
            "1",
            "-map",
            "[picture]",
            "-map",
            "[sound]",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "26",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "250",
            "-threads:v",
            "1",
            "-c:a",
            "aac",
            "-b:a",
            "96k",
            "-ac",
            "2",
            "-map_metadata",
            "-1",
            "-t",
            &seconds(plan.until_ms),
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
            "-progress",
            "pipe:1",
            "-y",
        ]);
        let child = command.arg(&unfinished).spawn().context("ffmpeg can't be started")?;
        finish(child, plan.until_ms, |line| {
            let done = line.strip_prefix("out_time_us=").and_then(|us| us.parse::<u64>().ok());
            if let Some(us) = done {
                progress(u8::try_from((us / 10 / plan.until_ms).min(100)).unwrap_or(100));
            }
        })
        .await?;
        progress(100);
        tokio::fs::rename(&unfinished, &plan.out)
            .await
            .context("the film can't be put in its place")
    }
}

#[async_trait]
impl Composer for Ffmpeg {
    async fn compose(&self, plan: Plan, progress: &(dyn Fn(u8) + Sync)) -> Result<Composed> {
        self.make(&plan, progress).await.map_err(|error| {
            // What is left of a try isn't missed; the next one begins anew.
            let _ = std::fs::remove_file(unfinished(&plan.out));
            Error::internal(error)
        })?;
        Ok(Composed {
            length_ms: plan.until_ms,
        })
    }
}

/// Where a film lies until it is whole.
fn unfinished(out: &Path) -> PathBuf {
    out.with_extension("unfinished")
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Waits for the program to do its work on so much of a recording, handing on each line that it prints.
async fn finish(child: Child, length_ms: u64, on_line: impl FnMut(&str)) -> anyhow::Result<()> {
    let (status, complaint) = attend(child, length_ms, on_line).await?;
    ensure!(status.success(), "{status}: {complaint}");
    Ok(())
}

/// As [`finish`], whatever the program thinks of its own work; gives the end of what it complained about.
async fn attend(
    mut child: Child,
    length_ms: u64,
    mut on_line: impl FnMut(&str),
) -> anyhow::Result<(ExitStatus, String)> {
    let (Some(printed), Some(complaints)) = (child.stdout.take(), child.stderr.take()) else {
        bail!("the program has no outputs");
    };
    let read = async {
        let mut lines = BufReader::new(printed).lines();
        while let Some(line) = lines.next_line().await? {
            on_line(&line);
        }
        std::io::Result::Ok(())
    };
    // A slow machine takes a fourth of real time; what takes longer hangs.
    let limit = Duration::from_millis(length_ms * 4) + Duration::from_secs(120);
    let work = async {
        let (read, complaint) = tokio::join!(read, tail(complaints));
        read.context("what it prints")?;
        anyhow::Ok((child.wait().await.context("its end")?, complaint))
    };
    timeout(limit, work).await.context("it takes too long")?
}

/// The end of what comes.
async fn tail(mut from: impl AsyncRead + Unpin) -> String {
    let (mut kept, mut chunk) = (Vec::new(), [0; 4 * 1024]);
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        kept.extend_from_slice(&chunk[..read]);
        kept.drain(..kept.len().saturating_sub(MAX_COMPLAINT));
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_parts_the_shortest_go() {
        let lasting = |(person, ms): (usize, u64)| Track {
            person,
            video: vec![Span {
                from: 1_000,
                until: 1_000 + ms,
            }],
            ..Track::default()
        };
        let people = |tracks: Vec<Track>| tracks.iter().map(|track| track.person).collect::<Vec<_>>();
        let tracks: Vec<Track> = [(0, 400), (1, 5_000), (2, 499), (3, 500), (4, 9_000)]
            .map(lasting)
            .into();
        assert_eq!(people(longest(tracks.clone(), 5)), [0, 1, 2, 3, 4], "not too many");
        assert_eq!(
            people(longest(tracks.clone(), 4)),
            [1, 3, 4],
            "nobody misses the short ones"
        );
        assert_eq!(people(longest(tracks, 2)), [1, 4], "the longest, in their order");
    }
}
