//! Orders, whatever two people do and however much time passes in between.

use super::booking::{DAY, MINUTE, NOW, play, propose, terms};
use proptest::prelude::*;
use tallyroom::domain::{
    booking::{Absent, Agreement, Booking, Event, Outcome, State},
    call::CallRole,
    order_price::OrderPrice,
    time::Moment,
};

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
    Extended(u32, i64),
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
        1 => (0_u32..900, -5_i64..5_000).prop_map(|(minutes, price)| Act::Extended(minutes, price)),
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
        Act::Extended(minutes, price_minor) => Event::Extended {
            minutes,
            price: OrderPrice::bare(price_minor),
        },
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
    let grew = booking.terms().price_minor - before.terms().price_minor;
    match (event, &told) {
        (Event::Extended { price, .. }, Ok(())) => {
            assert!(grew == price.price_minor() && matches!(before.state(), State::Running { .. }));
        }
        _ => assert_eq!(grew, 0, "nothing else changes the price"),
    }
    if let State::Closed { outcome } = booking.state() {
        assert!(holds.is_empty());
        let parts = booking.settlement();
        assert_eq!(parts.is_some(), booking.is_paid());
        if let Some(parts) = parts {
            let charged = booking.terms().charged();
            assert_eq!(parts.refund_minor + parts.due.total_minor(), charged.total_minor());
            assert_eq!(parts.due.price_minor(), parts.earned_minor);
            assert!(parts.due.tax_minor() <= charged.tax_minor() && parts.due.fee_minor() <= charged.fee_minor());
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
