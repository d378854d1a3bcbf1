//! Messages between the control plane and a media node.
//!
//! The node dials `GET /internal/media` of every control plane (WebSocket, `Authorization: Bearer <media token>`; with
//! `?launch=` and the id of the run if a control plane started the node itself), sends [`NodeMessage::Hello`] and from
//! then on answers [`ControlMessage::Request`]s in any order, each by its `id`.
//! RTP capabilities, RTP parameters, ICE and DTLS parameters pass through the control plane unread: they are
//! JSON as mediasoup-client produces and expects it.
//!
//! Times cross this border as *ages* in milliseconds at the moment of sending, never as instants: only the control
//! plane's clock counts (requirement M2).

pub mod signaling;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Version of this protocol; a node of another version is refused at [`NodeMessage::Hello`].
pub const PROTOCOL_VERSION: u32 = 3;

/// Largest message either side accepts, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// How often a node sends [`NodeMessage::Flow`], in milliseconds.
pub const FLOW_PERIOD_MS: u64 = 500;

/// One media room: the calls' id.
pub type RoomId = Uuid;
/// One join of one participant: a person who reconnects gets a new one.
pub type PeerId = Uuid;
/// A transport, producer or consumer as mediasoup names it.
pub type MediaId = String;

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// Where what is sent comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// A person's picture.
    Camera,
    /// A person's voice.
    Microphone,
    /// What a person shows of their screen.
    Screen,
    /// What that sounds like.
    ScreenSound,
}

impl MediaSource {
    /// Where something comes from, unless it is said.
    #[must_use]
    pub fn usual(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Audio => Self::Microphone,
            MediaKind::Video => Self::Camera,
        }
    }

    /// Sound or picture.
    #[must_use]
    pub fn kind(self) -> MediaKind {
        match self {
            Self::Microphone | Self::ScreenSound => MediaKind::Audio,
            Self::Camera | Self::Screen => MediaKind::Video,
        }
    }
}

/// From the control plane to a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ControlMessage {
    /// The node was accepted; sent once in answer to `Hello`.
    Welcome,
    /// Do something and answer with [`NodeMessage::Response`].
    Request {
        /// Chosen by the control plane, unique on this connection.
        id: u64,
        /// What to do.
        body: Request,
    },
    /// Take no new rooms; finish what runs, then exit.
    Drain,
}

/// What a node can be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Request {
    /// Adds a participant, opening the room's router if it isn't there. Answered by [`Reply::Joined`].
    Join {
        /// The room.
        room: RoomId,
        /// The participant's new id.
        peer: PeerId,
        /// Whether a sending transport is wanted.
        send: bool,
    },
    /// Completes a transport's DTLS parameters. Answered by [`Reply::Done`].
    ConnectTransport {
        /// The room.
        room: RoomId,
        /// The transport's owner; a transport of somebody else is refused.
        peer: PeerId,
        /// The transport.
        transport: MediaId,
        /// `DtlsParameters`.
        dtls: Value,
    },
    /// Starts sending. Answered by [`Reply::Produced`].
    Produce {
        /// The room.
        room: RoomId,
        /// Who sends.
        peer: PeerId,
        /// The sending transport.
        transport: MediaId,
        /// Sound or picture.
        kind: MediaKind,
        /// Where it comes from.
        source: MediaSource,
        /// `RtpParameters`.
        rtp: Value,
        /// Starts paused (camera or microphone off).
        paused: bool,
    },
    /// Mutes or unmutes one of the peer's producers. A paused producer doesn't count as sending. Answered by [`Reply::Done`].
    PauseProducer {
        /// The room.
        room: RoomId,
        /// Its owner.
        peer: PeerId,
        /// The producer.
        producer: MediaId,
        /// New state.
        paused: bool,
    },
    /// Ends one of the peer's producers. Answered by [`Reply::Done`].
    CloseProducer {
        /// The room.
        room: RoomId,
        /// Its owner.
        peer: PeerId,
        /// The producer.
        producer: MediaId,
    },
    /// Receives other peers' producers, not paused (or held while the room is paused). Answered by [`Reply::Consumed`].
    Consume {
        /// The room.
        room: RoomId,
        /// Who receives.
        peer: PeerId,
        /// Which producers, at most 16.
        producers: Vec<MediaId>,
        /// The receiver's `RtpCapabilities`.
        caps: Value,
    },
    /// Says how much of a picture the peer has use for; what the line carries is the node's to find out. Answered by
    /// [`Reply::Done`].
    PreferLayers {
        /// The room.
        room: RoomId,
        /// Who receives.
        peer: PeerId,
        /// Which producer.
        producer: MediaId,
        /// The best layer that is of use, 0 for the smallest; none for no picture at all.
        layer: Option<u8>,
    },
    /// Renews a transport's ICE credentials after a network change. Answered by [`Reply::IceRestarted`].
    RestartIce {
        /// The room.
        room: RoomId,
        /// Its owner.
        peer: PeerId,
        /// The transport.
        transport: MediaId,
    },
    /// Holds back (or lets through) all media of the room: a suspended call. Answered by [`Reply::Done`].
    PauseRoom {
        /// The room.
        room: RoomId,
        /// New state.
        paused: bool,
    },
    /// Holds back (or lets through) all media from and to one participant, beside what [`Request::PauseRoom`] holds back.
    /// Answered by [`Reply::Done`].
    HoldPeer {
        /// The room.
        room: RoomId,
        /// Whose.
        peer: PeerId,
        /// New state.
        held: bool,
    },
    /// Writes what a participant sends into a file of its own, until [`Request::StopRecording`] or they leave. Asking again
    /// changes nothing. Answered by [`Reply::Done`] once it is being written.
    Record {
        /// The room.
        room: RoomId,
        /// Whose sound and picture.
        peer: PeerId,
        /// The recording that the file belongs to: it is `recordings/{recording}/{peer}.mp4`.
        recording: Uuid,
        /// How long ago the recording began, in milliseconds: the file's times count from there, whichever node writes.
        offset_ms: u64,
    },
    /// Ends all files of a recording. Answered by [`Reply::Done`] once they are complete, also when there are none.
    StopRecording {
        /// The room.
        room: RoomId,
        /// Which recording.
        recording: Uuid,
    },
    /// Removes a participant and everything of theirs. Answered by [`Reply::Done`], also when they aren't there.
    Leave {
        /// The room.
        room: RoomId,
        /// Who leaves.
        peer: PeerId,
    },
    /// Closes a room. Answered by [`Reply::Done`], also when it isn't there.
    CloseRoom {
        /// The room.
        room: RoomId,
    },
}

/// From a node to the control plane.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NodeMessage {
    /// First message on a connection.
    Hello {
        /// The node's own id, fresh at each start of its process.
        node: Uuid,
        /// [`PROTOCOL_VERSION`].
        version: u32,
        /// How many participants it is willing to carry.
        capacity: u32,
    },
    /// The answer to one request.
    Response {
        /// The request's id.
        id: u64,
        /// Its outcome.
        result: Result<Reply, Refusal>,
    },
    /// What flowed in each room, every [`FLOW_PERIOD_MS`]. Peers without any transport are left out.
    Flow {
        /// One entry a peer.
        peers: Vec<PeerFlow>,
        /// Share of one core the process used since the last report, in thousandths.
        load_permille: u32,
    },
    /// A producer was closed (its transport ended); its consumers are gone as well.
    ProducerClosed {
        /// The room.
        room: RoomId,
        /// Its owner.
        peer: PeerId,
        /// The producer.
        producer: MediaId,
    },
    /// How well a peer receives a producer has changed.
    Receiving {
        /// The room.
        room: RoomId,
        /// Who receives.
        peer: PeerId,
        /// Which producer.
        producer: MediaId,
        /// How.
        reception: Reception,
    },
    /// A file of a recording is complete.
    Recorded {
        /// The room.
        room: RoomId,
        /// The file.
        part: RecordedPart,
    },
    /// A recording can't be written any further; what was written is complete. The room goes on.
    RecordingFailed {
        /// The room.
        room: RoomId,
        /// Which recording.
        recording: Uuid,
        /// Why.
        problem: RecordingProblem,
    },
    /// The peer's side closed its DTLS connection: it left.
    PeerGone {
        /// The room.
        room: RoomId,
        /// Who.
        peer: PeerId,
    },
}

/// A request's good outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// Done, nothing to tell.
    Done,
    /// The participant is in.
    Joined {
        /// The router's `RtpCapabilities`.
        caps: Value,
        /// Sending transport, if asked for: `{id, iceParameters, iceCandidates, dtlsParameters}`.
        send: Option<Value>,
        /// Receiving transport, the same shape.
        recv: Value,
        /// What others already send.
        producers: Vec<ProducerInfo>,
    },
    /// A producer was made.
    Produced {
        /// The producer.
        producer: MediaId,
    },
    /// Consumers were made; producers that are gone or can't be received are left out.
    Consumed {
        /// One entry a producer: `{id, producerId, kind, rtpParameters}`.
        consumers: Vec<Value>,
    },
    /// New `IceParameters`.
    IceRestarted {
        /// `IceParameters`.
        ice: Value,
    },
}

/// Somebody's producer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducerInfo {
    /// The producer.
    pub producer: MediaId,
    /// Its owner.
    pub peer: PeerId,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Where it comes from.
    pub source: MediaSource,
    /// Muted.
    pub paused: bool,
}

/// How well something is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    /// 0 (bad) to 10 (good).
    pub score: u8,
    /// Which layer of a picture goes out, 0 for the smallest; none if none does, or there are none.
    pub layer: Option<u8>,
}

/// One participant's file of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedPart {
    /// The recording.
    pub recording: Uuid,
    /// Whose sound and picture.
    pub peer: PeerId,
    /// Where it begins, in milliseconds after the recording began.
    pub from_ms: u64,
    /// Where it ends.
    pub until_ms: u64,
    /// Its size.
    pub bytes: u64,
    /// Whether there is a picture in it.
    pub video: bool,
}

/// Why a recording ended before it was to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingProblem {
    /// There is no space left.
    DiskFull,
    /// Anything else.
    Failed,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind.
    pub kind: RefusalKind,
    /// For the log.
    pub message: String,
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The room, peer, transport, producer isn't there or belongs to somebody else.
    NotFound,
    /// The media parameters don't make sense or exceed a limit.
    Invalid,
    /// No room for more.
    Full,
    /// The media worker failed.
    Failed,
}

/// What flowed from and to one peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerFlow {
    /// The room.
    pub room: RoomId,
    /// Who.
    pub peer: PeerId,
    /// Milliseconds since the last packet of an unpaused audio producer; none if there is none or nothing came yet.
    pub audio_age_ms: Option<u32>,
    /// The same for video.
    pub video_age_ms: Option<u32>,
    /// Milliseconds since anything (RTP, RTCP, STUN) came from the peer on any transport; none if nothing came yet.
    pub transport_age_ms: Option<u32>,
    /// Lowest score of what the peer sends, 0 (bad) to 10 (good); none while nothing is sent.
    pub send_score: Option<u8>,
    /// Lowest score of what the peer receives, 0 to 10; none while nothing is received.
    pub recv_score: Option<u8>,
}
