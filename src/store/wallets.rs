//! Wallets as their owners see them.

use super::{
    TenantTx,
    ledger::{self, AccountKind, Balance},
    moment::At,
};
use crate::{
    domain::{
        ids::{BookingId, CallId, UserId},
        money::{Currency, Money},
        time::Moment,
    },
    error::Result,
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// One line of a statement. A call's blocks are one line: the bill has them singly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Stays the same, for a call also while it is running.
    pub id: Uuid,
    /// When (of a call: the last block).
    pub at: Moment,
    /// What for, as the transfer says: `top_up`, `call_time`, `commission`, …
    pub kind: String,
    /// Positive in, negative out.
    pub amount: Money,
    /// Balance after it.
    pub balance: Money,
    /// The call it was for, and who the other person was.
    pub call: Option<(CallId, String)>,
    /// The order that it came back from.
    pub order: Option<BookingId>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: At,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = BigInt)]
    balance_minor: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    call_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    other_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    booking_id: Option<Uuid>,
}

/// What is in the person's wallet.
///
/// # Errors
/// The database is away.
pub fn balance(tx: &mut TenantTx<'_>, user: UserId, currency: Currency) -> Result<Balance> {
    ledger::balance(tx, AccountKind::Wallet(user), currency)
}

/// The wallet's statement, newest first.
///
/// # Errors
/// The database is away.
pub fn statement(tx: &mut TenantTx<'_>, user: UserId, currency: Currency, skip: i64, limit: i64) -> Result<Vec<Line>> {
    let rows: Vec<Row> = sql_query(
        "WITH account AS (
             SELECT id FROM ledger_accounts
             WHERE tenant_id = $1 AND kind = 'wallet' AND owner_id = $2 AND currency = $3
         ), grouped AS (
             SELECT coalesce(md5(e.leg_id || e.kind)::uuid, e.transfer_id) AS id, e.kind, e.leg_id,
                    max(e.at) AS at, sum(e.amount_minor)::bigint AS amount_minor
             FROM ledger_entries e JOIN account ON account.id = e.account_id
             WHERE e.tenant_id = $1
             GROUP BY 1, 2, 3
         ), lines AS (
             SELECT *, (sum(amount_minor) OVER (ORDER BY at, id))::bigint AS balance_minor FROM grouped
             WHERE amount_minor <> 0
             ORDER BY at DESC, id DESC OFFSET $4 LIMIT $5
         )
         SELECT lines.id, lines.at, lines.kind, lines.amount_minor, lines.balance_minor, c.id AS call_id,
                u.name AS other_name, r.booking_id
         FROM lines
         LEFT JOIN call_legs l ON l.tenant_id = $1 AND l.id = lines.leg_id
         LEFT JOIN refunds r ON r.tenant_id = $1 AND r.id = lines.id
         LEFT JOIN tips p ON p.tenant_id = $1 AND p.id = lines.id
         LEFT JOIN calls c ON c.tenant_id = $1 AND c.id = coalesce(l.call_id, r.call_id, p.call_id)
             AND $2 IN (c.buyer_id, c.seller_id)
         LEFT JOIN users u ON u.tenant_id = $1
             AND u.id = CASE c.buyer_id WHEN $2 THEN c.seller_id ELSE c.buyer_id END
         ORDER BY lines.at DESC, lines.id DESC",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(user.uuid())
    .bind::<Text, _>(currency.code())
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.line(currency)).collect())
}

impl Row {
    fn line(self, currency: Currency) -> Line {
        Line {
            id: self.id,
            at: self.at.into(),
            kind: self.kind,
            amount: Money::new(self.amount_minor, currency),
            balance: Money::new(self.balance_minor, currency),
            order: self.booking_id.map(BookingId::from_uuid),
            call: self.call_id.map(CallId::from_uuid).zip(self.other_name),
        }
    }
}
