//! Sellers' faces. A picture's address is made of what is in it, so browsers may keep it for ever.

use super::{
    TenantTx,
    looks::File,
    moment::At,
    schema::{seller_photos, sellers},
};
use crate::{
    domain::{brand::FileHash, ids::UserId, time::Moment},
    error::{Error, Result},
};
use diesel::prelude::*;

/// Keeps a seller's picture in place of the one before, or of none; without one they have none.
///
/// # Errors
/// The person doesn't sell, or the database is away.
pub fn set(tx: &mut TenantTx<'_>, user: UserId, photo: Option<&File>, now: Moment) -> Result<()> {
    tx.lists_changed();
    let hash = photo.map(|photo| FileHash::of(&photo.body));
    let address = hash.as_ref().map(|hash| format!("/photos/{}", hash.as_str()));
    let changed = diesel::update(sellers::table.find((tx.tenant().uuid(), user.uuid())))
        .set(sellers::photo_url.eq(address))
        .execute(tx.conn)?;
    if changed == 0 {
        return Err(Error::conflict("no_profile", "Fill in your profile first."));
    }
    diesel::delete(seller_photos::table.find((tx.tenant().uuid(), user.uuid()))).execute(tx.conn)?;
    let (Some(photo), Some(hash)) = (photo, hash) else {
        return Ok(());
    };
    diesel::insert_into(seller_photos::table)
        .values((
            seller_photos::tenant_id.eq(tx.tenant().uuid()),
            seller_photos::user_id.eq(user.uuid()),
            seller_photos::hash.eq(hash.as_str()),
            seller_photos::media_type.eq(&photo.media_type),
            seller_photos::body.eq(&photo.body),
            seller_photos::at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The picture with that in it, if somebody shows it.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, hash: &FileHash) -> Result<Option<File>> {
    let found: Option<(String, Vec<u8>)> = seller_photos::table
        .filter(seller_photos::tenant_id.eq(tx.tenant().uuid()))
        .filter(seller_photos::hash.eq(hash.as_str()))
        .select((seller_photos::media_type, seller_photos::body))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(media_type, body)| File { media_type, body }))
}
