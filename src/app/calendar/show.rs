//! A seller's days with what is in them.

use crate::{
    app::{App, hours, identity::Viewer},
    domain::{
        booking::{Outcome, State},
        schedule::Timetable,
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{agenda, bookings::Order, calendar_imports},
};
use jiff::civil::Date;

/// Most days that are told at once.
pub const MOST_DAYS: u32 = 62;

/// Days of a seller's.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// When they are there, by whose clock.
    pub timetable: Timetable,
    /// The days, in order.
    pub days: Vec<Date>,
    /// Talks that begin or end in them, in order.
    pub talks: Vec<Talk>,
    /// When they are busy by a calendar that they keep elsewhere, in order.
    pub busy: Vec<Span>,
}

/// Time that somebody gave away, or may.
#[derive(Clone, Debug)]
pub struct Talk {
    /// For what.
    pub order: Order,
    /// When.
    pub span: Span,
    /// How sure it is.
    pub standing: Standing,
}

/// How sure a talk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Agreed and paid.
    Booked,
    /// Agreed; the payment is waited for.
    Unpaid,
    /// Offered; an answer is waited for.
    Asked,
    /// It has been.
    Over,
}

impl Standing {
    /// As programs write it, and words are looked up.
    pub fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Unpaid => "unpaid",
            Self::Asked => "asked",
            Self::Over => "over",
        }
    }
}

/// So many days of the reader's from `from` on, or from today, by the clock of their hours.
///
/// # Errors
/// Too many days, or none that a calendar has, no profile yet, or the database is away.
pub async fn show(app: &App, viewer: &Viewer, from: Option<Date>, days: u32) -> Result<Agenda> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Error::field("days", "Ask for 1 to 62 days."));
    }
    let timetable = hours::show(app, viewer).await?;
    let zone = timetable.calendar().zone.clone();
    let from = from.unwrap_or_else(|| zone.date(app.now()));
    let no_such_day = || Error::field("from", "Choose a day.");
    let count = usize::try_from(days).map_err(Error::internal)?;
    let days: Vec<Date> = from.series(jiff::Span::new().days(1)).take(count).collect();
    let first = zone.day(from).ok_or_else(no_such_day)?;
    let last = days.last().and_then(|day| zone.day(*day)).ok_or_else(no_such_day)?;
    let within = Span {
        from: first.from,
        to: last.to,
    };
    let person = viewer.user.id;
    let (orders, busy) = app
        .db
        .read(&viewer.scope, move |tx| {
            let mut orders = agenda::holding(tx, person, within)?;
            orders.extend(agenda::over(tx, person, within)?);
            let busy = calendar_imports::busy(tx, &[person], within)?;
            Ok((orders, busy.into_iter().map(|(_, span)| span).collect::<Vec<_>>()))
        })
        .await?;
    let mut talks: Vec<Talk> = orders.into_iter().flat_map(talks_of).collect();
    talks.retain(|talk| talk.span.from < within.to && within.from < talk.span.to);
    talks.sort_by_key(|talk| talk.span.from);
    Ok(Agenda {
        timetable,
        days,
        talks,
        busy,
    })
}

/// The times of an order: what is agreed, and what is offered in its place.
pub(super) fn talks_of(order: Order) -> Vec<Talk> {
    let times: Vec<(Moment, Standing)> = match order.booking.state() {
        State::Booked { start, change } => {
            let offered = change.map(|offer| (offer.start, Standing::Asked));
            [(start, Standing::Booked)].into_iter().chain(offered).collect()
        }
        State::Running { start } => vec![(start, Standing::Booked)],
        State::Asked { offer } => vec![(offer.start, Standing::Asked)],
        State::Unpaid { start: Some(start), .. } => vec![(start, Standing::Unpaid)],
        State::Closed {
            outcome: Outcome::Held { .. },
        } => order
            .booking
            .last_booked()
            .map(|start| (start, Standing::Over))
            .into_iter()
            .collect(),
        State::Unpaid { start: None, .. }
        | State::Open
        | State::Ordered { .. }
        | State::Working { .. }
        | State::Delivered { .. }
        | State::Closed { .. } => Vec::new(),
    };
    let talk = |(start, standing)| Talk {
        span: order.booking.lasts(start),
        order: order.clone(),
        standing,
    };
    times.into_iter().map(talk).collect()
}
