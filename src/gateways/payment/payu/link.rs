//! How PayU is talked to: JSON, and a token that runs out.

use super::wire::Said;
use crate::{
    app::ports::{Answer, GatewayError, PayuKeys},
    config::Secret,
    gateways::payment::{
        bearer::Bearer,
        http::{Http, Reply},
    },
};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

/// The way to one account.
pub(super) struct Link {
    http: Http,
    client_id: String,
    client_secret: Secret,
    bearer: Bearer,
}

impl Link {
    /// Opened by these keys.
    pub(super) fn new(http: Http, keys: &PayuKeys) -> Self {
        Self {
            // An order that was opened is answered with 302 and all there is to know.
            http: http.taking_found(),
            client_id: keys.client_id.clone(),
            client_secret: keys.client_secret.clone(),
            bearer: Bearer::default(),
        }
    }

    /// Asks.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        let question = |http: &Http| http.request(Method::GET, path);
        understood(&self.send(question).await?)
    }

    /// Orders something.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, told: &impl Serialize) -> Answer<T> {
        let order = |http: &Http| Ok(http.request(Method::POST, path)?.json(told));
        understood(&self.send(order).await?)
    }

    /// Changes something.
    pub(super) async fn put<T: DeserializeOwned>(&self, path: &str, told: &impl Serialize) -> Answer<T> {
        let order = |http: &Http| Ok(http.request(Method::PUT, path)?.json(told));
        understood(&self.send(order).await?)
    }

    async fn send(&self, request: impl Fn(&Http) -> Answer<RequestBuilder>) -> Answer<Reply> {
        self.bearer.send(&self.http, |http| self.grant(http), request).await
    }

    fn grant(&self, http: &Http) -> Answer<RequestBuilder> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
        ];
        let request = http.request(Method::POST, "pl/standard/user/oauth/authorize")?;
        Ok(request.form(&form))
    }
}

fn understood<T: DeserializeOwned>(reply: &Reply) -> Answer<T> {
    if reply.status.is_success() || reply.status == StatusCode::FOUND {
        return reply.json();
    }
    Err(match reply.json::<Said>() {
        Ok(said) => GatewayError::Rejected(said.told()),
        Err(unread) => unread,
    })
}
