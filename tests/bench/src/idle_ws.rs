//! Memory of an idle signaling socket: how much the serving process's resident memory grows with 5,000 of them, each of
//! a person of its own who is logged in. What the kernel keeps for a TCP connection isn't in it, on either side.
//!
//! The baseline is a server that only echoes, made of the same actix-ws.

use crate::{
    cast::{self, HOST},
    process::resident_kb,
    product::Product,
    report::{Bound, Case, Rounds},
};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_ws::AggregatedMessage;
use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::{net::TcpStream, task::JoinSet, time::sleep};
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest};

const SOCKETS: usize = 5_000;
const PAIRS: usize = SOCKETS / 2;
const ROUNDS: usize = 3;
/// Logins and handshakes at once.
const AT_ONCE: usize = 32;
/// Until what the last handshakes needed is over and done with.
const SETTLE: Duration = Duration::from_secs(3);

/// The word that makes this program the echo server.
pub const ECHO: &str = "idle-ws-echo";

/// Measures.
pub async fn run() -> Result<()> {
    let mut product = Product::start(cast::database(PAIRS)?).await?;
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let tokens = log_everybody_in(&product).await?;
        // A process that has done nothing yet: no memory that logins left behind takes the sockets in.
        product.restart().await?;
        let value = growth(product.pid(), &product.tenant().address, &tokens).await?;
        let echo = Echo::start()?;
        let baseline = growth(echo.process.id(), &echo.address, &tokens).await?;
        rounds.add(value, baseline);
    }
    rounds.print(Case {
        bench: "idle-ws",
        case: format!("{SOCKETS} sockets, resident memory of the server"),
        unit: "KB/socket",
        bound: Bound::ValueAtMost(40.0),
    })
}

async fn log_everybody_in(product: &Product) -> Result<Vec<String>> {
    let names = (1..=PAIRS).flat_map(|number| [format!("buyer{number}"), format!("seller{number}")]);
    let logins = stream::iter(names).map(|name| async move { product.token(&name).await.context(name) });
    logins.buffered(AT_ONCE).try_collect().await
}

/// KB a socket by which the process grows.
async fn growth(pid: u32, address: &str, tokens: &[String]) -> Result<f64> {
    let before = resident_kb(pid)?;
    let opening = stream::iter(tokens).map(|token| Socket::open(address, token));
    let opened: Vec<Socket> = opening.buffer_unordered(AT_ONCE).try_collect().await?;
    let mut sockets = JoinSet::new();
    for socket in opened {
        sockets.spawn(socket.stay());
    }
    sleep(SETTLE).await;
    let after = resident_kb(pid)?;
    ensure!(
        sockets.try_join_next().is_none(),
        "a socket was closed: is the limit of open files below {SOCKETS}?"
    );
    Ok((after - before) / tokens.len() as f64)
}

struct Socket(tokio_tungstenite::WebSocketStream<TcpStream>);

impl Socket {
    async fn open(address: &str, token: &str) -> Result<Self> {
        let mut request = format!("ws://{HOST}/ws").into_client_request()?;
        let bearer = format!("Bearer {token}").parse()?;
        request.headers_mut().insert("authorization", bearer);
        let stream = TcpStream::connect(address).await.context("connecting")?;
        let (socket, _) = client_async(request, stream).await.context("opening a socket")?;
        Ok(Self(socket))
    }

    /// Answers the server's pings until the server closes.
    async fn stay(mut self) {
        while let Some(Ok(_)) = self.0.next().await {}
    }
}

/// The baseline's process, until dropped.
struct Echo {
    process: Child,
    address: String,
}

impl Echo {
    fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(ECHO).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut address = String::new();
        let stdout = process.stdout.take().context("no output")?;
        BufReader::new(stdout).read_line(&mut address)?;
        let address = address.trim().to_owned();
        Ok(Self { process, address })
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Echoes until killed; says first where.
pub fn echo() -> Result<()> {
    actix_web::rt::System::new().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("{}", listener.local_addr()?);
        let server = HttpServer::new(|| App::new().route("/ws", web::get().to(open))).listen(listener)?;
        Ok(server.run().await?)
    })
}

async fn open(request: HttpRequest, body: web::Payload) -> actix_web::Result<HttpResponse> {
    let (response, mut session, stream) = actix_ws::handle(&request, body)?;
    let mut stream = stream.aggregate_continuations();
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            let sent = match message {
                AggregatedMessage::Text(text) => session.text(text).await,
                AggregatedMessage::Ping(bytes) => session.pong(&bytes).await,
                AggregatedMessage::Close(_) => break,
                _ => Ok(()),
            };
            if sent.is_err() {
                break;
            }
        }
        let _ = session.close(None).await;
    });
    Ok(response)
}
