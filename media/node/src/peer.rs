//! One participant of a room: transports, what it sends and what it receives.

use crate::codecs::{read, read_rtp};
use crate::flow::Counter;
use crate::reception::{Held, Receiving};
use crate::refusal::{Outcome, by_worker, failed, full, invalid, not_found};
use crate::{MAX_CONSUMERS_PER_REQUEST, MAX_PRODUCERS_PER_PEER};
use futures::future::{join_all, join3};
use mediasoup::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use tallyroom_media_protocol::{
    self as protocol, MediaId, MediaSource, PeerFlow, PeerId, ProducerInfo, Reception, Refusal, Reply, RoomId,
};
use tokio::time::Instant;

/// A transport and what came in on it.
struct Path {
    transport: WebRtcTransport,
    received: Counter,
}

impl Path {
    fn new(transport: WebRtcTransport) -> Self {
        Self {
            transport,
            received: Counter::default(),
        }
    }

    async fn sample(&mut self) {
        if let Ok(stats) = self.transport.get_stats().await {
            self.received
                .observe(stats.iter().map(|stat| stat.bytes_received).sum(), Instant::now());
        }
    }
}

/// A producer, what came in on it and how well.
struct Sending {
    producer: Producer,
    source: MediaSource,
    received: Counter,
    score: Option<u8>,
}

impl Sending {
    async fn sample(&mut self) {
        let Ok(stats) = self.producer.get_stats().await else {
            return;
        };
        let bytes = stats.iter().map(|stat| stat.byte_count).sum();
        if self.producer.paused() {
            self.received.disregard(bytes);
            self.score = None;
        } else {
            self.received.observe(bytes, Instant::now());
            // Of simulcast streams, those that the sender switched off have the score 0: the best one counts.
            self.score = stats.iter().map(|stat| stat.score).max();
        }
    }
}

pub(crate) struct Peer {
    id: PeerId,
    send: Option<Path>,
    recv: Path,
    sending: HashMap<ProducerId, Sending>,
    /// By the producer received: there is one consumer of each at most.
    receiving: HashMap<ProducerId, Receiving>,
}

impl Peer {
    pub(crate) fn new(id: PeerId, send: Option<WebRtcTransport>, recv: WebRtcTransport) -> Self {
        Self {
            id,
            send: send.map(Path::new),
            recv: Path::new(recv),
            sending: HashMap::new(),
            receiving: HashMap::new(),
        }
    }

    pub(crate) fn producers(&self) -> impl Iterator<Item = ProducerInfo> {
        self.sending.values().map(|sending| ProducerInfo {
            producer: sending.producer.id().to_string(),
            peer: self.id,
            kind: match sending.producer.kind() {
                MediaKind::Audio => protocol::MediaKind::Audio,
                MediaKind::Video => protocol::MediaKind::Video,
            },
            source: sending.source,
            paused: sending.producer.paused(),
        })
    }

    pub(crate) fn producer_ids(&self) -> Vec<ProducerId> {
        self.sending.keys().copied().collect()
    }

    fn transport(&self, id: &MediaId) -> Result<&WebRtcTransport, Refusal> {
        let wanted: TransportId = id.parse().map_err(|_| not_found("transport"))?;
        [self.send.as_ref(), Some(&self.recv)]
            .into_iter()
            .flatten()
            .map(|path| &path.transport)
            .find(|transport| transport.id() == wanted)
            .ok_or_else(|| not_found("transport"))
    }

    pub(crate) async fn connect(&self, transport: &MediaId, dtls: Value) -> Outcome {
        let transport = self.transport(transport)?;
        let dtls_parameters = read("DTLS parameters", dtls)?;
        transport
            .connect(WebRtcTransportRemoteParameters { dtls_parameters })
            .await
            .map_err(by_worker)?;
        Ok(Reply::Done)
    }

    pub(crate) async fn restart_ice(&self, transport: &MediaId) -> Outcome {
        let ice = self.transport(transport)?.restart_ice().await.map_err(by_worker)?;
        Ok(Reply::IceRestarted {
            ice: serde_json::to_value(ice).map_err(failed)?,
        })
    }

    pub(crate) async fn produce(
        &mut self,
        transport: &MediaId,
        source: MediaSource,
        rtp: Value,
        paused: bool,
    ) -> Result<ProducerId, Refusal> {
        let transport = self.transport(transport)?;
        if self
            .send
            .as_ref()
            .is_none_or(|send| send.transport.id() != transport.id())
        {
            return Err(invalid("not a sending transport"));
        }
        if self.sending.len() >= MAX_PRODUCERS_PER_PEER {
            return Err(full("the peer has too many producers"));
        }
        let kind = match source.kind() {
            protocol::MediaKind::Audio => MediaKind::Audio,
            protocol::MediaKind::Video => MediaKind::Video,
        };
        let mut options = ProducerOptions::new(kind, read_rtp(kind, rtp)?);
        options.paused = paused;
        let producer = transport.produce(options).await.map_err(|error| match error {
            ProduceError::Request(error) => by_worker(error),
            other => invalid(other),
        })?;
        let id = producer.id();
        self.sending.insert(
            id,
            Sending {
                producer,
                source,
                received: Counter::default(),
                score: None,
            },
        );
        Ok(id)
    }

    pub(crate) async fn pause_producer(&mut self, producer: &MediaId, paused: bool) -> Outcome {
        let id = producer_id(producer)?;
        let sending = self.sending.get(&id).ok_or_else(|| not_found("producer"))?;
        let done = if paused {
            sending.producer.pause().await
        } else {
            sending.producer.resume().await
        };
        done.map_err(by_worker)?;
        Ok(Reply::Done)
    }

    /// Takes one of the peer's producers away; it closes when it is dropped.
    pub(crate) fn take_producer(&mut self, producer: &MediaId) -> Result<Producer, Refusal> {
        let sending = self.sending.remove(&producer_id(producer)?);
        sending
            .map(|sending| sending.producer)
            .ok_or_else(|| not_found("producer"))
    }

    pub(crate) async fn consume(&mut self, producers: &[MediaId], caps: Value, held: &Held) -> Outcome {
        if producers.len() > MAX_CONSUMERS_PER_REQUEST {
            return Err(invalid("too many producers in one request"));
        }
        let caps: RtpCapabilities = read("RTP capabilities", caps)?;
        let wanted = producers
            .iter()
            .filter_map(|id| producer_id(id).ok())
            .filter(|id| !self.sending.contains_key(id));
        let made = join_all(wanted.map(|id| {
            let mut options = ConsumerOptions::new(id, caps.clone());
            options.paused = held.holds(&id);
            self.recv.transport.consume(options)
        }))
        .await;
        let mut consumers = Vec::with_capacity(made.len());
        for consumer in made {
            match consumer {
                Ok(consumer) => {
                    consumers.push(describe(&consumer));
                    self.receiving.insert(consumer.producer_id(), Receiving::new(consumer));
                }
                Err(ConsumeError::Request(error)) => return Err(by_worker(error)),
                Err(ConsumeError::FailedRtpCapabilitiesValidation(error)) => return Err(invalid(error)),
                Err(error) => tracing::debug!(peer = %self.id, %error, "left out"),
            }
        }
        Ok(Reply::Consumed { consumers })
    }

    /// Holds back or lets through what the peer receives.
    pub(crate) async fn hold(&self, held: &Held) -> Result<(), Refusal> {
        let all = self
            .receiving
            .iter()
            .map(|(producer, receiving)| receiving.hold(held.holds(producer)));
        join_all(all)
            .await
            .into_iter()
            .collect::<Result<(), _>>()
            .map_err(by_worker)
    }

    /// Which layer of a picture the peer has use for; while it is held back nothing comes all the same.
    pub(crate) async fn prefer(&mut self, producer: &MediaId, layer: Option<u8>, held: &Held) -> Outcome {
        let id = producer_id(producer)?;
        let receiving = self.receiving.get_mut(&id).ok_or_else(|| not_found("consumer"))?;
        receiving.prefer(layer, held.holds(&id)).await.map_err(by_worker)?;
        Ok(Reply::Done)
    }

    /// How well it receives what, as far as that has changed since it was last asked.
    pub(crate) fn receptions(&mut self) -> impl Iterator<Item = (MediaId, Reception)> {
        self.receiving
            .iter_mut()
            .filter_map(|(producer, receiving)| Some((producer.to_string(), receiving.changed()?)))
    }

    /// Who it is.
    pub(crate) fn id(&self) -> PeerId {
        self.id
    }

    /// Forgets the consumers of producers that are gone.
    pub(crate) fn stop_receiving(&mut self, gone: impl Fn(&ProducerId) -> bool) {
        self.receiving.retain(|producer, _| !gone(producer));
    }

    pub(crate) fn sends(&self, producer: &ProducerId) -> bool {
        self.sending.contains_key(producer)
    }

    pub(crate) async fn sample(&mut self, room: RoomId) -> PeerFlow {
        join3(
            self.recv.sample(),
            async {
                if let Some(send) = &mut self.send {
                    send.sample().await;
                }
            },
            join_all(self.sending.values_mut().map(Sending::sample)),
        )
        .await;
        let now = Instant::now();
        let age_of = |kind| {
            let of_kind = self
                .sending
                .values()
                .filter(move |sending| sending.producer.kind() == kind);
            of_kind.filter_map(|sending| sending.received.age_ms(now)).min()
        };
        let flowing = self
            .receiving
            .values()
            .map(|receiving| &receiving.consumer)
            .filter(|consumer| !consumer.paused() && !consumer.producer_paused());
        let paths = [self.send.as_ref(), Some(&self.recv)].into_iter().flatten();
        PeerFlow {
            room,
            peer: self.id,
            audio_age_ms: age_of(MediaKind::Audio),
            video_age_ms: age_of(MediaKind::Video),
            transport_age_ms: paths.filter_map(|path| path.received.age_ms(now)).min(),
            send_score: self.sending.values().filter_map(|sending| sending.score).min(),
            recv_score: flowing.map(|consumer| consumer.score().score).min(),
        }
    }
}

fn producer_id(id: &MediaId) -> Result<ProducerId, Refusal> {
    id.parse().map_err(|_| not_found("producer"))
}

fn describe(consumer: &Consumer) -> Value {
    json!({
        "id": consumer.id(),
        "producerId": consumer.producer_id(),
        "kind": consumer.kind(),
        "rtpParameters": consumer.rtp_parameters(),
    })
}
