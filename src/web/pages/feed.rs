//! The address at which one's own calendar program reads what one has agreed on: its page, and what is there.

use super::{flash::flash, lead_to, no_such_form, render, views::FeedPage};
use crate::{
    app::{calendar, identity::Viewer},
    domain::time::Moment,
    web::{Result, Site, Web, calendar_file, headers::unless_known, theme::Tone},
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::EntityTag,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Programs may keep it for so long; it is nobody else's.
const KEPT: &str = "private, max-age=300";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change).service(read);
}

#[get("/account/calendar")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let made_at = calendar::address_made_at(&web.app, &viewer).await?;
    let view = FeedPage {
        made_at: made_at.map(Moment::timestamp),
        address: None,
    };
    render(&site, Some(&viewer), &view)
}

#[derive(Deserialize)]
struct Wanted {
    action: String,
}

#[post("/account/calendar")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(wanted): Form<Wanted>) -> Result<HttpResponse> {
    match wanted.action.as_str() {
        "new" => {
            let secret = calendar::new_address(&web.app, &viewer).await?;
            let view = FeedPage {
                made_at: Some(web.app.now().timestamp()),
                address: Some(format!("{}/calendar.ics?token={secret}", site.origin())),
            };
            render(&site, Some(&viewer), &view)
        }
        "end" => {
            calendar::end_address(&web.app, &viewer).await?;
            Ok(lead_to("/account/calendar", [flash(Tone::Success, "feed.ended")]))
        }
        _ => Err(no_such_form().into()),
    }
}

/// The secret is no part of the path: paths are in logs.
#[derive(Deserialize)]
struct Secret {
    #[serde(default)]
    token: String,
}

#[get("/calendar.ics")]
async fn read(web: Data<Web>, site: Site, request: HttpRequest, Query(secret): Query<Secret>) -> Result<HttpResponse> {
    let feed = calendar::feed(&web.app, &site.scope, &secret.token).await?;
    web.limits.feed(site.tenant.id, feed.person)?;
    let text = calendar_file::feed(&feed, &site.tenant.name, site.origin());
    let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(&text)[..16]));
    Ok(unless_known(&request, tag, KEPT, "text/calendar; charset=utf-8", text))
}
