//! `/live`: who can be rung now.

use super::{cards::cards, render, views::LivePage};
use crate::{
    app::{browse, identity::Viewer, safety},
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Query, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(live);
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    page: u32,
}

#[get("/live")]
async fn live(web: Data<Web>, site: Site, viewer: Option<Viewer>, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let page = shown.page.max(1);
    let hidden = safety::hidden_from(&web.app, viewer.as_ref()).await?;
    let listing = browse::live(&web.app, &site.scope, hidden, page).await?;
    let more_url = listing.more.then(|| format!("/live?page={}", page.saturating_add(1)));
    render(
        &site,
        viewer.as_ref(),
        &LivePage {
            sellers: cards(&site.tenant, &listing.sellers, web.app.now()),
            more_url,
        },
    )
}
