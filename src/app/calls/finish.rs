//! The end of a call, written down once.

use crate::{
    app::{
        App, bookings, documents, extensions,
        letters::{self, Letter},
        notifications::tell,
        shares::Sharing,
        tax::IncludedTax,
        wallet, watching,
    },
    domain::{
        call::{
            CallRole, EndReason, Session,
            bill::{self, Bill},
        },
        document::About,
        ids::AccountId,
        notification::{Channel, Event},
        order_price::{included_tax_minor, tax_of_both},
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, TenantTx, call_guests,
        calls::{self, Call, Ended},
        conversations, ledger,
        notifications::{News, wishes},
        users,
    },
};

/// Stores how the call ended, puts it into the conversation and sends the mails that follow. Doing it again changes
/// nothing. Gives what was stored.
///
/// # Errors
/// The database is away; try again.
pub async fn finish(
    app: &App,
    scope: &TenantScope,
    call: &Call,
    session: &Session,
    reason: EndReason,
) -> Result<Ended> {
    let bill = bill::bill(session);
    let tax = included_tax(call, &bill);
    let ended = Ended {
        at: app.now(),
        reason,
        live_at: bill.billed.first().map(|span| span.from),
        billable_ms: bill.billable_ms,
        charged_minor: bill.charged_minor,
        commission_minor: bill.commission_minor + tax.seller_minor,
        tax_minor: tax.seller_minor + tax.tenant_minor,
    };
    let only_seller_connected = session.has_pressed(CallRole::Seller) && !session.has_pressed(CallRole::Buyer);
    let (app, call, links) = (app.clone(), call.clone(), Links::of(app, scope).await?);
    let db = app.db.clone();
    db.tenant(scope, move |tx| {
        // People come first: whoever begins their next call has them locked.
        if call.booking.is_some() {
            bookings::lock_people(tx, call.buyer.id, call.seller.id)?;
        }
        if !calls::end(tx, call.id, ended)? {
            return Ok(());
        }
        if let Some(order) = call.booking {
            bookings::call_ended(&app, tx, order, &ended, only_seller_connected)?;
        }
        extensions::call_ended(tx, call.id, ended.at)?;
        if call.parent.is_some() {
            call_guests::end_of_leg(tx, call.id, ended.at)?;
        }
        // Credit that a card holds is for a talk, not for trying to ring somebody.
        if ended.live_at.is_some() && call.booking.is_none() && !call.terms.free {
            wallet::talk_ended(tx, call.buyer.id, ended.at)?;
        }
        // A guest reads no conversations: one would only stand in the host's list, unless something was said in it.
        let conversation = if call.terms.free && users::find(tx, call.buyer.id)?.is_guest {
            conversations::between(tx, call.buyer.id, call.seller.id)?
        } else {
            Some(conversations::of(tx, call.buyer.id, call.seller.id, ended.at)?)
        };
        if let Some(conversation) = conversation {
            conversations::add_call(tx, conversation, call.id, ended.at)?;
        }
        if ended.charged_minor > 0 {
            let link = format!("{}/calls/{}/bill", links.origin, call.id);
            letters::post(tx, call.buyer.id, Letter::Receipt { call: call.id, link }, ended.at)?;
            // The talk of an order is on the order's invoice.
            if call.booking.is_none() {
                set_aside(tx, &call, &tax, ended.at)?;
                documents::ask(tx, About::Call(call.id), ended.at)?;
            }
        }
        if reason == EndReason::Missed
            && let Some(conversation) = conversation
        {
            let page = format!("/conversations/{conversation}");
            let (rung, caller) = match call.rung() {
                CallRole::Seller => (call.seller.id, call.buyer.id),
                CallRole::Buyer => (call.buyer.id, call.seller.id),
            };
            if call.booking.is_none() && wishes(tx, rung)?.want(Event::MissedCall, Channel::Mail) {
                let link = format!("{}{page}", links.origin);
                letters::post(tx, rung, Letter::MissedCall { call: call.id, link }, ended.at)?;
            }
            tell(&app, tx, rung, News::about(Event::MissedCall, caller, page), ended.at)?;
        }
        // Last, see there; in an order that two ends at once have in common.
        let [first, second] = [call.buyer.id, call.seller.id];
        watching::look_after(tx, first.min(second), ended.at)?;
        watching::look_after(tx, first.max(second), ended.at)
    })
    .await?;
    Ok(ended)
}

/// The tax that is in what was paid as it went. That of an order is settled with the order.
fn included_tax(call: &Call, bill: &Bill) -> IncludedTax {
    let bp = match call.booking {
        Some(_) => 0,
        None => call.terms.policy.tax.bp,
    };
    let tax_minor = included_tax_minor(bill.charged_minor, bp);
    let (seller_minor, tenant_minor) = tax_of_both(tax_minor, bill.charged_minor, bill.commission_minor);
    IncludedTax {
        of: call.id.uuid(),
        seller: call.seller.id,
        currency: call.currency,
        seller_minor,
        tenant_minor,
    }
}

/// Takes the tax from what seller and tenant got, and gives those with whom the seller shares their part of the rest.
fn set_aside(tx: &mut TenantTx<'_>, call: &Call, tax: &IncludedTax, now: Moment) -> Result<()> {
    let (transfers, sharing) = (tax.transfers(tx, now)?, Sharing::of_call(call));
    let mut accounts: Vec<AccountId> = transfers.iter().flat_map(|one| [one.debit, one.credit]).collect();
    accounts.extend(sharing.accounts(tx, now)?);
    ledger::lock(tx, &accounts)?;
    for transfer in &transfers {
        ledger::transfer(tx, transfer)?;
    }
    sharing.even_out(tx, now)
}

/// Where the tenant's pages are, for links in mails.
struct Links {
    origin: String,
}

impl Links {
    async fn of(app: &App, scope: &TenantScope) -> Result<Self> {
        let host = app.db.host_of(scope).await?;
        let url = &app.config.http.public_url;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self {
            origin: format!("{}://{host}{port}", url.scheme()),
        })
    }
}
