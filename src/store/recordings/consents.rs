//! Who agreed to what, as it is kept.

use crate::{
    domain::{
        ids::{CallId, RecordingId, UserId},
        recording::{Answer, Proof},
        time::Moment,
    },
    error::Result,
    store::{
        TenantTx,
        moment::At,
        schema::{recording_consents, recordings},
    },
};
use diesel::prelude::*;
use uuid::Uuid;

/// Writes down what somebody answered, for ever; the same twice is once.
///
/// # Errors
/// The database is away.
pub fn add_consent(tx: &mut TenantTx<'_>, id: RecordingId, proof: &Proof, at: Moment) -> Result<()> {
    diesel::insert_into(recording_consents::table)
        .values((
            recording_consents::tenant_id.eq(tx.tenant().uuid()),
            recording_consents::id.eq(proof.id),
            recording_consents::recording_id.eq(id.uuid()),
            recording_consents::person_id.eq(proof.person.uuid()),
            recording_consents::answer.eq(proof.answer.name()),
            recording_consents::text_version.eq(proof.text.version),
            recording_consents::text.eq(proof.text.text),
            recording_consents::at.eq(At(at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// Who has ever agreed to a recording.
///
/// # Errors
/// The database is away.
pub fn agreed(tx: &mut TenantTx<'_>, id: RecordingId) -> Result<Vec<UserId>> {
    let agreed: Vec<Uuid> = recording_consents::table
        .filter(recording_consents::tenant_id.eq(tx.tenant().uuid()))
        .filter(recording_consents::recording_id.eq(id.uuid()))
        .filter(recording_consents::answer.eq(Answer::Given.name()))
        .select(recording_consents::person_id)
        .distinct()
        .load(tx.conn)?;
    Ok(agreed.into_iter().map(UserId::from_uuid).collect())
}

/// What somebody answered, as it is kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = recording_consents)]
pub struct Consent {
    /// Of which recording.
    pub recording_id: Uuid,
    /// Who.
    pub person_id: Uuid,
    /// `given`, `refused` or `withdrawn`.
    pub answer: String,
    /// Which text.
    pub text_version: String,
    /// Word for word.
    pub text: String,
    /// When.
    pub at: At,
}

/// What was answered in a call, oldest first.
///
/// # Errors
/// The database is away.
pub fn consents(tx: &mut TenantTx<'_>, call: CallId) -> Result<Vec<Consent>> {
    let of_call = recordings::table
        .filter(recordings::tenant_id.eq(tx.tenant().uuid()))
        .filter(recordings::call_id.eq(call.uuid()))
        .select(recordings::id);
    let ids: Vec<Uuid> = of_call.load(tx.conn)?;
    Ok(recording_consents::table
        .filter(recording_consents::tenant_id.eq(tx.tenant().uuid()))
        .filter(recording_consents::recording_id.eq_any(ids))
        .order((recording_consents::at, recording_consents::id))
        .select(Consent::as_select())
        .load(tx.conn)?)
}
