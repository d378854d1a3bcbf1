//! What rendering a tenant's templates costs, counted while it happens, and ended when it is too much.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    template::{HelperTemplate, Parameter, Template, TemplateElement},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io,
    sync::atomic::{AtomicU64, Ordering},
};

/// Most that rendering may cost; a page of a hundred cards costs a quarter.
const MAX_COST: u64 = 4 * 1024 * 1024;
/// What is written for an expression, as a guess.
const EXPRESSION_COST: usize = 256;
/// What a round of a loop costs in any case.
const ROUND_COST: usize = 64;
/// Most that is handed to a part, in bytes, about.
const MAX_HANDED: u64 = 1024 * 1024;
/// How many bytes that are copied cost as much as one that is written.
const COPIED_PER_COST: u64 = 16;
/// Longest page.
const MAX_OUTPUT: usize = 2 * 1024 * 1024;

/// Counts while a template is rendered; put into every round of every loop.
const CHARGE: &str = "charge";

/// What a rendering with own templates begins with.
pub fn prepare<'reg: 'rc, 'rc>(state: &mut RenderContext<'reg, 'rc>, own: &'rc BTreeMap<String, Template>) {
    state.register_local_helper(CHARGE, Box::new(Charge::default()));
    if let Some(block) = state.block_mut() {
        for (name, template) in own {
            block.set_local_partial(name.clone(), template);
        }
    }
}

/// Puts what it costs at the beginning of a template and of every block in it, and before every part: that one is handed
/// a copy of what is here, and of each of its parameters.
pub fn charge(template: &mut Template) {
    let mut cost = ROUND_COST;
    let mut parts = Vec::new();
    for (at, element) in template.elements.iter_mut().enumerate() {
        match element {
            TemplateElement::RawString(text) => cost += text.len(),
            TemplateElement::Expression(helper) | TemplateElement::HtmlExpression(helper) => {
                cost += EXPRESSION_COST * (1 + parameters(helper));
            }
            TemplateElement::HelperBlock(helper) => {
                cost += EXPRESSION_COST * parameters(helper);
                let inside = [&mut helper.template, &mut helper.inverse];
                inside.into_iter().flatten().for_each(charge);
            }
            TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                let given = partial.params.iter().chain(partial.hash.values());
                let copies = 1 + partial.params.len() + partial.hash.len();
                cost += EXPRESSION_COST * (1 + given.map(nested).sum::<usize>());
                parts.push((at, copies));
                partial.template.iter_mut().for_each(charge);
            }
            _ => cost += EXPRESSION_COST,
        }
    }
    for (at, copies) in parts.into_iter().rev() {
        put(template, at, &format!("{{{{{CHARGE} 0 this {copies}}}}}"));
    }
    put(template, 0, &format!("{{{{{CHARGE} {cost}}}}}"));
}

/// Puts an expression in front of an element.
fn put(template: &mut Template, at: usize, expression: &str) {
    if let Ok(Template { elements, mapping, .. }) = Template::compile(expression) {
        template.elements.splice(at..at, elements);
        let at = at.min(template.mapping.len());
        template.mapping.splice(at..at, mapping);
    }
}

/// How many parameters a call has, with those of the calls in it.
fn parameters(helper: &HelperTemplate) -> usize {
    helper.params.iter().chain(helper.hash.values()).map(nested).sum()
}

fn nested(parameter: &Parameter) -> usize {
    match parameter {
        Parameter::Subexpression(inside) => match inside.as_element() {
            TemplateElement::Expression(helper) => 1 + parameters(helper),
            _ => 1,
        },
        _ => 1,
    }
}

/// What a value takes, about, in bytes.
fn size(value: &Value) -> u64 {
    const EACH: u64 = 32;
    EACH + match value {
        Value::String(text) => text.len() as u64,
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() as u64 + size(value)).sum(),
        _ => 0,
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
        let number = |at: usize| helper.param(at).and_then(|param| param.value().as_u64());
        let mut cost = number(0).unwrap_or(MAX_COST);
        if let Some(here) = helper.param(1) {
            let handed = size(here.value());
            if handed > MAX_HANDED {
                return Err(too_long());
            }
            cost += handed * number(2).unwrap_or(MAX_COST) / COPIED_PER_COST;
        }
        if self.0.fetch_add(cost.min(MAX_COST), Ordering::Relaxed) + cost > MAX_COST {
            return Err(too_long());
        }
        Ok(())
    }
}

fn too_long() -> RenderError {
    RenderErrorReason::Other("This goes on for too long.".to_owned()).into()
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
