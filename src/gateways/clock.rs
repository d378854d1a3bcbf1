//! The only place that reads a clock.

use crate::{app::ports::Clock, config::DevelopmentConfig, domain::time::Moment};
use async_trait::async_trait;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// The machine's clock; in development it can be put forward, to see what comes later.
#[derive(Debug, Default)]
pub struct SystemClock {
    ahead_ms: i64,
}

impl SystemClock {
    /// As the settings say.
    pub fn set_by(config: &DevelopmentConfig) -> Self {
        let ahead_s = if config.enabled { config.ahead_s } else { 0 };
        Self {
            ahead_ms: i64::from(ahead_s) * 1_000,
        }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)) + self.ahead_ms
    }

    async fn sleep_until(&self, moment: Moment) {
        let ms = u64::try_from(moment - self.now()).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// A clock that tests turn by hand; sleepers wake when it passes them.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<Moment>,
    turning: Mutex<()>,
}

impl ManualClock {
    /// Stands still at `start`.
    pub fn new(start: Moment) -> Self {
        Self {
            now: watch::Sender::new(start),
            turning: Mutex::new(()),
        }
    }

    /// Turns it forward.
    pub fn advance(&self, ms: i64) {
        let _one_at_a_time = self.turning.lock().unwrap_or_else(PoisonError::into_inner);
        self.now.send_modify(|now| *now = *now + ms);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Moment {
        *self.now.borrow()
    }

    async fn sleep_until(&self, moment: Moment) {
        let mut seen = self.now.subscribe();
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = seen.wait_for(|now| *now >= moment).await;
    }
}
