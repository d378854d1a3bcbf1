//! Files that people send each other.

use super::{
    TenantTx,
    moment::At,
    schema::{message_file_parts, message_files, messages},
};
use crate::{
    domain::{
        ids::{ConversationId, UserId},
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::prelude::*;
use uuid::Uuid;

/// Bytes of a piece: a row that backups and archives take easily.
const PART: usize = 64 * 1024;

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHead {
    /// Its name.
    pub name: String,
    /// As browsers are told.
    pub media_type: String,
    /// Its size; 0 once it was taken away.
    pub bytes: u32,
}

/// A file on its way in.
#[derive(Clone, Debug)]
pub struct NewFile<'a> {
    /// Whose.
    pub sender: UserId,
    /// Its name.
    pub name: &'a str,
    /// As browsers are told.
    pub media_type: &'a str,
    /// All of it.
    pub body: &'a [u8],
}

/// Keeps the file of a message that is there.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, message: Uuid, file: &NewFile<'_>, now: Moment) -> Result<()> {
    let tenant = tx.tenant().uuid();
    diesel::insert_into(message_files::table)
        .values((
            message_files::tenant_id.eq(tenant),
            message_files::id.eq(message),
            message_files::sender_id.eq(file.sender.uuid()),
            message_files::name.eq(file.name),
            message_files::media_type.eq(file.media_type),
            message_files::bytes.eq(i32::try_from(file.body.len()).map_err(Error::internal)?),
            message_files::at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    for (nth, part) in (0_i16..).zip(file.body.chunks(PART)) {
        diesel::insert_into(message_file_parts::table)
            .values((
                message_file_parts::tenant_id.eq(tenant),
                message_file_parts::file_id.eq(message),
                message_file_parts::nth.eq(nth),
                message_file_parts::body.eq(part),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// How many files somebody has sent since then.
///
/// # Errors
/// The database is away.
pub fn count(tx: &mut TenantTx<'_>, sender: UserId, since: Moment) -> Result<i64> {
    let count = message_files::table
        .filter(message_files::tenant_id.eq(tx.tenant().uuid()))
        .filter(message_files::sender_id.eq(sender.uuid()))
        .filter(message_files::at.gt(At(since)))
        .count();
    Ok(count.get_result(tx.conn)?)
}

/// A file of a conversation with all that is in it; shorter than it says if a piece is gone.
///
/// # Errors
/// It isn't there, or not in this conversation; or the database is away.
pub fn read(tx: &mut TenantTx<'_>, conversation: ConversationId, file: Uuid) -> Result<(FileHead, Vec<u8>)> {
    let tenant = tx.tenant().uuid();
    let (name, media_type, bytes) = message_files::table
        .inner_join(
            messages::table.on(messages::tenant_id
                .eq(message_files::tenant_id)
                .and(messages::id.eq(message_files::id))),
        )
        .filter(message_files::tenant_id.eq(tenant).and(message_files::id.eq(file)))
        .filter(messages::conversation_id.eq(conversation.uuid()))
        .select((message_files::name, message_files::media_type, message_files::bytes))
        .first::<(String, String, i32)>(tx.conn)?;
    let parts: Vec<Vec<u8>> = message_file_parts::table
        .filter(message_file_parts::tenant_id.eq(tenant))
        .filter(message_file_parts::file_id.eq(file))
        .order(message_file_parts::nth)
        .select(message_file_parts::body)
        .load(tx.conn)?;
    let head = FileHead {
        name,
        media_type,
        bytes: u32::try_from(bytes).unwrap_or(0),
    };
    Ok((head, parts.concat()))
}
