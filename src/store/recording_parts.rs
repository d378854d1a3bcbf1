//! The files of recordings.

use super::{
    SystemTx, TenantTx,
    schema::{recording_parts, recordings},
};
use crate::{
    domain::ids::{RecordingId, UserId},
    error::Result,
};
use diesel::prelude::*;
use tallyroom_media_protocol::{PeerId, RecordedPart};
use uuid::Uuid;

/// A file that is about to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewPart {
    /// Of which recording.
    pub recording: RecordingId,
    /// What is written without being held.
    pub take: Uuid,
    /// Whose connection.
    pub peer: PeerId,
    /// Who that is.
    pub person: UserId,
    /// Where it begins.
    pub from_ms: i64,
}

/// Writes down that a file is about to be written: should whoever writes it die, it is known.
///
/// # Errors
/// The database is away.
pub fn add(tx: &mut TenantTx<'_>, part: &NewPart) -> Result<()> {
    diesel::insert_into(recording_parts::table)
        .values((
            recording_parts::tenant_id.eq(tx.tenant().uuid()),
            recording_parts::recording_id.eq(part.recording.uuid()),
            recording_parts::take_id.eq(part.take),
            recording_parts::peer_id.eq(part.peer),
            recording_parts::person_id.eq(part.person.uuid()),
            recording_parts::from_ms.eq(part.from_ms),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// How many files a recording has.
///
/// # Errors
/// The database is away.
pub fn count(tx: &mut TenantTx<'_>, id: RecordingId) -> Result<i64> {
    let of_recording = recording_parts::table
        .filter(recording_parts::tenant_id.eq(tx.tenant().uuid()))
        .filter(recording_parts::recording_id.eq(id.uuid()));
    Ok(of_recording.count().get_result(tx.conn)?)
}

/// A file is complete.
///
/// # Errors
/// The database is away.
pub fn written(tx: &mut SystemTx<'_>, part: &RecordedPart) -> Result<()> {
    let of_take = recording_parts::take_id.eq(part.recording);
    let file = recording_parts::table.filter(of_take.and(recording_parts::peer_id.eq(part.peer)));
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    diesel::update(file)
        .set((
            recording_parts::until_ms.eq(whole(part.until_ms)),
            recording_parts::bytes.eq(whole(part.bytes)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// One person's file.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = recording_parts)]
pub struct Part {
    /// What was written without being held.
    pub take_id: Uuid,
    /// Whose connection.
    pub peer_id: Uuid,
    /// Who that is.
    pub person_id: Uuid,
    /// Where it begins.
    pub from_ms: i64,
    /// Where it ends; unknown while it is written, and if whoever wrote it died.
    pub until_ms: Option<i64>,
    /// Its size, once it is complete.
    pub bytes: i64,
}

/// The files of a recording, in the order they begin.
///
/// # Errors
/// The database is away.
pub fn of(tx: &mut TenantTx<'_>, id: RecordingId) -> Result<Vec<Part>> {
    Ok(recording_parts::table
        .filter(recording_parts::tenant_id.eq(tx.tenant().uuid()))
        .filter(recording_parts::recording_id.eq(id.uuid()))
        .order((
            recording_parts::from_ms,
            recording_parts::take_id,
            recording_parts::peer_id,
        ))
        .select(Part::as_select())
        .load(tx.conn)?)
}

/// All recordings of the tenant, and their takes: what their files are named after.
///
/// # Errors
/// The database is away.
pub fn all_takes(tx: &mut TenantTx<'_>) -> Result<Vec<Uuid>> {
    let mut takes: Vec<Uuid> = recording_parts::table
        .filter(recording_parts::tenant_id.eq(tx.tenant().uuid()))
        .select(recording_parts::take_id)
        .distinct()
        .load(tx.conn)?;
    let ids: Vec<Uuid> = recordings::table
        .filter(recordings::tenant_id.eq(tx.tenant().uuid()))
        .select(recordings::id)
        .load(tx.conn)?;
    takes.extend(ids);
    Ok(takes)
}
