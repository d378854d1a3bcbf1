//! Private rooms: the door as visitors see it, and the host's own page.

use super::{Amount, Field, Message};
use serde::Serialize;
use uuid::Uuid;

/// `/room/{slug}`. Posts `action` (`enter` or `knock`), `name` and `password`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DoorPage {
    /// From the address.
    pub slug: String,
    /// What the room is called.
    pub title: String,
    /// Whose it is.
    pub host: String,
    /// What is talked about.
    pub service_title: String,
    /// What a minute costs; none if it is free.
    pub rate: Option<Amount>,
    /// The host has a page open.
    pub here: bool,
    /// One may come in by a password.
    pub by_password: bool,
    /// One may knock.
    pub by_knock: bool,
    /// The room is the reader's.
    pub own: bool,
    /// It costs something, or people are asked who they are, and nobody is signed in.
    pub sign_in: bool,
    /// Nobody can come in now.
    pub takes_nobody: bool,
    /// Under which name one comes.
    pub name: Field,
    /// The password; never filled.
    pub password: Field,
    /// What is wrong with the form as a whole.
    pub problem: Option<Message>,
    /// Why the address leads nowhere.
    pub gone: Option<Message>,
}

/// Why somebody isn't in yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    /// The host hasn't answered.
    #[default]
    Waiting,
    /// The host said no.
    Refused,
    /// The host has no page open.
    Away,
    /// The host is in another talk.
    Busy,
    /// As many are in as may be.
    Full,
    /// Something else stands in the way.
    Stopped,
}

impl DoorState {
    /// As pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Stopped => "stopped",
        }
    }
}

/// `/room/{slug}/visits/{token}`. Posts nothing, again and again, with `shown` in the address; 204 while that stays so.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VisitPage {
    /// Of the room's address.
    pub slug: String,
    /// The visit's.
    pub token: String,
    /// What the room is called.
    pub title: String,
    /// Whose it is.
    pub host: String,
    /// How it stands.
    pub state: DoorState,
    /// The state and what stands in the way, for the next question.
    pub shown: String,
    /// What stands in the way.
    pub problem: Option<Message>,
    /// That is the credit.
    pub add_credit: bool,
}

/// `/sell/rooms`. Posts `action`, and what each form has.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PrivateRoomsPage {
    /// The rooms.
    pub rooms: Vec<PrivateRoomRow>,
    /// What new ones can be about.
    pub services: Vec<ServiceChoice>,
    /// As many as may be are there.
    pub full: bool,
    /// The ways in, as they are offered.
    pub ways: Vec<&'static str>,
    /// A new room's title.
    pub title: Field,
    /// What it is about.
    pub service: Field,
    /// How one comes in.
    pub opens: Field,
    /// Nothing is charged.
    pub free: bool,
    /// A password, where the host chooses one.
    pub password: Field,
    /// What is wrong with the page's last form, where no field of a new room is meant.
    pub problem: Option<Message>,
    /// Which room that form was of.
    pub problem_room: Option<Uuid>,
}

/// A service that a room can be about.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceChoice {
    /// Its id.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// What a minute costs.
    pub rate: Amount,
    /// Chosen.
    pub chosen: bool,
}

/// One room of the host's.
#[derive(Clone, Debug, Serialize)]
pub struct PrivateRoomRow {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
    /// What it is about.
    pub service_title: String,
    /// What a minute costs; none if it is free.
    pub rate: Option<Amount>,
    /// How one comes in.
    pub opens: &'static str,
    /// Passwords open it.
    pub by_password: bool,
    /// It has a password that is everybody's.
    pub has_password: bool,
    /// Who has one of their own.
    pub users: Vec<RoomUserRow>,
    /// Who knocks.
    pub waiting: Vec<RoomUserRow>,
    /// Passwords are tried by machine: until then the door is locked.
    pub locked_until: Option<jiff::Timestamp>,
    /// A password that was made just now, and whose; everybody's if nobody's.
    pub told: Option<ToldPassword>,
}

/// Somebody with a password of their own, or at the door.
#[derive(Clone, Debug, Serialize)]
pub struct RoomUserRow {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
}

/// A password, told only now.
#[derive(Clone, Debug, Serialize)]
pub struct ToldPassword {
    /// Whose; everybody's if nobody's.
    pub name: Option<String>,
    /// The password.
    pub password: String,
}
