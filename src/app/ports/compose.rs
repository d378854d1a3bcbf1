//! Making one film of what each person of a call sent.

use crate::error::Result;
use async_trait::async_trait;
use std::path::PathBuf;

/// One person's file, or one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is, counted from 0.
    pub person: usize,
}

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What there is; each file's times count from the beginning of the recording.
    pub parts: Vec<Part>,
    /// How many people there are.
    pub people: usize,
    /// How long it is, in milliseconds.
    pub until_ms: u64,
    /// Where it goes.
    pub out: PathBuf,
}

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composed {
    /// Its length, in milliseconds.
    pub length_ms: u64,
}

/// Makes films.
#[async_trait]
pub trait Composer: Send + Sync {
    /// Makes one, and tells how far it is, in percent.
    ///
    /// # Errors
    /// It can't be made; it may be tried again.
    async fn compose(&self, plan: Plan, progress: &(dyn Fn(u8) + Sync)) -> Result<Composed>;
}
