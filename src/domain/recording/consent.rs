//! What people agree to, word for word, and what they answered.

use crate::domain::ids::UserId;
use uuid::Uuid;

/// A text that people agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentText {
    /// Which: stays with these very words for ever.
    pub version: &'static str,
    /// In which language.
    pub language: &'static str,
    /// Word for word.
    pub text: &'static str,
}

/// What is asked now. A proof is worth as much as the words that were shown: these aren't a theme's or a tenant's to
/// change, and whoever changes them here gives them a new version.
pub const CONSENT_TEXTS: [ConsentText; 2] = [
    ConsentText {
        version: "2026-11-30.2.en",
        language: "en",
        text: "I agree that picture and sound of this call are recorded from now on and kept by the operator of this \
               marketplace. The people in this call, the operator and whoever runs its servers may watch the recording \
               until it is deleted. I can stop the recording at any time; what was recorded until then is kept.",
    },
    ConsentText {
        version: "2026-11-30.2.de",
        language: "de",
        text: "Ich bin damit einverstanden, dass Bild und Ton dieses Gesprächs ab jetzt aufgezeichnet und vom Betreiber \
               dieses Marktplatzes aufbewahrt werden. Die Menschen in diesem Gespräch, der Betreiber und wer dessen Server \
               betreibt dürfen die Aufzeichnung ansehen, bis sie gelöscht wird. Ich kann die Aufzeichnung jederzeit beenden; was bis dahin \
               aufgezeichnet wurde, bleibt erhalten.",
    },
];

/// The text of a version that is asked now.
pub fn consent_text(version: &str) -> Option<&'static ConsentText> {
    CONSENT_TEXTS.iter().find(|text| text.version == version)
}

/// What somebody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They agree.
    Given,
    /// They don't.
    Refused,
    /// They did, and don't any more.
    Withdrawn,
}

impl Answer {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What somebody answered, to which text.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// Its id: stored twice, it is one.
    pub id: Uuid,
    /// Who.
    pub person: UserId,
    /// What.
    pub answer: Answer,
    /// To which text.
    pub text: &'static ConsentText,
}

impl Proof {
    /// A new one.
    pub fn new(person: UserId, answer: Answer, text: &'static ConsentText) -> Self {
        Self {
            id: Uuid::now_v7(),
            person,
            answer,
            text,
        }
    }
}
