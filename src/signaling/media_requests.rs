//! What a client asks of media, as the node is asked: the same in a call's room and in a device check's.

use crate::{
    domain::call::Epoch,
    error::{Error, Result},
};
use anyhow::anyhow;
use serde_json::{Value, json};
use tallyroom_media_protocol::{
    MediaKind, MediaSource, PeerId, Refusal, RefusalKind, Reply, Request, RoomId, signaling::ClientRequest,
};

/// Consumers asked for at once.
const MAX_CONSUME: usize = 16;

/// What the node is to be asked for; `peer` says on whose behalf, of the request that its epoch is of.
///
/// # Errors
/// It isn't about media and so for a call's room only, makes no sense, or `peer` refuses it.
pub(super) fn node_request(
    request: ClientRequest,
    room: RoomId,
    peer: impl FnOnce(Epoch, &ClientRequest) -> Result<PeerId>,
) -> Result<(Epoch, Request)> {
    let epoch = epoch_of(&request).ok_or_else(not_in_call)?;
    let peer = peer(epoch, &request)?;
    let asked = match request {
        ClientRequest::ConnectTransport { transport, dtls, .. } => Request::ConnectTransport {
            room,
            peer,
            transport,
            dtls,
        },
        ClientRequest::Produce {
            transport,
            kind,
            source,
            rtp,
            paused,
            ..
        } => Request::Produce {
            room,
            peer,
            transport,
            kind,
            source: source_of(kind, source)?,
            rtp,
            paused,
        },
        ClientRequest::PauseProducer { producer, paused, .. } => Request::PauseProducer {
            room,
            peer,
            producer,
            paused,
        },
        ClientRequest::CloseProducer { producer, .. } => Request::CloseProducer { room, peer, producer },
        ClientRequest::Consume { producers, .. } if producers.len() > MAX_CONSUME => {
            return Err(Error::invalid("Too many streams at once."));
        }
        ClientRequest::Consume { producers, caps, .. } => Request::Consume {
            room,
            peer,
            producers,
            caps,
        },
        ClientRequest::PreferLayers { producer, layer, .. } => Request::PreferLayers {
            room,
            peer,
            producer,
            layer,
        },
        ClientRequest::RestartIce { transport, .. } => Request::RestartIce { room, peer, transport },
        _ => return Err(not_in_call()),
    };
    Ok((epoch, asked))
}

fn epoch_of(request: &ClientRequest) -> Option<Epoch> {
    match request {
        ClientRequest::ConnectTransport { epoch, .. }
        | ClientRequest::Produce { epoch, .. }
        | ClientRequest::PauseProducer { epoch, .. }
        | ClientRequest::CloseProducer { epoch, .. }
        | ClientRequest::Consume { epoch, .. }
        | ClientRequest::PreferLayers { epoch, .. }
        | ClientRequest::RestartIce { epoch, .. } => Some(*epoch),
        _ => None,
    }
}

/// Where something sent comes from. A screen counts as sending like any other picture: the node's flow reports tell kinds
/// apart, not sources.
fn source_of(kind: MediaKind, said: Option<MediaSource>) -> Result<MediaSource> {
    let source = said.unwrap_or_else(|| MediaSource::usual(kind));
    if source.kind() == kind {
        Ok(source)
    } else {
        Err(Error::invalid("What is sent isn't of the kind that its source gives."))
    }
}

/// What is for a call's room, of somebody who isn't in one.
pub(super) fn not_in_call() -> Error {
    Error::conflict("not_in_call", "Join the call first.")
}

/// The node's answer as a client reads it.
///
/// # Errors
/// The node refused.
pub(super) fn answered(result: Result<Reply, Refusal>) -> Result<Value> {
    match result.map_err(refused)? {
        Reply::Produced { producer } => Ok(json!({ "producer": producer })),
        Reply::Consumed { consumers } => Ok(json!({ "consumers": consumers })),
        _ => Ok(Value::Null),
    }
}

/// A refusal in the person's words.
pub(super) fn refused(refusal: Refusal) -> Error {
    let context = anyhow!("media node: {:?}: {}", refusal.kind, refusal.message);
    match refusal.kind {
        RefusalKind::NotFound => Error::not_found(),
        RefusalKind::Invalid => Error::invalid("The media parameters don't make sense."),
        RefusalKind::Full => Error::conflict("media_full", "All our media servers are full. Try again in a moment."),
        RefusalKind::Failed => Error::conflict("media", "Our media server doesn't answer. Reconnecting."),
    }
    .because(context)
}
