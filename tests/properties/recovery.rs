//! The control plane dies at any point: what was stored before explains everything that was ordered.

use crate::world::{START_MS, World, blocks, per_minute, per_second};
use tallyroom::domain::call::CallRole::{Buyer, Seller};
use tallyroom::domain::call::{
    Action, CallPhase, EndReason, Event, Evidence, Journal, MeterOutcome, Rejected, Run, Session, Terms, bill, replay,
};
use tallyroom::domain::time::Moment;

#[test]
fn a_live_call_is_resumed_by_its_participants_and_nothing_is_billed_twice() {
    let mut call = World::connected(per_minute(100), 1_000);
    call.wait_s(90);
    call.outage(&[Buyer, Seller], 20_000);
    call.crash(0);
    call.join(Buyer).unwrap();
    call.join(Seller).unwrap();
    call.wait_s(25);
    assert_eq!(call.phase(), CallPhase::Live);
    call.end(Buyer).unwrap();
    call.wait_s(1);
    assert_eq!(bill::bill(&call.session).billed.len(), 2);
    assert_eq!(call.session.charged_minor(), 200);
    call.settled();
}

#[test]
fn after_a_long_outage_of_the_control_plane_people_get_the_whole_reconnect_window() {
    let mut call = World::connected(per_minute(100), 1_000);
    call.wait_s(10);
    call.set_link(Buyer, false);
    call.set_link(Seller, false);
    call.now += 600_000;
    call.crash(0);
    call.wait_s(119);
    assert_eq!(call.end_reason(), None);
    for role in [Buyer, Seller] {
        call.join(role).unwrap();
        call.set_link(role, true);
    }
    call.wait_s(10);
    assert_eq!(call.phase(), CallPhase::Live);
    call.finish();
    assert_eq!(call.session.charged_minor(), 100);
}

#[test]
fn a_call_nobody_comes_back_to_settles_at_the_last_packet() {
    let mut call = World::connected(per_second(60), 1_000);
    call.wait_s(33);
    call.set_link(Buyer, false);
    call.set_link(Seller, false);
    call.crash(9);
    call.wait_s(121);
    assert_eq!(call.end_reason(), Some(EndReason::BothLost));
    call.settled();
    // At most the two seconds of evidence that weren't stored yet are missing, never more than was talked.
    assert!(
        (31..=33).contains(&call.session.charged_minor()),
        "{}",
        call.session.charged_minor()
    );
}

#[test]
fn a_settling_call_asks_for_nothing_new_after_a_crash() {
    let mut call = World::connected(per_second(1), 0);
    call.ledger.slow = (0, 600);
    call.wait_ms(35_300);
    call.end(Buyer).unwrap();
    call.crash(0);
    call.wait_s(5);
    call.settled();
}

#[test]
fn a_call_without_credit_is_still_paused_after_a_crash_and_goes_on_after_a_top_up() {
    let mut call = World::connected(per_minute(100), 100);
    call.wait_s(70);
    assert_eq!(call.phase(), CallPhase::Suspended);
    call.told.clear();
    call.crash(0);
    assert_eq!(call.told, [Action::PauseMedia(true)]);
    call.join(Buyer).unwrap();
    call.join(Seller).unwrap();
    call.move_money(100);
    call.wait_s(10);
    assert_eq!(call.phase(), CallPhase::Live);
    call.finish();
}

#[test]
fn a_call_that_ended_right_before_a_crash_is_finished_again() {
    let mut call = World::connected(per_minute(100), 1_000);
    call.wait_s(10);
    call.end(Seller).unwrap();
    call.wait_s(1);
    call.told.clear();
    call.crash(0);
    assert_eq!(call.told, [Action::Finish(EndReason::SellerEnded)]);
    assert_eq!(call.end(Seller), Err(Rejected::Over));
}

fn seen(at: i64) -> Event {
    let run = Some(Run::at(Moment(START_MS + at)));
    Event::Media(Evidence {
        seller_sent: run,
        seller_seen: run,
        payer_seen: run,
    })
}

/// Feeds the same events to a session and, through the journal, to its replay.
fn assert_replays(terms: Terms, available: i64, events: impl IntoIterator<Item = (i64, Event)>) -> (Session, usize) {
    let start = Moment(START_MS);
    let mut session = Session::ring(start, terms.clone(), available);
    let mut journal = Journal::new(terms.policy.bridge_ms);
    let mut entries = Vec::new();
    for (at, event) in events {
        let at = start + at;
        let actions = session.on(at, event.clone()).expect("the session takes it");
        entries.extend(journal.add(at, event, &actions));
    }
    entries.extend(journal.flush());
    assert_eq!(replay(start, terms, available, &entries), session);
    (session, entries.len())
}

#[test]
fn evidence_around_the_end_of_credit_replays_to_the_same_rescue_time() {
    let answer = |block, outcome| Event::Metered {
        block,
        outcome,
        available_minor: 0,
    };
    let mut events = vec![
        (0, Event::Accept),
        (0, Event::Join { role: Buyer, epoch: 1 }),
        (0, Event::Join { role: Seller, epoch: 1 }),
        (0, Event::Connect { role: Buyer, epoch: 1 }),
        (0, Event::Connect { role: Seller, epoch: 1 }),
        (0, answer(0, MeterOutcome::Reserved)),
        (6_200, answer(1, MeterOutcome::Refused)),
    ];
    events.extend((1..60).map(|n| (n * 500, seen(n * 500))));
    events.sort_by_key(|(at, _)| *at);
    let (session, stored) = assert_replays(blocks(60, 10), 10, events);
    assert_eq!(session.phase(Moment(START_MS + 30_000)).0, CallPhase::Suspended);
    assert!(stored < 30, "{stored} entries stored");
}

#[test]
fn evidence_out_of_order_replays_the_same() {
    let stamps = [0, 500, 20_000, 19_000, 18_000, 20_400, 20_100];
    let events = stamps
        .into_iter()
        .enumerate()
        .map(|(n, at)| (20_500 + n as i64 * 100, seen(at)));
    assert_replays(per_second(60), 100, events);
}

#[test]
fn a_short_bridge_is_not_widened_by_merging() {
    let mut terms = per_second(60);
    terms.policy.bridge_ms = 400;
    let (session, _) = assert_replays(terms, 100, (1..10).map(|n| (n * 500, seen(n * 500))));
    assert_eq!(session.meter().payer().spans().len(), 9);
}

#[test]
fn quiet_ticks_are_not_stored() {
    let events = (1..9).map(|n| (n * 100, Event::Tick));
    assert_eq!(assert_replays(per_second(60), 100, events).1, 0);
}
