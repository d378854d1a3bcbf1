//! People of three kinds: nobody in particular, a browser with its cookies, a program with a token.

use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The password of every test person.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody at one tenant's host.
#[derive(Clone)]
pub struct TestUser {
    client: Client,
    base: String,
    token: Option<String>,
    pub email: String,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestUser {
    /// A browser nobody has signed in with: it keeps cookies and says where its requests come from.
    pub fn anonymous(host: &str, address: SocketAddr) -> Self {
        let client = Client::builder()
            .resolve(host, address)
            .redirect(Policy::none())
            .cookie_store(true)
            .build()
            .expect("a client");
        Self {
            client,
            base: format!("http://{host}:{}", address.port()),
            token: None,
            email: String::new(),
        }
    }

    /// The same person as a program: a token instead of cookies.
    pub fn with_token(host: &str, address: SocketAddr, token: &str) -> Self {
        let client = Client::builder()
            .resolve(host, address)
            .redirect(Policy::none())
            .build()
            .expect("a client");
        let base = format!("http://{host}:{}", address.port());
        Self {
            client,
            base,
            token: Some(token.to_owned()),
            email: String::new(),
        }
    }

    /// The same program's person at another server.
    pub fn at(&self, address: SocketAddr) -> Self {
        let (host, _) = self.host().split_once(':').expect("a port");
        Self {
            email: self.email.clone(),
            ..Self::with_token(host, address, self.token())
        }
    }

    /// The tenant's host, with the port.
    pub fn host(&self) -> &str {
        self.base.strip_prefix("http://").expect("an address")
    }

    /// A program's token.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a program")
    }

    /// The same program with a token that hasn't run out.
    pub async fn renewed(&self) -> Self {
        let visitor = Self {
            token: None,
            ..self.clone()
        };
        let session = visitor.log_in(&self.email, PASSWORD).await.expect(200).json();
        let token = session["access_token"].as_str().expect("a token").to_owned();
        Self {
            token: Some(token),
            ..self.clone()
        }
    }

    /// What is in their wallet, however long ago they came.
    pub async fn wallet(&self) -> Value {
        self.renewed().await.get("/api/v1/wallet").await.expect(200).json()
    }

    /// A request that no page of ours makes.
    pub fn elsewhere(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A request as this person's client makes it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request.header("sec-fetch-site", "same-origin"),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// Sends a form, as a page does.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.request(Method::POST, path).form(fields)).await
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/session", json!({"email": email, "password": password}))
            .await
    }
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Self {
            status,
            headers,
            text: response.text().await.expect("a body"),
        }
    }

    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.text))
    }

    /// The error's code, which every error of the API has.
    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no code: {}", self.text))
            .to_owned()
    }

    /// One header as text, empty without.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The value that a cookie was set to.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self
            .headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut pairs = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        pairs
            .rfind(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Checks the status and hands the answer on.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}
