//! One person's way into a tenant's JSON API.

use anyhow::{Context, Result};
use reqwest::{Method, StatusCode, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    fmt,
    sync::{PoisonError, RwLock},
    time::Duration,
};
use tallyroom_media_protocol::signaling::Problem;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(15);

/// Where a tenant is served. Names are never looked up: the host only goes into the requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// What to connect to, such as `127.0.0.1:8080`.
    pub address: String,
    /// What to ask for there, such as `lumen.localhost:8080`.
    pub host: String,
}

/// How somebody logs in.
#[derive(Clone)]
pub struct Credentials {
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// Who is logged in.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// The account.
    pub id: Uuid,
    /// Public name.
    pub name: String,
}

#[derive(Deserialize)]
struct Session {
    access_token: String,
    user: User,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: Problem,
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server said no.
    #[error("{status}: {} ({})", .problem.message, .problem.code)]
    Refused {
        /// HTTP status.
        status: StatusCode,
        /// What it said.
        problem: Problem,
    },
    /// There was no sensible answer.
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
}

/// A session of one person on one tenant. It logs in again by itself when its token has run out.
pub struct Account {
    tenant: Tenant,
    credentials: Credentials,
    client: reqwest::Client,
    user: User,
    token: RwLock<String>,
}

impl Account {
    /// Logs in.
    pub async fn login(tenant: Tenant, credentials: Credentials) -> Result<Self> {
        // Redirects name hosts that would have to be looked up.
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build();
        let client = client.context("HTTP client")?;
        let session = open_session(&client, &tenant, &credentials)
            .await
            .context("logging in")?;
        Ok(Self {
            tenant,
            credentials,
            client,
            user: session.user,
            token: RwLock::new(session.access_token),
        })
    }

    /// Where.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Who.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The token as it is now.
    pub fn token(&self) -> String {
        self.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Logs in again for a fresh token.
    pub async fn renew(&self) -> Result<(), HttpError> {
        let session = open_session(&self.client, &self.tenant, &self.credentials).await?;
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = session.access_token;
        Ok(())
    }

    /// Reads something.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, HttpError> {
        self.request(Method::GET, path, None).await
    }

    /// Does something.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, HttpError> {
        self.request(Method::POST, path, Some(body)).await
    }

    /// Sets something.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, HttpError> {
        self.request(Method::PUT, path, Some(body)).await
    }

    /// Sends a form to a page that needs no session.
    pub async fn submit(&self, path: &str, form: &[(&str, &str)]) -> Result<(), HttpError> {
        let request = request_to(&self.client, &self.tenant, Method::POST, path).form(form);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, HttpError> {
        match self.request_once(method.clone(), path, body).await {
            Err(HttpError::Refused {
                status: StatusCode::UNAUTHORIZED,
                ..
            }) => {
                self.renew().await?;
                self.request_once(method, path, body).await
            }
            outcome => outcome,
        }
    }

    async fn request_once<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, HttpError> {
        let request = request_to(&self.client, &self.tenant, method, path).bearer_auth(self.token());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        answer(request).await
    }
}

fn request_to(client: &reqwest::Client, tenant: &Tenant, method: Method, path: &str) -> reqwest::RequestBuilder {
    let url = format!("http://{}{path}", tenant.address);
    client.request(method, url).header(reqwest::header::HOST, &tenant.host)
}

async fn open_session(client: &reqwest::Client, tenant: &Tenant, who: &Credentials) -> Result<Session, HttpError> {
    let body = json!({"email": who.email, "password": who.password});
    answer(request_to(client, tenant, Method::POST, "/api/v1/session").json(&body)).await
}

/// An empty answer reads as `null`.
async fn answer<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, HttpError> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() && status != StatusCode::NO_CONTENT {
        return Ok(response.json().await?);
    }
    if let Err(error) = response.error_for_status_ref() {
        let unclear = || Problem {
            code: "unclear".into(),
            message: error.to_string(),
        };
        let problem = response
            .json()
            .await
            .map_or_else(|_| unclear(), |body: ErrorBody| body.error);
        return Err(HttpError::Refused { status, problem });
    }
    let nothing = serde_json::from_value(Value::Null);
    nothing.map_err(|error| HttpError::Refused {
        status,
        problem: Problem {
            code: "empty".into(),
            message: error.to_string(),
        },
    })
}
