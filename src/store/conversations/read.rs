//! Reading conversations, with the names of their people, the outcomes of their calls and what is known of their files.

use super::{Conversation, Message, What};
use crate::{
    domain::ids::{CallId, ConversationId, ServiceId, UserId},
    error::{Error, Result},
    store::{
        TenantTx,
        calls::Party,
        message_files::{self, FileHead},
        moment::At,
    },
};
use anyhow::anyhow;
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use std::collections::HashMap;
use uuid::Uuid;

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
    guest: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    media_type: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    bytes: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    width: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    height: Option<i32>,
}

impl MessageRow {
    fn message(self) -> Result<Message> {
        let incomplete = || Error::internal(anyhow!("message {} is incomplete", self.id));
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
                    shown: message_files::shown(self.width, self.height),
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
            guest: self.guest,
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

/// Messages with their calls' outcomes and what is known of their files, as far as the reader ($2) may read them: what was
/// said without the buyer isn't theirs. For nobody in particular all of them.
const MESSAGES: &str = "SELECT m.conversation_id, m.id, m.at, m.kind, m.body, m.sender_id, m.call_id,
        c.end_reason, c.billable_ms, c.charged_minor, f.name, f.media_type, f.bytes, f.width, f.height,
        m.service_id, v.title, v.rate_minor, g.name AS guest
    FROM messages m LEFT JOIN calls c ON c.tenant_id = m.tenant_id AND c.id = m.call_id
    LEFT JOIN message_files f ON f.tenant_id = m.tenant_id AND f.id = m.id
    LEFT JOIN services v ON v.tenant_id = m.tenant_id AND v.id = m.service_id
    JOIN conversations o ON o.tenant_id = m.tenant_id AND o.id = m.conversation_id
    LEFT JOIN users g ON g.tenant_id = m.tenant_id AND g.id = m.sender_id
        AND m.sender_id NOT IN (o.buyer_id, o.seller_id)
    WHERE m.tenant_id = $1 AND (NOT m.without_buyer OR o.buyer_id IS DISTINCT FROM $2)";

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
        "SELECT found.* FROM unnest($3) AS wanted (id) CROSS JOIN LATERAL (
             {MESSAGES} AND m.conversation_id = wanted.id ORDER BY m.at DESC, m.id DESC LIMIT 1) found"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn)?;
    let mut last: HashMap<Uuid, MessageRow> = last.into_iter().map(|row| (row.conversation_id, row)).collect();
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

/// A conversation's messages as one of its two may read them, or all of them; newest first.
///
/// # Errors
/// The database is away.
pub fn messages(
    tx: &mut TenantTx<'_>,
    (id, reader): (ConversationId, Option<UserId>),
    skip: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sql_query(format!(
        "{MESSAGES} AND m.conversation_id = $3 ORDER BY m.at DESC, m.id DESC OFFSET $4 LIMIT $5"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Nullable<SqlUuid>, _>(reader.map(UserId::uuid))
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    rows.into_iter().map(MessageRow::message).collect()
}

/// The last words and files of a call's chat as one of its people may read them, oldest first.
///
/// # Errors
/// The database is away.
pub fn chat_of_call(tx: &mut TenantTx<'_>, call: CallId, reader: Option<UserId>, limit: i64) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sql_query(format!(
        "{MESSAGES} AND m.call_id = $3 AND m.kind IN ('chat', 'file') ORDER BY m.at DESC, m.id DESC LIMIT $4"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Nullable<SqlUuid>, _>(reader.map(UserId::uuid))
    .bind::<SqlUuid, _>(call.uuid())
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    rows.into_iter().rev().map(MessageRow::message).collect()
}
