//! What a peer receives of one producer: which layer it has use for, whether it is held back, and how well it arrives.

use mediasoup::{consumer::ConsumerType, prelude::*, worker::RequestError};
use std::collections::HashSet;
use tallyroom_media_protocol::Reception;

/// What of all that a peer receives is held back.
pub(crate) enum Held {
    All,
    From(HashSet<ProducerId>),
}

impl Held {
    pub(crate) fn holds(&self, producer: &ProducerId) -> bool {
        match self {
            Self::All => true,
            Self::From(producers) => producers.contains(producer),
        }
    }
}

pub(crate) struct Receiving {
    pub(crate) consumer: Consumer,
    /// The peer shows the picture somewhere.
    wanted: bool,
    told: Option<Reception>,
}

impl Receiving {
    pub(crate) fn new(consumer: Consumer) -> Self {
        Self {
            consumer,
            wanted: true,
            told: None,
        }
    }

    /// Holds it back or lets it through, unless the peer doesn't want it anyway.
    pub(crate) async fn hold(&self, held: bool) -> Result<(), RequestError> {
        if held || !self.wanted {
            self.consumer.pause().await
        } else {
            self.consumer.resume().await
        }
    }

    pub(crate) async fn prefer(&mut self, layer: Option<u8>, held: bool) -> Result<(), RequestError> {
        self.wanted = layer.is_some();
        // What is sent in one size only can be had or not.
        if let (Some(spatial_layer), ConsumerType::Simulcast) = (layer, self.consumer.r#type()) {
            let layers = ConsumerLayers {
                spatial_layer,
                temporal_layer: None,
            };
            self.consumer.set_preferred_layers(layers).await?;
        }
        self.hold(held).await
    }

    /// How well it is received, if that has changed since the last time.
    pub(crate) fn changed(&mut self) -> Option<Reception> {
        let reception = Reception {
            score: self.consumer.score().score,
            layer: self.consumer.current_layers().map(|layers| layers.spatial_layer),
        };
        (self.told.replace(reception) != Some(reception)).then_some(reception)
    }
}
