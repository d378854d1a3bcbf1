//! The recording of a room's call. The media node is asked for nothing before everybody who is there has agreed and their
//! word is stored.

mod media;

use super::{
    Chair,
    task::{RETRY, Room, read_back},
};
use crate::{
    app::recordings::{self, Change},
    domain::{
        call::{CallPhase, CallRole, Epoch},
        ids::{RecordingId, UserId},
        recording::{Answer, CONSENT_TEXTS, Ending, Event, Proof, Recording, RecordingRule, Rejected, consent_text},
        time::Moment,
    },
    error::{Error, Kind, Result},
};
use std::{collections::BTreeSet, time::Duration};
use tallyroom_media_protocol::{
    PeerId, RecordingProblem,
    signaling::{ClientRequest, ConsentText, RecordingState, RecordingView, ServerMessage},
};
use uuid::Uuid;

/// How long the end of a call waits for its recording's end to be stored.
const STORED_WITHIN: Duration = Duration::from_secs(2);
/// How often that is tried in the room afterwards. What is still open then is ended by a sweep.
const END_TRIES: usize = 10;
/// How often may be asked in one call, and for how long not after somebody declined.
const MOST_ASKED: i64 = 5;
const PAUSE_MS: i64 = 60_000;

/// What a room knows of recording.
#[derive(Default)]
pub(in crate::signaling) struct RoomRecording {
    /// The newest one, over or not.
    current: Option<Current>,
    /// The end of the newest one, as long as it couldn't be stored.
    unstored: Option<(RecordingId, Change)>,
    /// How often people were asked, by one of them or by the tenant's rule.
    asked: i64,
    /// The tenant's rule needn't ask any more: it has, or can't.
    by_rule: bool,
    /// The next one's id, so that asking again after a failure is the same asking.
    next: Option<RecordingId>,
    /// Who declined last, and when.
    declined: Option<(UserId, Moment)>,
}

struct Current {
    id: RecordingId,
    asked_by: Option<UserId>,
    recording: Recording,
    /// Names the files that are written now; another one after they were held.
    take: Uuid,
    written: BTreeSet<PeerId>,
    told: Option<(RecordingState, BTreeSet<UserId>, Vec<UserId>)>,
}

impl Current {
    fn new(id: RecordingId, asked_by: Option<UserId>, recording: Recording) -> Self {
        Self {
            id,
            asked_by,
            recording,
            take: id.uuid(),
            written: BTreeSet::new(),
            told: None,
        }
    }

    fn state(&self) -> RecordingState {
        if self.recording.ending().is_some() {
            RecordingState::Ended
        } else if self.recording.is_written() {
            RecordingState::Recording
        } else if self.recording.is_held() {
            RecordingState::Held
        } else {
            RecordingState::Asked
        }
    }

    fn agreed(&self) -> Vec<UserId> {
        let present = self.recording.present().iter();
        present
            .copied()
            .filter(|person| self.recording.has_agreed(*person))
            .collect()
    }
}

impl Room {
    /// Who is in the room.
    fn present(&self) -> Vec<UserId> {
        let is_there = |chair: &Chair| self.seat(*chair).is_some_and(|seat| seat.socket.is_some());
        let there = self.chairs().into_iter().filter(is_there);
        there.map(|chair| self.person_on(chair)).collect()
    }

    fn name_of(&self, person: UserId) -> String {
        let party = self.speaker(self.chair(person));
        party.map(|(party, _)| party.name).unwrap_or_default()
    }

    /// Whether the policy lets somebody ask.
    pub(super) fn may_record(&self, chair: Chair) -> bool {
        let rule = self.call.terms.policy.recording;
        match chair {
            Chair::Side(CallRole::Buyer) => rule.lets_buyer(),
            Chair::Side(CallRole::Seller) => rule.lets_seller(),
            Chair::Guest(_) => false,
        }
    }

    pub(super) async fn recording_request(&mut self, chair: Chair, request: ClientRequest) -> Result<()> {
        match request {
            ClientRequest::AskRecording { epoch } => self.ask_recording(chair, epoch).await,
            ClientRequest::AnswerRecording {
                epoch,
                recording,
                consent,
                text_version,
            } => {
                self.current(chair, epoch)?;
                self.answer_recording(chair, recording, consent, &text_version).await
            }
            ClientRequest::StopRecording { epoch } => {
                self.current(chair, epoch)?;
                self.take_in(Event::Stopped(self.person_on(chair)), None).await
            }
            _ => Err(Error::internal(anyhow::anyhow!("not about recording"))),
        }
    }

    async fn ask_recording(&mut self, chair: Chair, epoch: Epoch) -> Result<()> {
        self.current(chair, epoch)?;
        if !self.may_record(chair) {
            return Err(Error::forbidden("This call isn't yours to have recorded."));
        }
        if !matches!(self.session.phase(self.now()).0, CallPhase::Live | CallPhase::Suspended) {
            let words = "The call can be recorded once you are both connected.";
            return Err(Error::conflict("not_live", words));
        }
        if self.recording.asked >= MOST_ASKED {
            let words = "It was asked often enough whether this call may be recorded.";
            return Err(Error::conflict("asked_too_often", words));
        }
        // Whoever declined may think better of it at once.
        let asker = self.person_on(chair);
        let paused = |(by, at): (UserId, Moment)| by != asker && self.now() - at < PAUSE_MS;
        if self.recording.declined.is_some_and(paused) {
            let words = "Somebody has just declined. Wait a minute before you ask again.";
            return Err(Error::conflict("just_declined", words));
        }
        self.begin_to_ask(Some(asker)).await
    }

    async fn begin_to_ask(&mut self, by: Option<UserId>) -> Result<()> {
        let open = |current: &Current| current.recording.ending().is_none();
        if self.recording.current.as_ref().is_some_and(open) {
            let words = "This call is being recorded, or somebody has asked for it.";
            return Err(Error::conflict("recording_asked", words));
        }
        // There is one at a time.
        self.store_end().await?;
        let id = *self.recording.next.get_or_insert_default();
        recordings::ask(&self.world.app, &self.scope, id, self.call.id, by).await?;
        self.recording.next = None;
        self.recording.asked += 1;
        let recording = Recording::asked(self.present());
        self.recording.current = Some(Current::new(id, by, recording));
        Ok(())
    }

    async fn answer_recording(&mut self, chair: Chair, asked: Uuid, consent: bool, version: &str) -> Result<()> {
        let text = consent_text(version).ok_or_else(|| {
            let words = "The text that you agree to has changed. Load the page again and read it.";
            Error::conflict("text_changed", words)
        })?;
        let person = self.person_on(chair);
        // Whoever answers what was asked before hasn't read what is asked now.
        let agreed = match &self.recording.current {
            Some(current) if current.id.uuid() == asked => current.recording.has_agreed(person),
            _ => return Err(refused(Rejected::Over)),
        };
        // Whoever just came is known from the next look on, and may answer before.
        self.note_presence().await;
        let answer = match (consent, agreed) {
            (true, true) => return Ok(()),
            (true, false) => Answer::Given,
            (false, true) => Answer::Withdrawn,
            (false, false) => Answer::Refused,
        };
        let event = match consent {
            true => Event::Agreed(person),
            false => Event::Refused(person),
        };
        self.take_in(event, Some(Proof::new(person, answer, text))).await
    }

    /// Stores what an event changes, and only then goes by it; by an end at once, whether that can be stored now or not.
    async fn take_in(&mut self, event: Event, proof: Option<Proof>) -> Result<()> {
        let now = self.now();
        let Some(current) = &self.recording.current else {
            return Err(refused(Rejected::Over));
        };
        let mut next = current.recording.clone();
        next.on(now, event).map_err(refused)?;
        let (id, ending) = (current.id, next.ending());
        let change = Change {
            at: now,
            proof,
            began_at: next.began_at().filter(|_| current.recording.began_at().is_none()),
            ended: ending,
        };
        if !next.is_written() {
            self.stop_writing();
        }
        if ending.is_some() {
            self.recording.unstored = Some((id, change));
            self.go_by(next);
            if let (Some(Ending::Declined), Event::Refused(by)) = (ending, event) {
                self.recording.declined = Some((by, now));
            }
            if let Err(error) = self.store_end().await {
                tracing::warn!(%error, call = %self.call.id, "the end of a recording can't be stored; trying again");
            }
        } else {
            if change.proof.is_some() || change.began_at.is_some() {
                recordings::note(&self.world.app, &self.scope, id, change).await?;
            }
            self.go_by(next);
        }
        self.follow_recording().await;
        Ok(())
    }

    fn go_by(&mut self, next: Recording) {
        if let Some(current) = &mut self.recording.current {
            current.recording = next;
        }
    }

    /// Stores an end that couldn't be stored yet; the same twice changes nothing.
    async fn store_end(&mut self) -> Result<()> {
        if let Some((id, change)) = self.recording.unstored {
            recordings::note(&self.world.app, &self.scope, id, change).await?;
            self.recording.unstored = None;
        }
        Ok(())
    }

    /// Who came and who went since it was looked last.
    async fn note_presence(&mut self) {
        let present: BTreeSet<UserId> = self.present().into_iter().collect();
        let Some(current) = &self.recording.current else { return };
        if current.recording.ending().is_some() {
            return;
        }
        let known = current.recording.present();
        let came = present.difference(known).map(|person| Event::Arrived(*person));
        let went = known.difference(&present).map(|person| Event::Left(*person));
        let news: Vec<Event> = came.chain(went).collect();
        for event in news {
            let Some(current) = &self.recording.current else { return };
            let mut next = current.recording.clone();
            if next.on(self.now(), event).is_err() {
                return;
            }
            let began_at = next.began_at().filter(|_| current.recording.began_at().is_none());
            if let Some(began_at) = began_at {
                let change = Change {
                    at: began_at,
                    proof: None,
                    began_at: Some(began_at),
                    ended: None,
                };
                if let Err(error) = recordings::note(&self.world.app, &self.scope, current.id, change).await {
                    return tracing::warn!(%error, "a recording can't begin; trying again");
                }
            }
            self.go_by(next);
        }
    }

    /// Brings the media node and everybody's page in line with what holds.
    pub(super) async fn follow_recording(&mut self) {
        if self.finish.is_some() {
            return;
        }
        if let Err(error) = self.store_end().await {
            tracing::warn!(%error, call = %self.call.id, "the end of a recording can't be stored; trying again");
        }
        self.ask_by_rule().await;
        self.note_presence().await;
        self.follow_media().await;
        self.tell_recording();
    }

    /// Where the tenant records every call everybody is asked, once.
    async fn ask_by_rule(&mut self) {
        let asks = self.call.terms.policy.recording == RecordingRule::Always;
        if !asks || self.recording.by_rule || self.session.phase(self.now()).0 != CallPhase::Live {
            return;
        }
        let asked = self.begin_to_ask(None).await;
        // Without space the call goes on unrecorded; what is only away is asked again.
        let lasts = |error: &Error| matches!(error.kind, Kind::Conflict { .. });
        self.recording.by_rule = asked.as_ref().err().is_none_or(lasts);
        if let Err(error) = asked {
            tracing::warn!(%error, call = %self.call.id, "a call isn't recorded");
        }
    }

    pub(super) async fn recording_failed(&mut self, take: Uuid, problem: RecordingProblem) {
        if self
            .recording
            .current
            .as_ref()
            .is_none_or(|current| current.take != take)
        {
            return;
        }
        let ending = match problem {
            RecordingProblem::DiskFull => Ending::DiskFull,
            RecordingProblem::Failed => Ending::Failed,
        };
        if let Err(error) = self.take_in(Event::Broken(ending), None).await {
            tracing::warn!(%error, "the end of a recording can't be stored");
        }
    }

    pub(super) async fn not_recorded(&mut self, node: Uuid, take: Uuid, peer: PeerId) {
        let is_here = self.node == Some(node) && self.peers_to_record().iter().any(|(_, here)| *here == peer);
        if is_here {
            self.recording_failed(take, RecordingProblem::Failed).await;
        }
    }

    /// The call is over, and so is what is recorded. The call's own end doesn't wait for that to be stored.
    pub(super) async fn end_recording(&mut self) {
        let open = |current: &Current| current.recording.ending().is_none();
        if self.recording.current.as_ref().is_some_and(open) {
            let ended = tokio::time::timeout(STORED_WITHIN, self.take_in(Event::CallOver, None)).await;
            if !matches!(ended, Ok(Ok(()))) {
                tracing::warn!(call = %self.call.id, "the end of a recording takes long");
            }
        }
        self.tell_recording();
    }

    /// Stores what couldn't be while the call ended. What still can't is taken up by a sweep.
    pub(super) async fn settle_recording(&mut self) {
        for _ in 0..END_TRIES {
            let Err(error) = self.store_end().await else { return };
            tracing::error!(%error, call = %self.call.id, "the end of a recording can't be stored; trying again");
            tokio::time::sleep(RETRY).await;
        }
    }

    /// What a server before this one was doing: who was being recorded has agreed to that.
    pub(super) async fn read_recording_back(&mut self) {
        let (app, scope, call) = (&self.world.app, &self.scope, self.call.id);
        let (open, asked) = read_back("a recording", || recordings::open_of(app, scope, call)).await;
        self.recording.asked = asked;
        self.recording.by_rule = asked > 0;
        self.recording.current = open.map(|(stored, recording)| {
            let mut current = Current::new(stored.id, stored.asked_by, recording);
            current.take = Uuid::now_v7();
            current
        });
    }

    pub(super) fn recording_view(&self, chair: Chair) -> Option<RecordingView> {
        let current = self.recording.current.as_ref()?;
        let (recording, you) = (&current.recording, self.person_on(chair));
        let named = |agreed: bool| {
            let present = recording.present().iter();
            let some = present.filter(|person| recording.has_agreed(**person) == agreed);
            some.map(|person| self.name_of(*person)).collect()
        };
        let text = |text: &crate::domain::recording::ConsentText| ConsentText {
            version: text.version.to_owned(),
            language: text.language.to_owned(),
            text: text.text.to_owned(),
        };
        Some(RecordingView {
            id: current.id.uuid(),
            state: current.state(),
            asked_by: current.asked_by.map(|person| self.name_of(person)),
            by_you: current.asked_by == Some(you),
            you_agreed: recording.has_agreed(you),
            agreed: named(true),
            waits_for: named(false),
            since_ms: recording.began_at().map(|at: Moment| at.0),
            ending: recording.ending().map(|ending| ending.name().to_owned()),
            texts: CONSENT_TEXTS.iter().map(text).collect(),
            server_now_ms: self.now().0,
        })
    }

    /// Tells everybody how it stands, if that has changed.
    fn tell_recording(&mut self) {
        let Some(current) = &mut self.recording.current else {
            return;
        };
        let news = (current.state(), current.recording.present().clone(), current.agreed());
        if current.told.as_ref() == Some(&news) {
            return;
        }
        current.told = Some(news);
        for chair in self.chairs() {
            if let (Some(view), Some(seat)) = (self.recording_view(chair), self.seat(chair)) {
                let recording = Box::new(view);
                seat.tell(&ServerMessage::Recording { recording });
            }
        }
    }
}

fn refused(rejected: Rejected) -> Error {
    match rejected {
        Rejected::NotPresent => Error::conflict("not_in_call", "Join the call first."),
        Rejected::NotRecording | Rejected::Over => Error::conflict(
            "not_recording",
            "Nothing is being recorded, and nobody has asked for it.",
        ),
    }
}
