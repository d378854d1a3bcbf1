//! A control plane for one call of one buyer and one seller, without money: HTTP and signaling as the product speaks
//! them, over the real media node. What it charges is made up.

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};
use tallyroom_media_protocol::{
    PeerId, ProducerInfo, Reply, Request,
    signaling::{
        CallPhase, CallRole, CallView, ChatLine, ClientMessage, ClientRequest, EndReason, Joined, OtherView, Problem,
        ServerMessage,
    },
};
use tallyroom_participant::{
    bare::BareNode,
    http::{Credentials, Tenant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request as Upgrade, Response},
        http::StatusCode,
    },
};
use uuid::Uuid;

pub const HOST: &str = "canary.localhost:8080";

/// One person, as far as the desk knows.
#[derive(Default)]
struct Person {
    /// Open sockets.
    outs: Vec<mpsc::UnboundedSender<ServerMessage>>,
    /// The socket that joined last.
    joined_on: Option<mpsc::WeakUnboundedSender<ServerMessage>>,
    peer: Option<PeerId>,
    epoch: u64,
    has_pressed: bool,
    is_available: bool,
}

impl Person {
    fn tell(&self, message: &ServerMessage) {
        for out in &self.outs {
            let _ = out.send(message.clone());
        }
    }
}

struct State {
    node: Option<BareNode>,
    people: HashMap<CallRole, Person>,
    producers: Vec<ProducerInfo>,
    call: Uuid,
    phase: CallPhase,
    /// Tokens that were given out before the latest restart are worth nothing.
    generation: u32,
    wallet: i64,
    bill: Value,
}

/// The desk; it can be restarted.
pub struct Desk {
    inner: Arc<Inner>,
    address: String,
    server: Mutex<JoinHandle<()>>,
}

struct Inner {
    state: Mutex<State>,
    charged: AtomicI64,
}

type Problems<T> = Result<T, Problem>;

fn problem(code: &str) -> Problem {
    Problem {
        code: code.into(),
        message: code.into(),
    }
}

impl Desk {
    pub async fn open(node: BareNode) -> Result<Self> {
        let people = [CallRole::Buyer, CallRole::Seller]
            .map(|role| (role, Person::default()))
            .into();
        let bill = json!({"billable_ms": 9000, "charged_minor": 30, "seller_minor": 24, "tenant_minor": 6,
            "currency": "EUR", "lines": [], "ledger_sum_minor": 0});
        let state = State {
            node: Some(node),
            people,
            producers: vec![],
            call: Uuid::new_v4(),
            phase: CallPhase::Ended,
            generation: 0,
            wallet: 0,
            bill,
        };
        let inner = Arc::new(Inner {
            state: Mutex::new(state),
            charged: AtomicI64::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let server = Mutex::new(tokio::spawn(serve(inner.clone(), listener)));
        Ok(Self { inner, address, server })
    }

    pub fn tenant(&self) -> Tenant {
        Tenant {
            address: self.address.clone(),
            host: HOST.into(),
        }
    }

    pub fn call(&self) -> Uuid {
        self.inner.lock().call
    }

    /// A new call that rings.
    pub fn ring(&self) -> Uuid {
        self.inner.ring()
    }

    /// A new call in its pre-check.
    pub fn pre_check(&self) -> Uuid {
        let call = self.ring();
        self.inner.set_phase(CallPhase::PreCheck);
        call
    }

    pub fn set_bill(&self, field: &str, value: Value) {
        self.inner.lock().bill[field] = value;
    }

    pub fn is_available(&self) -> bool {
        self.inner.lock().people[&CallRole::Seller].is_available
    }

    pub fn phase(&self) -> CallPhase {
        self.inner.lock().phase
    }

    /// Whether a person has a socket.
    pub fn is_connected(&self, role: CallRole) -> bool {
        self.inner.lock().people[&role].outs.iter().any(|out| !out.is_closed())
    }

    /// Closes a person's socket as a failing network would.
    pub fn cut(&self, role: CallRole) {
        self.inner.lock().people.entry(role).or_default().outs.clear();
    }

    /// The node is gone; the next one takes over.
    pub fn move_to(&self, node: BareNode) {
        let mut state = self.inner.lock();
        state.node = Some(node);
        state.producers.clear();
        for person in state.people.values_mut() {
            person.peer = None;
            person.tell(&ServerMessage::MediaReset);
        }
    }

    /// All sockets break, nobody listens for a moment, and all tokens are void.
    pub async fn restart(&self, pause: std::time::Duration) -> Result<()> {
        let old = {
            let mut state = self.inner.lock();
            state.generation += 1;
            state.people.values_mut().for_each(|person| person.outs.clear());
            std::mem::replace(&mut *self.server.lock().unwrap(), tokio::spawn(async {}))
        };
        old.abort();
        let _ = old.await;
        tokio::time::sleep(pause).await;
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(self.address.parse()?)?;
        *self.server.lock().unwrap() = tokio::spawn(serve(self.inner.clone(), socket.listen(64)?));
        Ok(())
    }
}

pub fn credentials(role: CallRole) -> Credentials {
    let name = if role == CallRole::Buyer { "buyer" } else { "seller" };
    Credentials {
        email: format!("{name}@canary.test"),
        password: "secret".into(),
    }
}

async fn serve(inner: Arc<Inner>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let inner = inner.clone();
        tokio::spawn(async move { inner.answer(stream).await });
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn ring(&self) -> Uuid {
        let mut state = self.lock();
        state.call = Uuid::new_v4();
        state.phase = CallPhase::Ringing;
        state.producers.clear();
        state
            .people
            .values_mut()
            .for_each(|person| (person.has_pressed, person.peer) = (false, None));
        let ring = ServerMessage::Ring {
            call: state.call,
            caller_name: "Buyer".into(),
            service_title: "Talk".into(),
            until_ms: 0,
            server_now_ms: 0,
        };
        state.people[&CallRole::Seller].tell(&ring);
        state.call
    }

    fn set_phase(&self, phase: CallPhase) {
        let mut state = self.lock();
        state.phase = phase;
        for (role, person) in &state.people {
            person.tell(&ServerMessage::Call {
                call: Box::new(self.view(&state, *role)),
            });
        }
    }

    fn view(&self, state: &State, role: CallRole) -> CallView {
        let (own, other) = (&state.people[&role], &state.people[&opposite(role)]);
        CallView {
            id: state.call,
            role,
            phase: state.phase,
            suspended: None,
            ended: (state.phase == CallPhase::Ended).then_some(EndReason::BuyerEnded),
            until_ms: None,
            other: OtherView {
                name: "X".into(),
                present: other.peer.is_some(),
                connected: other.has_pressed,
            },
            you_connected: own.has_pressed,
            service_title: "Talk".into(),
            currency: "EUR".into(),
            rate_minor: 200,
            charged_minor: self.charged.load(Relaxed),
            billable_ms: 0,
            remaining_ms: None,
            running: state.phase == CallPhase::Live,
            available_minor: None,
            server_now_ms: 0,
        }
    }

    fn role_of(&self, token: &str) -> Problems<CallRole> {
        let generation = self.lock().generation;
        match token.split_once('-') {
            Some(("buyer", number)) if number == generation.to_string() => Ok(CallRole::Buyer),
            Some(("seller", number)) if number == generation.to_string() => Ok(CallRole::Seller),
            _ => Err(problem("unauthorized")),
        }
    }

    async fn answer(self: Arc<Self>, mut stream: TcpStream) -> Result<()> {
        let mut start = [0; 7];
        while stream.peek(&mut start).await? < start.len() {}
        if &start == b"GET /ws" {
            return self.talk(stream).await;
        }
        let mut bytes = Vec::new();
        let head = loop {
            if stream.read_buf(&mut bytes).await? == 0 {
                bail!("closed");
            }
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
        let header = |name: &str| {
            let lines = text.lines().filter_map(|line| line.split_once(": "));
            lines
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
                .next()
        };
        let length: usize = header("content-length").map_or(Ok(0), |length| length.parse())?;
        while bytes.len() < head + length {
            stream.read_buf(&mut bytes).await?;
        }
        let body: Value = serde_json::from_slice(&bytes[head..]).unwrap_or(Value::Null);
        let mut words = text.split(' ');
        let (method, path) = (words.next().context("method")?, words.next().context("path")?);
        let token = header("authorization").unwrap_or_default().replacen("Bearer ", "", 1);
        let right_host = header("host").as_deref() == Some(HOST);
        let (status, answer) = match self.api(method, path, &token, &body).await {
            Ok(answer) if right_host => (200, answer),
            Ok(_) => (421, json!({"error": problem("wrong_host")})),
            Err(problem) if problem.code == "unauthorized" => (401, json!({"error": problem})),
            Err(problem) if problem.code == "not_found" => (404, json!({"error": problem})),
            Err(problem) => (409, json!({"error": problem})),
        };
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\n");
        stream
            .write_all(format!("{head}content-length: {}\r\n\r\n{answer}", answer.len()).as_bytes())
            .await?;
        Ok(())
    }

    async fn api(&self, method: &str, path: &str, token: &str, body: &Value) -> Problems<Value> {
        if (method, path) == ("POST", "/api/v1/session") {
            let name = body["email"]
                .as_str()
                .and_then(|email| email.split_once('@'))
                .ok_or(problem("invalid"))?
                .0;
            let token = format!("{name}-{}", self.lock().generation);
            return Ok(
                json!({"access_token": token, "user": {"id": Uuid::new_v4(), "name": name, "email": "", "is_seller": true}}),
            );
        }
        if (method, path) == ("POST", "/gateway/test/abc") {
            self.lock().wallet += 5_000;
            return Ok(Value::Null);
        }
        let role = self.role_of(token)?;
        let call = self.lock().call;
        let of_call = |what: &str| format!("/api/v1/calls/{call}{what}");
        match (method, path) {
            ("GET", "/api/v1/selling/services") => Ok(
                json!({"items": [{"id": Uuid::new_v4(), "published": false}, {"id": Uuid::from_u128(5), "published": true}]}),
            ),
            ("GET", "/api/v1/calls") => {
                let state = self.lock();
                let ended = (state.phase == CallPhase::Ended).then_some(1);
                Ok(json!({"items": [{"id": state.call, "role": role, "ended_at_ms": ended}]}))
            }
            ("GET", "/api/v1/wallet") => Ok(json!({"available_minor": self.lock().wallet})),
            ("POST", "/api/v1/wallet/top-ups") => {
                let page = format!("http://{HOST}/gateway/test/abc");
                Ok(json!({"id": Uuid::from_u128(9), "state": "pending", "redirect_url": page}))
            }
            ("GET", "/api/v1/wallet/top-ups/00000000-0000-0000-0000-000000000009") => {
                let state = if self.lock().wallet > 0 { "settled" } else { "pending" };
                Ok(json!({"id": Uuid::from_u128(9), "state": state, "redirect_url": null}))
            }
            ("PUT", "/api/v1/selling/availability") => {
                self.lock().people.entry(role).or_default().is_available = true;
                Ok(Value::Null)
            }
            ("POST", "/api/v1/calls") if body["service_id"] == json!(Uuid::from_u128(5)) => {
                Ok(json!({"id": self.ring()}))
            }
            ("POST", path) if path == of_call("/accept") => {
                self.set_phase(CallPhase::PreCheck);
                Ok(Value::Null)
            }
            ("GET", path) if path == of_call("") => {
                if self.lock().phase == CallPhase::Live {
                    self.charged.fetch_add(10, Relaxed);
                }
                Ok(json!(self.view(&self.lock(), role)))
            }
            ("GET", path) if path == of_call("/bill") => Ok(self.lock().bill.clone()),
            _ => Err(problem("not_found")),
        }
    }

    async fn talk(self: Arc<Self>, stream: TcpStream) -> Result<()> {
        let mut role = Err(problem("unauthorized"));
        let upgrade = |request: &Upgrade, response: Response| {
            let bearer = request
                .headers()
                .get("authorization")
                .and_then(|value| value.to_str().ok());
            role = self.role_of(bearer.unwrap_or_default().trim_start_matches("Bearer "));
            if role.is_ok() {
                return Ok(response);
            }
            let mut refusal = ErrorResponse::new(Some("not logged in".to_owned()));
            *refusal.status_mut() = StatusCode::UNAUTHORIZED;
            Err(refusal)
        };
        let socket = accept_hdr_async(stream, upgrade).await?;
        let Ok(role) = role else { bail!("unauthorized") };
        let (mut writer, mut reader) = socket.split();
        let (out, mut queue) = mpsc::unbounded_channel();
        self.lock().people.entry(role).or_default().outs.push(out.clone());
        let mine = out.downgrade();
        let _ = out.send(ServerMessage::Hello { server_now_ms: 0 });
        drop(out);
        loop {
            tokio::select! {
                message = queue.recv() => {
                    let Some(message) = message else { return Ok(()) };
                    writer.send(Message::text(serde_json::to_string(&message)?)).await?;
                }
                message = reader.next() => {
                    let Message::Text(text) = message.context("gone")?? else { continue };
                    let ClientMessage { id, body } = serde_json::from_str(&text)?;
                    let Some(out) = mine.upgrade() else { return Ok(()) };
                    let inner = self.clone();
                    tokio::spawn(async move {
                        let (ok, error) = match inner.handle(role, body, &out).await {
                            Ok(value) => (Some(value), None),
                            Err(problem) => (None, Some(problem)),
                        };
                        let _ = out.send(ServerMessage::Reply { id, ok, error });
                    });
                }
            }
        }
    }

    async fn node(&self, request: Request) -> Problems<Reply> {
        let node = self.lock().node.clone().ok_or(problem("no_media"))?;
        node.request(request).await.map_err(|error| Problem {
            code: "media".into(),
            message: error.to_string(),
        })
    }

    async fn join(&self, role: CallRole, call: Uuid, out: &mpsc::UnboundedSender<ServerMessage>) -> Problems<Value> {
        let peer = Uuid::new_v4();
        let old = {
            let mut state = self.lock();
            if state.call != call || matches!(state.phase, CallPhase::Ringing | CallPhase::Ended) {
                return Err(problem("not_in_call"));
            }
            let person = state.people.entry(role).or_default();
            let before = person
                .joined_on
                .replace(out.downgrade())
                .and_then(|before| before.upgrade());
            if let Some(before) = before.filter(|before| !before.same_channel(out)) {
                let _ = before.send(ServerMessage::Replaced);
            }
            person.epoch += 1;
            person.peer.replace(peer)
        };
        if let Some(old) = old {
            self.lock().producers.retain(|producer| producer.peer != old);
            self.node(Request::Leave { room: call, peer: old }).await?;
        }
        let joined = self
            .node(Request::Join {
                room: call,
                peer,
                send: true,
            })
            .await?;
        let Reply::Joined { caps, send, recv, .. } = joined else {
            return Err(problem("media"));
        };
        let phase = self.lock().phase;
        self.set_phase(phase);
        let state = self.lock();
        let producers = state
            .producers
            .iter()
            .filter(|info| info.peer != peer)
            .cloned()
            .collect();
        let (epoch, call) = (state.people[&role].epoch, self.view(&state, role));
        let send = send.unwrap_or(Value::Null);
        Ok(json!(Joined {
            epoch,
            peer,
            call,
            caps,
            send,
            recv,
            producers,
            chat: vec![]
        }))
    }

    /// The room and the peer of a request that carries `epoch`.
    fn seat(&self, role: CallRole, epoch: u64) -> Problems<(Uuid, PeerId)> {
        let state = self.lock();
        let person = &state.people[&role];
        let peer = person.peer.filter(|_| person.epoch == epoch);
        Ok((state.call, peer.ok_or(problem("stale_epoch"))?))
    }

    async fn handle(
        &self,
        role: CallRole,
        request: ClientRequest,
        out: &mpsc::UnboundedSender<ServerMessage>,
    ) -> Problems<Value> {
        match request {
            ClientRequest::Join { call } => return self.join(role, call, out).await,
            ClientRequest::ConnectTransport { epoch, transport, dtls } => {
                let (room, peer) = self.seat(role, epoch)?;
                self.node(Request::ConnectTransport {
                    room,
                    peer,
                    transport,
                    dtls,
                })
                .await?;
            }
            ClientRequest::Produce {
                epoch,
                transport,
                kind,
                rtp,
                paused,
            } => {
                let (room, peer) = self.seat(role, epoch)?;
                let produced = self
                    .node(Request::Produce {
                        room,
                        peer,
                        transport,
                        kind,
                        rtp,
                        paused,
                    })
                    .await?;
                let Reply::Produced { producer } = produced else {
                    return Err(problem("media"));
                };
                let info = ProducerInfo {
                    producer: producer.clone(),
                    peer,
                    kind,
                    paused,
                };
                let mut state = self.lock();
                state.producers.push(info.clone());
                state.people[&opposite(role)].tell(&ServerMessage::Producer { producer: info });
                return Ok(json!({"producer": producer}));
            }
            ClientRequest::Consume { epoch, producers, caps } => {
                let (room, peer) = self.seat(role, epoch)?;
                let consumed = self
                    .node(Request::Consume {
                        room,
                        peer,
                        producers,
                        caps,
                    })
                    .await?;
                let Reply::Consumed { consumers } = consumed else {
                    return Err(problem("media"));
                };
                return Ok(json!({"consumers": consumers}));
            }
            ClientRequest::Connect { epoch } => {
                self.seat(role, epoch)?;
                self.lock().people.entry(role).or_default().has_pressed = true;
                let have_both = self.lock().people.values().all(|person| person.has_pressed);
                self.set_phase(if have_both {
                    CallPhase::Live
                } else {
                    CallPhase::PreCheck
                });
            }
            ClientRequest::End { epoch } => {
                self.seat(role, epoch)?;
                self.set_phase(CallPhase::Ended);
            }
            ClientRequest::Chat { epoch, text } => {
                self.seat(role, epoch)?;
                let line = ChatLine {
                    id: Uuid::new_v4(),
                    from: role,
                    name: "X".into(),
                    text,
                    at_ms: 0,
                };
                for person in self.lock().people.values() {
                    person.tell(&ServerMessage::Chat { line: line.clone() });
                }
            }
            _ => {}
        }
        Ok(Value::Null)
    }
}

fn opposite(role: CallRole) -> CallRole {
    match role {
        CallRole::Buyer => CallRole::Seller,
        CallRole::Seller => CallRole::Buyer,
    }
}
