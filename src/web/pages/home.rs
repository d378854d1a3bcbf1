//! A tenant's home.

use super::{
    answer,
    cards::{cards, review},
    page_for, render,
    search::Asked,
    views::{Category, HomePage},
};
use crate::{
    app::{browse, identity::Viewer, safety},
    domain::ids::UserId,
    error,
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    http::{StatusCode, header},
    web::{Data, Query, ServiceConfig},
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(home);
}

/// Who is available, and everybody else. It is shared among all who open it; what is looked for has a page of its own.
#[get("/")]
async fn home(web: Data<Web>, site: Site, viewer: Option<Viewer>, Query(asked): Query<Asked>) -> Result<HttpResponse> {
    // As addresses were before there was a page for it.
    if asked != Asked::default() {
        let mut moved = HttpResponse::MovedPermanently();
        return Ok(moved.insert_header((header::LOCATION, asked.address(1))).finish());
    }
    let hidden = safety::hidden_from(&web.app, viewer.as_ref()).await?;
    if !hidden.is_empty() {
        return render(&site, viewer.as_ref(), &view(&web, &site, hidden).await?);
    }
    let front = web.fronts.of(&web, &site, || view(&web, &site, Vec::new())).await?;
    let html = front.write(&page_for(&site.frame, viewer.as_ref()))?;
    Ok(answer(StatusCode::OK, &site.frame, html))
}

async fn view(web: &Web, site: &Site, without: Vec<UserId>) -> error::Result<HomePage> {
    let now = web.app.now();
    let shown = browse::home(&web.app, &site.scope, without).await?;
    let categories = shown.categories.into_iter().map(|counted| Category {
        url: Asked::in_category(&counted.category.slug).address(1),
        count: u32::try_from(counted.sellers).unwrap_or(u32::MAX),
        names: counted.category.names,
    });
    Ok(HomePage {
        more_url: shown.more.then(|| Asked::default().address(1)),
        available: cards(&site.tenant, &shown.on_air, now),
        others: cards(&site.tenant, &shown.others, now),
        categories: categories.collect(),
        reviews: shown
            .reviews
            .into_iter()
            .map(|published| review(published, true, None))
            .collect(),
    })
}
