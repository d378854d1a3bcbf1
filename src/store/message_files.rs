//! Files that people send each other.

use super::{
    TenantTx,
    conversations::Conversation,
    moment::At,
    schema::{message_file_parts, message_files, messages},
};
use crate::{
    domain::{
        ids::{CallId, UserId},
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
    /// Width and height of how it is shown, if it is a picture.
    pub shown: Option<(u32, u32)>,
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
    /// How it is shown, if it is a picture.
    pub preview: Option<&'a Preview>,
}

/// A picture made small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// A JPEG.
    pub body: Vec<u8>,
    /// Width and height.
    pub size: (u32, u32),
}

/// Width and height as they are stored.
pub(super) fn shown(width: Option<i32>, height: Option<i32>) -> Option<(u32, u32)> {
    Some((u32::try_from(width?).ok()?, u32::try_from(height?).ok()?))
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
            message_files::preview.eq(file.preview.map(|preview| preview.body.as_slice())),
            message_files::width.eq(side(file.preview.map(|preview| preview.size.0))?),
            message_files::height.eq(side(file.preview.map(|preview| preview.size.1))?),
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

fn side(pixels: Option<u32>) -> Result<Option<i32>> {
    pixels.map(i32::try_from).transpose().map_err(Error::internal)
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

/// How many files were sent in a call, by whomever.
///
/// # Errors
/// The database is away.
pub fn count_in_call(tx: &mut TenantTx<'_>, call: CallId) -> Result<i64> {
    let count = message_files::table
        .inner_join(
            messages::table.on(messages::tenant_id
                .eq(message_files::tenant_id)
                .and(messages::id.eq(message_files::id))),
        )
        .filter(messages::tenant_id.eq(tx.tenant().uuid()))
        .filter(messages::call_id.eq(call.uuid()))
        .count();
    Ok(count.get_result(tx.conn)?)
}

/// Said without the buyer or not: what of it a reader may open.
fn of_which(conversation: &Conversation, reader: UserId) -> Vec<bool> {
    match conversation.buyer.id == reader {
        true => vec![false],
        false => vec![false, true],
    }
}

/// A file of a conversation, for one of its two, with all that is in it; shorter than it says if a piece is gone.
///
/// # Errors
/// It isn't there, or not in this conversation; or the database is away.
pub fn read(
    tx: &mut TenantTx<'_>,
    (conversation, reader): (&Conversation, UserId),
    file: Uuid,
) -> Result<(FileHead, Vec<u8>)> {
    let tenant = tx.tenant().uuid();
    let (name, media_type, bytes, width, height) = message_files::table
        .inner_join(
            messages::table.on(messages::tenant_id
                .eq(message_files::tenant_id)
                .and(messages::id.eq(message_files::id))),
        )
        .filter(message_files::tenant_id.eq(tenant).and(message_files::id.eq(file)))
        .filter(messages::conversation_id.eq(conversation.id.uuid()))
        .filter(messages::without_buyer.eq_any(of_which(conversation, reader)))
        .select((
            message_files::name,
            message_files::media_type,
            message_files::bytes,
            message_files::width,
            message_files::height,
        ))
        .first::<(String, String, i32, Option<i32>, Option<i32>)>(tx.conn)?;
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
        shown: shown(width, height),
    };
    Ok((head, parts.concat()))
}

/// How a picture of a conversation is shown, a JPEG.
///
/// # Errors
/// It isn't there, not in this conversation, no picture, or was taken away; or the database is away.
pub fn preview(tx: &mut TenantTx<'_>, (conversation, reader): (&Conversation, UserId), file: Uuid) -> Result<Vec<u8>> {
    let body: Option<Vec<u8>> = message_files::table
        .inner_join(
            messages::table.on(messages::tenant_id
                .eq(message_files::tenant_id)
                .and(messages::id.eq(message_files::id))),
        )
        .filter(
            message_files::tenant_id
                .eq(tx.tenant().uuid())
                .and(message_files::id.eq(file)),
        )
        .filter(messages::conversation_id.eq(conversation.id.uuid()))
        .filter(messages::without_buyer.eq_any(of_which(conversation, reader)))
        .select(message_files::preview)
        .first(tx.conn)?;
    body.ok_or_else(Error::not_found)
}
