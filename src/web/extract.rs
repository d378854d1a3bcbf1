//! What handlers ask for. Each extractor returns the authorised thing itself, so a handler that forgets to check who
//! asks has nothing to work with.

use super::{
    error::{Result, WebError},
    site::{Platform, Site},
};
use crate::{app::identity::Viewer, error::Error};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    web::{FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig},
};
use anyhow::anyhow;
use std::future::{Ready, ready};

/// Largest body of a form or a JSON request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Bounds of everything that is read from requests.
pub(super) fn bounds(config: &mut ServiceConfig) {
    config
        .app_data(JsonConfig::default().limit(MAX_BODY))
        .app_data(FormConfig::default().limit(MAX_BODY))
        .app_data(PayloadConfig::new(MAX_BODY))
        // An id that isn't one names nothing.
        .app_data(PathConfig::default().error_handler(|_, _| WebError(Error::not_found()).into()))
        .app_data(QueryConfig::default());
}

fn carried<T: Clone + 'static>(request: &HttpRequest) -> Option<T> {
    request.extensions().get::<T>().cloned()
}

/// The tenant's site; only behind its gate.
impl FromRequest for Site {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || WebError(Error::internal(anyhow!("a tenant's route outside the gate")));
        ready(carried(request).ok_or_else(missing))
    }
}

/// The platform's own site; only behind its gate.
impl FromRequest for Platform {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || WebError(Error::internal(anyhow!("a platform's route outside the gate")));
        ready(carried(request).ok_or_else(missing))
    }
}

/// The signed-in person: 401 without, which pages turn into the way to the sign-in page. `Option<Viewer>` for pages
/// that anybody may see.
impl FromRequest for Viewer {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(carried(request).ok_or_else(|| WebError(Error::sign_in_needed())))
    }
}
