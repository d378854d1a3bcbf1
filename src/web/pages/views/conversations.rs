//! Conversations: what happened between two people.

use super::{Amount, Field, Message, Person, Presence};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/conversations`.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationsPage {
    /// Newest first.
    pub items: Vec<ConversationRow>,
}

/// A conversation in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationRow {
    /// Its id.
    pub id: Uuid,
    /// The other person.
    pub other: Person,
    /// The last entry in words.
    pub last: Message,
    /// When that was.
    pub at: Timestamp,
    /// Entries not read yet.
    pub unread: u32,
}

/// `/conversations/{id}`. Posts `text` to the same path, and a form with `file` to `/conversations/{id}/files`.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationPage {
    /// Its id.
    pub id: Uuid,
    /// The other person.
    pub other: Person,
    /// Who that is.
    pub other_id: Uuid,
    /// Whether they can be rung, when they sell.
    pub presence: Option<Presence>,
    /// Their page, when they sell.
    pub other_url: Option<String>,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Address of older ones.
    pub older_url: Option<String>,
    /// What the reader, who sells, can suggest a call about; posts `service` to `/conversations/{id}/suggest`.
    pub services: Vec<Suggestable>,
    /// What is being written.
    pub text: Field,
    /// What is wrong with the file that was sent.
    pub file: Field,
}

/// A service that a call can be suggested about.
#[derive(Clone, Debug, Serialize)]
pub struct Suggestable {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub title: String,
}

/// `/sellers/{id}/message`: writing to a seller for the first time. Posts `text` to the same path.
#[derive(Clone, Debug, Serialize)]
pub struct FirstMessagePage {
    /// Their id.
    pub seller_id: Uuid,
    /// To whom.
    pub seller: Person,
    /// What is being written.
    pub text: Field,
}

/// Something that happened or was said.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What sort, for the icon.
    pub kind: EntryKind,
    /// Done by the reader.
    pub mine: bool,
    /// The name of a third person in a call, if one of them said it.
    pub guest: Option<String>,
    /// Text of [`EntryKind::Message`], a file's name; plain, never markup.
    pub text: String,
    /// A file's size.
    pub kilobytes: u32,
    /// Charged time of a call.
    pub seconds: i64,
    /// What it cost; of a suggestion the price of a minute.
    pub amount: Option<Amount>,
    /// The bill, the file while there is one, or where the suggested call begins.
    pub url: Option<String>,
}

/// What sort an entry is. The words are `entry.{kind}.mine` and `entry.{kind}.theirs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Said in a call's chat.
    Message,
    /// A file was sent.
    File,
    /// The seller suggests a call.
    Suggestion,
    /// A call took place.
    CallEnded,
    /// Nobody answered.
    CallMissed,
    /// The seller said no.
    CallRejected,
    /// The seller was in another call.
    CallBusy,
    /// Given up before it was connected.
    CallCancelled,
}
