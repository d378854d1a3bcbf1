//! Files as bodies, read no further than they may be.

use super::{site::Site, state::Web};
use crate::{
    domain::quota::Counted,
    error::{Error, Result},
};
use actix_multipart::Multipart;
use actix_web::web::{Bytes, Payload};
use futures::{Stream, StreamExt as _};

/// Counts a file of the tenant's.
pub(in crate::web) fn count(web: &Web, site: &Site) -> Result<()> {
    web.app
        .count(site.tenant.id, web.app.quotas(&site.tenant), Counted::Uploads)
}

/// A body of at most `limit` bytes.
pub(in crate::web) async fn bytes(payload: Payload, limit: usize, field: &'static str) -> Result<Vec<u8>> {
    gather(payload, limit, field).await
}

/// The file of a form that carries one, in the part of that name.
pub(in crate::web) async fn of_form(mut form: Multipart, limit: usize, field: &'static str) -> Result<Vec<u8>> {
    while let Some(part) = form.next().await {
        let part = part.map_err(|_| broken(field))?;
        if part.name() == Some(field) {
            return gather(part, limit, field).await;
        }
    }
    Err(Error::field(field, "Choose a file first."))
}

fn broken(field: &'static str) -> Error {
    Error::field(field, "The file didn't arrive whole. Send it again.")
}

async fn gather<E>(
    mut chunks: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    limit: usize,
    field: &'static str,
) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(|_| broken(field))?);
        if body.len() > limit {
            let told = format!("At most {} KB can be taken.", limit / 1024);
            return Err(Error::field(field, told));
        }
    }
    Ok(body)
}

/// The same as text.
pub(in crate::web) async fn text(payload: Payload, limit: usize, field: &'static str) -> Result<String> {
    let body = bytes(payload, limit, field).await?;
    String::from_utf8(body).map_err(|_| Error::field(field, "This isn't text in UTF-8."))
}
