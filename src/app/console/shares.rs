//! What studios and co-sellers get of what sellers earn: all that is shared of one seller's is at most the whole. What was
//! agreed on before keeps the shares that held then.

use super::{StaffMember, refuse_own, studios::open};
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        earning_share::{MOST_CO_SELLERS, WHOLE_BP},
        ids::{StudioId, UserId},
    },
    error::{Error, Result},
    store::{
        TenantTx, audit,
        earning_shares::{self, CoSeller, StudioShare},
        sellers,
        studios::{self, Studio},
        users,
    },
};
use serde_json::{Value, json};

/// With whom a seller shares, and what of it their studio gets.
#[derive(Clone, Debug)]
pub struct SellerShares {
    /// The studio that they are in, and what it gets in basis points, if it gets anything.
    pub studio: Option<(Studio, u32)>,
    /// With whom they share, by name.
    pub co_sellers: Vec<CoSeller>,
}

/// With whom a seller shares.
///
/// # Errors
/// No such seller, or the database is away.
pub async fn seller_shares(app: &App, by: &StaffMember, seller: UserId) -> Result<SellerShares> {
    app.db
        .read(&by.viewer().scope, move |tx| {
            sellers::find(tx, seller)?.ok_or_else(Error::not_found)?;
            let studio = studio_of(tx, seller)?;
            Ok(SellerShares {
                studio: studio.map(|(studio, share)| (studio, share.bp)),
                co_sellers: earning_shares::co_sellers(tx, seller)?,
            })
        })
        .await
}

fn studio_of(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<(Studio, StudioShare)>> {
    let Some(studio) = studios::of_seller(tx, seller)? else {
        return Ok(None);
    };
    let share = earning_shares::of_studio(tx, studio.id)?;
    Ok(share.map(|share| (studio, share)))
}

/// Sets what a studio gets of what its sellers earn, and which of its managers is paid it; nothing ends it.
///
/// # Errors
/// It is the reader's own, more than there is, nobody of its managers, closed, not here, or the database is away.
pub async fn change_studio_share(app: &App, by: &StaffMember, id: StudioId, share: Option<StudioShare>) -> Result<()> {
    if share.is_some_and(|share| share.bp > WHOLE_BP) {
        return Err(Error::field("bp", "Choose 0 to 100 %."));
    }
    let (actor, user, now) = (by.actor(), by.user()?, app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let studio = open(tx, id)?;
            let before = earning_shares::of_studio(tx, id)?;
            let paid = [before, share].into_iter().flatten().map(|share| share.manager);
            let concerned: Vec<UserId> = paid.chain(sellers_of(tx, id)?).collect();
            refuse_own(user, &concerned)?;
            if let Some(share) = share {
                check_studio_share(tx, id, share)?;
            }
            if before == share {
                return Ok(());
            }
            earning_shares::set_of_studio(tx, id, share)?;
            let entry = Entry::new(Action::SharesChanged, studio.name).changed(shown(before), shown(share));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

fn sellers_of(tx: &mut TenantTx<'_>, id: StudioId) -> Result<Vec<UserId>> {
    let sellers = studios::sellers(tx, id)?.into_iter();
    Ok(sellers.map(|seller| UserId::from_uuid(seller.id)).collect())
}

fn check_studio_share(tx: &mut TenantTx<'_>, id: StudioId, share: StudioShare) -> Result<()> {
    let managers = studios::managers(tx, id)?;
    if !managers.iter().any(|manager| manager.id == share.manager.uuid()) {
        return Err(Error::field("manager_id", "Choose one of the studio's managers."));
    }
    match earning_shares::most_shared_in(tx, id)? {
        Some((name, bp)) if bp + i64::from(share.bp) > i64::from(WHOLE_BP) => {
            let words = format!("{name} shares so much with others that together it is more than 100 %.");
            Err(Error::field("bp", words))
        }
        _ => Ok(()),
    }
}

/// What a studio's share is, for the audit log.
pub(super) fn shown(share: Option<StudioShare>) -> Value {
    match share {
        Some(share) => json!({"bp": share.bp, "manager": share.manager}),
        None => Value::Null,
    }
}

/// Sets with whom a seller shares, and how much each of them gets, in basis points.
///
/// # Errors
/// It is the reader's own, too many, themselves, twice, nobody who sells here, nothing, more than there is, no such seller,
/// or the database is away.
pub async fn change_co_sellers(app: &App, by: &StaffMember, id: UserId, others: Vec<(UserId, u32)>) -> Result<()> {
    check_co_sellers(id, &others)?;
    let (actor, user, now) = (by.actor(), by.user()?, app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let studio = lock(tx, id)?;
            let before = earning_shares::co_sellers(tx, id)?;
            let known = before.iter().map(|other| UserId::from_uuid(other.id));
            let concerned: Vec<UserId> = others
                .iter()
                .map(|(other, _)| *other)
                .chain(known)
                .chain([id])
                .collect();
            refuse_own(user, &concerned)?;
            for (other, _) in &others {
                check_sells(tx, *other)?;
            }
            let all: u32 = others.iter().map(|(_, bp)| *bp).sum();
            if all + studio.map_or(0, |share| share.bp) > WHOLE_BP {
                return Err(Error::field(
                    "co_sellers",
                    "Together with the studio's share this is more than 100 %.",
                ));
            }
            earning_shares::set_co_sellers(tx, id, &others)?;
            let after = earning_shares::co_sellers(tx, id)?;
            let (was, is) = (listed(&before), listed(&after));
            if was == is {
                return Ok(());
            }
            let entry = Entry::new(Action::SharesChanged, id.to_string()).changed(was, is);
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

fn listed(others: &[CoSeller]) -> Value {
    let each = others.iter().map(|other| json!({"id": other.id, "bp": other.bp}));
    Value::Array(each.collect())
}

fn check_co_sellers(seller: UserId, others: &[(UserId, u32)]) -> Result<()> {
    let wrong = |words: &'static str| Err(Error::field("co_sellers", words));
    if others.len() > MOST_CO_SELLERS {
        return wrong("A seller can share with up to 5 others.");
    }
    for (place, (other, bp)) in others.iter().enumerate() {
        if *other == seller {
            return wrong("Nobody shares with themselves.");
        }
        if others[..place].iter().any(|(earlier, _)| earlier == other) {
            return wrong("Name each of them once.");
        }
        if !(1..=WHOLE_BP).contains(bp) {
            return wrong("Give each of them more than nothing, and at most 100 %.");
        }
    }
    Ok(())
}

fn check_sells(tx: &mut TenantTx<'_>, other: UserId) -> Result<()> {
    let sells = match sellers::find(tx, other)? {
        Some(_) => !users::find(tx, other)?.suspended,
        None => false,
    };
    match sells {
        true => Ok(()),
        false => Err(Error::field("co_sellers", "Choose people who sell here.")),
    }
}

/// A seller and their studio, in that order that studios are changed in; gives the studio's share.
fn lock(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<StudioShare>> {
    let studio = studios::of_seller(tx, seller)?;
    if let Some(studio) = &studio {
        studios::lock(tx, studio.id)?;
    }
    sellers::lock(tx, seller)?.ok_or_else(Error::not_found)?;
    let now_in = studios::of_seller(tx, seller)?;
    if now_in.as_ref().map(|studio| studio.id) != studio.map(|studio| studio.id) {
        return Err(Error::conflict("changed", "This was changed meanwhile. Load it again."));
    }
    match now_in {
        Some(studio) => earning_shares::of_studio(tx, studio.id),
        None => Ok(None),
    }
}

/// Refuses a seller who shares so much with others that with the studio's share it would be more than all. The studio is
/// locked, and so is the seller from here on.
pub(super) fn check_joins(tx: &mut TenantTx<'_>, id: StudioId, seller: UserId) -> Result<()> {
    sellers::lock(tx, seller)?.ok_or_else(Error::not_found)?;
    let Some(share) = earning_shares::of_studio(tx, id)? else {
        return Ok(());
    };
    let others = earning_shares::co_sellers(tx, seller)?;
    let all: i64 = others.iter().map(|other| i64::from(other.bp)).sum();
    if all + i64::from(share.bp) <= i64::from(WHOLE_BP) {
        return Ok(());
    }
    let words = "This seller shares so much with others that with the studio's share it is more than 100 %.";
    Err(Error::conflict("too_much_shared", words))
}

/// Keeps those who are paid a studio's share, or pay it, from deciding who is in the studio; and those who may not move
/// money, since a share of it comes and goes with that.
pub(super) fn refuse_own_studio(
    tx: &mut TenantTx<'_>,
    (user, may_money): (UserId, bool),
    id: StudioId,
    also: &[UserId],
) -> Result<()> {
    let Some(share) = earning_shares::of_studio(tx, id)? else {
        return Ok(());
    };
    if !may_money {
        let words = "This studio has a share of what its sellers earn. Somebody who may move money has to do this.";
        return Err(Error::forbidden(words));
    }
    let concerned: Vec<UserId> = sellers_of(tx, id)?.into_iter().chain([share.manager]).collect();
    refuse_own(user, &concerned)?;
    refuse_own(user, also)
}
