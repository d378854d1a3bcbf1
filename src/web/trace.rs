//! Every request has a reference: in its answer, in every line of its log, and on the page when something fails.

use super::{metrics::REQUEST_SECONDS, state::Web};
use crate::app::identity::Viewer;
use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{Extensions, ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use rand::Rng;
use tracing::{Instrument, Span, field};

#[derive(Clone)]
struct Reference(String);

/// The reference of a request.
pub(super) fn reference(extensions: &Extensions) -> String {
    extensions
        .get::<Reference>()
        .map(|reference| reference.0.clone())
        .unwrap_or_default()
}

/// Gives a request its reference, its span, and its place in the metrics.
pub(super) async fn trace<B: MessageBody>(
    web: Data<Web>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let reference = format!("{:012x}", rand::rng().random::<u64>() >> 16);
    request.extensions_mut().insert(Reference(reference.clone()));
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        %method,
        path = logged_path(&request),
        reference,
        tenant = field::Empty,
        user = field::Empty,
    );
    let begun = web.app.now();
    let mut response = next.call(request).instrument(span.clone()).await?;
    let ms = web.app.now() - begun;
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!(status, ms, "answered"));
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    #[expect(clippy::cast_precision_loss, reason = "no request takes 285,000 years")]
    let seconds = ms as f64 / 1_000.0;
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::histogram!(REQUEST_SECONDS, &labels).record(seconds);
    if let Ok(value) = HeaderValue::from_str(&reference) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}

/// The path, or its pattern where who knows the path may come in.
fn logged_path(request: &ServiceRequest) -> String {
    let pattern = request.match_pattern();
    let is_secret = |pattern: &String| pattern.contains("{token}") || pattern.contains("{link}");
    pattern.filter(is_secret).unwrap_or_else(|| request.path().to_owned())
}

/// Names the tenant in the request's log.
pub(super) fn note_tenant(slug: &str) {
    Span::current().record("tenant", slug);
}

/// Names the person in the request's log.
pub(super) fn note_viewer(viewer: &Viewer) {
    Span::current().record("user", field::display(viewer.user.id));
}
