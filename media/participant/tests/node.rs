//! Real DTLS, SRTP and H.264 through the real media node. `TALLYROOM_MEDIA_BIN` names it, else it is looked for where
//! cargo builds it; without it these tests fail, since nothing else shows that a handshake works.

mod support;

use anyhow::{Context, Result};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use support::node;
use tallyroom_media_protocol::MediaKind;
use tallyroom_participant::{
    bare::BareParticipant,
    codec::Clip,
    counters::Totals,
    media::{Identity, MediaOptions},
};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `reached` is true of the totals; they are in the error if it never is.
async fn until(who: &BareParticipant, reached: impl Fn(Totals) -> bool) -> Result<Totals> {
    let poll = async {
        while !reached(who.counters().totals()) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = timeout(PATIENCE, poll).await;
    let totals = who.counters().totals();
    waited.with_context(|| format!("{totals:?}")).map(|()| totals)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_participants_see_and_hear_each_other() -> Result<()> {
    let (_process, node) = node().await?;
    let room = node.room();
    let first = room.join(Identity::generate()?, MediaOptions::default()).await?;
    until(&first, |totals| totals.frames_sent > 5).await?;

    let identity = Identity::generate()?;
    let start = Instant::now();
    let second = room.join(identity, MediaOptions::default()).await?;
    until(&second, |totals| totals.counters_read >= 1).await?;
    let waited = second.counters().first_frame().context("no first frame")? - start;
    // Unasked, the next key frame would come almost 5 s after the sender's first.
    assert!(
        waited < Duration::from_secs(3),
        "the first picture took {waited:?}: was the key frame asked for?"
    );
    println!("join to first decoded frame: {waited:?}");

    for who in [&first, &second] {
        let start = until(who, |totals| totals.counters_read >= 1).await?;
        let unreadable = start.frames_received.saturating_sub(start.frames_decoded);
        assert!(
            unreadable < 10,
            "a second until the first picture: was the request for a key frame dropped? {start:?}"
        );
        let end = until(who, |totals| {
            totals.counters_read >= start.counters_read + 40 && totals.sounds_received >= start.sounds_received + 100
        })
        .await?;
        assert_eq!(end.foreign_pictures, 0);
        let (read, received) = (
            end.counters_read - start.counters_read,
            end.frames_received - start.frames_received,
        );
        assert!(read * 10 >= received * 9, "unreadable pictures: {start:?} {end:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_stops_the_picture_and_its_end_brings_it_back() -> Result<()> {
    let (_process, node) = node().await?;
    let room = node.room();
    let first = room.join(Identity::generate()?, MediaOptions::default()).await?;
    let second = room.join(Identity::generate()?, MediaOptions::default()).await?;
    until(&second, |totals| totals.counters_read >= 5).await?;

    first.media().pause(MediaKind::Video, true).await?;
    let sounds = second.counters().totals().sounds_received;
    let quiet = until(&second, |totals| totals.sounds_received > sounds + 10).await?;
    let still = until(&second, |totals| totals.sounds_received > sounds + 40).await?;
    assert_eq!(quiet.frames_received, still.frames_received);

    first.media().pause(MediaKind::Video, false).await?;
    until(&second, |totals| totals.counters_read > still.counters_read + 5).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_is_seen_again() -> Result<()> {
    let (_process, node) = node().await?;
    let room = node.room();
    let first = room.join(Identity::generate()?, MediaOptions::default()).await?;
    for _ in 0..3 {
        let before = first.counters().totals();
        let second = room
            .join(Identity::generate()?, MediaOptions::load(Arc::new(Clip::encode()?)))
            .await?;
        until(&first, |totals| totals.frames_decoded > before.frames_decoded + 10).await?;
        until(&second, |totals| {
            totals.frames_received > 10 && totals.sounds_received > 10
        })
        .await?;
        assert_eq!(second.counters().totals().frames_decoded, 0, "load doesn't decode");
        second.leave().await?;
    }
    Ok(())
}
