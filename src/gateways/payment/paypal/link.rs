//! How PayPal is talked to: JSON, a token that runs out, a key for every order.

use super::wire::{Failure, Token};
use crate::{
    app::ports::{Answer, GatewayError},
    config::Secret,
    gateways::payment::http::{Http, Reply},
};
use reqwest::{Method, RequestBuilder, StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

/// The way to one account.
pub(super) struct Link {
    http: Http,
    client_id: Secret,
    client_secret: Secret,
    /// Until PayPal says that it has run out.
    token: Mutex<Option<String>>,
}

impl Link {
    /// Opened by an app's id and secret.
    pub(super) fn new(http: Http, client_id: Secret, client_secret: Secret) -> Self {
        Self {
            http,
            client_id,
            client_secret,
            token: Mutex::new(None),
        }
    }

    /// Asks.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        let reply = self.send(|http| http.request(Method::GET, path)).await?;
        understood(&reply)
    }

    /// Orders something, once a key.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &Value) -> Answer<T> {
        let order = |http: &Http| {
            let request = http.request(Method::POST, path)?.json(body);
            Ok(request
                .header("paypal-request-id", key)
                .header("prefer", "return=representation"))
        };
        let reply = self.send(order).await?;
        understood(&reply)
    }

    /// Asks about something that is too long for an address: JSON as it is.
    pub(super) async fn put_question<T: DeserializeOwned>(&self, path: &str, body: &str) -> Answer<T> {
        let question = |http: &Http| {
            let request = http.request(Method::POST, path)?;
            Ok(request.header(CONTENT_TYPE, "application/json").body(body.to_owned()))
        };
        let reply = self.send(question).await?;
        understood(&reply)
    }

    /// With a token; with a new one, if the one that we have isn't taken. Then nothing was done, so it can be repeated.
    async fn send(&self, request: impl Fn(&Http) -> Answer<RequestBuilder>) -> Answer<Reply> {
        let mut token = self.token.lock().await;
        if let Some(known) = token.as_ref() {
            let reply = self.http.send(request(&self.http)?.bearer_auth(known)).await?;
            if reply.status != StatusCode::UNAUTHORIZED {
                return Ok(reply);
            }
        }
        let new = self.new_token().await?;
        let sent = request(&self.http)?.bearer_auth(&new);
        *token = Some(new);
        drop(token);
        self.http.send(sent).await
    }

    async fn new_token(&self) -> Answer<String> {
        let request = self
            .http
            .request(Method::POST, "v1/oauth2/token")?
            .basic_auth(self.client_id.expose(), Some(self.client_secret.expose()))
            .form(&[("grant_type", "client_credentials")]);
        let reply = self.http.send(request).await?;
        if !reply.status.is_success() {
            return Err(GatewayError::Rejected(reply.told()));
        }
        let token: Token = reply.json()?;
        Ok(token.access_token)
    }
}

fn understood<T: DeserializeOwned>(reply: &Reply) -> Answer<T> {
    if reply.status.is_success() {
        return reply.json();
    }
    Err(match reply.json::<Failure>() {
        Ok(failure) => GatewayError::Rejected(failure.told()),
        Err(unread) => unread,
    })
}
