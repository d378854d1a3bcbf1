//! Web Push: messages to browsers through their makers' services (RFC 8030), readable by the browser alone (RFC 8291),
//! from a sender the service can tell apart (RFC 8292).

use crate::{
    app::ports::{PushServices, Pushed},
    config::PushConfig,
    domain::{push_address, time::Moment},
    error::{Error, Result},
    store::push_subscriptions::Device,
};
use anyhow::{Context, anyhow};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde::Serialize;
use sha2::Sha256;
use std::time::Duration;
use url::Url;
use uuid::Uuid;
use web_push_native::{
    Auth, WebPushBuilder,
    p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToEncodedPoint, pkcs8::EncodePrivateKey},
};

/// How long a service may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a service keeps what it can't deliver.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long the token holds that says who we are; a day at most.
const TOKEN_S: i64 = 12 * 3_600;
/// Largest message, before it is encrypted: services take 4,096 bytes after.
const MOST_BYTES: usize = 3_000;

/// All push services.
pub struct WebPush {
    client: Client,
    key: EncodingKey,
    public_key: String,
    services: Vec<String>,
    contact: String,
}

/// What the token says: RFC 8292.
#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: i64,
    sub: &'a str,
}

impl WebPush {
    /// Our key follows from the server's `secret`; `sender` is whom services write to if no contact is set.
    ///
    /// # Errors
    /// No client can be made.
    pub fn new(config: &PushConfig, secret: &str, sender: &str) -> anyhow::Result<Self> {
        let secret = derived(secret).context("no key for push services follows from the server's")?;
        let der = secret.to_pkcs8_der().map_err(|error| anyhow!("{error}"))?;
        let contact = match config.contact.as_str() {
            "" => format!("mailto:{sender}"),
            contact => contact.to_owned(),
        };
        Ok(Self {
            // Where a service is, isn't for the service to say.
            client: Client::builder().redirect(Policy::none()).timeout(TIMEOUT).build()?,
            key: EncodingKey::from_ec_der(der.as_bytes()),
            public_key: URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes()),
            services: config.services.clone(),
            contact,
        })
    }

    fn authorization(&self, endpoint: &Url, now: Moment) -> anyhow::Result<String> {
        let claims = Claims {
            aud: endpoint.origin().ascii_serialization(),
            exp: now.0 / 1_000 + TOKEN_S,
            sub: &self.contact,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key)?;
        Ok(format!("vapid t={token}, k={}", self.public_key))
    }
}

/// A scalar of the curve: the first of a row of hashes that is one, which nearly always is the first of all.
fn derived(secret: &str) -> Option<SecretKey> {
    (0..4_u8).find_map(|round| {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).ok()?;
        mac.update(b"tallyroom push services\0");
        mac.update(&[round]);
        let scalar: [u8; 32] = mac.finalize().into_bytes().into();
        SecretKey::from_slice(&scalar).ok()
    })
}

/// What can't be read now can't be read later.
fn hopeless(why: impl std::fmt::Display) -> Error {
    Error::invalid("A message can't be sent to this browser.").because(anyhow!("{why}"))
}

#[async_trait]
impl PushServices for WebPush {
    fn public_key(&self) -> &str {
        &self.public_key
    }

    fn takes(&self, endpoint: &str) -> bool {
        push_address::is_known(endpoint, &self.services)
    }

    fn is_key(&self, p256dh: &[u8]) -> bool {
        PublicKey::from_sec1_bytes(p256dh).is_ok()
    }

    async fn send(&self, device: &Device, topic: Uuid, message: Vec<u8>, now: Moment) -> Result<Pushed> {
        // The list may be shorter than when the browser was remembered.
        if !self.takes(&device.endpoint) {
            return Ok(Pushed::Gone);
        }
        if message.len() > MOST_BYTES {
            return Err(hopeless("too much to say"));
        }
        let url = Url::parse(&device.endpoint).map_err(hopeless)?;
        let key = PublicKey::from_sec1_bytes(&device.p256dh).map_err(hopeless)?;
        let auth: [u8; 16] = device.auth.as_slice().try_into().map_err(hopeless)?;
        let uri = device.endpoint.parse().map_err(hopeless)?;
        let sealed = WebPushBuilder::new(uri, key, Auth::from(auth))
            .with_valid_duration(KEPT)
            .build(message)
            .map_err(hopeless)?;
        let (parts, body) = sealed.into_parts();
        let authorization = self.authorization(&url, now).map_err(Error::internal)?;
        let request = self
            .client
            .post(url)
            .headers(parts.headers)
            .header("topic", URL_SAFE_NO_PAD.encode(topic.as_bytes()))
            .header("authorization", authorization);
        // What the service says besides its status isn't read.
        let sent = request.body(body).send().await;
        // The address is the browser's secret: no log has it.
        let answer = sent.map_err(|error| Error::unavailable(error.without_url()))?;
        match answer.status() {
            status if status.is_success() => Ok(Pushed::Taken),
            // It refuses this browser for good, as it does after a change of our key; browsers come back by themselves.
            StatusCode::BAD_REQUEST
            | StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::GONE => Ok(Pushed::Gone),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(Error::unavailable(anyhow!("the push service answered {status}")))
            }
            status => Err(hopeless(format!("the push service answered {status}"))),
        }
    }
}
