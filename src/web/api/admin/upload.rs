//! Files as bodies, read no further than they may be.

use crate::{
    domain::quota::Counted,
    error::Error,
    web::{Result, Site, Web},
};
use actix_web::web::Payload;
use futures::StreamExt as _;

/// Counts a file of the tenant's.
pub(super) fn count(web: &Web, site: &Site) -> Result<()> {
    let quotas = web.app.quotas(&site.tenant);
    Ok(web.app.count(site.tenant.id, quotas, Counted::Uploads)?)
}

/// A body of at most `limit` bytes.
pub(super) async fn bytes(mut payload: Payload, limit: usize, field: &'static str) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let broken = |_| Error::field(field, "The file didn't arrive whole. Send it again.");
        body.extend_from_slice(&chunk.map_err(broken)?);
        if body.len() > limit {
            let told = format!("At most {} KB can be taken.", limit / 1024);
            return Err(Error::field(field, told).into());
        }
    }
    Ok(body)
}

/// The same as text.
pub(super) async fn text(payload: Payload, limit: usize, field: &'static str) -> Result<String> {
    let body = bytes(payload, limit, field).await?;
    String::from_utf8(body).map_err(|_| Error::field(field, "This isn't text in UTF-8.").into())
}
