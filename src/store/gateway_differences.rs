//! Where a payment provider and our books don't say the same of a payment.

use super::{TenantTx, moment::At, schema::gateway_differences};
use crate::{
    domain::{
        ids::{GatewayAccountId, TopUpId},
        time::Moment,
    },
    error::Result,
    store::listing::{List, Page, Wanted},
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// A difference, as its list shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Difference {
    /// Of which payment.
    #[diesel(sql_type = SqlUuid)]
    pub top_up_id: Uuid,
    /// Who took it.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// Whose wallet it was for.
    #[diesel(sql_type = Text)]
    pub person: String,
    /// How much it is of.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// Of which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// What our books say.
    #[diesel(sql_type = Text)]
    pub ours: String,
    /// What the provider says.
    #[diesel(sql_type = Text)]
    pub theirs: String,
    /// When it was found.
    #[diesel(sql_type = Timestamptz)]
    pub found_at: At,
    /// What staff wrote who were done with it.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
}

/// Notes a difference; one that is known already stays as it was found.
///
/// # Errors
/// The database is away.
pub fn note(
    tx: &mut TenantTx<'_>,
    (top_up, account): (TopUpId, GatewayAccountId),
    (ours, theirs): (&str, &str),
    now: Moment,
) -> Result<()> {
    diesel::insert_into(gateway_differences::table)
        .values((
            gateway_differences::tenant_id.eq(tx.tenant().uuid()),
            gateway_differences::top_up_id.eq(top_up.uuid()),
            gateway_differences::account_id.eq(account.uuid()),
            gateway_differences::ours.eq(ours),
            gateway_differences::theirs.eq(theirs),
            gateway_differences::found_at.eq(At(now)),
        ))
        .on_conflict((gateway_differences::tenant_id, gateway_differences::top_up_id))
        .do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// Staff are done with one. False if it isn't open.
///
/// # Errors
/// The database is away.
pub fn clear(tx: &mut TenantTx<'_>, top_up: TopUpId, note: &str, now: Moment) -> Result<bool> {
    let open = gateway_differences::table
        .filter(gateway_differences::tenant_id.eq(tx.tenant().uuid()))
        .filter(gateway_differences::top_up_id.eq(top_up.uuid()))
        .filter(gateway_differences::cleared_at.is_null());
    let cleared = diesel::update(open)
        .set((
            gateway_differences::cleared_at.eq(At(now)),
            gateway_differences::note.eq(note),
        ))
        .execute(tx.conn)?;
    Ok(cleared == 1)
}

const LIST: List = List {
    columns: "d.top_up_id, a.provider, u.name AS person, t.amount_minor, t.currency, d.ours, d.theirs, d.found_at, d.note",
    rows: "FROM gateway_differences d
        JOIN gateway_accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
        JOIN top_ups t ON t.tenant_id = d.tenant_id AND t.id = d.top_up_id
        JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
        WHERE d.tenant_id = $2::uuid AND ($1 IS NULL OR u.name ILIKE $1 OR a.provider ILIKE $1) AND $3::text IS NULL",
    sorts: &[("found_at", "d.found_at")],
    newest_first: true,
    key: "d.top_up_id",
};

/// All of them, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<Difference>> {
    LIST.of_tenant(tx, wanted, None)
}
