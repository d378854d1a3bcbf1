//! What browsers are told about every answer.

use super::{site, state::Web};
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

/// No inline script or style anywhere, and no form that leads elsewhere, whatever a tenant's templates say: to a gateway's
/// own page one goes by a link. Sockets to this host, which the scheme alone can't say in every browser.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; worker-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses of mailed links hold tokens: no other site is told them.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
];

const PERMISSIONS: &str = "camera=(self), microphone=(self), speaker-selection=(self), fullscreen=(self), \
    picture-in-picture=(self), display-capture=(self), geolocation=(), payment=(), usb=()";

/// Adds what the handler hasn't set itself. A HEAD request is a GET whose body the server leaves out.
pub(super) async fn headers<B: MessageBody>(
    web: Data<Web>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let is_ours = site::is_below_platform(request.head(), &web);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    for (name, value) in ALWAYS {
        default(name, value);
    }
    default(header::CACHE_CONTROL, "no-store");
    if web.is_secure() {
        // What else lives below a tenant's own domain isn't ours to say.
        let value = if is_ours {
            "max-age=31536000; includeSubDomains"
        } else {
            "max-age=31536000"
        };
        default(header::STRICT_TRANSPORT_SECURITY, value);
    }
    Ok(response)
}
