//! Orders as their pages and the list show them.

use crate::{
    app::{
        bookings::{self, Shown},
        gateway_accounts,
        identity::Viewer,
        wallet,
    },
    domain::{
        booking::{Absent, Agreement, Event, Here, Outcome, State},
        call::CallRole,
        ids::BookingId,
        payment,
        refund::Subject,
        time::{Moment, Zone},
    },
    store::{
        bookings::{Happened, Order},
        top_ups::TopUp,
    },
    web::{
        Result, Site, Web,
        pages::{
            book::by_days,
            dispute::{self, Links},
            documents, price, refund,
            views::{
                Amount, ConferenceOffer, ConferencePage, ConferenceRow, ConferenceStep, Field, Message, Person, Seen,
            },
        },
    },
};

/// A day, milliseconds.
const DAY_MS: i64 = 86_400_000;

pub(super) fn row(viewer: &Viewer, order: &Order) -> Option<ConferenceRow> {
    let role = order.role(viewer.user.id)?;
    let offer = order.booking.open_offer();
    let to_pay = role == CallRole::Buyer && matches!(order.booking.state(), State::Unpaid { .. });
    let to_deliver = match order.booking.state() {
        State::Ordered { .. } | State::Working { .. } => role == CallRole::Seller,
        State::Delivered { .. } => role == CallRole::Buyer,
        _ => false,
    };
    let to_name = role == CallRole::Buyer && order.booking.state() == State::Open;
    Some(ConferenceRow {
        id: order.id.uuid(),
        other: Person::new(order.party(role.other()).name.clone(), None),
        title: order.service_title.clone(),
        start: agreed(order).or(offer.map(|offer| offer.start)).map(Moment::timestamp),
        due: due(order).map(Moment::timestamp),
        delivered: order.booking.is_delivered(),
        ordered_at: order.ordered_at.timestamp(),
        stage: stage(order),
        turn: to_pay || to_name || to_deliver || offer.is_some_and(|offer| offer.by != role),
    })
}

/// When it begins, as far as that is agreed. What is for now begins when it is paid.
fn agreed(order: &Order) -> Option<Moment> {
    match order.booking.state() {
        State::Unpaid { .. } if is_at_once(order) => None,
        State::Unpaid { start, .. } => start,
        State::Booked { start, .. } | State::Running { start } => Some(start),
        State::Open
        | State::Asked { .. }
        | State::Ordered { .. }
        | State::Working { .. }
        | State::Delivered { .. }
        | State::Closed { .. } => None,
    }
}

/// When a delivery is to be taken on, to come, or counts as accepted.
fn due(order: &Order) -> Option<Moment> {
    match order.booking.state() {
        State::Ordered { until } | State::Delivered { until } => Some(until),
        State::Working { due } => Some(due),
        _ => None,
    }
}

fn is_at_once(order: &Order) -> bool {
    order.booking.terms().agreement == Agreement::Instant
}

fn stage(order: &Order) -> &'static str {
    match order.booking.state() {
        State::Asked { .. } if is_at_once(order) => "asked_at_once",
        State::Booked { .. } if is_at_once(order) => "begins",
        State::Unpaid { .. } => "unpaid",
        State::Open => "open",
        State::Asked { .. } => "asked",
        State::Booked { change: None, .. } => "booked",
        State::Booked { change: Some(_), .. } => "changing",
        State::Running { .. } => "running",
        State::Ordered { .. } => "ordered",
        State::Working { .. } => "working",
        State::Delivered { .. } => "delivered",
        State::Closed { .. } => "closed",
    }
}

pub(super) async fn page(web: &Web, site: &Site, viewer: &Viewer, id: BookingId) -> Result<ConferencePage> {
    let shown = bookings::show(&web.app, viewer, id).await?;
    let (order, role, now) = (&shown.order, shown.reader, web.app.now());
    let booking = &order.booking;
    let may_name = !is_at_once(order)
        && matches!(
            booking.state(),
            State::Open | State::Asked { .. } | State::Booked { .. }
        );
    let times = match may_name {
        true => Some(by_days(
            site,
            Some(viewer),
            &bookings::other_times(&web.app, viewer, id, now).await?,
            now,
        )),
        false => None,
    };
    let amount = |minor| Amount::new(minor, order.currency.code());
    let (terms, offer) = (booking.terms(), booking.open_offer());
    let pay_until = match booking.state() {
        State::Unpaid { until, .. } => Some(until.timestamp()),
        _ => None,
    };
    let missing = bookings::missing(order, shown.available).minor;
    let settlement = booking.settlement();
    let (money_back, invoice_url) = match booking.state() {
        State::Closed { .. } => {
            let about = Subject::Order(id);
            let invoice = documents::invoice_url(web, viewer, about).await?;
            (dispute::links(web, viewer, about).await?, invoice)
        }
        _ => (Links::default(), None),
    };
    let hold_days = match (pay_until, role) {
        (Some(_), CallRole::Buyer) => hold_days(web, site, viewer, terms.charged().total_minor()).await?,
        _ => None,
    };
    let cancelled = what_cancelling_brings(order, role, now);
    Ok(ConferencePage {
        id: id.uuid(),
        title: order.service_title.clone(),
        other: Person::new(order.party(role.other()).name.clone(), None),
        seller_url: (role == CallRole::Buyer).then(|| format!("/sellers/{}", order.seller.id)),
        is_buyer: role == CallRole::Buyer,
        stage: stage(order),
        start: agreed(order).map(Moment::timestamp),
        offer: offer.map(|offer| ConferenceOffer {
            start: offer.start.timestamp(),
            expires_at: offer.expires_at.timestamp(),
            round: offer.round,
            own: offer.by == role,
        }),
        free_hours: booking.terms().cancel_free_h,
        late_percent: booking.terms().late_cancel_bp / 100,
        no_show_percent: booking.terms().no_show_bp / 100,
        pay_until,
        elsewhere: is_elsewhere(viewer, &shown, now),
        other_zone: shown.other_zone.clone(),
        length_min: booking.terms().length_min,
        delivery_days: booking.terms().delivery_days,
        due: due(order).map(Moment::timestamp),
        brief: order.brief.clone(),
        delivered: order.delivered.clone(),
        delivery: Field::default(),
        price: price::lines(site, &terms.charged(), &terms.addons, role),
        paid: booking.is_paid(),
        available: amount(shown.available.minor),
        other_is_here: shown.other_is_here,
        at_once: is_at_once(order),
        can_launch: (role == CallRole::Seller || is_at_once(order)) && matches!(booking.state(), State::Booked { .. }),
        call_url: shown.call.map(|call| format!("/calls/{call}")),
        missing: (missing > 0).then(|| amount(missing)),
        times,
        can_cancel: cancelled.is_some(),
        cancel_fee: cancelled.filter(|fee| *fee > 0).map(amount),
        outcome: outcome(order, role),
        refund: settlement
            .map(|parts| match role {
                CallRole::Buyer => parts.refund_minor - shown.let_go_minor,
                CallRole::Seller => parts.refund_minor,
            })
            .filter(|minor| *minor > 0)
            .map(amount),
        let_go: shown.let_go_minor > 0,
        hold_days,
        held: shown.hold.as_ref().and_then(held),
        refunds: refund::rows(&shown.refunds, role),
        invoice_url,
        dispute: money_back.dispute,
        dispute_url: money_back.dispute_url,
        refund_url: money_back.refund_url,
        seen: seen(&shown),
        history: shown
            .history
            .iter()
            .map(|happened| step(order, role, happened))
            .collect(),
        error: None,
    })
}

/// How many days a card could hold so much, if any way to pay here can do that.
async fn hold_days(web: &Web, site: &Site, viewer: &Viewer, minor: i64) -> Result<Option<i64>> {
    if minor < wallet::least_top_up(site.tenant.currency).minor {
        return Ok(None);
    }
    let ways = gateway_accounts::ways(&web.app, &viewer.scope, &site.tenant, site.tenant.currency).await?;
    let way = ways.into_iter().find(|way| way.holds);
    Ok(way.map(|way| way.provider.hold_ms() / DAY_MS))
}

/// What has become of what the reader's card holds, or held.
fn held(top_up: &TopUp) -> Option<Message> {
    let hold = top_up.hold?;
    let due_minor = hold.due_minor.unwrap_or(top_up.amount.minor);
    let said = |key: &str| Message::new(format!("conference.held.{key}"));
    let amount = Amount::new(due_minor, top_up.amount.currency.code());
    match (top_up.state, hold.due_minor, hold.until) {
        (payment::State::Held, None, Some(until)) => {
            Some(said("held").with("amount", amount).with("at", until.timestamp()))
        }
        (payment::State::Held, Some(0), _) => Some(said("nothing_due")),
        (payment::State::Held, ..) => Some(said("due").with("amount", amount)),
        (payment::State::Settled, ..) => Some(said("taken").with("amount", amount)),
        (payment::State::Released, ..) => Some(said("released")),
        _ => None,
    }
}

/// Who was there, as the reader is told.
fn seen(shown: &Shown) -> Option<Seen> {
    let count = |here: fn(&Here) -> bool| shown.looks.iter().filter(|look| here(look)).count();
    let (buyer, seller) = (count(|look| look.buyer), count(|look| look.seller));
    let (own, other) = match shown.reader {
        CallRole::Buyer => (buyer, seller),
        CallRole::Seller => (seller, buyer),
    };
    let looks = shown.looks.len();
    (looks > 0).then_some(Seen { looks, own, other })
}

/// Whether the other one's clock shows other times, now or when the talk would be.
fn is_elsewhere(viewer: &Viewer, shown: &Shown, now: Moment) -> bool {
    let (reader, theirs) = (Zone::named(&viewer.user.time_zone), Zone::named(&shown.other_zone));
    let (Some(reader), Some(theirs)) = (reader, theirs) else {
        return false;
    };
    let held = shown.order.booking.holds();
    held.chain([now]).any(|at| reader.differs_at(&theirs, at))
}

/// What cancelling now would cost the reader, if they can: asked of the order itself.
fn what_cancelling_brings(order: &Order, role: CallRole, now: Moment) -> Option<i64> {
    let mut tried = order.booking.clone();
    tried.on(now, Event::Cancel { by: role }).ok()?;
    Some(tried.settlement().map_or(0, |parts| parts.due.total_minor()))
}

fn outcome(order: &Order, role: CallRole) -> Option<Message> {
    let State::Closed { outcome } = order.booking.state() else {
        return None;
    };
    let by = |key: &str, by: CallRole| match by == role {
        true => Message::new(format!("conference.outcome.{key}_own")),
        false => {
            let name = order.party(by).name.clone();
            Message::new(format!("conference.outcome.{key}")).with("name", name)
        }
    };
    Some(match outcome {
        Outcome::Held { .. } => Message::new("conference.outcome.held"),
        Outcome::Accepted => Message::new("conference.outcome.accepted"),
        Outcome::NotPaid => Message::new("conference.outcome.not_paid"),
        Outcome::Expired if order.booking.terms().delivery_days.is_some() => {
            Message::new("conference.outcome.not_delivered")
        }
        Outcome::Expired => Message::new("conference.outcome.expired"),
        Outcome::Declined { by: who } => by("declined", who),
        Outcome::Withdrawn { by: who } => by("withdrawn", who),
        Outcome::Cancelled { by: who, .. } => by("cancelled", who),
        Outcome::Missed { absent: Absent::Both } => Message::new("conference.outcome.missed_both"),
        Outcome::Missed { absent: Absent::Buyer } => by("missed", CallRole::Buyer),
        Outcome::Missed { absent: Absent::Seller } => by("missed", CallRole::Seller),
    })
}

/// What was delivered counts as accepted: the last that happened to it was that time passed.
fn accepted_by_time(order: &Order) -> bool {
    matches!(
        order.booking.state(),
        State::Closed {
            outcome: Outcome::Accepted
        }
    )
}

/// What stands in the history of it.
fn step(order: &Order, role: CallRole, happened: &Happened) -> ConferenceStep {
    let by = |key: &str, by: CallRole| match by == role {
        true => Message::new(format!("conference.step.{key}_own")),
        false => {
            let name = order.party(by).name.clone();
            Message::new(format!("conference.step.{key}")).with("name", name)
        }
    };
    let text = match happened.event {
        Event::Paid => by("paid", CallRole::Buyer),
        Event::Propose { by: who, start } => by("proposed", who).with("at", start.timestamp()),
        Event::Accept { by: who, .. } => by("accepted", who),
        Event::Decline { by: who, .. } => by("declined", who),
        Event::Cancel { by: who } => by("cancelled", who),
        Event::Begun => Message::new("conference.step.begun"),
        Event::Extended { minutes, price } => Message::new("conference.step.extended")
            .with("count", minutes)
            .with("price", Amount::new(price.total_minor(), order.currency.code())),
        Event::Stopped { .. } => Message::new("conference.step.stopped"),
        Event::Held { .. } => Message::new("conference.step.held"),
        Event::Missed { .. } => Message::new("conference.step.missed"),
        Event::TakeOn => by("taken_on", CallRole::Seller),
        Event::Deliver => by("delivered", CallRole::Seller),
        Event::Confirm => by("confirmed", CallRole::Buyer),
        Event::PutOff => Message::new("conference.step.put_off"),
        Event::Tick if accepted_by_time(order) => Message::new("conference.step.accepted_by_time"),
        Event::Tick => Message::new("conference.step.expired"),
    };
    ConferenceStep {
        at: happened.at.timestamp(),
        text,
    }
}
