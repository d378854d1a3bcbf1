//! What banks took back, as the console lists it.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
};
use crate::error::Result;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A chargeback, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct ChargebackLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Who paid, if it is known.
    #[diesel(sql_type = Nullable<Text>)]
    pub buyer: Option<String>,
    /// How much the bank took, in minor units.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// What of it came out of the buyer's wallet.
    #[diesel(sql_type = BigInt)]
    pub wallet_minor: i64,
    /// What of it sellers do without.
    #[diesel(sql_type = BigInt)]
    pub held_minor: i64,
    /// ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// The provider's name of it.
    #[diesel(sql_type = Text)]
    pub reference: String,
    /// The provider's name of the payment.
    #[diesel(sql_type = Text)]
    pub charge: String,
    /// Why, in the provider's words.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// `open`, `won` or `lost`.
    #[diesel(sql_type = Text)]
    pub stage: String,
    /// When it became known, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
    /// When it was decided.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub closed_at: Option<i64>,
}

const LIST: List = List {
    columns:
        "c.id, b.name AS buyer, c.amount_minor, c.wallet_minor, c.currency, c.reference, c.charge, c.reason, c.stage,
        (SELECT coalesce(sum(s.held_earnings_minor + s.held_payable_minor), 0)::bigint FROM chargeback_shares s
         WHERE s.tenant_id = c.tenant_id AND s.chargeback_id = c.id) AS held_minor,
        (extract(epoch FROM c.opened_at) * 1000)::bigint AS at,
        (extract(epoch FROM c.closed_at) * 1000)::bigint AS closed_at",
    rows: "FROM chargebacks c LEFT JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
        WHERE c.tenant_id = $2::uuid AND $3 IS NULL AND ($1 IS NULL OR b.name ILIKE $1 OR c.reference ILIKE $1)",
    sorts: &[
        ("queue", "(c.stage = 'open', c.opened_at)"),
        ("at", "c.opened_at"),
        ("amount", "c.amount_minor"),
    ],
    newest_first: true,
    key: "c.id",
};

/// All chargebacks, those that aren't decided first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<ChargebackLine>> {
    LIST.of_tenant(tx, wanted, None)
}
