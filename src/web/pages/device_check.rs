//! `/check`: camera, microphone, speakers and line, before any call.

use super::{render, views::DeviceCheckPage};
use crate::{
    app::identity::Viewer,
    web::{Result, Site},
};
use actix_web::{HttpResponse, get, web::ServiceConfig};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show);
}

#[get("/check")]
async fn show(site: Site, viewer: Option<Viewer>) -> Result<HttpResponse> {
    render(&site, viewer.as_ref(), &DeviceCheckPage {})
}
