//! A participant's media in one room: everything behind the signaling.
//!
//! It is driven through [`Room`], so the product's signaling and a bare media node are driven by the same code. All
//! requests of a join go out at once: none waits for another one's answer, nor for ICE or DTLS.

mod assemble;
mod codecs;
mod keyframes;
mod peer;
mod receive;
mod runtime;
mod sdp;
mod send;

pub use peer::Identity;

use crate::{codec::Clip, counters::Counters};
use anyhow::Result;
use async_trait::async_trait;
use codecs::Codecs;
use futures::future::try_join_all;
use receive::Receiving;
use sdp::Transport;
use send::{Sending, Source, Stream};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};
use tallyroom_media_protocol::{MediaId, MediaKind, ProducerInfo};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Whoever runs the room: the control plane, or a node that is driven directly.
#[async_trait]
pub trait Room: Send + Sync + 'static {
    /// Completes a transport with our `DtlsParameters`.
    async fn connect_transport(&self, transport: MediaId, dtls: Value) -> Result<()>;
    /// Starts sending with our `RtpParameters`.
    async fn produce(&self, transport: MediaId, kind: MediaKind, rtp: Value, paused: bool) -> Result<MediaId>;
    /// Mutes or unmutes one of our producers.
    async fn pause_producer(&self, producer: MediaId, paused: bool) -> Result<()>;
    /// Receives; gives consumers `{id, producerId, kind, rtpParameters}`.
    async fn consume(&self, producers: Vec<MediaId>, caps: Value) -> Result<Vec<Value>>;
}

/// What a join gave.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The router's `RtpCapabilities`.
    pub caps: Value,
    /// Sending transport.
    pub send: Value,
    /// Receiving transport.
    pub recv: Value,
    /// What the others already send.
    pub producers: Vec<ProducerInfo>,
}

/// What a participant does with its media.
#[derive(Clone, Debug)]
pub struct MediaOptions {
    /// Sends sound.
    pub audio: bool,
    /// Sends pictures.
    pub video: Option<Video>,
    /// Decodes what it gets and reads the stamps; else whole pictures are only counted, which costs next to nothing.
    pub decode: bool,
}

impl Default for MediaOptions {
    fn default() -> Self {
        Self {
            audio: true,
            video: Some(Video::Drawn),
            decode: true,
        }
    }
}

impl MediaOptions {
    /// For load: a shared clip goes out, what comes in is only counted.
    pub fn load(clip: Arc<Clip>) -> Self {
        Self {
            audio: true,
            video: Some(Video::Clip(clip)),
            decode: false,
        }
    }
}

/// Where pictures come from.
#[derive(Clone, Debug)]
pub enum Video {
    /// Drawn and encoded one by one, stamped with the call's id and a counter.
    Drawn,
    /// A clip that was encoded before.
    Clip(Arc<Clip>),
}

/// What both halves need to know.
pub(crate) struct Setup {
    identity: Identity,
    codecs: Codecs,
    call: Uuid,
    options: MediaOptions,
    counters: Arc<Counters>,
}

impl Setup {
    fn source(&self) -> Source {
        let video = self.options.video.clone().unwrap_or(Video::Drawn);
        Source {
            call: self.call,
            video,
            counters: self.counters.clone(),
        }
    }

    fn streams(&self) -> Result<Vec<Stream>> {
        let audio = self.options.audio.then_some(&self.codecs.audio);
        let video = self.options.video.as_ref().map(|_| &self.codecs.video);
        audio.into_iter().chain(video).map(Stream::new).collect()
    }
}

/// A participant's media, flowing until dropped. Dropping says no goodbye to the node.
pub struct Media {
    room: Arc<dyn Room>,
    sending: Option<Sending>,
    receiving: Receiving,
    own_producers: HashMap<MediaKind, MediaId>,
    consumed: Mutex<Vec<MediaId>>,
    caps: Value,
    counters: Arc<Counters>,
}

impl Media {
    /// Starts sending and receiving in `call`, as `options` say.
    pub async fn start(
        room: Arc<dyn Room>,
        admission: Admission,
        identity: Identity,
        call: Uuid,
        options: MediaOptions,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let codecs = Codecs::of_router(&admission.caps)?;
        let caps = codecs.capabilities();
        let setup = Setup {
            identity,
            codecs,
            call,
            options,
            counters: counters.clone(),
        };
        let producers: Vec<MediaId> = admission.producers.iter().map(|info| info.producer.clone()).collect();
        let sending = start_sending(&*room, &setup, &admission.send);
        let receiving = start_receiving(&*room, &setup, &admission.recv, producers.clone(), caps.clone());
        let ((sending, own_producers), receiving) = futures::try_join!(sending, receiving)?;
        let consumed = Mutex::new(producers);
        Ok(Self {
            room,
            sending,
            receiving,
            own_producers,
            consumed,
            caps,
            counters,
        })
    }

    /// Receives somebody's producer, unless that is done already.
    pub async fn receive(&self, producer: MediaId) -> Result<()> {
        let mut consumed = self.consumed.lock().await;
        if consumed.contains(&producer) {
            return Ok(());
        }
        let consumers = self.room.consume(vec![producer.clone()], self.caps.clone()).await?;
        self.receiving.add(&consumers).await?;
        consumed.push(producer);
        Ok(())
    }

    /// Stops receiving a producer that is gone.
    pub async fn forget(&self, producer: &str) -> Result<()> {
        self.consumed.lock().await.retain(|consumed| consumed != producer);
        self.receiving.remove(producer).await
    }

    /// Mutes or unmutes.
    pub async fn pause(&self, kind: MediaKind, paused: bool) -> Result<()> {
        self.counters.set_paused(kind, paused);
        if let Some(producer) = self.own_producers.get(&kind) {
            self.room.pause_producer(producer.clone(), paused).await?;
        }
        if let (false, Some(sending)) = (paused, &self.sending) {
            sending.want_key_frame();
        }
        Ok(())
    }

    /// Ends when a connection failed beyond repair, so that only a new join helps.
    pub fn failed(&self) -> impl Future<Output = ()> + Send + use<> {
        let sending = self.sending.as_ref().map(|sending| sending.peer().state());
        let receiving = self.receiving.peer().state();
        async move {
            let sending = async {
                match sending {
                    Some(state) => peer::failed(state).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sending => {}
                () = peer::failed(receiving) => {}
            }
        }
    }
}

async fn start_sending(
    room: &dyn Room,
    setup: &Setup,
    transport: &Value,
) -> Result<(Option<Sending>, HashMap<MediaKind, MediaId>)> {
    let streams = setup.streams()?;
    if streams.is_empty() {
        return Ok((None, HashMap::new()));
    }
    let transport = Transport::parse(transport)?;
    let connect = room.connect_transport(transport.id.clone(), setup.identity.dtls_parameters());
    let produce = try_join_all(streams.iter().map(|stream| {
        let (kind, rtp) = (stream.kind(), stream.rtp_parameters(&setup.call.to_string()));
        let produced = room.produce(transport.id.clone(), kind, rtp, setup.counters.is_paused(kind));
        async move { anyhow::Ok((kind, produced.await?)) }
    }));
    let requests = futures::future::try_join(connect, produce);
    let ((_, producers), sending) = futures::try_join!(requests, Sending::open(setup, &transport, streams))?;
    Ok((Some(sending), producers.into_iter().collect()))
}

async fn start_receiving(
    room: &dyn Room,
    setup: &Setup,
    transport: &Value,
    producers: Vec<MediaId>,
    caps: Value,
) -> Result<Receiving> {
    let transport = Transport::parse(transport)?;
    let connect = room.connect_transport(transport.id.clone(), setup.identity.dtls_parameters());
    let consume = async {
        match producers.is_empty() {
            true => Ok(Vec::new()),
            false => room.consume(producers, caps).await,
        }
    };
    let open = Receiving::open(setup, transport.clone());
    let ((), consumers, receiving) = futures::try_join!(connect, consume, open)?;
    receiving.add(&consumers).await?;
    Ok(receiving)
}
