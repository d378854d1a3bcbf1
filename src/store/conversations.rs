//! What a buyer and a seller wrote to each other, and the calls they had.

use super::{
    TenantTx,
    calls::Party,
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
    error::{Error, Result},
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

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

/// Adds words; those of a call's chat name the call. Gives the message's id.
///
/// # Errors
/// The database is away.
pub fn add_chat(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    sender: UserId,
    text: &str,
    call: Option<CallId>,
    at: Moment,
) -> Result<Uuid> {
    add(tx, conversation, sender, ("chat", text), call, at)
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

/// Adds the place of a file, which is kept with the message's id; gives that.
///
/// # Errors
/// The database is away.
pub fn add_file(tx: &mut TenantTx<'_>, conversation: ConversationId, sender: UserId, at: Moment) -> Result<Uuid> {
    add(tx, conversation, sender, ("file", ""), None, at)
}

fn add(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    sender: UserId,
    (kind, body): (&str, &str),
    call: Option<CallId>,
    at: Moment,
) -> Result<Uuid> {
    let id = Uuid::now_v7();
    diesel::insert_into(messages::table)
        .values((
            messages::tenant_id.eq(tx.tenant().uuid()),
            messages::id.eq(id),
            messages::conversation_id.eq(conversation.uuid()),
            messages::call_id.eq(call.map(CallId::uuid)),
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

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    buyer_id: Uuid,
    #[diesel(sql_type = Text)]
    buyer_name: String,
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Timestamptz)]
    last_at: At,
}

impl Row {
    fn conversation(self) -> Conversation {
        Conversation {
            id: ConversationId::from_uuid(self.id),
            buyer: Party {
                id: UserId::from_uuid(self.buyer_id),
                name: self.buyer_name,
            },
            seller: Party {
                id: UserId::from_uuid(self.seller_id),
                name: self.seller_name,
            },
            last_at: self.last_at.into(),
        }
    }
}

#[derive(QueryableByName)]
struct MessageRow {
    #[diesel(sql_type = SqlUuid)]
    conversation_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: At,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    sender_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    call_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    end_reason: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    billable_ms: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    charged_minor: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    service_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rate_minor: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    media_type: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    bytes: Option<i32>,
}

impl MessageRow {
    fn message(self) -> Result<Message> {
        let incomplete = || Error::internal(anyhow::anyhow!("message {} is incomplete", self.id));
        let what = if self.kind == "chat" {
            let sender = self.sender_id.ok_or_else(incomplete)?;
            What::Chat {
                sender: UserId::from_uuid(sender),
                text: self.body,
            }
        } else if self.kind == "file" {
            What::File {
                sender: UserId::from_uuid(self.sender_id.ok_or_else(incomplete)?),
                file: FileHead {
                    name: self.name.unwrap_or_default(),
                    media_type: self.media_type.unwrap_or_default(),
                    bytes: u32::try_from(self.bytes.unwrap_or_default()).unwrap_or(0),
                },
            }
        } else if self.kind == "suggestion" {
            What::Suggestion {
                sender: UserId::from_uuid(self.sender_id.ok_or_else(incomplete)?),
                service: ServiceId::from_uuid(self.service_id.ok_or_else(incomplete)?),
                title: self.title.unwrap_or_default(),
                rate_minor: self.rate_minor.unwrap_or_default(),
            }
        } else {
            let reason = self.end_reason.ok_or_else(incomplete)?;
            What::Call {
                call: CallId::from_uuid(self.call_id.ok_or_else(incomplete)?),
                reason: serde_json::from_value(reason.into()).map_err(Error::internal)?,
                billable_ms: self.billable_ms.unwrap_or_default(),
                charged_minor: self.charged_minor.unwrap_or_default(),
            }
        };
        Ok(Message {
            id: self.id,
            at: self.at.into(),
            what,
        })
    }
}

/// A person's conversations with both names.
const CONVERSATIONS: &str =
    "SELECT c.id, c.buyer_id, b.name AS buyer_name, c.seller_id, s.name AS seller_name, c.last_at
    FROM conversations c
    JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
    JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
    WHERE c.tenant_id = $1 AND (c.buyer_id = $2 OR c.seller_id = $2)";

/// Messages with their calls' outcomes and what is known of their files.
const MESSAGES: &str = "SELECT m.conversation_id, m.id, m.at, m.kind, m.body, m.sender_id, m.call_id,
        c.end_reason, c.billable_ms, c.charged_minor, f.name, f.media_type, f.bytes,
        m.service_id, v.title, v.rate_minor
    FROM messages m LEFT JOIN calls c ON c.tenant_id = m.tenant_id AND c.id = m.call_id
    LEFT JOIN message_files f ON f.tenant_id = m.tenant_id AND f.id = m.id
    LEFT JOIN services v ON v.tenant_id = m.tenant_id AND v.id = m.service_id
    WHERE m.tenant_id = $1";

/// A person's conversations, the newest first, each with its last message.
///
/// # Errors
/// The database is away.
pub fn list(
    tx: &mut TenantTx<'_>,
    person: UserId,
    skip: i64,
    limit: i64,
) -> Result<Vec<(Conversation, Option<Message>)>> {
    let tenant = tx.tenant().uuid();
    let rows: Vec<Row> = sql_query(format!(
        "{CONVERSATIONS} ORDER BY c.last_at DESC, c.id OFFSET $3 LIMIT $4"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let last: Vec<MessageRow> = sql_query(format!(
        "SELECT found.* FROM unnest($2) AS o (id) CROSS JOIN LATERAL (
             {MESSAGES} AND m.conversation_id = o.id ORDER BY m.at DESC, m.id DESC LIMIT 1) found"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(ids)
    .load(tx.conn)?;
    let mut last: std::collections::HashMap<Uuid, MessageRow> =
        last.into_iter().map(|row| (row.conversation_id, row)).collect();
    rows.into_iter()
        .map(|row| {
            let message = last.remove(&row.id).map(MessageRow::message).transpose()?;
            Ok((row.conversation(), message))
        })
        .collect()
}

/// A conversation of one of its two people.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn of_person(tx: &mut TenantTx<'_>, id: ConversationId, person: UserId) -> Result<Conversation> {
    let row: Row = sql_query(format!("{CONVERSATIONS} AND c.id = $3"))
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(person.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(tx.conn)?;
    Ok(row.conversation())
}

/// A conversation's messages, newest first.
///
/// # Errors
/// The database is away.
pub fn messages(tx: &mut TenantTx<'_>, id: ConversationId, skip: i64, limit: i64) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sql_query(format!(
        "{MESSAGES} AND m.conversation_id = $2 ORDER BY m.at DESC, m.id DESC OFFSET $3 LIMIT $4"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    rows.into_iter().map(MessageRow::message).collect()
}

/// The last words of a call's chat, oldest first.
///
/// # Errors
/// The database is away.
pub fn chat_of_call(tx: &mut TenantTx<'_>, call: CallId, limit: i64) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sql_query(format!(
        "{MESSAGES} AND m.call_id = $2 AND m.kind = 'chat' ORDER BY m.at DESC, m.id DESC LIMIT $3"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(call.uuid())
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    rows.into_iter().rev().map(MessageRow::message).collect()
}
