//! Recordings of calls: what was asked, who agreed to what.

mod consents;

pub use consents::{Consent, add_consent, agreed, consents};

use super::{
    TenantTx,
    error::violates,
    moment::At,
    schema::{call_guests, calls, recording_parts, recordings},
};
use crate::{
    domain::{
        ids::{CallId, RecordingId, UserId},
        recording::Ending,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::{prelude::*, result::Error as Diesel};
use uuid::Uuid;

/// Where a recording stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not everybody has answered.
    Asked,
    /// It didn't come to one.
    Declined,
    /// The call is being recorded.
    Recording,
    /// The files of each are being made into one.
    Composing,
    /// It can be seen.
    Ready,
    /// It couldn't be made.
    Failed,
    /// Its file is gone.
    Deleted,
}

impl State {
    const ALL: [Self; 7] = [
        Self::Asked,
        Self::Declined,
        Self::Recording,
        Self::Composing,
        Self::Ready,
        Self::Failed,
        Self::Deleted,
    ];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Declined => "declined",
            Self::Recording => "recording",
            Self::Composing => "composing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        }
    }

    fn parse(name: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.ok_or_else(|| Error::internal(anyhow::anyhow!("unknown state {name:?}")))
    }
}

/// What is known of a recording.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id.
    pub id: RecordingId,
    /// Of which call.
    pub call: CallId,
    /// Who asked for it; nobody where the tenant's rule did.
    pub asked_by: Option<UserId>,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub asked_at: Moment,
    /// When it began, if it did.
    pub began_at: Option<Moment>,
    /// When it ended, once it has.
    pub ended_at: Option<Moment>,
    /// Why it ended.
    pub ending: Option<Ending>,
    /// How far composing is, percent.
    pub progress: i16,
    /// Size of the file that can be seen.
    pub bytes: i64,
    /// Its length.
    pub length_ms: i64,
    /// Until when it is kept.
    pub retained_until: Option<Moment>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = recordings)]
struct Row {
    id: Uuid,
    call_id: Uuid,
    asked_by: Option<Uuid>,
    state: String,
    asked_at: At,
    began_at: Option<At>,
    ended_at: Option<At>,
    ending: Option<String>,
    progress: i16,
    bytes: i64,
    length_ms: i64,
    retained_until: Option<At>,
}

impl Row {
    fn stored(self) -> Result<Stored> {
        Ok(Stored {
            id: RecordingId::from_uuid(self.id),
            call: CallId::from_uuid(self.call_id),
            asked_by: self.asked_by.map(UserId::from_uuid),
            state: State::parse(&self.state)?,
            asked_at: self.asked_at.0,
            began_at: self.began_at.map(Moment::from),
            ended_at: self.ended_at.map(Moment::from),
            ending: self.ending.as_deref().and_then(Ending::parse),
            progress: self.progress,
            bytes: self.bytes,
            length_ms: self.length_ms,
            retained_until: self.retained_until.map(Moment::from),
        })
    }
}

/// Writes down that a call is to be recorded; the same twice is once.
///
/// # Errors
/// That was asked already, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, id: RecordingId, call: CallId, by: Option<UserId>, now: Moment) -> Result<()> {
    let inserted = diesel::insert_into(recordings::table)
        .values((
            recordings::tenant_id.eq(tx.tenant().uuid()),
            recordings::id.eq(id.uuid()),
            recordings::call_id.eq(call.uuid()),
            recordings::asked_by.eq(by.map(UserId::uuid)),
            recordings::state.eq(State::Asked.name()),
            recordings::asked_at.eq(At(now)),
        ))
        .on_conflict((recordings::tenant_id, recordings::id))
        .do_nothing()
        .execute(tx.conn);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) => Err(once(error)),
    }
}

fn once(error: Diesel) -> Error {
    if violates(&error, "one_recording_a_call") {
        return Error::conflict(
            "recording_asked",
            "This call is being recorded, or somebody has asked for it.",
        );
    }
    error.into()
}

/// It begins; whoever says so twice means the later moment.
///
/// # Errors
/// The database is away.
pub fn begin(tx: &mut TenantTx<'_>, id: RecordingId, at: Moment) -> Result<()> {
    let row = recordings::table.find((tx.tenant().uuid(), id.uuid()));
    diesel::update(row.filter(recordings::state.eq_any([State::Asked.name(), State::Recording.name()])))
        .set((
            recordings::state.eq(State::Recording.name()),
            recordings::began_at.eq(At(at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// It ends, and what was recorded is kept until some moment. Says whether there is something to be composed; false, too, if
/// it had ended.
///
/// # Errors
/// The database is away.
pub fn end(tx: &mut TenantTx<'_>, id: RecordingId, ending: Ending, at: Moment, until: Moment) -> Result<bool> {
    let of = (tx.tenant().uuid(), id.uuid());
    let began = recordings::table
        .find(of)
        .filter(recordings::state.eq(State::Recording.name()));
    let ended = (recordings::ended_at.eq(At(at)), recordings::ending.eq(ending.name()));
    if ending == Ending::Declined {
        // Should its beginning have been stored, nobody went by that.
        let open = [State::Asked.name(), State::Recording.name()];
        diesel::update(recordings::table.find(of).filter(recordings::state.eq_any(open)))
            .set((
                recordings::state.eq(State::Declined.name()),
                recordings::began_at.eq(None::<At>),
                ended,
            ))
            .execute(tx.conn)?;
        return Ok(false);
    }
    let composed = diesel::update(began)
        .set((
            recordings::state.eq(State::Composing.name()),
            recordings::retained_until.eq(At(until)),
            ended,
        ))
        .execute(tx.conn)?;
    let asked = recordings::table
        .find(of)
        .filter(recordings::state.eq(State::Asked.name()));
    diesel::update(asked)
        .set((recordings::state.eq(State::Declined.name()), ended))
        .execute(tx.conn)?;
    Ok(composed == 1)
}

/// What is asked, or being recorded, in a call, with those who agree.
///
/// # Errors
/// The database is away.
pub fn open_of(tx: &mut TenantTx<'_>, call: CallId) -> Result<Option<(Stored, Vec<UserId>)>> {
    let row: Option<Row> = recordings::table
        .filter(recordings::tenant_id.eq(tx.tenant().uuid()))
        .filter(recordings::call_id.eq(call.uuid()))
        .filter(recordings::state.eq_any([State::Asked.name(), State::Recording.name()]))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    let Some(stored) = row.map(Row::stored).transpose()? else {
        return Ok(None);
    };
    // Whoever refuses or withdraws ends it.
    let agreed = agreed(tx, stored.id)?;
    Ok(Some((stored, agreed)))
}

/// How often people were asked in a call.
///
/// # Errors
/// The database is away.
pub fn asked(tx: &mut TenantTx<'_>, call: CallId) -> Result<i64> {
    let of_call = recordings::table
        .filter(recordings::tenant_id.eq(tx.tenant().uuid()))
        .filter(recordings::call_id.eq(call.uuid()));
    Ok(of_call.count().get_result(tx.conn)?)
}

/// A recording.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: RecordingId) -> Result<Stored> {
    let row = recordings::table.find((tx.tenant().uuid(), id.uuid()));
    row.select(Row::as_select())
        .first(tx.conn)
        .map_err(Error::from)?
        .stored()
}

/// Those of some calls that came to something, oldest first.
///
/// # Errors
/// The database is away.
pub fn of_calls(tx: &mut TenantTx<'_>, calls: &[CallId]) -> Result<Vec<Stored>> {
    let calls: Vec<Uuid> = calls.iter().map(|call| call.uuid()).collect();
    let rows: Vec<Row> = recordings::table
        .filter(recordings::tenant_id.eq(tx.tenant().uuid()))
        .filter(recordings::call_id.eq_any(calls))
        .filter(recordings::began_at.is_not_null())
        .order((recordings::asked_at, recordings::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::stored).collect()
}

/// What becomes of a recording after its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many percent are composed.
    Composing(u8),
    /// It can be seen.
    Ready {
        /// Its size.
        bytes: i64,
        /// Its length.
        length_ms: i64,
        /// Until when it is kept.
        retained_until: Moment,
    },
    /// It couldn't be made; may be tried again.
    Failed,
    /// Its file is gone, or about to be.
    Deleted(Moment),
}

/// Writes a step down; false if the recording is past it.
///
/// # Errors
/// The database is away.
pub fn step(tx: &mut TenantTx<'_>, id: RecordingId, step: Step) -> Result<bool> {
    let row = recordings::table.find((tx.tenant().uuid(), id.uuid()));
    let unmade = row.filter(recordings::state.eq_any([State::Composing.name(), State::Failed.name()]));
    let changed = match step {
        Step::Composing(percent) => diesel::update(unmade)
            .set((
                recordings::state.eq(State::Composing.name()),
                recordings::progress.eq(i16::from(percent.min(100))),
            ))
            .execute(tx.conn)?,
        Step::Ready {
            bytes,
            length_ms,
            retained_until,
        } => diesel::update(unmade)
            .set((
                recordings::state.eq(State::Ready.name()),
                recordings::progress.eq(100),
                recordings::bytes.eq(bytes),
                recordings::length_ms.eq(length_ms),
                recordings::retained_until.eq(At(retained_until)),
            ))
            .execute(tx.conn)?,
        Step::Failed => diesel::update(unmade)
            .set(recordings::state.eq(State::Failed.name()))
            .execute(tx.conn)?,
        Step::Deleted(at) => {
            let made = [State::Composing, State::Ready, State::Failed].map(State::name);
            diesel::update(row.filter(recordings::state.eq_any(made)))
                .set((
                    recordings::state.eq(State::Deleted.name()),
                    recordings::bytes.eq(0),
                    recordings::deleted_at.eq(At(at)),
                ))
                .execute(tx.conn)?
        }
    };
    Ok(changed == 1)
}

/// Everything that was recorded of calls that somebody was in, as a third person, too.
///
/// # Errors
/// The database is away.
pub fn of_person(tx: &mut TenantTx<'_>, person: UserId) -> Result<Vec<RecordingId>> {
    let as_guest: Vec<Uuid> = call_guests::table
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::user_id.eq(person.uuid()))
        .select(call_guests::call_id)
        .load(tx.conn)?;
    let took_part = calls::buyer_id
        .eq(person.uuid())
        .or(calls::seller_id.eq(person.uuid()))
        .or(calls::id.eq_any(as_guest));
    let of_person: Vec<Uuid> = calls::table
        .filter(calls::tenant_id.eq(tx.tenant().uuid()).and(took_part))
        .select(calls::id)
        .load(tx.conn)?;
    let of_person: Vec<CallId> = of_person.into_iter().map(CallId::from_uuid).collect();
    let mut found: Vec<RecordingId> = of_calls(tx, &of_person)?.into_iter().map(|stored| stored.id).collect();
    let seen: Vec<Uuid> = recording_parts::table
        .filter(recording_parts::tenant_id.eq(tx.tenant().uuid()))
        .filter(recording_parts::person_id.eq(person.uuid()))
        .select(recording_parts::recording_id)
        .distinct()
        .load(tx.conn)?;
    found.extend(seen.into_iter().map(RecordingId::from_uuid));
    Ok(found)
}
