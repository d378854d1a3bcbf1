//! What a buyer and a seller wrote to each other, and the calls they had.

mod chat;
mod read;

pub use chat::{Seen, add_once, find_in_call, see, seen};
pub use read::{chat_of_call, list, messages, of_person};

use super::{
    TenantTx,
    calls::{Call, Party, is_without_buyer},
    message_files::FileHead,
    moment::At,
    schema::{conversations, messages},
};
use crate::{
    domain::{
        call::EndReason,
        ids::{CallId, ConversationId, ServiceId, UserId},
        time::Moment,
    },
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// In which call something is said.
#[derive(Clone, Copy, Debug)]
pub struct During {
    /// The call.
    pub id: CallId,
    /// Its buyer had left it by then, and doesn't read it.
    pub without_buyer: bool,
}

impl During {
    /// As it stands now.
    ///
    /// # Errors
    /// The database is away.
    pub fn now(tx: &mut TenantTx<'_>, call: &Call) -> Result<Self> {
        Ok(Self {
            id: call.id,
            without_buyer: is_without_buyer(tx, call)?,
        })
    }
}

/// A thread between two people, one of whom bought from the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Who calls and pays.
    pub buyer: Party,
    /// Who sells.
    pub seller: Party,
    /// When something was added last.
    pub last_at: Moment,
}

impl Conversation {
    /// The other one of the two.
    pub fn other(&self, reader: UserId) -> &Party {
        if self.buyer.id == reader {
            &self.seller
        } else {
            &self.buyer
        }
    }
}

/// Something said or done in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// Who said it, where that was neither of the two: a third person in one of their calls.
    pub guest: Option<String>,
    /// What.
    pub what: What,
}

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Words.
    Chat {
        /// Whose.
        sender: UserId,
        /// Plain text.
        text: String,
    },
    /// A file.
    File {
        /// Whose.
        sender: UserId,
        /// What it is; without a name and empty once it was taken away.
        file: FileHead,
    },
    /// A seller suggests a call about something that they offer.
    Suggestion {
        /// Who.
        sender: UserId,
        /// What about.
        service: ServiceId,
        /// Its title, now.
        title: String,
        /// Price of a minute, minor units.
        rate_minor: i64,
    },
    /// A call that is over.
    Call {
        /// Which.
        call: CallId,
        /// How it ended.
        reason: EndReason,
        /// Billable time.
        billable_ms: i64,
        /// What the buyer paid, in minor units.
        charged_minor: i64,
    },
}

/// The conversation of these two, begun if there is none yet.
///
/// # Errors
/// One of them doesn't exist, or the database is away.
pub fn of(tx: &mut TenantTx<'_>, buyer: UserId, seller: UserId, now: Moment) -> Result<ConversationId> {
    let tenant = tx.tenant().uuid();
    diesel::insert_into(conversations::table)
        .values((
            conversations::tenant_id.eq(tenant),
            conversations::id.eq(ConversationId::new().uuid()),
            conversations::buyer_id.eq(buyer.uuid()),
            conversations::seller_id.eq(seller.uuid()),
            conversations::last_at.eq(At(now)),
        ))
        .on_conflict((
            conversations::tenant_id,
            conversations::buyer_id,
            conversations::seller_id,
        ))
        .do_nothing()
        .execute(tx.conn)?;
    let id = conversations::table
        .filter(conversations::tenant_id.eq(tenant))
        .filter(conversations::buyer_id.eq(buyer.uuid()))
        .filter(conversations::seller_id.eq(seller.uuid()))
        .select(conversations::id)
        .first::<Uuid>(tx.conn)?;
    Ok(ConversationId::from_uuid(id))
}

/// Adds words that aren't a call's. Gives the message's id.
///
/// # Errors
/// The database is away.
pub fn add_chat(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    sender: UserId,
    text: &str,
    at: Moment,
) -> Result<Uuid> {
    add(tx, conversation, sender, ("chat", text), None, at)
}

/// How many conversations of a buyer's have moved since then.
///
/// # Errors
/// The database is away.
pub fn count_since(tx: &mut TenantTx<'_>, buyer: UserId, since: Moment) -> Result<i64> {
    Ok(conversations::table
        .filter(conversations::tenant_id.eq(tx.tenant().uuid()))
        .filter(conversations::buyer_id.eq(buyer.uuid()))
        .filter(conversations::last_at.ge(At(since)))
        .count()
        .get_result(tx.conn)?)
}

/// The conversation of these two, if they have one.
///
/// # Errors
/// The database is away.
pub fn between(tx: &mut TenantTx<'_>, buyer: UserId, seller: UserId) -> Result<Option<ConversationId>> {
    let id = conversations::table
        .filter(conversations::tenant_id.eq(tx.tenant().uuid()))
        .filter(conversations::buyer_id.eq(buyer.uuid()))
        .filter(conversations::seller_id.eq(seller.uuid()))
        .select(conversations::id)
        .first::<Uuid>(tx.conn)
        .optional()?;
    Ok(id.map(ConversationId::from_uuid))
}

/// Adds a suggestion to call about a service.
///
/// # Errors
/// The database is away.
pub fn add_suggestion(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    sender: UserId,
    service: ServiceId,
    at: Moment,
) -> Result<()> {
    diesel::insert_into(messages::table)
        .values((
            messages::tenant_id.eq(tx.tenant().uuid()),
            messages::id.eq(Uuid::now_v7()),
            messages::conversation_id.eq(conversation.uuid()),
            messages::sender_id.eq(sender.uuid()),
            messages::service_id.eq(service.uuid()),
            messages::kind.eq("suggestion"),
            messages::body.eq(""),
            messages::at.eq(At(at)),
        ))
        .execute(tx.conn)?;
    touch(tx, conversation, at)
}

/// Adds the place of a file, which is kept with the message's id; gives that. One that was sent in a call names it.
///
/// # Errors
/// The database is away.
pub fn add_file(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    sender: UserId,
    call: Option<During>,
    at: Moment,
) -> Result<Uuid> {
    add(tx, conversation, sender, ("file", ""), call, at)
}

fn add(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    sender: UserId,
    (kind, body): (&str, &str),
    call: Option<During>,
    at: Moment,
) -> Result<Uuid> {
    let id = Uuid::now_v7();
    diesel::insert_into(messages::table)
        .values((
            messages::tenant_id.eq(tx.tenant().uuid()),
            messages::id.eq(id),
            messages::conversation_id.eq(conversation.uuid()),
            messages::call_id.eq(call.map(|call| call.id.uuid())),
            messages::without_buyer.eq(call.is_some_and(|call| call.without_buyer)),
            messages::sender_id.eq(sender.uuid()),
            messages::kind.eq(kind),
            messages::body.eq(body),
            messages::at.eq(At(at)),
        ))
        .execute(tx.conn)?;
    touch(tx, conversation, at)?;
    Ok(id)
}

/// Adds a call that is over; how it ended is read from the call itself. Adding it again changes nothing.
///
/// # Errors
/// The database is away.
pub fn add_call(tx: &mut TenantTx<'_>, conversation: ConversationId, call: CallId, at: Moment) -> Result<()> {
    diesel::insert_into(messages::table)
        .values((
            messages::tenant_id.eq(tx.tenant().uuid()),
            messages::id.eq(Uuid::new_v5(&call.uuid(), b"outcome")),
            messages::conversation_id.eq(conversation.uuid()),
            messages::call_id.eq(call.uuid()),
            messages::kind.eq("call"),
            messages::body.eq(""),
            messages::at.eq(At(at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    touch(tx, conversation, at)
}

fn touch(tx: &mut TenantTx<'_>, conversation: ConversationId, at: Moment) -> Result<()> {
    let stale = conversations::table
        .find((tx.tenant().uuid(), conversation.uuid()))
        .filter(conversations::last_at.lt(At(at)));
    diesel::update(stale)
        .set(conversations::last_at.eq(At(at)))
        .execute(tx.conn)?;
    Ok(())
}
