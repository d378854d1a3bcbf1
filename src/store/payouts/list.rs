//! Payouts as the console lists them.

use crate::{
    domain::{payout::State, time::Moment},
    error::Result,
    store::{
        TenantTx,
        listing::{List, Page, Wanted},
        moment::At,
    },
};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A payout, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct PayoutLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose money.
    #[diesel(sql_type = SqlUuid)]
    pub seller_id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub seller: String,
    /// How much.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// `requested`, `approved`, `batched`, `paid`, `failed`, `cancelled` or `refused`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// `iban`, `account`, `payoneer` or `stripe`.
    #[diesel(sql_type = Text)]
    pub method: String,
    /// Where it goes, as far as that is shown.
    #[diesel(sql_type = Text)]
    pub shown: String,
    /// Who asked for it.
    #[diesel(sql_type = SqlUuid)]
    pub requested_by_id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub requested_by: String,
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// The name of who approved it.
    #[diesel(sql_type = Nullable<Text>)]
    pub approved_by: Option<String>,
    /// When.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub approved_at: Option<i64>,
    /// The number of its batch.
    #[diesel(sql_type = Nullable<Integer>)]
    pub batch: Option<i32>,
    /// When it was over.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub ended_at: Option<i64>,
    /// Why it was refused or didn't arrive, or hasn't arrived yet.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// What the provider calls it, which pays by itself.
    #[diesel(sql_type = Text)]
    pub reference: String,
}

const LIST: List = List {
    columns: "p.id, p.seller_id, u.name AS seller, p.amount_minor, p.currency, p.state, p.method_kind AS method,
        p.method_shown AS shown, p.requested_by AS requested_by_id, r.name AS requested_by, p.requested_at AS at,
        a.name AS approved_by, (extract(epoch FROM p.approved_at) * 1000)::bigint AS approved_at,
        p.batch_number AS batch, (extract(epoch FROM p.ended_at) * 1000)::bigint AS ended_at, p.reason,
        p.reference",
    rows: "FROM payouts p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.seller_id
        JOIN users r ON r.tenant_id = p.tenant_id AND r.id = p.requested_by
        LEFT JOIN users a ON a.tenant_id = p.tenant_id AND a.id = p.approved_by
        WHERE p.tenant_id = $2::uuid AND ($3 IS NULL OR p.state = $3 OR 'batch:' || p.batch_number = $3)
          AND ($1 IS NULL OR u.name ILIKE $1)",
    sorts: &[
        ("at", "p.requested_at"),
        ("amount_minor", "p.amount_minor"),
        ("seller", "lower(u.name)"),
    ],
    newest_first: true,
    key: "p.id",
};

/// Which payouts a list is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that stand there.
    In(State),
    /// Those of a batch.
    Of(i32),
}

/// Payouts, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted, which: &Which) -> Result<Page<PayoutLine>> {
    let own = match which {
        Which::All => None,
        Which::In(state) => Some(state.name().to_owned()),
        Which::Of(batch) => Some(format!("batch:{batch}")),
    };
    LIST.of_tenant(tx, wanted, own.as_deref())
}
