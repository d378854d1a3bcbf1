//! Orders that go back and forth: whatever two people do and however much time passes in between.

use proptest::prelude::*;
use tallyroom::domain::{
    booking::{Absent, Agreement, Booking, Event, Outcome, Rejected, State, Terms},
    call::CallRole,
    time::Moment,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const NOW: Moment = Moment(1_800_000_000_000);

fn terms(agreement: Agreement) -> Terms {
    Terms {
        agreement,
        price_minor: 4_999,
        notice_min: 120,
        ..Terms::default()
    }
}

/// Puts one thing after the other, each so many milliseconds after the start.
fn play(booking: &mut Booking, events: &[(i64, Event)]) {
    for (after, event) in events {
        booking
            .on(NOW + *after, *event)
            .unwrap_or_else(|why| panic!("{event:?}: {why}"));
    }
}

fn propose(by: CallRole, start: Moment) -> Event {
    Event::Propose { by, start }
}

#[test]
fn a_lesson_is_paid_first_and_agreed_on_in_three_rounds() {
    let mut lesson = Booking::bought(terms(Agreement::Negotiated), NOW);
    let (first, second, third) = (NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY);
    assert_eq!(lesson.on(NOW, propose(CallRole::Buyer, first)), Err(Rejected::NotPaid));
    play(
        &mut lesson,
        &[
            (MINUTE, Event::Paid),
            (2 * MINUTE, propose(CallRole::Buyer, first)),
            (HOUR, propose(CallRole::Seller, second)),
            (2 * HOUR, propose(CallRole::Buyer, third)),
        ],
    );
    let accept = |by, round| Event::Accept { by, round };
    let at = NOW + 3 * HOUR;
    assert_eq!(lesson.on(at, accept(CallRole::Seller, 2)), Err(Rejected::Superseded));
    assert_eq!(lesson.on(at, accept(CallRole::Buyer, 3)), Err(Rejected::OwnOffer));
    lesson.on(at, accept(CallRole::Seller, 3)).expect("taken");
    assert_eq!(
        lesson.on(at, accept(CallRole::Seller, 3)),
        Err(Rejected::NothingToAnswer)
    );
    assert_eq!(
        lesson.state(),
        State::Booked {
            start: third,
            change: None
        }
    );
    // Moved without another payment, and back to what stands when nobody answers.
    lesson.on(at, propose(CallRole::Seller, second)).expect("offered");
    assert_eq!(lesson.holds().collect::<Vec<_>>(), [third, second]);
    assert_eq!(lesson.next_deadline(), Some(second + -120 * MINUTE));
    lesson.on(second, Event::Tick).expect("time passes");
    assert_eq!(lesson.holds().collect::<Vec<_>>(), [third]);
    assert_eq!(
        lesson.on(third, Event::Cancel { by: CallRole::Buyer }),
        Err(Rejected::Begun)
    );
    let held = Event::Held {
        charged_minor: 3_000,
        rest_refunded: false,
    };
    assert_eq!(lesson.on(third, held), Err(Rejected::NotBooked));
    lesson.on(third, Event::Begun).expect("it begins");
    lesson.on(third, held).expect("it took place");
    assert_eq!(lesson.settlement().map(|parts| parts.refund_minor), Some(0));
}

#[test]
fn a_conference_is_paid_once_it_is_accepted_or_its_time_is_free_again() {
    let start = NOW + 3 * DAY;
    let asked = || Booking::asked(terms(Agreement::PayAfterAccept), start, NOW).expect("asked");
    let accept = Event::Accept {
        by: CallRole::Seller,
        round: 1,
    };
    let mut paid = asked();
    play(&mut paid, &[(HOUR, accept), (2 * HOUR, Event::Paid)]);
    assert!(paid.is_paid() && paid.on(NOW + 2 * HOUR, Event::Paid) == Err(Rejected::NothingToPay));
    let mut unpaid = asked();
    play(&mut unpaid, &[(HOUR, accept)]);
    assert_eq!(
        (unpaid.next_deadline(), unpaid.holds().next()),
        (Some(NOW + 25 * HOUR), Some(start))
    );
    assert_eq!(unpaid.on(NOW + 25 * HOUR, Event::Paid), Err(Rejected::Over));
    assert_eq!((unpaid.holds().next(), unpaid.settlement()), (None, None));
    let mut ignored = asked();
    assert_eq!(ignored.on(NOW + 48 * HOUR, accept), Err(Rejected::Over));
    assert_eq!(
        ignored.state(),
        State::Closed {
            outcome: Outcome::Expired
        }
    );
    for (start, why) in [
        (NOW + 120 * MINUTE, Rejected::TooSoon),
        (NOW + -DAY, Rejected::TooSoon),
        (NOW + 14 * DAY + 1, Rejected::TooFar),
    ] {
        assert_eq!(Booking::asked(terms(Agreement::PayAfterAccept), start, NOW), Err(why));
    }
}

#[test]
fn who_calls_off_or_stays_away_pays_what_the_terms_say() {
    let start = NOW + 3 * DAY;
    let booked = || {
        let mut lesson = Booking::bought(terms(Agreement::Negotiated), NOW);
        let round = 1;
        let accept = Event::Accept {
            by: CallRole::Seller,
            round,
        };
        play(
            &mut lesson,
            &[(0, Event::Paid), (0, propose(CallRole::Buyer, start)), (0, accept)],
        );
        lesson
    };
    let ended = |at: Moment, event| {
        let mut lesson = booked();
        lesson.on(at, event).expect("ended");
        let parts = lesson.settlement().expect("paid");
        (parts.refund_minor, parts.earned_minor)
    };
    let cancel = |by| Event::Cancel { by };
    let missed = |absent| Event::Missed { absent };
    assert_eq!(ended(start + -DAY, cancel(CallRole::Buyer)), (4_999, 0));
    assert_eq!(ended(start + -DAY + 1, cancel(CallRole::Buyer)), (2_500, 2_499));
    assert_eq!(ended(start + -1, cancel(CallRole::Seller)), (4_999, 0));
    let late = start + 10 * MINUTE;
    assert_eq!(booked().on(late + -1, missed(Absent::Buyer)), Err(Rejected::TooEarly));
    assert_eq!(ended(late, missed(Absent::Buyer)), (0, 4_999));
    assert_eq!(ended(late, missed(Absent::Seller)), (4_999, 0));
    assert_eq!(ended(late, missed(Absent::Both)), (4_999, 0));
    // None agreed: all of it back, whoever takes it back.
    let mut lesson = Booking::bought(terms(Agreement::Negotiated), NOW);
    let decline = Event::Decline {
        by: CallRole::Seller,
        round: 1,
    };
    play(
        &mut lesson,
        &[(0, Event::Paid), (0, propose(CallRole::Buyer, start)), (0, decline)],
    );
    assert_eq!(lesson.state(), State::Open);
    let mut taken_back = lesson.clone();
    taken_back.on(NOW, cancel(CallRole::Buyer)).expect("taken back");
    // When no time can be named any more it goes back by itself.
    let late = NOW + (14 * DAY - 120 * MINUTE);
    assert_eq!(lesson.next_deadline(), Some(late));
    assert_eq!(
        lesson.on(late, propose(CallRole::Buyer, late + DAY)),
        Err(Rejected::Over)
    );
    // A booking of which nobody told anything isn't kept for ever.
    let mut forgotten = booked();
    assert_eq!(forgotten.presence_due(), Some(start + 10 * MINUTE));
    forgotten.on(start + 25 * HOUR, Event::Tick).expect("time passes");
    for ended in [lesson, taken_back, forgotten] {
        assert_eq!(ended.settlement().map(|parts| parts.refund_minor), Some(4_999));
    }
}

#[test]
fn the_days_count_from_the_payment_and_what_runs_is_left_alone() {
    let mut lesson = Booking::bought(terms(Agreement::Negotiated), NOW);
    let paid_at = NOW + 23 * HOUR;
    lesson.on(paid_at, Event::Paid).expect("paid");
    let (last, other) = (paid_at + 14 * DAY, paid_at + 13 * DAY);
    lesson.on(paid_at, propose(CallRole::Seller, last)).expect("offered");
    // Taken back by the one who offered it; a paid order stays open.
    let take_back = Event::Decline {
        by: CallRole::Seller,
        round: 1,
    };
    lesson.on(paid_at, take_back).expect("taken back");
    assert_eq!(lesson.state(), State::Open);
    lesson.on(paid_at, propose(CallRole::Seller, other)).expect("offered");
    let accept = |by, round| Event::Accept { by, round };
    lesson.on(paid_at, accept(CallRole::Buyer, 2)).expect("taken");
    lesson.on(paid_at, propose(CallRole::Buyer, last)).expect("offered");
    // Launched early: nothing is moved or called off any more, and what was offered is void.
    lesson.on(paid_at, Event::Begun).expect("it begins");
    for event in [propose(CallRole::Buyer, last), Event::Cancel { by: CallRole::Buyer }] {
        assert_eq!(lesson.on(paid_at, event), Err(Rejected::Begun));
    }
    assert_eq!(
        lesson.on(paid_at, accept(CallRole::Seller, 3)),
        Err(Rejected::NothingToAnswer)
    );
    lesson
        .on(paid_at, Event::Stopped { unanswered: false })
        .expect("nobody pressed connect");
    assert_eq!(lesson.holds().collect::<Vec<_>>(), [other]);
}

#[test]
fn a_talk_at_once_is_accepted_within_a_minute_paid_within_ten_and_begins_then() {
    let asked = || Booking::asked_at_once(terms(Agreement::PayAfterAccept), NOW);
    let accept = Event::Accept {
        by: CallRole::Seller,
        round: 1,
    };
    let mut late = asked();
    assert_eq!(late.on(NOW + MINUTE, accept), Err(Rejected::Over));
    assert_eq!(
        late.state(),
        State::Closed {
            outcome: Outcome::Expired
        }
    );
    let mut unpaid = asked();
    // Both times are kept free until it can't begin any more.
    let kept = unpaid.holds().map(|start| unpaid.lasts(start)).next().expect("kept");
    assert_eq!((kept.from, kept.to), (NOW, NOW + 71 * MINUTE));
    play(&mut unpaid, &[(MINUTE - 1, accept)]);
    assert_eq!(unpaid.next_deadline(), Some(NOW + (11 * MINUTE - 1)));
    let other = propose(CallRole::Seller, NOW + DAY);
    assert_eq!(unpaid.on(NOW + MINUTE, other), Err(Rejected::AtOnce));
    let mut begun = unpaid.clone();
    assert_eq!(unpaid.on(NOW + 11 * MINUTE, Event::Paid), Err(Rejected::Over));
    assert_eq!(
        unpaid.state(),
        State::Closed {
            outcome: Outcome::NotPaid
        }
    );
    let paid_at = NOW + 10 * MINUTE;
    begun.on(paid_at, Event::Paid).expect("paid");
    assert_eq!(
        begun.state(),
        State::Booked {
            start: paid_at,
            change: None
        }
    );
    assert_eq!(begun.lasts(paid_at).to, paid_at + HOUR);
    assert_eq!(
        begun.on(paid_at, Event::Cancel { by: CallRole::Buyer }),
        Err(Rejected::Begun)
    );
    begun.on(paid_at, Event::Begun).expect("it begins");
}

#[test]
fn whoever_is_asked_for_another_time_may_go_for_nothing() {
    let start = NOW + 3 * DAY;
    let mut lesson = Booking::bought(terms(Agreement::Negotiated), NOW);
    let accept = Event::Accept {
        by: CallRole::Seller,
        round: 1,
    };
    play(
        &mut lesson,
        &[(0, Event::Paid), (0, propose(CallRole::Buyer, start)), (0, accept)],
    );
    let late = start + -20 * HOUR;
    lesson
        .on(late, propose(CallRole::Seller, start + DAY))
        .expect("offered");
    lesson
        .on(late, Event::Cancel { by: CallRole::Buyer })
        .expect("called off");
    assert_eq!(lesson.settlement().map(|parts| parts.refund_minor), Some(4_999));
}

fn role() -> impl Strategy<Value = CallRole> {
    prop_oneof![Just(CallRole::Buyer), Just(CallRole::Seller)]
}

/// What somebody does; times are minutes from then, rounds are counted back from the newest.
#[derive(Clone, Copy, Debug)]
enum Act {
    Paid,
    Propose(CallRole, i64),
    Accept(CallRole, u32),
    Decline(CallRole, u32),
    Cancel(CallRole),
    Begun,
    Stopped,
    Held(i64, bool),
    Missed(Absent),
    Tick,
}

fn act() -> impl Strategy<Value = Act> {
    let back = prop_oneof![9 => Just(0_u32), 1 => Just(1)];
    let absent = prop_oneof![Just(Absent::Buyer), Just(Absent::Seller), Just(Absent::Both)];
    prop_oneof![
        3 => Just(Act::Paid),
        6 => (role(), -200_i64..25_000).prop_map(|(by, minutes)| Act::Propose(by, minutes)),
        6 => (role(), back.clone()).prop_map(|(by, back)| Act::Accept(by, back)),
        2 => (role(), back).prop_map(|(by, back)| Act::Decline(by, back)),
        1 => role().prop_map(Act::Cancel),
        1 => Just(Act::Begun),
        1 => Just(Act::Stopped),
        1 => (0_i64..9_000, any::<bool>()).prop_map(|(charged, refunded)| Act::Held(charged, refunded)),
        1 => absent.prop_map(Act::Missed),
        2 => Just(Act::Tick),
    ]
}

fn event(act: Act, now: Moment, rounds: u32) -> Event {
    let round = |back: u32| rounds.saturating_sub(back);
    match act {
        Act::Paid => Event::Paid,
        Act::Propose(by, minutes) => propose(by, now + minutes * MINUTE),
        Act::Accept(by, back) => Event::Accept { by, round: round(back) },
        Act::Decline(by, back) => Event::Decline { by, round: round(back) },
        Act::Cancel(by) => Event::Cancel { by },
        Act::Begun => Event::Begun,
        Act::Stopped => Event::Stopped { unanswered: true },
        Act::Held(charged_minor, rest_refunded) => Event::Held {
            charged_minor,
            rest_refunded,
        },
        Act::Missed(absent) => Event::Missed { absent },
        Act::Tick => Event::Tick,
    }
}

fn agreed(booking: &Booking) -> Option<Moment> {
    match booking.state() {
        State::Booked { start, .. } | State::Running { start } | State::Unpaid { start: Some(start), .. } => {
            Some(start)
        }
        _ => None,
    }
}

/// Does it, and holds what must hold of any order against what came of it.
fn step(booking: &mut Booking, now: Moment, event: Event) {
    let mut before = booking.clone();
    before.on(now, Event::Tick).expect("time passes");
    let told = booking.on(now, event);
    if told.is_err() {
        assert_eq!(*booking, before, "what is refused changes nothing");
    }
    assert!(
        booking.next_deadline().is_none_or(|due| due > now),
        "nothing is overdue"
    );
    let holds: Vec<_> = booking.holds().collect();
    assert!(holds.len() < 2 || holds[0] != holds[1]);
    assert!(
        agreed(booking).is_none_or(|start| holds.contains(&start)),
        "what is agreed is kept free"
    );
    let begins_paid = booking.terms().agreement == Agreement::Instant && event == Event::Paid;
    if begins_paid && told.is_ok() {
        assert_eq!(agreed(booking), Some(now));
    } else if agreed(booking).is_some() && agreed(booking) != agreed(&before) {
        let offer = before.open_offer().expect("an offer was open");
        assert_eq!(agreed(booking), Some(offer.start));
        assert!(matches!(event, Event::Accept { by, round } if by != offer.by && round == offer.round));
        assert!(now < offer.expires_at);
    }
    if let Event::Propose { by, start } = event
        && told.is_ok()
    {
        let bookable = booking.bookable(now);
        assert!(bookable.from < start && start <= bookable.to);
        assert_eq!(
            booking.open_offer().map(|offer| (offer.by, offer.start)),
            Some((by, start))
        );
    }
    if let State::Booked { start, .. } = before.state()
        && now >= start
        && matches!(event, Event::Cancel { .. } | Event::Propose { .. })
    {
        assert!(told.is_err(), "presence decides once it has begun");
    }
    if let State::Booked {
        start,
        change: Some(offer),
    } = booking.state()
    {
        assert!(offer.expires_at <= start);
    }
    assert!(booking.is_paid() || !before.is_paid(), "a payment isn't forgotten");
    assert!(
        booking.is_paid() == before.is_paid() || (event == Event::Paid && told.is_ok()),
        "nothing else pays"
    );
    if let State::Closed { outcome } = booking.state() {
        assert!(holds.is_empty());
        let parts = booking.settlement();
        assert_eq!(parts.is_some(), booking.is_paid());
        if let Some(parts) = parts {
            assert_eq!(parts.refund_minor + parts.earned_minor, booking.terms().price_minor);
            let blamed = matches!(
                outcome,
                Outcome::Held { .. }
                    | Outcome::Cancelled {
                        late: true,
                        by: CallRole::Buyer
                    }
                    | Outcome::Missed { absent: Absent::Buyer }
            );
            assert!(blamed || parts.earned_minor == 0, "{outcome:?}");
            assert!(parts.refund_minor >= 0 && parts.earned_minor >= 0);
        }
    } else {
        assert_eq!(booking.settlement(), None);
    }
    if matches!(before.state(), State::Closed { .. }) {
        assert_eq!(booking, &before, "what has ended stays as it ended");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_two_people_do_an_order_stays_in_order(
        agreement in prop_oneof![
            Just(Agreement::Negotiated),
            Just(Agreement::PayAfterAccept),
            Just(Agreement::Instant),
        ],
        agreed in any::<bool>(),
        acts in prop::collection::vec((prop_oneof![8 => 0_i64..90, 2 => 0_i64..4_000], act()), 1..40),
    ) {
        let (start, accept) = (NOW + 3 * DAY, Event::Accept { by: CallRole::Seller, round: 1 });
        let (mut booking, to_agree) = match agreement {
            Agreement::Negotiated => {
                let begun = [(0, Event::Paid), (0, propose(CallRole::Buyer, start)), (0, accept)];
                (Booking::bought(terms(Agreement::Negotiated), NOW), begun.to_vec())
            }
            Agreement::Instant => {
                let asked = Booking::asked_at_once(terms(agreement), NOW);
                (asked, vec![(0, accept), (0, Event::Paid)])
            }
            Agreement::PayAfterAccept => {
                let asked = Booking::asked(terms(Agreement::PayAfterAccept), start, NOW).expect("asked");
                (asked, vec![(0, accept), (0, Event::Paid)])
            }
        };
        if agreed {
            play(&mut booking, &to_agree);
        }
        // The same, but looked at whenever something is due by itself.
        let mut watched = booking.clone();
        let mut now = NOW;
        for (minutes, act) in acts {
            now = now + minutes * MINUTE;
            let rounds = booking.open_offer().map_or(1, |offer| offer.round);
            let event = event(act, now, rounds);
            step(&mut booking, now, event);
            while let Some(due) = watched.next_deadline().filter(|due| *due <= now) {
                watched.on(due, Event::Tick).expect("time passes");
            }
            let _ = watched.on(now, event);
            prop_assert_eq!(&watched, &booking);
        }
        let kept: Booking = serde_json::from_value(serde_json::to_value(&booking).expect("JSON")).expect("an order");
        prop_assert_eq!(kept, booking);
    }
}
