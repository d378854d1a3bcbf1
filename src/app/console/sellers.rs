//! Asking people to sell.

use super::StaffMember;
use crate::{
    app::{
        App,
        identity::{self, Invitation},
        selling,
    },
    domain::{ids::UserId, tenant::Tenant},
    error::Result,
};

/// Asks somebody to sell, by mail. They write their own profile; until then this headline stands there.
///
/// # Errors
/// A field that can't be taken, somebody who sells already, as many sellers as the plan has, or the database is away.
pub async fn invite_seller(
    app: &App,
    by: &StaffMember,
    tenant: &Tenant,
    origin: &str,
    (email, name): (&str, &str),
    headline: &str,
) -> Result<UserId> {
    let headline = selling::headline(headline)?;
    let invitation = Invitation::new(email, name, tenant).await?;
    let (actor, now, origin) = (by.actor(), app.now(), origin.to_owned());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            identity::invite_seller(tx, &actor, &invitation, headline, &origin, now)
        })
        .await
}
