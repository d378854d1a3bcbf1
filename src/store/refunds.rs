//! What was given back of what was paid.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
    schema::refunds,
};
use crate::{
    domain::{
        call::CallRole,
        ids::{BookingId, CallId, DisputeId, RefundId, UserId},
        money::{Currency, Money},
        refund::{GivenBy, Subject},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its id, and that of the transfer into the buyer's wallet.
    pub id: RefundId,
    /// Of what.
    pub subject: Subject,
    /// Who gets it.
    pub buyer: UserId,
    /// Whose earnings it is taken from.
    pub seller: UserId,
    /// How much.
    pub amount: Money,
    /// The tenant's part of it, in minor units.
    pub commission_minor: i64,
    /// The time that goes back with it, seconds.
    pub seconds: i64,
    /// Who gives it.
    pub given_by: GivenBy,
    /// By the decision of which dispute.
    pub dispute: Option<DisputeId>,
    /// Why, in words that both read.
    pub reason: String,
    /// When.
    pub at: Moment,
}

impl Refund {
    /// What it changes for one of the two, in minor units: more for the buyer, less for the seller.
    pub fn for_minor(&self, role: CallRole) -> i64 {
        match role {
            CallRole::Buyer => self.amount.minor,
            CallRole::Seller => self.commission_minor - self.amount.minor,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = refunds)]
struct Row {
    id: Uuid,
    call_id: Option<Uuid>,
    booking_id: Option<Uuid>,
    buyer_id: Uuid,
    seller_id: Uuid,
    currency: String,
    amount_minor: i64,
    commission_minor: i64,
    seconds: i64,
    given_by: String,
    dispute_id: Option<Uuid>,
    reason: String,
    at: At,
}

impl Row {
    fn refund(self) -> Result<Refund> {
        let unreadable = || Error::internal(anyhow!("refund {} can't be read", self.id));
        let currency = Currency::parse(&self.currency).ok_or_else(unreadable)?;
        Ok(Refund {
            id: RefundId::from_uuid(self.id),
            subject: subject(self.call_id, self.booking_id).ok_or_else(unreadable)?,
            buyer: UserId::from_uuid(self.buyer_id),
            seller: UserId::from_uuid(self.seller_id),
            amount: Money::new(self.amount_minor, currency),
            commission_minor: self.commission_minor,
            seconds: self.seconds,
            given_by: GivenBy::parse(&self.given_by).ok_or_else(unreadable)?,
            dispute: self.dispute_id.map(DisputeId::from_uuid),
            reason: self.reason,
            at: self.at.into(),
        })
    }
}

/// The one of two columns that is set.
pub(super) fn subject(call: Option<Uuid>, order: Option<Uuid>) -> Option<Subject> {
    let call = call.map(|id| Subject::Call(CallId::from_uuid(id)));
    call.or(order.map(|id| Subject::Order(BookingId::from_uuid(id))))
}

/// A subject as two columns.
pub(super) fn columns(subject: Subject) -> (Option<Uuid>, Option<Uuid>) {
    match subject {
        Subject::Call(call) => (Some(call.uuid()), None),
        Subject::Order(order) => (None, Some(order.uuid())),
    }
}

/// Everything that was given back of something, oldest first.
///
/// # Errors
/// The database is away.
pub fn of(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Vec<Refund>> {
    let own = refunds::table
        .filter(refunds::tenant_id.eq(tx.tenant().uuid()))
        .order((refunds::at, refunds::id))
        .select(Row::as_select());
    let rows: Vec<Row> = match subject {
        Subject::Call(call) => own.filter(refunds::call_id.eq(call.uuid())).load(tx.conn)?,
        Subject::Order(order) => own.filter(refunds::booking_id.eq(order.uuid())).load(tx.conn)?,
    };
    rows.into_iter().map(Row::refund).collect()
}

/// A refund, if it was given.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, id: RefundId) -> Result<Option<Refund>> {
    let row = refunds::table.find((tx.tenant().uuid(), id.uuid()));
    let row: Option<Row> = row.select(Row::as_select()).first(tx.conn).optional()?;
    row.map(Row::refund).transpose()
}

/// Writes down what was given back.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, refund: &Refund) -> Result<()> {
    let (call, order) = columns(refund.subject);
    diesel::insert_into(refunds::table)
        .values((
            refunds::tenant_id.eq(tx.tenant().uuid()),
            refunds::id.eq(refund.id.uuid()),
            refunds::call_id.eq(call),
            refunds::booking_id.eq(order),
            refunds::buyer_id.eq(refund.buyer.uuid()),
            refunds::seller_id.eq(refund.seller.uuid()),
            refunds::currency.eq(refund.amount.currency.code()),
            refunds::amount_minor.eq(refund.amount.minor),
            refunds::commission_minor.eq(refund.commission_minor),
            refunds::seconds.eq(refund.seconds),
            refunds::given_by.eq(refund.given_by.name()),
            refunds::dispute_id.eq(refund.dispute.map(DisputeId::uuid)),
            refunds::reason.eq(&refund.reason),
            refunds::at.eq(At(refund.at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A refund, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct RefundLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The call, if it was paid for as it went.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub call_id: Option<Uuid>,
    /// The order otherwise.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub booking_id: Option<Uuid>,
    /// Who got it.
    #[diesel(sql_type = Text)]
    pub buyer: String,
    /// Whose earnings it was taken from.
    #[diesel(sql_type = Text)]
    pub seller: String,
    /// What was paid for.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// How much the buyer got, in minor units.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// The tenant's part of it.
    #[diesel(sql_type = BigInt)]
    pub commission_minor: i64,
    /// ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// `seller`, `staff` or `dispute`.
    #[diesel(sql_type = Text)]
    pub given_by: String,
    /// Why.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// When, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
}

const LIST: List = List {
    columns: "r.id, r.call_id, r.booking_id, b.name AS buyer, s.name AS seller,
        coalesce(c.service_title, o.service_title, '') AS title, r.amount_minor, r.commission_minor, r.currency,
        r.given_by, r.reason, (extract(epoch FROM r.at) * 1000)::bigint AS at",
    rows: "FROM refunds r
        JOIN users b ON b.tenant_id = r.tenant_id AND b.id = r.buyer_id
        JOIN users s ON s.tenant_id = r.tenant_id AND s.id = r.seller_id
        LEFT JOIN calls c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
        LEFT JOIN bookings o ON o.tenant_id = r.tenant_id AND o.id = r.booking_id
        WHERE r.tenant_id = $2::uuid AND $3 IS NULL AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1)",
    sorts: &[("at", "r.at"), ("amount", "r.amount_minor")],
    newest_first: true,
    key: "r.id",
};

/// All refunds, the newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<RefundLine>> {
    LIST.of_tenant(tx, wanted, None)
}
