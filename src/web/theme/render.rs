//! Writing pages and mails.

use super::{PageContext, Scheme, TEXT_ENDING, Theme, ThemeError, Wrong, helpers, own::cost, tokens::DefaultScheme};
use crate::web::pages::views::View;
use handlebars::{
    Context, Handlebars, RenderContext, RenderError, RenderErrorReason, Renderable as _, StringOutput, Template,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Subject, one line.
    pub subject: String,
    /// HTML part.
    pub html: String,
    /// Plain-text part.
    pub text: String,
}

impl Theme {
    /// Writes a view's page.
    pub fn page<V: View>(&self, view: &V, page: &PageContext) -> Result<String, ThemeError> {
        self.render(V::TEMPLATE, view, page)
    }

    /// Writes a page: the template sees the view's fields, `page` and `theme`.
    pub fn render(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<String, ThemeError> {
        let root = self.root(template, view, page)?;
        self.write(&self.templates.html, template, &root)
    }

    /// Writes a view's mail.
    pub fn mail<V: View>(&self, view: &V, page: &PageContext) -> Result<Mail, ThemeError> {
        self.render_mail(V::TEMPLATE, view, page)
    }

    /// Writes a mail: `{template}` is the HTML part, `{template}.txt` the plain one, and the subject is the text
    /// `{template with dots}.subject` of the words file, filled in with the view's fields.
    pub fn render_mail(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<Mail, ThemeError> {
        let root = self.root(template, view, page)?;
        let mut params = root.as_object().cloned().unwrap_or_default();
        params.insert("tenant_name".to_owned(), Value::String(page.tenant_name.clone()));
        let key = format!("{}.subject", template.replace('/', "."));
        let words = self.shelf.words([page.lang.as_str(), page.tenant_lang.as_str()]);
        let subject = words.and_then(|words| words.say(&key, &params, &page.zone));
        let subject = subject.ok_or_else(|| ThemeError::render(template, format!("no words for `{key}`")))?;
        Ok(Mail {
            subject: subject.replace(char::is_control, " "),
            html: self.write(&self.templates.html, template, &root)?,
            text: self.write(&self.templates.text, &format!("{template}{TEXT_ENDING}"), &root)?,
        })
    }

    fn write(&self, registry: &Handlebars<'static>, template: &str, root: &Value) -> Result<String, ThemeError> {
        if self.own_templates.is_empty() || self.gave_up(template) {
            return self
                .attempt(registry, &BTreeMap::new(), template, root)
                .map_err(|error| ThemeError::render(template, error));
        }
        match (
            self.attempt(registry, self.own_templates.of(template), template, root),
            &self.teller,
        ) {
            (Ok(written), _) => Ok(written),
            (Err(error), None) => Err(failed(template, &error)),
            (Err(error), Some(teller)) => {
                teller.tell(template, failed(template, &error).to_string());
                let written = self.attempt(registry, &BTreeMap::new(), template, root);
                written.map_err(|error| ThemeError::render(template, error))
            }
        }
    }

    fn attempt(
        &self,
        registry: &Handlebars<'static>,
        own: &BTreeMap<String, Template>,
        template: &str,
        root: &Value,
    ) -> Result<String, RenderError> {
        let missing = || RenderErrorReason::TemplateNotFound(template.to_owned());
        let compiled = own
            .get(template)
            .or_else(|| registry.get_template(template))
            .ok_or_else(missing)?;
        let context = Context::wraps(root)?;
        let mut state = RenderContext::new(None);
        if !Arc::ptr_eq(&self.shelf, &self.templates.shelf) {
            helpers::lend(&mut state, &self.shelf);
        }
        if own.is_empty() {
            let mut out = StringOutput::new();
            compiled.render(registry, &context, &mut state, &mut out)?;
            return Ok(out.into_string()?);
        }
        cost::prepare(&mut state, own);
        let mut out = cost::Page::default();
        compiled.render(registry, &context, &mut state, &mut out)?;
        Ok(out.into_string())
    }

    fn root(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<Value, ThemeError> {
        let wrong = |error| ThemeError::render(template, error);
        let mut root = match serde_json::to_value(view).map_err(wrong)? {
            Value::Object(root) => root,
            Value::Null => Map::new(),
            _ => return Err(ThemeError::render(template, "a view must be a struct")),
        };
        root.insert("page".to_owned(), serde_json::to_value(page).map_err(wrong)?);
        let mut facts = self.facts.clone();
        facts["scheme"] = match (page.scheme, self.manifest.tokens.scheme) {
            (Scheme::Light, _) | (Scheme::Unset, DefaultScheme::Light) => "light",
            (Scheme::Dark, _) | (Scheme::Unset, DefaultScheme::Dark) => "dark",
            (Scheme::System, _) | (Scheme::Unset, DefaultScheme::System) => "system",
        }
        .into();
        root.insert("theme".to_owned(), facts);
        Ok(Value::Object(root))
    }
}

/// What is wrong with a tenant's template, where it is.
fn failed(template: &str, error: &RenderError) -> ThemeError {
    let wrong = Wrong {
        line: error.line_no,
        what: format!("{}.", error.reason()),
    };
    ThemeError::own(error.template_name.as_deref().unwrap_or(template), wrong)
}
