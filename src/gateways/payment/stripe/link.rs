//! How Stripe is talked to: forms, JSON, the API's version and a key for every order.

use super::{currency, wire};
use crate::{
    app::ports::{Answer, GatewayError},
    config::Secret,
    domain::{gateway::Mode, money::Money},
    gateways::payment::http::{Http, Reply},
};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderName},
};
use serde::de::DeserializeOwned;
use stripe_client_core::{RequestBuilder, StripeMethod, VERSION};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// The way to one account.
pub(in crate::gateways) struct Link {
    http: Http,
    secret_key: Secret,
}

impl Link {
    /// Opened by its secret key.
    pub(in crate::gateways) fn new(http: Http, secret_key: Secret) -> Self {
        Self { http, secret_key }
    }

    /// Asks for something, or orders it under a key.
    pub(in crate::gateways) async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        key: Option<String>,
    ) -> Answer<T> {
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let mut sent = self
            .http
            .request(method, &format!("v1{}{query}", request.path))?
            .bearer_auth(self.secret_key.expose())
            .header(STRIPE_VERSION, VERSION.as_str());
        if let Some(key) = key {
            sent = sent.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(body) = request.body {
            sent = sent
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let reply = self.http.send(sent).await?;
        if reply.status.is_success() {
            reply.json()
        } else {
            Err(refusal(&reply))
        }
    }

    /// Asks whether Stripe takes the key, and as one of this mode.
    pub(in crate::gateways) async fn test(&self, mode: Mode) -> Answer<()> {
        let request = RequestBuilder::new(StripeMethod::Get, "/balance");
        let balance: wire::Balance = self.ask(request, None).await?;
        if balance.livemode == (mode == Mode::Live) {
            Ok(())
        } else {
            Err(GatewayError::Rejected("the account is of the other mode".to_owned()))
        }
    }
}

/// What an answer that isn't a success says.
fn refusal(reply: &Reply) -> GatewayError {
    let Ok(wire::Failure { error }) = reply.json() else {
        return GatewayError::Unknown(reply.told());
    };
    let reason = error.message.unwrap_or_else(|| reply.told());
    if reply.status == StatusCode::PAYMENT_REQUIRED {
        let requires_action = error.code.as_deref() == Some("authentication_required");
        return GatewayError::Declined {
            reason,
            requires_action,
        };
    }
    match error.code.as_deref() {
        Some("balance_insufficient") => GatewayError::Later(reason),
        _ => GatewayError::Rejected(reason),
    }
}

/// What of an amount Stripe is told.
pub(in crate::gateways) fn told(amount: Money) -> Answer<(i64, stripe_types::Currency)> {
    let units = currency::units(amount).filter(|units| *units > 0);
    let units = units.ok_or_else(|| GatewayError::Unsupported(format!("Stripe can't count {amount}")))?;
    let code = amount.currency.code().to_lowercase();
    let known = code.parse::<stripe_types::Currency>();
    match known {
        Ok(currency) => Ok((units, currency)),
        Err(_) => Err(GatewayError::Unsupported(format!("Stripe doesn't know {code}"))),
    }
}
