//! One WebSocket to the control plane: numbered requests, their answers, and what the server says by itself.

use crate::http::Tenant;
use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use tallyroom_media_protocol::signaling::{ClientMessage, ClientRequest, Problem, ServerMessage};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::AbortHandle,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderValue, StatusCode, header::AUTHORIZATION},
        protocol::WebSocketConfig,
    },
};

const PATIENCE: Duration = Duration::from_secs(10);
const PING_PERIOD: Duration = Duration::from_secs(10);
/// A server that is silent this long is gone.
const SILENCE: Duration = Duration::from_secs(25);
const MAX_MESSAGE_BYTES: usize = 1 << 20;
const QUEUE: usize = 256;

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The server said no.
    #[error("{} ({})", .0.message, .0.code)]
    Refused(Problem),
    /// The socket is closed.
    #[error("not connected")]
    Closed,
    /// No answer came.
    #[error("no answer")]
    TimedOut,
    /// The answer isn't what the protocol says.
    #[error("answer not understood: {0}")]
    Unclear(#[from] serde_json::Error),
}

/// Why no socket could be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The token isn't valid (any more).
    #[error("not logged in")]
    Unauthorized,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

type Answer = Result<Value, RequestError>;
type Asked = (ClientRequest, oneshot::Sender<Answer>);
type Socket = WebSocketStream<TcpStream>;

/// An open socket; closed without a goodbye when dropped.
#[derive(Debug)]
pub struct Signaling {
    requests: mpsc::Sender<Asked>,
    task: AbortHandle,
}

impl Drop for Signaling {
    fn drop(&mut self) {
        self.close();
    }
}

impl Signaling {
    /// Opens a socket. The receiver ends when the socket does.
    pub async fn open(tenant: &Tenant, token: &str) -> Result<(Self, mpsc::Receiver<ServerMessage>), OpenError> {
        let socket = timeout(PATIENCE, dial(tenant, token))
            .await
            .context("the server doesn't answer")??;
        let (requests, asked) = mpsc::channel(QUEUE);
        let (messages, received) = mpsc::channel(QUEUE);
        let task = tokio::spawn(async move {
            if let Err(error) = Driver::new(messages).run(socket, asked).await {
                tracing::debug!(%error, "signaling ended");
            }
        });
        Ok((
            Self {
                requests,
                task: task.abort_handle(),
            },
            received,
        ))
    }

    /// Drops the socket at once.
    pub fn close(&self) {
        self.task.abort();
    }

    /// Asks for something and waits for the answer.
    pub async fn request(&self, body: ClientRequest) -> Answer {
        let (sender, receiver) = oneshot::channel();
        self.requests
            .send((body, sender))
            .await
            .map_err(|_| RequestError::Closed)?;
        match timeout(PATIENCE, receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(RequestError::Closed),
            Err(_) => Err(RequestError::TimedOut),
        }
    }
}

async fn dial(tenant: &Tenant, token: &str) -> Result<Socket, OpenError> {
    let url = format!("ws://{}/ws", tenant.host);
    let mut request = url.into_client_request().context("host")?;
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).context("token")?;
    request.headers_mut().insert(AUTHORIZATION, bearer);
    let stream = TcpStream::connect(&tenant.address).await.context("connecting")?;
    stream.set_nodelay(true).context("connecting")?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) if response.status() == StatusCode::UNAUTHORIZED => {
            Err(OpenError::Unauthorized)
        }
        Err(error) => Err(OpenError::Failed(
            anyhow::Error::new(error).context("opening the socket"),
        )),
    }
}

struct Driver {
    messages: mpsc::Sender<ServerMessage>,
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    last_id: u64,
    heard: Instant,
}

impl Driver {
    fn new(messages: mpsc::Sender<ServerMessage>) -> Self {
        Self {
            messages,
            waiting: HashMap::new(),
            last_id: 0,
            heard: Instant::now(),
        }
    }

    async fn run(mut self, mut socket: Socket, mut asked: mpsc::Receiver<Asked>) -> Result<()> {
        let mut pings = interval(PING_PERIOD);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.tick().await;
        loop {
            tokio::select! {
                request = asked.recv() => {
                    let Some((body, sender)) = request else { return Ok(()) };
                    self.waiting.retain(|_, sender| !sender.is_closed());
                    let id = self.send(&mut socket, body).await?;
                    self.waiting.insert(id, sender);
                }
                message = socket.next() => {
                    self.heard = Instant::now();
                    match message.context("server closed the socket")?? {
                        Message::Text(text) => self.hear(&text)?,
                        Message::Close(frame) => bail!("server closed the socket: {frame:?}"),
                        _ => {}
                    }
                }
                _ = pings.tick() => {
                    if self.heard.elapsed() > SILENCE {
                        bail!("server is silent");
                    }
                    self.send(&mut socket, ClientRequest::Ping).await?;
                }
            }
        }
    }

    async fn send(&mut self, socket: &mut Socket, body: ClientRequest) -> Result<u64> {
        self.last_id += 1;
        let message = ClientMessage { id: self.last_id, body };
        socket.send(Message::text(serde_json::to_string(&message)?)).await?;
        Ok(self.last_id)
    }

    fn hear(&mut self, text: &str) -> Result<()> {
        let message = match serde_json::from_str(text) {
            Ok(message) => message,
            Err(error) => {
                tracing::warn!(%error, "a message that isn't understood");
                return Ok(());
            }
        };
        match message {
            ServerMessage::Reply { id, ok, error } => {
                let answer = match error {
                    Some(problem) => Err(RequestError::Refused(problem)),
                    None => Ok(ok.unwrap_or(Value::Null)),
                };
                if let Some(sender) = self.waiting.remove(&id) {
                    let _ = sender.send(answer);
                }
            }
            message => self
                .messages
                .try_send(message)
                .context("nobody reads what the server says")?,
        }
        Ok(())
    }
}
