//! Unsafe requests must come from our own pages.
//!
//! The browser says where a request comes from in `Sec-Fetch-Site`, and browsers without it in `Origin`; neither can be
//! forged by a page. This is what Go's `http.CrossOriginProtection` does and OWASP's cheat sheet calls "Fetch
//! metadata", with one difference: a request that carries our cookies but neither header is refused. Requests with a
//! bearer token need no check, since no browser adds one by itself.

use crate::error::{Error, Result};
use actix_web::{
    dev::ServiceRequest,
    http::{Method, header},
};

/// Refuses what another site's page sent. `with_cookies` says whether the request carries a session.
pub(super) fn check(request: &ServiceRequest, host: &str, with_cookies: bool) -> Result<()> {
    if !is_unsafe(request) {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let from_here = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin
            .split_once("://")
            .is_some_and(|(_, from)| from.eq_ignore_ascii_case(host)),
        (None, None) => !with_cookies,
    };
    if from_here {
        Ok(())
    } else {
        Err(Error::forbidden(
            "That came from another site. Use our own pages for it.",
        ))
    }
}

/// A WebSocket's handshake is a GET, but opens a door that stays open.
fn is_unsafe(request: &ServiceRequest) -> bool {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    !safe || request.headers().contains_key(header::UPGRADE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    type Headers = [(&'static str, &'static str)];

    fn allowed(headers: &Headers, method: Method, with_cookies: bool) -> bool {
        let request = headers
            .iter()
            .fold(TestRequest::default().method(method), |request, header| {
                request.insert_header(*header)
            });
        check(&request.to_srv_request(), "lumen.test:8080", with_cookies).is_ok()
    }

    #[test]
    fn only_our_own_pages_may_post() {
        let cases: [(&Headers, bool, bool); 9] = [
            (&[("sec-fetch-site", "same-origin")], true, true),
            (&[("sec-fetch-site", "none")], true, true),
            (&[("sec-fetch-site", "same-site")], true, false),
            (
                &[("sec-fetch-site", "cross-site"), ("origin", "http://lumen.test:8080")],
                true,
                false,
            ),
            (&[("origin", "http://lumen.test:8080")], true, true),
            (&[("origin", "http://velvet.test:8080")], true, false),
            (&[("origin", "null")], false, false),
            (&[], true, false),
            (&[], false, true),
        ];
        for (headers, with_cookies, good) in cases {
            assert_eq!(
                allowed(headers, Method::POST, with_cookies),
                good,
                "{headers:?} {with_cookies}"
            );
        }
    }

    #[test]
    fn reading_is_free_but_a_socket_is_not() {
        let elsewhere = ("sec-fetch-site", "cross-site");
        assert!(allowed(&[elsewhere], Method::GET, true));
        assert!(!allowed(&[elsewhere, ("upgrade", "websocket")], Method::GET, true));
    }
}
