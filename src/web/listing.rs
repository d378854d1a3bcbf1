//! What the consoles' lists are asked with.

use crate::store::listing::{Page, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which calls.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum CallState {
    /// That aren't over.
    Live,
    /// That are.
    Ended,
}

impl CallState {
    /// As the lists are asked.
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

/// Which recordings.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecordingState {
    /// That go on.
    Recording,
    /// Of which a film is being made.
    Composing,
    /// That can be seen.
    Ready,
    /// That couldn't be made.
    Failed,
    /// That are gone.
    Deleted,
}

impl RecordingState {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Composing => "composing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        }
    }
}

/// Which of the recordings.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordingFilter {
    /// In this state only.
    pub state: Option<RecordingState>,
}

/// Which part of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Text to look for.
    q: String,
    /// A column; with a hyphen in front descending.
    sort: String,
    /// From 1.
    page: u32,
    /// Lines a page, up to 100.
    per_page: u32,
}

impl From<ListQuery> for Wanted {
    fn from(query: ListQuery) -> Self {
        Self {
            search: query.q,
            sort: query.sort,
            page: query.page,
            per_page: query.per_page,
        }
    }
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Listed<T: ToSchema> {
    /// Its lines.
    items: Vec<T>,
    /// How many there are on all pages, counted up to 10,000.
    total: i64,
    /// Which page.
    page: u32,
    /// Lines a page.
    per_page: u32,
}

impl<T: ToSchema> Listed<T> {
    /// Each line as it is shown.
    pub fn of<S>(page: Page<S>, show: impl FnMut(S) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(show).collect(),
            total: page.total,
            page: page.page,
            per_page: page.per_page,
        }
    }
}

impl<T: ToSchema> From<Page<T>> for Listed<T> {
    fn from(page: Page<T>) -> Self {
        Self::of(page, |item| item)
    }
}
