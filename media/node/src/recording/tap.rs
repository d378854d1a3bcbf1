//! Takes what a participant sends out of the media worker: one more receiver, which isn't on the network.

use super::frames::Codec;
use super::part::SourceId;
use super::writer::Feed;
use crate::codecs::read;
use crate::refusal::{by_worker, failed};
use futures::future::join_all;
use mediasoup::prelude::*;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tallyroom_media_protocol::Refusal;

pub(super) struct Tap {
    transport: DirectTransport,
    caps: RtpCapabilities,
    feed: Feed,
    consumers: Mutex<Consumers>,
}

#[derive(Default)]
struct Consumers {
    last_id: SourceId,
    by_source: HashMap<SourceId, Consumer>,
}

impl Tap {
    pub(super) async fn open(router: &Router, feed: Feed) -> Result<Self, Refusal> {
        let transport = router
            .create_direct_transport(DirectTransportOptions::default())
            .await
            .map_err(by_worker)?;
        // The router's own capabilities, as a client gets them.
        let caps = serde_json::to_value(router.rtp_capabilities()).map_err(failed)?;
        Ok(Self {
            transport,
            caps: read("RTP capabilities", caps)?,
            feed,
            consumers: Mutex::default(),
        })
    }

    /// Takes what a producer sends from now on, or once it isn't held back.
    pub(super) async fn take(&self, producer: ProducerId, held: bool) -> Result<(), Refusal> {
        let mut options = ConsumerOptions::new(producer, self.caps.clone());
        options.paused = true; // until somebody listens, or the first key frame would be missed
        options.enable_rtx = Some(false);
        let consumer = self.transport.consume(options).await.map_err(|error| match error {
            ConsumeError::Request(error) => by_worker(error),
            other => failed(other),
        })?;
        let Some(codec) = codec_of(&consumer) else {
            return Err(failed("a codec that isn't recorded"));
        };
        let source = {
            let mut consumers = self.consumers();
            consumers.last_id += 1;
            let source = consumers.last_id;
            consumers.by_source.insert(source, consumer.clone());
            source
        };
        let feed = self.feed.clone();
        consumer.on_rtp(move |bytes| feed.push(source, codec, bytes)).detach();
        if !held {
            consumer.resume().await.map_err(by_worker)?;
        }
        Ok(())
    }

    /// Forgets a producer that is gone.
    pub(super) fn forget(&self, producer: ProducerId) {
        self.consumers()
            .by_source
            .retain(|_, consumer| consumer.producer_id() != producer);
    }

    pub(super) async fn hold(&self, held: bool) {
        let consumers: Vec<Consumer> = self.consumers().by_source.values().cloned().collect();
        let all = consumers.iter().map(|consumer| async move {
            if held {
                consumer.pause().await
            } else {
                consumer.resume().await
            }
        });
        for error in join_all(all).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, held, "a recording isn't held, or goes on held");
        }
    }

    pub(super) async fn request_key_frame(&self, source: SourceId) {
        let consumer = self.consumers().by_source.get(&source).cloned();
        if let Some(consumer) = consumer
            && let Err(error) = consumer.request_key_frame().await
        {
            tracing::debug!(%error, "no key frame asked for"); // the writer asks again
        }
    }

    fn consumers(&self) -> MutexGuard<'_, Consumers> {
        self.consumers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn codec_of(consumer: &Consumer) -> Option<Codec> {
    match consumer.rtp_parameters().codecs.first()? {
        RtpCodecParameters::Audio {
            mime_type: MimeTypeAudio::Opus,
            ..
        } => Some(Codec::Opus),
        RtpCodecParameters::Video {
            mime_type: MimeTypeVideo::H264,
            ..
        } => Some(Codec::H264),
        RtpCodecParameters::Video {
            mime_type: MimeTypeVideo::Vp8,
            ..
        } => Some(Codec::Vp8),
        _ => None,
    }
}
