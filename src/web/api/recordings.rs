//! Recordings of one's own calls.

use crate::{
    app::{
        identity::Viewer,
        recordings::{self, Seen},
    },
    domain::ids::{CallId, RecordingId},
    store::recordings::{State, Stored},
    web::{
        Problem, Result, Site, Web,
        films::{Wanted, film, range},
    },
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Json, Path, Query},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(watch);
}

/// A recording of a call.
#[derive(Serialize, ToSchema)]
struct RecordingView {
    id: Uuid,
    /// `recording`, `composing`, `ready`, `failed` or `deleted`.
    state: &'static str,
    /// Why it ended: `stopped`, `withdrawn`, `call_over`, `disk_full` or `failed`.
    ending: Option<&'static str>,
    /// How far composing is, percent.
    progress: i16,
    bytes: i64,
    length_ms: i64,
    began_at_ms: Option<i64>,
    /// Until when it is kept.
    retained_until_ms: Option<i64>,
    /// Where it can be watched, if the reader may; with `?download=true` to keep it.
    url: Option<String>,
}

impl RecordingView {
    fn of(stored: Stored, may_watch: bool) -> Self {
        let ready = may_watch && stored.state == State::Ready;
        Self {
            id: stored.id.uuid(),
            state: stored.state.name(),
            ending: stored.ending.map(|ending| ending.name()),
            progress: stored.progress,
            bytes: stored.bytes,
            length_ms: stored.length_ms,
            began_at_ms: stored.began_at.map(|at| at.0),
            retained_until_ms: stored.retained_until.map(|at| at.0),
            url: ready.then(|| format!("/api/v1/recordings/{}/film", stored.id)),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Recordings {
    items: Vec<RecordingView>,
}

/// The recordings of a call of one's own, oldest first.
#[utoipa::path(tag = "calls",
    responses((status = 200, body = Recordings), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/calls/{id}/recordings")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Recordings>> {
    let seen = recordings::of_call(&web.app, &site.scope, viewer.user.id, CallId::from_uuid(*id)).await?;
    let Seen { recordings, may_watch } = seen;
    let items = recordings
        .into_iter()
        .map(|stored| RecordingView::of(stored, may_watch))
        .collect();
    Ok(Json(Recordings { items }))
}

/// A recording of a call of one's own; a `Range` gets a piece of it.
#[utoipa::path(tag = "calls", params(Wanted), responses((status = 200, content_type = "video/mp4", body = Vec<u8>),
    (status = 206, content_type = "video/mp4", body = Vec<u8>), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem, description = "not_ready"),
    (status = 302, description = "A download, where files are in a bucket"), (status = 416, description = "Beyond its end")))]
#[get("/recordings/{id}/film")]
async fn watch(
    web: Data<Web>,
    viewer: Viewer,
    request: HttpRequest,
    id: Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let id = RecordingId::from_uuid(*id);
    let file = recordings::fetch(&web.app, &viewer, id, range(&request)).await?;
    film(&web, id, file, &wanted).await
}
