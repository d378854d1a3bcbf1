//! Notifications written out: what a browser shows while no page of ours is open.

use super::{
    pages::{notification_words, views::Message},
    state::Web,
    theme::Theme,
};
use crate::{
    app::{notifications::Told, ports::Slip},
    domain::ids::UserId,
    error::Result,
    store::{TenantScope, notifications, tenants, users},
};
use uuid::Uuid;

/// Longest text of a slip, in characters: push services carry little.
const MOST_CHARS: usize = 300;

/// What is told, in the person's language and the tenant's name.
pub(super) async fn slip(web: &Web, scope: &TenantScope, told: Told) -> Result<Slip> {
    let to = told.to;
    let (tenant, user) = web
        .app
        .db
        .read(scope, move |tx| Ok((tenants::own(tx)?, users::find(tx, to)?)))
        .await?;
    let theme = web.theme(&tenant, scope).await?;
    let name = name_of(web, scope, told.about).await?;
    let message = notification_words(told.event, notifications::named(told.params.into(), name));
    let body = said(&theme, &user.language, &user.time_zone, &message);
    Ok(Slip {
        // What the site doesn't show replaces what was said of the same before.
        id: told
            .shown
            .unwrap_or_else(|| Uuid::new_v5(&to.uuid(), told.link.as_bytes())),
        at: told.at,
        title: tenant.name,
        body: body.chars().take(MOST_CHARS).collect(),
        link: told.shown.map_or(told.link, |id| format!("/notifications/{id}")),
        icon: theme.favicon().to_owned(),
    })
}

/// What somebody is called.
pub(super) async fn name_of(web: &Web, scope: &TenantScope, who: Option<UserId>) -> Result<Option<String>> {
    let Some(who) = who else { return Ok(None) };
    let found = web.app.db.read(scope, move |tx| users::find(tx, who)).await?;
    Ok(Some(found.name))
}

/// A message in a language; its key if nobody has words for it.
pub(super) fn said(theme: &Theme, lang: &str, zone: &str, message: &Message) -> String {
    let params = message.params.clone().into_iter().collect();
    theme
        .say(lang, &message.key, &params, zone)
        .unwrap_or_else(|| message.key.clone())
}
