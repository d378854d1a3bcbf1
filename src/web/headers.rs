//! What browsers are told about every answer.

use super::{site, state::Web};
use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, EntityTag, Header as _, HeaderName, HeaderValue, IfNoneMatch},
    },
    middleware::Next,
    web::Data,
};
use url::Url;

/// No inline script or style anywhere, and no form that leads elsewhere, whatever a tenant's templates say: to a gateway's
/// own page one goes by a link. Sockets to this host, which the scheme alone can't say in every browser.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; worker-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The same for a page that shows another site's page in a frame, and may post to it there. From there the frame may lead to
/// the person's bank, wherever that is, and then back to us.
///
/// # Errors
/// That isn't an address of a page.
pub(super) fn policy_with_frame(address: &str) -> Result<HeaderValue, crate::error::Error> {
    let url = Url::parse(address).map_err(crate::error::Error::internal)?;
    let origin = url.origin().ascii_serialization();
    let policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
    HeaderValue::from_str(&format!("{policy}; frame-src 'self' https: {origin}")).map_err(crate::error::Error::internal)
}

/// The same for a page that a frame of our own may show.
pub(super) fn policy_in_own_frame() -> HeaderValue {
    let policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

/// An answer that the client may keep and ask for again: whole, or "not modified" if it has this very one.
pub(super) fn unless_known(
    request: &HttpRequest,
    tag: EntityTag,
    kept: &'static str,
    media_type: &'static str,
    body: impl MessageBody + 'static,
) -> HttpResponse {
    let known = is_known(request, &tag);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, kept));
    if known {
        response.finish()
    } else {
        response.content_type(media_type).body(body)
    }
}

fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

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
