//! What payment providers send, as it came.

use super::{TenantTx, moment::At, schema::gateway_inbox};
use crate::{
    domain::{ids::GatewayAccountId, time::Moment},
    error::Result,
    store::listing::{List, Page, Wanted},
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use uuid::Uuid;

/// Refused messages that are kept an account: the newest.
const MOST_REFUSED: i64 = 200;

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits to be looked into.
    Received,
    /// What it is about was looked into.
    Done,
    /// It isn't from the provider, or can't be read.
    Refused,
}

impl State {
    const ALL: [Self; 3] = [Self::Received, Self::Done, Self::Refused];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Ours for it.
    pub id: Uuid,
    /// To which account.
    pub account: GatewayAccountId,
    /// The same for every repetition.
    pub dedup_key: String,
    /// When it came first.
    pub received_at: Moment,
    /// Names and values.
    pub headers: Value,
    /// As it came.
    pub body: Vec<u8>,
    /// How it stands.
    pub state: State,
    /// What it is about, or why it was refused; for staff.
    pub told: String,
    /// How often it came again.
    pub repeats: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = gateway_inbox)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    dedup_key: String,
    received_at: At,
    headers: Value,
    body: Vec<u8>,
    state: String,
    told: String,
    repeats: i32,
}

impl From<Row> for Message {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            account: GatewayAccountId::from_uuid(row.account_id),
            dedup_key: row.dedup_key,
            received_at: row.received_at.into(),
            headers: row.headers,
            body: row.body,
            // The database takes no other names.
            state: State::parse(&row.state).unwrap_or(State::Refused),
            told: row.told,
            repeats: row.repeats,
        }
    }
}

/// Keeps a message; false if it is there already, and is only counted.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, message: &Message) -> Result<bool> {
    let tenant = tx.tenant().uuid();
    let added = diesel::insert_into(gateway_inbox::table)
        .values((
            gateway_inbox::tenant_id.eq(tenant),
            gateway_inbox::id.eq(message.id),
            gateway_inbox::account_id.eq(message.account.uuid()),
            gateway_inbox::dedup_key.eq(&message.dedup_key),
            gateway_inbox::received_at.eq(At(message.received_at)),
            gateway_inbox::headers.eq(&message.headers),
            gateway_inbox::body.eq(&message.body),
            gateway_inbox::state.eq(message.state.name()),
            gateway_inbox::told.eq(&message.told),
        ))
        .on_conflict((
            gateway_inbox::tenant_id,
            gateway_inbox::account_id,
            gateway_inbox::dedup_key,
        ))
        .do_nothing()
        .execute(tx.conn)?
        == 1;
    if !added {
        let same = gateway_inbox::table
            .filter(gateway_inbox::tenant_id.eq(tenant))
            .filter(gateway_inbox::account_id.eq(message.account.uuid()))
            .filter(gateway_inbox::dedup_key.eq(&message.dedup_key));
        diesel::update(same)
            .set(gateway_inbox::repeats.eq(gateway_inbox::repeats + 1))
            .execute(tx.conn)?;
    } else if message.state == State::Refused {
        forget_old_refusals(tx, message.account)?;
    }
    Ok(added)
}

fn forget_old_refusals(tx: &mut TenantTx<'_>, account: GatewayAccountId) -> Result<()> {
    let refused = gateway_inbox::table
        .filter(gateway_inbox::tenant_id.eq(tx.tenant().uuid()))
        .filter(gateway_inbox::account_id.eq(account.uuid()))
        .filter(gateway_inbox::state.eq(State::Refused.name()));
    let oldest: Option<Uuid> = refused
        .order((gateway_inbox::received_at.desc(), gateway_inbox::id.desc()))
        .offset(MOST_REFUSED)
        .select(gateway_inbox::id)
        .first(tx.conn)
        .optional()?;
    if let Some(oldest) = oldest {
        diesel::delete(gateway_inbox::table.find((tx.tenant().uuid(), oldest))).execute(tx.conn)?;
    }
    Ok(())
}

/// One of them.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Message> {
    let row: Row = gateway_inbox::table
        .find((tx.tenant().uuid(), id))
        .select(Row::as_select())
        .first(tx.conn)?;
    Ok(row.into())
}

/// What it is about was looked into; says what came of it.
///
/// # Errors
/// The database is away.
pub fn done(tx: &mut TenantTx<'_>, id: Uuid, told: &str) -> Result<()> {
    diesel::update(gateway_inbox::table.find((tx.tenant().uuid(), id)))
        .set((
            gateway_inbox::state.eq(State::Done.name()),
            gateway_inbox::told.eq(told),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// All of them, for audits and tests.
///
/// # Errors
/// The database is away.
pub fn all(tx: &mut TenantTx<'_>) -> Result<Vec<Message>> {
    let rows: Vec<Row> = gateway_inbox::table
        .filter(gateway_inbox::tenant_id.eq(tx.tenant().uuid()))
        .order((gateway_inbox::received_at, gateway_inbox::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// A message, as its list shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct MessageLine {
    /// Ours for it.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Who sent it, or claimed to be.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// How it stands.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// What it is about, or why it was refused.
    #[diesel(sql_type = Text)]
    pub told: String,
    /// How often it came again.
    #[diesel(sql_type = Integer)]
    pub repeats: i32,
    /// When it came first.
    #[diesel(sql_type = Timestamptz)]
    pub received_at: At,
}

const LIST: List = List {
    columns: "m.id, a.provider, m.state, m.told, m.repeats, m.received_at",
    rows: "FROM gateway_inbox m JOIN gateway_accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
        WHERE m.tenant_id = $2::uuid AND ($1 IS NULL OR m.told ILIKE $1 OR a.provider ILIKE $1)
            AND ($3 IS NULL OR m.state = $3)",
    sorts: &[("received_at", "m.received_at")],
    newest_first: true,
    key: "m.id",
};

/// What providers have sent, newest first; of one state only, if one is named.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted, state: Option<State>) -> Result<Page<MessageLine>> {
    LIST.of_tenant(tx, wanted, state.map(State::name))
}
