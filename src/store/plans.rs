//! What tenants can subscribe to.

use super::{
    SystemTx, TenantTx,
    error::violates,
    listing::{List, Page, Wanted},
    moment::At,
    schema::plans,
};
use crate::{
    domain::{
        ids::PlanId,
        money::{Currency, Money},
        plan::Limits,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Integer, Jsonb, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// What it is called.
    pub name: String,
    /// What an interval costs.
    pub price: Money,
    /// How long an interval is.
    pub months: i32,
    /// What one gets.
    pub limits: Limits,
    /// Tenants can choose it.
    pub offered: bool,
}

/// A plan as both consoles show it.
#[derive(Clone, Debug, PartialEq, QueryableByName, Serialize, ToSchema)]
pub struct Line {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What an interval costs.
    #[diesel(sql_type = BigInt)]
    pub price_minor: i64,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// How long an interval is.
    #[diesel(sql_type = Integer)]
    pub interval_months: i32,
    /// What one gets.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Limits)]
    pub limits: Value,
    /// Tenants can choose it.
    #[diesel(sql_type = Bool)]
    pub offered: bool,
}

const COLUMNS: &str = "p.id, p.name, p.price_minor, p.currency, p.interval_months, p.limits, p.offered";

const LIST: List = List {
    columns: COLUMNS,
    rows: "FROM plans p WHERE ($1 IS NULL OR p.name ILIKE $1) AND ($2 IS NULL) AND ($3 IS NULL)",
    sorts: &[
        ("name", "lower(p.name)"),
        ("price", "p.price_minor"),
        ("offered", "p.offered"),
    ],
    newest_first: false,
    key: "p.id",
};

/// All plans, by name.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut SystemTx<'_>, wanted: &Wanted) -> Result<Page<Line>> {
    LIST.page(tx.conn, wanted, [None, None])
}

/// Plans that can be chosen, the cheapest first.
///
/// # Errors
/// The database is away.
pub fn offered(tx: &mut TenantTx<'_>) -> Result<Vec<Line>> {
    let query = format!("SELECT {COLUMNS} FROM plans p WHERE p.offered ORDER BY p.price_minor, p.name LIMIT 100");
    Ok(sql_query(query).load(tx.conn)?)
}

#[derive(AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = plans)]
struct Row {
    id: Uuid,
    name: String,
    price_minor: i64,
    currency: String,
    interval_months: i32,
    limits: Value,
    offered: bool,
}

impl Row {
    fn of(plan: &Plan) -> Result<Self> {
        Ok(Self {
            id: plan.id.uuid(),
            name: plan.name.clone(),
            price_minor: plan.price.minor,
            currency: plan.price.currency.code().to_owned(),
            interval_months: plan.months,
            limits: serde_json::to_value(plan.limits).map_err(Error::internal)?,
            offered: plan.offered,
        })
    }

    fn plan(self) -> Result<Plan> {
        let currency = Currency::parse(&self.currency);
        let currency = currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?;
        Ok(Plan {
            id: PlanId::from_uuid(self.id),
            name: self.name,
            price: Money::new(self.price_minor, currency),
            months: self.interval_months,
            limits: serde_json::from_value(self.limits).map_err(Error::internal)?,
            offered: self.offered,
        })
    }
}

/// Reads one.
///
/// # Errors
/// There is none, or the database is away.
pub fn find(tx: &mut SystemTx<'_>, id: PlanId) -> Result<Plan> {
    let found = plans::table.find(id.uuid()).select(Row::as_select());
    found.first(tx.conn)?.plan()
}

/// Reads one and keeps others from changing it until the transaction ends.
///
/// # Errors
/// There is none, or the database is away.
pub fn lock(tx: &mut SystemTx<'_>, id: PlanId) -> Result<Plan> {
    let found = plans::table.find(id.uuid()).select(Row::as_select());
    found.for_update().first(tx.conn)?.plan()
}

/// Adds one.
///
/// # Errors
/// Its name is taken, or the database is away.
pub fn insert(tx: &mut SystemTx<'_>, plan: &Plan, now: Moment) -> Result<()> {
    let added = diesel::insert_into(plans::table)
        .values((Row::of(plan)?, plans::created_at.eq(At(now))))
        .execute(tx.conn);
    taken(added)
}

/// Changes one. What was bought keeps its price and time; limits hold from now on.
///
/// # Errors
/// Its name is taken, or the database is away.
pub fn update(tx: &mut SystemTx<'_>, plan: &Plan) -> Result<()> {
    let changed = diesel::update(plans::table.find(plan.id.uuid()))
        .set(Row::of(plan)?)
        .execute(tx.conn);
    taken(changed)
}

fn taken(result: QueryResult<usize>) -> Result<()> {
    match result {
        Ok(_) => Ok(()),
        Err(error) if violates(&error, "plans_name_key") => {
            Err(Error::field("name", "Another plan has this name. Choose another one."))
        }
        Err(error) => Err(error.into()),
    }
}
