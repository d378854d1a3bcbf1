//! Random calls: what kind of call it is, and what happens to it.

use crate::world::{Weather, World};
use proptest::prelude::*;
use tallyroom::domain::call::{CallRole, Event, Terms};
use tallyroom::domain::policy::{Increment, Policy};

/// One thing that happens. Whatever doesn't fit at that point is refused, which is a test as well.
#[derive(Clone, Debug)]
pub enum Step {
    Wait(i64),
    Outage {
        buyer: bool,
        seller: bool,
        ms: i64,
    },
    Link {
        role: CallRole,
        up: bool,
    },
    Mute {
        role: CallRole,
        muted: bool,
    },
    Accept,
    Reject,
    Cancel,
    Join(CallRole),
    Leave(CallRole),
    /// A new connection is there before the loss of the old one is known.
    Overtake(CallRole),
    Press(CallRole),
    /// A tab that was replaced still tries everything.
    StaleTab(CallRole),
    End(CallRole),
    Stop,
    /// The call that it is a leg of is over.
    Over(Option<CallRole>),
    MoveMoney(i64),
    LedgerSlow {
        turn_ms: i64,
        answer_ms: i64,
    },
    RepeatOrders,
    Crash {
        executed: usize,
        back_ms: Option<i64>,
    },
}

/// A call and its fate.
#[derive(Clone, Debug)]
pub struct Case {
    pub terms: Terms,
    pub wallet: i64,
    pub weather: Weather,
    /// Starts with both connected and pressing connect.
    pub prompt: bool,
    pub steps: Vec<Step>,
}

/// Any case.
pub fn case() -> impl Strategy<Value = Case> {
    let weather = (
        0..4i64,
        any::<(bool, bool)>(),
        prop_oneof![Just(0i64), 1..40i64],
        prop_oneof![Just(0i64), 1..30i64],
    );
    let weather = weather.prop_map(|(jitter, (runs, unordered), news, timers)| Weather {
        jitter_ms: jitter * 100,
        runs,
        unordered,
        news_ms: news * 100,
        timers_ms: timers * 100,
    });
    (
        terms(),
        0..900i64,
        weather,
        prop::bool::weighted(0.9),
        prop::collection::vec(step(), 0..16),
    )
        .prop_map(|(terms, wallet_s, weather, prompt, steps)| {
            let wallet = terms.rate_minor * wallet_s / 60;
            Case {
                terms,
                wallet,
                weather,
                prompt,
                steps,
            }
        })
}

fn terms() -> impl Strategy<Value = Terms> {
    let increment = prop_oneof![
        2 => Just(Increment::Second),
        2 => Just(Increment::Minute),
        3 => (1..=90u32).prop_map(|seconds| Increment::Block { seconds }),
    ];
    let rate = prop_oneof![3 => 1..=999i64, 1 => Just(60), 1 => 1_000..=5_000_000i64];
    let often_zero = |most: u32| prop_oneof![1 => Just(0), 1 => 0..=most];
    let waits = (10..=120u32, 10..=120u32, 10..=300u32, 1..=120u32);
    let bridge = prop_oneof![3 => Just(5_000u32), 1 => (5..=80u32).prop_map(|tenths| tenths * 100)];
    (
        increment,
        rate,
        often_zero(60),
        often_zero(200),
        waits,
        bridge,
        0..=10_000u32,
    )
        .prop_map(
            |(increment, rate_minor, grace_s, minimum_s, waits, bridge_ms, commission_bp)| {
                let (ring_s, pre_check_s, rescue_s, reconnect_s) = waits;
                let policy = Policy {
                    increment,
                    grace_s,
                    minimum_s,
                    ring_s,
                    pre_check_s,
                    rescue_s,
                    reconnect_s,
                    bridge_ms,
                    commission_bp,
                    ..Policy::default()
                };
                Terms::new(rate_minor, policy)
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let role = || prop_oneof![Just(CallRole::Buyer), Just(CallRole::Seller)];
    let tenths = |most: i64| (0..most).prop_map(|tenths| tenths * 100);
    prop_oneof![
        8 => tenths(700).prop_map(Step::Wait),
        4 => (0..3u8, prop_oneof![tenths(100), tenths(2_000)])
            .prop_map(|(who, ms)| Step::Outage { buyer: who != 0, seller: who != 1, ms }),
        1 => (role(), any::<bool>()).prop_map(|(role, up)| Step::Link { role, up }),
        2 => (role(), any::<bool>()).prop_map(|(role, muted)| Step::Mute { role, muted }),
        1 => prop_oneof![4 => Just(Step::Accept), 1 => Just(Step::Reject), 1 => Just(Step::Cancel)],
        2 => role().prop_map(Step::Join),
        1 => role().prop_map(Step::Leave),
        1 => role().prop_map(Step::Overtake),
        2 => role().prop_map(Step::Press),
        1 => role().prop_map(Step::StaleTab),
        1 => role().prop_map(Step::End),
        1 => Just(Step::Stop),
        1 => prop::option::of(role()).prop_map(Step::Over),
        3 => (-200..2_000i64).prop_map(Step::MoveMoney),
        2 => (tenths(60), tenths(60)).prop_map(|(turn_ms, answer_ms)| Step::LedgerSlow { turn_ms, answer_ms }),
        1 => Just(Step::RepeatOrders),
        1 => (0..4usize, prop::option::of(tenths(300)))
            .prop_map(|(executed, back_ms)| Step::Crash { executed, back_ms }),
    ]
}

impl Case {
    /// Plays it to its end.
    pub fn play(&self) {
        let mut world = World::ring(self.terms.clone(), self.wallet);
        world.weather = self.weather;
        world.ledger.unordered = self.weather.unordered;
        if self.prompt {
            world.answer();
            world.wait_ms(700);
            let _ = world.press(CallRole::Buyer);
            let _ = world.press(CallRole::Seller);
        }
        for (step, count) in self.steps.iter().zip(1..) {
            step.play(&mut world);
            world.check();
            // Replays from the start, so only now and then; evidence is held back in between.
            if count % 4 == 0 {
                world.check_replay();
            }
        }
        world.finish();
    }
}

impl Step {
    fn play(&self, world: &mut World) {
        // Most of this may be refused at that point of the call; the world checks that nothing changed then.
        let _ = match *self {
            Self::Accept => world.feed(Event::Accept),
            Self::Reject => world.feed(Event::Reject),
            Self::Cancel => world.feed(Event::Cancel),
            Self::Join(role) => world.join(role),
            Self::Leave(role) => world.leave(role),
            Self::Press(role) => world.press(role),
            Self::End(role) => world.end(role),
            Self::Stop => world.feed(Event::Stop),
            Self::Over(by) => world.feed(Event::Over { by }),
            Self::Overtake(role) => {
                let epoch = world.epoch(role);
                let _ = world.join(role);
                world.feed(Event::Leave { role, epoch })
            }
            Self::StaleTab(role) => stale_tab(world, role),
            _ => {
                self.play_outside(world);
                Ok(())
            }
        };
    }

    fn play_outside(&self, world: &mut World) {
        match *self {
            Self::Wait(ms) => world.wait_ms(ms),
            Self::Outage { buyer, seller, ms } => {
                let gone = [(buyer, CallRole::Buyer), (seller, CallRole::Seller)];
                let gone: Vec<_> = gone
                    .into_iter()
                    .filter(|(gone, _)| *gone)
                    .map(|(_, role)| role)
                    .collect();
                world.outage(&gone, ms);
            }
            Self::Link { role, up } => world.set_link(role, up),
            Self::Mute { role, muted } => world.set_muted(role, muted),
            Self::MoveMoney(minor) => world.move_money(minor),
            Self::LedgerSlow { turn_ms, answer_ms } => world.ledger.slow = (turn_ms, answer_ms),
            Self::RepeatOrders => world.ledger.repeat(world.now),
            Self::Crash { executed, back_ms } => {
                world.crash(executed);
                if let Some(ms) = back_ms {
                    world.wait_ms(ms);
                    let _ = world.join(CallRole::Buyer);
                    let _ = world.join(CallRole::Seller);
                }
            }
            _ => {}
        }
    }
}

/// A tab that was replaced can do nothing, whatever it tries.
fn stale_tab(world: &mut World, role: CallRole) -> Result<(), tallyroom::domain::call::Rejected> {
    let Some(epoch) = world.epoch(role).checked_sub(1) else {
        return Ok(());
    };
    for event in [
        Event::End { role, epoch },
        Event::Connect { role, epoch },
        Event::Join { role, epoch },
    ] {
        world.feed(event).expect_err("a stale tab got its way");
    }
    world.feed(Event::Leave { role, epoch })
}
