//! What a browser (or a headless caller) and the control plane say on `GET /ws` of the tenant's host.
//!
//! One socket a page, opened with the session's cookie or `Authorization: Bearer`. Every message is one JSON object in
//! a text frame of at most [`MAX_CLIENT_MESSAGE_BYTES`]. A client numbers its requests; each is answered by
//! [`ServerMessage::Reply`] with the same `id`. In a call every request carries the `epoch` that [`Joined`] gave: a
//! newer join of the same person makes older epochs invalid, so a stale tab can't act for the person any more.
//!
//! Instants are milliseconds since the Unix epoch on the server's clock; clients show them against `server_now_ms`.

mod chat;
mod views;

pub use chat::{ChatFile, ChatImage, ChatLine, ReadMark};
pub use views::{
    CallPhase, CallRole, CallView, ConsentText, EndReason, ExtensionView, LegView, OtherView, PersonView, ProposedLeg,
    RecordingState, RecordingView, RoomRole, SuspendReason,
};

use crate::{MediaId, MediaKind, MediaSource, PeerId, ProducerInfo};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Largest frame a client may send, in bytes.
pub const MAX_CLIENT_MESSAGE_BYTES: usize = 64 * 1024;
/// Longest chat message, in characters.
pub const MAX_CHAT_CHARS: usize = 2_000;
/// Longest line of captions, in characters.
pub const MAX_CAPTION_CHARS: usize = 200;

/// From the client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientMessage {
    /// Chosen by the client; comes back in the reply.
    pub id: u64,
    /// What it asks for.
    #[serde(flatten)]
    pub body: ClientRequest,
}

/// What a client can ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientRequest {
    /// Keeps the socket alive; answered with `null`.
    Ping,
    /// Enters a call's room with media. Answered with [`Joined`]. Joining again (after a lost socket, from another
    /// tab, after [`ServerMessage::MediaReset`]) replaces the person's earlier join.
    Join {
        /// The call.
        call: Uuid,
    },
    /// Completes a transport. Answered with `null`.
    ConnectTransport {
        /// From [`Joined`].
        epoch: u64,
        /// The transport's id.
        transport: MediaId,
        /// mediasoup `DtlsParameters`.
        dtls: Value,
    },
    /// Starts sending. Answered with `{"producer": id}`.
    Produce {
        /// From [`Joined`].
        epoch: u64,
        /// The sending transport's id.
        transport: MediaId,
        /// Sound or picture.
        kind: MediaKind,
        /// Where it comes from; by default camera or microphone.
        #[serde(default)]
        source: Option<MediaSource>,
        /// mediasoup `RtpParameters`.
        rtp: Value,
        /// Starts muted.
        #[serde(default)]
        paused: bool,
    },
    /// Mutes or unmutes one's own producer. Answered with `null`.
    PauseProducer {
        /// From [`Joined`].
        epoch: u64,
        /// The producer.
        producer: MediaId,
        /// New state.
        paused: bool,
    },
    /// Ends one's own producer (device taken away). Answered with `null`.
    CloseProducer {
        /// From [`Joined`].
        epoch: u64,
        /// The producer.
        producer: MediaId,
    },
    /// Receives. Answered with `{"consumers": [{id, producerId, kind, rtpParameters}]}`, already flowing.
    Consume {
        /// From [`Joined`].
        epoch: u64,
        /// Which producers.
        producers: Vec<MediaId>,
        /// The client's mediasoup `RtpCapabilities`.
        caps: Value,
    },
    /// Says which layer of a picture is of use at the size that it is shown in, 0 for the smallest; none pauses it.
    /// Answered with `null`.
    PreferLayers {
        /// From [`Joined`].
        epoch: u64,
        /// The producer received.
        producer: MediaId,
        /// The best layer of use.
        layer: Option<u8>,
    },
    /// New ICE credentials after a network change. Answered with `{"ice": IceParameters, "ice_servers": [IceServer]}`.
    RestartIce {
        /// From [`Joined`].
        epoch: u64,
        /// The transport.
        transport: MediaId,
    },
    /// Opens a room for oneself alone, to find out what one's connection carries: what is sent by one transport can be
    /// received by the other. Answered with [`Checking`]; its `epoch` goes with `connect_transport`, `produce`,
    /// `consume` and `end`. It closes by itself after [`CHECK_SECONDS`].
    Check,
    /// The person pressed "connect" in the pre-call check. Billing starts when both did. Answered with `null`.
    Connect {
        /// From [`Joined`].
        epoch: u64,
    },
    /// Ends the call for both. Answered with `null`.
    End {
        /// From [`Joined`].
        epoch: u64,
    },
    /// Interpreters: speaks on a language's channel from now on, or on none: then everybody hears it as everything else.
    /// Answered with `null`; everyone gets [`ServerMessage::People`].
    Speak {
        /// From [`Joined`].
        epoch: u64,
        /// One of the languages that the person was asked in for.
        language: Option<String>,
    },
    /// Says something in the call's chat. Answered with `null`; everyone, the sender too, gets [`ServerMessage::Chat`].
    Chat {
        /// From [`Joined`].
        epoch: u64,
        /// At most [`MAX_CHAT_CHARS`] characters.
        text: String,
        /// The line's id, new and chosen by the client: sent again after a lost socket, it isn't said twice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<Uuid>,
    },
    /// The person has seen the chat up to a line. Answered with `null`; the other side gets [`ServerMessage::Read`].
    Read {
        /// From [`Joined`].
        epoch: u64,
        /// That line.
        up_to: Uuid,
    },
    /// Shows or hides "is typing" at the other side. Answered with `null`.
    Typing {
        /// From [`Joined`].
        epoch: u64,
        /// New state.
        on: bool,
    },
    /// A line for those who read what is said: an interpreter's, or anybody's who writes along. It is shown for a moment
    /// and kept nowhere. Answered with `null`; everybody gets [`ServerMessage::Caption`].
    Caption {
        /// From [`Joined`].
        epoch: u64,
        /// At most [`MAX_CAPTION_CHARS`] characters.
        text: String,
    },
    /// Wants the call recorded: everybody who is there, the asker too, gets [`ServerMessage::Recording`] and is to answer.
    /// Answered with `null`; refused where the policy doesn't let the person ask, before the call is live, within a
    /// minute after somebody declined, and after some times.
    AskRecording {
        /// From [`Joined`].
        epoch: u64,
    },
    /// Agrees to be recorded, or doesn't (any more), which ends the recording. One answers for oneself only, and after it
    /// was asked. The answer is kept as a proof before anything is recorded. Answered with `null`.
    AnswerRecording {
        /// From [`Joined`].
        epoch: u64,
        /// Which was asked, from [`RecordingView::id`]; refused if another one is asked now.
        recording: Uuid,
        /// Agrees.
        consent: bool,
        /// The version of the text that was shown, from [`RecordingView::texts`].
        text_version: String,
    },
    /// Ends the recording; anybody who is there may. What was recorded is kept. Answered with `null`.
    StopRecording {
        /// From [`Joined`].
        epoch: u64,
    },
}

/// Answer to [`ClientRequest::Join`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Joined {
    /// To be sent with every request in this call.
    pub epoch: u64,
    /// One's own id among `producers`' owners.
    pub peer: PeerId,
    /// The call as it stands.
    pub call: CallView,
    /// Router's `RtpCapabilities`.
    pub caps: Value,
    /// Sending transport `{id, iceParameters, iceCandidates, dtlsParameters}`.
    pub send: Value,
    /// Receiving transport, the same shape.
    pub recv: Value,
    /// What the others already send.
    pub producers: Vec<ProducerInfo>,
    /// Who is in the call, and who waits to be let in; oneself, too.
    #[serde(default)]
    pub people: Vec<PersonView>,
    /// Relays; their credentials are for this join and expire in minutes.
    #[serde(default)]
    pub ice_servers: Vec<IceServer>,
    /// The last chat messages, oldest first.
    pub chat: Vec<ChatLine>,
    /// How far the other side has read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<ReadMark>,
    /// Whether one may ask for the call to be recorded.
    #[serde(default)]
    pub may_record: bool,
    /// The call's recording, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingView>,
    /// The call's legs that the reader pays, or earns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<LegView>,
    /// Buyer only: whom the seller would bring in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<ProposedLeg>,
}

/// How long a check's room is open.
pub const CHECK_SECONDS: u32 = 60;

/// Answer to [`ClientRequest::Check`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checking {
    /// To be sent with every request of the check.
    pub epoch: u64,
    /// Router's `RtpCapabilities`.
    pub caps: Value,
    /// Sending transport, as in [`Joined`].
    pub send: Value,
    /// Receiving transport.
    pub recv: Value,
    /// Relays.
    pub ice_servers: Vec<IceServer>,
}

/// A relay for those whose network lets nothing else through, as browsers' `RTCIceServer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `turn:` and `turns:` addresses.
    pub urls: Vec<String>,
    /// Good for minutes; begins with the second at which it expires.
    pub username: String,
    /// Its password.
    pub credential: String,
}

/// What sellers think of somebody who rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerRating {
    /// Average stars in tenths, 10 to 50.
    pub average_tenths: u32,
    /// How many ratings.
    pub count: u32,
}

/// From the control plane.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// First message.
    Hello {
        /// The server's clock.
        server_now_ms: i64,
    },
    /// Answer to one request: `ok` or `error`.
    Reply {
        /// The request's id.
        id: u64,
        /// Its good outcome.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        ok: Option<Value>,
        /// Or why not.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        error: Option<Problem>,
    },
    /// Somebody rings: show the notice, play the ringtone. Answer with `POST /api/v1/calls/{id}/accept` or `…/reject`.
    Ring {
        /// The call.
        call: Uuid,
        /// Who rings.
        caller_name: String,
        /// What sellers whom they rang before think of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller_rating: Option<CallerRating>,
        /// What it is about.
        service_title: String,
        /// The caller is in a call, and asks the person into it.
        #[serde(default)]
        into_call: bool,
        /// When it stops by itself.
        until_ms: i64,
        /// The server's clock.
        server_now_ms: i64,
    },
    /// The ringing (out or in) ended; the caller is told the same way. `outcome` as in [`EndReason`], or `accepted`.
    RingEnded {
        /// The call.
        call: Uuid,
        /// `accepted`, `rejected`, `missed`, `cancelled`, …
        outcome: String,
    },
    /// Somebody asks for a talk at once. Answer with `POST /api/v1/bookings/{order}/accept` or `…/decline`.
    Asked {
        /// The order.
        order: Uuid,
        /// Which offer is to be answered.
        round: u32,
        /// Who asks.
        caller_name: String,
        /// What it is about.
        service_title: String,
        /// How long it is to last, minutes.
        length_min: u32,
        /// What is paid for it.
        price_minor: i64,
        /// In which currency.
        currency: String,
        /// When it is too late to answer.
        until_ms: i64,
        /// The server's clock.
        server_now_ms: i64,
    },
    /// A talk that both agreed to begin at once has begun.
    Begun {
        /// The call.
        call: Uuid,
        /// The order that it is of.
        order: Uuid,
    },
    /// Somebody knocks at a private room of the person's; told again while they wait. Answer with
    /// `POST /api/v1/private-rooms/visits/{visit}/admit` or `…/refuse`.
    Knock {
        /// Their visit.
        visit: Uuid,
        /// What they call themselves.
        name: String,
        /// At which room.
        room_title: String,
        /// When they have left, unless it is told again.
        until_ms: i64,
        /// The server's clock.
        server_now_ms: i64,
    },
    /// Somebody came into a private room of the person's, and a call has begun there: join it.
    Entered {
        /// The call.
        call: Uuid,
        /// The visit that it began with.
        visit: Uuid,
        /// Who came.
        name: String,
        /// Into which room.
        room_title: String,
        /// When it ends by itself if the person doesn't come.
        until_ms: i64,
        /// The server's clock.
        server_now_ms: i64,
    },
    /// Passwords of a private room of the person's are tried by machine: its door is locked for a while.
    RoomLocked {
        /// Which room.
        room_title: String,
    },
    /// The call changed; replaces what was known of it.
    Call {
        /// The call.
        call: Box<CallView>,
    },
    /// Somebody came, left, waits to be let in, or speaks on another channel; replaces what was known.
    People {
        /// As in [`Joined`].
        people: Vec<PersonView>,
    },
    /// This person was shown out, or their link was taken back.
    ShownOut,
    /// A leg that the reader pays, or earns, has changed; replaces what was known of it.
    Leg {
        /// How it stands.
        leg: Box<LegView>,
    },
    /// A mark of the policy was passed in such a leg.
    LegWarning {
        /// Which.
        leg: Uuid,
        /// Minutes left.
        minutes_left: u32,
    },
    /// The seller would bring somebody in; answer with `POST /api/v1/calls/{id}/legs`, or `…/legs/decline`. None takes it
    /// back.
    LegProposed {
        /// Whom.
        proposed: Option<Box<ProposedLeg>>,
    },
    /// The buyer doesn't want whom one would bring in.
    LegDeclined {
        /// Whom.
        name: String,
    },
    /// Somebody started sending: consume it.
    Producer {
        /// What.
        producer: ProducerInfo,
    },
    /// Somebody muted or unmuted.
    ProducerPaused {
        /// Which.
        producer: MediaId,
        /// New state.
        paused: bool,
    },
    /// Somebody stopped sending; its consumer is gone.
    ProducerClosed {
        /// Which.
        producer: MediaId,
    },
    /// How well something is received has changed.
    Layers {
        /// Which producer.
        producer: MediaId,
        /// 0 (bad) to 10 (good).
        score: u8,
        /// The layer that comes, 0 for the smallest; none if none does, or it has none.
        layer: Option<u8>,
    },
    /// The media node is gone: throw transports away and join again.
    MediaReset,
    /// This person joined from somewhere else: stop here.
    Replaced,
    /// Something was said.
    Chat {
        /// What and who.
        line: ChatLine,
    },
    /// Somebody wrote along what is said.
    Caption {
        /// Who wrote it.
        person: Uuid,
        /// In which language, if an interpreter is on its channel.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The line.
        text: String,
    },
    /// Somebody is typing, or stopped.
    Typing {
        /// Who.
        person: Uuid,
        /// State.
        on: bool,
    },
    /// The other side has read the chat this far.
    Read {
        /// How far, and when.
        mark: ReadMark,
    },
    /// A mark of the policy was passed: "1 more minute(s) left…".
    Warning {
        /// Minutes left.
        minutes_left: u32,
    },
    /// Both pressed connect, but the wallet doesn't cover the start: add credit and press connect again.
    CreditShort {
        /// What the start costs, in minor units.
        needed_minor: i64,
    },
    /// Both sides' connection quality.
    Quality {
        /// One's own, 0 (bad) to 10 (good); none while unknown.
        own: Option<u8>,
        /// The other's.
        other: Option<u8>,
    },
    /// The person's wallet changed.
    Wallet {
        /// What can be spent, in minor units.
        available_minor: i64,
        /// ISO code.
        currency: String,
    },
    /// The seller asked for more time, or that was answered, paid, or came to nothing.
    Extension {
        /// How it stands.
        extension: ExtensionView,
    },
    /// The call's recording: it was asked for, somebody answered, it began, is held, goes on, or ended. Nobody is recorded
    /// unseen: while it says [`RecordingState::Recording`], show that.
    Recording {
        /// How it stands.
        recording: Box<RecordingView>,
    },
    /// Somebody gave the person a tip.
    Tipped {
        /// Who.
        from_name: String,
        /// How much, in minor units.
        amount_minor: i64,
        /// ISO code.
        currency: String,
    },
    /// Something is to be told to the person, or was seen.
    Notifications {
        /// How many they haven't seen.
        unread: i64,
        /// What the newest is about, if something was told just now: a path.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        link: Option<String>,
    },
    /// The server closes this socket and says why.
    Closing {
        /// In the person's words.
        reason: String,
    },
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable, for programs: `stale_epoch`, `not_in_call`, `not_found`, `invalid`, `insufficient_credit`, …
    pub code: String,
    /// For people.
    pub message: String,
}
