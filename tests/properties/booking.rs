//! Orders that go back and forth, told as stories.

use tallyroom::domain::{
    booking::{Absent, Agreement, Booking, Event, Outcome, Rejected, State, Terms},
    call::CallRole,
    order_price::{ServiceFee, TaxRate},
    policy::Policy,
    time::Moment,
};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const NOW: Moment = Moment(1_800_000_000_000);

/// What is paid for the talk of [`terms`].
const PAID: i64 = 6_429;

/// A talk with a fee of 7.5 % and 0.30, and a tax of 19 % on top of both.
pub fn terms(agreement: Agreement) -> Terms {
    let terms = Terms {
        agreement,
        price_minor: 4_999,
        notice_min: 120,
        ..Terms::default()
    };
    let policy = Policy {
        service_fee: ServiceFee {
            bp: 750,
            fixed_minor: 30,
        },
        tax: TaxRate {
            bp: 1_900,
            included: false,
        },
        ..Policy::default()
    };
    terms.with_charges(&policy).expect("less money than there is")
}

/// Puts one thing after the other, each so many milliseconds after the start.
pub fn play(booking: &mut Booking, events: &[(i64, Event)]) {
    for (after, event) in events {
        booking
            .on(NOW + *after, *event)
            .unwrap_or_else(|why| panic!("{event:?}: {why}"));
    }
}

pub fn propose(by: CallRole, start: Moment) -> Event {
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
    assert_eq!(ended(start + -DAY, cancel(CallRole::Buyer)), (PAID, 0));
    assert_eq!(ended(start + -DAY + 1, cancel(CallRole::Buyer)), (3_217, 2_499));
    assert_eq!(ended(start + -1, cancel(CallRole::Seller)), (PAID, 0));
    let late = start + 10 * MINUTE;
    assert_eq!(booked().on(late + -1, missed(Absent::Buyer)), Err(Rejected::TooEarly));
    assert_eq!(ended(late, missed(Absent::Buyer)), (0, 4_999));
    assert_eq!(ended(late, missed(Absent::Seller)), (PAID, 0));
    assert_eq!(ended(late, missed(Absent::Both)), (PAID, 0));
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
        assert_eq!(ended.settlement().map(|parts| parts.refund_minor), Some(PAID));
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
    assert_eq!(lesson.settlement().map(|parts| parts.refund_minor), Some(PAID));
}

#[test]
fn of_two_rings_the_last_says_whether_the_buyer_answers() {
    let start = NOW + DAY;
    let accept = Event::Accept {
        by: CallRole::Seller,
        round: 1,
    };
    let mut talk = Booking::asked(terms(Agreement::PayAfterAccept), start, NOW).expect("asked");
    play(&mut talk, &[(0, accept), (0, Event::Paid)]);
    let mut rings = |at: Moment, unanswered| {
        talk.on(at, Event::Begun).expect("it rings");
        talk.on(at, Event::Stopped { unanswered })
            .expect("it ended before it was a talk");
        talk.was_unanswered()
    };
    assert!(!rings(start + -1, true), "early, nobody has to answer");
    assert!(rings(start, true));
    assert!(!rings(start + MINUTE, false), "they have answered");
    assert!(rings(start + 2 * MINUTE, true));
}
