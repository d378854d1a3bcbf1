//! How deeply templates nest: a stack that overflows ends the process.

use super::bounded::Wrong;
use handlebars::{
    Handlebars,
    template::{Template, TemplateElement},
};
use std::collections::{BTreeMap, HashMap};

/// Deepest nesting of blocks and parts in each other.
pub const MAX_DEPTH: usize = 60;

/// Measures how deeply templates nest, parts included, and finds those that include themselves.
pub struct Depths<'a> {
    own: &'a BTreeMap<String, Template>,
    theme: &'a Handlebars<'static>,
    known: HashMap<String, usize>,
    open: Vec<String>,
}

impl<'a> Depths<'a> {
    /// Of a tenant's templates over its theme's.
    pub fn new(own: &'a BTreeMap<String, Template>, theme: &'a Handlebars<'static>) -> Self {
        Self {
            own,
            theme,
            known: HashMap::new(),
            open: Vec::new(),
        }
    }

    /// Of one template with all its parts.
    ///
    /// # Errors
    /// It includes itself by way of others.
    pub fn of(&mut self, name: &str) -> Result<usize, Wrong> {
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
