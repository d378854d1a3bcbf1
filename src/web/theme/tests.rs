//! Themes as a whole: small ones, written to a folder of their own.

use super::*;
use serde_json::json;
use std::{fs, path::PathBuf};

const TOKENS: &str = "[tokens]\nbrand='#1d5c4d'\nsurface='#ffffff'\nsurface_dark='#111111'\nradius='small'\nfont='inter'\n\
                      display='inter'";

/// A folder of themes that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = Self(std::env::temp_dir().join(format!("themes-{}", uuid::Uuid::new_v4())));
        folder.write("dist/icons.json", r#"{"phone": "<path d=\"M1 1\"/>"}"#);
        let manifest = r#"{
            "app.ts": {"file": "app-1.js", "css": ["app-1.css"], "imports": ["_shared.js"]},
            "_shared.js": {"file": "shared-2.js", "css": ["shared-2.css"], "imports": ["app.ts"]}
        }"#;
        folder.write("dist/.vite/manifest.json", manifest);
        folder.write("dist/default/logo.svg", "<svg/>");
        folder.write("default/theme.toml", &format!("name='Default'\nlang='en'\n{TOKENS}"));
        folder.write(
            "default/words/en.toml",
            "hello='Hello {name}'\nbye='Bye'\n[mails.note]\nsubject='{name} at {tenant_name}'",
        );
        folder.write("default/words/de.toml", "hello='Hallo {name}'");
        folder.write(
            "default/templates/layout.hbs",
            "<html>{{page_title}}|{{> @partial-block}}</html>\n",
        );
        folder.write(
            "default/templates/page.hbs",
            "{{#> layout page_title=(t \"hello\" name=name)}}{{name}} {{t \"bye\"}}{{/layout}}",
        );
        folder.write("default/templates/part.hbs", "default");
        folder.write("default/templates/mails/note.hbs", "<p>{{name}}</p>");
        folder.write("default/templates/mails/note.txt.hbs", "{{name}}\n");
        folder.write("own/theme.toml", &format!("name='Own'\nlang='en'\n{TOKENS}"));
        folder.write("own/words/en.toml", "bye='So long'");
        folder.write("own/templates/part.hbs", "own");
        folder
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn load(&self) -> Result<Themes, ThemeError> {
        Themes::load(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn page(lang: &str) -> PageContext {
    PageContext {
        tenant_name: "T & Co".to_owned(),
        lang: lang.to_owned(),
        ..PageContext::default()
    }
}

#[test]
fn a_theme_takes_from_the_default_what_it_lacks() {
    let folder = Folder::new();
    let themes = folder.load().unwrap();
    let render = |theme: &str, template: &str, lang: &str| {
        themes
            .get(theme)
            .render(template, &json!({"name": "<b>M</b>"}), &page(lang))
            .unwrap()
    };
    assert_eq!(render("own", "part", "en"), "own");
    assert_eq!(render("default", "part", "en"), "default");
    assert_eq!(render("nobody's", "part", "en"), "default");
    let name = "&lt;b&gt;M&lt;/b&gt;";
    assert_eq!(
        render("own", "page", "en"),
        format!("<html>Hello {name}|{name} So long</html>")
    );
    assert_eq!(
        render("own", "page", "de"),
        format!("<html>Hallo {name}|{name} So long</html>"),
        "own English before none"
    );
    assert_eq!(
        render("default", "page", "fr"),
        format!("<html>Hello {name}|{name} Bye</html>")
    );
}

#[test]
fn a_mail_has_two_parts_and_a_one_line_subject() {
    let folder = Folder::new();
    let theme = folder.load().unwrap().get("own");
    let mail = theme
        .render_mail("mails/note", &json!({"name": "A\r\nBcc: x & y"}), &page("en"))
        .unwrap();
    assert_eq!(mail.subject, "A  Bcc: x & y at T & Co");
    assert_eq!(mail.html, "<p>A\r\nBcc: x &amp; y</p>");
    assert_eq!(mail.text, "A\r\nBcc: x & y");
}

#[test]
fn what_was_built_is_found() {
    let folder = Folder::new();
    folder.write(
        "default/templates/assets.hbs",
        "{{icon \"phone\" \"x\\\"y\"}}|{{asset \"default/logo.svg\"}}|{{entry \"app.ts\"}}",
    );
    let html = folder
        .load()
        .unwrap()
        .get("own")
        .render("assets", &json!({}), &page("en"))
        .unwrap();
    assert!(
        html.starts_with("<svg class=\"icon x&quot;y\"") && html.contains("<path d=\"M1 1\"/></svg>|"),
        "{html}"
    );
    assert!(html.contains("|/assets/default/logo.svg?v"), "{html}");
    let sheets: Vec<_> = html.match_indices("rel=\"stylesheet\"").collect();
    assert_eq!(
        sheets.len(),
        2,
        "each sheet once, though the chunks import each other: {html}"
    );
    assert!(
        html.ends_with("<script type=\"module\" src=\"/assets/app-1.js\"></script>"),
        "{html}"
    );
}

#[test]
fn broken_themes_are_refused() {
    for (path, text, why) in [
        ("own/templates/part.hbs", "{{#if x}}", "template part"),
        ("own/templates/part.hbs", "{{> page}}{{> other}}", ""),
        ("own/theme.toml", "name='Own'\nlang='en'", "tokens"),
        ("own/words/en.toml", "bye = 3", "bye"),
    ] {
        let folder = Folder::new();
        folder.write("own/templates/other.hbs", "{{> part}}");
        folder.write(path, text);
        let error = folder.load().map(|_| ()).expect_err(path).to_string();
        assert!(error.contains(why), "{path}: {error}");
    }
    let folder = Folder::new();
    fs::remove_dir_all(folder.0.join("dist")).unwrap();
    assert!(folder.load().is_err(), "nothing was built");
}

#[test]
fn in_development_a_change_shows_and_a_broken_one_does_not() {
    let folder = Folder::new();
    let themes = folder.load().unwrap().watching();
    let part = || themes.get("own").render("part", &json!({}), &page("en")).unwrap();
    assert_eq!(part(), "own");
    folder.write("own/templates/part.hbs", "changed");
    folder.write("own/templates/new.hbs", "");
    assert_eq!(part(), "changed");
    folder.write("own/templates/part.hbs", "{{#if");
    folder.write("own/templates/newer.hbs", "");
    assert_eq!(part(), "changed");
    folder.write("own/templates/part.hbs", "mended");
    folder.write("own/templates/newest.hbs", "");
    assert_eq!(part(), "mended");
}
