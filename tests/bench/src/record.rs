//! What recording costs: the media node's processor time for calls that are recorded, against the same calls unrecorded
//! in the same run; and how fast a film is made of what was recorded, in seconds of film for a second of one core.

use crate::{
    media::BareMedia,
    pair::until,
    process::{children_cpu_s, cpu_s},
    report::{Bound, Case, Rounds},
};
use anyhow::{Context, Result};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tallyroom::{
    app::ports::{Composer, Part, Plan},
    gateways::compose::Ffmpeg,
};
use tallyroom_participant::{
    bare::{BareParticipant, BareRoom},
    codec::Clip,
    media::{Identity, MediaOptions},
};
use tokio::time::sleep;
use uuid::Uuid;

const CALLS: usize = 5;
/// Many short ones: what else the machine does changes within half a minute by more than a recording costs.
const ROUNDS: usize = 25;
/// After a recording has begun or ended.
const SETTLE: Duration = Duration::from_secs(1);
const WINDOW: Duration = Duration::from_secs(4);
/// So many films are made, and so long.
const FILMS: usize = 5;
const FILM: Duration = Duration::from_secs(10);

struct Call {
    room: BareRoom,
    people: [BareParticipant; 2],
}

/// Measures.
pub async fn run() -> Result<()> {
    let files = tempfile::tempdir()?;
    let media = BareMedia::recording_into(files.path()).await?;
    let options = MediaOptions::load(Arc::new(Clip::encode_doubled()?));
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        calls.push(begin(&media, &options).await?);
    }
    let mut recording = Rounds::default();
    for number in 0..ROUNDS {
        // Either comes first as often as the other.
        let plain_first = number % 2 == 0;
        let mut plain = if plain_first { share(&media).await? } else { 0.0 };
        let id = begin_recording(&calls).await?;
        let recorded = share(&media).await?;
        end_recording(&calls, id).await?;
        if !plain_first {
            plain = share(&media).await?;
        }
        recording.add(recorded, plain);
    }
    recording.print(Case {
        bench: "record",
        case: format!("{CALLS} calls of 640x480 recorded"),
        unit: "% of a core",
        bound: Bound::RatioAtMost(1.1),
    })?;
    let mut composing = Rounds::default();
    for _ in 0..FILMS {
        let began = Instant::now();
        let id = begin_recording(&calls).await?;
        sleep(FILM).await;
        let length = began.elapsed();
        end_recording(&calls, id).await?;
        let folder = files.path().join("recordings").join(id.to_string());
        let used = compose(&folder, &calls[0].people, length).await?;
        composing.add(length.as_secs_f64(), used);
    }
    composing.print(Case {
        bench: "record",
        case: "two people's parts composed".to_owned(),
        unit: "s of film for s of a core",
        bound: Bound::RatioAtLeast(2.0),
    })
}

async fn begin(media: &BareMedia, options: &MediaOptions) -> Result<Call> {
    let room = media.node.room();
    let first = room.join(Identity::generate()?, options.clone()).await?;
    let second = room.join(Identity::generate()?, options.clone()).await?;
    for person in [&first, &second] {
        until(person.counters(), |totals| totals.frames_received > 5).await?;
    }
    Ok(Call {
        room,
        people: [first, second],
    })
}

async fn begin_recording(calls: &[Call]) -> Result<Uuid> {
    let id = Uuid::new_v4();
    for person in calls.iter().flat_map(|call| &call.people) {
        person.record(id, Duration::ZERO).await?;
    }
    Ok(id)
}

async fn end_recording(calls: &[Call], id: Uuid) -> Result<()> {
    for call in calls {
        call.room.stop_recording(id).await?;
    }
    Ok(())
}

/// How much of a core the node takes.
async fn share(media: &BareMedia) -> Result<f64> {
    sleep(SETTLE).await;
    let pid = media.pid()?;
    let (began, first) = (Instant::now(), cpu_s(pid)?);
    sleep(WINDOW).await;
    Ok((cpu_s(pid)? - first) / began.elapsed().as_secs_f64() * 100.0)
}

/// Makes a film; gives the seconds of a core that it took.
async fn compose(folder: &Path, people: &[BareParticipant; 2], length: Duration) -> Result<f64> {
    let parts = people.iter().enumerate().map(|(person, who)| Part {
        path: folder.join(format!("{}.mp4", who.peer())),
        person,
    });
    let plan = Plan {
        parts: parts.collect(),
        people: people.len(),
        until_ms: length.as_millis().try_into()?,
        out: folder.join("call.mp4"),
    };
    let me = std::process::id();
    let before = children_cpu_s(me)?;
    let film = Ffmpeg::new("ffmpeg".into()).compose(plan, &|_| ()).await;
    film.context("no film")?;
    Ok(children_cpu_s(me)? - before)
}
