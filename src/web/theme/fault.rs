//! Telling a tenant's staff that a template of theirs failed, and that the theme's stood in for it.

use crate::store::TenantScope;
use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};
use tokio::sync::mpsc;

/// A tenant's template that failed.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Whose.
    pub scope: TenantScope,
    /// Which.
    pub template: String,
    /// Why.
    pub why: String,
}

/// Most faults that wait to be written down; more would say nothing new.
const WAITING: usize = 64;

/// Where faults go.
pub type Faults = mpsc::Sender<Fault>;

/// Both ends of the way that faults go.
pub fn channel() -> (Faults, mpsc::Receiver<Fault>) {
    mpsc::channel(WAITING)
}

/// Remembers which of one theme's templates failed, and tells of the first: the others are the same a thousand times.
pub struct Teller {
    scope: TenantScope,
    faults: Faults,
    failed: RwLock<HashSet<String>>,
}

impl Teller {
    /// For a tenant's theme.
    pub fn new(scope: TenantScope, faults: Faults) -> Self {
        Self {
            scope,
            faults,
            failed: RwLock::default(),
        }
    }

    /// Whether a template failed before: it isn't tried again until the look is another.
    pub fn has_failed(&self, template: &str) -> bool {
        let failed = self.failed.read().unwrap_or_else(PoisonError::into_inner);
        failed.contains(template)
    }

    /// Remembers it, and tells if nothing was told yet.
    pub fn tell(&self, template: &str, why: String) {
        let is_first = {
            let mut failed = self.failed.write().unwrap_or_else(PoisonError::into_inner);
            failed.insert(template.to_owned()) && failed.len() == 1
        };
        if !is_first {
            return;
        }
        tracing::warn!(template, why, "a tenant's template fails; the theme's stands in for it");
        let fault = Fault {
            scope: self.scope,
            template: template.to_owned(),
            why,
        };
        // A full channel holds enough of them already.
        let _ = self.faults.try_send(fault);
    }
}
