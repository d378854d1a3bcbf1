//! The two WebSocket doors: people's pages, and media nodes.

use super::{error::Result, extract::InRoom, site::Site, state::Web};
use crate::{error::Error, gateways::media::Link, signaling::connection};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Data, Payload, Query, ServiceConfig},
};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use anyhow::anyhow;
use futures::StreamExt;
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use tallyroom_media_protocol::{MAX_MESSAGE_BYTES, NodeMessage, PROTOCOL_VERSION, signaling::MAX_CLIENT_MESSAGE_BYTES};
use tracing::Instrument;
use uuid::Uuid;

/// A node that doesn't say hello in this time isn't one.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// A node reports twice a second; one that is silent for this long is gone.
const SILENT_FOR: Duration = Duration::from_secs(5);

pub(super) fn people(config: &mut ServiceConfig) {
    config.service(open_page);
}

pub(super) fn nodes(config: &mut ServiceConfig) {
    config.service(admit_node);
}

/// A person's page.
#[get("/ws")]
async fn open_page(
    web: Data<Web>,
    site: Site,
    InRoom(viewer): InRoom,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse> {
    let quotas = web.app.quotas(&site.tenant);
    let seat = web.app.take_seat(site.tenant.id, quotas)?;
    let (response, session, stream) = actix_ws::handle(&request, body).map_err(not_a_socket)?;
    let stream = stream
        .max_frame_size(MAX_CLIENT_MESSAGE_BYTES)
        .aggregate_continuations()
        .max_continuation_size(MAX_CLIENT_MESSAGE_BYTES);
    let (registry, app) = (Arc::clone(&web.live.registry), web.app.clone());
    let span = tracing::info_span!("socket", tenant = %viewer.scope.tenant(), user = %viewer.user.id);
    let serving = connection::serve(registry, app, viewer, session, stream);
    let held = async move {
        serving.await;
        drop(seat);
    };
    actix_web::rt::spawn(held.instrument(span));
    Ok(response)
}

/// Which run of the server started a node; none if somebody else did.
#[derive(Deserialize)]
struct Launched {
    launch: Option<Uuid>,
}

/// A media node; it shows the secret that both know.
#[get("/internal/media")]
async fn admit_node(
    web: Data<Web>,
    launched: Query<Launched>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse> {
    let shown = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = shown
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    if !same(token.as_bytes(), web.app.config.secrets.media_token.expose().as_bytes()) {
        return Err(Error::sign_in_needed().into());
    }
    let (response, session, stream) = actix_ws::handle(&request, body).map_err(not_a_socket)?;
    let stream = stream
        .max_frame_size(MAX_MESSAGE_BYTES)
        .aggregate_continuations()
        .max_continuation_size(MAX_MESSAGE_BYTES);
    actix_web::rt::spawn(serve_node(web, launched.launch, session, stream));
    Ok(response)
}

/// Compares without telling by its time how much was right.
fn same(shown: &[u8], known: &[u8]) -> bool {
    use sha2::{Digest, Sha256};
    !known.is_empty() && Sha256::digest(shown) == Sha256::digest(known)
}

fn not_a_socket(error: actix_web::Error) -> Error {
    Error::invalid("This address speaks WebSocket only.").because(anyhow!("{error}"))
}

async fn serve_node(web: Data<Web>, launch: Option<Uuid>, mut session: Session, mut stream: AggregatedMessageStream) {
    let hub = &web.live.hub;
    let hello = tokio::time::timeout(HELLO_WITHIN, next(&mut session, &mut stream)).await;
    let Ok(Some(NodeMessage::Hello {
        node,
        version: PROTOCOL_VERSION,
        capacity,
    })) = hello
    else {
        tracing::warn!("a media node of another version was refused");
        let _ = session.close(None).await;
        return;
    };
    let mut link = hub.attach(node, capacity, launch, web.app.now());
    while let Some(()) = pump(&web, &mut link, &mut session, &mut stream).await {}
    hub.detach(&link).await;
    let _ = session.close(None).await;
}

/// One message in or out; none when the connection is over.
async fn pump(web: &Web, link: &mut Link, session: &mut Session, stream: &mut AggregatedMessageStream) -> Option<()> {
    tokio::select! {
        // Reports come twice a second, so nothing that goes out can keep a silent node alive for long.
        message = tokio::time::timeout(SILENT_FOR, next(session, stream)) => {
            web.live.hub.received(link, message.ok()??).await;
        }
        message = link.outgoing.recv() => {
            let text = serde_json::to_string(&message?).ok()?;
            session.text(text).await.ok()?;
        }
    }
    Some(())
}

async fn next(session: &mut Session, stream: &mut AggregatedMessageStream) -> Option<NodeMessage> {
    loop {
        match stream.next().await? {
            Ok(AggregatedMessage::Text(text)) => match serde_json::from_str(&text) {
                Ok(message) => return Some(message),
                Err(error) => tracing::warn!(%error, "a media node said something that can't be read"),
            },
            Ok(AggregatedMessage::Ping(bytes)) => session.pong(&bytes).await.ok()?,
            Ok(AggregatedMessage::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
