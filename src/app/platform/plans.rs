//! What tenants can subscribe to.

use super::{PlatformOwner, checked_name};
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        ids::PlanId,
        money::{Currency, Money},
        plan::{FEWEST_PARTICIPANTS, Limits},
        subscription::MOST_MONTHS,
    },
    error::{Error, Result},
    store::{
        audit,
        plans::{self, Plan},
    },
};
use serde_json::{Value, json};

/// Most a plan can cost, in minor units.
const MOST_MINOR: i64 = 100_000_000;

/// A plan as typed; what is absent stays, or is what is said here.
#[derive(Clone, Debug, Default)]
pub struct PlanDraft {
    /// What it is called; a new one needs it.
    pub name: Option<String>,
    /// What an interval costs, in minor units; a new one needs it.
    pub price_minor: Option<i64>,
    /// ISO 4217; a new one needs it.
    pub currency: Option<String>,
    /// How long an interval is; a new one needs it.
    pub months: Option<i32>,
    /// What one gets; everything.
    pub limits: Option<Limits>,
    /// Tenants can choose it; yes.
    pub offered: Option<bool>,
}

/// Adds a plan.
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn create_plan(app: &App, owner: &PlatformOwner, draft: PlanDraft) -> Result<PlanId> {
    let missing = |field| move || Error::field(field, "Fill this in.");
    let nothing = Plan {
        id: PlanId::new(),
        name: draft.name.clone().ok_or_else(missing("name"))?,
        price: Money::new(0, currency(draft.currency.as_deref().unwrap_or_default())?),
        months: draft.months.ok_or_else(missing("interval_months"))?,
        limits: Limits::default(),
        offered: true,
    };
    draft.price_minor.ok_or_else(missing("price_minor"))?;
    let plan = drafted(nothing, draft)?;
    let (id, actor, now) = (plan.id, owner.actor(), app.now());
    app.db
        .system(move |tx| {
            plans::insert(tx, &plan, now)?;
            let entry = Entry::new(Action::PlanCreated, &plan.name).changed(Value::Null, shown(&plan));
            audit::write_platform(tx, &actor, &entry, now)
        })
        .await?;
    Ok(id)
}

/// Changes a plan. What was bought keeps its price and time; limits hold for everybody from now on, and what is in use
/// beyond them stays.
///
/// # Errors
/// A field that can't be taken, no such plan, or the database is away.
pub async fn change_plan(app: &App, owner: &PlatformOwner, id: PlanId, draft: PlanDraft) -> Result<()> {
    let (actor, now) = (owner.actor(), app.now());
    app.db
        .system(move |tx| {
            let before = plans::lock(tx, id)?;
            let after = drafted(before.clone(), draft)?;
            if after == before {
                return Ok(());
            }
            plans::update(tx, &after)?;
            let entry = Entry::new(Action::PlanChanged, &before.name).changed(shown(&before), shown(&after));
            audit::write_platform(tx, &actor, &entry, now)
        })
        .await
}

fn currency(code: &str) -> Result<Currency> {
    Currency::parse(code).ok_or_else(|| Error::field("currency", "Enter the currency's code, such as EUR."))
}

fn drafted(plan: Plan, draft: PlanDraft) -> Result<Plan> {
    let code = draft.currency.as_deref().map(currency).transpose()?;
    let drafted = Plan {
        id: plan.id,
        name: checked_name(&draft.name.unwrap_or(plan.name))?,
        price: Money::new(
            draft.price_minor.unwrap_or(plan.price.minor),
            code.unwrap_or(plan.price.currency),
        ),
        months: draft.months.unwrap_or(plan.months),
        limits: draft.limits.unwrap_or(plan.limits),
        offered: draft.offered.unwrap_or(plan.offered),
    };
    if !(0..=MOST_MINOR).contains(&drafted.price.minor) {
        return Err(Error::field("price_minor", "Choose a price of 0 to 1,000,000.00."));
    }
    if !(1..=MOST_MONTHS).contains(&drafted.months) {
        let words = format!("Choose 1 to {MOST_MONTHS} months.");
        return Err(Error::field("interval_months", words));
    }
    if drafted
        .limits
        .participants
        .is_some_and(|most| most < FEWEST_PARTICIPANTS)
    {
        let words = format!("A call has {FEWEST_PARTICIPANTS} people: allow that many, or leave it empty.");
        return Err(Error::field("participants", words));
    }
    Ok(drafted)
}

fn shown(plan: &Plan) -> Value {
    json!({
        "name": plan.name,
        "price_minor": plan.price.minor,
        "currency": plan.price.currency.code(),
        "interval_months": plan.months,
        "limits": plan.limits,
        "offered": plan.offered,
    })
}
