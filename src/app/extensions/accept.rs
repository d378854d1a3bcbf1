//! The buyer says yes, and it is paid.

use super::{
    News, lock,
    pay::{Tried, missing, try_to_pay},
    refused,
};
use crate::{
    app::{
        App,
        identity::Viewer,
        wallet::{self, ChosenWay, Wish},
    },
    domain::{
        call::extension::{Event, State},
        ids::{CallId, ExtensionId, TopUpId},
        money::Money,
        payment::{self, Purpose},
        tenant::Tenant,
    },
    error::{Kind, Result},
    store::{
        TenantTx,
        extensions::{self, Asked},
        top_ups::{self, TopUp},
    },
};
use std::net::IpAddr;

/// What came of a yes.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// How it stands now.
    pub asked: Asked,
    /// The payment that it waits for, if it isn't paid yet.
    pub top_up: Option<TopUp>,
    /// Why what they keep to pay with was refused, so that they pay on a page; in words for them.
    pub refused: Option<String>,
}

/// Says yes to an extension that the reader is asked for. Their wallet pays if it covers it, else what they keep to pay
/// with is charged what is missing, else they pay it on a page; `from` is where their browser asks from, `return_url` says
/// where the page leads back to. The time is added once it is paid. Again goes on with what was begun.
///
/// # Errors
/// It isn't theirs to answer, it was declined or has run out, the gateway doesn't answer or refuses, or the database is
/// away.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (which, from): ((CallId, ExtensionId), IpAddr),
    return_url: impl Fn(TopUpId) -> String,
) -> Result<Accepted> {
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    let (news, missing) = app
        .db
        .tenant(&viewer.scope, move |tx| {
            let (call, seller, mut asked) = lock(tx, which, person)?;
            let before = asked.extension.state;
            asked.extension.on(now, Event::Yes).map_err(refused)?;
            if asked.extension.state == State::Paid {
                return Ok((None, Err(asked)));
            }
            match try_to_pay(&handle, tx, (&call, &seller), asked, now)? {
                Tried::Short(there) => {
                    // What is paid as it is talked uses up what is there meanwhile.
                    let there = if call.booking.is_some() {
                        there
                    } else {
                        Money::new(0, there.currency)
                    };
                    extensions::update(tx, &asked)?;
                    let news = (asked.extension.state != before).then(|| News::of(&call, asked));
                    Ok((news, Ok(missing(&asked, there))))
                }
                Tried::Over(news) => {
                    let asked = news.asked;
                    Ok((Some(*news), Err(asked)))
                }
            }
        })
        .await?;
    if let Some(news) = news {
        news.tell(app, &viewer.scope);
    }
    let missing = match missing {
        Ok(missing) => missing,
        Err(asked) => return Ok(over(asked)),
    };
    let (_, id) = which;
    let brought = bring_money(app, viewer, tenant, (which, missing, from), return_url).await;
    let asked = app.db.read(&viewer.scope, move |tx| extensions::find(tx, id)).await?;
    if asked.extension.state == State::Paid {
        // By this answer, or by another one of theirs meanwhile.
        return Ok(over(asked));
    }
    let brought = Some(brought?).filter(|_| asked.extension.state == State::Paying);
    let (top_up, refused) = brought.map_or((None, None), |(top_up, refused)| (Some(top_up), refused));
    Ok(Accepted { asked, top_up, refused })
}

/// Nothing is left to pay.
fn over(asked: Asked) -> Accepted {
    Accepted {
        asked,
        top_up: None,
        refused: None,
    }
}

/// Begins a payment of what is missing, or gives the one that was begun; says why what was kept couldn't pay, if that was
/// tried.
async fn bring_money(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    ((call, id), missing, from): ((CallId, ExtensionId), Money, IpAddr),
    return_url: impl Fn(TopUpId) -> String,
) -> Result<(TopUp, Option<String>)> {
    if let Some(begun) = begun(app, viewer, id).await? {
        return Ok((begun, None));
    }
    let mut refused = None;
    let wish = |way| Wish {
        amount_minor: missing.minor,
        pays_for: Some(Purpose::Extension(id)),
        way,
        keep: None,
        hold: false,
        from,
    };
    if let Some(kept) = wallet::usable(app, viewer, tenant, call).await? {
        let way = Some(ChosenWay::Kept(kept));
        match wallet::begin_top_up(app, viewer, tenant, wish(way), &return_url).await {
            Ok(top_up) if top_up.state != payment::State::Declined => return Ok((top_up, None)),
            // What was kept can't pay: they are led to a page, where something else can.
            Ok(top_up) => refused = top_up.reason,
            Err(error) if error.code() == "payment" => refused = Some(error.public.into_owned()),
            Err(error) => return Ok((raced(app, viewer, id, error).await?, None)),
        }
    }
    match wallet::begin_top_up(app, viewer, tenant, wish(None), &return_url).await {
        Ok(top_up) => Ok((top_up, refused)),
        Err(error) => Ok((raced(app, viewer, id, error).await?, refused)),
    }
}

/// The payment that another answer of theirs has begun meanwhile, if that is why.
async fn raced(app: &App, viewer: &Viewer, id: ExtensionId, error: crate::error::Error) -> Result<TopUp> {
    match error.kind {
        Kind::Conflict { code: "being_paid" } => begun(app, viewer, id).await?.ok_or(error),
        _ => Err(error),
    }
}

async fn begun(app: &App, viewer: &Viewer, id: ExtensionId) -> Result<Option<TopUp>> {
    let read = move |tx: &mut TenantTx<'_>| top_ups::open_for_extension(tx, id);
    app.db.read(&viewer.scope, read).await
}
