//! Every page and mail with sample data: as files for looking at them and for the checks in
//! `tests/browser/gallery.mjs`, as the trial that a tenant's templates must pass, and as their preview.

mod cast;
mod pages;

use crate::web::{
    pages::views::{Shared, View},
    theme::{Mail, PageContext, PageUser, Scheme, Theme, ThemeError, Themes},
};
use anyhow::{Context as _, ensure};
use cast::Cast;
use std::{cell::RefCell, fs, path::Path};

/// Renders all samples of the demo's themes into `out`: `{theme}-{lang}/{page}.html`, and the themes' stylesheets where the
/// pages ask for them.
pub fn render_samples(themes_dir: &Path, out: &Path) -> anyhow::Result<()> {
    let themes = Themes::load(themes_dir)?;
    // Long words show what a second language does to a layout.
    for (cast, lang) in [
        (cast::lumen(), "en"),
        (cast::velvet(), "en"),
        (cast::lumen(), "de"),
        (cast::platform(), "en"),
    ] {
        let theme = themes.get(cast.theme);
        let sheet = theme.stylesheet();
        write(&out.join("theme").join(format!("{}.css", sheet.hash)), &sheet.css)?;
        let folder = out.join(format!("{}-{lang}", cast.theme));
        let files = |name: &str, written: Written| match written {
            Written::Page(html) => write(&folder.join(format!("{name}.html")), &html),
            Written::Mail(mail) => {
                write(&folder.join(format!("mail-{name}.html")), &mail.html)?;
                let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
                write(&folder.join(format!("mail-{name}.txt")), &text)
            }
        };
        let gallery = Gallery {
            theme: &theme,
            cast: &cast,
            lang,
            only: None,
            take: &files,
        };
        if cast.theme == "default" {
            pages::platform(&gallery)?;
        } else {
            pages::tenant(&gallery)?;
        }
    }
    // What the calendar asks for, where it asks.
    write(&out.join("api/v1/selling/calendar"), &pages::calendar_answer()?)
}

/// Renders all samples of a tenant's pages, to see whether its templates can.
///
/// # Errors
/// The first that fails.
pub fn try_all(theme: &Theme) -> Result<(), ThemeError> {
    render(theme, "en", None, &|_, _| Ok(()))
}

/// One page as it would look; `mail` is a mail.
///
/// # Errors
/// It fails.
pub fn sample(theme: &Theme, lang: &str, page: &str) -> Result<String, ThemeError> {
    let name = if page == "mail" { "receipt" } else { page };
    let found = RefCell::new(String::new());
    render(theme, lang, Some(name), &|_, written| {
        *found.borrow_mut() = match written {
            Written::Page(html) => html,
            Written::Mail(mail) => mail.html,
        };
        Ok(())
    })?;
    Ok(found.into_inner())
}

fn render(theme: &Theme, lang: &str, only: Option<&str>, take: &Take<'_>) -> Result<(), ThemeError> {
    let cast = cast::lumen();
    let gallery = Gallery {
        theme,
        cast: &cast,
        lang,
        only,
        take,
    };
    pages::tenant(&gallery).map_err(|error| match error.downcast::<ThemeError>() {
        Ok(error) => error,
        Err(error) => ThemeError::render("samples", error),
    })
}

/// What a sample came out as.
enum Written {
    Page(String),
    Mail(Mail),
}

/// What becomes of each sample.
type Take<'a> = dyn Fn(&str, Written) -> anyhow::Result<()> + 'a;

/// One theme's wall.
struct Gallery<'a> {
    theme: &'a Theme,
    cast: &'a Cast,
    lang: &'a str,
    /// This sample and no other.
    only: Option<&'a str>,
    take: &'a Take<'a>,
}

impl Gallery<'_> {
    /// The frame of a page as somebody who isn't logged in sees it.
    fn visitor(&self, path: &str) -> PageContext {
        PageContext {
            tenant_name: self.cast.tenant.to_owned(),
            origin: format!("http://{}.localhost:8080", self.cast.theme),
            lang: self.lang.to_owned(),
            tenant_lang: "en".to_owned(),
            zone: self.cast.zone.to_owned(),
            path: path.to_owned(),
            scheme: Scheme::System,
            test_mode: true,
            reference: "7f3c2a9e41".to_owned(),
            ..PageContext::default()
        }
    }

    /// The same for the buyer of the cast.
    fn buyer(&self, path: &str) -> PageContext {
        PageContext {
            user: Some(PageUser {
                name: self.cast.buyer.to_owned(),
                unread: 2,
                notices: 3,
                ..PageUser::default()
            }),
            wallet: Some(self.cast.amount(2_350)),
            ..self.visitor(path)
        }
    }

    /// The same for the first seller of the cast.
    fn seller(&self, path: &str) -> PageContext {
        let person = self.cast.person(0);
        let user = PageUser {
            name: person.name,
            photo_url: person.photo_url,
            is_seller: true,
            available: true,
            ..PageUser::default()
        };
        PageContext {
            user: Some(user),
            wallet: Some(self.cast.amount(0)),
            ..self.visitor(path)
        }
    }

    fn page<V: View>(&self, name: &str, view: &V, page: &PageContext) -> anyhow::Result<()> {
        if self.only.is_some_and(|only| only != name) {
            return Ok(());
        }
        let html = self.theme.page(view, page);
        let html = html.with_context(|| format!("{} of {}", name, self.theme.key()))?;
        (self.take)(name, Written::Page(html))
    }

    /// The same, and the page around its shared parts must be the same page.
    fn shared_page<V: Shared>(&self, name: &str, view: &V, page: &PageContext) -> anyhow::Result<()> {
        if self.only.is_some_and(|only| only != name) {
            return Ok(());
        }
        if let Some(part) = self.theme.part(view, page)? {
            let (around, whole) = (self.theme.page_around::<V>(&part, page)?, self.theme.page(view, page)?);
            ensure!(
                around == whole,
                "{name} of {} isn't what its parts make",
                self.theme.key()
            );
        }
        self.page(name, view, page)
    }

    fn mail<V: View>(&self, name: &str, view: &V) -> anyhow::Result<()> {
        if self.only.is_some_and(|only| only != name) {
            return Ok(());
        }
        (self.take)(name, Written::Mail(self.theme.mail(view, &self.visitor("/"))?))
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
