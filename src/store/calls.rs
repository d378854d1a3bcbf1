//! Calls and their legs.

use super::{
    Db, TenantScope, TenantTx,
    error::violates,
    ledger::AccountKind,
    moment::At,
    schema::{call_legs, calls, people_in_calls, users},
    snapshots,
};
use crate::{
    domain::{
        call::{CallRole, EndReason, Terms},
        guest::ThirdPerson,
        ids::{AccountId, BookingId, CallId, ServiceId, TenantId, UserId},
        money::Currency,
        rating::Rating,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use tallyroom_media_protocol::signaling::RoomRole;
use uuid::Uuid;

/// One person of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Their account.
    pub id: UserId,
    /// Their public name.
    pub name: String,
}

/// A call as it was agreed.
#[derive(Clone, Debug)]
pub struct Call {
    /// The call.
    pub id: CallId,
    /// Who pays.
    pub buyer: Party,
    /// Who is paid.
    pub seller: Party,
    /// What was bought.
    pub service: ServiceId,
    /// Its title then.
    pub service_title: String,
    /// Currency of all its amounts.
    pub currency: Currency,
    /// Price and policy, frozen.
    pub terms: Terms,
    /// What the buyer could spend when it began to ring, in minor units.
    pub opening_minor: i64,
    /// When it began to ring.
    pub rang_at: Moment,
    /// What sellers thought of the buyer then: told with the ring, not kept.
    pub caller_rating: Option<Rating>,
    /// How it ended, once it has.
    pub ended: Option<Ended>,
    /// The order that it is the talk of: the seller began it, and it is paid already.
    pub booking: Option<BookingId>,
    /// The call that it is a leg of: one of its two is a third person there.
    pub parent: Option<CallId>,
}

impl Call {
    /// For whom it rings.
    pub fn rung(&self) -> CallRole {
        match self.booking {
            Some(_) => CallRole::Buyer,
            None => CallRole::Seller,
        }
    }

    /// As what one of the two is in the room.
    pub fn room_role(&self, role: CallRole) -> RoomRole {
        match role {
            CallRole::Buyer if self.terms.free => RoomRole::Visitor,
            role => role.into(),
        }
    }

    /// Of a leg, which of the two is the third person in its call.
    pub fn third(&self) -> Option<CallRole> {
        self.parent?;
        Some(match self.terms.policy.third_person {
            ThirdPerson::GuestPays => CallRole::Buyer,
            ThirdPerson::Free | ThirdPerson::BuyerPays => CallRole::Seller,
        })
    }

    /// Who isn't free for another call while it lasts: of a leg only the third person, for the other one is in its call
    /// already.
    pub fn occupied(&self) -> Vec<UserId> {
        match self.third() {
            Some(role) => vec![self.party(role).id],
            None => vec![self.buyer.id, self.seller.id],
        }
    }

    /// One of the two.
    pub fn party(&self, role: CallRole) -> &Party {
        match role {
            CallRole::Buyer => &self.buyer,
            CallRole::Seller => &self.seller,
        }
    }

    /// Whose money it uses.
    pub fn payer(&self) -> AccountKind {
        match self.booking {
            Some(order) => AccountKind::Order(self.buyer.id, order),
            None => AccountKind::Wallet(self.buyer.id),
        }
    }
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Moment,
    /// How.
    pub reason: EndReason,
    /// When it went live, if it did.
    pub live_at: Option<Moment>,
    /// Billable time.
    pub billable_ms: i64,
    /// What the buyer paid, in minor units.
    pub charged_minor: i64,
    /// What of it isn't the seller's: the tenant's part, and the tax on theirs.
    pub commission_minor: i64,
    /// The tax that is in it.
    pub tax_minor: i64,
}

/// Accounts that a call moves money between.
#[derive(Clone, Copy, Debug)]
pub struct LegAccounts {
    /// The buyer's wallet.
    pub payer: AccountId,
    /// The seller's earnings.
    pub payee: AccountId,
    /// The tenant's revenue.
    pub revenue: AccountId,
}

/// Why a call can't begin.
#[derive(Debug)]
pub enum CallRefused {
    /// The buyer is in a call.
    BuyerBusy,
    /// The seller is in a call.
    SellerBusy,
    /// Something else.
    Other(Error),
}

impl From<diesel::result::Error> for CallRefused {
    fn from(error: diesel::result::Error) -> Self {
        if violates(&error, "one_call_a_buyer") {
            Self::BuyerBusy
        } else if violates(&error, "one_call_a_seller") {
            Self::SellerBusy
        } else {
            Self::Other(error.into())
        }
    }
}

/// Stores a call that begins to ring (or, if it has ended already, one that never rang), with its only leg. The leg has
/// the call's id.
///
/// # Errors
/// Either person is in another call.
pub fn insert(tx: &mut TenantTx<'_>, call: &Call, accounts: LegAccounts) -> std::result::Result<(), CallRefused> {
    tx.lists_changed();
    let tenant = tx.tenant().uuid();
    let terms = serde_json::to_value(&call.terms).map_err(|error| CallRefused::Other(Error::internal(error)))?;
    diesel::insert_into(calls::table)
        .values((
            calls::tenant_id.eq(tenant),
            calls::id.eq(call.id.uuid()),
            calls::buyer_id.eq(call.buyer.id.uuid()),
            calls::seller_id.eq(call.seller.id.uuid()),
            calls::service_id.eq(call.service.uuid()),
            calls::service_title.eq(&call.service_title),
            calls::currency.eq(call.currency.code()),
            calls::terms.eq(terms),
            calls::opening_minor.eq(call.opening_minor),
            calls::rang_at.eq(At(call.rang_at)),
            calls::ended_at.eq(call.ended.map(|ended| At(ended.at))),
            calls::end_reason.eq(call.ended.map(|ended| reason_text(ended.reason))),
            calls::booking_id.eq(call.booking.map(BookingId::uuid)),
            calls::parent_id.eq(call.parent.map(CallId::uuid)),
        ))
        .execute(tx.conn)?;
    diesel::insert_into(call_legs::table)
        .values((
            call_legs::tenant_id.eq(tenant),
            call_legs::id.eq(call.id.uuid()),
            call_legs::call_id.eq(call.id.uuid()),
            call_legs::payer_id.eq(accounts.payer.uuid()),
            call_legs::payee_id.eq(accounts.payee.uuid()),
            call_legs::revenue_id.eq(accounts.revenue.uuid()),
        ))
        .execute(tx.conn)?;
    if call.ended.is_none() { occupy(tx, call) } else { Ok(()) }
}

/// Its people are in this call now. In the order of their ids, so that two who ring each other wait, and one loses.
fn occupy(tx: &mut TenantTx<'_>, call: &Call) -> std::result::Result<(), CallRefused> {
    let occupied = call.occupied();
    let mut people: Vec<Uuid> = occupied.iter().map(|person| person.uuid()).collect();
    people.sort_unstable();
    let row = |person| {
        (
            people_in_calls::tenant_id.eq(tx.tenant().uuid()),
            people_in_calls::user_id.eq(person),
            people_in_calls::call_id.eq(call.id.uuid()),
        )
    };
    let rows: Vec<_> = people.into_iter().map(row).collect();
    let free: Vec<Uuid> = diesel::insert_into(people_in_calls::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(people_in_calls::user_id)
        .get_results(tx.conn)?;
    let busy = |person: UserId| occupied.contains(&person) && !free.contains(&person.uuid());
    if busy(call.buyer.id) {
        Err(CallRefused::BuyerBusy)
    } else if busy(call.seller.id) {
        Err(CallRefused::SellerBusy)
    } else {
        Ok(())
    }
}

/// Somebody comes back to a call that they had left while it went on. False if they are in another one by now.
///
/// # Errors
/// The database is away.
pub fn come_back(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<bool> {
    tx.lists_changed();
    let row = (
        people_in_calls::tenant_id.eq(tx.tenant().uuid()),
        people_in_calls::user_id.eq(person.uuid()),
        people_in_calls::call_id.eq(call.uuid()),
    );
    let come = diesel::insert_into(people_in_calls::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(come == 1)
}

/// Somebody leaves a call that goes on without them.
///
/// # Errors
/// The database is away.
pub fn leave(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<()> {
    tx.lists_changed();
    let theirs = people_in_calls::table
        .find((tx.tenant().uuid(), person.uuid()))
        .filter(people_in_calls::call_id.eq(call.uuid()));
    diesel::delete(theirs).execute(tx.conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = calls)]
pub(super) struct Row {
    id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    service_id: Uuid,
    service_title: String,
    currency: String,
    terms: serde_json::Value,
    opening_minor: i64,
    rang_at: At,
    live_at: Option<At>,
    ended_at: Option<At>,
    end_reason: Option<String>,
    billable_ms: i64,
    charged_minor: i64,
    commission_minor: i64,
    tax_minor: i64,
    booking_id: Option<Uuid>,
    parent_id: Option<Uuid>,
}

impl Row {
    fn call(self, buyer: String, seller: String) -> Result<Call> {
        let ended = match (self.ended_at, self.end_reason.as_deref()) {
            (Some(at), Some(reason)) => Some(Ended {
                at: at.0,
                reason: reason_from(reason)?,
                live_at: self.live_at.map(Moment::from),
                billable_ms: self.billable_ms,
                charged_minor: self.charged_minor,
                commission_minor: self.commission_minor,
                tax_minor: self.tax_minor,
            }),
            _ => None,
        };
        let currency = Currency::parse(&self.currency);
        Ok(Call {
            id: CallId::from_uuid(self.id),
            buyer: Party {
                id: UserId::from_uuid(self.buyer_id),
                name: buyer,
            },
            seller: Party {
                id: UserId::from_uuid(self.seller_id),
                name: seller,
            },
            service: ServiceId::from_uuid(self.service_id),
            service_title: self.service_title,
            currency: currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?,
            terms: serde_json::from_value(self.terms).map_err(Error::internal)?,
            opening_minor: self.opening_minor,
            rang_at: self.rang_at.0,
            caller_rating: None,
            ended,
            booking: self.booking_id.map(BookingId::from_uuid),
            parent: self.parent_id.map(CallId::from_uuid),
        })
    }
}

fn reason_text(reason: EndReason) -> String {
    // A unit variant always serialises to its name.
    serde_json::to_value(reason)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn reason_from(text: &str) -> Result<EndReason> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(Error::internal)
}

/// Rows of one tenant with both people's names; each may be one that can't be read.
pub(super) fn named(conn: &mut PgConnection, tenant: Uuid, rows: Vec<Row>) -> Result<Vec<Result<Call>>> {
    let ids: HashSet<Uuid> = rows.iter().flat_map(|row| [row.buyer_id, row.seller_id]).collect();
    let names: HashMap<Uuid, String> = users::table
        .filter(users::tenant_id.eq(tenant))
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load::<(Uuid, String)>(conn)?
        .into_iter()
        .collect();
    let name = |id: &Uuid| names.get(id).cloned().unwrap_or_default();
    let call = |row: Row| {
        let (buyer, seller) = (name(&row.buyer_id), name(&row.seller_id));
        row.call(buyer, seller)
    };
    Ok(rows.into_iter().map(call).collect())
}

/// A call of one of its two people, in which nobody else changes who is asked in until the transaction ends.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn lock(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<Call> {
    let row = calls::table.find((tx.tenant().uuid(), call.uuid()));
    row.select(calls::id).for_no_key_update().first::<Uuid>(tx.conn)?;
    of_person(tx, call, person)
}

/// A call of one of its two people.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn of_person(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<Call> {
    let row = calls::table
        .find((tx.tenant().uuid(), call.uuid()))
        .filter(calls::buyer_id.eq(person.uuid()).or(calls::seller_id.eq(person.uuid())))
        .select(Row::as_select())
        .first(tx.conn)?;
    named(tx.conn, tx.tenant().uuid(), vec![row])?
        .pop()
        .ok_or_else(Error::not_found)?
}

/// A call.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, call: CallId) -> Result<Call> {
    let row = calls::table.find((tx.tenant().uuid(), call.uuid()));
    let row = row.select(Row::as_select()).first(tx.conn)?;
    named(tx.conn, tx.tenant().uuid(), vec![row])?
        .pop()
        .ok_or_else(Error::not_found)?
}

/// The call that an order was talked in, if it cost something.
///
/// # Errors
/// The database is away.
pub fn paid_of(tx: &mut TenantTx<'_>, order: BookingId) -> Result<Option<Call>> {
    let tenant = tx.tenant().uuid();
    let row = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::booking_id.eq(order.uuid()))
        .filter(calls::charged_minor.gt(0))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    named(tx.conn, tenant, row.into_iter().collect())?.pop().transpose()
}

/// A person's calls, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, person: UserId, limit: i64, offset: i64) -> Result<Vec<Call>> {
    let tenant = tx.tenant().uuid();
    let rows = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::buyer_id.eq(person.uuid()).or(calls::seller_id.eq(person.uuid())))
        .order(calls::rang_at.desc())
        .limit(limit)
        .offset(offset)
        .select(Row::as_select())
        .load(tx.conn)?;
    named(tx.conn, tenant, rows)?.into_iter().collect()
}

/// The call that a person is in right now; of a leg, the call that it is in.
///
/// # Errors
/// The database is away.
pub fn current(tx: &mut TenantTx<'_>, person: UserId) -> Result<Option<CallId>> {
    let tenant = tx.tenant().uuid();
    let theirs = people_in_calls::table
        .filter(people_in_calls::tenant_id.eq(tenant))
        .filter(people_in_calls::user_id.eq(person.uuid()))
        .select(people_in_calls::call_id);
    let found: Option<(Uuid, Option<Uuid>)> = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::id.eq_any(theirs))
        .select((calls::id, calls::parent_id))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(id, parent)| CallId::from_uuid(parent.unwrap_or(id))))
}

/// Which of these people are in a call right now.
///
/// # Errors
/// The database is away.
pub fn busy(tx: &mut TenantTx<'_>, people: &[UserId]) -> Result<HashSet<UserId>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
    let busy: Vec<Uuid> = people_in_calls::table
        .filter(people_in_calls::tenant_id.eq(tx.tenant().uuid()))
        .filter(people_in_calls::user_id.eq_any(ids))
        .select(people_in_calls::user_id)
        .load(tx.conn)?;
    Ok(busy.into_iter().map(UserId::from_uuid).collect())
}

/// Writes down how a call ended, once. False if that was known already.
///
/// # Errors
/// The database is away.
pub fn end(tx: &mut TenantTx<'_>, call: CallId, ended: Ended) -> Result<bool> {
    tx.lists_changed();
    let target = calls::table
        .find((tx.tenant().uuid(), call.uuid()))
        .filter(calls::ended_at.is_null());
    let changed = diesel::update(target)
        .set((
            calls::ended_at.eq(At(ended.at)),
            calls::end_reason.eq(reason_text(ended.reason)),
            calls::live_at.eq(ended.live_at.map(At)),
            calls::billable_ms.eq(ended.billable_ms),
            calls::charged_minor.eq(ended.charged_minor),
            calls::commission_minor.eq(ended.commission_minor),
            calls::tax_minor.eq(ended.tax_minor),
        ))
        .execute(tx.conn)?;
    let people = people_in_calls::table
        .filter(people_in_calls::tenant_id.eq(tx.tenant().uuid()))
        .filter(people_in_calls::call_id.eq(call.uuid()));
    diesel::delete(people).execute(tx.conn)?;
    snapshots::remove_of_call(tx, call)?;
    Ok(changed == 1)
}

impl Db {
    /// Calls that began to ring before a moment and haven't ended, with the right to their tenants' data: what a server
    /// takes up again. One that can't be read holds up no other.
    ///
    /// # Errors
    /// The database is away.
    pub async fn unfinished_calls(&self, before: Moment) -> Result<Vec<(TenantScope, Call)>> {
        self.system_read(move |tx| {
            let rows: Vec<(Uuid, Row)> = calls::table
                .filter(calls::ended_at.is_null())
                .filter(calls::rang_at.le(At(before)))
                .order(calls::rang_at)
                .select((calls::tenant_id, Row::as_select()))
                .load(tx.conn)?;
            let mut by_tenant: HashMap<Uuid, Vec<Row>> = HashMap::new();
            for (tenant, row) in rows {
                by_tenant.entry(tenant).or_default().push(row);
            }
            let mut found = Vec::new();
            for (tenant, rows) in by_tenant {
                let scope = TenantScope::of(TenantId::from_uuid(tenant));
                for call in named(tx.conn, tenant, rows)? {
                    match call {
                        Ok(call) => found.push((scope, call)),
                        Err(error) => tracing::error!(%error, "an unfinished call can't be read"),
                    }
                }
            }
            Ok(found)
        })
        .await
    }
}
