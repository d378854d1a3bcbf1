//! What people wrote to each other, all of it, a piece at a time.

use super::conversations::{KIND, SAID};
use crate::{
    domain::time::Moment,
    error::Result,
    store::{TenantTx, listing::pattern, moment::At},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// Something said or done, with its conversation.
#[derive(Clone, Debug, QueryableByName)]
pub struct ExportLine {
    /// In which conversation.
    #[diesel(sql_type = SqlUuid)]
    pub conversation: Uuid,
    /// Its own id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    pub at: Moment,
    /// Who pays there.
    #[diesel(sql_type = Text)]
    pub buyer: String,
    /// Who is paid there.
    #[diesel(sql_type = Text)]
    pub seller: String,
    /// By whom; nobody for a call.
    #[diesel(sql_type = Nullable<Text>)]
    pub from: Option<String>,
    /// `text`, `file`, or what became of a call.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// What was written; the name of a file.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// As the list of conversations has it.
const FITS: &str = "($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1
    OR EXISTS (SELECT 1 FROM messages f WHERE f.tenant_id = c.tenant_id AND f.conversation_id = c.id
        AND f.body ILIKE $1))";

/// The `limit` lines that come after `last`, conversation by conversation, oldest first: of the conversations that a list
/// with this `search` has.
///
/// # Errors
/// A search that is too long, or the database is away.
pub fn exported(tx: &mut TenantTx<'_>, search: &str, last: Option<&ExportLine>, limit: i64) -> Result<Vec<ExportLine>> {
    let lines = sql_query(format!(
        "SELECT m.conversation_id AS conversation, m.id, m.at, b.name AS buyer, s.name AS seller,
            u.name AS \"from\", {SAID} AS text, {KIND} AS kind
         FROM messages m
         JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
         JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
         JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
         LEFT JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.sender_id
         LEFT JOIN calls k ON k.tenant_id = m.tenant_id AND k.id = m.call_id
         LEFT JOIN message_files a ON a.tenant_id = m.tenant_id AND a.id = m.id
         WHERE m.tenant_id = $2 AND {FITS}
           AND ($3 IS NULL OR (m.conversation_id, m.at, m.id) > ($3, $4, $5))
         ORDER BY m.conversation_id, m.at, m.id LIMIT $6"
    ))
    .bind::<Nullable<Text>, _>(pattern(search)?)
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Nullable<SqlUuid>, _>(last.map(|line| line.conversation))
    .bind::<Nullable<Timestamptz>, _>(last.map(|line| At(line.at)))
    .bind::<Nullable<SqlUuid>, _>(last.map(|line| line.id))
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    Ok(lines)
}
