//! Free times.

use crate::{
    app::{App, identity::Viewer},
    domain::{
        booking::Bookable,
        ids::{ServiceId, UserId},
        schedule::{Room, Rules, Taken, Timetable, slots},
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, bookings,
        services::{self, Service},
        timetables, users,
    },
};

/// From one beginning that is offered to the next, minutes.
const STEP_MIN: u32 = 15;
/// Most beginnings that are told at once.
const MOST_TOLD: usize = 1_000;
/// Most days that are looked at at once.
const MOST_DAYS: i64 = 31;
const DAY_MS: i64 = 86_400_000;

/// When something can be booked.
#[derive(Clone, Debug)]
pub struct FreeTimes {
    /// What is booked.
    pub service: Service,
    /// How.
    pub bookable: Bookable,
    /// When the seller is there, by their clock.
    pub timetable: Timetable,
    /// Beginnings, in order.
    pub starts: Vec<Moment>,
}

/// The times from `from` on, within so many days, at which a talk of so many minutes can begin: the seller is there,
/// and neither the seller nor the reader has given the time away.
///
/// # Errors
/// There is no such service, it can't be booked, not for so long, or the database is away.
pub async fn free_times(
    app: &App,
    scope: &TenantScope,
    viewer: Option<&Viewer>,
    service: ServiceId,
    minutes: Option<u32>,
    (from, days): (Moment, i64),
) -> Result<FreeTimes> {
    let (reader, now) = (viewer.map(|viewer| viewer.user.id), app.now());
    let within = Span {
        from: from.max(now),
        to: from.max(now) + days.clamp(1, MOST_DAYS) * DAY_MS,
    };
    app.db
        .read(scope, move |tx| {
            let (service, bookable) = offered(tx, service)?;
            let length = length(&bookable, minutes)?;
            let timetable = timetable(tx, service.seller)?;
            let starts = free(tx, &service, &bookable, &timetable, length, reader, within, now)?;
            Ok(FreeTimes {
                service,
                bookable,
                timetable,
                starts,
            })
        })
        .await
}

/// A service that can be booked, and how.
pub(super) fn offered(tx: &mut TenantTx<'_>, service: ServiceId) -> Result<(Service, Bookable)> {
    let service = services::find(tx, service)?;
    let seller = users::find(tx, service.seller)?;
    match service.booking {
        Some(bookable) if service.published && service.video_enabled && !seller.suspended => Ok((service, bookable)),
        _ => Err(Error::not_found()),
    }
}

/// How long a talk lasts for which so many minutes are wanted.
pub(super) fn length(bookable: &Bookable, minutes: Option<u32>) -> Result<u32> {
    bookable.length(minutes).ok_or_else(|| {
        let least = bookable.length_min;
        Error::field("minutes", format!("Choose {least} minutes or more, up to four hours."))
    })
}

/// When a seller is there; never, if they didn't say.
pub(super) fn timetable(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Timetable> {
    timetables::find(tx, seller)?.ok_or_else(|| Error::conflict("no_hours", "Nothing can be booked here yet."))
}

/// See [`free_times`].
#[expect(clippy::too_many_arguments, reason = "all of it is told apart by its type")]
pub(super) fn free(
    tx: &mut TenantTx<'_>,
    service: &Service,
    bookable: &Bookable,
    timetable: &Timetable,
    length_min: u32,
    reader: Option<UserId>,
    within: Span,
    now: Moment,
) -> Result<Vec<Moment>> {
    let Room {
        before_min,
        after_min,
        notice_min,
    } = timetable.room();
    let rules = Rules {
        length_min,
        step_min: STEP_MIN,
        before_min,
        after_min,
        notice_min,
        horizon_days: bookable.horizon_days,
    };
    let looked_at = Span {
        from: within.from,
        to: rules.lasts(within.to).to,
    };
    // Bookings as far away as the room around one.
    let around = Span {
        from: rules.occupies(looked_at.from).from + -DAY_MS,
        to: looked_at.to + DAY_MS,
    };
    let sellers = bookings::taken(tx, &[service.seller], around)?;
    let mut taken: Vec<Span> = sellers
        .into_iter()
        .map(|span| with_room(span, &timetable.room()))
        .collect();
    if let Some(reader) = reader {
        taken.extend(bookings::taken(tx, &[reader], around)?);
    }
    let open = timetable.calendar().open(looked_at);
    let mut starts = slots(&open, &Taken::by(taken), &rules, now, MOST_TOLD);
    starts.retain(|start| (within.from..within.to).contains(start));
    Ok(starts)
}

/// A booking with the room around it.
fn with_room(span: Span, room: &Room) -> Span {
    Span {
        from: span.from + -i64::from(room.before_min) * 60_000,
        to: span.to + i64::from(room.after_min) * 60_000,
    }
}
