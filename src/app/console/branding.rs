//! How the marketplace looks. What is published holds at once; the look before it stays a version to go back to.

use super::{StaffMember, words::take_words};
use crate::{
    app::{App, subscriptions},
    domain::{
        audit::{Action, Entry},
        brand::{Brand, BrandRadius, BrandScheme, FileHash, Font, HexColor},
        tenant::Tenant,
        text,
    },
    error::{Error, Result},
    store::{
        TenantTx, audit,
        looks::{self, File},
        tenants,
        words::OwnWord,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// What is chosen from; files have ways of their own.
#[derive(Clone, Debug)]
pub struct Look {
    /// The colour of the one next action.
    pub brand: HexColor,
    /// Light, dark, or as the reader's system does.
    pub scheme: BrandScheme,
    /// Corners.
    pub radius: BrandRadius,
    /// Typeface.
    pub font: Font,
    /// What browser tabs call the site.
    pub page_title: String,
}

impl Look {
    /// This over what there is.
    ///
    /// # Errors
    /// The title can't be taken.
    pub fn over(self, present: Option<&Brand>) -> Result<Brand> {
        let page_title = checked_title(&self.page_title)?;
        let bare = || Brand::new(self.brand.clone(), self.scheme, self.radius);
        Ok(Brand {
            brand: self.brand.clone(),
            scheme: self.scheme,
            radius: self.radius,
            font: Some(self.font),
            page_title: Some(page_title),
            ..present.cloned().unwrap_or_else(bare)
        })
    }
}

/// What browser tabs call the site, checked.
///
/// # Errors
/// It can't be taken.
pub fn checked_title(title: &str) -> Result<String> {
    let words = "Enter a title of 1 to 80 characters, on one line.";
    text::line(title, 1..=80).ok_or_else(|| Error::field("page_title", words))
}

/// Publishes a look.
///
/// # Errors
/// The title can't be taken, or the database is away.
pub async fn publish_look(app: &App, by: &StaffMember, look: Look) -> Result<Tenant> {
    alter(app, by, Action::BrandingPublished, move |_, present| {
        look.over(present).map(Some)
    })
    .await
}

/// A part of a look that is a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Picture in the head of pages.
    Logo,
    /// Picture in browser tabs.
    Favicon,
    /// Style sheet over the theme's.
    Css,
    /// Template in place of the theme's of this name.
    Template(String),
}

impl Part {
    fn put(self, look: &mut Brand, file: Option<FileHash>) {
        match (self, file) {
            (Self::Logo, file) => look.logo = file,
            (Self::Favicon, file) => look.favicon = file,
            (Self::Css, file) => look.css = file,
            (Self::Template(name), Some(file)) => {
                look.templates.insert(name, file);
            }
            (Self::Template(name), None) => {
                look.templates.remove(&name);
            }
        }
    }
}

/// Publishes a part of the look, or without a file goes back to the theme's. `theme` is what a look begins with that
/// chose nothing yet.
///
/// # Errors
/// The database is away.
pub async fn publish_part(app: &App, by: &StaffMember, theme: Brand, part: Part, file: Option<File>) -> Result<Tenant> {
    let now = app.now();
    alter(app, by, Action::BrandingPublished, move |tx, present| {
        let mut look = present.cloned().unwrap_or(theme);
        let hash = file.as_ref().map(|file| FileHash::of(&file.body));
        if let (Some(hash), Some(file)) = (&hash, &file) {
            subscriptions::more_stored(tx, file.body.len(), now)?;
            looks::put_file(tx, hash, file, now)?;
        }
        part.put(&mut look, hash);
        Ok(Some(look))
    })
    .await
}

/// Publishes a look with all its files, and texts: all of it, or nothing.
///
/// # Errors
/// The database is away.
pub async fn publish_whole(
    app: &App,
    by: &StaffMember,
    look: Brand,
    files: Vec<File>,
    words: Vec<OwnWord>,
) -> Result<Tenant> {
    let (actor, now) = (by.actor(), app.now());
    alter(app, by, Action::BrandingPublished, move |tx, _| {
        subscriptions::more_stored(tx, files.iter().map(|file| file.body.len()).sum(), now)?;
        for file in &files {
            looks::put_file(tx, &FileHash::of(&file.body), file, now)?;
        }
        take_words(tx, &actor, &words, now)?;
        Ok(Some(look))
    })
    .await
}

/// Takes up an earlier look again.
///
/// # Errors
/// There is no such version, or the database is away.
pub async fn revert_look(app: &App, by: &StaffMember, version: Uuid) -> Result<Tenant> {
    alter(app, by, Action::BrandingReverted, move |tx, _| {
        looks::look_of(tx, version)
    })
    .await
}

/// One change of the look with its version and its audit entry. Nothing is written where nothing changes.
async fn alter<F>(app: &App, by: &StaffMember, action: Action, change: F) -> Result<Tenant>
where
    F: FnOnce(&mut TenantTx<'_>, Option<&Brand>) -> Result<Option<Brand>> + Send + 'static,
{
    let (actor, now) = (by.actor(), app.now());
    let user = by.user()?;
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = tenants::own(tx)?;
            let next = change(tx, before.brand.as_ref())?;
            if next == before.brand {
                return Ok(before);
            }
            if looks::versions(tx)?.is_empty() {
                looks::keep(tx, before.brand.as_ref(), None, now)?;
            }
            looks::keep(tx, next.as_ref(), Some(user), now)?;
            looks::tidy(tx)?;
            tenants::set_brand(tx, next.as_ref())?;
            let entry = Entry::new(action, &before.slug).changed(shown(before.brand.as_ref())?, shown(next.as_ref())?);
            audit::write(tx, &actor, &entry, now)?;
            tenants::own(tx)
        })
        .await
}

fn shown(look: Option<&Brand>) -> Result<Value> {
    look.map_or_else(
        || Ok(json!({})),
        |look| serde_json::to_value(look).map_err(Error::internal),
    )
}
