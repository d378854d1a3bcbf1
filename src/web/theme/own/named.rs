//! Which helpers a template uses, and what no template of a tenant's may hold.

use super::{bounded::Wrong, depths::MAX_DEPTH};
use handlebars::template::{DecoratorTemplate, HelperTemplate, Parameter, Template, TemplateElement};

/// Helpers that any template may use.
const HELPERS: [&str; 28] = [
    "if", "unless", "each", "with", "lookup", "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len", "t",
    "say", "named", "money", "datetime", "date", "duration", "tenths", "asset", "safe_url", "initials", "join", "icon",
];
/// More of them, with markup; `json`, `words` and `entry` only where the theme's own template has them.
const MARKUP_HELPERS: [&str; 2] = ["time", "star_row"];

/// Most parameters of one call: a part is given copies of all of them.
const MAX_PARAMETERS: usize = 32;

/// What the theme's own template uses it may go on using.
pub fn check(template: &Template, original: &Template) -> Result<(), Wrong> {
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
        for (at, parameter) in parameters.enumerate() {
            if at >= MAX_PARAMETERS {
                return Err(Wrong::on(self.line, "This has more than 32 parameters."));
            }
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
