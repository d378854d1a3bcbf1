//! How PayPal is talked to: JSON, a token that runs out, a key for every order.

use super::wire::Failure;
use crate::{
    app::ports::{Answer, GatewayError},
    config::Secret,
    gateways::payment::{
        bearer::Bearer,
        http::{Http, Reply},
    },
};
use reqwest::{Method, RequestBuilder, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The way to one account.
pub(super) struct Link {
    http: Http,
    client_id: Secret,
    client_secret: Secret,
    bearer: Bearer,
}

impl Link {
    /// Opened by an app's id and secret.
    pub(super) fn new(http: Http, client_id: Secret, client_secret: Secret) -> Self {
        Self {
            http,
            client_id,
            client_secret,
            bearer: Bearer::default(),
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

    async fn send(&self, request: impl Fn(&Http) -> Answer<RequestBuilder>) -> Answer<Reply> {
        self.bearer.send(&self.http, |http| self.grant(http), request).await
    }

    fn grant(&self, http: &Http) -> Answer<RequestBuilder> {
        let request = http
            .request(Method::POST, "v1/oauth2/token")?
            .basic_auth(self.client_id.expose(), Some(self.client_secret.expose()));
        Ok(request.form(&[("grant_type", "client_credentials")]))
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
