//! Requests that no route takes.

use super::{api, error::WebError};
use crate::error::Error;
use actix_web::{
    HttpRequest, HttpResponse,
    error::InternalError,
    http::{Method, header},
};
use std::{collections::HashMap, sync::LazyLock};

/// The methods of the API's paths, as its description has them.
static METHODS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let paths = api::openapi().paths.paths.into_iter();
    paths
        .map(|(path, item)| {
            let known = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let methods: Vec<_> = known
                .into_iter()
                .filter_map(|(name, has)| has.then_some(name))
                .collect();
            (path, methods.join(", "))
        })
        .collect()
});

/// Another method of a path that exists is told apart from a path that doesn't.
pub(super) async fn no_route(request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    let Some(pattern) = request.resource_map().match_pattern(request.path()) else {
        return nothing_there().await;
    };
    // Pages are read and forms are sent, nothing else.
    let other = if request.method() == Method::GET { "POST" } else { "GET" };
    let allow = METHODS.get(&pattern).map_or(other, String::as_str);
    let answer = HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allow))
        .finish();
    Err(InternalError::from_response("no such method here", answer).into())
}

/// Not here.
pub(super) async fn nothing_there() -> Result<HttpResponse, actix_web::Error> {
    Err(WebError(Error::not_found()).into())
}
