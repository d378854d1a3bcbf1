//! What rendering a tenant's templates costs, counted while it happens, and ended when it is too much.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
    template::{Template, TemplateElement},
};
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

/// Puts what it costs at the beginning of a template and of every block in it.
pub fn charge(template: &mut Template) {
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
