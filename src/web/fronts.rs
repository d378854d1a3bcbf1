//! Tenants' front pages, read and written once for all who ask for them within [`KEPT_MS`].
//!
//! What is shared is the list and everything written in the reader's language and zone, and for somebody unknown the whole
//! page. Who reads it is never part of what is kept: it is made from [`PageContext::for_anybody`], all of which is its
//! key, and belongs to one tenant's slot. A page is as old as [`KEPT_MS`] at most, by the application's clock; what this
//! process changes of the tenant, its look, its sellers or who of them is here is seen at once. Only changes by other
//! processes, and what time alone brings about, are seen that much later.

use super::{
    pages::views::{HomePage, View},
    site::Site,
    state::Web,
    theme::{PageContext, Part, Theme, ThemeError},
};
use crate::{
    domain::{ids::TenantId, tenant::Tenant, time::Moment},
    error::{Error, Result},
};
use actix_web::web::Bytes;
use anyhow::anyhow;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// How long a front page is kept.
pub(super) const KEPT_MS: i64 = 1_000;
/// Most bytes that all pages may take together; one that doesn't fit is made each time.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Most ways a tenant's page is kept in: languages, zones, schemes and hosts.
const MOST_WAYS: usize = 32;

/// The front pages of tenants that were asked for lately.
#[derive(Default)]
pub(super) struct Fronts {
    kept: Mutex<Kept>,
    bytes: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<TenantId, Arc<Slot>>,
    swept_at: Moment,
}

/// A tenant's place. Whoever holds it reads, and all others wait for that instead of reading the same.
#[derive(Default)]
struct Slot {
    front: tokio::sync::Mutex<Option<Arc<Front>>>,
    failures: AtomicU64,
}

/// What is known of a front page, and the ways it was written in.
pub(super) struct Front {
    view: HomePage,
    /// What it was made of.
    tenant: Arc<Tenant>,
    theme: Arc<Theme>,
    read_at: Moment,
    changes: u64,
    written: Mutex<Written>,
    bytes: Arc<AtomicUsize>,
}

/// By what [`PageContext::for_anybody`] says, as JSON.
#[derive(Default)]
struct Written {
    parts: HashMap<String, Arc<Part>>,
    /// Whole pages for somebody unknown.
    pages: HashMap<String, Bytes>,
    size: usize,
}

impl Fronts {
    /// The tenant's front page as it is now, made by `read` if it must be.
    pub async fn of<F>(&self, web: &Web, site: &Site, read: impl FnOnce() -> F) -> Result<Arc<Front>>
    where
        F: Future<Output = Result<HomePage>>,
    {
        let slot = self.slot(site.tenant.id, web.app.now());
        let failures = slot.failures.load(Ordering::Relaxed);
        let mut kept = slot.front.lock().await;
        // Before anything is read: a change that comes in between makes what was read old.
        let (read_at, changes) = (web.app.now(), web.app.db.list_changes().count(site.tenant.id));
        if let Some(front) = kept.as_ref().filter(|front| front.holds(site, read_at, changes)) {
            return Ok(Arc::clone(front));
        }
        if slot.failures.load(Ordering::Relaxed) != failures {
            // Or else all who wait would try one after the other.
            return Err(Error::unavailable(anyhow!("a front page couldn't be read")));
        }
        let view = read().await.inspect_err(|_| {
            slot.failures.fetch_add(1, Ordering::Relaxed);
        })?;
        let front = Arc::new(Front {
            view,
            tenant: Arc::clone(&site.tenant),
            theme: Arc::clone(&site.frame.theme),
            read_at,
            changes,
            written: Mutex::default(),
            bytes: Arc::clone(&self.bytes),
        });
        *kept = Some(Arc::clone(&front));
        Ok(front)
    }

    fn slot(&self, tenant: TenantId, now: Moment) -> Arc<Slot> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if now - kept.swept_at >= KEPT_MS {
            kept.swept_at = now;
            kept.slots.retain(|_, slot| slot.is_used(now));
        }
        Arc::clone(kept.slots.entry(tenant).or_default())
    }
}

impl Slot {
    /// Whether somebody is at it, or what is in it is still good.
    fn is_used(self: &Arc<Self>, now: Moment) -> bool {
        let young = |front: &Arc<Front>| front.is_young(now);
        let kept = self.front.try_lock();
        Arc::strong_count(self) > 1 || kept.is_ok_and(|kept| kept.as_ref().is_some_and(young))
    }
}

impl Front {
    /// The page for whoever `page` tells of. What is shared is written by whoever comes first; the others wait, which
    /// costs less than to write the same.
    pub fn write(&self, page: &PageContext) -> std::result::Result<Bytes, ThemeError> {
        let shared = page.for_anybody();
        let key = serde_json::to_string(&shared).map_err(|error| ThemeError::render(HomePage::TEMPLATE, error))?;
        let mut written = self.written();
        let is_kept = written.parts.contains_key(&key) || written.pages.contains_key(&key);
        if !is_kept && !self.has_room(&written) {
            // What isn't kept is nobody else's to wait for.
            drop(written);
            let part = self.theme.part(&self.view, &shared)?;
            let page = if page.is_for_anybody() { &shared } else { page };
            return self.around(part.as_ref(), page);
        }
        if !page.is_for_anybody() {
            let part = self.part(&mut written, &key, &shared)?;
            drop(written);
            return self.around(part.as_deref(), page);
        }
        if let Some(page) = written.pages.get(&key) {
            return Ok(page.clone());
        }
        let part = self.part(&mut written, &key, &shared)?;
        let html = self.around(part.as_deref(), &shared)?;
        if self.fits(&mut written, html.len()) {
            // As large as it is, and no larger.
            written.pages.insert(key, Bytes::copy_from_slice(&html));
        }
        Ok(html)
    }

    /// What everybody shares; none where a tenant's own templates make the page.
    fn part(
        &self,
        written: &mut Written,
        key: &str,
        shared: &PageContext,
    ) -> std::result::Result<Option<Arc<Part>>, ThemeError> {
        if let Some(part) = written.parts.get(key) {
            return Ok(Some(Arc::clone(part)));
        }
        let part = self.theme.part(&self.view, shared)?.map(Arc::new);
        if let Some(part) = part.as_ref().filter(|part| self.fits(written, part.size)) {
            written.parts.insert(key.to_owned(), Arc::clone(part));
        }
        Ok(part)
    }

    fn around(&self, part: Option<&Part>, page: &PageContext) -> std::result::Result<Bytes, ThemeError> {
        let written = match part {
            Some(part) => self.theme.page_around::<HomePage>(part, page),
            None => self.theme.page(&self.view, page),
        };
        Ok(written?.into())
    }

    /// Takes the room that so many bytes need, if there is any.
    fn fits(&self, written: &mut Written, size: usize) -> bool {
        let fits = self.has_room(written) && self.bytes.load(Ordering::Relaxed).saturating_add(size) <= MOST_BYTES;
        if fits {
            self.bytes.fetch_add(size, Ordering::Relaxed);
            written.size += size;
        }
        fits
    }

    fn has_room(&self, written: &Written) -> bool {
        written.pages.len().max(written.parts.len()) < MOST_WAYS && self.bytes.load(Ordering::Relaxed) < MOST_BYTES
    }

    fn holds(&self, site: &Site, now: Moment, changes: u64) -> bool {
        let of_this = self.tenant == site.tenant && Arc::ptr_eq(&self.theme, &site.frame.theme);
        of_this && self.changes == changes && self.is_young(now)
    }

    fn is_young(&self, now: Moment) -> bool {
        now - self.read_at < KEPT_MS
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let size = self.written().size;
        self.bytes.fetch_sub(size, Ordering::Relaxed);
    }
}
