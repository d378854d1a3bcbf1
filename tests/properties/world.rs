//! Everything around a session: the clock, two people's connections, a media node, the ledger, the journal. It carries
//! out what the session orders and compares it with the oracle all the way.

mod checks;

use crate::ledger::Ledger;
use crate::oracle::{Oracle, TICK_MS};
use std::collections::{BTreeSet, VecDeque};
use tallyroom::domain::call::{
    Action, CallPhase, CallRole, EndReason, Entry, Event, Evidence, Journal, Rejected, Run, Session, SuspendReason,
    Terms,
};
use tallyroom::domain::policy::{Increment, Policy};
use tallyroom::domain::time::Moment;

/// How often the media node reports.
const REPORT_MS: i64 = 500;
/// The node drops a peer that was silent for this long.
const PEER_GONE_MS: i64 = 12_000;
/// When every call starts to ring.
pub const START_MS: i64 = 1_750_000_000_000;

fn terms(increment: Increment, rate_minor: i64) -> Terms {
    let policy = Policy {
        increment,
        ..Policy::default()
    };
    Terms::new(rate_minor, policy)
}

/// Default policy, charged by the second.
pub fn per_second(rate_minor: i64) -> Terms {
    terms(Increment::Second, rate_minor)
}

/// Default policy, charged by the started minute.
pub fn per_minute(rate_minor: i64) -> Terms {
    terms(Increment::Minute, rate_minor)
}

/// Default policy, charged by the started block.
pub fn blocks(rate_minor: i64, seconds: u32) -> Terms {
    terms(Increment::Block { seconds }, rate_minor)
}

/// A person's connection as it really is.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    up: bool,
    muted: bool,
    seen: Option<i64>,
    sent: Option<i64>,
    epoch: u64,
}

impl Link {
    fn sense(&mut self, now: i64) {
        if self.up {
            self.seen = Some(now);
            self.sent = if self.muted { self.sent } else { Some(now) };
        }
    }
}

/// How well the world around the call works.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Reports of the media node are late by up to this much, at random.
    pub jitter_ms: i64,
    /// The control plane hands on stretches of packets instead of single ones.
    pub runs: bool,
    /// News of the wallet are late by this much.
    pub news_ms: i64,
    /// Answers of the ledger that are due together come in reverse.
    pub unordered: bool,
    /// Timers go off late by this much.
    pub timers_ms: i64,
}

/// A call and all it deals with.
pub struct World {
    pub now: i64,
    pub session: Session,
    pub ledger: Ledger,
    pub weather: Weather,
    /// Actions but those for the ledger.
    pub told: Vec<Action>,
    terms: Terms,
    first_available: i64,
    oracle: Oracle,
    journal: Journal,
    entries: Vec<Entry>,
    links: [Link; 2],
    last_stamps: [Option<i64>; 2],
    reports: VecDeque<(i64, Evidence)>,
    next_report: i64,
    news: VecDeque<(i64, i64)>,
    paid_live: BTreeSet<u32>,
    closed_blocks: BTreeSet<u32>,
    flow_in: i64,
    dice: u64,
}

impl World {
    /// A call that starts to ring.
    pub fn ring(terms: Terms, wallet: i64) -> Self {
        Self {
            now: START_MS,
            session: Session::ring(Moment(START_MS), terms.clone(), wallet),
            ledger: Ledger::new(wallet),
            weather: Weather::default(),
            told: Vec::new(),
            oracle: Oracle::new(terms.clone()),
            journal: Journal::new(terms.policy.bridge_ms),
            terms,
            first_available: wallet,
            entries: Vec::new(),
            links: [Link::default(); 2],
            last_stamps: [None; 2],
            reports: VecDeque::new(),
            next_report: START_MS,
            news: VecDeque::new(),
            paid_live: BTreeSet::new(),
            closed_blocks: BTreeSet::new(),
            flow_in: wallet,
            dice: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// A call in which both are connected and pressed connect.
    pub fn connected(terms: Terms, wallet: i64) -> Self {
        let mut world = Self::ring(terms, wallet);
        world.answer();
        world.wait_s(1);
        world.press(CallRole::Seller).expect("the seller may press");
        world.press(CallRole::Buyer).expect("the buyer may press");
        world
    }

    /// The seller accepts, both join with camera and microphone.
    pub fn answer(&mut self) {
        self.feed(Event::Accept).expect("a ringing call can be accepted");
        for role in [CallRole::Buyer, CallRole::Seller] {
            self.join(role).expect("an accepted call can be joined");
            self.set_link(role, true);
        }
    }

    /// Lets time pass.
    pub fn wait_ms(&mut self, ms: i64) {
        let until = self.now + ms;
        while let Some(at) = self.next_due().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.happen();
        }
        self.now = until;
    }

    /// Lets seconds pass.
    pub fn wait_s(&mut self, seconds: i64) {
        self.wait_ms(seconds * 1_000);
    }

    fn timer(&self) -> Option<i64> {
        self.session
            .next_deadline()
            .map(|at| at.0.saturating_add(self.weather.timers_ms))
    }

    fn next_due(&self) -> Option<i64> {
        let reports = (!self.is_over()).then_some(self.next_report);
        [
            self.ledger.next_due(),
            self.reports.front().map(|(at, _)| *at),
            self.news.front().map(|(at, _)| *at),
            self.timer(),
            reports,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// One thing that is due happens.
    fn happen(&mut self) {
        let now = self.now;
        if self.ledger.next_due().is_some_and(|at| at <= now) {
            if let Some(answer) = self.ledger.run(now) {
                let _ = self.feed(answer);
            }
        } else if self.news.front().is_some_and(|(at, _)| *at <= now) {
            let (_, available_minor) = self.news.pop_front().unwrap_or_default();
            let _ = self.feed(Event::WalletChanged {
                available_minor,
                others: vec![],
            });
        } else if self.next_report <= now {
            self.report();
        } else if self.reports.front().is_some_and(|(at, _)| *at <= now) {
            let (_, evidence) = self.reports.pop_front().unwrap_or_default();
            let _ = self.feed(Event::Media(evidence));
        } else {
            let deadline = self.session.next_deadline();
            let _ = self.feed(Event::Tick);
            assert_ne!(
                self.session.next_deadline(),
                deadline,
                "a tick at the deadline leads nowhere"
            );
        }
    }

    fn report(&mut self) {
        let at = self.next_report.max(self.now);
        self.next_report = at + REPORT_MS - at % REPORT_MS;
        if matches!(self.phase(), CallPhase::Ringing) {
            return;
        }
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let late = (self.dice >> 33) as i64 % (self.weather.jitter_ms / TICK_MS + 1) * TICK_MS;
        for link in &mut self.links {
            link.sense(at);
        }
        let fresh = |last: Option<i64>| last.filter(|last| at - last < PEER_GONE_MS).map(|last| last + late);
        let [buyer, seller] = self.links;
        let run = |stamp: Option<i64>, before: Option<i64>| {
            stamp.map(|to| {
                let from = before.filter(|from| self.weather.runs && *from < to && to - from <= 1_000);
                Run {
                    from: Moment(from.unwrap_or(to)),
                    to: Moment(to),
                }
            })
        };
        let (payer, sent) = (fresh(buyer.seen), fresh(seller.sent));
        let evidence = Evidence {
            seller_sent: run(sent, self.last_stamps[1]),
            seller_seen: fresh(seller.seen).map(|at| Run::at(Moment(at))),
            payer_seen: run(payer, self.last_stamps[0]),
        };
        self.last_stamps = [payer, sent];
        if evidence != Evidence::default() {
            self.reports.push_back((at + late, evidence));
        }
    }

    fn is_live(&self) -> bool {
        let (phase, why) = self.session.phase(Moment(self.now));
        phase == CallPhase::Live || why == Some(SuspendReason::Connection)
    }

    /// The call is settled and nothing is under way.
    pub fn is_over(&self) -> bool {
        self.phase() == CallPhase::Ended
    }

    /// Where the call stands.
    pub fn phase(&self) -> CallPhase {
        self.session.phase(Moment(self.now)).0
    }

    /// How it ended.
    pub fn end_reason(&self) -> Option<EndReason> {
        self.session.end_reason()
    }
}

/// What people do.
impl World {
    /// A person's packets flow, or don't.
    pub fn set_link(&mut self, role: CallRole, up: bool) {
        let now = self.now;
        let link = &mut self.links[role as usize];
        link.sense(now);
        link.up = up;
        link.sense(now);
    }

    /// A person switches camera and microphone off, or on.
    pub fn set_muted(&mut self, role: CallRole, muted: bool) {
        let now = self.now;
        let link = &mut self.links[role as usize];
        link.sense(now);
        link.muted = muted;
    }

    /// A person's packets don't flow for a while.
    pub fn outage(&mut self, roles: &[CallRole], ms: i64) {
        roles.iter().for_each(|role| self.set_link(*role, false));
        self.wait_ms(ms);
        roles.iter().for_each(|role| self.set_link(*role, true));
    }

    /// A person's newest epoch.
    pub fn epoch(&self, role: CallRole) -> u64 {
        self.links[role as usize].epoch
    }

    /// A person joins, in a new tab or after a loss.
    pub fn join(&mut self, role: CallRole) -> Result<(), Rejected> {
        let epoch = self.epoch(role) + 1;
        self.feed(Event::Join { role, epoch })?;
        self.links[role as usize].epoch = epoch;
        Ok(())
    }

    /// The person's newest connection is gone.
    pub fn leave(&mut self, role: CallRole) -> Result<(), Rejected> {
        let epoch = self.epoch(role);
        self.feed(Event::Leave { role, epoch })
    }

    /// The person presses connect.
    pub fn press(&mut self, role: CallRole) -> Result<(), Rejected> {
        let epoch = self.epoch(role);
        let pressed = self.feed(Event::Connect { role, epoch });
        self.wait_ms(0);
        pressed
    }

    /// The person ends the call.
    pub fn end(&mut self, role: CallRole) -> Result<(), Rejected> {
        let epoch = self.epoch(role);
        let ended = self.feed(Event::End { role, epoch });
        self.wait_ms(0);
        ended
    }

    /// Money comes into the wallet, or goes elsewhere.
    pub fn move_money(&mut self, minor: i64) {
        let minor = minor.max(-self.ledger.wallet);
        self.ledger.wallet += minor;
        self.flow_in += minor;
        self.news
            .push_back((self.now + self.weather.news_ms, self.ledger.wallet));
        self.wait_ms(0);
    }
}
