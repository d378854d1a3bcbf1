//! Calls and their legs.

mod find;
mod presence;
mod row;

pub use find::{busy, current, find, list, lock, of_person, paid_of};
pub use presence::{come_back, goes_on, is_without_buyer, leave};
pub(super) use row::{Row, named};

use super::{
    TenantTx,
    error::violates,
    ledger::AccountKind,
    moment::At,
    schema::{call_legs, calls, people_in_calls},
    snapshots,
};
use crate::{
    domain::{
        call::{CallRole, EndReason, Terms},
        guest::ThirdPerson,
        ids::{AccountId, BookingId, CallId, ServiceId, UserId},
        money::Currency,
        rating::Rating,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::prelude::*;
use row::reason_text;
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

    /// Who says which third persons may come in: whoever pays; in a free talk its host.
    pub fn admits(&self) -> &Party {
        if self.terms.free { &self.seller } else { &self.buyer }
    }

    /// Whether that is one of the two who may ask third persons in: in a free talk only its host, whose door it is.
    pub fn may_invite(&self, person: UserId) -> bool {
        !self.terms.free || self.seller.id == person
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
