//! Films of recordings, as players and downloads want them: whole, or a piece.

use super::{Result, Web};
use crate::{
    app::recordings::{self, File},
    domain::ids::RecordingId,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// How a film is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// To be kept as a file instead of played.
    #[serde(default)]
    pub download: bool,
}

/// What of a film is asked for.
pub(super) fn range(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::RANGE)?.to_str().ok()
}

/// The film, or the piece of it that was asked for. Nobody but the reader keeps it, and not without asking again. To be
/// kept it comes straight from where it is, if there is a way.
///
/// # Errors
/// That way can't be given.
pub(super) async fn film(web: &Web, id: RecordingId, file: File, wanted: &Wanted) -> Result<HttpResponse> {
    if wanted.download
        && let Some(address) = recordings::signed(&web.app, id).await?
    {
        return Ok(HttpResponse::Found()
            .insert_header((header::LOCATION, address))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish());
    }
    let size = file.size;
    let Some(bytes) = file.bytes else {
        return Ok(HttpResponse::build(StatusCode::RANGE_NOT_SATISFIABLE)
            .insert_header((header::CONTENT_RANGE, format!("bytes */{size}")))
            .finish());
    };
    let mut answer = match &file.range {
        Some(range) => {
            let of = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            let mut answer = HttpResponse::build(StatusCode::PARTIAL_CONTENT);
            answer.insert_header((header::CONTENT_RANGE, of));
            answer
        }
        None => HttpResponse::Ok(),
    };
    let length = file.range.map_or(size, |range| range.end - range.start);
    let kind = if wanted.download { "attachment" } else { "inline" };
    let answer = answer
        .content_type("video/mp4")
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("{kind}; filename=\"recording-{id}.mp4\""),
        ))
        .no_chunking(length)
        .streaming(bytes);
    Ok(answer)
}
