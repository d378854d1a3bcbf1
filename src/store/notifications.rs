//! What people are told on the site, and what they want to be told.

use super::{SystemTx, TenantTx, moment::At};
use crate::{
    domain::{
        ids::UserId,
        notification::{Channel, Event, KEPT_MS, MOST_KEPT, Wishes},
        time::Moment,
    },
    error::{Kind, Result},
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Most that are swept away at once.
const SWEPT: i64 = 5_000;

/// Something to tell.
#[derive(Clone, Debug)]
pub struct News {
    /// What.
    pub event: Event,
    /// Whom it is about; the name is filled in when it is read.
    pub about: Option<UserId>,
    /// What else goes into the text.
    pub params: Map<String, Value>,
    /// The page it leads to, a path.
    pub link: String,
}

impl News {
    /// What somebody did, and the page it leads to.
    pub fn about(event: Event, who: UserId, link: String) -> Self {
        Self {
            event,
            about: Some(who),
            params: Map::new(),
            link,
        }
    }

    /// What happened by itself, and the page it leads to.
    pub fn of(event: Event, link: String) -> Self {
        Self {
            event,
            about: None,
            params: Map::new(),
            link,
        }
    }

    /// The same with something that goes into the text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }
}

/// Something a person was told.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// What; none of an event that no longer exists.
    pub event: Option<Event>,
    /// What goes into the text, with the name of whom it is about.
    pub params: Map<String, Value>,
    /// The page it leads to, a path.
    pub link: String,
    /// When.
    pub at: Moment,
    /// Whether they have seen it.
    pub read: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Jsonb)]
    params: Value,
    #[diesel(sql_type = Text)]
    link: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: At,
    #[diesel(sql_type = Bool)]
    read: bool,
}

impl Row {
    fn notification(self) -> Notification {
        Notification {
            id: self.id,
            event: Event::parse(&self.event),
            params: named(self.params, self.name),
            link: self.link,
            at: self.created_at.into(),
            read: self.read,
        }
    }
}

/// Parameters with the name of whom they are about.
pub fn named(params: Value, name: Option<String>) -> Map<String, Value> {
    let mut params = match params {
        Value::Object(params) => params,
        _ => Map::new(),
    };
    params.insert("name".to_owned(), name.unwrap_or_default().into());
    params
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Tells somebody. The same again, while they haven't read it, is told once, at the later time. Gives its id, and
/// whether it is new.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, to: UserId, news: &News, now: Moment) -> Result<(Uuid, bool)> {
    let new = Uuid::now_v7();
    let Id { id } = sql_query(
        "INSERT INTO notifications (tenant_id, id, user_id, event, about_id, params, link, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, user_id, event, link) WHERE read_at IS NULL
         DO UPDATE SET created_at = excluded.created_at, params = excluded.params RETURNING id",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(new)
    .bind::<SqlUuid, _>(to.uuid())
    .bind::<Text, _>(news.event.name())
    .bind::<Nullable<SqlUuid>, _>(news.about.map(UserId::uuid))
    .bind::<Jsonb, _>(Value::Object(news.params.clone()))
    .bind::<Text, _>(&news.link)
    .bind::<Timestamptz, _>(At(now))
    .get_result(tx.conn)?;
    if id == new {
        trim(tx, to)?;
    }
    Ok((id, id == new))
}

/// Keeps a person's newest.
fn trim(tx: &mut TenantTx<'_>, to: UserId) -> Result<()> {
    sql_query(
        "DELETE FROM notifications WHERE tenant_id = $1 AND id IN (
             SELECT id FROM notifications WHERE tenant_id = $1 AND user_id = $2
             ORDER BY created_at DESC, id DESC OFFSET $3)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(to.uuid())
    .bind::<BigInt, _>(MOST_KEPT)
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets what is too old, at all tenants.
///
/// # Errors
/// The database is away.
pub fn sweep(tx: &mut SystemTx<'_>, now: Moment) -> Result<usize> {
    let swept = sql_query(
        "DELETE FROM notifications n USING (
             SELECT tenant_id, id FROM notifications WHERE created_at < $1 ORDER BY created_at LIMIT $2) old
         WHERE n.tenant_id = old.tenant_id AND n.id = old.id",
    )
    .bind::<Timestamptz, _>(At(now + -KEPT_MS))
    .bind::<BigInt, _>(SWEPT)
    .execute(tx.conn)?;
    Ok(swept)
}

/// What a person was told, the newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, of: UserId, skip: i64, limit: i64) -> Result<Vec<Notification>> {
    let rows: Vec<Row> = sql_query(
        "SELECT n.id, n.event, u.name, n.params, n.link, n.created_at, n.read_at IS NOT NULL AS read
         FROM notifications n LEFT JOIN users u ON u.tenant_id = n.tenant_id AND u.id = n.about_id
         WHERE n.tenant_id = $1 AND n.user_id = $2
         ORDER BY n.created_at DESC, n.id DESC OFFSET $3 LIMIT $4",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(of.uuid())
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    Ok(rows.into_iter().map(Row::notification).collect())
}

/// One of a person's.
///
/// # Errors
/// Not there or not theirs, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, of: UserId, id: Uuid) -> Result<Notification> {
    let row: Row = sql_query(
        "SELECT n.id, n.event, NULL AS name, n.params, n.link, n.created_at, n.read_at IS NOT NULL AS read
         FROM notifications n WHERE n.tenant_id = $1 AND n.user_id = $2 AND n.id = $3",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(of.uuid())
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn)?;
    Ok(row.notification())
}

/// Which of a person's are seen.
#[derive(Clone, Debug)]
pub enum Seen {
    /// All.
    All,
    /// This one.
    One(Uuid),
    /// Those that lead to a page.
    Link(String),
}

/// Marks as seen; gives how many weren't before.
///
/// # Errors
/// The database is away.
pub fn see(tx: &mut TenantTx<'_>, of: UserId, which: &Seen, now: Moment) -> Result<usize> {
    let (id, link) = match which {
        Seen::All => (None, None),
        Seen::One(id) => (Some(*id), None),
        Seen::Link(link) => (None, Some(link.as_str())),
    };
    let seen = sql_query(
        "UPDATE notifications SET read_at = $3
         WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL
           AND ($4 IS NULL OR id = $4) AND ($5 IS NULL OR link = $5)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(of.uuid())
    .bind::<Timestamptz, _>(At(now))
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<Nullable<Text>, _>(link)
    .execute(tx.conn)?;
    Ok(seen)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether one of a person's is there and not seen.
///
/// # Errors
/// The database is away.
pub fn is_unseen(tx: &mut TenantTx<'_>, of: UserId, id: Uuid) -> Result<bool> {
    match find(tx, of, id) {
        Ok(found) => Ok(!found.read),
        Err(error) if matches!(error.kind, Kind::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// How many a person hasn't seen.
///
/// # Errors
/// The database is away.
pub fn unread(tx: &mut TenantTx<'_>, of: UserId) -> Result<i64> {
    let found: Count = sql_query(
        "SELECT count(*) AS count FROM notifications WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(of.uuid())
    .get_result(tx.conn)?;
    Ok(found.count)
}

#[derive(QueryableByName)]
struct Stated {
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Bool)]
    wanted: bool,
}

/// What a person wants to be told.
///
/// # Errors
/// The database is away.
pub fn wishes(tx: &mut TenantTx<'_>, of: UserId) -> Result<Wishes> {
    let rows: Vec<Stated> =
        sql_query("SELECT event, channel, wanted FROM notification_preferences WHERE tenant_id = $1 AND user_id = $2")
            .bind::<SqlUuid, _>(tx.tenant().uuid())
            .bind::<SqlUuid, _>(of.uuid())
            .load(tx.conn)?;
    let known = |row: Stated| Some((Event::parse(&row.event)?, Channel::parse(&row.channel)?, row.wanted));
    Ok(Wishes::new(rows.into_iter().filter_map(known)))
}

/// Stores what a person wants to be told of some events, in place of what was stored of these.
///
/// # Errors
/// The database is away.
pub fn wish(tx: &mut TenantTx<'_>, of: UserId, about: &[Event], wishes: &Wishes) -> Result<()> {
    let names: Vec<&str> = about.iter().map(|event| event.name()).collect();
    sql_query("DELETE FROM notification_preferences WHERE tenant_id = $1 AND user_id = $2 AND event = ANY ($3)")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(of.uuid())
        .bind::<diesel::sql_types::Array<Text>, _>(names)
        .execute(tx.conn)?;
    for (event, channel, wanted) in wishes.stated() {
        sql_query(
            "INSERT INTO notification_preferences (tenant_id, user_id, event, channel, wanted)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, user_id, event, channel) DO UPDATE SET wanted = excluded.wanted",
        )
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(of.uuid())
        .bind::<Text, _>(event.name())
        .bind::<Text, _>(channel.name())
        .bind::<Bool, _>(*wanted)
        .execute(tx.conn)?;
    }
    Ok(())
}
