//! The marketplace's fee, the tax, and what of them, and of its share, is another for a category or a seller.

use super::{StaffMember, refuse_own};
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        ids::{CategoryId, UserId},
        order_price::{MOST_BP, MOST_FIXED_MINOR, ServiceFee, TaxRate},
        policy::PolicyChange,
        tenant::Tenant,
    },
    error::{Error, Result},
    store::{
        TenantTx, audit,
        categories::{self, Category},
        earning_shares, sellers, tenant_settings, tenants,
    },
};
use serde_json::{Value, json};

/// Sellers with charges of their own that are listed.
const MOST_LISTED: i64 = 500;

/// What is charged beside or of a price; what is absent is as the level above has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// The marketplace's share, in basis points.
    pub commission_bp: Option<u32>,
    /// Its fee for buyers of orders.
    pub service_fee: Option<ServiceFee>,
    /// The tax.
    pub tax: Option<TaxRate>,
}

impl Charges {
    fn of(change: &PolicyChange) -> Self {
        Self {
            commission_bp: change.commission_bp,
            service_fee: change.service_fee,
            tax: change.tax,
        }
    }

    /// In place of what a change has of them.
    fn put(self, change: PolicyChange) -> PolicyChange {
        PolicyChange {
            commission_bp: self.commission_bp,
            service_fee: self.service_fee,
            tax: self.tax,
            ..change
        }
    }

    fn checked(self) -> Result<Self> {
        if self.commission_bp.is_some_and(|bp| bp > MOST_BP) {
            return Err(Error::field("commission_bp", "Choose 0 to 100 %."));
        }
        if self.service_fee.is_some_and(|fee| fee.bp > MOST_BP) {
            return Err(Error::field("service_fee.bp", "Choose 0 to 100 %."));
        }
        if self
            .service_fee
            .is_some_and(|fee| !(0..=MOST_FIXED_MINOR).contains(&fee.fixed_minor))
        {
            let words = "Choose an amount of 0 to 1,000,000 of the smallest unit.";
            return Err(Error::field("service_fee.fixed_minor", words));
        }
        if self.tax.is_some_and(|tax| tax.bp > MOST_BP) {
            return Err(Error::field("tax.bp", "Choose 0 to 100 %."));
        }
        Ok(self)
    }

    fn shown(self) -> Value {
        json!({"commission_bp": self.commission_bp, "service_fee": self.service_fee, "tax": self.tax})
    }
}

/// Categories and sellers with charges of their own, each with its name.
#[derive(Clone, Debug, Default)]
pub struct OwnCharges {
    /// By their name in the marketplace's language.
    pub categories: Vec<(CategoryId, String, Charges)>,
    /// By name.
    pub sellers: Vec<(UserId, String, Charges)>,
}

/// Who has charges of their own.
///
/// # Errors
/// The database is away.
pub async fn own_charges(app: &App, by: &StaffMember, tenant: &Tenant) -> Result<OwnCharges> {
    let language = tenant.language.clone();
    app.db
        .read(&by.viewer().scope, move |tx| {
            let categories = categories::open(tx)?.into_iter().map(|category| {
                let name = category.names.said(&language, &language).to_owned();
                (category.id, name, Charges::of(&category.policy))
            });
            let sellers = sellers::with_charges(tx, MOST_LISTED)?.into_iter();
            Ok(OwnCharges {
                categories: categories.filter(|(.., own)| *own != Charges::default()).collect(),
                sellers: sellers
                    .map(|(id, name, change)| (id, name, Charges::of(&change)))
                    .collect(),
            })
        })
        .await
}

/// Sets fee and tax for all that has none of its own. What was ordered keeps what was agreed.
///
/// # Errors
/// Out of bounds, or the database is away.
pub async fn change_charges(app: &App, by: &StaffMember, fee: ServiceFee, tax: TaxRate) -> Result<()> {
    let wanted = Charges {
        commission_bp: None,
        service_fee: Some(fee),
        tax: Some(tax),
    };
    let (wanted, actor, now) = (wanted.checked()?, by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = tenants::own(tx)?;
            let kept = Charges {
                commission_bp: before.policy.commission_bp,
                ..wanted
            };
            let was = Charges::of(&before.policy);
            if was == kept {
                return Ok(());
            }
            tenant_settings::set_terms(tx, &kept.put(before.policy), None)?;
            let entry = Entry::new(Action::ChargesChanged, &before.slug).changed(was.shown(), kept.shown());
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Sets what is charged in a category.
///
/// # Errors
/// Out of bounds, no such category, or the database is away.
pub async fn change_category_charges(app: &App, by: &StaffMember, id: CategoryId, charges: Charges) -> Result<()> {
    let (charges, actor, now) = (charges.checked()?, by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = categories::lock(tx, id)?;
            let was = Charges::of(&before.policy);
            if was == charges {
                return Ok(());
            }
            let own = tenants::own(tx)?.language;
            let name = before.names.said(&own, &own).to_owned();
            let policy = charges.put(before.policy.clone());
            categories::update(tx, &Category { policy, ..before })?;
            let entry = Entry::new(Action::ChargesChanged, name).changed(was.shown(), charges.shown());
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Sets what is charged for one seller, whatever their categories say; the tax isn't theirs to have.
///
/// # Errors
/// It is the reader themselves, out of bounds, no such seller, or the database is away.
pub async fn change_seller_charges(app: &App, by: &StaffMember, id: UserId, charges: Charges) -> Result<()> {
    let charges = Charges { tax: None, ..charges };
    let (charges, user) = (charges.checked()?, by.user()?);
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let was = seller(tx, id)?;
            // Whoever shares what they earn gets more of it, too.
            let sharers = earning_shares::agreed(tx, id)?;
            let concerned = sharers.iter().map(|share| share.sharer).chain([id]);
            refuse_own(user, &concerned.collect::<Vec<_>>())?;
            if was == charges {
                return Ok(());
            }
            sellers::set_charges(tx, id, &charges.put(PolicyChange::default()))?;
            let entry = Entry::new(Action::ChargesChanged, id.to_string()).changed(was.shown(), charges.shown());
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

fn seller(tx: &mut TenantTx<'_>, id: UserId) -> Result<Charges> {
    sellers::lock(tx, id)?.ok_or_else(Error::not_found)?;
    Ok(Charges::of(&sellers::charges(tx, id)?))
}
