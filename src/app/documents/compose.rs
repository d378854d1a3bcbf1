//! What is written on a document.

use super::put;
use crate::{
    app::{
        gateway_accounts,
        refunds::{self as app_refunds, Charged},
    },
    domain::{
        booking::{Outcome, State, Terms},
        document::{About, Content, Issuer, Line, TaxPart, What},
        gateway::Mode,
        ids::{RefundId, TopUpId},
        payment, pricing,
        refund::Subject,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        calls,
        documents::{self, Draft},
        refunds, tenants, top_ups, users,
    },
};
use anyhow::anyhow;

/// What is to be numbered of something; nothing if nothing was paid.
///
/// # Errors
/// It isn't over, or isn't there; or the database is away.
pub(super) fn compose(tx: &mut TenantTx<'_>, about: About, now: Moment) -> Result<Option<Draft>> {
    match about {
        About::Call(call) => sold(tx, Subject::Call(call)),
        About::Order(order) => sold(tx, Subject::Order(order)),
        About::TopUp(top_up) => paid(tx, top_up, now),
        About::Refund(refund) => given_back(tx, refund, now),
    }
}

/// An invoice. The talk of an order is on the order's.
fn sold(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Option<Draft>> {
    let charged = Charged::of(tx, subject)?;
    if charged.charge.paid_minor <= 0 {
        return Ok(None);
    }
    let (about, lines, policy) = match charged.subject {
        Subject::Call(call) => {
            let terms = calls::find(tx, call)?.terms;
            (About::Call(call), timed(&charged).into_iter().collect(), terms.policy)
        }
        Subject::Order(id) => {
            let order = bookings::find(tx, id)?;
            (About::Order(id), of_order(&order, &charged), order.call_terms.policy)
        }
    };
    let tax = TaxPart {
        bp: policy.tax.bp,
        minor: charged.charge.tax_minor,
    };
    Ok(Some(Draft {
        about,
        owner: charged.buyer.id,
        seller: Some(charged.seller.id),
        corrects: None,
        currency: charged.currency,
        is_play: charged.is_play_money || is_play_now(tx)?,
        content: Content {
            issuer: issuer(tx)?,
            customer: charged.buyer.name.clone(),
            seller: Some(charged.seller.name.clone()),
            title: charged.title.clone(),
            lines: whole(lines, What::Talk, charged.charge.paid_minor),
            tax: Some(tax).filter(|tax| tax.minor > 0),
            performed_at: charged.ended_at,
            corrects: None,
        },
    }))
}

/// The line for time that was paid by the minute.
fn timed(charged: &Charged) -> Option<Line> {
    let timed = charged.charge.timed?;
    Some(Line {
        what: What::Time {
            seconds: timed.seconds,
            rate_minor: timed.rate_minor,
        },
        amount_minor: pricing::time_price_minor(timed.rate_minor, timed.seconds),
    })
}

/// What is due of the price, then the fee, then the tax where it comes on top of both.
fn of_order(order: &Order, charged: &Charged) -> Vec<Line> {
    let terms = order.booking.terms();
    let (State::Closed { outcome }, Some(parts)) = (order.booking.state(), order.booking.settlement()) else {
        return Vec::new();
    };
    let one = |what| {
        vec![Line {
            what,
            amount_minor: parts.earned_minor,
        }]
    };
    let mut lines = match outcome {
        Outcome::Cancelled { .. } => one(What::LateCancel),
        Outcome::Missed { .. } => one(What::NoShow),
        _ if parts.earned_minor == terms.price_minor => in_full(terms, charged),
        // The seller ended it: of what was ordered besides only a part is due.
        _ => {
            let mut lines: Vec<Line> = timed(charged).into_iter().collect();
            let amount_minor = parts.earned_minor - sum(&lines);
            let is_part = !lines.is_empty() && amount_minor > 0 && !terms.addons.is_empty();
            lines.extend(is_part.then_some(Line {
                what: What::AddonsPart,
                amount_minor,
            }));
            lines
        }
    };
    let bp = order.call_terms.policy.tax.bp;
    lines.push(Line {
        what: What::ServiceFee,
        amount_minor: parts.due.fee_minor(),
    });
    lines.push(Line {
        what: What::Tax { bp },
        amount_minor: parts.due.tax_on_top_minor(),
    });
    lines
}

/// Everything that was ordered.
fn in_full(terms: &Terms, charged: &Charged) -> Vec<Line> {
    let plain = Line {
        what: match terms.delivery_days {
            Some(_) => What::Delivery,
            None => What::Talk,
        },
        amount_minor: terms.price_minor - terms.addons_minor(),
    };
    let addons = terms.addons.iter().map(|addon| Line {
        what: What::Addon {
            title: addon.title.clone(),
        },
        amount_minor: addon.price_minor,
    });
    [timed(charged).unwrap_or(plain)].into_iter().chain(addons).collect()
}

fn sum(lines: &[Line]) -> i64 {
    lines.iter().map(|line| line.amount_minor).sum()
}

/// The lines if they are all that was paid, or one for all of it: what is written always is what was moved.
fn whole(lines: Vec<Line>, otherwise: What, paid_minor: i64) -> Vec<Line> {
    if sum(&lines) == paid_minor {
        return lines.into_iter().filter(|line| line.amount_minor != 0).collect();
    }
    vec![Line {
        what: otherwise,
        amount_minor: paid_minor,
    }]
}

/// A receipt for credit.
fn paid(tx: &mut TenantTx<'_>, id: TopUpId, now: Moment) -> Result<Option<Draft>> {
    let top_up = top_ups::find(tx, id)?;
    if top_up.state != payment::State::Settled {
        return Ok(None);
    }
    let line = Line {
        what: What::Credit,
        amount_minor: top_up.amount.minor,
    };
    Ok(Some(Draft {
        about: About::TopUp(id),
        owner: top_up.user,
        seller: None,
        corrects: None,
        currency: top_up.amount.currency,
        is_play: is_play_now(tx)? || gateway_accounts::is_play_money(tx, top_up.account)?,
        content: Content {
            issuer: issuer(tx)?,
            customer: users::find(tx, top_up.user)?.name,
            seller: None,
            title: String::new(),
            lines: vec![line],
            tax: None,
            performed_at: now,
            corrects: None,
        },
    }))
}

/// A credit note. Its invoice comes before it, whichever job is the first.
fn given_back(tx: &mut TenantTx<'_>, id: RefundId, now: Moment) -> Result<Option<Draft>> {
    let refund = refunds::find(tx, id)?.ok_or_else(Error::not_found)?;
    let of = match refund.subject {
        Subject::Call(call) => About::Call(call),
        Subject::Order(order) => About::Order(order),
    };
    let missing = || Error::internal(anyhow!("refund {id} is of something that has no invoice"));
    let invoice = put(tx, of, now)?.ok_or_else(missing)?;
    let line = Line {
        what: What::GivenBack,
        amount_minor: refund.amount.minor,
    };
    let tax_minor = app_refunds::tax_of(tx, id)?;
    let tax = invoice.content.tax.map(|tax| TaxPart {
        minor: tax_minor,
        ..tax
    });
    Ok(Some(Draft {
        about: About::Refund(id),
        owner: refund.buyer,
        seller: Some(refund.seller),
        corrects: Some(invoice.id),
        currency: refund.amount.currency,
        // Older ones were numbered with the real ones.
        is_play: invoice.number.is_play || is_play_now(tx)?,
        content: Content {
            issuer: issuer(tx)?,
            lines: vec![line],
            tax: tax.filter(|tax| tax.minor > 0),
            performed_at: refund.at,
            corrects: Some(invoice.number.to_string()),
            ..invoice.content
        },
    }))
}

/// Whether all money here is play money, as long as the marketplace takes no other.
fn is_play_now(tx: &mut TenantTx<'_>) -> Result<bool> {
    Ok(tenants::money_now(tx)? == Mode::Test)
}

/// Who issues documents: the marketplace by its name, until more is set.
///
/// # Errors
/// The database is away.
pub fn issuer(tx: &mut TenantTx<'_>) -> Result<Issuer> {
    if let Some(set) = documents::issuer(tx)? {
        return Ok(set);
    }
    Ok(Issuer {
        name: tenants::own(tx)?.name,
        ..Issuer::default()
    })
}
