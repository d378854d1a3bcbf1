//! The receiving half: one connection that is renegotiated whenever somebody begins or ends sending.

use super::{
    Setup,
    assemble::Assembler,
    codecs::Codecs,
    peer::{Peer, Track, track_queue},
    sdp::{Role, Section, Transport, describe},
};
use crate::{codec::PictureDecoder, counters::Counters};
use anyhow::{Context, Result};
use rtc::{
    rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication, rtp_transceiver::rtp_sender::RtpCodecKind,
};
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tallyroom_media_protocol::MediaId;
use tokio::{
    sync::{Mutex, Notify, mpsc},
    task::JoinSet,
};
use uuid::Uuid;
use webrtc::{media_stream::track_remote::TrackRemoteEvent, peer_connection::RTCSessionDescription};

/// How often to ask for a key frame while one is missing.
const KEY_PAUSE: Duration = Duration::from_millis(300);
/// Sections of one connection; ended ones stay, as they must in a session description.
const MAX_SECTIONS: usize = 128;

/// Receives until dropped.
pub struct Receiving {
    peer: Peer,
    transport: Transport,
    codecs: Codecs,
    sections: Mutex<Vec<(MediaId, Section)>>,
    _tasks: JoinSet<()>,
}

impl Receiving {
    /// Opens the connection; it connects once there is something to receive.
    pub async fn open(setup: &Setup, transport: Transport) -> Result<Self> {
        let (sender, tracks) = track_queue();
        let local = transport.local_address();
        let peer = Peer::open(&setup.identity, &setup.codecs, local, Arc::new(Notify::new()), sender).await?;
        let watcher = Watcher {
            call: setup.call,
            is_decoding: setup.options.decode,
            counters: setup.counters.clone(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(watch_all(watcher, tracks));
        Ok(Self {
            peer,
            transport,
            codecs: setup.codecs.clone(),
            sections: Mutex::default(),
            _tasks: tasks,
        })
    }

    /// The connection.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Adds consumers `{id, producerId, kind, rtpParameters}`.
    pub async fn add(&self, consumers: &[Value]) -> Result<()> {
        let mut sections = self.sections.lock().await;
        for consumer in consumers {
            let producer = consumer["producerId"]
                .as_str()
                .context("consumer without producer")?
                .to_owned();
            anyhow::ensure!(sections.len() < MAX_SECTIONS, "too many streams");
            sections.push((producer, Section::of_consumer(consumer)?));
        }
        if consumers.is_empty() {
            Ok(())
        } else {
            self.negotiate(&sections).await
        }
    }

    /// Takes away what a producer sent.
    pub async fn remove(&self, producer: &str) -> Result<()> {
        let mut sections = self.sections.lock().await;
        let mut of_producer = sections
            .iter_mut()
            .filter(|(id, section)| id == producer && !section.ended);
        match of_producer.next() {
            Some((_, section)) => section.ended = true,
            None => return Ok(()),
        }
        self.negotiate(&sections).await
    }

    /// The node's offer as it would be, and our answer, which it never needs to see.
    async fn negotiate(&self, sections: &[(MediaId, Section)]) -> Result<()> {
        let sections: Vec<Section> = sections.iter().map(|(_, section)| section.clone()).collect();
        let offer = describe(&self.transport, Role::Offer, &self.codecs, &sections)?;
        let connection = self.peer.connection();
        connection
            .set_remote_description(RTCSessionDescription::offer(offer)?)
            .await?;
        let answer = connection.create_answer(None).await?;
        connection.set_local_description(answer).await?;
        Ok(())
    }
}

#[derive(Clone)]
struct Watcher {
    call: Uuid,
    is_decoding: bool,
    counters: Arc<Counters>,
}

async fn watch_all(watcher: Watcher, mut tracks: mpsc::Receiver<Track>) {
    let mut watchers = JoinSet::new();
    while let Some(track) = tracks.recv().await {
        let watcher = watcher.clone();
        watchers.spawn(async move {
            if let Err(error) = watcher.watch(track).await {
                tracing::debug!(%error, "stopped receiving a stream");
            }
        });
    }
}

impl Watcher {
    async fn watch(self, track: Track) -> Result<()> {
        match track.kind().await {
            RtpCodecKind::Audio => self.listen(track).await,
            _ if self.is_decoding => return self.look(track).await,
            _ => self.count(track).await,
        }
        Ok(())
    }

    async fn listen(self, track: Track) {
        while let Some(event) = track.poll().await {
            if let TrackRemoteEvent::OnRtpPacket(_) = event {
                self.counters.sound_received();
            }
        }
    }

    /// Counts pictures by their last packets.
    async fn count(self, track: Track) {
        while let Some(event) = track.poll().await {
            if matches!(event, TrackRemoteEvent::OnRtpPacket(packet) if packet.header.marker) {
                self.counters.frame_received();
                self.counters.frame_seen();
            }
        }
    }

    /// Decodes every picture and reads its stamp.
    async fn look(self, track: Track) -> Result<()> {
        let (mut assembler, mut decoder) = (Assembler::default(), PictureDecoder::new()?);
        let (mut frames, mut asked) = (Vec::new(), None::<Instant>);
        while let Some(event) = track.poll().await {
            let TrackRemoteEvent::OnRtpPacket(packet) = event else {
                continue;
            };
            let ssrc = packet.header.ssrc;
            let mut is_key_needed = assembler.push(packet, &mut frames);
            for frame in frames.drain(..) {
                self.counters.frame_received();
                match decoder.decode(&frame) {
                    Ok(stamp) => {
                        self.counters.frame_seen();
                        self.counters.frame_decoded(self.call, stamp);
                    }
                    Err(_) => is_key_needed = true,
                }
            }
            if is_key_needed && asked.is_none_or(|asked| asked.elapsed() > KEY_PAUSE) {
                asked = Some(Instant::now());
                let request = PictureLossIndication {
                    sender_ssrc: 0,
                    media_ssrc: ssrc,
                };
                track
                    .write_rtcp(vec![Box::new(request)])
                    .await
                    .context("asking for a key frame")?;
            }
        }
        Ok(())
    }
}
