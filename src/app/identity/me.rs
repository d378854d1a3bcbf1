//! What people change of themselves.

use super::Viewer;
use crate::{
    app::{App, watching},
    domain::{identity::PersonName, time::Zone},
    error::{Error, Result},
    store::{
        sessions,
        users::{self, Details, User},
    },
};

/// What somebody typed; absent fields stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Public name.
    pub name: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// One of the tenant's languages.
    pub language: Option<String>,
    /// Nobody can ring.
    pub do_not_disturb: Option<bool>,
    /// Calls are answered with "no" at once.
    pub auto_reject: Option<bool>,
}

/// Changes what is set; all of it or nothing.
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn change(app: &App, viewer: &Viewer, languages: &[String], change: Change) -> Result<User> {
    let name = change.name.as_deref().map(PersonName::parse).transpose()?;
    change.time_zone.as_deref().map(check_zone).transpose()?;
    change
        .language
        .as_deref()
        .map(|language| check_language(language, languages))
        .transpose()?;
    let details = Details {
        name: name.map(|name| name.as_str().to_owned()),
        time_zone: change.time_zone,
        language: change.language,
        do_not_disturb: change.do_not_disturb,
        auto_reject: change.auto_reject,
    };
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let changed = users::update(tx, user, &details)?;
            if details.do_not_disturb == Some(false) {
                watching::look_after(tx, user, now)?;
            }
            Ok(changed)
        })
        .await
}

/// How many places the person is signed in at.
///
/// # Errors
/// The database is away.
pub async fn open_sessions(app: &App, viewer: &Viewer) -> Result<u32> {
    let (now, user) = (app.now(), viewer.user.id);
    let open = app
        .db
        .read(&viewer.scope, move |tx| sessions::count_open(tx, user, now))
        .await?;
    Ok(u32::try_from(open).unwrap_or(u32::MAX))
}

pub(in crate::app) fn check_zone(name: &str) -> Result<()> {
    let known = Zone::named(name).map(|_| ());
    known.ok_or_else(|| Error::field("time_zone", "Choose a time zone from the list."))
}

pub(in crate::app) fn check_language(code: &str, languages: &[String]) -> Result<()> {
    let good = languages.iter().any(|language| language == code);
    if good {
        Ok(())
    } else {
        Err(Error::field("language", "Choose a language from the list."))
    }
}
