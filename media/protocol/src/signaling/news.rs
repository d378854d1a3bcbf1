//! What the control plane tells a client.

use super::{CallView, ChatLine, ExtensionView, LegView, PersonView, ProposedLeg, ReadMark, RecordingView};
use crate::{MediaId, ProducerInfo};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

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
    /// The ringing (out or in) ended; the caller is told the same way. `outcome` as in [`EndReason`](super::EndReason), or `accepted`.
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
        /// As in [`Joined`](super::Joined).
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
    /// unseen: while it says [`RecordingState::Recording`](super::RecordingState::Recording), show that.
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
        /// As what, if as more than an amount: `flower`, `coffee`, `cake` or `bouquet`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gift: Option<String>,
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
