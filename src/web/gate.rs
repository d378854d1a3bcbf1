//! The gate of a tenant's host: which tenant, how often, by whom, and from where. What gets through carries a
//! [`Site`], and a [`Viewer`] if somebody is signed in.

use super::{
    csrf,
    error::{UnknownHost, refuse},
    extract::InRoom,
    limits::{self, Who},
    pages,
    site::{self, Platform, Site},
    state::Web,
    tokens::{self, Claims, REFRESH, SESSION},
    trace, visits,
};
use crate::{
    app::{
        console::{StaffMember, WAY_IN},
        identity::{self, RefreshToken, Viewer},
        platform,
    },
    domain::tenant::TenantState,
    error::{Error, Result},
};
use actix_web::{
    HttpMessage,
    body::MessageBody,
    cookie::Cookie,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web::Data,
};
use std::net::IpAddr;

/// The way back in for programs whose access ran out.
const RENEW: &str = "/api/v1/session/refresh";

/// The ways in: open to people with a session that is over, and all but [`RENEW`] counted more strictly.
const WAYS_IN: [&str; 15] = [
    "/login",
    "/login/code",
    "/register",
    "/forgot",
    "/reset",
    "/verify",
    "/invite",
    "/api/v1/session",
    "/api/v1/session/code",
    RENEW,
    "/api/v1/register",
    "/api/v1/verify",
    "/api/v1/password/forgot",
    "/api/v1/password/reset",
    "/api/v1/invitation",
];

/// What stays open at a marketplace that is closed to whoever is signed in: running calls, and credit for them.
const FINISHING: [&str; 7] = [
    "/ws",
    "/calls",
    "/api/v1/calls/",
    "/wallet",
    "/api/v1/wallet",
    "/gateway/",
    PAID,
];

/// Links that lead third persons into calls.
const GUEST: &str = "/guest/";

/// Private rooms' doors, where passwords are typed; the pages of those who wait at one ask again and again.
const DOOR: &str = "/room/";
const WAITING: &str = "/visits/";

/// Where providers lead people who have paid.
const PAID: &str = "/paid";

/// What providers tell, whether the marketplace is closed or not: money may be on its way.
const WEBHOOKS: &str = "/webhooks/";

/// The tenant's console, for those of its people who are on the staff.
const CONSOLE: &str = "/api/v1/admin/";

type Cookies = Vec<Cookie<'static>>;

/// Lets a request at a tenant's host in, or refuses it.
pub(super) async fn tenant<B: MessageBody + 'static>(
    web: Data<Web>,
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse, actix_web::Error> {
    let (admitted, cookies) = admit(&web, &request).await;
    let elsewhere = admitted.is_ok().then(|| canonical(&web, &request)).flatten();
    let mut response = match (admitted, elsewhere) {
        (Err(error), _) => refuse(request, error),
        (Ok(()), Some(address)) => request.into_response(pages::no_body(&address)),
        (Ok(()), None) => next.call(request).await?.map_into_boxed_body(),
    };
    // A handler that begins or ends a session has the last word.
    if !response.response().cookies().any(|cookie| cookie.name() == SESSION) {
        for cookie in cookies {
            response.response_mut().add_cookie(&cookie)?;
        }
    }
    Ok(response)
}

/// Where a visitor's page is instead, if the tenant's links name another of its hosts. Who is signed in here stays, with
/// calls that may be running; so do programs, and the console with its way in: it mends a domain that leads nowhere.
fn canonical(web: &Web, request: &ServiceRequest) -> Option<String> {
    let extensions = request.extensions();
    let address = extensions.get::<Site>()?.canonical.as_deref()?;
    let asked = site::asked_host(request.head(), web);
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let stays = ["/admin", "/api/", "/login"]
        .iter()
        .any(|kept| path(request).starts_with(kept));
    let is_visitor = request.method() == Method::GET && wants_page && extensions.get::<Viewer>().is_none();
    (is_visitor && !stays && site::without_port(&asked) != address).then(|| {
        let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
        format!("{}{rest}", web.app.origin(address))
    })
}

/// Lets a request at the platform's own host in.
pub(super) async fn platform<B: MessageBody + 'static>(
    web: Data<Web>,
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse, actix_web::Error> {
    let frame = site::platform_frame(&request, &web);
    let client = site::client(request.head(), &web);
    request.extensions_mut().insert(Platform { frame, client });
    match admit_to_platform(&web, &request, client).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(error) => Ok(refuse(request, error)),
    }
}

/// The platform's staff come with a cookie of their own, to the API only.
async fn admit_to_platform(web: &Web, request: &ServiceRequest, client: IpAddr) -> Result<()> {
    let host = site::asked_host(request.head(), web);
    csrf::check(request, &host, request.headers().contains_key(header::COOKIE))?;
    if !path(request).starts_with("/api/") {
        return Ok(());
    }
    web.limits.request(limits::PLATFORM, Who::Address(client)).await?;
    if let Some(cookie) = request.cookie(tokens::platform_name(web))
        && let Some(staff) = platform::authenticate(&web.app, cookie.value(), &client.to_string()).await?
    {
        request.extensions_mut().insert(staff);
    }
    Ok(())
}

/// The path as routes are found by: decoded, so that no other spelling of it is a way around what is asked of it here.
fn path(request: &ServiceRequest) -> &str {
    request.match_info().as_str()
}

/// The verdict, and the cookies to set whatever it is.
async fn admit(web: &Web, request: &ServiceRequest) -> (Result<()>, Cookies) {
    let mut cookies = Cookies::new();
    let verdict = async {
        let site = arrive(web, request).await?;
        trace::note_tenant(&site.tenant.slug);
        let shown = credentials(web, request, &site)?;
        let who = shown
            .claims()
            .map_or(Who::Address(site.client), |claims| Who::User(claims.user));
        web.limits.tenant_request(&web.app, &site.tenant, who).await?;
        let path = path(request);
        let way_in =
            WAYS_IN.contains(&path) || path.starts_with(GUEST) || (path.starts_with(DOOR) && !path.contains(WAITING));
        if request.method() == Method::POST && path != RENEW && way_in {
            web.limits.sign_in(site.tenant.id, site.client)?;
        }
        if let Shown::Cookies { .. } | Shown::Nothing = shown {
            let host = site::asked_host(request.head(), web);
            // Some providers have the browser post a form to us; that changes nothing here.
            if path != PAID {
                csrf::check(request, &host, matches!(shown, Shown::Cookies { .. }))?;
            }
        }
        if let Some(visit) = visits::of(web, request, path, &site).await? {
            // Also where the marketplace is closed: somebody may have to see why.
            let member = StaffMember::visiting(visit.clone(), site.client.to_string());
            request.extensions_mut().insert(Some(member));
            request.extensions_mut().insert(visit);
            return Ok(());
        }
        let viewer = recognise(web, request, &site, shown, &mut cookies).await?;
        let finishing = viewer.is_some() && FINISHING.iter().any(|open| path.starts_with(open));
        let open = finishing || path == RENEW || path == WAY_IN || path.starts_with(WEBHOOKS);
        if site.tenant.state != TenantState::Active && !open {
            return Err(Error::closed());
        }
        if let Some(viewer) = viewer {
            trace::note_viewer(&viewer);
            if path.starts_with(CONSOLE) {
                let member = StaffMember::of(&web.app, viewer.clone(), site.client.to_string()).await?;
                request.extensions_mut().insert(member);
            }
            if viewer.user.is_guest {
                request.extensions_mut().insert(InRoom(viewer));
            } else {
                request.extensions_mut().insert(viewer);
            }
        }
        Ok(())
    };
    let verdict = verdict.await;
    (verdict, cookies)
}

/// Finds the tenant of the host.
async fn arrive(web: &Web, request: &ServiceRequest) -> Result<Site> {
    let asked = site::asked_host(request.head(), web);
    let host = site::without_port(&asked);
    let Some(home) = web.hosts.find(web, host).await? else {
        let frame = site::platform_frame(request, web);
        let mut extensions = request.extensions_mut();
        extensions.insert(UnknownHost(host.to_owned()));
        let client = site::client(request.head(), web);
        extensions.insert(Platform { frame, client });
        return Err(Error::not_found());
    };
    let theme = web.theme(&home.tenant, &home.scope).await?;
    let frame = site::tenant_frame(request, web, (&home.tenant, theme), host);
    let site = Site {
        tenant: home.tenant,
        scope: home.scope,
        canonical: home.canonical,
        frame,
        client: site::client(request.head(), web),
    };
    request.extensions_mut().insert(site.clone());
    Ok(site)
}

/// What a request shows to say who it is from.
enum Shown {
    Bearer(Claims),
    Cookies {
        access: Access,
        refresh: Option<RefreshToken>,
    },
    Nothing,
}

enum Access {
    Good(Claims),
    Bad,
    Missing,
}

impl Shown {
    fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Bearer(claims)
            | Self::Cookies {
                access: Access::Good(claims),
                ..
            } => Some(claims),
            _ => None,
        }
    }
}

/// Reads what is shown. A bearer token that isn't good here is refused on every route, whatever the route needs.
fn credentials(web: &Web, request: &ServiceRequest, site: &Site) -> Result<Shown> {
    let now = web.app.now();
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|value| value.split_once(' '));
        let token = token
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let claims = token.and_then(|token| web.keys.claims(token, site.tenant.id, now));
        return claims.map(Shown::Bearer).ok_or_else(bad_token);
    }
    let (access, refresh) = (request.cookie(SESSION), request.cookie(REFRESH));
    if access.is_none() && refresh.is_none() {
        return Ok(Shown::Nothing);
    }
    let access = access.map_or(Access::Missing, |cookie| {
        web.keys
            .claims(cookie.value(), site.tenant.id, now)
            .map_or(Access::Bad, Access::Good)
    });
    Ok(Shown::Cookies {
        access,
        refresh: refresh.as_ref().and_then(tokens::refresh_token),
    })
}

fn bad_token() -> Error {
    let public = "This access token isn't good here: it ran out, was ended, or belongs elsewhere.".into();
    Error {
        public,
        ..Error::sign_in_needed()
    }
}

/// Finds the person behind what was shown. Pages refresh a session that ran out by themselves; the API says 401, and
/// its client asks for it. On a page a bad cookie is as good as none.
async fn recognise(
    web: &Web,
    request: &ServiceRequest,
    site: &Site,
    shown: Shown,
    cookies: &mut Cookies,
) -> Result<Option<Viewer>> {
    let authenticate = |claims: Claims| identity::authenticate(&web.app, &site.scope, claims.session, claims.user);
    let (access, refresh) = match shown {
        Shown::Nothing => return Ok(None),
        Shown::Bearer(claims) => return authenticate(claims).await?.ok_or_else(bad_token).map(Some),
        Shown::Cookies { access, refresh } => (access, refresh),
    };
    if let Access::Good(claims) = access
        && let Some(viewer) = authenticate(claims).await?
    {
        return Ok(Some(viewer));
    }
    if path(request).starts_with("/api/") {
        let refused = !matches!(access, Access::Missing) && !WAYS_IN.contains(&path(request));
        return if refused {
            Err(Error::sign_in_needed())
        } else {
            Ok(None)
        };
    }
    let refreshed = match refresh {
        Some(token) => identity::refresh(&web.app, &site.scope, &token).await?,
        None => None,
    };
    match refreshed {
        Some(signed) => {
            cookies.extend(tokens::cookies(web, &signed)?);
            Ok(Some(signed.viewer))
        }
        None => {
            cookies.extend(tokens::no_cookies(web));
            Ok(None)
        }
    }
}
