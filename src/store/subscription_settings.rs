//! What the platform's owners set about all subscriptions: one row.

use super::{SystemTx, moment::At, schema::subscription_settings as table};
use crate::{domain::time::Moment, error::Result};
use diesel::prelude::*;

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Since when tenants need a subscription; none is never.
    pub on_since: Option<Moment>,
    /// Days after the end in which everything goes on.
    pub grace_days: i32,
    /// How many days before the end a mail goes out.
    pub days_before: Vec<i32>,
    /// Its subject, with variables.
    pub mail_subject: String,
    /// Its text, with variables.
    pub mail_body: String,
    /// Who sends invoices: name, address, tax number.
    pub issuer: String,
}

impl Settings {
    /// The platform's name: the first line of who sends invoices.
    pub fn sender(&self) -> &str {
        self.issuer.lines().next().unwrap_or_default()
    }
}

#[derive(AsChangeset, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_null = true)]
struct Row {
    on_since: Option<At>,
    grace_days: i32,
    days_before: Vec<Option<i32>>,
    mail_subject: String,
    mail_body: String,
    issuer: String,
}

impl From<Row> for Settings {
    fn from(row: Row) -> Self {
        Self {
            on_since: row.on_since.map(Moment::from),
            grace_days: row.grace_days,
            days_before: row.days_before.into_iter().flatten().collect(),
            mail_subject: row.mail_subject,
            mail_body: row.mail_body,
            issuer: row.issuer,
        }
    }
}

/// What is set.
///
/// # Errors
/// The database is away.
pub fn read(tx: &mut SystemTx<'_>) -> Result<Settings> {
    let row: Row = table::table.select(Row::as_select()).first(tx.conn)?;
    Ok(row.into())
}

/// The same, and others can't change it until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut SystemTx<'_>) -> Result<Settings> {
    let row: Row = table::table.select(Row::as_select()).for_update().first(tx.conn)?;
    Ok(row.into())
}

/// Sets all of it.
///
/// # Errors
/// The database is away.
pub fn write(tx: &mut SystemTx<'_>, settings: &Settings) -> Result<()> {
    let row = Row {
        on_since: settings.on_since.map(At),
        grace_days: settings.grace_days,
        days_before: settings.days_before.iter().copied().map(Some).collect(),
        mail_subject: settings.mail_subject.clone(),
        mail_body: settings.mail_body.clone(),
        issuer: settings.issuer.clone(),
    };
    diesel::update(table::table).set(row).execute(tx.conn)?;
    Ok(())
}
