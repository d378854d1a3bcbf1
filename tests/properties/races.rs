//! Two things at once, and people who act from a tab that was replaced: one outcome each.

use crate::world::{World, blocks, per_minute, per_second};
use tallyroom::domain::call::CallRole::{Buyer, Seller};
use tallyroom::domain::call::{
    Action, CallPhase, EndReason, Event, Evidence, MeterOp, MeterOpKind, MeterOutcome, Rejected, Run, Session, Stretch,
    bill,
};
use tallyroom::domain::ids::ExtensionId;
use tallyroom::domain::time::Moment;

#[test]
fn of_two_accepts_one_counts() {
    let mut call = World::ring(per_minute(100), 1_000);
    assert_eq!(call.feed(Event::Accept), Ok(()));
    assert_eq!(call.feed(Event::Accept), Err(Rejected::WrongPhase));
    assert_eq!(call.feed(Event::Reject), Err(Rejected::WrongPhase));
    assert_eq!(call.phase(), CallPhase::PreCheck);
}

#[test]
fn an_accept_after_the_ring_ended_is_too_late() {
    let mut call = World::ring(per_minute(100), 1_000);
    call.wait_s(45);
    assert_eq!(call.feed(Event::Accept), Err(Rejected::Over));
    assert_eq!(call.end_reason(), Some(EndReason::Missed));
}

#[test]
fn a_stale_tab_can_neither_end_nor_leave_nor_connect() {
    let mut call = World::connected(per_minute(100), 1_000);
    let epoch = call.epoch(Buyer);
    call.join(Buyer).unwrap();
    for event in [Event::End { role: Buyer, epoch }, Event::Leave { role: Buyer, epoch }] {
        assert_eq!(call.feed(event), Err(Rejected::StaleEpoch));
    }
    assert_eq!(call.feed(Event::Join { role: Buyer, epoch }), Err(Rejected::StaleEpoch));
    assert_eq!(call.phase(), CallPhase::Live);
    assert!(call.session.is_present(Buyer));
}

#[test]
fn a_second_tab_in_the_check_presses_for_itself_whichever_way_the_loss_of_the_first_is_learnt() {
    for overtaken in [true, false] {
        let mut call = World::ring(per_minute(100), 1_000);
        call.answer();
        call.press(Buyer).unwrap();
        let epoch = call.epoch(Buyer);
        if overtaken {
            call.join(Buyer).unwrap();
            assert_eq!(
                call.feed(Event::Leave { role: Buyer, epoch }),
                Err(Rejected::StaleEpoch)
            );
        } else {
            call.leave(Buyer).unwrap();
            call.join(Buyer).unwrap();
        }
        assert!(call.session.is_present(Buyer));
        assert!(!call.session.has_pressed(Buyer), "overtaken: {overtaken}");
        call.press(Seller).unwrap();
        assert_eq!(call.phase(), CallPhase::PreCheck);
    }
}

#[test]
fn the_call_ends_once_when_both_end_it() {
    let mut call = World::connected(per_minute(100), 1_000);
    call.wait_s(55);
    call.ledger.slow = (500, 500);
    call.end(Seller).unwrap();
    assert_eq!(call.end(Buyer), Err(Rejected::Over));
    assert_eq!(call.phase(), CallPhase::Settling);
    let ended_at = Moment(call.now);
    call.wait_s(2);
    assert_eq!(call.end_reason(), Some(EndReason::SellerEnded));
    call.settled();
    let present = bill::bill(&call.session).payer_present;
    assert!(
        present.iter().all(|span| span.to <= ended_at),
        "the bill goes on after the end"
    );
}

#[test]
fn a_call_can_be_ended_while_it_is_being_suspended() {
    let mut call = World::connected(per_minute(100), 100);
    call.ledger.slow = (0, 1_500);
    call.wait_s(61);
    call.move_money(500);
    call.end(Buyer).unwrap();
    call.wait_s(5);
    assert_eq!(call.end_reason(), Some(EndReason::BuyerEnded));
    call.settled();
    assert_eq!(call.session.charged_minor(), 100);
    assert_eq!(call.ledger.wallet, 500);
}

#[test]
fn a_refusal_from_before_a_top_up_does_not_leave_the_call_suspended() {
    let mut call = World::connected(per_minute(100), 100);
    call.wait_s(51);
    // The ledger looks at the empty wallet at once, but its answer takes longer than the top-up and the news of it.
    call.ledger.slow = (0, 2_000);
    call.feed(Event::WalletChanged {
        available_minor: 100,
        others: vec![],
    })
    .unwrap();
    call.wait_s(1);
    call.move_money(500);
    call.wait_s(10);
    assert_eq!(call.phase(), CallPhase::Live);
    call.check();
}

#[test]
fn an_answer_from_before_a_top_up_does_not_hide_it() {
    // The payment of the second block is carried out before the top-up; its answer, saying that the wallet is empty,
    // comes after the news of it.
    let mut call = World::connected(blocks(60, 40), 80);
    call.wait_s(40);
    call.ledger.slow = (0, 4_000);
    call.wait_ms(500);
    call.move_money(40);
    call.wait_s(45);
    assert_eq!(call.phase(), CallPhase::Live);
    call.check();
}

#[test]
fn a_hold_the_session_had_given_up_on_is_used() {
    let mut call = World::connected(per_minute(100), 100);
    call.wait_s(65);
    assert_eq!(call.phase(), CallPhase::Suspended);
    let answer = |outcome, available_minor| Event::Metered {
        block: 1,
        outcome,
        available_minor,
    };
    let (session, now) = (&mut call.session, Moment(call.now));
    session
        .on(
            now,
            Event::WalletChanged {
                available_minor: 100,
                others: vec![],
            },
        )
        .unwrap();
    session.on(now, answer(MeterOutcome::Refused, 0)).unwrap();
    assert_eq!(session.phase(now).0, CallPhase::Suspended);
    // The driver had ordered it a second time, and by then there was money.
    let actions = session.on(now, answer(MeterOutcome::Reserved, 500)).unwrap();
    assert!(actions.contains(&Action::PauseMedia(false)));
    assert_eq!(session.phase(now).0, CallPhase::Live);
}

#[test]
fn nobody_talks_on_while_the_ledger_keeps_refusing() {
    let mut call = World::connected(per_minute(100), 100);
    let session = &mut call.session;
    // The wallet looks full, yet the ledger refuses (a spending limit, say).
    let mut at = Moment(call.now);
    let mut orders = 0;
    let mut pending = session
        .on(
            at,
            Event::WalletChanged {
                available_minor: 9_000,
                others: vec![],
            },
        )
        .unwrap();
    for _ in 0..200 {
        at = at + 500;
        let run = Some(Run::at(at));
        pending.extend(
            session
                .on(
                    at,
                    Event::Media(Evidence {
                        seller_sent: run,
                        seller_seen: run,
                        payer_seen: run,
                    }),
                )
                .unwrap(),
        );
        for action in std::mem::take(&mut pending) {
            if let Action::Meter(MeterOp {
                block,
                kind: MeterOpKind::Reserve { .. },
            }) = action
            {
                orders += 1;
                let event = Event::Metered {
                    block,
                    outcome: MeterOutcome::Refused,
                    available_minor: 9_000,
                };
                pending.extend(session.on(at, event).unwrap());
            }
        }
    }
    assert_eq!(session.phase(at).0, CallPhase::Suspended);
    assert!(orders < 5, "{orders} orders");
}

#[test]
fn a_seller_who_left_while_the_start_was_reserved_must_press_again() {
    let mut call = World::ring(per_minute(100), 50);
    call.answer();
    call.ledger.slow = (0, 1_000);
    call.press(Seller).unwrap();
    call.press(Buyer).unwrap();
    call.leave(Seller).unwrap();
    call.wait_s(2);
    assert_eq!(call.told, [Action::CreditShort { needed_minor: 100 }]);
    assert!(!call.session.has_pressed(Seller) && !call.session.has_pressed(Buyer));
}

#[test]
fn a_ringing_or_connecting_call_can_be_cancelled_and_leaves_nothing_held() {
    let mut ringing = World::ring(per_minute(100), 1_000);
    ringing.feed(Event::Cancel).unwrap();
    ringing.settled();

    let mut call = World::ring(per_minute(100), 1_000);
    call.answer();
    call.ledger.slow = (0, 1_000);
    call.press(Seller).unwrap();
    call.press(Buyer).unwrap();
    assert_eq!(call.phase(), CallPhase::Connecting);
    call.feed(Event::Cancel).unwrap();
    call.wait_s(3);
    assert_eq!(call.end_reason(), Some(EndReason::Cancelled));
    call.settled();
    assert_eq!(call.ledger.wallet, 1_000);
}

/// Whoever goes while the first money is being held ends a call that never began.
#[test]
fn going_while_connecting_cancels_the_call() {
    for role in [Buyer, Seller] {
        let mut call = World::ring(per_minute(100), 1_000);
        call.answer();
        call.ledger.slow = (0, 1_000);
        call.press(Seller).unwrap();
        call.press(Buyer).unwrap();
        assert_eq!(call.phase(), CallPhase::Connecting);
        call.end(role).unwrap();
        call.wait_s(3);
        assert_eq!(call.end_reason(), Some(EndReason::Cancelled));
        call.settled();
        assert_eq!(call.ledger.wallet, 1_000);
    }
}

#[test]
fn packets_from_the_future_are_not_billed() {
    let mut call = World::connected(per_second(60), 6_000);
    let now = Moment(call.now);
    let run = Some(Run {
        from: now,
        to: now + 60_000,
    });
    call.session
        .on(
            now,
            Event::Media(Evidence {
                seller_sent: run,
                seller_seen: run,
                payer_seen: run,
            }),
        )
        .unwrap();
    assert_eq!(call.session.meter().billable_ms(), 0);
}

#[test]
fn tiny_blocks_are_reserved_early_enough_to_talk_without_a_break() {
    let mut call = World::connected(blocks(60, 1), 6_000);
    call.weather.jitter_ms = 300;
    call.ledger.slow = (500, 200);
    for _ in 0..300 {
        call.wait_ms(100);
        assert_eq!(
            call.session.meter().stalled_at(),
            None,
            "a second started before it was reserved"
        );
    }
    call.end(Seller).unwrap();
    call.wait_s(1);
    call.settled();
}

#[test]
fn the_answers_of_one_tick_may_come_in_any_order() {
    for (wallet, phase) in [(300, CallPhase::Live), (250, CallPhase::PreCheck)] {
        let mut terms = per_minute(100);
        terms.policy.minimum_s = 180;
        let mut call = World::ring(terms, wallet);
        call.ledger.unordered = true;
        call.answer();
        call.wait_s(1);
        call.press(Seller).unwrap();
        call.press(Buyer).unwrap();
        assert_eq!(call.phase(), phase);
        call.move_money(300);
        let _ = call.press(Buyer);
        assert_eq!(call.phase(), CallPhase::Live);
        call.finish();
    }
}

/// By the second, ten a second: the third ten seconds are asked for when minutes of another price are paid.
fn priced_while_asking(price_minor: i64) -> (Session, Vec<Action>) {
    let mut call = World::connected(per_second(600), 200);
    call.wait_s(12);
    call.ledger.slow = (0, 60_000);
    call.wait_s(4);
    let (mut session, mut now) = (call.session, Moment(call.now));
    let stretch = Stretch {
        extension: ExtensionId::new(),
        from_s: 0,
        seconds: 20,
        price_minor,
    };
    session.on(now, Event::Priced(stretch)).expect("taken in");
    let mut actions = Vec::new();
    for block in 2..6 {
        let answer = Event::Metered {
            block,
            outcome: MeterOutcome::Reserved,
            available_minor: 1_000,
        };
        actions.extend(session.on(now, answer).expect("taken in"));
        for _ in 0..10 {
            now = now + 1_000;
            let run = Some(Run::at(now));
            let evidence = Evidence {
                seller_sent: run,
                seller_seen: run,
                payer_seen: run,
            };
            actions.extend(session.on(now, Event::Media(evidence)).expect("taken in"));
        }
    }
    (session, actions)
}

fn posted(actions: &[Action], wanted: u32) -> Option<i64> {
    actions.iter().find_map(|action| match action {
        Action::Meter(MeterOp {
            block,
            kind: MeterOpKind::Post { amount_minor, .. },
        }) if *block == wanted => Some(*amount_minor),
        _ => None,
    })
}

#[test]
fn cheaper_minutes_begin_with_the_block_that_is_asked_for() {
    let (session, actions) = priced_while_asking(100);
    let at = [20, 30, 40, 50].map(|seconds| session.blocks().gross_minor(seconds));
    assert_eq!(at, [200, 250, 300, 400]);
    // Held at a hundred, paid at fifty.
    assert_eq!(
        [2, 3, 4].map(|block| posted(&actions, block)),
        [Some(50), Some(50), Some(100)]
    );
}

#[test]
fn dearer_minutes_come_behind_the_block_that_is_asked_for() {
    let (session, actions) = priced_while_asking(400);
    let at = [20, 30, 40, 50, 60].map(|seconds| session.blocks().gross_minor(seconds));
    assert_eq!(at, [200, 300, 500, 700, 800]);
    assert_eq!(
        [2, 3, 4].map(|block| posted(&actions, block)),
        [Some(100), Some(200), Some(200)]
    );
}
