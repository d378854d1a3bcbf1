//! A web server on this machine that answers as the test tells it to, well or badly.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Page {
    /// A text.
    Text(String),
    /// Nothing but a status.
    Status(u16),
    /// It is elsewhere.
    Redirect(String),
    /// A text without an end.
    Endless,
    /// A text that comes letter by letter.
    Drip,
    /// Nothing, and no end either.
    Silence,
}

/// The server.
#[derive(Clone)]
pub struct WebServer {
    /// Where it is, such as `http://127.0.0.1:9000`.
    pub origin: String,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    asked: Arc<Mutex<usize>>,
    names: Arc<Mutex<Vec<String>>>,
}

impl WebServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let server = Self::at(format!("http://{}", listener.local_addr().expect("an address")));
        let this = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(this.clone().answer(stream));
            }
        });
        server
    }

    /// One that is spoken to by TLS, at a name that a name server has to lead to this machine.
    pub async fn start_tls(name: &str, tls: ServerConfig) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (server, tls) = (
            Self::at(format!("https://{name}:{port}")),
            TlsAcceptor::from(Arc::new(tls)),
        );
        let this = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (this, tls) = (this.clone(), tls.clone());
                tokio::spawn(async move {
                    // Whoever doesn't like the certificate leaves.
                    let Ok(stream) = tls.accept(stream).await else { return };
                    let name = stream.get_ref().1.server_name().unwrap_or_default().to_owned();
                    this.names.lock().expect("the names").push(name);
                    this.answer(stream).await;
                });
            }
        });
        server
    }

    fn at(origin: String) -> Self {
        Self {
            origin,
            pages: Arc::default(),
            asked: Arc::default(),
            names: Arc::default(),
        }
    }

    /// Puts something at a path; gives its address.
    pub fn put(&self, path: &str, page: Page) -> String {
        self.pages.lock().expect("the pages").insert(path.to_owned(), page);
        format!("{}{path}", self.origin)
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        *self.asked.lock().expect("the count")
    }

    /// Whom it was taken for by each who spoke to it by TLS.
    pub fn names(&self) -> Vec<String> {
        self.names.lock().expect("the names").clone()
    }

    async fn answer(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut head = Vec::new();
        let mut part = [0; 1_024];
        while !head.windows(4).any(|four| four == b"\r\n\r\n") {
            match stream.read(&mut part).await {
                Ok(length) if length > 0 => head.extend_from_slice(&part[..length]),
                _ => return,
            }
        }
        *self.asked.lock().expect("the count") += 1;
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let page = self.pages.lock().expect("the pages").get(&path).cloned();
        // Whoever asked may have gone.
        send(&mut stream, page.unwrap_or(Page::Status(404))).await.ok();
        stream.shutdown().await.ok();
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), page: Page) -> std::io::Result<()> {
    let open = b"HTTP/1.1 200 OK\r\ncontent-type: text/calendar\r\nconnection: close\r\n\r\nBEGIN:VCALENDAR\r\n";
    match page {
        Page::Text(text) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                text.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(text.as_bytes()).await
        }
        Page::Status(status) => {
            let head = format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        Page::Redirect(to) => {
            let head =
                format!("HTTP/1.1 302 There\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        Page::Endless => {
            stream.write_all(open).await?;
            loop {
                stream.write_all(&[b'x'; 65_536]).await?;
            }
        }
        Page::Drip => {
            stream.write_all(open).await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Page::Silence => {
            std::future::pending::<()>().await;
            Ok(())
        }
    }
}
