//! What a browser (or a headless caller) and the control plane say on `GET /ws` of the tenant's host.
//!
//! One socket a page, opened with the session's cookie or `Authorization: Bearer`. Every message is one JSON object in
//! a text frame of at most [`MAX_CLIENT_MESSAGE_BYTES`]. A client numbers its requests; each is answered by
//! [`ServerMessage::Reply`] with the same `id`. In a call every request carries the `epoch` that [`Joined`] gave: a
//! newer join of the same person makes older epochs invalid, so a stale tab can't act for the person any more.
//!
//! Instants are milliseconds since the Unix epoch on the server's clock; clients show them against `server_now_ms`.

mod chat;
mod news;
mod requests;
mod views;

pub use chat::{ChatFile, ChatImage, ChatLine, ReadMark};
pub use news::{CallerRating, Problem, ServerMessage};
pub use requests::{
    CHECK_SECONDS, Checking, ClientMessage, ClientRequest, IceServer, Joined, MAX_CAPTION_CHARS, MAX_CHAT_CHARS,
    MAX_CLIENT_MESSAGE_BYTES,
};
pub use views::{
    CallPhase, CallRole, CallView, ConsentText, EndReason, ExtensionView, LegView, OtherView, PersonView, ProposedLeg,
    RecordingState, RecordingView, RoomRole, SuspendReason,
};
