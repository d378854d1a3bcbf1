//! Calls the demo's people had. They are played through the same session, meter and ledger as real ones, only faster,
//! so their bills hold.

use super::{
    address,
    cast::{Cast, Talk},
};
use crate::{
    app::{App, browse},
    domain::{
        call::{Action, CallRole, EndReason, Entry, Event, Evidence, Journal, Run, Session, Terms, bill},
        identity::Email,
        ids::{CallId, ConversationId, ReportId, TenantId, UserId},
        report::ReviewFault,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        SystemTx, TenantScope, TenantTx, blocks,
        call_events::{self, NewEvent},
        call_feedback::{self, Feedback},
        calls::{self, Call, CallRefused, Ended, LegAccounts, Party},
        conversations,
        ledger::{self, AccountKind},
        message_files::{self, NewFile},
        metering::{self, LegOp},
        person_reports,
        review_reports::{self, Report},
        reviews::{self, Review},
        services, users, wallets,
    },
};
use anyhow::anyhow;
use std::collections::VecDeque;
use uuid::Uuid;

/// Evidence of media comes in stretches of this length.
const STRETCH_MS: i64 = 2_000;

/// Plays the calls that are missing.
pub(super) async fn put(app: &App, scope: &TenantScope, tenant: &Tenant, cast: &'static Cast) -> Result<()> {
    for (number, talk) in cast.talks.iter().enumerate() {
        let id = call_id(scope.tenant(), number);
        let (own, rang_at) = (tenant.clone(), app.now() + -talk.hours_ago * 3_600_000);
        let Some(call) = app
            .db
            .tenant(scope, move |tx| begin(tx, &own, cast, talk, id, rang_at))
            .await?
        else {
            continue;
        };
        let (playing, tenant) = (call.clone(), scope.tenant());
        let session = app
            .db
            .system(move |tx| Play::of(&playing, tenant).run(tx, talk.seconds))
            .await?;
        app.db
            .tenant(scope, move |tx| end(tx, cast, &call, &session, talk))
            .await?;
    }
    Ok(())
}

/// The id of a talk of the cast's.
pub(super) fn call_id(tenant: TenantId, number: usize) -> CallId {
    CallId::from_uuid(Uuid::new_v5(&tenant.uuid(), format!("demo call {number}").as_bytes()))
}

/// The call, ringing; none if it took place already.
fn begin(
    tx: &mut TenantTx<'_>,
    tenant: &Tenant,
    cast: &Cast,
    talk: &Talk,
    id: CallId,
    rang_at: Moment,
) -> Result<Option<Call>> {
    let (buyer, seller) = (party(tx, cast, talk.buyer)?, party(tx, cast, talk.seller)?);
    if calls::of_person(tx, id, buyer.id).is_ok() {
        return Ok(None);
    }
    let Some(service) = services::of_seller(tx, seller.id, 1)?.pop() else {
        return Ok(None);
    };
    let currency = tenant.currency;
    let call = Call {
        id,
        opening_minor: wallets::balance(tx, buyer.id, currency)?.available().minor,
        terms: Terms::new(
            service.rate_minor,
            browse::policy(tenant, &service.category_policy(), &service.policy),
        ),
        buyer,
        seller,
        service: service.id,
        service_title: service.title,
        currency,
        rang_at,
        caller_rating: None,
        ended: None,
        booking: None,
        parent: None,
    };
    let accounts = LegAccounts {
        payer: ledger::account(tx, AccountKind::Wallet(call.buyer.id), currency, rang_at)?,
        payee: ledger::account(tx, AccountKind::Earnings(call.seller.id), currency, rang_at)?,
        revenue: ledger::account(tx, AccountKind::Revenue, currency, rang_at)?,
    };
    match calls::insert(tx, &call, accounts) {
        Ok(()) => Ok(Some(call)),
        // Somebody is trying the demo out right now; the past can wait.
        Err(CallRefused::BuyerBusy | CallRefused::SellerBusy) => Err(Error::conflict(
            "in_a_call",
            "A demo person is in a call. Seed again when it is over.",
        )),
        Err(CallRefused::Other(error)) => Err(error),
    }
}

fn party(tx: &mut TenantTx<'_>, cast: &Cast, local: &str) -> Result<Party> {
    let email = Email::parse(&address(cast, local))?;
    let (user, _) = users::by_email(tx, &email)?.ok_or_else(Error::not_found)?;
    Ok(Party {
        id: user.id,
        name: user.name,
    })
}

/// A call on fast forward.
struct Play {
    id: CallId,
    tenant: TenantId,
    session: Session,
    journal: Journal,
    entries: Vec<Entry>,
    now: Moment,
}

impl Play {
    fn of(call: &Call, tenant: TenantId) -> Self {
        Self {
            id: call.id,
            tenant,
            session: Session::ring(call.rang_at, call.terms.clone(), call.opening_minor),
            journal: Journal::new(call.terms.policy.bridge_ms),
            entries: Vec::new(),
            now: call.rang_at,
        }
    }

    /// Ring, accept, check, connect, talk, end.
    fn run(mut self, tx: &mut SystemTx<'_>, seconds: i64) -> Result<Session> {
        use CallRole::{Buyer, Seller};
        let grace_ms = i64::from(self.session.terms().policy.grace_s) * 1_000;
        self.after(tx, 8_000, Event::Accept)?;
        for role in [Seller, Buyer] {
            self.after(tx, 1_500, Event::Join { role, epoch: 1 })?;
        }
        for role in [Buyer, Seller] {
            self.after(tx, 4_000, Event::Connect { role, epoch: 1 })?;
        }
        let end = self.now + seconds * 1_000 + grace_ms;
        while self.now < end {
            let step = STRETCH_MS.min(end - self.now);
            let run = Some(Run {
                from: self.now,
                to: self.now + step,
            });
            let evidence = Evidence {
                seller_sent: run,
                seller_seen: run,
                payer_seen: run,
            };
            self.after(tx, step, Event::Media(evidence))?;
        }
        self.after(tx, 0, Event::End { role: Buyer, epoch: 1 })?;
        self.entries.extend(self.journal.flush());
        let events: Vec<NewEvent> = (0..)
            .zip(&self.entries)
            .map(|(seq, entry)| NewEvent {
                tenant: self.tenant,
                call: self.id,
                seq,
                entry: entry.clone(),
            })
            .collect();
        call_events::append(tx, &events)?;
        match self.session.end_reason() {
            Some(EndReason::BuyerEnded) => Ok(self.session),
            other => Err(Error::internal(anyhow!("a demo call went wrong: {other:?}"))),
        }
    }

    /// An event `ms` later, with everything the ledger answers.
    fn after(&mut self, tx: &mut SystemTx<'_>, ms: i64, event: Event) -> Result<()> {
        self.now = self.now + ms;
        let mut queue = VecDeque::from([event]);
        while let Some(event) = queue.pop_front() {
            let actions = self.session.on(self.now, event.clone())?;
            self.entries.extend(self.journal.add(self.now, event, &actions));
            let ops: Vec<LegOp> = actions
                .iter()
                .filter_map(|action| match action {
                    Action::Meter(op) => Some(LegOp {
                        tenant: self.tenant,
                        leg: self.id,
                        op: *op,
                    }),
                    _ => None,
                })
                .collect();
            if ops.is_empty() {
                continue;
            }
            queue.extend(
                metering::tick(tx, self.now, &ops)?
                    .into_iter()
                    .map(|answer| Event::Metered {
                        block: answer.block,
                        outcome: answer.outcome,
                        available_minor: answer.available_minor,
                    }),
            );
        }
        Ok(())
    }
}

/// How it ended, and what the buyer said.
fn end(tx: &mut TenantTx<'_>, cast: &Cast, call: &Call, session: &Session, talk: &Talk) -> Result<()> {
    let bill = bill::bill(session);
    let last = bill.billed.last().map_or(call.rang_at, |span| span.to);
    let ended = Ended {
        at: last,
        reason: EndReason::BuyerEnded,
        live_at: bill.billed.first().map(|span| span.from),
        billable_ms: bill.billable_ms,
        charged_minor: bill.charged_minor,
        commission_minor: bill.commission_minor,
        tax_minor: 0,
    };
    calls::end(tx, call.id, ended)?;
    let (buyer, seller): (UserId, UserId) = (call.buyer.id, call.seller.id);
    let conversation = conversations::of(tx, buyer, seller, last)?;
    conversations::add_call(tx, conversation, call.id, last)?;
    if let Some((stars, words)) = talk.review {
        let review = Review {
            call: call.id,
            author: CallRole::Buyer,
            buyer,
            seller,
            stars,
            text: words.to_owned(),
            at: last + 60_000,
        };
        reviews::put(tx, &review)?;
        if !talk.reporter.is_empty() {
            let report = Report {
                call: call.id,
                by: party(tx, cast, talk.reporter)?.id,
                fault: ReviewFault::OffTopic,
                text: String::new(),
                at: review.at + 7_200_000,
            };
            review_reports::put(tx, &report)?;
        }
        if !talk.reply.is_empty() {
            reviews::answer(tx, call.id, talk.reply, review.at + 3_600_000)?;
        }
    }
    aftermath(tx, call, conversation, talk, last)
}

/// What else came of a call that ended then.
fn aftermath(
    tx: &mut TenantTx<'_>,
    call: &Call,
    conversation: ConversationId,
    talk: &Talk,
    ended_at: Moment,
) -> Result<()> {
    if let Some((faults, words)) = talk.quality {
        let feedback = Feedback {
            call: call.id,
            by: call.buyer.id,
            faults: faults.to_vec(),
            text: words.to_owned(),
            at: ended_at + 30_000,
        };
        call_feedback::put(tx, &feedback)?;
    }
    if let Some((name, text)) = talk.file {
        let at = ended_at + 600_000;
        let message = conversations::add_file(tx, conversation, call.buyer.id, None, at)?;
        let file = NewFile {
            sender: call.buyer.id,
            name,
            media_type: "text/plain",
            body: text.as_bytes(),
            preview: None,
        };
        message_files::insert(tx, message, &file, at)?;
    }
    if let Some((fault, words)) = talk.trouble {
        let report = person_reports::Report {
            id: ReportId::new(),
            by: call.seller.id,
            about: call.buyer.id,
            fault,
            text: words.to_owned(),
            at: ended_at + 300_000,
        };
        person_reports::insert(tx, &report)?;
        blocks::put(tx, call.seller.id, call.buyer.id, report.at)?;
    }
    Ok(())
}
