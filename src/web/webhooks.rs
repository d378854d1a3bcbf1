//! Where payment providers tell what happened: an address for each of a tenant's accounts, on the tenant's own host.

use super::{Result, Site, Web};
use crate::{
    app::{ports::RawWebhook, webhooks},
    domain::ids::GatewayAccountId,
};
use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Bytes, Data, Path, PayloadConfig, ServiceConfig, scope},
};
use uuid::Uuid;

/// Largest message, in bytes.
const MOST_BYTES: usize = 256 * 1024;

pub(super) fn routes(config: &mut ServiceConfig) {
    let bounded = scope("/webhooks").app_data(PayloadConfig::new(MOST_BYTES));
    config.service(bounded.service(receive));
}

#[post("/{account}")]
async fn receive(
    web: Data<Web>,
    site: Site,
    account: Path<Uuid>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let headers = request.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let raw = RawWebhook {
        headers: headers.collect(),
        body: body.to_vec(),
    };
    let account = GatewayAccountId::from_uuid(*account);
    let ack = webhooks::receive(&web.app, &site.scope, account, raw).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(ack.body))
}
