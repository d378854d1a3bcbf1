//! What a tenant puts in place of its theme's: templates and a style sheet. Each is read before it is taken, and counts
//! while it is rendered what it costs: it can neither run a script, nor go round in circles, nor keep a page from being
//! written.

pub mod bounded;
pub mod cost;
pub mod css;
mod depths;
mod markup;
mod named;
#[cfg(test)]
mod tests;

use super::TEXT_ENDING;
use bounded::Wrong;
use depths::{Depths, MAX_DEPTH};
use handlebars::{Handlebars, Template};
use std::collections::BTreeMap;

/// Pages of the platform and of the test gateway, the platform's invoices and mails to the tenant, and what people type
/// their passwords into: no tenant's to change.
const NOT_ITS_OWN: [&str; 21] = [
    "platform_home",
    "unknown_host",
    "mailbox",
    "mail",
    "gateway",
    "invoice",
    "mails/subscription",
    "mails/subscription.txt",
    "mails/domain_lost",
    "mails/domain_lost.txt",
    "login",
    "login_code",
    "second_factor",
    "mails/second_factor",
    "mails/second_factor.txt",
    "mails/payout",
    "mails/payout.txt",
    "register",
    "reset",
    "invite",
    "parts/field",
];

/// A tenant's templates, compiled.
#[derive(Clone, Default)]
pub struct OwnTemplates {
    html: BTreeMap<String, Template>,
    text: BTreeMap<String, Template>,
}

/// Whether a template may be a tenant's own.
pub fn may_be_own(name: &str) -> bool {
    !NOT_ITS_OWN.contains(&name)
}

impl OwnTemplates {
    /// Reads templates against those of the theme.
    ///
    /// # Errors
    /// One can't be taken; its name, and what is wrong.
    pub fn read(
        texts: &BTreeMap<String, String>,
        html: &Handlebars<'static>,
        text: &Handlebars<'static>,
    ) -> Result<Self, (String, Wrong)> {
        let mut own = Self::default();
        for (name, body) in texts {
            let plain = name.ends_with(TEXT_ENDING);
            let original = if plain { text } else { html }
                .get_template(name)
                .filter(|_| may_be_own(name));
            let template = original
                .ok_or_else(|| Wrong::somewhere("There is no template of this name to be replaced."))
                .and_then(|original| compile(name, body, original))
                .map_err(|wrong| (name.clone(), wrong))?;
            if plain { &mut own.text } else { &mut own.html }.insert(name.clone(), template);
        }
        for (all, registry) in [(&own.html, html), (&own.text, text)] {
            let mut depths = Depths::new(all, registry);
            for name in all.keys() {
                let depth = depths.of(name).map_err(|wrong| (name.clone(), wrong))?;
                if depth > MAX_DEPTH {
                    return Err((name.clone(), Wrong::somewhere("Blocks and parts nest too deeply.")));
                }
            }
        }
        Ok(own)
    }

    /// Those that render HTML, or plain text.
    pub fn of(&self, template: &str) -> &BTreeMap<String, Template> {
        if template.ends_with(TEXT_ENDING) {
            &self.text
        } else {
            &self.html
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty() && self.text.is_empty()
    }
}

fn compile(name: &str, text: &str, original: &Template) -> Result<Template, Wrong> {
    bounded::read(text, |text| {
        let mut registry = Handlebars::new();
        registry.set_prevent_indent(true);
        registry.register_template_string(name, text).map_err(|error| Wrong {
            line: error.pos().map(|(line, _)| line),
            what: format!("{}.", error.reason()),
        })?;
        let template = registry.get_template(name).cloned();
        let mut template = template.ok_or_else(|| Wrong::somewhere("This can't be read."))?;
        named::check(&template, original)?;
        if !name.ends_with(TEXT_ENDING) {
            check_markup(name, &template, original)?;
        }
        cost::charge(&mut template);
        Ok(template)
    })
}

fn check_markup(name: &str, template: &Template, original: &Template) -> Result<(), Wrong> {
    let mut found = markup::acting(template)?;
    // Mails know no style sheet.
    if name.starts_with("mails/") {
        found.retain(|acting| !acting.what.starts_with("style=\""));
    }
    let known = markup::acting(original).unwrap_or_default();
    match markup::unknown(&found, &known) {
        Some(acting) => {
            let what = acting.what.replace('\u{fffd}', "…");
            Err(Wrong::on(
                acting.line,
                format!("`{what}` can't be used: it would act by itself."),
            ))
        }
        None => Ok(()),
    }
}
