//! What is said in a call.

use super::RoomRole;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One chat message: words, or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatLine {
    /// Its id.
    pub id: Uuid,
    /// As what they said it.
    pub from: RoomRole,
    /// Who said it.
    pub person: Uuid,
    /// The person's name.
    pub name: String,
    /// Plain text, never markup; empty of a file.
    pub text: String,
    /// When.
    pub at_ms: i64,
    /// The file, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<ChatFile>,
}

/// A file in the chat. It is sent with `POST /api/v1/calls/{id}/files`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatFile {
    /// Its name; empty once it was taken away.
    pub name: String,
    /// What is in it.
    pub media_type: String,
    /// Its size.
    pub bytes: u32,
    /// Where it is saved from; none once it was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How it looks, if it is a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ChatImage>,
}

/// A picture as it is shown: made by the server, without what cameras write into theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatImage {
    /// Where it is.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// How far somebody has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMark {
    /// The time of the last line that they have seen.
    pub up_to_ms: i64,
    /// When they saw it.
    pub at_ms: i64,
}
