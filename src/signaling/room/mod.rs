//! One call's room: a task that owns the session and everybody's seat.

mod chairs;
mod chat;
mod end;
mod guests;
mod leg;
mod legs;
mod media;
mod purse;
mod recording;
mod reports;
mod ringing;
mod seat;
mod task;
mod view;
mod visitors;

pub(super) use task::RETRY;

use crate::{
    app::{App, legs::Offered, ports::MediaNodes},
    domain::{
        call::{Epoch, Evidence, Session, Stretch},
        guest::GuestRole,
        ids::{CallId, GuestId, ServiceId, UserId},
    },
    error::{Error, Result},
    signaling::{
        books::Books,
        people::{People, Socket},
        rooms::Rooms,
    },
    store::{TenantScope, calls::Call, metering::LegAnswer},
};
use futures::{FutureExt, future::BoxFuture};
pub(super) use seat::Chair;
use serde_json::Value;
use std::sync::Arc;
use tallyroom_media_protocol::{
    MediaId, PeerFlow, PeerId, ProducerInfo, Reception, RecordingProblem, Refusal, Reply,
    signaling::{CallView, ChatLine, ClientRequest, Joined, ServerMessage},
};
use tokio::sync::{mpsc, oneshot};
use tracing::Instrument;
use uuid::Uuid;

/// Messages that may wait for a room; media reports are dropped when it is full, people are told to try again.
const MAILBOX: usize = 256;

/// What a room needs of the world.
#[derive(Clone)]
pub(super) struct World {
    pub app: App,
    pub media: Arc<dyn MediaNodes>,
    pub books: Books,
    pub people: Arc<People>,
    pub rooms: Arc<Rooms>,
}

/// Where a person's answer goes.
pub(super) type Answer<T> = oneshot::Sender<Result<T>>;

/// Everything that can happen to a room.
pub(super) enum RoomMessage {
    /// The person said yes or no to the ring, or gave up.
    Decide {
        person: UserId,
        decision: Decision,
        answer: Answer<()>,
    },
    /// The people who run the place end the call, and say why.
    Stop { because: String, answer: Answer<()> },
    /// The person enters.
    Join {
        person: UserId,
        socket: Socket,
        answer: Answer<Box<Joined>>,
    },
    /// The media node let somebody in, or not.
    Admitted {
        chair: Chair,
        epoch: Epoch,
        peer: PeerId,
        result: Result<Reply, Refusal>,
        answer: Answer<Box<Joined>>,
    },
    /// The person asks for something.
    Request {
        person: UserId,
        request: ClientRequest,
        answer: Answer<Value>,
    },
    /// Something was stored in the chat: both are told.
    Said(ChatLine),
    /// The media node made a producer.
    Produced {
        chair: Chair,
        epoch: Epoch,
        info: ProducerInfo,
        answer: Answer<Value>,
    },
    /// A socket that had joined closed.
    Closed { person: UserId, epoch: Epoch },
    /// The person opened a page: if it rings for them, they should hear.
    Greet { person: UserId },
    /// Somebody has come to the host's private room: they are told, also when they come later.
    Announce(Box<ServerMessage>),
    /// A place for a third person was made, or somebody was let in: whoever waits hears of it.
    GuestsChanged,
    /// A third person is shown out.
    ShowOut { guest: GuestId },
    /// Whoever came first to a free talk is shown out.
    ShowFirstOut,
    /// A leg of this call stands so.
    Leg(Box<legs::Leg>),
    /// A mark was passed in a leg of this call.
    LegWarned { leg: CallId, minutes_left: u32 },
    /// To a leg: one of its two is in its call's room, or isn't any more.
    Here(leg::Here),
    /// To a leg: its third person waits to be let into its call.
    Waits,
    /// To a leg: what flowed between its two.
    LegFlow(Evidence),
    /// To a leg: its call is over, or its third person is out; whose doing that is.
    LegOver { by: Option<UserId> },
    /// Somebody is to be brought in, says the seller, or isn't after all, says either.
    Propose {
        person: UserId,
        proposal: Option<Box<legs::Proposal>>,
        answer: Answer<()>,
    },
    /// The buyer has somebody brought in for that.
    BroughtIn { service: ServiceId },
    /// How the person sees the call.
    View {
        person: UserId,
        answer: Answer<Box<CallView>>,
    },
    /// The ledger answered.
    Metered(LegAnswer),
    /// Somebody's wallet changed.
    Wallet { payer: UserId, available_minor: i64 },
    /// What else the buyer pays takes from the wallet otherwise than before, and left so much, if that changed.
    Purse { available_minor: Option<i64> },
    /// What the buyer can spend on this call, whatever it is paid from.
    Credit { available_minor: i64 },
    /// Minutes were paid for at a price of their own.
    Priced(Stretch),
    /// What flowed.
    Flow(Vec<PeerFlow>),
    /// How well somebody receives something has changed.
    Receiving {
        peer: PeerId,
        producer: MediaId,
        reception: Reception,
    },
    /// The media node is gone.
    NodeGone { node: Uuid },
    /// Somebody stopped sending.
    ProducerClosed { producer: MediaId },
    /// What is recorded can't be written any further.
    RecordingFailed { take: Uuid, problem: RecordingProblem },
    /// The media node didn't begin to write what somebody sends.
    NotRecorded { node: Uuid, take: Uuid, peer: PeerId },
}

/// Puts news into a room's mailbox without waiting: whoever tells may be what the room waits for. Nothing is lost, and a
/// room that is gone has no use for it.
pub(super) fn deliver(room: &mpsc::Sender<RoomMessage>, message: RoomMessage) {
    if let Err(mpsc::error::TrySendError::Full(message)) = room.try_send(message) {
        let room = room.clone();
        tokio::spawn(async move { room.send(message).await });
    }
}

/// What a person can do about a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The seller takes the call.
    Accept,
    /// The seller doesn't.
    Reject,
    /// The buyer gives up.
    Cancel,
}

/// A room's mailbox.
#[derive(Clone)]
pub struct RoomHandle(pub(super) mpsc::Sender<RoomMessage>);

impl RoomHandle {
    /// Opens the room of a call: fresh, or read back with `stored` events, which then recovers.
    pub(super) fn open(
        world: World,
        scope: TenantScope,
        call: Call,
        session: Session,
        stored: Option<usize>,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (mailbox, messages) = mpsc::channel(MAILBOX);
        let span = tracing::info_span!("room", tenant = %scope.tenant(), call = %call.id);
        let room = task::Room::new(world, scope, call, session, mailbox.clone(), stored.unwrap_or(0));
        let task = tokio::spawn(room.run(messages, stored.is_some()).instrument(span));
        (Self(mailbox), task)
    }

    /// Puts a message into the mailbox, at once and so in the order of the calls; the future waits for its answer.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        message: impl FnOnce(Answer<T>) -> RoomMessage,
    ) -> BoxFuture<'static, Result<T>> {
        let (answer, answered) = oneshot::channel();
        let sent = self.0.try_send(message(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::too_many(1),
            mpsc::error::TrySendError::Closed(_) => over(),
        });
        async move {
            sent?;
            answered.await.map_err(|_| over())?
        }
        .boxed()
    }

    /// The person's decision about the ring.
    ///
    /// # Errors
    /// It isn't theirs to make, or too late.
    pub async fn decide(&self, person: UserId, decision: Decision) -> Result<()> {
        self.ask(|answer| RoomMessage::Decide {
            person,
            decision,
            answer,
        })
        .await
    }

    /// Ends the call, whatever it is doing; both are told why.
    ///
    /// # Errors
    /// It is over.
    pub(super) async fn stop(&self, because: String) -> Result<()> {
        self.ask(|answer| RoomMessage::Stop { because, answer }).await
    }

    /// The host hears who has come to their private room, now and whenever they open a page before they join.
    pub fn announce(&self, message: ServerMessage) {
        deliver(&self.0, RoomMessage::Announce(Box::new(message)));
    }

    /// Who is asked in has changed.
    pub fn guests_changed(&self) {
        deliver(&self.0, RoomMessage::GuestsChanged);
    }

    /// A third person has to leave.
    pub fn show_out(&self, guest: GuestId) {
        deliver(&self.0, RoomMessage::ShowOut { guest });
    }

    /// Whoever came first to a free talk has to leave.
    pub fn show_first_out(&self) {
        deliver(&self.0, RoomMessage::ShowFirstOut);
    }

    /// Of a leg: its third person has to leave, says that one.
    pub fn end_leg(&self, by: UserId) {
        deliver(&self.0, RoomMessage::LegOver { by: Some(by) });
    }

    /// The seller would bring somebody in, for that and as that; the buyer is asked.
    ///
    /// # Errors
    /// It isn't the seller, or the call is over.
    pub async fn propose(&self, person: UserId, service: ServiceId, role: GuestRole, offered: Offered) -> Result<()> {
        let proposal = Some(Box::new(legs::Proposal { service, role, offered }));
        self.ask(|answer| RoomMessage::Propose {
            person,
            proposal,
            answer,
        })
        .await
    }

    /// Whom the seller would bring in isn't wanted, or not any more.
    ///
    /// # Errors
    /// It isn't one of the two, or the call is over.
    pub async fn decline_proposed(&self, person: UserId) -> Result<()> {
        self.ask(|answer| RoomMessage::Propose {
            person,
            proposal: None,
            answer,
        })
        .await
    }

    /// The buyer has somebody brought in for that.
    pub fn brought_in(&self, service: ServiceId) {
        deliver(&self.0, RoomMessage::BroughtIn { service });
    }

    /// Tells everybody of a line of the chat that is stored. A room that is gone has nobody to tell.
    pub async fn said(&self, line: ChatLine) {
        let _ = self.0.send(RoomMessage::Said(line)).await;
    }

    /// How the person sees the call.
    ///
    /// # Errors
    /// It isn't theirs, or over.
    pub async fn view(&self, person: UserId) -> Result<Box<CallView>> {
        self.ask(|answer| RoomMessage::View { person, answer }).await
    }
}

pub(super) fn over() -> Error {
    Error::conflict("call_over", "The call is over.")
}
