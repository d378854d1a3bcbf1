//! A person's page: the socket, as the browser uses it.

use super::{TestApp, TestUser};
use futures::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom_media_protocol::{
    PeerId,
    signaling::{CallPhase, CallView, Joined, ServerMessage},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};
use uuid::Uuid;

/// A message that should come comes in this time, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One open page.
pub struct Caller {
    write: SplitSink<Socket, Message>,
    read: SplitStream<Socket>,
    next: u64,
    /// Everything that came and wasn't waited for yet.
    pub heard: Vec<ServerMessage>,
    pub epoch: u64,
    pub peer: PeerId,
    /// The recording that it was told of last.
    pub recording: Uuid,
}

impl Caller {
    /// Opens a page of somebody who is signed in as a program.
    pub async fn open(app: &TestApp, user: &TestUser) -> Self {
        Self::try_open(app, user.host(), user.token()).await.expect("let in")
    }

    /// The same, which may be refused.
    pub async fn try_open(app: &TestApp, host: &str, token: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut request = format!("ws://{}/ws", app.address).into_client_request()?;
        request.headers_mut().insert("host", host.parse()?);
        request
            .headers_mut()
            .insert("authorization", format!("Bearer {token}").parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let (write, read) = socket.split();
        let mut caller = Self {
            write,
            read,
            next: 0,
            heard: Vec::new(),
            epoch: 0,
            peer: Uuid::nil(),
            recording: Uuid::nil(),
        };
        let hello = |message: &ServerMessage| matches!(message, ServerMessage::Hello { .. }).then_some(());
        caller.try_wait("hello", hello).await?;
        Ok(caller)
    }

    /// Asks for something; `Err` has the problem's code.
    pub async fn ask(&mut self, mut request: Value) -> Result<Value, String> {
        self.next += 1;
        let id = self.next;
        request["id"] = json!(id);
        self.send(&request.to_string()).await;
        let reply = self.wait("a reply", |message| match message {
            ServerMessage::Reply { id: of, ok, error } if *of == id => Some((ok.clone(), error.clone())),
            _ => None,
        });
        match reply.await {
            (_, Some(problem)) => Err(problem.code),
            (ok, None) => Ok(ok.unwrap_or_default()),
        }
    }

    /// Enters a call.
    pub async fn join(&mut self, call: Uuid) -> Result<Joined, String> {
        let joined: Joined =
            serde_json::from_value(self.ask(json!({ "type": "join", "call": call })).await?).expect("joined");
        self.epoch = joined.epoch;
        self.peer = joined.peer;
        Ok(joined)
    }

    /// Something in the call, with the epoch of the last join.
    pub async fn act(&mut self, kind: &str) -> Result<Value, String> {
        let epoch = self.epoch;
        self.ask(json!({ "type": kind, "epoch": epoch })).await
    }

    /// A raw frame.
    pub async fn send(&mut self, text: &str) {
        // A socket that the server has closed shows when it is read.
        let _ = self.write.send(Message::text(text)).await;
    }

    /// Waits for the call to be in a phase; gives the view that says so.
    pub async fn phase(&mut self, phase: CallPhase) -> CallView {
        self.view(&format!("{phase:?}"), |view| view.phase == phase).await
    }

    /// Waits for a view of the call.
    pub async fn view(&mut self, what: &str, wanted: impl Fn(&CallView) -> bool) -> CallView {
        self.wait(what, |message| match message {
            ServerMessage::Call { call } if wanted(call) => Some((**call).clone()),
            _ => None,
        })
        .await
    }

    /// Waits for a message; earlier ones are kept for other waits.
    pub async fn wait<T>(&mut self, what: &str, wanted: impl Fn(&ServerMessage) -> Option<T>) -> T {
        self.try_wait(what, wanted).await.unwrap_or_else(|end| panic!("{end}"))
    }

    /// The same; an error if the socket is closed instead.
    async fn try_wait<T>(&mut self, what: &str, wanted: impl Fn(&ServerMessage) -> Option<T>) -> Result<T, String> {
        if let Some(place) = self.heard.iter().position(|message| wanted(message).is_some()) {
            return Ok(wanted(&self.heard.remove(place)).expect("just seen"));
        }
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let frame = tokio::time::timeout_at(deadline, self.read.next()).await;
            let frame = frame.unwrap_or_else(|_| panic!("{what} didn't come; came: {:#?}", self.heard));
            match frame {
                Some(Ok(Message::Text(text))) => {
                    let message: ServerMessage = serde_json::from_str(&text).expect("a message");
                    if let ServerMessage::Recording { recording } = &message {
                        self.recording = recording.id;
                    }
                    if let Some(found) = wanted(&message) {
                        return Ok(found);
                    }
                    self.heard.push(message);
                }
                Some(Ok(_)) => {}
                end => {
                    return Err(format!(
                        "the socket ended ({end:?}) before {what}; came: {:#?}",
                        self.heard
                    ));
                }
            }
        }
    }

    /// Whether such a message came that wasn't waited for.
    pub fn has_heard(&self, wanted: impl Fn(&ServerMessage) -> bool) -> bool {
        self.heard.iter().any(wanted)
    }

    /// Forgets what came before.
    pub fn forget(&mut self) {
        self.heard.clear();
    }

    /// Waits until the server closes the socket; gives the reason it told.
    pub async fn closed(mut self) -> Option<String> {
        let mut reason = None;
        let end = async {
            while let Some(Ok(frame)) = self.read.next().await {
                if let Message::Text(text) = frame
                    && let Ok(ServerMessage::Closing { reason: told }) = serde_json::from_str(&text)
                {
                    reason = Some(told);
                }
            }
        };
        tokio::time::timeout(PATIENCE, end)
            .await
            .expect("the server closes the socket");
        reason
    }
}
