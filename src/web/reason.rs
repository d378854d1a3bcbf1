//! Why staff do something, in both consoles.

use serde::Deserialize;
use utoipa::ToSchema;

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// One line.
    #[schema(max_length = 500)]
    pub reason: String,
}
