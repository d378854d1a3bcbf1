//! Everything around a session: the clock, two people's connections, a media node, the ledger, the journal. It carries
//! out what the session orders and compares it with the oracle all the way.

use crate::ledger::Ledger;
use crate::oracle::{Oracle, TICK_MS};
use std::collections::{BTreeSet, VecDeque};
use tallyroom::domain::call::{
    Action, CallPhase, CallRole, EndReason, Entry, Event, Evidence, Journal, MeterOpKind, MeterOutcome, Rejected, Run,
    Session, SuspendReason, Terms, bill, replay,
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
    Terms {
        rate_minor,
        policy: Policy {
            increment,
            ..Policy::default()
        },
    }
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
            let _ = self.feed(Event::WalletChanged { available_minor });
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

    /// Gives the session an event, stores it, carries out what follows and holds all of it against the oracle.
    pub fn feed(&mut self, event: Event) -> Result<(), Rejected> {
        let now = Moment(self.now);
        let before = (!matches!(event, Event::Media(_) | Event::Tick)).then(|| self.session.clone());
        let (was_live, was_over) = (self.is_live(), self.end_reason().is_some());
        let actions = match self.session.on(now, event.clone()) {
            Ok(actions) => actions,
            Err(rejected) => {
                assert!(
                    before.is_none_or(|before| before == self.session),
                    "a refused event changed something"
                );
                return Err(rejected);
            }
        };
        match &event {
            Event::Media(evidence) if !was_over => self.oracle.saw(evidence),
            Event::Metered {
                block,
                outcome: MeterOutcome::Reserved,
                ..
            } if !was_over => self.oracle.held(*block),
            _ => {}
        }
        match (was_live, self.is_live()) {
            (false, true) => self.oracle.opened(self.now),
            (true, false) => {
                self.oracle.closed(self.now);
                assert!(
                    self.end_reason().is_some() || self.oracle.is_used_up(self.now),
                    "suspended with money held"
                );
            }
            _ => {}
        }
        self.store(now, event, &actions);
        self.carry_out(actions);
        assert!(
            self.session.charged_minor() <= self.ledger.reserved_minor(),
            "charged more than is reserved"
        );
        Ok(())
    }

    fn store(&mut self, now: Moment, event: Event, actions: &[Action]) {
        let evidence = matches!(event, Event::Media(_));
        let entries = self.journal.add(now, event, actions);
        // Quiet evidence is held back; when it replaces what was held, only itself isn't stored yet.
        let held_back = evidence && actions.is_empty();
        if !held_back && !entries.is_empty() {
            self.oracle.stored();
        } else if held_back && !entries.is_empty() {
            self.oracle.stored_but_last();
        }
        self.entries.extend(entries);
    }

    fn carry_out(&mut self, actions: Vec<Action>) {
        for action in actions {
            let Action::Meter(op) = action else {
                self.told.push(action);
                continue;
            };
            match op.kind {
                MeterOpKind::Reserve { .. } => {
                    assert!(
                        !self.closed_blocks.contains(&op.block),
                        "block {} is asked for after its end",
                        op.block
                    );
                }
                MeterOpKind::Post { .. } if self.end_reason().is_none() => {
                    self.paid_live.insert(op.block);
                }
                MeterOpKind::Post { .. } | MeterOpKind::Release => {
                    self.closed_blocks.insert(op.block);
                }
            }
            self.ledger.order(self.now, op);
        }
    }

    /// The control plane dies and comes back: what isn't stored is forgotten, of what was ordered the ledger still
    /// carries out `executed`.
    pub fn crash(&mut self, executed: usize) {
        self.ledger.crash(self.now, executed);
        self.oracle.crash();
        self.journal = Journal::new(self.terms.policy.bridge_ms);
        self.reports.clear();
        self.news.clear();
        self.session = self.replayed();
        let _ = self.feed(Event::Recover);
        let _ = self.feed(Event::WalletChanged {
            available_minor: self.ledger.wallet,
        });
    }

    fn replayed(&self) -> Session {
        replay(
            Moment(START_MS),
            self.terms.clone(),
            self.first_available,
            &self.entries,
        )
    }

    /// What must be true at any time.
    pub fn check(&mut self) {
        self.entries.extend(self.journal.flush());
        self.oracle.stored();
        assert_eq!(self.replayed(), self.session, "replayed entries give another state");
        if self.end_reason().is_none() {
            assert_eq!(
                self.session.meter().billable_ms(),
                self.oracle.billable_ms(self.now),
                "billable time"
            );
            let charged_s = self.oracle.charged_s(self.now, None);
            assert_eq!(
                self.session.charged_minor(),
                self.oracle.price(charged_s),
                "charged so far"
            );
            assert_eq!(
                self.paid_live.len(),
                self.oracle.blocks_due(self.now),
                "blocks paid so far"
            );
        }
        if !self.ledger.is_idle() || !self.news.is_empty() {
            return;
        }
        if self.is_live() {
            assert!(!self.oracle.is_used_up(self.now), "talking on credit that isn't there");
        }
        if self.session.phase(Moment(self.now)).1 == Some(SuspendReason::Credit) {
            assert!(
                self.ledger.wallet < self.oracle.next_price(),
                "suspended though the wallet pays for more"
            );
        }
    }

    /// Both are gone for good: the call must come to its end by itself, and all sums must be right.
    pub fn finish(&mut self) {
        self.set_link(CallRole::Buyer, false);
        self.set_link(CallRole::Seller, false);
        let policy = &self.terms.policy;
        let patience = policy.ring_s + policy.pre_check_s + policy.reconnect_s + policy.rescue_s;
        for _ in 0..3 {
            self.wait_s(i64::from(patience) + 30);
        }
        self.settled();
    }

    /// The call is over and every sum is right.
    pub fn settled(&mut self) {
        self.check();
        let Some(reason) = self.end_reason() else {
            panic!("the call never ended")
        };
        assert!(self.is_over(), "the call never settled");
        assert!(self.told.contains(&Action::Finish(reason)));
        let charged_s = self.oracle.charged_s(self.now, Some(reason));
        let charged = self.oracle.price(charged_s);
        let bill = bill::bill(&self.session);
        assert_eq!(
            bill.billable_ms,
            self.oracle.billable_ms(self.now),
            "billable time on the bill"
        );
        assert_eq!(
            bill.billed.iter().map(|span| span.ms()).sum::<i64>(),
            bill.billable_ms,
            "billed stretches"
        );
        assert_eq!(bill.charged_s, charged_s, "charged seconds on the bill");
        assert_eq!(bill.charged_minor, charged, "the bill's sum");
        assert_eq!(self.session.charged_minor(), charged, "the session's sum");
        assert_eq!(self.ledger.open_holds(), 0, "holds left open");
        assert_eq!(
            self.ledger.paid(),
            (charged, self.oracle.commission(charged)),
            "what the ledger paid"
        );
        assert_eq!(
            bill.commission_minor,
            self.oracle.commission(charged),
            "the bill's commission"
        );
        assert_eq!(self.ledger.wallet, self.flow_in - charged, "what is left in the wallet");
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
