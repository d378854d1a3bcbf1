//! Counting what each tenant uses, in this process: several control planes allow as many times as much.

use super::App;
use crate::{
    domain::{
        ids::TenantId,
        quota::{Count, Counted, Quotas},
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Counters that are kept before those are dropped that count nothing any more.
const KEPT: usize = 50_000;

/// What all tenants have used lately.
#[derive(Default)]
pub struct Usage(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    counts: HashMap<(TenantId, Counted), Count>,
    sockets: HashMap<TenantId, u32>,
}

/// An open page, as long as it is held.
pub struct Seat {
    usage: Arc<Usage>,
    tenant: TenantId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.usage.counts();
        if let Some(open) = counts.sockets.get_mut(&self.tenant) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                counts.sockets.remove(&self.tenant);
            }
        }
    }
}

impl Usage {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count<T>(&self, key: (TenantId, Counted), now: Moment, work: impl FnOnce(&mut Count) -> T) -> T {
        let mut counts = self.counts();
        if counts.counts.len() >= KEPT {
            counts.counts.retain(|_, count| !count.is_over(now));
        }
        work(counts.counts.entry(key).or_default())
    }

    /// How much of something still counts.
    fn used(&self, tenant: TenantId, counted: Counted, quotas: Quotas, now: Moment) -> i64 {
        let counts = self.counts();
        let count = counts.counts.get(&(tenant, counted)).copied().unwrap_or_default();
        count.used(quotas.pace(counted), now)
    }
}

/// What a tenant uses now, of what [`Quotas`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Pages that are open.
    pub sockets: i64,
    /// Mails of the last hour that still count.
    pub mails: i64,
    /// Files of the last hour that still count.
    pub uploads: i64,
    /// Calls begun in the last minute that still count.
    pub joins: i64,
}

impl App {
    /// What a tenant may.
    pub fn quotas(&self, tenant: &Tenant) -> Quotas {
        self.config.quotas().with(&tenant.quotas)
    }

    /// Counts one more request, file or call of a tenant.
    ///
    /// # Errors
    /// It may no more just now; says when.
    pub fn count(&self, tenant: TenantId, quotas: Quotas, counted: Counted) -> Result<()> {
        let now = self.now();
        let taken = self
            .usage
            .count((tenant, counted), now, |count| count.take(quotas.pace(counted), now));
        taken.map_err(|wait_ms| refused(counted, wait_ms))
    }

    /// Counts one more mail of a tenant.
    ///
    /// # Errors
    /// It may no more just now; says when this one has its turn.
    pub fn count_mail(&self, tenant: TenantId, quotas: Quotas) -> Result<()> {
        let (now, pace) = (self.now(), quotas.pace(Counted::Mails));
        self.usage.count((tenant, Counted::Mails), now, |count| {
            count.take(pace, now).map_err(|wait_ms| {
                let at = count.turn(pace, wait_ms, now);
                refused(Counted::Mails, at - now)
            })
        })
    }

    /// Opens one more page of a tenant; it is open until the seat is dropped.
    ///
    /// # Errors
    /// As many are open as may be.
    pub fn take_seat(&self, tenant: TenantId, quotas: Quotas) -> Result<Seat> {
        let mut counts = self.usage.counts();
        let open = counts.sockets.entry(tenant).or_default();
        if *open >= quotas.sockets {
            let words = "As many pages of this marketplace are open as may be. Close some, or try again in a minute.";
            return Err(Error {
                public: words.into(),
                ..Error::too_many(60)
            });
        }
        *open += 1;
        Ok(Seat {
            usage: Arc::clone(&self.usage),
            tenant,
        })
    }

    /// What a tenant uses now.
    pub fn used(&self, tenant: &Tenant) -> Used {
        let (id, quotas, now) = (tenant.id, self.quotas(tenant), self.now());
        let used = |counted| self.usage.used(id, counted, quotas, now);
        let sockets = self.usage.counts().sockets.get(&id).copied().unwrap_or(0);
        Used {
            sockets: sockets.into(),
            mails: used(Counted::Mails),
            uploads: used(Counted::Uploads),
            joins: used(Counted::Joins),
        }
    }
}

fn refused(counted: Counted, wait_ms: i64) -> Error {
    let seconds = u32::try_from((wait_ms + 999) / 1_000).unwrap_or(u32::MAX).max(1);
    let what = match counted {
        Counted::Requests => "This marketplace is asked too often just now.",
        Counted::Mails => "This marketplace has sent as many mails as it may.",
        Counted::Uploads => "This marketplace has sent as many files as it may.",
        Counted::Joins => "This marketplace has begun as many calls as it may in a minute. Nothing was charged.",
    };
    Error {
        public: format!("{what} Try again in {seconds} seconds.").into(),
        ..Error::too_many(seconds)
    }
}
