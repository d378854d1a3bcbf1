//! The first seller's money: a part of what they earned is paid out, another part is asked for, the rest is held.

use super::{address, cast::Cast};
use crate::{
    app::{
        App,
        payouts::{Wish, place, standing, take},
        sealing::seal,
    },
    domain::{
        identity::Email,
        ids::{PayoutId, UserId},
        payout::{Rules, State, Step},
        payout_method::TypedDestination,
        payout_provider::PayoutWay,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, payout_batches,
        payout_terms::{self, Method},
        payouts::{self, Became},
        users,
    },
};

/// Short enough for some of the demo's talks to be over it.
const HOLD_DAYS: u16 = 3;
const DAY_MS: i64 = 86_400_000;
/// An example of the registry of IBANs.
const IBAN: &str = "DE89370400440532013000";

/// Pays the first seller, unless somebody was paid already or there is too little.
pub(super) async fn put(app: &App, scope: &TenantScope, tenant: &Tenant, cast: &'static Cast) -> Result<()> {
    // The first is the robot.
    let Some(seller) = cast.sellers.get(1) else {
        return Ok(());
    };
    let typed = TypedDestination {
        kind: "iban".to_owned(),
        holder: seller.name.to_owned(),
        iban: IBAN.to_owned(),
        ..TypedDestination::default()
    };
    let destination = typed.read().map_err(|(field, words)| Error::field(field, words))?;
    let plain = serde_json::to_vec(&destination).map_err(Error::internal)?;
    let method = Method {
        kind: destination.kind().to_owned(),
        sealed: seal(app.config.secrets.jwt.expose(), &plain)?,
        shown: destination.shown(),
    };
    let (now, tenant) = (app.now(), tenant.clone());
    app.db
        .tenant(scope, move |tx| {
            let (seller, staff) = (known(tx, cast, seller.local)?, known(tx, cast, "admin")?);
            if !payouts::of_seller(tx, seller, 1)?.is_empty() {
                return Ok(());
            }
            let rules = Rules {
                hold_days: HOLD_DAYS,
                least_minor: Rules::usual(tenant.currency).least_minor / 4,
                identity_needed: false,
            };
            payout_terms::set_rules(tx, rules)?;
            payout_terms::set_method(tx, seller, &method, now)?;
            let before = now + -DAY_MS;
            let available = standing(tx, seller, tenant.currency, before)?.available;
            if available.minor < 2 * rules.least_minor {
                return Ok(());
            }
            pay(tx, seller, staff, rules.least_minor, before)?;
            ask(tx, seller, None, now).map(|_| ())
        })
        .await
}

fn known(tx: &mut TenantTx<'_>, cast: &Cast, local: &str) -> Result<UserId> {
    let (user, _) = users::by_email(tx, &Email::parse(&address(cast, local))?)?.ok_or_else(Error::not_found)?;
    Ok(user.id)
}

fn ask(tx: &mut TenantTx<'_>, seller: UserId, amount_minor: Option<i64>, at: Moment) -> Result<PayoutId> {
    let wish = Wish {
        id: PayoutId::new(),
        seller,
        by: seller,
        amount_minor,
    };
    Ok(place(tx, wish, at)?.0.id)
}

fn pay(tx: &mut TenantTx<'_>, seller: UserId, staff: UserId, amount_minor: i64, at: Moment) -> Result<()> {
    let id = ask(tx, seller, Some(amount_minor), at)?;
    for (step, state) in [
        (Step::Approve, State::Approved),
        (Step::Batch, State::Batched),
        (Step::Pay, State::Paid),
    ] {
        let found = payouts::lock(tx, &[id])?;
        let batch = match (step, found.first()) {
            (Step::Batch, Some(payout)) => Some(payout_batches::open(
                tx,
                staff,
                payout.amount.currency,
                (PayoutWay::Manual, None),
                at,
            )?),
            _ => None,
        };
        let became = Became {
            state,
            approved_by: (step == Step::Approve).then_some(staff),
            batch,
            reason: "",
        };
        take(tx, &found, step, became, at)?;
    }
    Ok(())
}
