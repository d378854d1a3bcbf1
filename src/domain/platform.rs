//! The platform's own staff.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may at the platform's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// Everything.
    Owner,
    /// Look at everything, and look after jobs.
    Support,
}

impl PlatformRole {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Support => "support",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Owner, Self::Support]
            .into_iter()
            .find(|known| known.name() == name)
    }
}
