//! The one place where somebody is told something.

use super::ANNOUNCE_JOB;
use crate::{
    app::{
        App,
        letters::{self, Letter, NewsLetter},
    },
    domain::{
        ids::UserId,
        notification::{Channel, Event},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, jobs,
        notifications::{self, News},
        subscription_notices, tenants,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Something a person was told, on its way to their pages and browsers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// Whom.
    pub to: UserId,
    /// Of what.
    pub event: Event,
    /// Whom it is about.
    pub about: Option<UserId>,
    /// What else goes into the text.
    pub params: Map<String, Value>,
    /// Where it leads, a path.
    pub link: String,
    /// When.
    pub at: Moment,
    /// As it stands on the site, if it does.
    pub shown: Option<Uuid>,
}

/// Tells somebody, by the ways they like. Of what they haven't seen yet no second mail is written.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn tell(app: &App, tx: &mut TenantTx<'_>, to: UserId, news: News, now: Moment) -> Result<()> {
    let wishes = notifications::wishes(tx, to)?;
    let wants = |channel| wishes.want(news.event, channel);
    let (shown, is_new) = if wants(Channel::Site) {
        let (id, is_new) = notifications::put(tx, to, &news, now)?;
        (Some(id), is_new)
    } else {
        (None, true)
    };
    if wants(Channel::Mail)
        && let Some(letter) = letter(app, tx, &news, is_new)?
    {
        letters::post(tx, to, letter, now)?;
    }
    if shown.is_some() || wants(Channel::Push) {
        let News {
            event,
            about,
            params,
            link,
        } = news;
        let told = Told {
            to,
            event,
            about,
            params,
            link,
            at: now,
            shown,
        };
        let payload = serde_json::to_value(told).map_err(Error::internal)?;
        jobs::enqueue(tx, ANNOUNCE_JOB, payload, now)?;
    }
    Ok(())
}

/// Writes to somebody what they did themselves, for their records, if they like mails of that: no page and no browser has
/// to say it.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn write(app: &App, tx: &mut TenantTx<'_>, to: UserId, news: &News, now: Moment) -> Result<()> {
    if notifications::wishes(tx, to)?.want(news.event, Channel::Mail)
        && let Some(letter) = letter(app, tx, news, true)?
    {
        letters::post(tx, to, letter, now)?;
    }
    Ok(())
}

/// Tells the tenant's admins.
///
/// # Errors
/// The database is away.
pub fn tell_admins(app: &App, tx: &mut TenantTx<'_>, news: &News, now: Moment) -> Result<()> {
    for admin in subscription_notices::readers(tx)? {
        tell(app, tx, admin, news.clone(), now)?;
    }
    Ok(())
}

/// The mail, of what has one here: some have a letter of their own, sent by who knows more.
fn letter(app: &App, tx: &mut TenantTx<'_>, news: &News, is_new: bool) -> Result<Option<Letter>> {
    // Each step of an order, and each decision, is a letter, also while the one before is unread.
    let repeats = !is_new
        && !matches!(
            news.event,
            Event::Booking | Event::IdentityCheck | Event::Refund | Event::Dispute | Event::Tip | Event::Payout
        );
    if repeats || matches!(news.event, Event::SubscriptionEnds | Event::MissedCall) {
        return Ok(None);
    }
    let link = format!("{}{}", app.origin(&tenants::host(tx)?), news.link);
    Ok(Some(Letter::News(NewsLetter {
        event: news.event,
        about: news.about,
        params: news.params.clone(),
        link,
    })))
}
