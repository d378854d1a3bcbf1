//! The beginning of a top-up.

use super::{
    charge::{Charged, charge},
    intent::store,
    outcome, top_up_bounds,
};
use crate::{
    app::{
        App,
        gateway_accounts::{self, Way},
        identity::Viewer,
        payments::PAGE_OPEN_MS,
        ports::{Buyer, Checkout},
    },
    domain::{
        ids::{GatewayAccountId, SavedMethodId, TopUpId},
        money::Money,
        payment::{CONSENT_VERSION, Consent, Hold, Purpose, State},
        tenant::Tenant,
    },
    error::{Error, Result},
    store::{
        saved_methods::{self, Kept},
        top_ups::TopUp,
    },
};
use std::net::IpAddr;
use url::Url;

/// What the API and forms name kept methods with, before their id.
const KEPT: &str = "kept-";

/// What somebody wants to pay.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How much, in minor units of the tenant's currency.
    pub amount_minor: i64,
    /// What it is meant to pay as soon as it arrives.
    pub pays_for: Option<Purpose>,
    /// How, if they chose.
    pub way: Option<ChosenWay>,
    /// What they agreed to, as they read it, if what they pay with is to be kept for later.
    pub keep: Option<String>,
    /// The card only holds it, for the order that it pays for, until it is known how much of it is due.
    pub hold: bool,
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
    /// What was kept of an earlier payment; nobody is led to a page, unless their bank wants to ask them.
    Kept(SavedMethodId),
}

impl ChosenWay {
    /// As forms and the API name it: `test`, the account's id, or [`kept`](Self::kept).
    pub fn parse(text: &str) -> Option<Self> {
        match (text, text.strip_prefix(KEPT)) {
            ("test", _) => Some(Self::BuiltIn),
            (_, Some(id)) => id.parse().ok().map(Self::Kept),
            (id, None) => id.parse().ok().map(Self::Account),
        }
    }

    /// The name of a kept method.
    pub fn kept(method: SavedMethodId) -> String {
        format!("{KEPT}{method}")
    }
}

/// Stores the intent to add credit, then charges the kept method that was chosen, or has the gateway open its payment page;
/// `return_url` says where the person comes back to. Where the bank wants to ask the person, the charge is declined and
/// what is given is another intent with a page.
///
/// # Errors
/// The amount is out of bounds, the chosen way isn't there or can't keep what is paid with, too many payments are open or
/// too much is kept, the gateway doesn't answer or refuses.
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
        // Whatever an order or more time costs can be paid at once, if it can be within a day.
        most.minor = most.minor.max(wish.amount_minor);
    }
    if !(least.minor..=most.minor).contains(&wish.amount_minor) {
        return Err(Error::field(
            "amount_minor",
            format!("Choose an amount from {least} to {most}."),
        ));
    }
    let (way, kept) = way(app, viewer, tenant, (wish.way, wish.hold)).await?;
    if wish.keep.is_some() && (!way.keeps || kept.is_some()) {
        return Err(Error::field(
            "keep",
            "What you pay with this way can't be kept for later.",
        ));
    }
    let intent = TopUp {
        id: TopUpId::new(),
        user: viewer.user.id,
        gateway: way.provider.name().to_owned(),
        reference: None,
        pay_url: None,
        amount: Money::new(wish.amount_minor, currency),
        state: State::Created,
        reason: None,
        created_at: app.now(),
        pays_for: wish.pays_for,
        account: way.account,
        form: None,
        charge: None,
        keeps: wish.keep.map(|words| Consent {
            version: CONSENT_VERSION,
            words,
        }),
        method: kept.as_ref().map(|kept| kept.id),
        hold: wish.hold.then(Hold::default),
    };
    let intent = match kept {
        Some(kept) => match charge(app, viewer, tenant, intent, kept).await? {
            Charged::Heard(top_up) => return Ok(*top_up),
            Charged::Asks(again) => *again,
        },
        None => intent,
    };
    store(app, &viewer.scope, &intent).await?;
    open_page(app, viewer, tenant, (intent, wish.from), return_url).await
}

/// Has the gateway open its page for an intent that is stored.
async fn open_page(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (intent, from): (TopUp, IpAddr),
    return_url: impl FnOnce(TopUpId) -> String,
) -> Result<TopUp> {
    let gateway = app.gateway(&viewer.scope, intent.account).await?;
    let return_url = return_url(intent.id);
    let checkout = Checkout {
        intent: intent.id.uuid(),
        amount: intent.amount,
        description: tenant.name.clone(),
        notify_url: notified(&intent, &return_url)?,
        return_url: back(&intent, return_url)?,
        open_until: intent.created_at + PAGE_OPEN_MS,
        buyer: Buyer {
            ip: Some(from),
            ..Buyer::of(&viewer.user)
        },
        merchant: None,
        save_method: intent.keeps.is_some(),
        hold: intent.hold.is_some(),
    };
    let begun = gateway.begin_checkout(&checkout).await;
    outcome::begun(app, &viewer.scope, intent.id, begun).await
}

/// The way that was chosen, with the kept method if it is one, or the first there is; of those that hold money, if that is
/// what is wanted.
async fn way(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (chosen, hold): (Option<ChosenWay>, bool),
) -> Result<(Way, Option<Kept>)> {
    let mut ways = gateway_accounts::ways(app, &viewer.scope, tenant, tenant.currency).await?;
    ways.retain(|way| way.holds || !hold);
    let through = |account| ways.iter().find(|way| way.account == account).copied();
    let found = match chosen {
        Some(ChosenWay::BuiltIn) => through(None).map(|way| (way, None)),
        Some(ChosenWay::Account(account)) => through(Some(account)).map(|way| (way, None)),
        Some(ChosenWay::Kept(id)) => {
            let found = app
                .db
                .read(&viewer.scope, move |tx| saved_methods::find(tx, id))
                .await?;
            let kept = Some(found).filter(|kept| kept.user == viewer.user.id && kept.sealed_token.is_some());
            let kept = kept.ok_or_else(Error::not_found)?;
            through(kept.account)
                .filter(|way| way.keeps && (!hold || way.provider.holds_kept()))
                .map(|way| (way, Some(kept)))
        }
        None => ways.first().map(|way| (*way, None)),
    };
    found.ok_or_else(|| match chosen {
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
