//! `/calls/{id}`: the room. Its script reads this as JSON (`tenant_themes/default/room/config.ts`).

use super::Increment;
use crate::domain::snapshot::CONSENT_TEXTS;
use serde::Serialize;
use tallyroom_media_protocol::signaling::{CallView, ExtensionView, LegView, ProposedLeg, RoomRole};
use uuid::Uuid;

/// `/calls/{id}`.
#[derive(Clone, Debug, Serialize)]
pub struct RoomPage {
    /// What the script needs.
    pub room: RoomSetup,
}

/// `/check`: camera, microphone, speakers and line, before any call. Its script does everything.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeviceCheckPage {}

/// What the room's script needs to begin.
#[derive(Clone, Debug, Serialize)]
pub struct RoomSetup {
    /// The call.
    pub call_id: Uuid,
    /// Which side the reader is.
    pub role: RoomRole,
    /// The other person.
    pub other_id: Uuid,
    /// The call as it stands.
    pub call: CallView,
    /// More time that was asked for and waits for the buyer.
    pub extension: Option<ExtensionView>,
    /// They can report who is there, and leave.
    pub may_report: bool,
    /// They can have what was said mailed.
    pub may_mail: bool,
    /// Providers can be brought in, whom the buyer pays.
    pub may_bring_in: bool,
    /// It rings into another call: whoever says yes is led there.
    pub into_call: bool,
    /// The call's legs that are the reader's, for a page that joins nothing.
    pub legs: Vec<LegView>,
    /// Whom the seller would bring in, the same.
    pub proposed: Option<ProposedLeg>,
    /// Offered when adding credit, in minor units.
    pub top_up_amounts: Vec<i64>,
    /// How time is charged; nothing for a guest.
    pub terms: Option<RoomTerms>,
    /// Languages that can be interpreted, ISO 639-1.
    pub languages: &'static [&'static str],
    /// The other's picture.
    pub other_photo: Option<String>,
    /// Where the reader may be shown in lists, and if they agree.
    pub snapshots: Option<RoomSnapshots>,
    /// Where to go from here.
    pub urls: RoomUrls,
}

/// Whether the reader agrees to be shown in lists, to which text.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RoomSnapshots {
    /// They do.
    pub agreed: bool,
    /// Which text is asked.
    pub text_version: &'static str,
    /// Its language.
    pub language: &'static str,
    /// Word for word.
    pub text: &'static str,
}

impl RoomSnapshots {
    /// Asked in that language, or the first there is.
    pub fn new(agreed: bool, language: &str) -> Self {
        let text = CONSENT_TEXTS.iter().find(|text| text.language == language);
        let text = text.unwrap_or(&CONSENT_TEXTS[0]);
        Self {
            agreed,
            text_version: text.version,
            language: text.language,
            text: text.text,
        }
    }
}

/// How time is charged.
#[derive(Clone, Debug, Serialize)]
pub struct RoomTerms {
    /// Unit of charging.
    pub increment: Increment,
    /// Least seconds charged.
    pub minimum_s: u32,
    /// Free seconds.
    pub grace_s: u32,
}

/// Where to go from here.
#[derive(Clone, Debug, Serialize)]
pub struct RoomUrls {
    /// The bill; a guest has none.
    pub bill: Option<String>,
    /// When there is nothing more to do here.
    pub back: String,
    /// Buyer only: where a tip is given.
    pub tip: Option<String>,
    /// To log in again.
    pub login: String,
}
