//! How people found the picture and sound of their calls.

use super::{TenantTx, moment::At, schema::call_feedback};
use crate::{
    domain::{
        ids::{CallId, UserId},
        report::TechnicalFault,
        time::Moment,
    },
    error::Result,
};
use diesel::prelude::*;

/// What one of a call's people says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// Which call.
    pub call: CallId,
    /// Who says it.
    pub by: UserId,
    /// What went wrong; nothing if it was good.
    pub faults: Vec<TechnicalFault>,
    /// In their words; may be empty.
    pub text: String,
    /// When it was said or changed last.
    pub at: Moment,
}

impl Feedback {
    /// Nothing went wrong.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Keeps what somebody says, in place of what they said before.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, feedback: &Feedback) -> Result<()> {
    let faults: Vec<&str> = feedback.faults.iter().map(|fault| fault.name()).collect();
    let said = (
        call_feedback::good.eq(feedback.is_good()),
        call_feedback::faults.eq(&faults),
        call_feedback::body.eq(&feedback.text),
        call_feedback::at.eq(At(feedback.at)),
    );
    diesel::insert_into(call_feedback::table)
        .values((
            call_feedback::tenant_id.eq(tx.tenant().uuid()),
            call_feedback::call_id.eq(feedback.call.uuid()),
            call_feedback::person_id.eq(feedback.by.uuid()),
            said,
        ))
        .on_conflict((
            call_feedback::tenant_id,
            call_feedback::call_id,
            call_feedback::person_id,
        ))
        .do_update()
        .set(said)
        .execute(tx.conn)?;
    Ok(())
}

/// What somebody said of a call, if they did.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, call: CallId, by: UserId) -> Result<Option<Feedback>> {
    let row: Option<(Vec<String>, String, At)> = call_feedback::table
        .find((tx.tenant().uuid(), call.uuid(), by.uuid()))
        .select((call_feedback::faults, call_feedback::body, call_feedback::at))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(faults, text, at)| Feedback {
        call,
        by,
        faults: faults.iter().filter_map(|name| TechnicalFault::parse(name)).collect(),
        text,
        at: at.into(),
    }))
}
