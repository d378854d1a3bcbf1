//! Telling a tenant's staff that a template of theirs failed, and that the theme's stood in for it.

use crate::store::TenantScope;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// Tells of one theme's faults: of the first, since the others are the same a thousand times.
pub struct Teller {
    scope: TenantScope,
    faults: Faults,
    told: AtomicBool,
}

impl Teller {
    /// For a tenant's theme.
    pub fn new(scope: TenantScope, faults: Faults) -> Self {
        Self {
            scope,
            faults,
            told: AtomicBool::new(false),
        }
    }

    /// Tells, if nothing was told yet.
    pub fn tell(&self, template: &str, why: String) {
        if self.told.swap(true, Ordering::Relaxed) {
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
