//! The room's loop: one message at a time.

use super::{
    Answer, Chair, Decision, RoomMessage, World, guests::Guest, leg::Parent, legs::Leg, over, purse::Shared,
    recording::RoomRecording, seat::Seat, view::Told,
};
use crate::{
    app::legs,
    domain::{
        call::{Action, CallPhase, CallRole, EndReason, Entry, Epoch, Event, Journal, MeterOp, Session},
        ids::{CallId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    signaling::books::Submission,
    store::{TenantScope, call_events::NewEvent, calls::Call},
};
use std::{collections::HashSet, time::Duration};
use tallyroom_media_protocol::signaling::{ProposedLeg, ServerMessage};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Without any message a room looks at its call this often: a side that vanished shows by the time alone.
const LOOK_EVERY_MS: i64 = 1_000;
/// Writing down the end is tried again after this long.
pub(in crate::signaling) const RETRY: Duration = Duration::from_millis(500);

/// Reads what a server before this one knew of a room. Doesn't give up: without that it can't go on.
pub(super) async fn read_back<T, Reading>(what: &str, read: impl Fn() -> Reading) -> T
where
    Reading: Future<Output = Result<T>>,
{
    loop {
        match read().await {
            Ok(found) => return found,
            Err(error) => tracing::warn!(%error, what, "can't be read back; trying again"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// One call's room.
pub(in crate::signaling) struct Room {
    pub(super) world: World,
    pub(super) scope: TenantScope,
    pub(super) call: Call,
    pub(super) session: Session,
    pub(super) journal: Journal,
    stored: usize,
    pub(super) mailbox: mpsc::Sender<RoomMessage>,
    pub(super) buyer: Seat,
    pub(super) seller: Seat,
    /// Who was asked in and may be here.
    pub(super) guests: Vec<Guest>,
    /// The newest epoch of those who were shown out.
    pub(super) guest_epochs: Epoch,
    pub(super) node: Option<Uuid>,
    pub(super) held_back: bool,
    /// Everybody's quality, as told last.
    pub(super) scores: Vec<(Chair, Option<u8>)>,
    /// When media was last reported.
    pub(super) reported: Moment,
    pub(super) told: Told,
    pub(super) shared: Shared,
    /// Of a free talk: whether whoever came first is in it, and so not free for another call, if that is known.
    pub(super) first_is_in: Option<bool>,
    /// When they were last found to be in another call as well.
    pub(super) first_elsewhere_at: Moment,
    /// The host has shown them out.
    pub(super) first_is_out: bool,
    rang: bool,
    pub(super) finish: Option<EndReason>,
    /// What the staff who ended the call said.
    pub(super) because: Option<String>,
    pub(super) recording: RoomRecording,
    /// Of a leg, its call.
    pub(super) parent: Option<Parent>,
    /// Of a call, those of its legs that go on.
    pub(super) legs: Vec<Leg>,
    /// Those of its legs that have ended.
    pub(super) past_legs: HashSet<CallId>,
    /// Its meter has begun, and so may those of its legs.
    pub(super) begun: bool,
    pub(super) legs_ended: bool,
    /// Whom the seller would bring in.
    pub(super) proposed: Option<ProposedLeg>,
    /// That somebody has come to a private room, as its host is told.
    pub(super) announced: Option<ServerMessage>,
}

impl Room {
    pub fn new(
        world: World,
        scope: TenantScope,
        call: Call,
        session: Session,
        mailbox: mpsc::Sender<RoomMessage>,
        stored: usize,
    ) -> Self {
        let journal = Journal::new(call.terms.policy.bridge_ms);
        let parent = call.parent.map(|parent| Parent::of(parent, world.app.now()));
        Self {
            world,
            scope,
            call,
            session,
            journal,
            stored,
            mailbox,
            buyer: Seat::default(),
            seller: Seat::default(),
            guests: Vec::new(),
            guest_epochs: 0,
            node: None,
            held_back: false,
            scores: Vec::new(),
            reported: Moment(0),
            told: Told::default(),
            shared: Shared::default(),
            first_is_in: Some(true),
            first_elsewhere_at: Moment(0),
            first_is_out: false,
            rang: false,
            finish: None,
            because: None,
            recording: RoomRecording::default(),
            parent,
            legs: Vec::new(),
            past_legs: HashSet::new(),
            begun: false,
            legs_ended: false,
            proposed: None,
            announced: None,
        }
    }

    pub async fn run(mut self, mut messages: mpsc::Receiver<RoomMessage>, recover: bool) {
        self.rang = self.is_ringing();
        self.open_purse();
        if recover {
            // A call that ended with the crash is finished here.
            let _ = self.apply(Event::Recover).await;
            self.first_is_in = None;
            self.read_first_back().await;
            self.read_recording_back().await;
            if let Some(minutes_left) = self.session.warned_min() {
                self.ends_soon(minutes_left);
            }
        } else {
            self.hear_purse().await;
            if self.rang { self.ring() } else { self.begin() }
        }
        if self.parent.is_some() {
            // Its call's room is to know of it before anything happens to it.
            self.follow_parent().await;
            self.after();
        }
        while self.finish.is_none() {
            let clock = self.world.app.clock.clone();
            let look = clock.now() + LOOK_EVERY_MS;
            let wake = self.session.next_deadline().map_or(look, |deadline| deadline.min(look));
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.handle(message).await,
                    None => return,
                },
                () = clock.sleep_until(wake) => {
                    let _ = self.apply(Event::Tick).await;
                }
            }
            self.follow_recording().await;
            self.follow_parent().await;
            self.follow_first_visitor().await;
            self.after();
        }
        self.end().await;
        messages.close();
    }

    async fn handle(&mut self, message: RoomMessage) {
        match message {
            RoomMessage::Decide {
                person,
                decision,
                answer,
            } => {
                let _ = answer.send(self.decide(person, decision).await);
            }
            RoomMessage::Stop { because, answer } => {
                let stopped = self.apply(Event::Stop).await;
                self.because = self.because.take().or(stopped.is_ok().then_some(because));
                let _ = answer.send(stopped);
            }
            RoomMessage::Join { person, socket, answer } => self.join(person, socket, answer).await,
            RoomMessage::Admitted {
                chair,
                epoch,
                peer,
                result,
                answer,
            } => {
                self.admitted((chair, epoch), peer, result, answer).await;
            }
            RoomMessage::Request {
                person,
                request,
                answer,
            } => self.request(person, request, answer).await,
            RoomMessage::Said(line) => self.said(line),
            RoomMessage::Produced {
                chair,
                epoch,
                info,
                answer,
            } => self.produced(chair, epoch, info, answer),
            RoomMessage::Closed { person, epoch } => self.closed(self.chair(person), epoch).await,
            RoomMessage::GuestsChanged => self.look_at_guests().await,
            RoomMessage::ShowOut { guest } => self.show_out(guest).await,
            RoomMessage::ShowFirstOut => self.show_first_out().await,
            RoomMessage::Greet { person } => {
                if self.role_of(person) == Some(self.call.rung()) && self.is_ringing() {
                    self.ring();
                }
                if person == self.call.seller.id {
                    self.say_who_came();
                }
            }
            RoomMessage::Announce(message) => self.announce(*message),
            RoomMessage::View { person, answer } => {
                let chair = self.chair(person);
                if let Chair::Guest(person) = chair {
                    let _ = self.know_guest(person).await; // who isn't one sees nothing
                }
                let view = self.view_of(chair).filter(|_| !self.is_barred(chair)).map(Box::new);
                let _ = answer.send(view.ok_or_else(Error::not_found));
            }
            RoomMessage::Leg(leg) => self.leg_changed(*leg).await,
            RoomMessage::LegWarned { leg, minutes_left } => self.leg_warned(leg, minutes_left),
            RoomMessage::Here(here) => self.here(here).await,
            RoomMessage::Waits => self.third_seen(),
            RoomMessage::LegFlow(evidence) => {
                let _ = self.apply(Event::Media(evidence)).await;
            }
            RoomMessage::LegOver { by } => self.leg_over(by).await,
            RoomMessage::Propose {
                person,
                proposal,
                answer,
            } => {
                let _ = answer.send(self.propose(person, proposal.map(|proposal| *proposal)));
            }
            RoomMessage::BroughtIn { service } => self.brought_in(service),
            RoomMessage::Metered(metered) => {
                let before_minor = self.session.available_minor();
                let event = Event::Metered {
                    block: metered.block,
                    outcome: metered.outcome,
                    available_minor: metered.available_minor,
                };
                let _ = self.apply(event).await;
                self.shared.spent |= self.session.available_minor() != before_minor;
            }
            RoomMessage::Wallet { payer, available_minor } => self.wallet(payer, available_minor).await,
            RoomMessage::Purse { available_minor } => self.purse(available_minor).await,
            RoomMessage::Credit { available_minor } => self.credit(available_minor).await,
            RoomMessage::Priced(stretch) => {
                let _ = self.apply(Event::Priced(stretch)).await;
            }
            RoomMessage::Flow(peers) => self.flow(peers).await,
            RoomMessage::Receiving {
                peer,
                producer,
                reception,
            } => self.receiving(peer, producer, reception),
            RoomMessage::NodeGone { node } => self.node_gone(node),
            RoomMessage::ProducerClosed { producer } => self.producer_closed(&producer),
            RoomMessage::RecordingFailed { take, problem } => self.recording_failed(take, problem).await,
            RoomMessage::NotRecorded { node, take, peer } => self.not_recorded(node, take, peer).await,
        }
    }

    /// Gives an event to the session and carries out what follows.
    ///
    /// # Errors
    /// The session refuses it.
    pub(super) async fn apply(&mut self, event: Event) -> Result<()> {
        let now = self.now();
        let actions = self.session.on(now, event.clone())?;
        let entries = self.journal.add(now, event, &actions);
        let mut ops = Vec::new();
        for action in actions {
            match action {
                Action::Meter(op) => ops.push(op),
                Action::PauseMedia(paused) => self.hold_back(paused),
                Action::Warn { minutes_left } if self.parent.is_some() => self.warn_parent(minutes_left),
                Action::Warn { minutes_left } => {
                    self.tell_both(&ServerMessage::Warning { minutes_left });
                    self.ends_soon(minutes_left);
                }
                Action::CreditShort { needed_minor } => match &mut self.parent {
                    Some(parent) => parent.needed_minor = Some(needed_minor),
                    None => self.tell_both(&ServerMessage::CreditShort { needed_minor }),
                },
                Action::Finish(reason) => self.finish = Some(reason),
            }
        }
        if !entries.is_empty() || !ops.is_empty() {
            self.write(entries, ops, None).await;
        }
        Ok(())
    }

    pub(super) async fn write(&mut self, entries: Vec<Entry>, ops: Vec<MeterOp>, written: Option<oneshot::Sender<()>>) {
        let events = entries.into_iter().map(|entry| self.numbered(entry)).collect();
        let submission = Submission {
            tenant: self.scope.tenant(),
            call: self.call.id,
            events,
            ops,
            room: self.mailbox.clone(),
            written,
        };
        self.world.books.submit(submission).await;
    }

    fn numbered(&mut self, entry: Entry) -> NewEvent {
        let seq = i32::try_from(self.stored).unwrap_or(i32::MAX);
        self.stored += 1;
        NewEvent {
            tenant: self.scope.tenant(),
            call: self.call.id,
            seq,
            entry,
        }
    }

    async fn decide(&mut self, person: UserId, decision: Decision) -> Result<()> {
        if self.is_barred(self.chair(person)) {
            return Err(Error::not_found());
        }
        let event = match (self.role_of(person).ok_or_else(Error::not_found)?, decision) {
            (role, Decision::Accept) if role == self.call.rung() => {
                if self.parent.is_some() && self.is_ringing() {
                    legs::seat(&self.world.app, &self.scope, self.call.id, person).await?;
                }
                Event::Accept
            }
            (role, Decision::Reject) if role == self.call.rung() => Event::Reject,
            // Whoever is rung gives nothing up: they say no.
            (role, Decision::Cancel) if role == self.call.rung() && self.is_ringing() => Event::Reject,
            (CallRole::Buyer, Decision::Cancel) if self.is_visited_besides(Some(Chair::Side(CallRole::Buyer))) => {
                self.closed(Chair::Side(CallRole::Buyer), self.buyer.epoch).await;
                return Ok(());
            }
            (_, Decision::Cancel) => Event::Cancel,
            _ => return Err(Error::forbidden("Only the person you ring can answer.")),
        };
        self.apply(event).await
    }

    /// What is told after every message, if it changed.
    fn after(&mut self) {
        if self.rang && !self.is_ringing() {
            self.rang = false;
            self.ring_ended();
        }
        self.share_purse();
        self.begin_legs();
        self.end_legs();
        if self.finish.is_none() {
            self.tell_views();
        }
    }

    pub(super) fn is_ringing(&self) -> bool {
        self.session.phase(self.now()).0 == CallPhase::Ringing
    }

    pub(super) fn now(&self) -> Moment {
        self.world.app.now()
    }

    pub(super) fn refuse<T>(answer: Answer<T>, error: Error) {
        let _ = answer.send(Err(error));
    }

    pub(super) fn is_over(&self) -> Result<()> {
        if self.finish.is_some() { Err(over()) } else { Ok(()) }
    }
}
