//! Banks that take payments back (requirement I8): written down once for each of a provider's claims, held against the
//! sellers who were paid last as the tenant wishes, and undone exactly if the bank gives the money back.

use super::{
    evidence,
    hold::{Case, hold, release},
};
use crate::{
    app::{
        App, notifications,
        ports::{Dispute as Claim, DisputeStage},
        refunds::{self, Charged},
    },
    domain::{
        chargeback::{Stage, cover},
        ids::{AccountId, DisputeId, GatewayAccountId, TopUpId, UserId},
        money::{Currency, Money},
        notification::Event,
        refund::Subject,
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantScope, TenantTx,
        chargebacks::{self, Chargeback, Share},
        disputes,
        ledger::{self, AccountKind, Transfer},
        notifications::News,
        top_ups, users, wallets,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;
/// Banks take back payments up to so old.
const BACK_MS: i64 = 180 * DAY_MS;
/// So many of what the buyer paid for last are looked at.
const MOST_CHARGES: i64 = 50;
/// Of so many everything that is known is kept.
const MOST_KNOWN: usize = 10;

/// What a provider tells of a bank's claim.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The account that the payment came in through; none is the built-in gateway.
    pub account: Option<GatewayAccountId>,
    /// The payment that the claim's charge is, if it is known.
    pub top_up: Option<TopUpId>,
    /// The claim.
    pub claim: Claim,
}

/// Writes down what a bank claims, or what became of it. Hearing it again changes nothing; what was decided stays.
///
/// # Errors
/// The amount isn't one, or the database is away; tell it again.
pub async fn chargeback(app: &App, scope: &TenantScope, claimed: Claimed) -> Result<Chargeback> {
    if claimed.claim.amount.minor <= 0 {
        return Err(Error::invalid("A claim is for more than nothing."));
    }
    let (handle, now) = (app.clone(), app.now());
    let chargeback = app
        .db
        .tenant(scope, move |tx| record(&handle, tx, &claimed, now))
        .await?;
    if let Some(buyer) = chargeback.buyer {
        let currency = chargeback.amount.currency;
        let left = app
            .db
            .read(scope, move |tx| wallets::balance(tx, buyer, currency))
            .await?;
        app.people.wallet_changed(scope, buyer, left.available());
    }
    Ok(chargeback)
}

fn record(app: &App, tx: &mut TenantTx<'_>, claimed: &Claimed, now: Moment) -> Result<Chargeback> {
    let claim = &claimed.claim;
    let buyer = match claimed.top_up {
        Some(top_up) => Some(top_ups::find(tx, top_up)?.user),
        None => None,
    };
    let paid = match buyer {
        Some(buyer) => chargebacks::newest_paid(tx, buyer, now + -BACK_MS, MOST_CHARGES)?,
        None => Vec::new(),
    };
    lock_people(tx, claimed, buyer, &paid)?;
    let new = Chargeback {
        id: DisputeId::new(),
        account: claimed.account,
        reference: claim.reference.clone(),
        charge: claim.charge.clone(),
        top_up: claimed.top_up,
        buyer,
        amount: claim.amount,
        reason: claim.reason.clone(),
        stage: Stage::Open,
        wallet_minor: 0,
        opened_at: now,
    };
    let is_new = chargebacks::insert(tx, &new)?;
    let known = chargebacks::lock(tx, claimed.account, &claim.reference)?;
    let mut chargeback = known.ok_or_else(|| Error::internal(anyhow::anyhow!("no chargeback after adding it")))?;
    if is_new {
        take(app, tx, &mut chargeback, &paid, now)?;
    }
    let stage = match claim.stage {
        DisputeStage::Open => Stage::Open,
        DisputeStage::Won => Stage::Won,
        DisputeStage::Lost => Stage::Lost,
    };
    if chargeback.stage == Stage::Open && stage != Stage::Open {
        decide(app, tx, &chargeback, stage, now)?;
        chargeback.stage = stage;
    }
    Ok(chargeback)
}

/// Everybody whose money may move, in the order of their ids.
fn lock_people(
    tx: &mut TenantTx<'_>,
    claimed: &Claimed,
    buyer: Option<UserId>,
    paid: &[(Subject, UserId)],
) -> Result<()> {
    let mut people: Vec<UserId> = buyer
        .into_iter()
        .chain(paid.iter().map(|(_, seller)| *seller))
        .collect();
    if let Some(known) = chargebacks::find(tx, claimed.account, &claimed.claim.reference)? {
        people.extend(chargebacks::shares(tx, known.id)?.iter().map(|share| share.seller));
        people.extend(known.buyer);
    }
    people.sort_unstable();
    people.dedup();
    for person in people {
        users::hold(tx, person)?;
    }
    Ok(())
}

/// The bank has taken the money: it is got from the buyer's wallet, from sellers, and the rest is the tenant's loss as long
/// as nothing else is known.
fn take(
    app: &App,
    tx: &mut TenantTx<'_>,
    chargeback: &mut Chargeback,
    paid: &[(Subject, UserId)],
    now: Moment,
) -> Result<()> {
    let currency = chargeback.amount.currency;
    let books = Books::open(tx, chargeback, now)?;
    let charges = charges(tx, paid, currency)?;
    let evidence = known(tx, &charges)?;
    let mut locked = books.all();
    for charged in &charges {
        locked.push(ledger::account(
            tx,
            AccountKind::Earnings(charged.seller.id),
            currency,
            now,
        )?);
        locked.push(ledger::account(
            tx,
            AccountKind::Payable(charged.seller.id),
            currency,
            now,
        )?);
    }
    ledger::lock(tx, &locked)?;
    let there = match chargeback.buyer {
        Some(buyer) => wallets::balance(tx, buyer, currency)?.available().minor,
        None => 0,
    };
    let holds = disputes::rules(tx)?.hold_sellers;
    let held: Vec<_> = charges.iter().filter(|_| holds).map(|charged| charged.charge).collect();
    let cover = cover(chargeback.amount.minor, there, &held);
    books.carry_out(tx, "taken", books.taken, books.gateway, chargeback.amount.minor)?;
    if let Some(wallet) = books.wallet {
        books.carry_out(tx, "wallet", wallet, books.taken, cover.wallet_minor)?;
    }
    let mut shares = Vec::new();
    for (place, parts) in cover.shares {
        let charged = &charges[place];
        let id = DisputeId::from_uuid(Uuid::new_v5(&chargeback.id.uuid(), &place.to_be_bytes()));
        let case = Case {
            dispute: id,
            seller: charged.seller.id,
            currency,
            now,
        };
        shares.push(Share {
            id,
            subject: charged.subject,
            seller: charged.seller.id,
            gross_minor: parts.buyer_minor(),
            commission_minor: parts.tenant_minor,
            held: hold(tx, case, parts.seller_minor)?,
        });
    }
    chargebacks::hold(tx, chargeback.id, cover.wallet_minor, &shares, &evidence)?;
    chargeback.wallet_minor = cover.wallet_minor;
    tell(app, tx, &shares, currency, "chargeback", now)?;
    let news = News::of(Event::Dispute, "/admin/chargebacks".to_owned())
        .with("what", "chargeback_to_see")
        .with("amount", amount(chargeback.amount));
    notifications::tell_admins(app, tx, &news, now)
}

/// What was paid and isn't disputed otherwise, in that currency.
fn charges(tx: &mut TenantTx<'_>, paid: &[(Subject, UserId)], currency: Currency) -> Result<Vec<Charged>> {
    let mut found = Vec::new();
    for (subject, _) in paid {
        if disputes::of(tx, *subject)?
            .iter()
            .any(|one| one.dispute.state.is_open())
        {
            continue;
        }
        match Charged::of(tx, *subject) {
            Ok(charged) if charged.currency == currency && charged.charge.left_minor() > 0 => found.push(charged),
            Ok(_) => {}
            // What hasn't ended is nobody's yet.
            Err(error) if matches!(error.kind, Kind::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn known(tx: &mut TenantTx<'_>, charges: &[Charged]) -> Result<Value> {
    let mut known = Vec::new();
    for charged in charges.iter().take(MOST_KNOWN) {
        known.push(evidence::collect(tx, charged)?);
    }
    Ok(json!({ "charges": known }))
}

/// What became of it: the money came back and everything with it, or what was held is gone for good.
fn decide(app: &App, tx: &mut TenantTx<'_>, chargeback: &Chargeback, stage: Stage, now: Moment) -> Result<()> {
    let currency = chargeback.amount.currency;
    let shares = chargebacks::shares(tx, chargeback.id)?;
    let books = Books::open(tx, chargeback, now)?;
    let revenue = ledger::account(tx, AccountKind::Revenue, currency, now)?;
    let mut locked = books.all();
    locked.push(revenue);
    let mut held = Vec::new();
    for share in &shares {
        let kind = AccountKind::Disputed(share.seller, share.id);
        held.push(ledger::account(tx, kind, currency, now)?);
        locked.push(ledger::account(tx, AccountKind::Earnings(share.seller), currency, now)?);
        locked.push(ledger::account(tx, AccountKind::Payable(share.seller), currency, now)?);
    }
    locked.extend(&held);
    ledger::lock(tx, &locked)?;
    if stage == Stage::Won {
        books.carry_out(tx, "returned", books.gateway, books.taken, chargeback.amount.minor)?;
        if let Some(wallet) = books.wallet {
            books.carry_out(tx, "wallet back", books.taken, wallet, chargeback.wallet_minor)?;
        }
    }
    for (share, held) in shares.iter().zip(held) {
        if stage == Stage::Won {
            let case = Case {
                dispute: share.id,
                seller: share.seller,
                currency,
                now,
            };
            release(tx, case, share.held, 0)?;
        } else {
            let gone = share.gross_minor - share.commission_minor;
            let part = |part: &str| format!("{part} {}", share.id);
            books.carry_out(tx, &part("share"), held, books.taken, gone)?;
            books.carry_out(tx, &part("commission"), revenue, books.taken, share.commission_minor)?;
        }
    }
    chargebacks::set_stage(tx, chargeback.id, stage, now)?;
    let what = match stage {
        Stage::Won => "chargeback_won",
        Stage::Open | Stage::Lost => "chargeback_lost",
    };
    tell(app, tx, &shares, currency, what, now)
}

/// Tells the sellers whose money it is.
fn tell(app: &App, tx: &mut TenantTx<'_>, shares: &[Share], currency: Currency, what: &str, now: Moment) -> Result<()> {
    for share in shares {
        let minor = share.gross_minor - share.commission_minor;
        let news = News::of(Event::Dispute, refunds::page(share.subject))
            .with("what", what)
            .with("amount", amount(Money::new(minor, currency)));
        notifications::tell(app, tx, share.seller, news, now)?;
    }
    Ok(())
}

fn amount(money: Money) -> Value {
    json!({"minor": money.minor, "currency": money.currency.code()})
}

/// The accounts that every chargeback moves money between.
struct Books {
    id: Uuid,
    /// Where payments come in.
    gateway: AccountId,
    /// What banks took.
    taken: AccountId,
    wallet: Option<AccountId>,
    now: Moment,
}

impl Books {
    fn open(tx: &mut TenantTx<'_>, chargeback: &Chargeback, now: Moment) -> Result<Self> {
        let mut account = |kind| ledger::account(tx, kind, chargeback.amount.currency, now);
        let gateway = chargeback.account.map_or(AccountKind::BuiltIn, AccountKind::Gateway);
        Ok(Self {
            id: chargeback.id.uuid(),
            gateway: account(gateway)?,
            taken: account(AccountKind::Chargebacks)?,
            wallet: chargeback
                .buyer
                .map(|buyer| account(AccountKind::Wallet(buyer)))
                .transpose()?,
            now,
        })
    }

    fn all(&self) -> Vec<AccountId> {
        [self.gateway, self.taken].into_iter().chain(self.wallet).collect()
    }

    fn carry_out(
        &self,
        tx: &mut TenantTx<'_>,
        part: &str,
        debit: AccountId,
        credit: AccountId,
        amount_minor: i64,
    ) -> Result<()> {
        if amount_minor == 0 {
            return Ok(());
        }
        let transfer = Transfer {
            id: Uuid::new_v5(&self.id, part.as_bytes()),
            kind: "chargeback",
            debit,
            credit,
            amount_minor,
            at: self.now,
        };
        ledger::transfer(tx, &transfer).map(|_| ())
    }
}
