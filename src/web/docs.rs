//! The API's description and its reference page.

use super::{api, error::Result, platform_api};
use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::header::{self, HeaderValue},
    middleware::{Next, from_fn},
    web::{self, ServiceConfig},
};
use utoipa_swagger_ui::SwaggerUi;

/// The reference page writes styles of its own into its elements. It shows nothing of ours but the description.
const RELAXED: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes(config: &mut ServiceConfig) {
    let page = SwaggerUi::new("/{_:.*}").config(utoipa_swagger_ui::Config::from("/api/openapi.json"));
    config
        .service(description)
        .service(web::redirect("/api/docs", "/api/docs/"))
        .service(web::scope("/api/docs").wrap(from_fn(relax)).service(page));
}

#[get("/api/openapi.json")]
async fn description() -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(api::openapi()))
}

/// The description at the platform's own host.
pub(super) fn of_platform(config: &mut ServiceConfig) {
    config.service(platform_description);
}

#[get("/api/openapi.json")]
async fn platform_description() -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(platform_api::openapi()))
}

async fn relax<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(RELAXED));
    Ok(response)
}
