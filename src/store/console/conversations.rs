//! What people wrote to each other.

use crate::{
    domain::{ids::ConversationId, time::Moment},
    error::{Error, Result},
    store::{
        TenantTx,
        listing::{List, Page, Wanted},
        moment::At,
    },
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A thread between a buyer and a seller.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct ConversationLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Who pays: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub buyer: Value,
    /// Who is paid: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub seller: Value,
    /// When something was added last.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub last_at: Moment,
    /// How many messages and calls.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

/// What a message `m`, of a call `k` if it is about one, is.
pub(super) const KIND: &str =
    "CASE m.kind WHEN 'chat' THEN 'text' WHEN 'file' THEN 'file' ELSE 'call_' || coalesce(k.end_reason, 'live') END";

/// What a message `m` says: of a file `a` its name.
pub(super) const SAID: &str = "coalesce(a.name, m.body)";

const CONVERSATIONS: List = List {
    columns: "c.id, c.last_at,
        (SELECT count(*) FROM messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id) AS messages,
        jsonb_build_object('id', b.id, 'name', b.name) AS buyer,
        jsonb_build_object('id', s.id, 'name', s.name) AS seller",
    rows: "FROM conversations c JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
        JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
        WHERE c.tenant_id = $2::uuid AND ($3 IS NULL OR c.id = $3::uuid)
          AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1
            OR EXISTS (SELECT 1 FROM messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
                AND m.body ILIKE $1))",
    sorts: &[("last_at", "c.last_at"), ("messages", "messages")],
    newest_first: true,
    key: "c.id",
};

/// Threads, the latest first; the search looks into what was written, too.
///
/// # Errors
/// The database is away.
pub fn conversations(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<ConversationLine>> {
    CONVERSATIONS.of_tenant(tx, wanted, None)
}

/// Something said or done.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct MessageLine {
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// By whom (`id`, `name`); nobody for a call.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub from: Option<Value>,
    /// `text`, `file`, or what became of a call, as in `call_missed`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// What was written; the name of a file.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// Most messages that are shown, the latest.
const MOST_MESSAGES: i64 = 1_000;

/// A thread with the latest of what is in it, oldest first.
///
/// # Errors
/// Not here, or the database is away.
pub fn conversation(tx: &mut TenantTx<'_>, id: ConversationId) -> Result<(ConversationLine, Vec<MessageLine>)> {
    let mut found = CONVERSATIONS.of_tenant(tx, &Wanted::default(), Some(&id.to_string()))?;
    let line = found.items.pop().ok_or_else(Error::not_found)?;
    let mut messages: Vec<MessageLine> = sql_query(format!(
        "SELECT m.at, {SAID} AS text, {KIND} AS kind,
            CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'name', u.name) END AS \"from\"
         FROM messages m LEFT JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.sender_id
         LEFT JOIN calls k ON k.tenant_id = m.tenant_id AND k.id = m.call_id
         LEFT JOIN message_files a ON a.tenant_id = m.tenant_id AND a.id = m.id
         WHERE m.tenant_id = $1 AND m.conversation_id = $2 ORDER BY m.at DESC, m.id DESC LIMIT $3"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(MOST_MESSAGES)
    .load(tx.conn)?;
    messages.reverse();
    Ok((line, messages))
}
