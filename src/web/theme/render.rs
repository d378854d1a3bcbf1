//! Writing pages and mails.

use super::{PageContext, Scheme, TEXT_ENDING, Theme, ThemeError, Wrong, helpers, own::cost, tokens::DefaultScheme};
use crate::web::pages::views::{Shared, View};
use handlebars::{
    Context, Handlebars, RenderContext, RenderError, RenderErrorReason, Renderable as _, StringOutput, Template,
    template::TemplateElement,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Parts of every page that say the same to everybody. The gallery compares the pages that they make with whole ones.
const SHARED_AROUND: &[&str] = &["parts/brand", "parts/footer", "parts/presence_words"];
/// What of `theme` only views are written with.
const ONLY_VIEWS: &[&str] = &["key", "hours", "stars"];
/// What of `page` only errors and mails are written with.
const ONLY_ELSEWHERE: &[&str] = &["origin", "reference", "scheme"];

/// The parts of a page that don't depend on who reads it, written: each stands in for the template it was written by.
pub struct Part {
    written: Vec<(&'static str, Template)>,
    /// Their length in bytes.
    pub size: usize,
}

impl Part {
    fn add(&mut self, name: &'static str, mut written: String) {
        // It was written into more room than it needed, and is kept.
        written.shrink_to_fit();
        self.size += written.len();
        let mut template = Template::default();
        template.elements.push(TemplateElement::RawString(written));
        self.written.push((name, template));
    }
}

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
        self.write(&self.templates.html, template, root)
    }

    /// Writes the parts of a view that everybody shares who reads it in the same language and zone. None where a tenant's
    /// own templates make the page: what those show to whom is theirs to say.
    pub fn part<V: Shared>(&self, view: &V, page: &PageContext) -> Result<Option<Part>, ThemeError> {
        if !self.own_templates.is_empty() {
            return Ok(None);
        }
        let page = page.for_anybody();
        let mut part = Part {
            written: Vec::new(),
            size: 0,
        };
        part.add(V::PART, self.render(V::PART, view, &page)?);
        for name in SHARED_AROUND {
            part.add(name, self.render(name, &(), &page)?);
        }
        Ok(Some(part))
    }

    /// Writes a view's page around its part. What is around it is a dozen templates, and each is given a copy of all there
    /// is to know: only the part knows the view, and nothing else knows what only views need.
    pub fn page_around<V: Shared>(&self, part: &Part, page: &PageContext) -> Result<String, ThemeError> {
        let mut root = self.root(V::TEMPLATE, &(), page)?;
        for (of, names) in [("theme", ONLY_VIEWS), ("page", ONLY_ELSEWHERE)] {
            if let Some(known) = root[of].as_object_mut() {
                known.retain(|name, _| !names.contains(&name.as_str()));
            }
        }
        let context = Context::from(root);
        let mut state = self.state();
        if let Some(block) = state.block_mut() {
            for (name, written) in &part.written {
                block.set_local_partial((*name).to_owned(), written);
            }
        }
        self.out(&self.templates.html, V::TEMPLATE, &context, state)
            .map_err(|error| ThemeError::render(V::TEMPLATE, error))
    }

    /// Writes a view's mail.
    pub fn mail<V: View>(&self, view: &V, page: &PageContext) -> Result<Mail, ThemeError> {
        self.render_mail(V::TEMPLATE, view, page)
    }

    /// Writes a mail: `{template}` is the HTML part, `{template}.txt` the plain one, and the subject is the text
    /// `{template with dots}.subject` of the words file, filled in with the view's fields.
    pub fn render_mail(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<Mail, ThemeError> {
        let mut root = self.root(template, view, page)?;
        self.tell_more(&mut root);
        let mut params = root.as_object().cloned().unwrap_or_default();
        params.insert("tenant_name".to_owned(), Value::String(page.tenant_name.clone()));
        let key = format!("{}.subject", template.replace('/', "."));
        let words = self.shelf.words([page.lang.as_str(), page.tenant_lang.as_str()]);
        let subject = words.and_then(|words| words.say(&key, &params, &page.zone));
        let subject = subject.ok_or_else(|| ThemeError::render(template, format!("no words for `{key}`")))?;
        Ok(Mail {
            subject: subject.replace(char::is_control, " "),
            html: self.write(&self.templates.html, template, root.clone())?,
            text: self.write(&self.templates.text, &format!("{template}{TEXT_ENDING}"), root)?,
        })
    }

    fn write(&self, registry: &Handlebars<'static>, template: &str, root: Value) -> Result<String, ThemeError> {
        let context = Context::from(root);
        let as_in_folder = || {
            let written = self.out(registry, template, &context, self.state());
            written.map_err(|error| ThemeError::render(template, error))
        };
        if self.own_templates.is_empty() || self.gave_up(template) {
            return as_in_folder();
        }
        match (self.own(registry, template, &context), &self.teller) {
            (Ok(written), _) => Ok(written),
            (Err(error), None) => Err(failed(template, &error)),
            (Err(error), Some(teller)) => {
                teller.tell(template, failed(template, &error).to_string());
                as_in_folder()
            }
        }
    }

    /// With the folder's templates, and what `state` has in place of their parts.
    fn out<'a>(
        &'a self,
        registry: &'a Handlebars<'static>,
        template: &str,
        context: &'a Context,
        mut state: RenderContext<'a, 'a>,
    ) -> Result<String, RenderError> {
        let compiled = registry.get_template(template).ok_or_else(|| missing(template))?;
        let mut out = StringOutput::new();
        compiled.render(registry, context, &mut state, &mut out)?;
        Ok(out.into_string()?)
    }

    /// With the tenant's own templates, counting what they cost.
    fn own(&self, registry: &Handlebars<'static>, template: &str, context: &Context) -> Result<String, RenderError> {
        let own = self.own_templates.of(template);
        let compiled = own.get(template).or_else(|| registry.get_template(template));
        let compiled = compiled.ok_or_else(|| missing(template))?;
        let mut state = self.state();
        cost::prepare(&mut state, own);
        let mut out = cost::Page::default();
        compiled.render(registry, context, &mut state, &mut out)?;
        Ok(out.into_string())
    }

    /// What a rendering begins with.
    fn state<'a>(&'a self) -> RenderContext<'a, 'a> {
        let mut state = RenderContext::new(None);
        if !Arc::ptr_eq(&self.shelf, &self.templates.shelf) {
            helpers::lend(&mut state, &self.shelf);
        }
        state
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
        let mut root = Value::Object(root);
        if !self.own_templates.is_empty() {
            self.tell_more(&mut root);
        }
        Ok(root)
    }

    /// What mails know of the theme besides, and what tenants' own templates may have been written with.
    fn tell_more(&self, root: &mut Value) {
        if let (Some(theme), Some(more)) = (root["theme"].as_object_mut(), self.more_facts.as_object()) {
            theme.extend(more.clone());
        }
    }
}

fn missing(template: &str) -> RenderError {
    RenderErrorReason::TemplateNotFound(template.to_owned()).into()
}

/// What is wrong with a tenant's template, where it is.
fn failed(template: &str, error: &RenderError) -> ThemeError {
    let wrong = Wrong {
        line: error.line_no,
        what: format!("{}.", error.reason()),
    };
    ThemeError::own(error.template_name.as_deref().unwrap_or(template), wrong)
}
