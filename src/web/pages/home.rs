//! A tenant's home.

use super::{
    cards::{cards, review},
    render,
    views::HomePage,
};
use crate::{
    app::{browse, identity::Viewer},
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
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

/// Who is available, and everybody else.
#[get("/")]
async fn home(web: Data<Web>, site: Site, viewer: Option<Viewer>, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let query: String = shown.q.trim().chars().take(100).collect();
    let page = shown.page.max(1);
    let home = browse::home(&web.app, &site.scope, &query, page).await?;
    let more_url = home.more.then(|| {
        let mut more = Serializer::new(String::new());
        if !query.is_empty() {
            more.append_pair("q", &query);
        }
        format!(
            "/?{}",
            more.append_pair("page", &page.saturating_add(1).to_string()).finish()
        )
    });
    let view = HomePage {
        query,
        available: cards(&site.tenant, &home.on_air),
        others: cards(&site.tenant, &home.others),
        categories: Vec::new(),
        reviews: home
            .reviews
            .into_iter()
            .map(|published| review(published, true))
            .collect(),
        more_url,
    };
    render(&site, viewer.as_ref(), &view)
}
