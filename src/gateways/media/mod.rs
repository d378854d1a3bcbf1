//! Media nodes: they dial in, this keeps the list and passes requests and answers.

mod supervisor;

pub use supervisor::Supervisor;

use crate::{
    app::ports::{MediaEvent, MediaNodes, NodeState},
    domain::time::Moment,
};
use async_trait::async_trait;
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tallyroom_media_protocol::{ControlMessage, NodeMessage, Refusal, RefusalKind, Reply, Request};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// A node that doesn't answer for this long has refused.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Requests that may wait to be sent to one node.
const QUEUE: usize = 1_024;

type Answer = oneshot::Sender<Result<Reply, Refusal>>;
type Nodes = Arc<Mutex<HashMap<Uuid, Node>>>;

/// All media nodes that are connected to this server.
pub struct MediaHub {
    nodes: Nodes,
    events: mpsc::Sender<MediaEvent>,
    next: AtomicU64,
    launch: Uuid,
}

struct Node {
    link: u64,
    out: mpsc::Sender<ControlMessage>,
    waiting: HashMap<u64, Answer>,
    capacity: u32,
    peers: u32,
    draining: bool,
    connected_at: Moment,
}

/// One connection of a node; ends when it is dropped by [`MediaHub::detach`].
pub struct Link {
    /// The node.
    pub node: Uuid,
    number: u64,
    /// What is to be sent to it.
    pub outgoing: mpsc::Receiver<ControlMessage>,
}

impl MediaHub {
    /// Without nodes. What they tell goes to `events`.
    pub fn new(events: mpsc::Sender<MediaEvent>) -> Self {
        Self {
            nodes: Nodes::default(),
            events,
            next: AtomicU64::new(1),
            launch: Uuid::new_v4(),
        }
    }

    /// Names this run of the server. Nodes that it starts itself carry it in the address that they dial.
    pub fn launch(&self) -> Uuid {
        self.launch
    }

    /// A node said hello. An older connection of the same node is forgotten. One that another run of the server started
    /// has a successor by now: it finishes what it carries and ends.
    pub fn attach(&self, node: Uuid, capacity: u32, launch: Option<Uuid>, now: Moment) -> Link {
        let draining = launch.is_some_and(|launch| launch != self.launch);
        let (out, outgoing) = mpsc::channel(QUEUE);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // The queue is new and empty, so these fit.
        let _ = out.try_send(ControlMessage::Welcome);
        if draining {
            let _ = out.try_send(ControlMessage::Drain);
        }
        let fresh = Node {
            link: number,
            out,
            waiting: HashMap::new(),
            capacity,
            peers: 0,
            draining,
            connected_at: now,
        };
        self.connected().insert(node, fresh);
        tracing::info!(%node, capacity, draining, "media node connected");
        Link { node, number, outgoing }
    }

    /// A node's connection ended.
    pub async fn detach(&self, link: &Link) {
        let removed = {
            let mut nodes = self.connected();
            let current = nodes.get(&link.node).is_some_and(|node| node.link == link.number);
            current && nodes.remove(&link.node).is_some()
        };
        if removed {
            tracing::warn!(node = %link.node, "media node lost");
            let _ = self.events.send(MediaEvent::NodeGone { node: link.node }).await;
        }
    }

    /// A node said something.
    pub async fn received(&self, link: &Link, message: NodeMessage) {
        let event = match message {
            NodeMessage::Response { id, result } => {
                let waiting = self
                    .connected()
                    .get_mut(&link.node)
                    .and_then(|node| node.waiting.remove(&id));
                if let Some(answer) = waiting {
                    let _ = answer.send(result);
                }
                return;
            }
            NodeMessage::Flow { peers, .. } => {
                if let Some(node) = self.connected().get_mut(&link.node) {
                    node.peers = u32::try_from(peers.len()).unwrap_or(u32::MAX);
                }
                MediaEvent::Flow { node: link.node, peers }
            }
            NodeMessage::ProducerClosed { room, peer, producer } => MediaEvent::ProducerClosed { room, peer, producer },
            NodeMessage::Receiving {
                room,
                peer,
                producer,
                reception,
            } => MediaEvent::Receiving {
                room,
                peer,
                producer,
                reception,
            },
            NodeMessage::Recorded { room, part } => MediaEvent::Recorded { room, part },
            NodeMessage::RecordingFailed {
                room,
                recording,
                problem,
            } => MediaEvent::RecordingFailed {
                room,
                recording,
                problem,
            },
            // The person's socket tells the same, and sooner.
            NodeMessage::PeerGone { .. } | NodeMessage::Hello { .. } => return,
        };
        let _ = self.events.send(event).await;
    }

    /// How many nodes are connected.
    pub fn count(&self) -> usize {
        self.connected().len()
    }

    fn connected(&self) -> MutexGuard<'_, HashMap<Uuid, Node>> {
        lock(&self.nodes)
    }

    fn send(&self, node: Uuid, body: Request) -> Result<(u64, oneshot::Receiver<Result<Reply, Refusal>>), Refusal> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut nodes = self.connected();
        let node = nodes.get_mut(&node).ok_or_else(|| failed("the media node is gone"))?;
        let (answer, answered) = oneshot::channel();
        node.out
            .try_send(ControlMessage::Request { id, body })
            .map_err(|_| failed("the media node doesn't keep up"))?;
        node.waiting.insert(id, answer);
        Ok((id, answered))
    }
}

fn lock(nodes: &Nodes) -> MutexGuard<'_, HashMap<Uuid, Node>> {
    nodes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(message: &str) -> Refusal {
    Refusal {
        kind: RefusalKind::Failed,
        message: message.to_owned(),
    }
}

#[async_trait]
impl MediaNodes for MediaHub {
    fn place(&self) -> Option<Uuid> {
        let mut nodes = self.connected();
        let (id, node) = nodes
            .iter_mut()
            .filter(|(_, node)| !node.draining && node.peers < node.capacity)
            .min_by_key(|(_, node)| node.peers)?;
        // Until the node's next report, so that rooms opened at once spread out.
        node.peers += 2;
        Some(*id)
    }

    fn order(&self, node: Uuid, request: Request) {
        let answered = match self.send(node, request) {
            Ok((_, answered)) => answered,
            Err(refusal) => return tracing::warn!(?refusal, "the media node can't be told"),
        };
        tokio::spawn(async move {
            if let Ok(Err(refusal)) = answered.await {
                tracing::warn!(?refusal, "the media node refused");
            }
        });
    }

    fn nodes(&self) -> Vec<NodeState> {
        let state = |(id, node): (&Uuid, &Node)| NodeState {
            id: *id,
            capacity: node.capacity,
            peers: node.peers,
            draining: node.draining,
            connected_at: node.connected_at,
        };
        self.connected().iter().map(state).collect()
    }

    fn drain(&self, node: Uuid) -> bool {
        let mut nodes = self.connected();
        let Some(node) = nodes.get_mut(&node) else {
            return false;
        };
        node.draining = true;
        // A node whose queue is full is about to be dropped.
        let _ = node.out.try_send(ControlMessage::Drain);
        true
    }

    fn request(&self, node: Uuid, request: Request) -> BoxFuture<'static, Result<Reply, Refusal>> {
        let (sent, nodes) = (self.send(node, request), Arc::clone(&self.nodes));
        Box::pin(async move {
            let (id, answered) = sent?;
            match tokio::time::timeout(ANSWER_WITHIN, answered).await {
                Ok(Ok(result)) => result,
                Ok(Err(_)) => Err(failed("the media node went away")),
                Err(_) => {
                    if let Some(node) = lock(&nodes).get_mut(&node) {
                        node.waiting.remove(&id);
                    }
                    Err(failed("the media node didn't answer in time"))
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_goes_out_in_the_order_of_the_calls() {
        let hub = MediaHub::new(mpsc::channel(1).0);
        let (node, room, recording) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
        let mut link = hub.attach(node, 10, None, Moment(0));
        assert!(matches!(link.outgoing.try_recv(), Ok(ControlMessage::Welcome)));
        let record = Request::Record {
            room,
            peer: Uuid::new_v4(),
            recording,
            offset_ms: 0,
        };
        // Nobody waits for the first one's answer yet.
        let waits = hub.request(node, record);
        hub.order(node, Request::StopRecording { room, recording });
        for is_next in [
            |body: &Request| matches!(body, Request::Record { .. }),
            |body: &Request| matches!(body, Request::StopRecording { .. }),
        ] {
            let sent = link.outgoing.try_recv();
            assert!(matches!(&sent, Ok(ControlMessage::Request { body, .. }) if is_next(body)));
        }
        drop(waits);
    }

    #[test]
    fn the_nodes_of_an_earlier_run_are_drained_and_get_no_rooms() {
        let hub = MediaHub::new(mpsc::channel(1).0);
        let (left_over, own, elsewhere) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
        let mut link = hub.attach(left_over, 10, Some(Uuid::new_v4()), Moment(0));
        assert!(matches!(link.outgoing.try_recv(), Ok(ControlMessage::Welcome)));
        assert!(matches!(link.outgoing.try_recv(), Ok(ControlMessage::Drain)));
        assert_eq!(hub.place(), None);

        for (node, launch) in [(own, Some(hub.launch())), (elsewhere, None)] {
            let mut link = hub.attach(node, 10, launch, Moment(0));
            assert!(matches!(link.outgoing.try_recv(), Ok(ControlMessage::Welcome)));
            assert!(link.outgoing.try_recv().is_err());
        }
        let placed = [hub.place(), hub.place()];
        assert!(placed.contains(&Some(own)) && placed.contains(&Some(elsewhere)));
    }
}
