//! What flow reports say while real callers send, mute and vanish: bills are made of it.

use crate::control::soon;
use anyhow::{Result, bail};
use async_trait::async_trait;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tallyroom_media::flow::{FlowMonitor, Report};
use tallyroom_media::{Listen, Owner, Rooms};
use tallyroom_media_protocol::{
    FLOW_PERIOD_MS, MediaId, MediaKind, MediaSource, NodeMessage, PeerFlow, PeerId, Reply, Request, RoomId,
};
use tallyroom_participant::counters::Counters;
use tallyroom_participant::media::{Admission, Identity, Media, MediaOptions, Room};
use tokio::sync::watch;
use uuid::Uuid;

/// One period, and as much again for a busy machine.
const FRESH_MS: u32 = 2 * FLOW_PERIOD_MS as u32;

#[derive(Clone)]
struct Bench {
    rooms: Rooms,
    owner: Owner,
    room: RoomId,
    reports: watch::Receiver<Arc<Report>>,
}

impl Bench {
    async fn start() -> Self {
        let listen = Listen {
            ip: [127, 0, 0, 1].into(),
            announce: None,
            ports: 43_100..=43_199,
        };
        let rooms = Rooms::start(&listen, 100, &std::env::temp_dir())
            .await
            .expect("started");
        let (monitor, reports) = FlowMonitor::new(rooms.clone());
        tokio::spawn(monitor.run());
        Self {
            rooms,
            owner: Owner::new().0,
            room: Uuid::new_v4(),
            reports,
        }
    }

    async fn ask(&self, request: Request) -> Result<Reply> {
        self.rooms
            .handle(&self.owner, request)
            .await
            .or_else(|refusal| bail!("{refusal:?}"))
    }

    async fn join(&self) -> (Media, PeerId) {
        let peer = Uuid::new_v4();
        let joined = self
            .ask(Request::Join {
                room: self.room,
                peer,
                send: true,
            })
            .await
            .expect("joined");
        let Reply::Joined {
            caps,
            send: Some(send),
            recv,
            producers,
        } = joined
        else {
            panic!("{joined:?}")
        };
        let admission = Admission {
            caps,
            send,
            recv,
            producers,
        };
        let seat = Arc::new(Seat {
            bench: self.clone(),
            peer,
        });
        let identity = Identity::generate().expect("identity");
        let counters = Arc::new(Counters::default());
        let media = Media::start(seat, admission, identity, self.room, MediaOptions::default(), counters);
        // Unoptimised, the caller's future is too large for a test's stack.
        (soon("media", Box::pin(media)).await.expect("media"), peer)
    }

    /// Waits for a report in which `wanted` is true of the peer.
    async fn until(&mut self, what: &str, peer: PeerId, wanted: impl Fn(&PeerFlow) -> bool) -> PeerFlow {
        let found = async {
            loop {
                self.reports.changed().await.expect("monitor runs");
                let message = self.reports.borrow_and_update().message_for(self.owner.id());
                let NodeMessage::Flow { peers, .. } = message else {
                    panic!("no flow")
                };
                if let Some(flow) = peers.into_iter().find(|flow| flow.peer == peer && wanted(flow)) {
                    return flow;
                }
            }
        };
        soon(what, found).await
    }
}

struct Seat {
    bench: Bench,
    peer: PeerId,
}

#[async_trait]
impl Room for Seat {
    async fn connect_transport(&self, transport: MediaId, dtls: Value) -> Result<()> {
        let (room, peer) = (self.bench.room, self.peer);
        self.bench
            .ask(Request::ConnectTransport {
                room,
                peer,
                transport,
                dtls,
            })
            .await
            .map(drop)
    }

    async fn produce(&self, transport: MediaId, kind: MediaKind, rtp: Value, paused: bool) -> Result<MediaId> {
        let (room, peer) = (self.bench.room, self.peer);
        match self
            .bench
            .ask(Request::Produce {
                room,
                peer,
                transport,
                kind,
                source: MediaSource::usual(kind),
                rtp,
                paused,
            })
            .await?
        {
            Reply::Produced { producer } => Ok(producer),
            reply => bail!("{reply:?}"),
        }
    }

    async fn pause_producer(&self, producer: MediaId, paused: bool) -> Result<()> {
        let (room, peer) = (self.bench.room, self.peer);
        self.bench
            .ask(Request::PauseProducer {
                room,
                peer,
                producer,
                paused,
            })
            .await
            .map(drop)
    }

    async fn consume(&self, producers: Vec<MediaId>, caps: Value) -> Result<Vec<Value>> {
        let (room, peer) = (self.bench.room, self.peer);
        match self
            .bench
            .ask(Request::Consume {
                room,
                peer,
                producers,
                caps,
            })
            .await?
        {
            Reply::Consumed { consumers } => Ok(consumers),
            reply => bail!("{reply:?}"),
        }
    }
}

fn fresh(age: Option<u32>) -> bool {
    age.is_some_and(|ms| ms <= FRESH_MS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_tell_who_sends_and_who_is_there() {
    let mut bench = Bench::start().await;
    let (seller_media, seller) = bench.join().await;
    let (_buyer_media, buyer) = bench.join().await;
    let sends = |flow: &PeerFlow| fresh(flow.audio_age_ms) && fresh(flow.video_age_ms) && flow.send_score.is_some();
    bench.until("both kinds", seller, sends).await;
    let receives = |flow: &PeerFlow| fresh(flow.transport_age_ms) && flow.recv_score.is_some_and(|score| score >= 5);
    bench.until("receiving", buyer, receives).await;

    seller_media.pause(MediaKind::Video, true).await.expect("paused");
    let muted = bench
        .until("camera off", seller, |flow| flow.video_age_ms.is_none())
        .await;
    assert!(fresh(muted.audio_age_ms) && fresh(muted.transport_age_ms), "{muted:?}");
    seller_media.pause(MediaKind::Audio, true).await.expect("paused");
    let silent = |flow: &PeerFlow| flow.audio_age_ms.is_none() && flow.send_score.is_none();
    bench.until("both off", seller, silent).await;
    seller_media.pause(MediaKind::Audio, false).await.expect("resumed");
    let back = bench
        .until("sound again", seller, |flow| fresh(flow.audio_age_ms))
        .await;
    assert_eq!(back.video_age_ms, None, "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ages_grow_from_the_last_packet_when_somebody_vanishes() {
    let mut bench = Bench::start().await;
    let (media, peer) = bench.join().await;
    bench
        .until("sending", peer, |flow| {
            fresh(flow.audio_age_ms) && fresh(flow.video_age_ms)
        })
        .await;
    let vanished = tokio::time::Instant::now();
    drop(media);
    let since = || vanished.elapsed() + Duration::from_millis(u64::from(FRESH_MS));
    let ages = |flow: &PeerFlow| [flow.audio_age_ms, flow.video_age_ms, flow.transport_age_ms];
    let flow = bench
        .until("silence", peer, |flow| {
            ages(flow).iter().all(|age| age.is_some_and(|ms| ms > 1500))
        })
        .await;
    for age in ages(&flow).into_iter().flatten() {
        assert!(
            Duration::from_millis(age.into()) <= since(),
            "{flow:?} is older than the silence"
        );
    }
}
