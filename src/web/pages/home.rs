//! A tenant's home.

use super::{
    answer,
    cards::{cards, review},
    page_for, render,
    views::{Category, HomePage},
};
use crate::{
    app::{
        browse::{self, Wish},
        identity::Viewer,
        safety,
    },
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
    category: String,
    #[serde(default)]
    page: u32,
}

/// Who is available, and everybody else. The page that everybody opens first is shared among them; what is searched for
/// and paged to isn't.
#[get("/")]
async fn home(web: Data<Web>, site: Site, viewer: Option<Viewer>, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let hidden = safety::hidden_from(&web.app, viewer.as_ref()).await?;
    let shared = hidden.is_empty();
    let wish = Wish::new(&shown.q, Some(shown.category)).without(hidden);
    let page = shown.page.max(1);
    if wish.is_narrow() || page > 1 || !shared {
        return render(&site, viewer.as_ref(), &view(&web, &site, wish, page).await?);
    }
    let front = web.fronts.of(&web, &site, || view(&web, &site, wish, page)).await?;
    let html = front.write(&page_for(&site.frame, viewer.as_ref()))?;
    Ok(answer(StatusCode::OK, &site.frame, html))
}

async fn view(web: &Web, site: &Site, wish: Wish, page: u32) -> error::Result<HomePage> {
    let narrowed = wish.is_narrow();
    let shown = browse::home(&web.app, &site.scope, wish.clone(), page).await?;
    let Wish { query, category, .. } = wish;
    let next = page.saturating_add(1);
    let categories = shown
        .categories
        .into_iter()
        .map(|counted| Category {
            url: address(&query, Some(&counted.category.slug), 1),
            count: u32::try_from(counted.sellers).unwrap_or(u32::MAX),
            chosen: Some(&counted.category.slug) == category.as_ref(),
            names: counted.category.names,
        })
        .collect();
    Ok(HomePage {
        more_url: shown.more.then(|| address(&query, category.as_deref(), next)),
        available: cards(&site.tenant, &shown.on_air),
        others: cards(&site.tenant, &shown.others),
        narrowed,
        all_url: address(&query, None, 1),
        categories,
        reviews: shown
            .reviews
            .into_iter()
            .map(|published| review(published, true, None))
            .collect(),
        category,
        query,
    })
}

/// The home narrowed so.
fn address(query: &str, category: Option<&str>, page: u32) -> String {
    let mut asked = Serializer::new(String::new());
    if !query.is_empty() {
        asked.append_pair("q", query);
    }
    if let Some(slug) = category {
        asked.append_pair("category", slug);
    }
    if page > 1 {
        asked.append_pair("page", &page.to_string());
    }
    let asked = asked.finish();
    if asked.is_empty() {
        "/".to_owned()
    } else {
        format!("/?{asked}")
    }
}
