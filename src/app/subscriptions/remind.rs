//! Mails before the end of what is paid for.

use crate::{
    app::{
        App,
        letters::{self, Letter, SubscriptionEnds},
        notifications,
    },
    domain::{
        notification::Event,
        subscription::{days_left, due_notice},
        time::Moment,
    },
    error::Result,
    store::{
        notifications::News,
        subscription_notices::{self as notices, Ending},
        subscription_settings::{self, Settings},
        subscriptions, tenants,
    },
};

/// Puts all mails that are due about ends of paid time into the outbox; gives at how many tenants. Each goes out once,
/// however often and by how many processes this is called.
///
/// # Errors
/// The database is away.
pub async fn remind(app: &App) -> Result<usize> {
    let now = app.now();
    let found = app.db.system(move |tx| {
        let settings = subscription_settings::read(tx)?;
        let ending = match settings.on_since {
            Some(_) => notices::ending(tx, now)?,
            None => Vec::new(),
        };
        Ok((settings, ending))
    });
    let (settings, ending) = found.await?;
    let mut told = 0;
    for end in ending {
        let due = due_notice(end.ends_at, end.since, &settings.days_before, &end.zone, now);
        // What was said of a later moment isn't followed by what should have been said before.
        if let Some(days) = due
            && end.told.is_none_or(|told| days < told)
        {
            let tenant = end.tenant;
            match tell(app, &settings, end, days, now).await {
                Ok(did) => told += usize::from(did),
                // The others are told all the same; this one is tried again when the calendar is looked at next.
                Err(error) => tracing::error!(%tenant, %error, "nobody can be told about the end of what is paid for"),
            }
        }
    }
    Ok(told)
}

async fn tell(app: &App, settings: &Settings, end: Ending, days_before: i32, now: Moment) -> Result<bool> {
    let (subject, body) = (settings.mail_subject.clone(), settings.mail_body.clone());
    let from = settings.sender().to_owned();
    let app = app.clone();
    let db = app.db.clone();
    db.system(move |tx| {
        let (_, scope) = tenants::for_platform(tx, end.tenant)?;
        let tx = &mut tx.within(&scope);
        let terms = subscriptions::terms(tx, now)?;
        let stops_at = terms.account.stops_at(&end.zone);
        // Somebody may have paid a moment ago.
        let same = terms.account.ends_at() == Some(end.ends_at);
        let (true, Some(stops_at)) = (same, stops_at) else {
            return Ok(false);
        };
        if !notices::note(tx, end.ends_at, days_before, now)? {
            return Ok(false);
        }
        let link = format!("{}/admin/subscription", app.origin(&tenants::host(tx)?));
        let letter = Letter::SubscriptionEnds(SubscriptionEnds {
            from,
            subject,
            body,
            plan: terms.plan,
            days: i64::from(days_left(end.ends_at, &end.zone, now)),
            ends_at: end.ends_at,
            stops_at,
            link,
        });
        for reader in notices::readers(tx)? {
            letters::post(tx, reader, letter.clone(), now)?;
            let news = News::of(Event::SubscriptionEnds, "/admin/subscription".to_owned());
            let news = news.with("at", end.ends_at.timestamp().to_string());
            notifications::tell(&app, tx, reader, news, now)?;
        }
        Ok(true)
    })
    .await
}
