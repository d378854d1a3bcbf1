//! A tenant's home.

use super::{
    answer,
    cards::{cards, review},
    page_for, render,
    views::HomePage,
};
use crate::{
    app::{browse, identity::Viewer},
    error,
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    web::{Data, Query, ServiceConfig},
};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(home);
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: u32,
}

/// Who is available, and everybody else. The page that everybody opens first is shared among them; what is searched for
/// and paged to isn't.
#[get("/")]
async fn home(web: Data<Web>, site: Site, viewer: Option<Viewer>, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let query: String = shown.q.trim().chars().take(100).collect();
    let page = shown.page.max(1);
    if !query.is_empty() || page > 1 {
        return render(&site, viewer.as_ref(), &view(&web, &site, query, page).await?);
    }
    let front = web.fronts.of(&web, &site, || view(&web, &site, query, page)).await?;
    let html = front.write(&page_for(&site.frame, viewer.as_ref()))?;
    Ok(answer(StatusCode::OK, &site.frame, html))
}

async fn view(web: &Web, site: &Site, query: String, page: u32) -> error::Result<HomePage> {
    let shown = browse::home(&web.app, &site.scope, &query, page).await?;
    let more_url = shown.more.then(|| {
        let mut more = Serializer::new(String::new());
        if !query.is_empty() {
            more.append_pair("q", &query);
        }
        format!(
            "/?{}",
            more.append_pair("page", &page.saturating_add(1).to_string()).finish()
        )
    });
    Ok(HomePage {
        query,
        available: cards(&site.tenant, &shown.on_air),
        others: cards(&site.tenant, &shown.others),
        categories: Vec::new(),
        reviews: shown
            .reviews
            .into_iter()
            .map(|published| review(published, true))
            .collect(),
        more_url,
    })
}
