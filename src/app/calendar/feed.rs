//! What a person has agreed on, for their own calendar program: at an address that nobody else knows.

use super::show::{Standing, Talk, talks_of};
use crate::{
    app::{
        App,
        identity::{LinkToken, Viewer},
    },
    domain::{
        ids::{BookingId, UserId},
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{TenantScope, agenda, calendar_feeds, users},
};

const DAY_MS: i64 = 86_400_000;
/// How far back a calendar is told of, days.
const BACK_DAYS: i64 = 90;
/// How far ahead; talks are booked at most a year ahead.
const AHEAD_DAYS: i64 = 400;

/// A person's calendar.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Whose.
    pub person: UserId,
    /// What is in it, in order.
    pub talks: Vec<FeedTalk>,
}

/// A talk with what calendar programs tell newer from older by.
#[derive(Clone, Debug)]
pub struct FeedTalk {
    /// The talk.
    pub talk: Talk,
    /// How often its order was changed.
    pub changes: u32,
    /// When last; when it was ordered, if never.
    pub changed_at: Moment,
}

/// When the reader's address was made, if they have one.
///
/// # Errors
/// The database is away.
pub async fn address_made_at(app: &App, viewer: &Viewer) -> Result<Option<Moment>> {
    let person = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| calendar_feeds::made_at(tx, person))
        .await
}

/// Makes the reader another address; the one before ends. Gives its secret, which is told this once.
///
/// # Errors
/// The database is away.
pub async fn new_address(app: &App, viewer: &Viewer) -> Result<String> {
    let (person, now, token) = (viewer.user.id, app.now(), LinkToken::new());
    let hash = token.hash();
    app.db
        .tenant(&viewer.scope, move |tx| calendar_feeds::put(tx, person, &hash, now))
        .await?;
    Ok(token.text())
}

/// Ends the reader's address.
///
/// # Errors
/// The database is away.
pub async fn end_address(app: &App, viewer: &Viewer) -> Result<()> {
    let person = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| calendar_feeds::remove(tx, person))
        .await
}

/// The calendar of whoever has that secret.
///
/// # Errors
/// Nobody has it, or nobody who may come in, or the database is away.
pub async fn feed(app: &App, scope: &TenantScope, secret: &str) -> Result<Feed> {
    let hash = LinkToken::parse(secret).ok_or_else(Error::not_found)?.hash();
    let now = app.now();
    let within = Span {
        from: now + -BACK_DAYS * DAY_MS,
        to: now + AHEAD_DAYS * DAY_MS,
    };
    app.db
        .read(scope, move |tx| {
            let person = calendar_feeds::person(tx, &hash)?;
            if users::find(tx, person)?.suspended {
                return Err(Error::not_found());
            }
            let mut orders = agenda::holding(tx, person, within)?;
            orders.extend(agenda::over(tx, person, within)?);
            let ids: Vec<BookingId> = orders.iter().map(|order| order.id).collect();
            let changes = agenda::changes(tx, &ids)?;
            let mut talks: Vec<FeedTalk> = orders
                .into_iter()
                .flat_map(talks_of)
                .filter(|talk| talk.standing != Standing::Asked)
                .map(|talk| {
                    let never = (0, talk.order.ordered_at);
                    let (changes, changed_at) = changes.get(&talk.order.id).copied().unwrap_or(never);
                    FeedTalk {
                        talk,
                        changes,
                        changed_at,
                    }
                })
                .collect();
            talks.sort_by_key(|one| (one.talk.span.from, one.talk.order.id.uuid()));
            Ok(Feed { person, talks })
        })
        .await
}
