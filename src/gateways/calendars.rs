//! Calendars that people keep elsewhere, read at addresses that strangers give us. Whom to connect to is looked up and
//! checked here, and exactly that is connected to; every address that it leads on to is checked the same way.

use crate::{
    app::ports::{CalendarSources, Dns},
    config::CalendarsConfig,
    domain::imported::{self, AddressError, Trouble},
};
use anyhow::Context;
use async_trait::async_trait;
use reqwest::{
    Certificate, Client, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};
use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};

/// How often an answer may lead elsewhere.
const MOST_REDIRECTS: usize = 3;
/// Largest calendar.
const MOST_BYTES: usize = 5_000_000;
/// Calendars that are read at once: slow ones keep no other work waiting.
const AT_ONCE: usize = 8;

/// All of them.
pub struct Calendars {
    dns: Arc<dyn Dns>,
    trusted: Vec<String>,
    authorities: Vec<Certificate>,
    timeout: Duration,
    turns: Arc<Semaphore>,
}

impl Calendars {
    /// Names are looked up with `dns`.
    ///
    /// # Errors
    /// The file of authorities can't be read.
    pub fn new(config: &CalendarsConfig, dns: Arc<dyn Dns>) -> anyhow::Result<Self> {
        let authorities = match config.authorities.as_os_str().is_empty() {
            true => Vec::new(),
            false => authorities(&config.authorities)
                .with_context(|| format!("no authorities can be read from {}", config.authorities.display()))?,
        };
        Ok(Self {
            dns,
            trusted: config.trusted.clone(),
            authorities,
            timeout: Duration::from_millis(config.timeout_ms),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    async fn follow(&self, address: &str) -> Result<Vec<u8>, Trouble> {
        let mut url = self.checked(address)?;
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&url).await?;
            let status = response.status();
            if status.is_success() {
                return whole(response).await;
            }
            if !status.is_redirection() {
                return Err(match status {
                    StatusCode::NOT_FOUND | StatusCode::GONE => Trouble::Gone,
                    _ => Trouble::Refused,
                });
            }
            let to = response.headers().get(header::LOCATION);
            let to = to.and_then(|to| to.to_str().ok()).ok_or(Trouble::Refused)?;
            let next = url.join(to).map_err(|_| Trouble::Address)?;
            url = self.checked(next.as_str())?;
        }
        Err(Trouble::Redirects)
    }

    fn checked(&self, address: &str) -> Result<Url, Trouble> {
        imported::parse(address, &self.trusted).map_err(|wrong| match wrong {
            AddressError::Inside => Trouble::Inside,
            AddressError::Unreadable | AddressError::NotSecure | AddressError::Particular => Trouble::Address,
        })
    }

    /// What may be connected to, if nothing of it is inside: a name that leads to both is up to no good. Whoever asks isn't
    /// told which names there are inside: they are like names that nobody has.
    fn connectable(&self, url: &Url, found: &[IpAddr]) -> Result<Vec<SocketAddr>, Trouble> {
        let open = found.iter().all(|address| imported::is_public(*address));
        if found.is_empty() || !open && !imported::is_trusted(url, &self.trusted) {
            tracing::info!(host = url.host_str(), "a calendar's host leads nowhere, or inside");
            return Err(Trouble::Unreachable);
        }
        // The port is the address's own.
        Ok(found.iter().map(|address| SocketAddr::new(*address, 0)).collect())
    }

    async fn ask(&self, url: &Url) -> Result<Response, Trouble> {
        let mut client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .tls_certs_merge(self.authorities.iter().cloned());
        if let Some(Host::Domain(name)) = url.host() {
            let found = self.dns.addresses(name).await;
            // The address is the person's secret: no log has more of it than its host.
            let found = found.map_err(|error| {
                tracing::info!(host = name, %error, "a calendar's host isn't found");
                Trouble::Unreachable
            })?;
            client = client.dns_resolver(Checked(self.connectable(url, &found)?));
        }
        let client = client.build().map_err(|_| Trouble::Unreachable)?;
        let request = client
            .get(url.clone())
            .header(header::ACCEPT, "text/calendar, */*;q=0.1")
            .header(header::USER_AGENT, "Tallyroom calendar reader");
        request.send().await.map_err(|error| {
            let trouble = match is_untrusted(&error) {
                true => Trouble::Untrusted,
                false => Trouble::Unreachable,
            };
            tracing::info!(host = url.host_str(), error = %error.without_url(), "a calendar can't be read");
            trouble
        })
    }
}

fn authorities(file: &Path) -> anyhow::Result<Vec<Certificate>> {
    Ok(Certificate::from_pem_bundle(&std::fs::read(file)?)?)
}

/// Whether it failed because of the certificate that was shown.
fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    // An I/O error hides what it was made from.
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match inner {
        Some(inner) => is_untrusted(inner),
        None => error.source().is_some_and(is_untrusted),
    }
}

/// Where a name leads, looked up before: whatever is asked for, nothing else is connected to.
struct Checked(Vec<SocketAddr>);

impl Resolve for Checked {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Trouble::Unreachable)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Trouble::Large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[async_trait]
impl CalendarSources for Calendars {
    fn takes(&self, address: &str) -> Result<Url, AddressError> {
        imported::parse(address, &self.trusted)
    }

    fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    async fn read(&self, address: &str) -> Result<Vec<u8>, Trouble> {
        let read = tokio::time::timeout(self.timeout, self.follow(address)).await;
        read.unwrap_or(Err(Trouble::Slow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;

    #[async_trait]
    impl Dns for Nowhere {
        async fn texts(&self, _: &str) -> anyhow::Result<Vec<String>> {
            anyhow::bail!("nobody asks")
        }

        async fn addresses(&self, _: &str) -> anyhow::Result<Vec<IpAddr>> {
            anyhow::bail!("nobody asks")
        }
    }

    #[test]
    fn nothing_inside_is_connected_to_whatever_its_name() {
        let config = CalendarsConfig {
            trusted: vec!["https://calendar.intranet".to_owned()],
            authorities: Path::new("").to_owned(),
            timeout_ms: 1,
        };
        let calendars = Calendars::new(&config, Arc::new(Nowhere)).expect("no file to read");
        let connectable = |url: &str, found: &[&str]| {
            let found: Vec<IpAddr> = found.iter().map(|one| one.parse().expect("an address")).collect();
            calendars.connectable(&Url::parse(url).expect("an address"), &found)
        };
        let stranger = "https://calendar.example/a.ics";
        for inside in [
            &[][..],
            &["127.0.0.1"],
            &["10.1.2.3"],
            &["169.254.169.254"],
            &["100.64.3.2"],
            &["fd00::7"],
            &["::ffff:127.0.0.1"],
            &["93.184.216.34", "192.168.1.1"],
            &["224.0.0.251"],
        ] {
            assert_eq!(connectable(stranger, inside), Err(Trouble::Unreachable), "{inside:?}");
        }
        let port = |address: &str| SocketAddr::new(address.parse().expect("an address"), 0);
        assert_eq!(
            connectable(stranger, &["93.184.216.34"]),
            Ok(vec![port("93.184.216.34")])
        );
        let own = "https://calendar.intranet/a.ics";
        assert_eq!(connectable(own, &["10.1.2.3"]), Ok(vec![port("10.1.2.3")]));
    }
}
