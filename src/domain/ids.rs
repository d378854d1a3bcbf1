//! Typed identifiers: one generic newtype, so a user's id can't be passed for a call's.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, hash::Hash, hash::Hasher, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// An identifier of a `K`.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// Marks tenants' ids.
pub enum TenantKind {}
/// Marks accounts' ids.
pub enum UserKind {}
/// Marks services' ids.
pub enum ServiceKind {}
/// Marks calls' ids.
pub enum CallKind {}
/// Marks ledger accounts' ids.
pub enum AccountKind {}
/// Marks top-ups' ids.
pub enum TopUpKind {}
/// Marks sign-in sessions' ids.
pub enum SessionKind {}
/// Marks conversations' ids.
pub enum ConversationKind {}
/// Marks the ids of the platform's own staff.
pub enum PlatformStaffKind {}
/// Marks categories' ids.
pub enum CategoryKind {}
/// Marks orders' ids.
pub enum BookingKind {}
/// Marks the ids of reports about people.
pub enum ReportKind {}
/// Marks the ids of tries to show who one is.
pub enum IdentityCheckKind {}
/// Marks studios' ids.
pub enum StudioKind {}
/// Marks plans' ids.
pub enum PlanKind {}
/// Marks the ids of what tenants buy from the platform.
pub enum SubscriptionKind {}

/// Marks the ids of tenants' accounts at payment providers.
pub enum GatewayAccountKind {}
/// Marks the ids of ways to pay that people have saved.
pub enum SavedMethodKind {}
/// Marks refunds' ids.
pub enum RefundKind {}
/// Marks disputes' ids.
pub enum DisputeKind {}
/// Marks payouts' ids.
pub enum PayoutKind {}
/// Marks tips' ids.
pub enum TipKind {}
/// Marks the ids of places for third persons.
pub enum GuestKind {}
/// Marks extensions' ids.
pub enum ExtensionKind {}
/// Marks the ids of invoices, receipts and credit notes.
pub enum DocumentKind {}
/// Marks recordings' ids.
pub enum RecordingKind {}
/// Marks private rooms' ids.
pub enum PrivateRoomKind {}
/// Marks the ids of those who have a password of their own for a private room.
pub enum RoomUserKind {}
/// Marks the ids of visits at a private room's door.
pub enum RoomVisitKind {}

/// A business on the platform.
pub type TenantId = Id<TenantKind>;
/// A person's account with one tenant.
pub type UserId = Id<UserKind>;
/// Something a seller lists.
pub type ServiceId = Id<ServiceKind>;
/// A call, from the first ring on.
pub type CallId = Id<CallKind>;
/// What was recorded of a call.
pub type RecordingId = Id<RecordingKind>;
/// An account of the ledger.
pub type AccountId = Id<AccountKind>;
/// A place for a third person in a call.
pub type GuestId = Id<GuestKind>;
/// A payment into a wallet.
pub type TopUpId = Id<TopUpKind>;
/// One sign-in on one device.
pub type SessionId = Id<SessionKind>;
/// A buyer's and a seller's message thread.
pub type ConversationId = Id<ConversationKind>;
/// Somebody who runs the platform.
pub type PlatformStaffId = Id<PlatformStaffKind>;
/// A part of what a tenant offers.
pub type CategoryId = Id<CategoryKind>;
/// What somebody reported about somebody.
pub type ReportId = Id<ReportKind>;
/// A try to show who one is.
pub type IdentityCheckId = Id<IdentityCheckKind>;
/// An order for a talk at an agreed time.
pub type BookingId = Id<BookingKind>;
/// A team of sellers.
pub type StudioId = Id<StudioKind>;
/// What a tenant can subscribe to.
pub type PlanId = Id<PlanKind>;
/// A payment for a plan, and what it buys: both have one id.
pub type SubscriptionId = Id<SubscriptionKind>;
/// A tenant's account at a payment provider.
pub type GatewayAccountId = Id<GatewayAccountKind>;
/// A way to pay that a person has saved.
pub type SavedMethodId = Id<SavedMethodKind>;
/// Something given back of what was paid.
pub type RefundId = Id<RefundKind>;
/// A buyer's or a bank's claim for what was paid.
pub type DisputeId = Id<DisputeKind>;
/// Money on its way to a seller.
pub type PayoutId = Id<PayoutKind>;
/// Something given to a seller beyond the price.
pub type TipId = Id<TipKind>;
/// More time that was asked for in a call.
pub type ExtensionId = Id<ExtensionKind>;
/// An invoice, a receipt or a credit note.
pub type DocumentId = Id<DocumentKind>;
/// A room of a seller's with an address of its own.
pub type PrivateRoomId = Id<PrivateRoomKind>;
/// Somebody with a password of their own for a private room.
pub type RoomUserId = Id<RoomUserKind>;
/// Somebody at a private room's door.
pub type RoomVisitId = Id<RoomVisitKind>;

impl<K> Id<K> {
    /// Wraps a raw id that was read from the database or the wire.
    pub const fn from_uuid(raw: Uuid) -> Self {
        Self(raw, PhantomData)
    }

    /// A new id that sorts by the time of its making.
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The id of what somebody's form asks for, which carries one of the form's own: sent again it is the same, and nobody
    /// can choose another thing's id by it.
    pub fn of_form(form: Uuid, sender: UserId) -> Self {
        Self::from_uuid(Uuid::new_v5(&form, sender.uuid().as_bytes()))
    }

    /// The raw id.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// One of so many places, at most 65,536, by the part of the id that is random.
    pub fn spread(self, places: usize) -> usize {
        let [.., high, low] = *self.0.as_bytes();
        usize::from(u16::from_be_bytes([high, low])) % places
    }
}

impl<K> Default for Id<K> {
    fn default() -> Self {
        Self::new()
    }
}
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}
