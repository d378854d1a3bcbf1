//! How a world drives its session, and what it holds it to.

use super::{START_MS, World};
use tallyroom::domain::call::{
    Action, CallRole, Event, Journal, MeterOpKind, MeterOutcome, Rejected, Session, SuspendReason, bill, replay,
};
use tallyroom::domain::time::Moment;

impl World {
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
                    self.end_reason().is_some() || self.oracle.billable(self.now) == self.oracle.covered(),
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
            others: Vec::new(),
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

    /// What is stored leads to the same session, bill and all.
    pub fn check_replay(&mut self) {
        self.entries.extend(self.journal.flush());
        self.oracle.stored();
        assert_eq!(self.replayed(), self.session, "replayed entries give another state");
    }

    /// What must be true at any time.
    pub fn check(&self) {
        if self.end_reason().is_none() {
            let billable = self.oracle.billable(self.now);
            assert_eq!(self.session.meter().billable_ms(), billable.ms(), "billable time");
            let charged_s = self.oracle.charged_s(billable, None);
            assert_eq!(
                self.session.charged_minor(),
                self.oracle.price(charged_s),
                "charged so far"
            );
            assert_eq!(
                self.paid_live.len(),
                self.oracle.blocks_due(billable),
                "blocks paid so far"
            );
            let talks = self.is_live() && self.ledger.is_idle();
            assert!(
                !talks || billable != self.oracle.covered(),
                "talking on credit that isn't there"
            );
        }
        if !self.ledger.is_idle() || !self.news.is_empty() {
            return;
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
        self.check_replay();
        let Some(reason) = self.end_reason() else {
            panic!("the call never ended")
        };
        assert!(self.is_over(), "the call never settled");
        assert!(self.told.contains(&Action::Finish(reason)));
        let billable = self.oracle.billable(self.now);
        let charged_s = self.oracle.charged_s(billable, Some(reason));
        let charged = self.oracle.price(charged_s);
        let bill = bill::bill(&self.session);
        assert_eq!(bill.billable_ms, billable.ms(), "billable time on the bill");
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
}
