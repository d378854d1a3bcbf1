//! What a client asks for, and what it is answered.

use super::{CallView, ChatLine, LegView, PersonView, ProposedLeg, ReadMark, RecordingView};
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
    /// tab, after [`ServerMessage::MediaReset`](super::ServerMessage::MediaReset)) replaces the person's earlier join.
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
    /// Answered with `null`; everyone gets [`ServerMessage::People`](super::ServerMessage::People).
    Speak {
        /// From [`Joined`].
        epoch: u64,
        /// One of the languages that the person was asked in for.
        language: Option<String>,
    },
    /// Says something in the call's chat. Answered with `null`; everyone, the sender too, gets [`ServerMessage::Chat`](super::ServerMessage::Chat).
    Chat {
        /// From [`Joined`].
        epoch: u64,
        /// At most [`MAX_CHAT_CHARS`] characters.
        text: String,
        /// The line's id, new and chosen by the client: sent again after a lost socket, it isn't said twice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<Uuid>,
    },
    /// The person has seen the chat up to a line. Answered with `null`; the other side gets [`ServerMessage::Read`](super::ServerMessage::Read).
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
    /// and kept nowhere. Answered with `null`; everybody gets [`ServerMessage::Caption`](super::ServerMessage::Caption).
    Caption {
        /// From [`Joined`].
        epoch: u64,
        /// At most [`MAX_CAPTION_CHARS`] characters.
        text: String,
    },
    /// Wants the call recorded: everybody who is there, the asker too, gets [`ServerMessage::Recording`](super::ServerMessage::Recording) and is to answer.
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
