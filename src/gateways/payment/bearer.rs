//! A token that goes with requests until the provider doesn't take it any more.

use super::http::{Http, Reply};
use crate::app::ports::{Answer, GatewayError};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use tokio::sync::Mutex;

/// The token that an account has, if it has one.
#[derive(Default)]
pub(super) struct Bearer(Mutex<Option<String>>);

impl Bearer {
    /// Sends a request with the token; with a new one, for which `grant` asks, if the one that we have isn't taken. Then nothing was done, so
    /// it can be repeated.
    ///
    /// # Errors
    /// `Unknown`, as of any request, or why there is no new token.
    pub(super) async fn send(
        &self,
        http: &Http,
        grant: impl FnOnce(&Http) -> Answer<RequestBuilder>,
        request: impl Fn(&Http) -> Answer<RequestBuilder>,
    ) -> Answer<Reply> {
        let known = self.0.lock().await.clone();
        if let Some(known) = &known {
            let reply = http.send(request(http)?.bearer_auth(known)).await?;
            if reply.status != StatusCode::UNAUTHORIZED {
                return Ok(reply);
            }
        }
        let mut token = self.0.lock().await;
        // Somebody else may have got one meanwhile.
        let newer = token.clone().filter(|newer| Some(newer) != known.as_ref());
        let sent = match newer {
            Some(newer) => newer,
            None => granted(http, grant(http)?).await?,
        };
        *token = Some(sent.clone());
        drop(token);
        http.send(request(http)?.bearer_auth(sent)).await
    }
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

/// A new token, if the provider gives one.
async fn granted(http: &Http, grant: RequestBuilder) -> Answer<String> {
    let reply = http.send(grant).await?;
    if !reply.status.is_success() {
        return Err(GatewayError::Rejected(reply.told()));
    }
    let token: Token = reply.json()?;
    Ok(token.access_token)
}
