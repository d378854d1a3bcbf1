//! What buyers claim back, with what was known when they did.

use super::{
    TenantTx,
    error::violates,
    listing::{List, Page, Wanted},
    moment::At,
    refunds::{columns, subject},
    schema::{dispute_rules, disputes},
};
use crate::{
    domain::{
        dispute::{DecidedBy, Dispute, State, USUAL_WINDOW_DAYS},
        ids::{DisputeId, UserId},
        money::Currency,
        refund::Subject,
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
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// What the seller does without meanwhile, in minor units, by the account that it was taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// From what they earned lately.
    pub earnings_minor: i64,
    /// From what they can have paid out.
    pub payable_minor: i64,
}

impl Held {
    /// All of it.
    pub fn minor(self) -> i64 {
        self.earnings_minor + self.payable_minor
    }
}

/// A dispute between two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// Its id.
    pub id: DisputeId,
    /// About what.
    pub subject: Subject,
    /// Who wants money back.
    pub buyer: UserId,
    /// From whom.
    pub seller: UserId,
    /// Currency of its amounts.
    pub currency: Currency,
    /// Where it stands.
    pub dispute: Dispute,
    /// What is held.
    pub held: Held,
    /// Why, in the buyer's words.
    pub reason: String,
    /// What the seller says.
    pub answer: String,
    /// Why it was decided so.
    pub decision: String,
    /// When it was opened.
    pub opened_at: Moment,
    /// When it ended.
    pub closed_at: Option<Moment>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = disputes)]
struct Row {
    id: Uuid,
    call_id: Option<Uuid>,
    booking_id: Option<Uuid>,
    buyer_id: Uuid,
    seller_id: Uuid,
    currency: String,
    asked_minor: i64,
    held_earnings_minor: i64,
    held_payable_minor: i64,
    state: String,
    reason: String,
    answer: String,
    answer_by: At,
    refunded_minor: Option<i64>,
    decided_by: Option<String>,
    decision: String,
    opened_at: At,
    closed_at: Option<At>,
}

impl Row {
    fn disputed(self) -> Result<Disputed> {
        let unreadable = || Error::internal(anyhow!("dispute {} can't be read", self.id));
        let by = self.decided_by.as_deref().and_then(DecidedBy::parse);
        let state = match (self.state.as_str(), by, self.refunded_minor) {
            ("open", ..) => State::Open,
            ("answered", ..) => State::Answered,
            ("withdrawn", ..) => State::Withdrawn,
            ("decided", Some(by), Some(refund_minor)) => State::Decided { by, refund_minor },
            _ => return Err(unreadable()),
        };
        Ok(Disputed {
            id: DisputeId::from_uuid(self.id),
            subject: subject(self.call_id, self.booking_id).ok_or_else(unreadable)?,
            buyer: UserId::from_uuid(self.buyer_id),
            seller: UserId::from_uuid(self.seller_id),
            currency: Currency::parse(&self.currency).ok_or_else(unreadable)?,
            dispute: Dispute {
                asked_minor: self.asked_minor,
                answer_by: self.answer_by.into(),
                state,
            },
            held: Held {
                earnings_minor: self.held_earnings_minor,
                payable_minor: self.held_payable_minor,
            },
            reason: self.reason,
            answer: self.answer,
            decision: self.decision,
            opened_at: self.opened_at.into(),
            closed_at: self.closed_at.map(Moment::from),
        })
    }
}

/// What a tenant has set about claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Until so many days after its end something can be disputed.
    pub window_days: u32,
    /// What banks take back is held of the sellers who were paid last; else the tenant bears it.
    pub hold_sellers: bool,
}

/// What the tenant has set about claims.
///
/// # Errors
/// The database is away.
pub fn rules(tx: &mut TenantTx<'_>) -> Result<Rules> {
    let found: Option<(i32, bool)> = dispute_rules::table
        .find(tx.tenant().uuid())
        .select((dispute_rules::window_days, dispute_rules::hold_sellers))
        .first(tx.conn)
        .optional()?;
    Ok(match found {
        Some((days, hold_sellers)) => Rules {
            window_days: u32::try_from(days).unwrap_or(USUAL_WINDOW_DAYS),
            hold_sellers,
        },
        None => Rules {
            window_days: USUAL_WINDOW_DAYS,
            hold_sellers: true,
        },
    })
}

/// Sets that.
///
/// # Errors
/// The database is away.
pub fn set_rules(tx: &mut TenantTx<'_>, rules: Rules) -> Result<()> {
    let set = (
        dispute_rules::window_days.eq(i32::try_from(rules.window_days).map_err(Error::internal)?),
        dispute_rules::hold_sellers.eq(rules.hold_sellers),
    );
    diesel::insert_into(dispute_rules::table)
        .values((dispute_rules::tenant_id.eq(tx.tenant().uuid()), set))
        .on_conflict(dispute_rules::tenant_id)
        .do_update()
        .set(set)
        .execute(tx.conn)?;
    Ok(())
}

/// All disputes about something, the newest first.
///
/// # Errors
/// The database is away.
pub fn of(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Vec<Disputed>> {
    let own = disputes::table
        .filter(disputes::tenant_id.eq(tx.tenant().uuid()))
        .order((disputes::opened_at.desc(), disputes::id.desc()))
        .select(Row::as_select());
    let rows: Vec<Row> = match subject {
        Subject::Call(call) => own.filter(disputes::call_id.eq(call.uuid())).load(tx.conn)?,
        Subject::Order(order) => own.filter(disputes::booking_id.eq(order.uuid())).load(tx.conn)?,
    };
    rows.into_iter().map(Row::disputed).collect()
}

/// Whether somebody has a dispute that isn't over, on either side.
///
/// # Errors
/// The database is away.
pub fn has_open(tx: &mut TenantTx<'_>, person: UserId) -> Result<bool> {
    let open = disputes::table
        .filter(disputes::tenant_id.eq(tx.tenant().uuid()))
        .filter(disputes::state.eq_any([State::Open.name(), State::Answered.name()]))
        .filter(
            disputes::buyer_id
                .eq(person.uuid())
                .or(disputes::seller_id.eq(person.uuid())),
        );
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(tx.conn)?)
}

/// A dispute.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: DisputeId) -> Result<Disputed> {
    let row = disputes::table.find((tx.tenant().uuid(), id.uuid()));
    let row: Row = row.select(Row::as_select()).first(tx.conn)?;
    row.disputed()
}

/// A dispute; nobody else changes it until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: DisputeId) -> Result<Disputed> {
    let row = disputes::table.find((tx.tenant().uuid(), id.uuid()));
    let row: Row = row.select(Row::as_select()).for_update().first(tx.conn)?;
    row.disputed()
}

/// What was known when it was opened.
///
/// # Errors
/// Not here, or the database is away.
pub fn evidence(tx: &mut TenantTx<'_>, id: DisputeId) -> Result<Value> {
    let row = disputes::table.find((tx.tenant().uuid(), id.uuid()));
    Ok(row.select(disputes::evidence).first(tx.conn)?)
}

/// Writes down a new dispute with what is known.
///
/// # Errors
/// There is one about it already, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, new: &Disputed, evidence: &Value) -> Result<()> {
    let (call, order) = columns(new.subject);
    diesel::insert_into(disputes::table)
        .values((
            disputes::tenant_id.eq(tx.tenant().uuid()),
            disputes::id.eq(new.id.uuid()),
            disputes::call_id.eq(call),
            disputes::booking_id.eq(order),
            disputes::buyer_id.eq(new.buyer.uuid()),
            disputes::seller_id.eq(new.seller.uuid()),
            disputes::currency.eq(new.currency.code()),
            disputes::asked_minor.eq(new.dispute.asked_minor),
            disputes::held_earnings_minor.eq(new.held.earnings_minor),
            disputes::held_payable_minor.eq(new.held.payable_minor),
            disputes::state.eq(new.dispute.state.name()),
            disputes::reason.eq(&new.reason),
            disputes::answer_by.eq(At(new.dispute.answer_by)),
            disputes::evidence.eq(evidence),
            disputes::opened_at.eq(At(new.opened_at)),
        ))
        .execute(tx.conn)
        .map_err(|error| {
            let known = violates(&error, "one_dispute_a_call") || violates(&error, "one_dispute_a_booking");
            match known {
                true => Error::conflict("disputed", "This was disputed already.").because(error),
                false => error.into(),
            }
        })?;
    Ok(())
}

/// Writes down where it stands now, and what was said.
///
/// # Errors
/// The database is away.
pub fn update(tx: &mut TenantTx<'_>, changed: &Disputed) -> Result<()> {
    let (by, refunded_minor) = match changed.dispute.state {
        State::Decided { by, refund_minor } => (Some(by.name()), Some(refund_minor)),
        _ => (None, None),
    };
    diesel::update(disputes::table.find((tx.tenant().uuid(), changed.id.uuid())))
        .set((
            disputes::state.eq(changed.dispute.state.name()),
            disputes::answer.eq(&changed.answer),
            disputes::decision.eq(&changed.decision),
            disputes::decided_by.eq(by),
            disputes::refunded_minor.eq(refunded_minor),
            disputes::closed_at.eq(changed.closed_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A dispute, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct DisputeLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The call, if it was paid for as it went.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub call_id: Option<Uuid>,
    /// The order otherwise.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub booking_id: Option<Uuid>,
    /// Who wants money back.
    #[diesel(sql_type = Text)]
    pub buyer: String,
    /// From whom.
    #[diesel(sql_type = Text)]
    pub seller: String,
    /// What was paid for.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// How much, in minor units.
    #[diesel(sql_type = BigInt)]
    pub asked_minor: i64,
    /// What the seller does without meanwhile, or did.
    #[diesel(sql_type = BigInt)]
    pub held_minor: i64,
    /// ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// `open`, `answered`, `decided` or `withdrawn`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Why, in the buyer's words.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// What the seller says.
    #[diesel(sql_type = Text)]
    pub answer: String,
    /// Until when the seller can answer, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub answer_by: i64,
    /// What was decided to go back.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub refunded_minor: Option<i64>,
    /// `seller`, who agreed, or `staff`.
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    /// Why it was decided so.
    #[diesel(sql_type = Text)]
    pub decision: String,
    /// When it was opened, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
    /// When it ended.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub closed_at: Option<i64>,
}

const LIST: List = List {
    columns: "d.id, d.call_id, d.booking_id, b.name AS buyer, s.name AS seller,
        coalesce(c.service_title, o.service_title, '') AS title, d.asked_minor,
        d.held_earnings_minor + d.held_payable_minor AS held_minor, d.currency, d.state, d.reason, d.answer,
        (extract(epoch FROM d.answer_by) * 1000)::bigint AS answer_by, d.refunded_minor, d.decided_by, d.decision,
        (extract(epoch FROM d.opened_at) * 1000)::bigint AS at,
        (extract(epoch FROM d.closed_at) * 1000)::bigint AS closed_at",
    rows: "FROM disputes d
        JOIN users b ON b.tenant_id = d.tenant_id AND b.id = d.buyer_id
        JOIN users s ON s.tenant_id = d.tenant_id AND s.id = d.seller_id
        LEFT JOIN calls c ON c.tenant_id = d.tenant_id AND c.id = d.call_id
        LEFT JOIN bookings o ON o.tenant_id = d.tenant_id AND o.id = d.booking_id
        WHERE d.tenant_id = $2::uuid AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1)
          AND ($3 IS NULL OR (d.closed_at IS NULL) = ($3 = 'open'))",
    sorts: &[
        ("queue", "(d.closed_at IS NULL, d.opened_at)"),
        ("at", "d.opened_at"),
        ("amount", "d.asked_minor"),
    ],
    newest_first: true,
    key: "d.id",
};

/// Disputes: those that wait for a decision first; only those, or only the others, if that is asked for.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted, open: Option<bool>) -> Result<Page<DisputeLine>> {
    let filter = open.map(|open| if open { "open" } else { "closed" });
    LIST.of_tenant(tx, wanted, filter)
}
