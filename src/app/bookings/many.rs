//! Free times of many sellers at once, in as many look-ups as of one.

use super::{range::Range, slots::MOST_TOLD};
use crate::{
    domain::{
        booking::Bookable,
        ids::{CategoryId, UserId},
        schedule::{Room, Timetable},
        time::{Moment, Span},
    },
    error::Result,
    store::{TenantTx, bookings, calendar_imports, services, timetables},
};
use std::collections::HashMap;

/// Most sellers whose times are looked at at once.
pub const MOST_SELLERS: usize = 1_000;
/// Farthest that a next free time is looked for, days.
const NEXT_DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;

/// When each of these sellers can be booked next by that reader, or by anybody, within two weeks, for anything in that
/// category, or for anything. Whoever can't isn't in there.
///
/// # Errors
/// The database is away.
pub fn next_free(
    tx: &mut TenantTx<'_>,
    (sellers, reader): (&[UserId], Option<UserId>),
    category: Option<CategoryId>,
    now: Moment,
) -> Result<HashMap<UserId, Moment>> {
    let within = Span {
        from: now,
        to: now + NEXT_DAYS * DAY_MS,
    };
    first_free(tx, (sellers, reader), category, within, now)
}

/// The same within `within`.
///
/// # Errors
/// The database is away.
pub fn first_free(
    tx: &mut TenantTx<'_>,
    whose: (&[UserId], Option<UserId>),
    category: Option<CategoryId>,
    within: Span,
    now: Moment,
) -> Result<HashMap<UserId, Moment>> {
    let all = starts(tx, whose, category, within, 1, now)?.into_iter();
    Ok(all
        .filter_map(|(seller, starts)| Some((seller, *starts.first()?)))
        .collect())
}

/// All times within `within`, at most 1,000 each, at which a talk with each of these sellers could begin.
///
/// # Errors
/// The database is away.
pub fn free_times_of(
    tx: &mut TenantTx<'_>,
    sellers: &[UserId],
    within: Span,
    now: Moment,
) -> Result<HashMap<UserId, Vec<Moment>>> {
    starts(tx, (sellers, None), None, within, MOST_TOLD, now)
}

/// Of each seller the first `most` beginnings of anything that they can be booked for while the reader has nothing else to
/// do.
fn starts(
    tx: &mut TenantTx<'_>,
    (sellers, reader): (&[UserId], Option<UserId>),
    category: Option<CategoryId>,
    within: Span,
    most: usize,
    now: Moment,
) -> Result<HashMap<UserId, Vec<Moment>>> {
    let sellers = &sellers[..sellers.len().min(MOST_SELLERS)];
    let kinds = kinds(services::bookable(tx, sellers, category)?);
    let bookable: Vec<UserId> = kinds.keys().copied().collect();
    let there = timetables::of_many(tx, &bookable)?;
    let Some(around) = around(&there, &kinds, within, now) else {
        return Ok(HashMap::new());
    };
    let open: Vec<UserId> = there.iter().map(|(seller, _)| *seller).collect();
    let mut held: HashMap<UserId, Vec<Span>> = HashMap::with_capacity(open.len());
    let looked_at: Vec<UserId> = open.iter().copied().chain(reader).collect();
    for (person, span) in bookings::taken(tx, &looked_at, None, around)? {
        held.entry(person).or_default().push(span);
    }
    let own = reader.and_then(|reader| held.get(&reader)).cloned().unwrap_or_default();
    let mut busy: HashMap<UserId, Vec<Span>> = HashMap::new();
    for (seller, span) in calendar_imports::busy(tx, &open, around)? {
        busy.entry(seller).or_default().push(span);
    }
    let free = there.into_iter().map(|(seller, timetable)| {
        let busy = busy.get(&seller).map(Vec::as_slice).unwrap_or_default();
        let held = held.get(&seller).map(Vec::as_slice).unwrap_or_default();
        let mut starts: Vec<Moment> = (kinds.get(&seller).into_iter().flatten())
            .filter_map(|kind| Range::of(timetable.room(), kind, within, now))
            .flat_map(|range| range.starts(&timetable, held, [busy, own.as_slice()].concat(), most))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        starts.truncate(most);
        (seller, starts)
    });
    Ok(free.collect())
}

/// What each seller can be booked for, as far as it matters when.
fn kinds(bookable: Vec<(UserId, Bookable)>) -> HashMap<UserId, Vec<Bookable>> {
    let mut kinds: HashMap<UserId, Vec<Bookable>> = HashMap::new();
    for (seller, kind) in bookable {
        let known = kinds.entry(seller).or_default();
        // A shorter talk that can be booked as far ahead begins whenever a longer one could.
        let covers = |one: &Bookable, other: &Bookable| {
            one.length_min <= other.length_min && one.horizon_days >= other.horizon_days
        };
        if !known.iter().any(|other| covers(other, &kind)) {
            known.retain(|other| !covers(&kind, other));
            known.push(kind);
        }
    }
    kinds
}

/// Where anybody's bookings matter.
fn around(
    there: &[(UserId, Timetable)],
    kinds: &HashMap<UserId, Vec<Bookable>>,
    within: Span,
    now: Moment,
) -> Option<Span> {
    let ranges = there.iter().flat_map(|(seller, timetable)| {
        let room: Room = timetable.room();
        let kinds = kinds.get(seller).into_iter().flatten();
        kinds.filter_map(move |kind| Range::of(room, kind, within, now))
    });
    ranges.map(|range| range.around()).reduce(|one, other| Span {
        from: one.from.min(other.from),
        to: one.to.max(other.to),
    })
}
