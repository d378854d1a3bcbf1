//! Access tokens and the cookies that carry them.

use super::state::Web;
use crate::{
    app::{
        console::Entered,
        identity::{LogInToken, RefreshToken, SignedIn, Viewer},
        platform,
    },
    domain::{
        ids::{SessionId, TenantId, UserId},
        time::Moment,
    },
    error::{Error, Result},
};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// The cookie with the access token.
pub(super) const SESSION: &str = "session";
/// The cookie with the refresh token.
pub(super) const REFRESH: &str = "refresh";

/// The cookie of somebody whose code is waited for; it goes to the sign-in pages only.
pub(super) const LOG_IN: &str = "log_in";

/// The cookie of a platform's person who looks at a tenant's console.
pub(super) const VISIT: &str = "visit";

/// How long an access token holds, in seconds.
pub(super) const ACCESS_S: i64 = 300;
/// How long a browser keeps the refresh token, in seconds; the session itself ends it earlier.
const REFRESH_S: i64 = 30 * 24 * 3_600;

/// What an access token says.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
    exp: i64,
}

/// Signs and checks access tokens.
pub(super) struct TokenKeys {
    sign: EncodingKey,
    check: DecodingKey,
    rules: Validation,
}

impl TokenKeys {
    pub fn new(secret: &str) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // The library would read the machine's clock; `claims` asks ours.
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["exp"]);
        Self {
            sign: EncodingKey::from_secret(secret.as_bytes()),
            check: DecodingKey::from_secret(secret.as_bytes()),
            rules,
        }
    }

    pub fn access(&self, viewer: &Viewer, now: Moment) -> Result<String> {
        let claims = Claims {
            tenant: viewer.scope.tenant(),
            user: viewer.user.id,
            session: viewer.session,
            exp: now.0 / 1_000 + ACCESS_S,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(Error::internal)
    }

    /// What a token of this tenant says, if it is ours and not too old.
    pub fn claims(&self, token: &str, tenant: TenantId, now: Moment) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.check, &self.rules)
            .ok()?
            .claims;
        (claims.tenant == tenant && claims.exp > now.0.div_euclid(1_000)).then_some(claims)
    }
}

/// Both cookies of a session that was begun or refreshed.
pub(super) fn cookies(web: &Web, signed: &SignedIn) -> Result<[Cookie<'static>; 2]> {
    let access = web.keys.access(&signed.viewer, web.app.now())?;
    Ok([
        cookie(web, SESSION, access, ACCESS_S),
        cookie(web, REFRESH, signed.refresh.text(), REFRESH_S),
    ])
}

/// Both cookies, gone.
pub(super) fn no_cookies(web: &Web) -> [Cookie<'static>; 2] {
    [SESSION, REFRESH].map(|name| cookie(web, name, String::new(), 0))
}

fn cookie(web: &Web, name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(web.is_secure())
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// The cookie of somebody who knew their password and is asked for a code; no token ends it.
pub(super) fn log_in_cookie(web: &Web, token: Option<&LogInToken>) -> Cookie<'static> {
    let (text, seconds) = token.map_or((String::new(), 0), |token| (token.text.clone(), token.seconds));
    let mut cookie = cookie(web, LOG_IN, text, seconds);
    cookie.set_path("/login");
    cookie
}

/// The name of the platform's own staff's cookie. Tenants live below the platform's host, and a browser takes one of
/// this name from no other host than its own; without TLS it would take none.
pub(super) fn platform_name(web: &Web) -> &'static str {
    if web.is_secure() {
        "__Host-platform_session"
    } else {
        "platform_session"
    }
}

/// The cookie of somebody of the platform's staff; no token ends it. No other site's link carries it.
pub(super) fn platform_cookie(web: &Web, signed: Option<&platform::SignedIn>) -> Cookie<'static> {
    let (token, seconds) = signed.map_or((String::new(), 0), |signed| (signed.token.clone(), signed.seconds));
    let mut cookie = cookie(web, platform_name(web), token, seconds);
    cookie.set_same_site(SameSite::Strict);
    cookie
}

/// The cookie of a visit that begins. The way there leads from the platform's host, so it can't be a strict one.
pub(super) fn visit_cookie(web: &Web, entered: &Entered) -> Cookie<'static> {
    cookie(web, VISIT, entered.token.clone(), entered.seconds)
}

/// The refresh token of a cookie.
pub(super) fn refresh_token(cookie: &Cookie<'_>) -> Option<RefreshToken> {
    RefreshToken::parse(cookie.value())
}
