//! What can be wrong with a theme.

use super::Wrong;
use std::{fmt::Display, path::Path};

/// What is wrong, and where.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// A file is missing or unreadable as what it should be.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A template doesn't parse, or includes itself by way of others.
    #[error("template {name}: {why}")]
    Template {
        /// Which.
        name: String,
        /// What is wrong with it, with the line.
        why: String,
    },
    /// What a tenant typed can't be taken.
    #[error("{name}: {wrong}")]
    Own {
        /// Which template; `css` is the style sheet.
        name: String,
        /// What is wrong with it, with the line.
        wrong: Wrong,
    },
    /// A page couldn't be rendered.
    #[error("rendering {template}: {why}")]
    Render {
        /// Which template.
        template: String,
        /// What is wrong.
        why: String,
    },
}

impl ThemeError {
    pub(super) fn file(path: &Path, why: impl Display) -> Self {
        Self::File {
            path: path.display().to_string(),
            why: why.to_string(),
        }
    }

    pub(super) fn template(name: &str, why: impl Display) -> Self {
        Self::Template {
            name: name.to_owned(),
            why: why.to_string(),
        }
    }

    pub(super) fn own(name: &str, wrong: Wrong) -> Self {
        Self::Own {
            name: name.to_owned(),
            wrong,
        }
    }

    pub(in crate::web) fn render(template: &str, why: impl Display) -> Self {
        Self::Render {
            template: template.to_owned(),
            why: why.to_string(),
        }
    }
}
