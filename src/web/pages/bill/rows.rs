//! What stands below the sum: third persons, recordings, connections, shares, tips.

use crate::{
    app::shares::Given,
    domain::{call::Quality, recording::Ending, time::Moment, tip::Gift},
    store::{
        calls::{Call, Ended},
        recordings::{State, Stored},
        tips::Tip,
    },
    web::pages::{
        calls::{other, outcome},
        views::{Amount, ConnectionRow, GivenRow, LegRow, Message, RecordingRow, Side, TipRow},
    },
};

pub(super) fn leg_row(leg: &Call, side: Side) -> LegRow {
    let moved = |ended: Ended| match side {
        Side::Buyer => ended.charged_minor,
        Side::Seller => ended.charged_minor - ended.commission_minor,
    };
    LegRow {
        id: leg.id.uuid(),
        name: other(leg, side).to_owned(),
        side,
        outcome: leg.ended.map(|ended| outcome(ended.reason)),
        seconds: leg.ended.map_or(0, |ended| ended.billable_ms / 1_000),
        amount: Amount::new(leg.ended.map_or(0, moved), leg.currency.code()),
    }
}

pub(super) fn recording(stored: &Stored, may_watch: bool) -> RecordingRow {
    RecordingRow {
        id: stored.id.uuid(),
        state: match stored.state {
            State::Composing | State::Ready | State::Failed if !may_watch => "staff",
            state => state.name(),
        },
        note: match stored.ending {
            Some(Ending::DiskFull) => Some("disk_full"),
            Some(Ending::Failed) => Some("broken"),
            Some(Ending::Withdrawn) => Some("withdrawn"),
            _ => None,
        },
        percent: stored.progress,
        seconds: stored.length_ms / 1_000,
        until: stored.retained_until.map(Moment::timestamp),
    }
}

/// The three shares make a hundred.
pub(super) fn connection(own: bool, quality: &Quality) -> Option<ConnectionRow> {
    let all = quality.good_ms + quality.fair_ms + quality.poor_ms;
    let share = |ms: i64| (100 * ms + all / 2).checked_div(all);
    let (good, poor) = (share(quality.good_ms)?, share(quality.poor_ms)?);
    Some(ConnectionRow {
        own,
        good,
        fair: 100 - good - poor,
        poor,
        sound_only_seconds: quality.sound_only_ms / 1_000,
    })
}

pub(super) fn given_row(given: &Given, amount: impl Fn(i64) -> Amount) -> GivenRow {
    GivenRow {
        text: Message::new(format!("bill.given.{}", given.kind.name())).with("name", given.name.clone()),
        amount: amount(given.minor),
    }
}

pub(super) fn tip_row(tip: &Tip, side: Side) -> TipRow {
    let amount = |minor| Amount::new(minor, tip.amount.currency.code());
    TipRow {
        at: tip.at.timestamp(),
        amount: amount(tip.amount.minor),
        gift: tip.gift.map(Gift::name),
        commission: amount(match side {
            Side::Buyer => 0,
            Side::Seller => tip.commission_minor,
        }),
    }
}
