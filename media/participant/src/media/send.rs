//! The sending half: one connection, one stream of sound, one of pictures.

use super::{
    Setup, Video,
    codecs::{Codec, rtc_kind},
    peer::{Peer, connected, track_queue},
    sdp::{Role, Section, Transport, describe},
};
use crate::{
    codec::{Clip, EncodedFrame, FRAME, PictureEncoder},
    counters::Counters,
    picture::{self, Stamp},
    sound,
};
use anyhow::{Context, Result};
use bytes::Bytes;
use rtc::{
    media_stream::MediaStreamTrack,
    rtp::{
        packetizer::{Packetizer, new_packetizer},
        sequence::new_random_sequencer,
    },
    rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tallyroom_media_protocol::MediaKind;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;
use webrtc::{
    media_stream::track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
    peer_connection::RTCSessionDescription,
};

const PACKET_SIZE: usize = 1200;
/// Key frames are no closer together than this, unless the encoder makes one of its own.
const KEY_PAUSE: Duration = Duration::from_millis(100);

/// Sends until dropped.
pub struct Sending {
    peer: Peer,
    key_wanted: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Sending {
    /// Negotiates the connection and begins to send as soon as it stands.
    pub async fn open(setup: &Setup, transport: &Transport, streams: Vec<Stream>) -> Result<Self> {
        let key_wanted = Arc::new(Notify::new());
        let (tracks, _) = track_queue();
        let local = transport.local_address();
        let peer = Peer::open(&setup.identity, &setup.codecs, local, key_wanted.clone(), tracks).await?;
        for stream in &streams {
            peer.connection()
                .add_track(stream.track.clone() as Arc<dyn TrackLocal>)
                .await?;
        }
        negotiate(&peer, setup, transport, &streams).await?;
        let mut tasks = JoinSet::new();
        for stream in streams {
            let (mut state, source) = (peer.state(), setup.source());
            let key_wanted = key_wanted.clone();
            tasks.spawn(async move {
                let outcome = match connected(&mut state).await {
                    Ok(()) => source.send(stream, &key_wanted).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = outcome {
                    tracing::debug!(%error, "stopped sending");
                }
            });
        }
        Ok(Self {
            peer,
            key_wanted,
            _tasks: tasks,
        })
    }

    /// The connection.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Makes the next picture a key frame.
    pub fn want_key_frame(&self) {
        self.key_wanted.notify_one();
    }
}

/// Our offer, and the node's answer as it would be. The node learns our address from the first check, so nobody waits
/// for candidates to be gathered.
async fn negotiate(peer: &Peer, setup: &Setup, transport: &Transport, streams: &[Stream]) -> Result<()> {
    let offer = peer.connection().create_offer(None).await?;
    let mids = offer.sdp.lines().filter_map(|line| line.strip_prefix("a=mid:"));
    let sections: Vec<Section> = streams
        .iter()
        .zip(mids)
        .map(|(stream, mid)| Section {
            kind: stream.codec.kind,
            mid: mid.to_owned(),
            source: None,
            ended: false,
        })
        .collect();
    let answer = describe(transport, Role::Answer, &setup.codecs, &sections)?;
    peer.connection().set_local_description(offer).await?;
    peer.connection()
        .set_remote_description(RTCSessionDescription::answer(answer)?)
        .await?;
    Ok(())
}

/// One stream on its way out.
pub struct Stream {
    codec: Codec,
    ssrc: u32,
    track: Arc<TrackLocalStaticRTP>,
    packetizer: Box<dyn Packetizer>,
    last: Option<Instant>,
}

impl Stream {
    /// A stream under a random synchronisation source.
    pub fn new(codec: &Codec) -> Result<Self> {
        let ssrc = rand::random_range(1..u32::MAX);
        let rtc_codec = codec.rtc();
        let payloader = rtc_codec.payloader()?;
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: rtc_codec,
            ..Default::default()
        };
        let name = format!("{:?}", codec.kind);
        let track = MediaStreamTrack::new(
            "participant".into(),
            name.clone(),
            name,
            rtc_kind(codec.kind),
            vec![coding],
        );
        let sequencer = Box::new(new_random_sequencer());
        let rate = codec.clock_rate;
        let packetizer = new_packetizer(
            Instant::now(),
            PACKET_SIZE,
            codec.payload_type,
            ssrc,
            payloader,
            sequencer,
            rate,
        );
        Ok(Self {
            codec: codec.clone(),
            ssrc,
            track: Arc::new(TrackLocalStaticRTP::new(track)),
            packetizer: Box::new(packetizer),
            last: None,
        })
    }

    /// Sound or picture.
    pub fn kind(&self) -> MediaKind {
        self.codec.kind
    }

    /// `RtpParameters` to produce with.
    pub fn rtp_parameters(&self, cname: &str) -> serde_json::Value {
        self.codec.rtp_parameters(self.ssrc, cname)
    }

    /// Sends one frame. Its timestamp is when it is sent, however irregular that is.
    async fn send(&mut self, frame: &Bytes) -> Result<()> {
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            let elapsed = now.saturating_duration_since(last).as_micros() as u64;
            self.packetizer
                .skip_samples((elapsed * u64::from(self.codec.clock_rate) / 1_000_000) as u32);
        }
        for packet in self.packetizer.packetize(now, frame, 0)? {
            self.track.write_rtp(packet).await.context("writing a packet")?;
        }
        Ok(())
    }
}

/// Where a participant's sound and pictures come from.
pub struct Source {
    pub call: Uuid,
    pub video: Video,
    pub counters: Arc<Counters>,
}

impl Source {
    async fn send(self, stream: Stream, key_wanted: &Notify) -> Result<()> {
        match stream.kind() {
            MediaKind::Audio => self.speak(stream).await,
            MediaKind::Video => self.show(stream, key_wanted).await,
        }
    }

    /// Says the speech over and over.
    async fn speak(self, mut stream: Stream) -> Result<()> {
        let mut ticks = interval(sound::FRAME);
        for frame in sound::speech().iter().cycle() {
            ticks.tick().await;
            if !self.counters.is_paused(MediaKind::Audio) {
                stream.send(frame).await?;
                self.counters.sent(MediaKind::Audio);
            }
        }
        Ok(())
    }

    /// Shows pictures at their rate, and a key frame at once when somebody needs it.
    async fn show(self, mut stream: Stream, key_wanted: &Notify) -> Result<()> {
        let mut pictures = Pictures::new(self.call, self.video)?;
        let mut ticks = interval(FRAME);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut keys = KeyFrames::default();
        loop {
            let is_time = tokio::select! {
                _ = ticks.tick() => true,
                () = key_wanted.notified() => { keys.ask(); false }
            };
            let is_key = keys.is_due(Instant::now());
            if !(is_time || is_key) || self.counters.is_paused(MediaKind::Video) {
                continue;
            }
            let frame = pictures.next(&self.counters, is_key)?;
            if frame.key {
                keys.made(Instant::now());
            }
            stream.send(&frame.data).await?;
            self.counters.sent(MediaKind::Video);
            if is_key {
                ticks.reset();
            }
        }
    }
}

/// Which requests for a key frame are still to be answered. One that comes right after a key frame waits, but is never
/// dropped: whoever asks may have missed just that frame, and the node asks again only after a second.
#[derive(Default)]
struct KeyFrames {
    last: Option<Instant>,
    is_owed: bool,
}

impl KeyFrames {
    fn ask(&mut self) {
        self.is_owed = true;
    }

    fn is_due(&self, now: Instant) -> bool {
        self.is_owed && self.last.is_none_or(|last| now.duration_since(last) >= KEY_PAUSE)
    }

    fn made(&mut self, now: Instant) {
        *self = Self {
            last: Some(now),
            is_owed: false,
        };
    }
}

/// The pictures of one stream.
enum Pictures {
    Drawn { call: Uuid, encoder: Box<PictureEncoder> },
    Clip { clip: Arc<Clip>, position: usize },
}

impl Pictures {
    fn new(call: Uuid, video: Video) -> Result<Self> {
        Ok(match video {
            Video::Drawn => Self::Drawn {
                call,
                encoder: Box::new(PictureEncoder::new()?),
            },
            Video::Clip(clip) => Self::Clip { clip, position: 0 },
        })
    }

    /// The next picture, as a key frame if `key`.
    fn next(&mut self, counters: &Counters, key: bool) -> Result<EncodedFrame> {
        match self {
            Self::Drawn { call, encoder } => {
                let stamp = Stamp {
                    call: *call,
                    counter: counters.next_picture(),
                };
                encoder.encode(&picture::draw(stamp), key)
            }
            Self::Clip { clip, position } => {
                let current = if key { 0 } else { *position };
                *position = current + 1;
                Ok(clip.frame(current))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_right_after_a_key_frame_is_answered_after_the_pause() {
        let (mut keys, start) = (KeyFrames::default(), Instant::now());
        assert!(!keys.is_due(start), "nobody asked");
        keys.ask();
        assert!(keys.is_due(start), "the first one comes at once");
        keys.made(start);
        keys.ask();
        assert!(!keys.is_due(start + KEY_PAUSE / 2));
        assert!(keys.is_due(start + KEY_PAUSE));
        keys.made(start + KEY_PAUSE);
        assert!(!keys.is_due(start + KEY_PAUSE * 9), "answered once");
    }
}
