//! Media nodes.

use super::PlatformOwner;
use crate::{
    app::{App, ports::MediaNodes},
    domain::audit::{Action, Entry},
    error::{Error, Result},
    store::audit,
};
use serde_json::json;
use uuid::Uuid;

/// Has a node finish what it carries and end: it gets no new rooms.
///
/// # Errors
/// It isn't connected, drains already, or the database is away.
pub async fn drain_node(app: &App, owner: &PlatformOwner, media: &dyn MediaNodes, id: Uuid) -> Result<()> {
    let nodes = media.nodes();
    let node = nodes.iter().find(|node| node.id == id).ok_or_else(Error::not_found)?;
    if node.draining {
        return Err(Error::conflict("draining", "This node is being drained already."));
    }
    let change = |draining: bool| json!({"draining": draining});
    let entry = Entry::new(Action::NodeDrained, id.to_string()).changed(change(false), change(true));
    let (actor, now) = (owner.actor(), app.now());
    app.db
        .system(move |tx| audit::write_platform(tx, &actor, &entry, now))
        .await?;
    if media.drain(id) {
        Ok(())
    } else {
        Err(Error::not_found())
    }
}
