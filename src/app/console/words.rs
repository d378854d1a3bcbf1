//! What the marketplace says. A text of its own stands in place of the theme's, in one language.

use super::StaffMember;
use crate::{
    app::App,
    domain::{
        audit::{Action, Actor, Entry},
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, audit, tenants,
        words::{self, OwnWord},
    },
};
use serde_json::{Value, json};

/// Longest text, in characters.
const MAX_TEXT: usize = 2_000;

/// A text as it is kept.
///
/// # Errors
/// It can't be taken.
pub fn checked_text(text: &str) -> Result<String> {
    let told = "Enter 1 to 2,000 characters, without control characters.";
    text::paragraphs(text, 1..=MAX_TEXT).ok_or_else(|| Error::field("value", told))
}

/// Sets a text, or without a value goes back to the theme's. The caller knows that there is such a text.
///
/// # Errors
/// The text can't be taken, or the database is away.
pub async fn set_word(app: &App, by: &StaffMember, language: String, key: String, value: Option<String>) -> Result<()> {
    let value = value.as_deref().map(checked_text).transpose()?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = words::find(tx, &language, &key)?;
            if before == value {
                return Ok(());
            }
            match &value {
                Some(value) => {
                    let word = OwnWord {
                        language: language.clone(),
                        key: key.clone(),
                        value: value.clone(),
                    };
                    words::put(tx, &word, now)?;
                }
                None => words::remove(tx, &language, &key)?,
            }
            tenants::touch_look(tx)?;
            let said = |text: Option<String>| text.map_or(Value::Null, |text| json!({"text": text}));
            let entry = Entry::new(Action::WordsChanged, format!("{key} ({language})"));
            audit::write(tx, &actor, &entry.changed(said(before), said(value)), now)
        })
        .await
}

/// Writes many texts, over those that are there.
pub(super) fn take_words(tx: &mut TenantTx<'_>, actor: &Actor, said: &[OwnWord], now: Moment) -> Result<()> {
    let mut changed = 0;
    for word in said {
        if words::find(tx, &word.language, &word.key)?.as_ref() != Some(&word.value) {
            words::put(tx, word, now)?;
            changed += 1;
        }
    }
    if changed == 0 {
        return Ok(());
    }
    tenants::touch_look(tx)?;
    let entry = Entry::new(Action::WordsChanged, "archive").changed(Value::Null, json!({"texts": changed}));
    audit::write(tx, actor, &entry, now)
}
