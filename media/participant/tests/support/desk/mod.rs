//! A control plane for one call of one buyer and one seller, without money: HTTP and signaling as the product speaks
//! them, over the real media node. What it charges is made up.

mod api;
mod socket;

use anyhow::Result;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};
use tallyroom_media_protocol::{
    PeerId, ProducerInfo,
    signaling::{CallPhase, CallRole, CallView, EndReason, OtherView, Problem, ServerMessage},
};
use tallyroom_participant::{
    bare::BareNode,
    http::{Credentials, Tenant},
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};
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
            caller_rating: None,
            call: state.call,
            caller_name: "Buyer".into(),
            service_title: "Talk".into(),
            into_call: false,
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
            role: role.into(),
            phase: state.phase,
            suspended: None,
            ended: (state.phase == CallPhase::Ended).then_some(EndReason::BuyerEnded),
            ended_because: None,
            until_ms: None,
            rung: role == CallRole::Seller,
            prepaid: false,
            free: false,
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
}

fn opposite(role: CallRole) -> CallRole {
    match role {
        CallRole::Buyer => CallRole::Seller,
        CallRole::Seller => CallRole::Buyer,
    }
}
