//! A push service on this machine: it keeps what it is sent, and answers as it is told to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use web_push_native::{
    Auth,
    p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint},
};

const AUTH: [u8; 16] = *b"sixteen bytes ok";

/// What a push service was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Sent {
    /// What the browser reads.
    pub fn slip(&self) -> Value {
        let opened = web_push_native::decrypt(self.body.clone(), &browser(), &Auth::from(AUTH));
        serde_json::from_slice(&opened.expect("readable")).expect("JSON")
    }
}

/// How a push service behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// It takes what it is sent, and answers with a status.
    Answers(u16),
    /// It takes what it is sent, but its answer is lost.
    Mute,
    /// Whoever calls is hung up on.
    Away,
}

/// The service.
pub struct PushService {
    pub origin: String,
    sent: Arc<Mutex<Vec<Sent>>>,
    behaves: Arc<Mutex<Service>>,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (sent, behaves) = (Arc::default(), Arc::new(Mutex::new(Service::Answers(201))));
        let service = Self {
            origin,
            sent: Arc::clone(&sent),
            behaves: Arc::clone(&behaves),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let now = *behaves.lock().expect("not poisoned");
                // Clients open connections that they don't use: those keep nobody else waiting.
                tokio::spawn(serve(stream, Arc::clone(&sent), now));
            }
        });
        service
    }

    /// From now on.
    pub fn behave(&self, how: Service) {
        *self.behaves.lock().expect("not poisoned") = how;
    }

    /// All that it took, in the order that it came.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().expect("not poisoned").clone()
    }

    /// What a browser says of itself that is told things at a path.
    pub fn subscription(&self, path: &str) -> Value {
        subscription(&format!("{}{path}", self.origin))
    }
}

async fn serve(mut stream: TcpStream, sent: Arc<Mutex<Vec<Sent>>>, how: Service) {
    if how == Service::Away {
        return;
    }
    let mut bytes = Vec::new();
    let (head, start) = loop {
        let mut part = [0; 4_096];
        let read = stream.read(&mut part).await.expect("a request");
        bytes.extend_from_slice(&part[..read]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break (String::from_utf8_lossy(&bytes[..end]).into_owned(), end + 4);
        }
        if read == 0 {
            return;
        }
    };
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let path = path.to_owned();
    let header = |line: &str| {
        line.split_once(": ")
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
    };
    let headers: HashMap<_, _> = lines.filter_map(header).collect();
    let length: usize = headers["content-length"].parse().expect("a length");
    while bytes.len() < start + length {
        let mut part = [0; 4_096];
        let read = stream.read(&mut part).await.expect("a body");
        bytes.extend_from_slice(&part[..read]);
    }
    let body = bytes[start..].to_vec();
    sent.lock().expect("not poisoned").push(Sent { path, headers, body });
    let Service::Answers(status) = how else {
        return;
    };
    let answer =
        format!("HTTP/1.1 {status} x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.expect("answered");
}

/// A browser's own key.
fn browser() -> SecretKey {
    SecretKey::from_slice(&[7; 32]).expect("a key")
}

/// What a browser says of itself.
pub fn subscription(endpoint: &str) -> Value {
    let key = browser().public_key().to_encoded_point(false);
    json!({
        "endpoint": endpoint,
        "expirationTime": null,
        "keys": { "p256dh": URL_SAFE_NO_PAD.encode(key.as_bytes()), "auth": URL_SAFE_NO_PAD.encode(AUTH) },
    })
}
