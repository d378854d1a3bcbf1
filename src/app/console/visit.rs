//! Visits of the platform's staff, who look and change nothing.

use crate::{
    app::{App, identity::LinkToken},
    domain::audit::{Action, Actor, ActorId, Entry},
    error::Result,
    store::{
        TenantScope, audit,
        visits::{self, Visitor},
    },
};
use serde_json::{Value, json};

/// Where a link leads, at the tenant's host; the platform makes it.
pub const WAY_IN: &str = "/admin/view-as";
/// How long a visit lasts; nothing prolongs it.
const VISIT_MS: i64 = 30 * 60_000;

/// One of the platform's staff at a tenant's console. Made only from a session that holds, so having one is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub(super) scope: TenantScope,
    pub(super) visitor: Visitor,
}

/// A visit that begins.
#[derive(Clone, Debug)]
pub struct Entered {
    /// For the cookie; only its hash is stored.
    pub token: String,
    /// Seconds that it lasts.
    pub seconds: i64,
}

/// Begins a visit, and shows it to the tenant. Nothing if the link is unknown, used or too old.
///
/// # Errors
/// The database is away.
pub async fn enter(app: &App, scope: &TenantScope, link: &str, address: &str) -> Result<Option<Entered>> {
    let Some(link) = LinkToken::parse(link) else {
        return Ok(None);
    };
    let (session, now, address) = (LinkToken::new(), app.now(), address.to_owned());
    let hash = session.hash();
    let entered = app.db.tenant(scope, move |tx| {
        let Some(visitor) = visits::enter(tx, link.hash(), hash, now, now + VISIT_MS)? else {
            return Ok(false);
        };
        let actor = Actor {
            who: ActorId::Platform(visitor.id),
            name: visitor.name,
            address,
        };
        let after = json!({"until": now + VISIT_MS});
        let entry = Entry::new(Action::ViewEntered, "/admin").changed(Value::Null, after);
        audit::write(tx, &actor, &entry, now)?;
        Ok(true)
    });
    Ok(entered.await?.then(|| Entered {
        token: session.text(),
        seconds: VISIT_MS / 1_000,
    }))
}

/// The visit behind a cookie, while it lasts.
///
/// # Errors
/// The database is away.
pub async fn visit(app: &App, scope: &TenantScope, token: &str) -> Result<Option<Visit>> {
    let Some(token) = LinkToken::parse(token) else {
        return Ok(None);
    };
    let now = app.now();
    let found = app
        .db
        .read(scope, move |tx| visits::find(tx, token.hash(), now))
        .await?;
    Ok(found.map(|visitor| Visit { scope: *scope, visitor }))
}
