//! Where a request arrived: at a tenant's host, at the platform's own, or nowhere.

use super::{
    state::Web,
    theme::{PageContext, Scheme, Theme},
};
use crate::{
    app::identity::Whence,
    domain::{category::Names, gateway::Mode, ids::TenantId, money::Currency, tenant::Tenant, time::Moment},
    error::{Error, Result},
    store::TenantScope,
};
use actix_web::{
    HttpMessage, HttpRequest,
    dev::{RequestHead, ServiceRequest},
    http::header,
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What dresses a page: a theme and the frame around the view.
#[derive(Clone)]
pub struct Frame {
    /// The look.
    pub theme: Arc<Theme>,
    /// Everything a page is told besides its view and its reader.
    pub page: PageContext,
    /// What wallets hold here; the platform has none.
    pub currency: Option<Currency>,
}

/// A request at a tenant's host. The scope is the right to that tenant's data.
#[derive(Clone)]
pub struct Site {
    /// Whose host it is.
    pub tenant: Arc<Tenant>,
    /// The right to its data.
    pub scope: TenantScope,
    /// The domain of its own that links name, if it chose one.
    pub canonical: Option<Arc<str>>,
    /// How its pages are dressed.
    pub frame: Frame,
    /// Who asks, as far as the network tells.
    pub client: IpAddr,
}

/// The browser or program that asks, as it calls itself.
pub(super) fn device(request: &HttpRequest) -> &str {
    let header = request.headers().get(header::USER_AGENT);
    header.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A request at the platform's own host.
#[derive(Clone)]
pub struct Platform {
    /// How its pages are dressed.
    pub frame: Frame,
    /// Who asks, as far as the network tells.
    pub client: IpAddr,
}

impl Site {
    /// Scheme and host, for absolute addresses.
    pub fn origin(&self) -> &str {
        &self.frame.page.origin
    }

    /// Where somebody asks from.
    pub fn whence(&self) -> Whence {
        Whence {
            origin: self.origin().to_owned(),
            address: self.client.to_string(),
        }
    }

    /// Languages people can choose here.
    pub fn languages(&self) -> &[String] {
        self.frame.theme.languages()
    }

    /// A category's name in the reader's language.
    pub fn said<'a>(&self, names: &'a Names) -> &'a str {
        names.said(&self.frame.page.lang, &self.tenant.language)
    }
}

impl AsRef<Frame> for Site {
    fn as_ref(&self) -> &Frame {
        &self.frame
    }
}

impl AsRef<Frame> for Platform {
    fn as_ref(&self) -> &Frame {
        &self.frame
    }
}

/// How long it is remembered which tenant lives at a host.
const REMEMBERED_MS: i64 = 5_000;
/// Most hosts that are remembered: anybody can make some up.
const REMEMBERED_HOSTS: usize = 10_000;

/// Who lives at a host.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub tenant: Arc<Tenant>,
    pub scope: TenantScope,
    pub canonical: Option<Arc<str>>,
}

type Found = Option<Home>;

/// How long a look-up waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which tenant lives where, remembered for a moment. Names that nobody has heard of and those where somebody lived are
/// looked up in two lines, one at a time: made-up ones never take more than one of the platform's few connections.
#[derive(Default)]
pub(super) struct Hosts {
    known: Mutex<Known>,
    strangers: tokio::sync::Mutex<()>,
    returning: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    homes: HashMap<String, (Moment, Home)>,
    /// Hosts where nobody lives, apart: whoever makes up many crowds out none of the others.
    nobodys: HashMap<String, Moment>,
    /// How often something was forgotten.
    changes: u64,
}

impl Hosts {
    /// The tenant at a host.
    pub async fn find(&self, web: &Web, host: &str) -> Result<Found> {
        if !is_name(host) {
            return Ok(None);
        }
        let now = web.app.now();
        if let Ok(found) = self.remembered(host, now) {
            return Ok(found);
        }
        let line = if self.has_been_home(host) {
            &self.returning
        } else {
            &self.strangers
        };
        let _turn = tokio::time::timeout(PATIENCE, line.lock())
            .await
            .map_err(Error::unavailable)?;
        // Whoever was before may have found it.
        let changes = match self.remembered(host, now) {
            Ok(found) => return Ok(found),
            Err(changes) => changes,
        };
        let found = web.app.db.resident(host).await?.map(|resident| Home {
            tenant: Arc::new(resident.tenant),
            scope: resident.scope,
            canonical: resident.canonical.map(Arc::from),
        });
        self.remember(host, (now + REMEMBERED_MS, found.clone()), changes);
        Ok(found)
    }

    /// Whether a tenant was found at a host before, however long ago.
    pub fn has_been_home(&self, host: &str) -> bool {
        self.known().homes.contains_key(host)
    }

    /// Looks a tenant up again, and hosts where there was none: it was added or changed, and people see it at once.
    pub fn forget(&self, id: TenantId) {
        let mut known = self.known();
        known.changes += 1;
        known.nobodys.clear();
        known.homes.retain(|_, (_, home)| home.tenant.id != id);
    }

    /// What is known of a host, or how often something was forgotten before one had to look.
    fn remembered(&self, host: &str, now: Moment) -> std::result::Result<Found, u64> {
        let known = self.known();
        if let Some((_, home)) = known.homes.get(host).filter(|(until, _)| *until > now) {
            return Ok(Some(home.clone()));
        }
        let is_nobodys = known.nobodys.get(host).is_some_and(|until| *until > now);
        is_nobodys.then_some(None).ok_or(known.changes)
    }

    /// What was read before something was forgotten may be from before the change, and isn't kept.
    fn remember(&self, host: &str, (until, found): (Moment, Found), changes: u64) {
        let mut known = self.known();
        if known.changes != changes {
            return;
        }
        match found {
            Some(home) => {
                known.nobodys.remove(host);
                keep(&mut known.homes, host, (until, home));
            }
            None => {
                known.homes.remove(host);
                keep(&mut known.nobodys, host, until);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep<T>(known: &mut HashMap<String, T>, host: &str, what: T) {
    if known.len() >= REMEMBERED_HOSTS {
        known.clear();
    }
    known.insert(host.to_owned(), what);
}

/// Whether a host can be one of a tenant's: what can't is neither looked for nor remembered.
fn is_name(host: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    host.len() <= 253 && host.contains('.') && host.bytes().all(good)
}

/// The host that was asked for, as the browser wrote it, with its port. Behind proxies of ours it is what they say.
pub(super) fn asked_host(head: &RequestHead, web: &Web) -> String {
    let header = |name| head.headers().get(name).and_then(|value| value.to_str().ok());
    let forwarded = header(header::HeaderName::from_static("x-forwarded-host"))
        .filter(|_| web.app.config.http.trusted_proxies > 0)
        .and_then(|hosts| hosts.rsplit(',').next());
    let host = forwarded
        .or_else(|| header(header::HOST))
        .or_else(|| head.uri.authority().map(|host| host.as_str()));
    host.unwrap_or_default().trim().to_lowercase()
}

/// A host without its port and without the root's dot.
pub(super) fn without_port(host: &str) -> &str {
    let end = host
        .rfind(':')
        .filter(|colon| host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit()));
    let host = end.map_or(host, |colon| &host[..colon]);
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether a host is below the platform's own, or that itself.
pub(super) fn is_below_platform(head: &RequestHead, web: &Web) -> bool {
    let (asked, platform) = (asked_host(head, web), web.app.config.http.public_url.host_str());
    let parent = platform.and_then(|platform| without_port(&asked).strip_suffix(platform));
    parent.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a host is the platform's own.
pub(super) fn is_platform(head: &RequestHead, web: &Web) -> bool {
    web.app.config.http.public_url.host_str() == Some(without_port(&asked_host(head, web)))
}

/// Who asks: the peer, or what the outermost proxy of ours saw.
pub(super) fn client(request: &RequestHead, web: &Web) -> IpAddr {
    let peer = request
        .peer_addr
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let proxies = web.app.config.http.trusted_proxies;
    let seen = || -> Option<IpAddr> {
        let last = request.headers.get_all("x-forwarded-for").last()?.to_str().ok()?;
        last.rsplit(',').nth(proxies.checked_sub(1)?)?.trim().parse().ok()
    };
    // An IPv4 address is the same whichever way it is written; as IPv6 all of them would be one network.
    seen().unwrap_or(peer).to_canonical()
}

/// The frame of a tenant's pages.
pub(super) fn tenant_frame(
    request: &ServiceRequest,
    web: &Web,
    (tenant, theme): (&Tenant, Arc<Theme>),
    host: &str,
) -> Frame {
    let page = PageContext {
        tenant_name: tenant.name.clone(),
        lang: preferred_language(request, theme.languages(), &tenant.language),
        tenant_lang: tenant.language.clone(),
        zone: tenant.time_zone.clone(),
        test_mode: tenant.money == Mode::Test,
        ..frame(request, web, host)
    };
    Frame {
        theme,
        page,
        currency: Some(tenant.currency),
    }
}

/// The frame of the platform's own pages, and of the page that says that there is no such host.
pub(super) fn platform_frame(request: &ServiceRequest, web: &Web) -> Frame {
    let theme = web.themes.get("default");
    let host = web.app.config.http.public_url.host_str().unwrap_or_default();
    let page = PageContext {
        tenant_name: theme.name().to_owned(),
        lang: preferred_language(request, theme.languages(), "en"),
        tenant_lang: "en".to_owned(),
        zone: "UTC".to_owned(),
        platform: true,
        ..frame(request, web, host)
    };
    Frame {
        theme,
        page,
        currency: None,
    }
}

fn frame(request: &ServiceRequest, web: &Web, host: &str) -> PageContext {
    let public = &web.app.config.http.public_url;
    let port = public.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mailbox = web.app.config.development.enabled && web.app.config.mail.smtp_url.expose().is_empty();
    PageContext {
        origin: format!("{}://{host}{port}", public.scheme()),
        path: request.path().to_owned(),
        scheme: Scheme::from_cookie(request.cookie("scheme").as_ref().map(|cookie| cookie.value())),
        flash: super::pages::flash::shown(request.cookie(super::pages::flash::COOKIE)),
        mailbox_url: mailbox.then(|| public.join("/dev/mailbox").map(String::from).unwrap_or_default()),
        reference: super::trace::reference(&request.extensions()),
        ..PageContext::default()
    }
}

/// The first language the browser asks for that there are words in.
fn preferred_language(request: &ServiceRequest, known: &[String], fallback: &str) -> String {
    let asked = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let mut wishes: Vec<(i32, &str)> = asked.unwrap_or_default().split(',').take(20).filter_map(wish).collect();
    // A stable sort: among equals the browser's order stays.
    wishes.sort_by_key(|(weight, _)| -weight);
    let of = |tag: &str| {
        known
            .iter()
            .find(|lang| tag.split('-').next().is_some_and(|base| base == lang.as_str()))
    };
    let found = wishes.into_iter().find_map(|(_, tag)| of(&tag.to_lowercase()));
    found.cloned().unwrap_or_else(|| fallback.to_owned())
}

/// One entry of `Accept-Language` with its weight in thousandths.
fn wish(entry: &str) -> Option<(i32, &str)> {
    let (tag, weight) = entry
        .split_once(";q=")
        .map_or((entry, "1"), |(tag, weight)| (tag, weight));
    let (ones, thousandths) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    let weight = format!("{ones}{thousandths:0<3.3}").parse().ok()?;
    (weight > 0).then_some((weight, tag.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn what_was_read_before_a_change_isnt_remembered_after_it() {
        let (hosts, now, host) = (Hosts::default(), Moment(0), "lumen.localhost");
        let before = hosts.remembered(host, now).expect_err("nothing yet");
        hosts.forget(TenantId::new());
        hosts.remember(host, (now + 1, None), before);
        let after = hosts.remembered(host, now).expect_err("looked up again");
        hosts.remember(host, (now + 1, None), after);
        assert!(hosts.remembered(host, now).is_ok_and(|found| found.is_none()));
        assert!(hosts.remembered(host, now + 1).is_err(), "for a moment only");
        hosts.forget(TenantId::new());
        assert!(hosts.remembered(host, now).is_err(), "somebody may live there now");
    }

    #[test]
    fn ports_and_dots_are_not_part_of_a_host() {
        for (host, name) in [
            ("lumen.localhost:8080", "lumen.localhost"),
            ("lumen.localhost.", "lumen.localhost"),
            ("lumen.localhost", "lumen.localhost"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(without_port(host), name);
        }
    }

    #[test]
    fn the_readers_language_is_the_heaviest_there_are_words_in() {
        let known = ["de".to_owned(), "en".to_owned()];
        for (asked, lang) in [
            ("fr-FR,fr;q=0.9,en;q=0.5,de;q=0.8", "de"),
            ("en-GB,en;q=0.9,de;q=0.9", "en"),
            ("de;q=0, en;q=0.1", "en"),
            ("xx;q=nonsense", "tr"),
            ("", "tr"),
        ] {
            let request = TestRequest::default()
                .insert_header((header::ACCEPT_LANGUAGE, asked))
                .to_srv_request();
            assert_eq!(preferred_language(&request, &known, "tr"), lang, "{asked}");
        }
    }
}
