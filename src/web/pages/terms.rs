//! `/terms`.

use super::{render, views::TermsPage};
use crate::{
    app::identity::{MINIMUM_AGE, TERMS_SINCE, TERMS_VERSION, Viewer},
    web::{Result, Site},
};
use actix_web::{HttpResponse, get};

#[get("/terms")]
pub(super) async fn terms(site: Site, viewer: Option<Viewer>) -> Result<HttpResponse> {
    let view = TermsPage {
        version: TERMS_VERSION.to_owned(),
        since: TERMS_SINCE,
        minimum_age: MINIMUM_AGE,
    };
    render(&site, viewer.as_ref(), &view)
}
