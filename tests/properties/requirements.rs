//! The requirements' words as examples, by their numbers.

use crate::world::{START_MS, World, blocks, per_minute, per_second};
use tallyroom::domain::call::CallRole::{Buyer, Seller};
use tallyroom::domain::call::{Action, CallPhase, CallRole, EndReason, Rejected, SuspendReason, Terms, bill};
use tallyroom::domain::time::{Moment, Span};

fn suspended(call: &World) -> Option<SuspendReason> {
    call.session.phase(Moment(call.now)).1
}

fn charged_after(call: &mut World, by: CallRole) -> i64 {
    call.end(by).expect("a call that runs can be ended");
    call.wait_s(1);
    call.settled();
    call.session.charged_minor()
}

/// Stretches of billed time, in milliseconds after the call went live.
fn billed(call: &World) -> Vec<(i64, i64)> {
    let live = START_MS + 1_000;
    bill::bill(&call.session)
        .billed
        .iter()
        .map(|Span { from, to }| (from.0 - live, to.0 - live))
        .collect()
}

#[test]
fn e5_a_check_in_which_one_does_not_press_connect_is_cancelled_and_free() {
    let mut call = World::ring(per_minute(100), 1_000);
    call.answer();
    call.press(Buyer).unwrap();
    call.wait_s(119);
    assert_eq!(call.phase(), CallPhase::PreCheck);
    call.wait_s(1);
    assert_eq!(call.end_reason(), Some(EndReason::Cancelled));
    call.settled();
    assert_eq!(call.ledger.wallet, 1_000);
}

#[test]
fn f1_time_is_charged_only_after_both_pressed_connect() {
    let mut call = World::ring(per_second(60), 1_000);
    call.answer();
    call.wait_s(60);
    call.press(Seller).unwrap();
    call.wait_s(30);
    call.press(Buyer).unwrap();
    call.wait_s(10);
    assert_eq!(charged_after(&mut call, Buyer), 10);
}

#[test]
fn m2_a_loss_of_four_seconds_is_bridged() {
    for lost in [vec![Buyer], vec![Seller], vec![Buyer, Seller]] {
        let mut call = World::connected(per_second(60), 1_000);
        call.wait_s(10);
        call.outage(&lost, 4_000);
        call.wait_s(10);
        assert_eq!(charged_after(&mut call, Buyer), 24);
        assert_eq!(billed(&call), [(0, 24_000)]);
    }
}

#[test]
fn m2_a_loss_of_thirty_seconds_is_a_gap_in_the_bill_from_the_last_packet_to_the_first_report() {
    for lost in [vec![Buyer], vec![Seller], vec![Buyer, Seller]] {
        let mut call = World::connected(per_second(60), 1_000);
        call.wait_s(10);
        call.outage(&lost, 30_000);
        call.wait_s(10);
        assert_eq!(charged_after(&mut call, Buyer), 20);
        assert_eq!(billed(&call), [(0, 10_000), (40_500, 50_000)]);
    }
}

#[test]
fn m7_a_loss_of_three_minutes_ends_the_call_and_settles_at_the_last_packet() {
    let reasons = [EndReason::BuyerLost, EndReason::SellerLost, EndReason::BothLost];
    for (lost, reason) in [vec![Buyer], vec![Seller], vec![Buyer, Seller]]
        .into_iter()
        .zip(reasons)
    {
        let mut call = World::connected(per_second(60), 1_000);
        call.wait_s(10);
        call.outage(&lost, 119_900);
        assert_eq!(suspended(&call), Some(SuspendReason::Connection));
        call.outage(&lost, 60_100);
        // Back for an instant a moment before the window closed: it goes on. A second loss counts anew.
        assert_eq!(call.end_reason(), None);
        call.outage(&lost, 180_000);
        assert_eq!(call.end_reason(), Some(reason));
        call.settled();
        assert_eq!(call.session.charged_minor(), 10);
    }
}

#[test]
fn m2_a_muted_payer_pays_and_a_seller_with_both_off_earns_nothing() {
    let mut call = World::connected(per_second(60), 1_000);
    call.set_muted(Buyer, true);
    call.wait_s(10);
    call.set_muted(Seller, true);
    call.wait_s(300);
    assert_eq!(call.phase(), CallPhase::Live, "the seller is there, if silent");
    assert!(!call.session.is_running(Moment(call.now)));
    call.set_muted(Seller, false);
    call.wait_s(10);
    assert_eq!(charged_after(&mut call, Buyer), 20);
}

#[test]
fn m3_grace_is_free_once_and_a_call_that_ends_inside_costs_nothing() {
    let mut terms = per_minute(100);
    (terms.policy.grace_s, terms.policy.minimum_s) = (30, 120);
    let mut call = World::connected(terms.clone(), 1_000);
    call.wait_s(30);
    assert_eq!(charged_after(&mut call, Buyer), 0);
    assert_eq!(call.ledger.wallet, 1_000);

    let mut call = World::connected(terms, 1_000);
    call.wait_s(20);
    call.outage(&[Seller], 30_000);
    // Half a second passes until the node reports the seller's first packet.
    call.wait_ms(10_500);
    assert_eq!(call.session.charged_minor(), 0);
    call.wait_ms(500);
    assert_eq!(call.session.charged_minor(), 100);
    call.wait_s(130);
    assert_eq!(charged_after(&mut call, Seller), 300);
    assert_eq!(bill::bill(&call.session).grace_ms, 30_000);
}

#[test]
fn m4_every_started_increment_is_charged_whole_over_accumulated_time() {
    let whole = |terms: Terms, ms: i64| {
        let mut call = World::connected(terms, 10_000);
        call.wait_ms(ms);
        charged_after(&mut call, Seller)
    };
    assert_eq!(whole(per_second(60), 61_500), 62);
    assert_eq!(whole(per_minute(60), 60_000), 60);
    assert_eq!(whole(per_minute(60), 60_500), 120);
    assert_eq!(whole(blocks(60, 5), 60_500), 65);

    // Three times 25 s with losses in between are 75 s: two minutes, not three.
    let mut call = World::connected(per_minute(60), 10_000);
    call.wait_s(25);
    call.outage(&[Buyer], 30_000);
    call.wait_s(25);
    call.outage(&[Seller], 30_000);
    call.wait_s(25);
    assert_eq!(charged_after(&mut call, Seller), 120);
}

#[test]
fn m4_an_increment_is_paid_at_its_first_billable_instant_and_reserved_before_it_starts() {
    let mut call = World::connected(per_minute(100), 1_000);
    assert_eq!((call.ledger.wallet, call.ledger.paid().0), (900, 0));
    call.wait_ms(500);
    assert_eq!((call.ledger.wallet, call.ledger.paid().0), (900, 100));
    call.wait_ms(59_500);
    assert_eq!((call.ledger.wallet, call.ledger.paid().0), (800, 100));
    call.wait_ms(500);
    assert_eq!((call.ledger.wallet, call.ledger.paid().0), (800, 200));
}

#[test]
fn m4_by_the_second_at_most_ten_seconds_are_reserved_at_a_time_and_unused_ones_released() {
    let mut call = World::connected(per_second(60), 1_000);
    assert_eq!(call.ledger.wallet, 990);
    call.wait_s(7);
    assert_eq!(call.ledger.wallet, 980);
    assert_eq!(charged_after(&mut call, Buyer), 7);
    assert_eq!(call.ledger.wallet, 993);
}

#[test]
fn m4_a_start_the_wallet_does_not_cover_says_what_is_missing_and_works_after_a_top_up() {
    let mut terms = per_minute(100);
    terms.policy.minimum_s = 150;
    let mut call = World::connected(terms, 250);
    assert_eq!(call.phase(), CallPhase::PreCheck);
    // Two of three minutes are held already: the third is missing.
    assert_eq!(call.told, [Action::CreditShort { needed_minor: 100 }]);
    call.move_money(50);
    assert_eq!(call.phase(), CallPhase::PreCheck);
    call.press(Buyer).unwrap();
    assert_eq!(call.phase(), CallPhase::Live);
    call.wait_s(1);
    assert_eq!(charged_after(&mut call, Buyer), 300);
}

#[test]
fn m4_a_start_that_is_refused_and_given_up_gives_everything_back() {
    let mut terms = per_minute(100);
    terms.policy.minimum_s = 150;
    let mut call = World::connected(terms, 250);
    call.wait_s(120);
    assert_eq!(call.end_reason(), Some(EndReason::Cancelled));
    call.settled();
    assert_eq!(call.ledger.wallet, 250);
}

#[test]
fn m3_connect_after_the_check_ran_out_is_too_late() {
    let mut call = World::ring(per_minute(100), 1_000);
    call.weather.timers_ms = 500;
    call.answer();
    call.press(Seller).unwrap();
    call.set_link(Buyer, false);
    call.set_link(Seller, false);
    call.wait_ms(120_200);
    assert_eq!(call.press(Buyer), Err(Rejected::WrongPhase));
    call.wait_s(1);
    assert_eq!(call.end_reason(), Some(EndReason::Cancelled));
}

#[test]
fn m5_the_minimum_is_due_unless_the_seller_ended_or_did_not_come_back() {
    let talk = || {
        let mut terms = per_minute(100);
        terms.policy.minimum_s = 180;
        let mut call = World::connected(terms, 1_000);
        call.wait_s(30);
        call
    };
    assert_eq!(charged_after(&mut talk(), Buyer), 300);
    assert_eq!(charged_after(&mut talk(), Seller), 100);
    for (lost, due) in [(vec![Buyer], 300), (vec![Seller], 100), (vec![Buyer, Seller], 100)] {
        let mut call = talk();
        call.outage(&lost, 130_000);
        call.settled();
        assert_eq!(call.session.charged_minor(), due, "{lost:?}");
    }
    let mut call = talk();
    call.set_link(Seller, false);
    call.wait_s(20);
    assert_eq!(
        charged_after(&mut call, Buyer),
        100,
        "the buyer gave up waiting for the seller"
    );
    assert_eq!(call.end_reason(), Some(EndReason::SellerLost));
}

#[test]
fn m6_rounding_never_adds_up_and_the_remainder_of_a_split_is_the_sellers() {
    let mut terms = per_second(199);
    terms.policy.commission_bp = 3_333;
    let mut call = World::connected(terms, 10_000);
    call.wait_s(97);
    // floor(199 × 97 ÷ 60) = 321, of which floor(321 × 0.3333) = 106.
    assert_eq!(charged_after(&mut call, Seller), 321);
    assert_eq!(call.ledger.paid(), (321, 106));
}

#[test]
fn m7_without_credit_the_media_pauses_and_a_top_up_for_one_increment_resumes() {
    let mut call = World::connected(per_minute(100), 150);
    call.wait_s(60);
    assert_eq!(suspended(&call), Some(SuspendReason::Credit));
    assert_eq!(call.told.last(), Some(&Action::PauseMedia(true)));
    call.wait_s(100);
    call.move_money(49);
    assert_eq!(suspended(&call), Some(SuspendReason::Credit));
    call.move_money(1);
    assert_eq!(call.phase(), CallPhase::Live);
    assert_eq!(call.told[call.told.len() - 1], Action::PauseMedia(false));
    call.wait_s(30);
    assert_eq!(charged_after(&mut call, Buyer), 200);
    assert_eq!(billed(&call), [(0, 60_000), (160_000, 190_000)]);
}

#[test]
fn f5_the_rescue_time_is_five_minutes_and_then_the_call_ends_and_settles() {
    let mut call = World::connected(per_minute(100), 150);
    call.wait_s(60 + 299);
    assert_eq!(suspended(&call), Some(SuspendReason::Credit));
    call.wait_s(1);
    assert_eq!(call.end_reason(), Some(EndReason::OutOfCredit));
    call.settled();
    assert_eq!(call.ledger.wallet, 50);
}

#[test]
fn f4_remaining_time_counts_what_is_reserved_and_available_and_warns_at_the_marks() {
    let mut call = World::connected(per_minute(100), 350);
    assert_eq!(call.session.remaining_ms(Moment(call.now)), Some(180_000));
    call.wait_ms(59_500);
    assert_eq!(call.told, []);
    call.wait_ms(500);
    assert_eq!(call.told, [Action::Warn { minutes_left: 2 }]);
    call.wait_s(60);
    assert_eq!(call.told[1..], [Action::Warn { minutes_left: 1 }]);
    call.move_money(200);
    assert_eq!(call.session.remaining_ms(Moment(call.now)), Some(180_000));
    call.wait_s(120);
    assert_eq!(
        call.told[2..],
        [Action::Warn { minutes_left: 2 }, Action::Warn { minutes_left: 1 }]
    );
}

#[test]
fn f6_a_drop_suspends_and_coming_back_owes_no_second_minimum() {
    let mut terms = per_minute(100);
    terms.policy.minimum_s = 120;
    let mut call = World::connected(terms, 1_000);
    call.wait_s(30);
    call.leave(Buyer).unwrap();
    call.outage(&[Buyer], 60_000);
    assert_eq!(suspended(&call), Some(SuspendReason::Connection));
    call.join(Buyer).unwrap();
    call.wait_s(30);
    assert_eq!(call.phase(), CallPhase::Live);
    assert_eq!(charged_after(&mut call, Buyer), 200);
}

#[test]
fn f9_the_bill_says_who_was_there_when_and_what_each_block_cost() {
    let mut terms = per_minute(199);
    terms.policy.minimum_s = 180;
    let mut call = World::connected(terms, 1_000);
    call.wait_s(50);
    call.outage(&[Seller], 30_000);
    call.wait_s(20);
    charged_after(&mut call, Buyer);
    let bill = bill::bill(&call.session);
    let live = Moment(START_MS + 1_000);
    let lines: Vec<_> = bill
        .lines
        .iter()
        .map(|line| (line.from_s, line.started_at, line.amount_minor))
        .collect();
    assert_eq!(
        lines,
        [(0, Some(live), 199), (60, Some(live + 90_500), 199), (120, None, 199)]
    );
    assert_eq!(
        (
            bill.charged_s,
            bill.minimum_s,
            bill.charged_minor,
            bill.commission_minor
        ),
        (180, 60, 597, 119)
    );
    assert_eq!((bill.seller_present.len(), bill.payer_present.len()), (2, 1));
}

#[test]
fn f10_either_side_ends() {
    for (role, reason) in [(Buyer, EndReason::BuyerEnded), (Seller, EndReason::SellerEnded)] {
        let mut call = World::connected(per_minute(100), 1_000);
        call.wait_s(10);
        charged_after(&mut call, role);
        assert_eq!(call.end_reason(), Some(reason));
        assert_eq!(call.told.last(), Some(&Action::Finish(reason)));
    }
}
