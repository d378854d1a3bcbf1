//! How good the connections of calls were.

use super::{TenantTx, schema::call_quality};
use crate::{
    domain::{
        call::{CallRole, Quality},
        ids::CallId,
    },
    error::Result,
};
use diesel::prelude::*;

/// Keeps what one side's connection was like; what is kept already stays.
///
/// # Errors
/// The database is away.
pub fn keep(tx: &mut TenantTx<'_>, call: CallId, role: CallRole, quality: &Quality) -> Result<()> {
    let Some(worst) = quality.worst else { return Ok(()) };
    let seconds = |ms: i64| i32::try_from(ms / 1_000).unwrap_or(i32::MAX);
    diesel::insert_into(call_quality::table)
        .values((
            call_quality::tenant_id.eq(tx.tenant().uuid()),
            call_quality::call_id.eq(call.uuid()),
            call_quality::role.eq(name(role)),
            call_quality::good_s.eq(seconds(quality.good_ms)),
            call_quality::fair_s.eq(seconds(quality.fair_ms)),
            call_quality::poor_s.eq(seconds(quality.poor_ms)),
            call_quality::worst.eq(i16::from(worst)),
            call_quality::sound_only_s.eq(seconds(quality.sound_only_ms)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// What a side's connection was like, if it is known.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, call: CallId, role: CallRole) -> Result<Option<Quality>> {
    let row: Option<(i32, i32, i32, i16, i32)> = call_quality::table
        .find((tx.tenant().uuid(), call.uuid(), name(role)))
        .select((
            call_quality::good_s,
            call_quality::fair_s,
            call_quality::poor_s,
            call_quality::worst,
            call_quality::sound_only_s,
        ))
        .first(tx.conn)
        .optional()?;
    let ms = |seconds: i32| i64::from(seconds) * 1_000;
    Ok(row.map(|(good, fair, poor, worst, sound_only)| Quality {
        good_ms: ms(good),
        fair_ms: ms(fair),
        poor_ms: ms(poor),
        worst: u8::try_from(worst).ok(),
        sound_only_ms: ms(sound_only),
    }))
}

fn name(role: CallRole) -> &'static str {
    match role {
        CallRole::Buyer => "buyer",
        CallRole::Seller => "seller",
    }
}
