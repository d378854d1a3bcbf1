//! Events in any order, at any time, with any content: no panic, no overflow, no endless loop.

use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;
use tallyroom::domain::call::{
    Action, CallRole, Draw, Epoch, Event, Evidence, Held, MeterOp, MeterOpKind, MeterOutcome, Run, Session, Terms, bill,
};
use tallyroom::domain::order_price::{ServiceFee, TaxRate};
use tallyroom::domain::policy::{Increment, Policy, PolicyChange, resolve};
use tallyroom::domain::time::Moment;

fn any_time() -> impl Strategy<Value = Moment> {
    prop_oneof![
        6 => (0..400_000i64).prop_map(Moment),
        1 => any::<i64>().prop_map(Moment),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0)].prop_map(Moment),
    ]
}

fn any_number() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 0..1_000u32, Just(u32::MAX), any::<u32>()]
}

fn extreme_terms() -> impl Strategy<Value = Terms> {
    let increment = prop_oneof![
        Just(Increment::Second),
        Just(Increment::Minute),
        any_number().prop_map(|seconds| Increment::Block {
            seconds: seconds.max(300)
        }),
        Just(Increment::Block { seconds: 1 }),
    ];
    let numbers = prop::collection::vec(any_number(), 12);
    let rate = prop_oneof![1..1_000i64, Just(i64::MAX), 1..i64::MAX];
    (increment, numbers, rate).prop_map(|(increment, n, rate_minor)| {
        let platform = Policy {
            pre_check_s: n[0],
            reconnect_s: n[1],
            bridge_ms: n[2],
            ..Policy::default()
        };
        let wild = PolicyChange {
            ring_s: Some(n[3]),
            grace_s: Some(n[4]),
            minimum_s: Some(n[5].min(1_200)),
            increment: Some(increment),
            warnings_min: Some(n.clone()),
            reminder_min: None,
            missed_min: Some(n[8]),
            cancel_free_h: Some(n[9]),
            late_cancel_bp: Some(n[10]),
            no_show_bp: Some(n[11]),
            rescue_s: Some(n[6]),
            commission_bp: Some(n[7]),
            tip_commission_bp: None,
            most_tip: None,
            service_fee: Some(ServiceFee {
                bp: n[8],
                fixed_minor: rate_minor,
            }),
            tax: Some(TaxRate {
                bp: n[9],
                included: n[10] % 2 == 0,
            }),
            recording: None,
            recording_for: None,
            recording_days: Some(n[11]),
            snapshots: None,
            third_person: None,
        };
        let none = PolicyChange::default();
        Terms::new(rate_minor, resolve(&platform, &wild, &none, &none))
    })
}

/// Another meter on the same wallet.
fn any_draw() -> impl Strategy<Value = Draw> {
    let increment = any_number().prop_map(|seconds| Increment::Block { seconds });
    let increment = prop_oneof![Just(Increment::Second), Just(Increment::Minute), increment];
    let held = prop_oneof![
        any::<i64>().prop_map(|at| Held::Until(Moment(at))),
        any::<i64>().prop_map(Held::For),
    ];
    (any::<i64>(), increment, any_number(), 0_u32..1_000, held).prop_map(
        |(rate_minor, increment, minimum_s, reserved, held)| {
            let policy = Policy {
                increment,
                minimum_s,
                ..Policy::default()
            };
            Draw::new(&Terms::new(rate_minor, policy), reserved, held)
        },
    )
}

fn any_run() -> impl Strategy<Value = Option<Run>> {
    prop::option::of((any_time(), any_time()).prop_map(|(from, to)| Run { from, to }))
}

fn any_event() -> impl Strategy<Value = Event> {
    let role = || prop_oneof![Just(CallRole::Buyer), Just(CallRole::Seller)];
    let epoch = || prop_oneof![4 => 0..3 as Epoch, 1 => any::<Epoch>()];
    let outcome = prop_oneof![
        4 => Just(MeterOutcome::Reserved),
        1 => Just(MeterOutcome::Refused),
        1 => Just(MeterOutcome::Posted),
        1 => Just(MeterOutcome::Released),
    ];
    prop_oneof![
        2 => Just(Event::Accept),
        1 => Just(Event::Reject),
        1 => Just(Event::Cancel),
        4 => (role(), epoch()).prop_map(|(role, epoch)| Event::Join { role, epoch }),
        1 => (role(), epoch()).prop_map(|(role, epoch)| Event::Leave { role, epoch }),
        4 => (role(), epoch()).prop_map(|(role, epoch)| Event::Connect { role, epoch }),
        1 => (role(), epoch()).prop_map(|(role, epoch)| Event::End { role, epoch }),
        4 => (any_run(), any_run(), any_run())
            .prop_map(|(seller_sent, seller_seen, payer_seen)| Event::Media(Evidence { seller_sent, seller_seen, payer_seen })),
        4 => (any_number(), outcome, any::<i64>())
            .prop_map(|(block, outcome, available_minor)| Event::Metered { block: block % 4, outcome, available_minor }),
        1 => (any::<i64>(), prop::collection::vec(any_draw(), 0..3))
            .prop_map(|(available_minor, others)| Event::WalletChanged { available_minor, others }),
        1 => Just(Event::Recover),
        1 => Just(Event::Tick),
    ]
}

/// A ledger that grants whatever is asked, at once.
fn grant(session: &mut Session, now: Moment, mut actions: Vec<Action>) {
    for _ in 0..3 {
        for action in std::mem::take(&mut actions) {
            let Action::Meter(MeterOp { block, kind }) = action else {
                continue;
            };
            let outcome = match kind {
                MeterOpKind::Reserve { .. } => MeterOutcome::Reserved,
                MeterOpKind::Post { .. } => MeterOutcome::Posted,
                MeterOpKind::Release => MeterOutcome::Released,
            };
            let answer = Event::Metered {
                block,
                outcome,
                available_minor: i64::MAX,
            };
            actions.extend(session.on(now, answer).unwrap_or_default());
        }
    }
}

/// Lets timers go off: each must lead on, or else a driver would spin.
fn follow_timers(session: &mut Session) {
    for _ in 0..4 {
        let Some(deadline) = session.next_deadline() else {
            return;
        };
        let actions = session.on(deadline, Event::Tick).unwrap_or_default();
        assert!(
            !actions.is_empty() || session.next_deadline() != Some(deadline),
            "a tick leads nowhere"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5_000,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_that_comes_in_breaks_a_session(
        terms in extreme_terms(),
        wallet in any::<i64>(),
        starts in any_time(),
        granted in any::<bool>(),
        events in prop::collection::vec((any_time(), any_event()), 0..40),
    ) {
        let mut session = Session::ring(starts, terms, wallet);
        for (now, event) in events {
            let actions = session.on(now, event).unwrap_or_default();
            if granted {
                grant(&mut session, now, actions);
            }
            let _ = (session.phase(now), session.is_running(now), session.remaining_ms(now));
            let bill = bill::bill(&session);
            prop_assert!(session.charged_minor() >= 0 && bill.charged_minor >= bill.commission_minor);
            follow_timers(&mut session.clone());
        }
    }
}
