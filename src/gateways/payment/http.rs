//! Requests to payment providers. What isn't a whole answer in time is `Unknown`: the provider may have done what it was
//! asked for.

use crate::app::ports::{Answer, GatewayError};
use bytes::BytesMut;
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// Longest answer that is read.
const MOST_BYTES: usize = 1_000_000;
const MARK: &[u8] = "\u{feff}".as_bytes();
/// How much of an answer that can't be understood is told.
const TOLD_CHARS: usize = 200;

/// A client for all providers.
///
/// # Errors
/// It can't be made.
pub(in crate::gateways) fn client(answer_within: Duration) -> anyhow::Result<Client> {
    // Where a provider is, isn't for an answer to say: keys would go there too.
    let client = Client::builder().redirect(Policy::none()).timeout(answer_within);
    Ok(client.build()?)
}

/// The way to one provider.
#[derive(Clone)]
pub(in crate::gateways) struct Http {
    client: Client,
    base: Url,
    takes_found: bool,
    pages_there: bool,
}

/// A whole answer, whatever it says.
pub(in crate::gateways) struct Reply {
    /// Below 500.
    pub status: StatusCode,
    body: Vec<u8>,
}

impl Http {
    /// By this client, to paths below `base`.
    pub(in crate::gateways) fn new(client: Client, base: Url) -> Self {
        Self {
            client,
            base,
            takes_found: false,
            pages_there: false,
        }
    }

    /// The same to a provider whose pages are below `base` as well, wherever its own are.
    pub(in crate::gateways) fn with_pages_there(self) -> Self {
        Self {
            pages_there: true,
            ..self
        }
    }

    /// The same to a provider whose answers can have status 302. They are read, and where they point isn't gone to.
    pub(in crate::gateways) fn taking_found(self) -> Self {
        Self {
            takes_found: true,
            ..self
        }
    }

    /// Where people see a page that is at `own` of the provider's.
    pub(in crate::gateways) fn page(&self, own: &str) -> Answer<Url> {
        let parsed = Url::parse(own).and_then(|url| {
            if self.pages_there {
                self.base.join(url.path())
            } else {
                Ok(url)
            }
        });
        parsed.map_err(|error| GatewayError::Rejected(format!("{own:?} is no page: {error}")))
    }

    /// A request to a path, which may have a query.
    pub(in crate::gateways) fn request(&self, method: reqwest::Method, path: &str) -> Answer<RequestBuilder> {
        let url = self.base.join(path.trim_start_matches('/'));
        let url = url.map_err(|error| GatewayError::Rejected(format!("{path:?} is no path: {error}")))?;
        Ok(self.client.request(method, url))
    }

    /// Sends it.
    ///
    /// # Errors
    /// `Unknown` without a whole answer, and if the provider is in trouble, busy with the same request, or has too many.
    pub(in crate::gateways) async fn send(&self, request: RequestBuilder) -> Answer<Reply> {
        let lost = |error: reqwest::Error| GatewayError::Unknown(error.without_url().to_string());
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status();
        let mut body = BytesMut::new();
        while let Some(part) = response.chunk().await.map_err(lost)? {
            if body.len() + part.len() > MOST_BYTES {
                return Err(GatewayError::Unknown("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&part);
        }
        let reply = Reply {
            status,
            body: body.to_vec(),
        };
        let undone = [
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::CONFLICT,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        let elsewhere = status.is_redirection() && !(self.takes_found && status == StatusCode::FOUND);
        if status.is_server_error() || elsewhere || undone.contains(&status) {
            return Err(GatewayError::Unknown(reply.told()));
        }
        Ok(reply)
    }
}

impl Reply {
    /// Without the byte order mark that some begin with.
    pub(in crate::gateways) fn without_mark(mut self) -> Self {
        if self.body.starts_with(MARK) {
            self.body.drain(..MARK.len());
        }
        self
    }

    /// What it says.
    ///
    /// # Errors
    /// `Unknown` if that can't be understood.
    pub(in crate::gateways) fn json<T: DeserializeOwned>(&self) -> Answer<T> {
        serde_json::from_slice(&self.body).map_err(|error| GatewayError::Unknown(format!("{error} in {}", self.told())))
    }

    /// Its beginning, for a log.
    pub(in crate::gateways) fn told(&self) -> String {
        let text: String = String::from_utf8_lossy(&self.body).chars().take(TOLD_CHARS).collect();
        format!("{}: {text}", self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "https://www.paytr.com/odeme/guvenli/";

    #[test]
    fn pages_are_the_providers_own_unless_all_of_it_is_elsewhere() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let base = Url::parse("http://127.0.0.1:9/").unwrap();
        let http = Http::new(client(Duration::from_secs(1)).unwrap(), base);
        assert_eq!(http.page(FORM).unwrap().as_str(), FORM);
        let there = http.with_pages_there().page(FORM).unwrap();
        assert_eq!(there.as_str(), "http://127.0.0.1:9/odeme/guvenli/");
    }
}
