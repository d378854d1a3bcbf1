//! A seller's profile.

use crate::{
    app::{App, identity::Viewer, subscriptions},
    domain::text,
    error::{Error, Result},
    store::sellers::{self, Profile},
};

/// Languages a profile can name.
const MOST_LANGUAGES: usize = 10;

/// As typed.
#[derive(Clone, Debug, Default)]
pub struct ProfileDraft {
    /// One line.
    pub headline: String,
    /// A few paragraphs.
    pub about: String,
    /// ISO codes.
    pub languages: Vec<String>,
}

/// Writes the reader's profile; the first time makes them a seller.
///
/// # Errors
/// A field that can't be taken, as many sellers as the plan has, or the database is away.
pub async fn save_profile(app: &App, viewer: &Viewer, draft: ProfileDraft) -> Result<Profile> {
    let about = text::paragraphs(&draft.about, 0..=5_000);
    let profile = Profile {
        user: viewer.user.id,
        headline: headline(&draft.headline)?,
        about: about.ok_or_else(|| Error::field("about", "Use at most 5,000 characters."))?,
        languages: languages(draft.languages)?,
        photo_url: None,
        available_until: None,
    };
    let now = app.now();
    app.db
        .tenant(&viewer.scope, move |tx| {
            if sellers::find(tx, profile.user)?.is_none() {
                subscriptions::one_more_seller(tx, now)?;
            }
            sellers::put(tx, &profile, now)?;
            sellers::find(tx, profile.user)?.ok_or_else(Error::not_found)
        })
        .await
}

/// What somebody does, in a line.
///
/// # Errors
/// Nothing, more than a line, or too long.
pub(in crate::app) fn headline(typed: &str) -> Result<String> {
    text::line(typed, 1..=120)
        .ok_or_else(|| Error::field("headline", "Say in one line of 1 to 120 characters what you do."))
}

fn languages(typed: Vec<String>) -> Result<Vec<String>> {
    let bad = || Error::field("languages", "Name up to ten languages by their codes, such as en, de.");
    let mut codes = Vec::new();
    for code in typed
        .iter()
        .map(|code| code.trim().to_ascii_lowercase())
        .filter(|code| !code.is_empty())
    {
        let good = (2..=3).contains(&code.len()) && code.chars().all(|c| c.is_ascii_lowercase());
        if !good || codes.len() == MOST_LANGUAGES {
            return Err(bad());
        }
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    Ok(codes)
}
