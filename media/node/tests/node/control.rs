//! The other side: a control plane of a few lines, and the node's process.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tallyroom_media_protocol::{
    ControlMessage, MAX_MESSAGE_BYTES, MediaId, MediaKind, MediaSource, NodeMessage, PROTOCOL_VERSION, PeerFlow,
    PeerId, Refusal, RefusalKind, Reply, Request, RoomId,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request as Upgrade, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};
use uuid::Uuid;

pub const TOKEN: &str = "test-token";
/// Nothing here takes so long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing happened"))
}

/// A running media node; killed when dropped.
pub struct Node(Child);

impl Node {
    pub fn start(control: &str, options: &[&str]) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_tallyroom-media")), control, options)
    }

    /// No file that it writes gets longer than `bytes`.
    pub fn start_limited(control: &str, options: &[&str], bytes: u64) -> Self {
        let mut shell = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", bytes / 512);
        shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_tallyroom-media")]);
        Self::run(shell, control, options)
    }

    fn run(mut command: Command, control: &str, options: &[&str]) -> Self {
        command
            .args(["--control", control, "--ports", "42000-42999"])
            .args(options);
        command
            .env("TALLYROOM_MEDIA_TOKEN", TOKEN)
            .env("TALLYROOM_LOG_FILTER", "error")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Self(command.spawn().expect("the node starts"))
    }

    pub async fn exit(&mut self) -> ExitStatus {
        soon("exit", self.0.wait()).await.expect("exit status")
    }

    /// As if the machine were out of memory: it can't say goodbye.
    pub async fn kill(&mut self) {
        self.0.kill().await.expect("killed");
    }

    pub fn terminate(&self) {
        let pid = self.0.id().expect("running").to_string();
        assert!(
            std::process::Command::new("kill")
                .arg(pid)
                .status()
                .expect("kill")
                .success()
        );
    }
}

pub struct ControlPlane {
    listener: TcpListener,
    pub url: String,
}

impl ControlPlane {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let url = format!("ws://{}/internal/media", listener.local_addr().expect("address"));
        Self { listener, url }
    }

    /// Takes the node's connection and reads its hello, but doesn't welcome it.
    pub async fn accept(&self) -> Connection {
        let (stream, _) = soon("dial", self.listener.accept()).await.expect("accept");
        #[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
        let check = |upgrade: &Upgrade, response: Response| -> Result<Response, ErrorResponse> {
            assert_eq!(upgrade.uri().path(), "/internal/media");
            let bearer = upgrade.headers().get("authorization").expect("authorization");
            assert_eq!(bearer, &format!("Bearer {TOKEN}"));
            Ok(response)
        };
        let limits = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE_BYTES));
        let socket = accept_hdr_async_with_config(stream, check, Some(limits))
            .await
            .expect("upgrade");
        let mut connection = Connection {
            socket,
            node: Uuid::nil(),
            capacity: 0,
            last_id: 0,
        };
        let NodeMessage::Hello {
            node,
            version,
            capacity,
        } = connection.receive().await
        else {
            panic!("no hello")
        };
        assert_eq!(version, PROTOCOL_VERSION);
        (connection.node, connection.capacity) = (node, capacity);
        connection
    }

    pub async fn welcome(&self) -> Connection {
        let mut connection = self.accept().await;
        connection.send(&ControlMessage::Welcome).await;
        connection
    }
}

pub struct Connection {
    socket: WebSocketStream<TcpStream>,
    pub node: Uuid,
    pub capacity: u32,
    last_id: u64,
}

impl Connection {
    pub async fn send(&mut self, message: &ControlMessage) {
        self.send_text(serde_json::to_string(message).expect("json")).await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    pub async fn receive(&mut self) -> NodeMessage {
        loop {
            let frame = soon("message", self.socket.next()).await.expect("open").expect("frame");
            if let Message::Text(text) = frame {
                return serde_json::from_str(&text).expect("a node's message");
            }
        }
    }

    /// Sends a request without waiting for its answer.
    pub async fn ask(&mut self, body: Request) -> u64 {
        self.last_id += 1;
        self.send(&ControlMessage::Request { id: self.last_id, body }).await;
        self.last_id
    }

    pub async fn answer(&mut self) -> (u64, Result<Reply, Refusal>) {
        loop {
            if let NodeMessage::Response { id, result } = self.receive().await {
                return (id, result);
            }
        }
    }

    pub async fn request(&mut self, body: Request) -> Result<Reply, Refusal> {
        let asked = self.ask(body).await;
        let (id, result) = self.answer().await;
        assert_eq!(id, asked);
        result
    }

    pub async fn done(&mut self, body: Request) {
        let reply = self.request(body).await.expect("done");
        assert!(matches!(reply, Reply::Done), "{reply:?}");
    }

    pub async fn refused(&mut self, body: Request) -> RefusalKind {
        self.request(body).await.expect_err("refused").kind
    }

    /// The next flow report that `enough` likes.
    pub async fn flow(&mut self, enough: impl Fn(&[PeerFlow]) -> bool) -> Vec<PeerFlow> {
        let wanted = async {
            loop {
                match self.receive().await {
                    NodeMessage::Flow { peers, .. } if enough(&peers) => return peers,
                    _ => {}
                }
            }
        };
        soon("flow", wanted).await
    }

    pub async fn join(&mut self, room: RoomId) -> Member {
        let peer = Uuid::new_v4();
        match self
            .request(Request::Join { room, peer, send: true })
            .await
            .expect("joined")
        {
            Reply::Joined { send, recv, .. } => {
                let id = |transport: Value| transport["id"].as_str().expect("id").to_owned();
                Member {
                    room,
                    peer,
                    send: id(send.expect("sending transport")),
                    recv: id(recv),
                    mids: 0,
                }
            }
            reply => panic!("{reply:?}"),
        }
    }

    pub async fn produce(&mut self, member: &mut Member, paused: bool) -> MediaId {
        match self.request(member.produce(paused)).await.expect("produced") {
            Reply::Produced { producer } => producer,
            reply => panic!("{reply:?}"),
        }
    }

    pub async fn consume(&mut self, member: &Member, producers: &[MediaId]) -> Vec<Value> {
        match self
            .request(member.consume(producers.to_vec()))
            .await
            .expect("consumed")
        {
            Reply::Consumed { consumers } => consumers,
            reply => panic!("{reply:?}"),
        }
    }
}

/// One peer of a room and its transports.
pub struct Member {
    pub room: RoomId,
    pub peer: PeerId,
    pub send: MediaId,
    pub recv: MediaId,
    mids: u32,
}

impl Member {
    /// Sound, with parameters as a browser gives them.
    pub fn produce(&mut self, paused: bool) -> Request {
        self.mids += 1;
        let rtp = json!({
            "mid": self.mids.to_string(),
            "codecs": [opus("payloadType")],
            "headerExtensions": [],
            "encodings": [{"ssrc": 1000 + self.mids, "dtx": false}],
            "rtcp": {"cname": "test", "reducedSize": true},
        });
        let (room, peer, transport) = (self.room, self.peer, self.send.clone());
        Request::Produce {
            room,
            peer,
            transport,
            kind: MediaKind::Audio,
            source: MediaSource::Microphone,
            rtp,
            paused,
        }
    }

    pub fn consume(&self, producers: Vec<MediaId>) -> Request {
        let mut codec = opus("preferredPayloadType");
        codec["kind"] = json!("audio");
        let caps = json!({"codecs": [codec], "headerExtensions": []});
        Request::Consume {
            room: self.room,
            peer: self.peer,
            producers,
            caps,
        }
    }

    pub fn connect(&self, transport: &MediaId) -> Request {
        let value = ["AB"; 32].join(":");
        let dtls = json!({"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": value}]});
        Request::ConnectTransport {
            room: self.room,
            peer: self.peer,
            transport: transport.clone(),
            dtls,
        }
    }

    pub fn leave(&self) -> Request {
        Request::Leave {
            room: self.room,
            peer: self.peer,
        }
    }
}

fn opus(payload_type: &str) -> Value {
    let mut codec = json!({"mimeType": "audio/opus", "clockRate": 48000, "channels": 2,
                           "parameters": {"minptime": 10}, "rtcpFeedback": []});
    codec[payload_type] = json!(111);
    codec
}

/// A node and its first link.
pub async fn started(options: &[&str]) -> (Node, Connection) {
    let control = ControlPlane::start().await;
    let node = Node::start(&control.url, options);
    let connection = control.welcome().await;
    (node, connection)
}
