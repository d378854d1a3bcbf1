//! The beginning of a top-up.

use super::{RECONCILE_JOB, ReconcileTopUp, outcome, top_up_bounds};
use crate::{
    app::{
        App,
        gateway_accounts::{self, Way},
        identity::Viewer,
        payments::{FIRST_ASKED_MS, PAGE_OPEN_MS},
        ports::{Buyer, Checkout},
    },
    domain::{
        ids::{BookingId, GatewayAccountId, TopUpId},
        money::Money,
        payment::State,
        tenant::Tenant,
        trust::Trust,
    },
    error::{Error, Result},
    store::{
        TenantTx, jobs,
        top_ups::{self, TopUp},
        users,
    },
};
use std::net::IpAddr;
use url::Url;

/// Payments without an outcome a person can have.
pub(super) const MOST_OPEN: i64 = 10;

/// What somebody wants to pay.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// How much, in minor units of the tenant's currency.
    pub amount_minor: i64,
    /// What it is meant to pay as soon as it arrives.
    pub pays_for: Option<BookingId>,
    /// How, if they chose.
    pub way: Option<ChosenWay>,
    /// Where their browser asks from.
    pub from: IpAddr,
}

/// A way to pay that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChosenWay {
    /// The built-in gateway.
    BuiltIn,
    /// An account at a provider.
    Account(GatewayAccountId),
}

impl ChosenWay {
    /// As forms and the API name it: `test`, or the account's id.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "test" => Some(Self::BuiltIn),
            id => id.parse().ok().map(Self::Account),
        }
    }

    fn is(self, way: &Way) -> bool {
        match self {
            Self::BuiltIn => way.account.is_none(),
            Self::Account(account) => way.account == Some(account),
        }
    }
}

/// Stores the intent to add credit, then has the gateway open its payment page; `return_url` says where the person comes
/// back to.
///
/// # Errors
/// The amount is out of bounds, the chosen way isn't there (any more), too many payments are open, the gateway doesn't answer or
/// refuses.
pub async fn begin_top_up(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    wish: Wish,
    return_url: impl FnOnce(TopUpId) -> String,
) -> Result<TopUp> {
    let currency = tenant.currency;
    let (least, mut most) = top_up_bounds(app, viewer, currency).await?;
    if wish.pays_for.is_some() {
        // Whatever an order costs can be paid at once, if it can be within a day.
        most.minor = most.minor.max(wish.amount_minor);
    }
    if !(least.minor..=most.minor).contains(&wish.amount_minor) {
        return Err(Error::field(
            "amount_minor",
            format!("Choose an amount from {least} to {most}."),
        ));
    }
    let way = way(app, viewer, tenant, wish.way).await?;
    let (now, gateway) = (app.now(), app.gateway(&viewer.scope, way.account).await?);
    let intent = TopUp {
        id: TopUpId::new(),
        user: viewer.user.id,
        gateway: way.provider.name().to_owned(),
        reference: None,
        pay_url: None,
        amount: Money::new(wish.amount_minor, currency),
        state: State::Created,
        reason: None,
        created_at: now,
        pays_for: wish.pays_for,
        account: way.account,
        form: None,
        charge: None,
    };
    let stored = intent.clone();
    app.db
        .tenant(&viewer.scope, move |tx| {
            if top_ups::open(tx, stored.user, MOST_OPEN)?.len() >= MOST_OPEN as usize {
                let public =
                    "You have several payments open already. Finish one of them, or wait until they have run out.";
                return Err(Error::conflict("too_many_open_top_ups", public));
            }
            stay_within_trust(tx, &stored)?;
            if let Some(account) = stored.account {
                gateway_accounts::hold_open(tx, account)?;
            }
            top_ups::insert(tx, &stored)?;
            let payload = serde_json::to_value(ReconcileTopUp { top_up: stored.id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, now + FIRST_ASKED_MS)
        })
        .await?;
    let return_url = return_url(intent.id);
    let checkout = Checkout {
        intent: intent.id.uuid(),
        amount: intent.amount,
        description: tenant.name.clone(),
        notify_url: notified(&intent, &return_url)?,
        return_url: back(&intent, return_url)?,
        open_until: now + PAGE_OPEN_MS,
        buyer: Buyer {
            ip: Some(wish.from),
            ..Buyer::of(&viewer.user)
        },
        merchant: None,
        save_method: false,
        hold: false,
    };
    let begun = gateway.begin_checkout(&checkout).await;
    outcome::begun(app, &viewer.scope, intent.id, begun).await
}

/// Somebody new can't bring much in a day; an order can be paid all the same, if it is the only thing.
fn stay_within_trust(tx: &mut TenantTx<'_>, intent: &TopUp) -> Result<()> {
    // One after the other, so that two at once don't pass where one alone would.
    users::lock(tx, intent.user)?;
    let (now, currency) = (intent.created_at, intent.amount.currency);
    let history = top_ups::history(tx, intent.user, currency, now)?;
    let (_, most) = Trust::of(&history, now).limits(currency);
    let alone = intent.pays_for.is_some() && history.lately_minor == 0;
    if alone || history.lately_minor.saturating_add(intent.amount.minor) <= most.minor {
        return Ok(());
    }
    let words = format!("In your first weeks you can add up to {most} a day. Try again tomorrow, or add less.");
    Err(Error::conflict("trust_limit", words))
}

/// The way that was chosen, or the first there is.
async fn way(app: &App, viewer: &Viewer, tenant: &Tenant, chosen: Option<ChosenWay>) -> Result<Way> {
    let ways = gateway_accounts::ways(app, &viewer.scope, tenant, tenant.currency).await?;
    let found = match chosen {
        Some(chosen) => ways.iter().find(|way| chosen.is(way)),
        None => ways.first(),
    };
    found.copied().ok_or_else(|| match chosen {
        Some(_) => Error::field("way", "This way to pay isn't there any more. Choose another one."),
        None => Error::conflict(
            "no_way_to_pay",
            "Nothing can be paid here at the moment. Try again later.",
        ),
    })
}

/// Where a provider sends people. Some do it inside of a frame, or by a form: `/paid` leads on from there, to the same.
fn back(intent: &TopUp, return_url: String) -> Result<String> {
    if intent.account.is_none() {
        return Ok(return_url);
    }
    let mut url = Url::parse(&return_url).map_err(Error::internal)?;
    let place = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    url.set_path("/paid");
    url.query_pairs_mut().clear().append_pair("to", &place);
    Ok(url.into())
}

/// Where the account's provider tells what happens, on the same host.
fn notified(intent: &TopUp, return_url: &str) -> Result<Option<String>> {
    let Some(account) = intent.account else {
        return Ok(None);
    };
    let url = Url::parse(return_url).and_then(|url| url.join(&format!("/webhooks/{account}")));
    url.map(|url| Some(url.into())).map_err(Error::internal)
}
