//! Templates that a tenant puts in place of its theme's. Each is read before it is taken, and counts while it is
//! rendered what it costs: it can neither run a script, nor go round in circles, nor keep a page from being written.

use super::{
    TEXT_ENDING,
    bounded::{self, Wrong},
    markup,
};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
    template::{DecoratorTemplate, HelperTemplate, Parameter, Template, TemplateElement},
};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::atomic::{AtomicU64, Ordering},
};

/// Deepest nesting of blocks and parts in each other.
const MAX_DEPTH: usize = 60;
/// Most that rendering may cost; a page of a hundred cards costs a quarter.
const MAX_COST: u64 = 4 * 1024 * 1024;
/// What is written for an expression, as a guess.
const EXPRESSION_COST: usize = 256;
/// What a round of a loop costs in any case.
const ROUND_COST: usize = 64;
/// Longest page.
const MAX_OUTPUT: usize = 2 * 1024 * 1024;

/// Counts while a template is rendered; put into every round of every loop.
const CHARGE: &str = "charge";

/// Helpers that any template may use.
const HELPERS: [&str; 26] = [
    "if", "unless", "each", "with", "lookup", "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len", "t",
    "say", "money", "datetime", "duration", "tenths", "asset", "safe_url", "initials", "join", "icon",
];
/// More of them, with markup; `json`, `words` and `entry` only where the theme's own template has them.
const MARKUP_HELPERS: [&str; 2] = ["time", "star_row"];

/// Pages of the platform and of the test gateway, and what people type their passwords into: no tenant's to change.
const NOT_ITS_OWN: [&str; 6] = [
    "platform_home",
    "unknown_host",
    "mailbox",
    "mail",
    "gateway",
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
            let mut depths = Depths {
                own: all,
                theme: registry,
                known: HashMap::new(),
                open: Vec::new(),
            };
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

/// What a rendering with own templates begins with.
pub fn prepare<'reg: 'rc, 'rc>(state: &mut RenderContext<'reg, 'rc>, own: &'rc BTreeMap<String, Template>) {
    state.register_local_helper(CHARGE, Box::new(Charge::default()));
    if let Some(block) = state.block_mut() {
        for (name, template) in own {
            block.set_local_partial(name.clone(), template);
        }
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
        check_helpers(&template, original)?;
        if !name.ends_with(TEXT_ENDING) {
            check_markup(name, &template, original)?;
        }
        charge(&mut template);
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

/// What the theme's own template uses it may go on using.
fn check_helpers(template: &Template, original: &Template) -> Result<(), Wrong> {
    let (mut found, mut theirs) = (Named::default(), Named::default());
    theirs.template(original, 0)?;
    found.template(template, 0)?;
    let known = |name: &str| {
        let any = HELPERS.contains(&name) || MARKUP_HELPERS.contains(&name);
        any || theirs.helpers.iter().any(|(helper, _)| helper == name)
    };
    match found.helpers.iter().find(|(name, _)| !known(name)) {
        Some((name, line)) => Err(Wrong::on(*line, format!("The helper `{name}` can't be used here."))),
        None => Ok(()),
    }
}

/// The helpers that a template names, each with its line.
#[derive(Default)]
struct Named {
    helpers: Vec<(String, usize)>,
    line: usize,
}

impl Named {
    fn template(&mut self, template: &Template, depth: usize) -> Result<(), Wrong> {
        if depth > MAX_DEPTH {
            return Err(Wrong::on(self.line, "Blocks nest too deeply."));
        }
        for (at, element) in template.elements.iter().enumerate() {
            if let Some(mapping) = template.mapping.get(at) {
                self.line = mapping.0;
            }
            self.element(element, depth)?;
        }
        Ok(())
    }

    fn element(&mut self, element: &TemplateElement, depth: usize) -> Result<(), Wrong> {
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => Ok(()),
            TemplateElement::Expression(helper) | TemplateElement::HelperBlock(helper) => self.helper(helper, depth),
            TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                self.partial(partial, depth)
            }
            TemplateElement::HtmlExpression(_) => Err(Wrong::on(
                self.line,
                "Three braces can't be used: what people typed would become markup.",
            )),
            _ => Err(Wrong::on(self.line, "Inline parts and decorators can't be used here.")),
        }
    }

    fn helper(&mut self, helper: &HelperTemplate, depth: usize) -> Result<(), Wrong> {
        let called = helper.block || !helper.params.is_empty() || !helper.hash.is_empty();
        self.parameters(
            called.then_some(&helper.name),
            helper.params.iter().chain(helper.hash.values()),
            depth,
        )?;
        let line = self.line;
        for inside in [&helper.template, &helper.inverse].into_iter().flatten() {
            self.line = line;
            self.template(inside, depth + 1)?;
        }
        Ok(())
    }

    fn partial(&mut self, partial: &DecoratorTemplate, depth: usize) -> Result<(), Wrong> {
        if partial.name.as_name().is_none() {
            return Err(Wrong::on(self.line, "A part must be named, not computed."));
        }
        self.parameters(None, partial.params.iter().chain(partial.hash.values()), depth)?;
        partial
            .template
            .as_ref()
            .map_or(Ok(()), |inside| self.template(inside, depth + 1))
    }

    fn parameters<'a>(
        &mut self,
        name: Option<&Parameter>,
        parameters: impl Iterator<Item = &'a Parameter>,
        depth: usize,
    ) -> Result<(), Wrong> {
        if let Some(name) = name {
            let name = name
                .as_name()
                .ok_or_else(|| Wrong::on(self.line, "A helper must be named, not computed."))?;
            self.helpers.push((name.to_owned(), self.line));
        }
        for parameter in parameters {
            if let Parameter::Subexpression(inside) = parameter
                && let TemplateElement::Expression(helper) = inside.as_element()
            {
                if depth > MAX_DEPTH {
                    return Err(Wrong::on(self.line, "Parentheses nest too deeply."));
                }
                let inner = helper.params.iter().chain(helper.hash.values());
                self.parameters(Some(&helper.name), inner, depth + 1)?;
            }
        }
        Ok(())
    }
}

/// Measures how deeply templates nest, parts included, and finds those that include themselves.
struct Depths<'a> {
    own: &'a BTreeMap<String, Template>,
    theme: &'a Handlebars<'static>,
    known: HashMap<String, usize>,
    open: Vec<String>,
}

impl Depths<'_> {
    fn of(&mut self, name: &str) -> Result<usize, Wrong> {
        if let Some(known) = self.known.get(name) {
            return Ok(*known);
        }
        if self.open.iter().any(|open| open == name) {
            let way = self.open.join(" → ");
            return Err(Wrong::somewhere(format!("This includes itself: {way} → {name}.")));
        }
        let Some(template) = self.own.get(name).or_else(|| self.theme.get_template(name)) else {
            return Ok(0);
        };
        self.open.push(name.to_owned());
        let depth = self.inside(template)?;
        self.open.pop();
        self.known.insert(name.to_owned(), depth);
        Ok(depth)
    }

    fn inside(&mut self, template: &Template) -> Result<usize, Wrong> {
        let mut deepest = 0;
        for element in &template.elements {
            let depth = match element {
                TemplateElement::HelperBlock(helper) => {
                    let mut deepest = 0;
                    for inside in [&helper.template, &helper.inverse].into_iter().flatten() {
                        deepest = self.inside(inside)?.max(deepest);
                    }
                    deepest
                }
                TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                    let body = partial.template.as_ref().map_or(Ok(0), |inside| self.inside(inside))?;
                    self.of(partial.name.as_name().unwrap_or_default())?.max(body)
                }
                _ => continue,
            };
            deepest = deepest.max(depth + 1);
        }
        Ok(deepest)
    }
}

/// Puts what it costs at the beginning of a template and of every block in it.
fn charge(template: &mut Template) {
    let mut cost = ROUND_COST;
    for element in &mut template.elements {
        match element {
            TemplateElement::RawString(text) => cost += text.len(),
            TemplateElement::HelperBlock(helper) => {
                let inside = [&mut helper.template, &mut helper.inverse];
                inside.into_iter().flatten().for_each(charge);
            }
            TemplateElement::PartialBlock(partial) => partial.template.iter_mut().for_each(charge),
            _ => cost += EXPRESSION_COST,
        }
    }
    let counting = Template::compile(&format!("{{{{{CHARGE} {cost}}}}}"));
    if let Ok(Template { elements, mapping, .. }) = counting {
        template.elements.splice(0..0, elements);
        template.mapping.splice(0..0, mapping);
    }
}

/// Adds up what a rendering costs, and ends it when that is too much.
#[derive(Default)]
struct Charge(AtomicU64);

impl HelperDef for Charge {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        let cost = helper
            .param(0)
            .and_then(|cost| cost.value().as_u64())
            .unwrap_or(MAX_COST);
        if self.0.fetch_add(cost.min(MAX_COST), Ordering::Relaxed) + cost > MAX_COST {
            return Err(RenderErrorReason::Other("This goes on for too long.".to_owned()).into());
        }
        Ok(())
    }
}

/// A page that is being written, up to a length.
#[derive(Default)]
pub struct Page(String);

impl Output for Page {
    fn write(&mut self, part: &str) -> io::Result<()> {
        if self.0.len() + part.len() > MAX_OUTPUT {
            return Err(io::Error::other("This writes more than a page may have."));
        }
        self.0.push_str(part);
        Ok(())
    }
}

impl Page {
    /// What was written.
    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{super::*, *};
    use serde_json::json;
    use std::path::Path;

    fn themes() -> Themes {
        Themes::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tenant_themes")).unwrap()
    }

    fn own(templates: &[(&str, &str)]) -> Own {
        let templates = templates
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Own {
            templates: templates.collect(),
            ..Own::default()
        }
    }

    fn refused(templates: &[(&str, &str)]) -> String {
        let read = themes().get("default").tailored(None, &own(templates));
        read.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn every_template_of_the_themes_can_be_taken_as_it_is() {
        let mut wrong = Vec::new();
        for key in ["default", "lumen", "velvet"] {
            let theme = themes().get(key);
            for (name, text) in theme.sources().iter().filter(|(name, _)| may_be_own(name)) {
                wrong.extend(
                    theme
                        .tailored(None, &own(&[(name, text)]))
                        .err()
                        .map(|error| error.to_string()),
                );
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn attacks_are_refused_where_they_stand() {
        let nested = |open: &str, close: &str, times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
        for (text, told) in [
            ("a\n<script>alert(1)</script>", "Line 2: `<script>`"),
            (
                "a\n\n<p hx-post=\"/api/v1/wallet/top-ups\" hx-trigger=\"load\">",
                "Line 3: `hx-post",
            ),
            ("{{{person.about}}}", "Line 1: Three braces"),
            ("{{&person.about}}", "Line 1: Three braces"),
            ("{{#*inline \"x\"}}{{> x}}{{/inline}}{{> x}}", "Line 1: Inline"),
            ("{{> (lookup . 'x')}}", "Line 1: "),
            ("{{> parts/flash}}", "includes itself: parts/flash → parts/flash"),
            ("{{log person}}", "Line 1: The helper `log`"),
            ("{{json page}}", "Line 1: The helper `json`"),
            ("{{t (words 'room')}}", "Line 1: The helper `words`"),
            ("a\n{{#if x}}", "Line 2"),
            ("{{#if x}}{{/unless}}", "Line 1"),
            ("<a title=\"{{#if x}}\">", "Line 1"),
            (&nested("{{#if a}}", "{{/if}}", 100), "nest too deeply"),
            (&format!("{{{{t {}}}}}", nested("(t ", ")", 100)), "nest too deeply"),
            (&nested("{{#if a}}", "{{/if}}", 2_400), ""),
            (&"(".repeat(60_000), ""),
            (&"x".repeat(10_000_000), "64 KB"),
        ] {
            let error = refused(&[("parts/flash", text)]);
            assert!(!error.is_empty() && error.contains(told), "{told}: {error}");
        }
        let mutual = refused(&[("parts/flash", "{{> parts/face}}"), ("parts/face", "{{> parts/flash}}")]);
        assert!(
            mutual.contains("includes itself: parts/face → parts/flash → parts/face"),
            "{mutual}"
        );
        for name in ["nowhere", "../layout", "mailbox", "platform_home"] {
            assert!(refused(&[(name, "x")]).contains("no template of this name"), "{name}");
        }
    }

    #[test]
    fn what_goes_on_for_too_long_is_ended() {
        let theme = themes().get("default");
        let page = PageContext {
            lang: "en".to_owned(),
            tenant_lang: "en".to_owned(),
            ..PageContext::default()
        };
        let loops = |times: usize, inside: &str| {
            format!(
                "{}{inside}{}",
                "{{#each @root.theme.hours}}".repeat(times),
                "{{/each}}".repeat(times)
            )
        };
        let many = "{{> parts/face}}".repeat(100);
        for templates in [
            vec![("home", loops(9, ""))],
            vec![("home", loops(6, "x"))],
            vec![(
                "home",
                format!("{{{{#> layout}}}}{}{{{{/layout}}}}", loops(8, &"x".repeat(1_000))),
            )],
            vec![
                ("home", "{{> parts/flash}}".repeat(100)),
                ("parts/flash", "{{> parts/empty}}".repeat(100)),
                ("parts/empty", many),
                ("parts/face", String::new()),
            ],
        ] {
            let templates: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let worn = theme.tailored(None, &own(&templates)).unwrap();
            let error = worn.render("home", &json!({}), &page).unwrap_err().to_string();
            assert!(error.contains("too long"), "{error}");
        }
        let deep = format!("{}x{}", "{{#if true}}".repeat(MAX_DEPTH), "{{/if}}".repeat(MAX_DEPTH));
        let worn = theme.tailored(None, &own(&[("home", &deep)])).unwrap();
        assert_eq!(worn.render("home", &json!({}), &page).unwrap(), "x");
    }
}
