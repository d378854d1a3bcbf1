//! Every page and mail of every theme with sample data, as files: for looking at them and for the checks in
//! `tests/browser/gallery.mjs`. Nothing here is reached by the running product.

mod cast;
mod pages;

use crate::web::{
    pages::views::View,
    theme::{PageContext, PageUser, Scheme, Theme, Themes},
};
use anyhow::Context as _;
use cast::Cast;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Renders all samples of the demo's themes into `out`: `{theme}-{lang}/{page}.html`, and the themes' stylesheets where the
/// pages ask for them.
pub fn render_samples(themes_dir: &Path, out: &Path) -> anyhow::Result<()> {
    let themes = Themes::load(themes_dir)?;
    for cast in [cast::lumen(), cast::velvet()] {
        let theme = themes.get(cast.theme);
        pages::tenant(&Gallery::new(&theme, &cast, "en", out)?)?;
    }
    // Long words show what a second language does to a layout.
    let cast = cast::lumen();
    let theme = themes.get(cast.theme);
    pages::tenant(&Gallery::new(&theme, &cast, "de", out)?)?;
    let cast = cast::platform();
    pages::platform(&Gallery::new(&themes.get(cast.theme), &cast, "en", out)?)
}

/// One theme's wall.
struct Gallery<'a> {
    theme: &'a Theme,
    cast: &'a Cast,
    lang: &'static str,
    out: PathBuf,
}

impl<'a> Gallery<'a> {
    fn new(theme: &'a Theme, cast: &'a Cast, lang: &'static str, out: &Path) -> anyhow::Result<Self> {
        let (hash, css) = theme.stylesheet();
        write(&out.join("theme").join(format!("{hash}.css")), css)?;
        Ok(Self {
            theme,
            cast,
            lang,
            out: out.join(format!("{}-{lang}", cast.theme)),
        })
    }

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
            unread: 0,
        };
        PageContext {
            user: Some(user),
            wallet: Some(self.cast.amount(0)),
            ..self.visitor(path)
        }
    }

    fn page<V: View>(&self, name: &str, view: &V, page: &PageContext) -> anyhow::Result<()> {
        let html = self
            .theme
            .page(view, page)
            .with_context(|| format!("{} of {}", name, self.theme.key()))?;
        write(&self.out.join(format!("{name}.html")), &html)
    }

    fn mail<V: View>(&self, name: &str, view: &V) -> anyhow::Result<()> {
        let mail = self.theme.mail(view, &self.visitor("/"))?;
        write(&self.out.join(format!("mail-{name}.html")), &mail.html)?;
        write(
            &self.out.join(format!("mail-{name}.txt")),
            &format!("Subject: {}\n\n{}", mail.subject, mail.text),
        )
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
