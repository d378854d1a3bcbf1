//! Banks that take payments back (requirement I8): written down once for each of a provider's claims, held against the
//! sellers who were paid last as the tenant wishes, and undone exactly if the bank gives the money back.

use super::{
    bank_books::{Books, TAKEN},
    evidence,
    hold::{Case, hold, release},
};
use crate::{
    app::{
        App, gateway_accounts, notifications,
        ports::{Dispute as Claim, DisputeStage},
        refunds::{self, Charged},
        shares::Sharing,
    },
    domain::{
        chargeback::{Stage, cover},
        ids::{DisputeId, GatewayAccountId, TopUpId, UserId},
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
        ledger::{self, AccountKind},
        notifications::News,
        top_ups::{self, TopUp},
        users, wallets,
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
    let named = claimed.top_up.map(|id| top_ups::find(tx, id)).transpose()?;
    let paid = match &named {
        Some(named) => chargebacks::newest_paid(tx, named.user, now + -BACK_MS, MOST_CHARGES)?,
        None => Vec::new(),
    };
    lock_people(tx, claimed, named.as_ref().map(|named| named.user), &paid)?;
    let payment = named.map(|named| credited(tx, named.id)).transpose()?.flatten();
    let new = Chargeback {
        id: DisputeId::new(),
        account: claimed.account,
        reference: claim.reference.clone(),
        charge: claim.charge.clone(),
        top_up: payment.as_ref().map(|payment| payment.top_up.id),
        buyer: payment.as_ref().map(|payment| payment.top_up.user),
        amount: claim.amount,
        reason: claim.reason.clone(),
        stage: Stage::Open,
        wallet_minor: 0,
        opened_at: now,
    };
    let is_new = chargebacks::insert(tx, &new)?;
    let known = chargebacks::lock(tx, claimed.account, &claim.reference)?;
    let mut chargeback = known.ok_or_else(|| Error::internal(anyhow::anyhow!("no chargeback after adding it")))?;
    let is_linked = !is_new && chargeback.top_up.is_none() && payment.is_some();
    if let (true, Some(payment)) = (is_linked, &payment) {
        let (top_up, buyer) = (payment.top_up.id, payment.top_up.user);
        chargebacks::link(tx, chargeback.id, top_up, buyer)?;
        (chargeback.top_up, chargeback.buyer) = (Some(top_up), Some(buyer));
    }
    // What never came in can't be taken out; of a payment that isn't ours nothing is known but that it is gone.
    let came_in = payment.is_some() || claimed.top_up.is_none();
    let is_due = (is_new && came_in) || (is_linked && chargeback.stage != Stage::Won);
    if is_due && !gateway_accounts::is_play_money(tx, claimed.account)? {
        let most_minor = match &payment {
            Some(payment) => payment.most_minor(tx, &chargeback)?,
            None => 0,
        };
        take(app, tx, &mut chargeback, &paid, most_minor, now)?;
    }
    if is_new {
        let news = News::of(Event::Dispute, "/admin/chargebacks".to_owned())
            .with("what", "chargeback_to_see")
            .with("amount", amount(chargeback.amount));
        notifications::tell_admins(app, tx, &news, now)?;
    }
    let stage = match claim.stage {
        DisputeStage::Open => Stage::Open,
        DisputeStage::Won => Stage::Won,
        DisputeStage::Lost => Stage::Lost,
    };
    if chargeback.stage == Stage::Open && stage != Stage::Open {
        decide(app, tx, &chargeback, stage, now)?;
        chargeback.stage = stage;
    } else if is_linked && chargeback.stage == Stage::Lost {
        decide(app, tx, &chargeback, Stage::Lost, now)?;
    }
    Ok(chargeback)
}

/// A payment that came in.
struct Payment {
    top_up: TopUp,
    credited_minor: i64,
}

/// A payment, if it was credited. Nobody writes down what became of it until the transaction ends.
fn credited(tx: &mut TenantTx<'_>, id: TopUpId) -> Result<Option<Payment>> {
    let top_up = top_ups::lock(tx, id)?;
    let moved = ledger::moved(tx, id.uuid())?;
    Ok(moved.map(|credited_minor| Payment { top_up, credited_minor }))
}

impl Payment {
    /// The most that people do without for a claim: what was credited, less what is claimed of it otherwise. What a bank
    /// takes beyond that is the tenant's loss.
    fn most_minor(&self, tx: &mut TenantTx<'_>, chargeback: &Chargeback) -> Result<i64> {
        if chargeback.amount.currency != self.top_up.amount.currency {
            return Ok(0);
        }
        let others_minor = chargebacks::claimed_of_payment(tx, self.top_up.id, chargeback.id)?;
        Ok((self.credited_minor - others_minor).clamp(0, chargeback.amount.minor))
    }
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
    most_minor: i64,
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
        // What a card only holds is for their next talk, and isn't paid yet.
        Some(buyer) => {
            let lent_minor = top_ups::lent_minor(tx, buyer, currency)?;
            (wallets::balance(tx, buyer, currency)?.available().minor - lent_minor).max(0)
        }
        None => 0,
    };
    let holds = disputes::rules(tx)?.hold_sellers;
    let held: Vec<_> = charges.iter().filter(|_| holds).map(|charged| charged.charge).collect();
    let cover = cover(most_minor, there, &held);
    books.carry_out(tx, TAKEN, books.taken, books.gateway, chargeback.amount.minor)?;
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
            tax_minor: parts.tax_minor,
            held: hold(tx, case, parts.seller_minor)?,
        });
    }
    chargebacks::hold(tx, chargeback.id, cover.wallet_minor, &shares, &evidence)?;
    chargeback.wallet_minor = cover.wallet_minor;
    tell(app, tx, &shares, currency, "chargeback", now)
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
            Ok(charged) if charged.is_play_money => {}
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
    let books = Books::open(tx, chargeback, now)?;
    // Nothing was taken of what never came in, and play money is gone.
    if !books.is_taken(tx)? || gateway_accounts::is_play_money(tx, chargeback.account)? {
        return chargebacks::set_stage(tx, chargeback.id, stage, now);
    }
    let shares = chargebacks::shares(tx, chargeback.id)?;
    let revenue = ledger::account(tx, AccountKind::Revenue, currency, now)?;
    let mut locked = books.all();
    let tax = ledger::account(tx, AccountKind::Tax, currency, now)?;
    locked.extend([revenue, tax]);
    let (mut held, mut sharing) = (Vec::new(), Vec::new());
    for share in &shares {
        let others = Sharing::of(tx, share.subject)?;
        locked.extend(others.accounts(tx, now)?);
        sharing.push(others);
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
            let commission = share.commission_minor - share.tax_minor;
            books.carry_out(tx, &part("commission"), revenue, books.taken, commission)?;
            books.carry_out(tx, &part("tax"), tax, books.taken, share.tax_minor)?;
        }
    }
    chargebacks::set_stage(tx, chargeback.id, stage, now)?;
    // What is gone for good is gone for all who shared it.
    for others in &sharing {
        others.even_out(tx, now)?;
    }
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
