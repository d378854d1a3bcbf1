//! A seller's face.

use crate::{
    app::{App, identity::Viewer, pictures, subscriptions},
    domain::picture::Purpose,
    error::{Error, Result},
    store::photos,
};

/// A reader who sells. It is made before any file of theirs is read: others have none to show.
pub struct SellingViewer<'a>(&'a Viewer);

impl<'a> SellingViewer<'a> {
    /// The reader as one.
    ///
    /// # Errors
    /// They don't sell yet.
    pub fn of(viewer: &'a Viewer) -> Result<Self> {
        if viewer.user.is_seller {
            return Ok(Self(viewer));
        }
        Err(Error::conflict("no_profile", "Fill in your profile first."))
    }
}

/// Shows a photo of the reader in place of the one before.
///
/// # Errors
/// It is no photo or too large, or the database is away.
pub async fn set_photo(app: &App, SellingViewer(viewer): SellingViewer<'_>, sent: Vec<u8>) -> Result<()> {
    let (user, now, photo) = (viewer.user.id, app.now(), pictures::remake(sent, Purpose::Face).await?);
    app.db
        .tenant(&viewer.scope, move |tx| {
            subscriptions::more_stored(tx, photo.body.len(), now)?;
            photos::set(tx, user, Some(&photo), now)
        })
        .await
}

/// Shows the reader's initials again.
///
/// # Errors
/// The reader doesn't sell, or the database is away.
pub async fn drop_photo(app: &App, viewer: &Viewer) -> Result<()> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| photos::set(tx, user, None, now))
        .await
}
