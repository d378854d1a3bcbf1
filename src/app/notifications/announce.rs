//! What was told, brought to open pages and on its way to browsers.

use super::{PUSH_JOB, Push, Told};
use crate::{
    app::App,
    domain::notification::Channel,
    error::{Error, Result},
    store::{TenantScope, jobs, notifications, push_subscriptions},
};

/// The job's kind in the outbox.
pub const ANNOUNCE_JOB: &str = "announce";

/// Lights the bell on the person's pages, and enqueues a push for each of their browsers.
///
/// # Errors
/// The database is away; try again.
pub async fn announce(app: &App, scope: &TenantScope, told: Told) -> Result<()> {
    let (to, link, now) = (told.to, told.link.clone(), app.now());
    let unread = app.db.tenant(scope, move |tx| {
        if notifications::wishes(tx, told.to)?.want(told.event, Channel::Push) {
            for device in push_subscriptions::of_person(tx, told.to, now)? {
                let push = Push {
                    device,
                    told: told.clone(),
                };
                let payload = serde_json::to_value(push).map_err(Error::internal)?;
                jobs::enqueue(tx, PUSH_JOB, payload, now)?;
            }
        }
        notifications::unread(tx, told.to)
    });
    app.people.notified(scope, to, unread.await?, Some(link));
    Ok(())
}
