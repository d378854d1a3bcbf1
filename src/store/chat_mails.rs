//! How often people had a call's chat mailed.

use super::{TenantTx, schema::calls};
use crate::{
    domain::{call::CallRole, ids::CallId},
    error::Result,
};
use diesel::prelude::*;

/// Counts one more of somebody's, if it is one of the first `most`; says whether it is.
///
/// # Errors
/// The database is away.
pub fn count_one(tx: &mut TenantTx<'_>, call: CallId, side: CallRole, most: i16) -> Result<bool> {
    let row = calls::table.find((tx.tenant().uuid(), call.uuid()));
    let counted = match side {
        CallRole::Buyer => diesel::update(row.filter(calls::buyer_chat_mails.lt(most)))
            .set(calls::buyer_chat_mails.eq(calls::buyer_chat_mails + 1))
            .execute(tx.conn)?,
        CallRole::Seller => diesel::update(row.filter(calls::seller_chat_mails.lt(most)))
            .set(calls::seller_chat_mails.eq(calls::seller_chat_mails + 1))
            .execute(tx.conn)?,
    };
    Ok(counted == 1)
}
