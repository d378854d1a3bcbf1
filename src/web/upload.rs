//! Files as bodies, read no further than they may be.

use super::{site::Site, state::Web};
use crate::{
    domain::quota::Counted,
    error::{Error, Result},
};
use actix_multipart::Multipart;
use actix_web::web::{Bytes, Payload};
use futures::{Stream, StreamExt as _};

/// A body of at most `limit` bytes, counted as a file of the tenant's.
pub(in crate::web) async fn bytes(
    web: &Web,
    site: &Site,
    payload: Payload,
    limit: usize,
    field: &'static str,
) -> Result<Vec<u8>> {
    count(web, site)?;
    passing(payload, limit, field).await
}

/// A body that is no file of the tenant's: it is looked at and not kept, or gone in a moment.
pub(in crate::web) async fn passing(payload: Payload, limit: usize, field: &'static str) -> Result<Vec<u8>> {
    gather(payload, limit, field).await
}

/// A file of the tenant's as text.
pub(in crate::web) async fn text(
    web: &Web,
    site: &Site,
    payload: Payload,
    limit: usize,
    field: &'static str,
) -> Result<String> {
    in_utf8(bytes(web, site, payload, limit, field).await?, field)
}

/// Text that is no file of the tenant's.
pub(in crate::web) async fn passing_text(payload: Payload, limit: usize, field: &'static str) -> Result<String> {
    in_utf8(passing(payload, limit, field).await?, field)
}

/// The file of a form that carries one, in the part of that name.
pub(in crate::web) async fn of_form(
    web: &Web,
    site: &Site,
    form: Multipart,
    limit: usize,
    field: &'static str,
) -> Result<Vec<u8>> {
    let (_, body) = named_of_form(web, site, form, limit, field).await?;
    Ok(body)
}

/// The same, with what the sender calls it.
pub(in crate::web) async fn named_of_form(
    web: &Web,
    site: &Site,
    mut form: Multipart,
    limit: usize,
    field: &'static str,
) -> Result<(String, Vec<u8>)> {
    count(web, site)?;
    while let Some(part) = form.next().await {
        let part = part.map_err(|_| broken(field))?;
        if part.name() == Some(field) {
            let name = part.content_disposition().and_then(|about| about.get_filename());
            let name = name.unwrap_or_default().to_owned();
            return Ok((name, gather(part, limit, field).await?));
        }
    }
    Err(Error::field(field, "Choose a file first."))
}

/// Both files of a form that carries two, in the parts of these names.
pub(in crate::web) async fn two_of_form(
    web: &Web,
    site: &Site,
    mut form: Multipart,
    limit: usize,
    fields: [&'static str; 2],
) -> Result<[Vec<u8>; 2]> {
    count(web, site)?;
    let mut found: [Option<Vec<u8>>; 2] = [None, None];
    while let Some(part) = form.next().await {
        let part = part.map_err(|_| broken(fields[0]))?;
        let place = fields.iter().position(|field| part.name() == Some(*field));
        let Some(place) = place.filter(|place| found[*place].is_none()) else {
            continue;
        };
        let body = gather(part, limit, fields[place]).await?;
        found[place] = (!body.is_empty()).then_some(body);
    }
    match found {
        [Some(first), Some(second)] => Ok([first, second]),
        [None, _] => Err(Error::field(fields[0], "Choose a file first.")),
        [_, None] => Err(Error::field(fields[1], "Choose a file first.")),
    }
}

fn count(web: &Web, site: &Site) -> Result<()> {
    web.app
        .count(site.tenant.id, web.app.quotas(&site.tenant), Counted::Uploads)
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

fn in_utf8(body: Vec<u8>, field: &'static str) -> Result<String> {
    String::from_utf8(body).map_err(|_| Error::field(field, "This isn't text in UTF-8."))
}
