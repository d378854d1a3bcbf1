//! How Authorize.net is talked to: one address, JSON whose members have the order of its XML schema, always status 200.

use super::wire::{self, Authentication, Charge, Envelope, Found, Setting, TransactionRequest};
use crate::{
    app::ports::{Answer, AuthorizeNetKeys, GatewayError},
    config::Secret,
    domain::time::Moment,
    gateways::payment::http::Http,
};
use reqwest::{Method, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use url::Url;

/// As many as a list has at most.
const PAGE: usize = 1_000;
/// After so many full pages a list isn't read on.
const MOST_PAGES: usize = 10;
/// Batches are looked for so long before and after a form was open.
const BEFORE_MS: i64 = 24 * 3_600_000;
const AFTER_MS: i64 = 4 * 24 * 3_600_000;

/// As many days of batches as are told at once.
const MOST_DAYS_MS: i64 = 31 * 24 * 3_600_000;

/// Days of whose batches a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    first: Moment,
    last: Moment,
}

impl Days {
    /// Those in which something that was made then is settled, as far as they are over.
    pub(super) fn around(made: Moment, now: Moment) -> Self {
        Self {
            first: Moment(made.0 - BEFORE_MS),
            last: Moment(now.0.min(made.0 + AFTER_MS)),
        }
    }

    /// The last few.
    pub(super) fn lately(now: Moment) -> Self {
        Self {
            first: Moment(now.0 - BEFORE_MS),
            last: now,
        }
    }

    /// The latest that can be asked about at once.
    pub(super) fn latest(now: Moment) -> Self {
        Self {
            first: Moment(now.0 - MOST_DAYS_MS),
            last: now,
        }
    }
}

/// The way to one account.
pub(super) struct Link {
    http: Http,
    login_id: Secret,
    transaction_key: Secret,
}

impl Link {
    /// Opened by these keys.
    pub(super) fn new(http: Http, keys: &AuthorizeNetKeys) -> Self {
        Self {
            http,
            login_id: keys.login_id.clone(),
            transaction_key: keys.transaction_key.clone(),
        }
    }

    /// Where people see that page of its.
    pub(super) fn page(&self, own: &str) -> Answer<Url> {
        self.http.page(own)
    }

    /// Asks or orders, by the request's name there.
    pub(super) async fn ask<T: DeserializeOwned>(&self, name: &str, told: &impl Serialize) -> Answer<T> {
        let authentication = Authentication {
            name: self.login_id.expose(),
            transaction_key: self.transaction_key.expose(),
        };
        let envelope = Envelope {
            merchant_authentication: authentication,
            told,
        };
        let unwritten = |error: serde_json::Error| GatewayError::Rejected(error.to_string());
        let body = serde_json::to_string(&BTreeMap::from([(name, envelope)])).map_err(unwritten)?;
        let request = self.http.request(Method::POST, "xml/v1/request.api")?;
        let reply = self
            .http
            .send(request.header(CONTENT_TYPE, "application/json").body(body))
            .await?;
        let reply = reply.without_mark();
        let said: wire::Messages = reply.json()?;
        if !said.messages.is_ok() {
            // A transaction that was refused says more than the message about it.
            if let Ok(wire::Ordered { transaction_response }) = reply.json() {
                transaction_response.approved()?;
            }
            return Err(GatewayError::Rejected(said.messages.told()));
        }
        reply.json()
    }

    /// What opens the form.
    pub(super) async fn form_token(&self, request: TransactionRequest, settings: Vec<Setting>) -> Answer<String> {
        let told = wire::FormRequest {
            transaction_request: request,
            hosted_payment_settings: wire::Settings { setting: settings },
        };
        let form: wire::Form = self.ask("getHostedPaymentPageRequest", &told).await?;
        Ok(form.token)
    }

    /// Makes a transaction; gives its number.
    pub(super) async fn order(&self, request: TransactionRequest) -> Answer<String> {
        let told = wire::TransactionOrder {
            transaction_request: request,
        };
        let made: wire::Ordered = self.ask("createTransactionRequest", &told).await?;
        made.transaction_response.approved()
    }

    /// All about a transaction.
    pub(super) async fn details(&self, number: &str) -> Answer<Charge> {
        let told = wire::DetailsRequest {
            trans_id: number.to_owned(),
        };
        let found: wire::Details = self.ask("getTransactionDetailsRequest", &told).await?;
        Ok(found.transaction)
    }

    /// The newest transaction with such an invoice number that isn't in a batch yet.
    pub(super) async fn unsettled(&self, wanted: impl Fn(&str) -> bool) -> Answer<Option<String>> {
        self.search("getUnsettledTransactionListRequest", None, wanted).await
    }

    /// The newest transaction with such an invoice number in a batch of these days.
    pub(super) async fn settled(&self, days: Days, wanted: impl Fn(&str) -> bool) -> Answer<Option<String>> {
        let told = wire::BatchesRequest {
            first_settlement_date: wire::day(days.first)?,
            last_settlement_date: wire::day(days.last)?,
        };
        let batches: wire::Batches = self.ask("getSettledBatchListRequest", &told).await?;
        for batch in batches.batch_list {
            let found = self
                .search("getTransactionListRequest", Some(batch.batch_id), &wanted)
                .await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    async fn search(&self, name: &str, batch: Option<String>, wanted: impl Fn(&str) -> bool) -> Answer<Option<String>> {
        for page in 1..=MOST_PAGES {
            let told = wire::ListRequest::page(batch.clone(), page, PAGE);
            let list: wire::List = self.ask(name, &told).await?;
            let is_it = |found: &&Found| found.invoice_number.as_deref().is_some_and(&wanted);
            if let Some(found) = list.transactions.iter().find(is_it) {
                return Ok(Some(found.trans_id.clone()));
            }
            if list.transactions.len() < PAGE {
                return Ok(None);
            }
        }
        Err(GatewayError::Unknown("it may be further down the list".to_owned()))
    }
}
