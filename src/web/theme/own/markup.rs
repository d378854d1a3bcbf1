//! What a tenant's template does to the page's HTML: followed as a browser would read it, through every block, so that
//! nothing hides between two halves of a tag. What could act by itself is collected, for the caller to judge.

use super::bounded::Wrong;
use handlebars::template::{HelperTemplate, Template, TemplateElement};
use std::collections::BTreeSet;

/// Helpers that give markup: they stand between tags.
const MARKUP: [&str; 5] = ["icon", "time", "star_row", "json", "entry"];
/// Elements that load, run, hold a document or change how what follows is read.
const ACTING: [&str; 21] = [
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "base",
    "meta",
    "link",
    "frame",
    "frameset",
    "svg",
    "math",
    "template",
    "noscript",
    "xmp",
    "noembed",
    "noframes",
    "plaintext",
    "portal",
    "applet",
    "fencedframe",
];
/// Elements whose content is text up to their end.
const TEXTS: [&str; 3] = ["title", "textarea", "script"];

/// Something that acts by itself, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// As in `<script>` or `hx-get="/live"`.
    pub what: String,
    /// From 1.
    pub line: usize,
}

/// Where the reader is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Text,
    /// In an element of [`TEXTS`].
    Raw(String),
    /// After `<`.
    Opened,
    /// After `<!`.
    Declaration(String),
    /// After `</` or in a name after it.
    Closing(String),
    Name(String),
    /// Between attributes, after a blank.
    Between,
    /// Between attributes, where a blank must come first.
    Edge,
    Attribute(String),
    /// After a name's `=`.
    Equals(String),
    /// In quotes: name, quote, value so far.
    Value(String, char, String),
}

/// Follows a template.
pub struct Reader {
    state: State,
    /// The element whose tag is open.
    element: String,
    line: usize,
    acting: Vec<Acting>,
}

/// What acts in a template of HTML.
///
/// # Errors
/// It can't be followed; says where.
pub fn acting(template: &Template) -> Result<Vec<Acting>, Wrong> {
    let mut reader = Reader {
        state: State::Text,
        element: String::new(),
        line: 1,
        acting: Vec::new(),
    };
    reader.template(template)?;
    match reader.state {
        State::Text => Ok(reader.acting),
        _ => Err(reader.wrong("A tag, or the element that begins in it, isn't closed.")),
    }
}

/// What doesn't act in the theme's own template either.
pub fn unknown<'a>(found: &'a [Acting], known: &[Acting]) -> Option<&'a Acting> {
    let known: BTreeSet<&str> = known.iter().map(|acting| acting.what.as_str()).collect();
    found.iter().find(|acting| !known.contains(acting.what.as_str()))
}

impl Reader {
    fn wrong(&self, what: impl Into<String>) -> Wrong {
        Wrong::on(self.line, what)
    }

    fn template(&mut self, template: &Template) -> Result<(), Wrong> {
        for (at, element) in template.elements.iter().enumerate() {
            if let Some(mapping) = template.mapping.get(at) {
                self.line = mapping.0;
            }
            self.element_of(element)?;
        }
        Ok(())
    }

    fn element_of(&mut self, element: &TemplateElement) -> Result<(), Wrong> {
        match element {
            TemplateElement::RawString(text) => text.chars().try_for_each(|c| self.read(c)),
            TemplateElement::Expression(helper) => self.expression(helper),
            TemplateElement::HelperBlock(block) => self.block(block),
            TemplateElement::PartialExpression(_) => self.between_tags(),
            TemplateElement::PartialBlock(partial) => {
                self.between_tags()?;
                partial
                    .template
                    .as_ref()
                    .map_or(Ok(()), |inside| self.template(inside))?;
                self.between_tags()
            }
            TemplateElement::Comment(_) => Ok(()),
            _ => Err(self.wrong("This kind of expression can't be used here.")),
        }
    }

    fn between_tags(&self) -> Result<(), Wrong> {
        if self.state == State::Text {
            return Ok(());
        }
        Err(self.wrong("A part can be put between tags only, not inside of one."))
    }

    fn expression(&mut self, helper: &HelperTemplate) -> Result<(), Wrong> {
        let markup = helper.name.as_name().is_some_and(|name| MARKUP.contains(&name));
        match &mut self.state {
            State::Text => Ok(()),
            State::Raw(element) if !markup || element == "script" => Ok(()),
            State::Value(_, _, value) if !markup => {
                value.push('\u{fffd}');
                Ok(())
            }
            _ if markup => Err(self.wrong("This helper gives markup and can stand between tags only.")),
            _ => Err(self.wrong("In a tag, an expression must stand inside of a quoted value.")),
        }
    }

    /// Each branch must leave off where the others do.
    fn block(&mut self, block: &HelperTemplate) -> Result<(), Wrong> {
        let line = self.line;
        match &self.state {
            State::Name(_) | State::Attribute(_) | State::Edge => self.end_of_part()?,
            State::Opened | State::Declaration(_) | State::Closing(_) | State::Equals(_) => {
                return Err(self.wrong("A block can't begin in the middle of a tag's name or before a value."));
            }
            State::Text | State::Raw(_) | State::Between | State::Value(..) => {}
        }
        let start = match &self.state {
            // A round begins where the one before ended, without a blank between them.
            State::Between if block.name.as_name() == Some("each") => State::Edge,
            state => state.clone(),
        };
        let mut ends = Vec::new();
        for branch in [&block.template, &block.inverse].into_iter().flatten() {
            self.state = start.clone();
            self.template(branch)?;
            if matches!(self.state, State::Name(_) | State::Attribute(_) | State::Between) {
                self.end_of_part()?;
            }
            if !alike(&start, &self.state) {
                return Err(Wrong::on(
                    line,
                    "This block begins in one place of a tag and ends in another.",
                ));
            }
            ends.push(self.state.clone());
        }
        self.state = match start {
            State::Between => State::Edge,
            State::Value(name, quote, head) => {
                let whole = with_branches(head, &ends);
                State::Value(name, quote, whole)
            }
            other => other,
        };
        Ok(())
    }

    /// A name ends here; whatever comes next must be set apart from it.
    fn end_of_part(&mut self) -> Result<(), Wrong> {
        let state = std::mem::replace(&mut self.state, State::Edge);
        match state {
            State::Name(name) => self.named(name),
            State::Attribute(name) => self.attribute(&name, None)?,
            _ => {}
        }
        Ok(())
    }

    fn named(&mut self, name: String) {
        if ACTING.contains(&name.as_str()) {
            self.note(format!("<{name}>"));
        }
        self.element = name;
    }

    fn note(&mut self, what: String) {
        let line = self.line;
        self.acting.push(Acting { what, line });
    }

    fn attribute(&mut self, name: &str, value: Option<&str>) -> Result<(), Wrong> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_:.@".contains(c);
        if !name.chars().all(plain) {
            return Err(self.wrong(format!("`{name}` isn't the name of an attribute.")));
        }
        let bare = name.strip_prefix("data-").unwrap_or(name);
        let acts = ["on", "hx-", "ws-", "sse-"].iter().any(|start| bare.starts_with(start))
            || matches!(
                name,
                "style" | "srcdoc" | "http-equiv" | "ping" | "formaction" | "is" | "autofocus"
            );
        // What people type a password into isn't every template's to make.
        let asks = name == "type" && value.is_some_and(|value| value.contains(['\u{fffd}']) || is_password(value));
        if acts || asks || ACTING.contains(&self.element.as_str()) {
            let value = value.map(|value| format!("=\"{value}\"")).unwrap_or_default();
            self.note(format!("{name}{value}"));
        }
        Ok(())
    }

    fn close_tag(&mut self) {
        let element = std::mem::take(&mut self.element);
        self.state = if TEXTS.contains(&element.as_str()) {
            State::Raw(element)
        } else {
            State::Text
        };
    }

    fn read(&mut self, c: char) -> Result<(), Wrong> {
        if c == '\n' {
            self.line += 1;
        } else if c.is_control() && !matches!(c, '\r' | '\t') {
            return Err(self.wrong("A control character can't be used here."));
        }
        let blank = c.is_ascii_whitespace();
        match std::mem::replace(&mut self.state, State::Text) {
            State::Text => self.state = if c == '<' { State::Opened } else { State::Text },
            State::Raw(element) => self.raw(element, c)?,
            State::Opened => self.opened(c)?,
            State::Declaration(name) => self.declaration(name, c)?,
            State::Closing(name) => self.closing(name, c)?,
            State::Name(name) if blank || c == '/' || c == '>' => {
                self.named(name);
                self.state = State::Between;
                self.after_part(c);
            }
            State::Name(name) => self.state = State::Name(name + &c.to_lowercase().to_string()),
            State::Between | State::Edge if blank || c == '/' || c == '>' => {
                self.state = State::Between;
                self.after_part(c);
            }
            State::Between => self.state = State::Attribute(c.to_lowercase().to_string()),
            State::Edge => return Err(self.wrong("Put a blank before this attribute.")),
            State::Attribute(name) if c == '=' => self.state = State::Equals(name),
            State::Attribute(name) if blank || c == '/' || c == '>' => {
                self.attribute(&name, None)?;
                self.state = State::Between;
                self.after_part(c);
            }
            State::Attribute(name) => self.state = State::Attribute(name + &c.to_lowercase().to_string()),
            State::Equals(name) if matches!(c, '"' | '\'') => self.state = State::Value(name, c, String::new()),
            State::Equals(_) => {
                return Err(self.wrong("Put the attribute's value in quotes, right after the equals sign."));
            }
            State::Value(name, quote, value) if c == quote => {
                self.attribute(&name, Some(&value))?;
                self.state = State::Edge;
            }
            State::Value(name, quote, value) => self.state = State::Value(name, quote, value + &c.to_string()),
        }
        Ok(())
    }

    fn after_part(&mut self, c: char) {
        if c == '>' {
            self.close_tag();
        }
    }

    fn opened(&mut self, c: char) -> Result<(), Wrong> {
        self.state = match c {
            '/' => State::Closing(String::new()),
            '!' => State::Declaration(String::new()),
            _ if c.is_ascii_alphabetic() => State::Name(c.to_lowercase().to_string()),
            '?' => return Err(self.wrong("`<?` can't be used here.")),
            '<' => State::Opened,
            _ => State::Text,
        };
        Ok(())
    }

    fn declaration(&mut self, name: String, c: char) -> Result<(), Wrong> {
        if c == '>' && name == "doctype html" {
            self.state = State::Text;
            return Ok(());
        }
        let name = name + &c.to_lowercase().to_string();
        if !"doctype html".starts_with(&name) {
            return Err(self.wrong("`<!` can't be used here. Write comments as {{!-- --}}."));
        }
        self.state = State::Declaration(name);
        Ok(())
    }

    fn closing(&mut self, name: String, c: char) -> Result<(), Wrong> {
        self.state = match c {
            '>' if !name.is_empty() => State::Text,
            _ if c.is_ascii_alphanumeric() || c == '-' => State::Closing(name + &c.to_lowercase().to_string()),
            _ => return Err(self.wrong("A closing tag is `</`, the element's name and `>`.")),
        };
        Ok(())
    }

    /// Text up to the element's own closing tag; a `<` in it may begin nothing else.
    fn raw(&mut self, element: String, c: char) -> Result<(), Wrong> {
        let end = format!("</{}>", element.split('<').next().unwrap_or_default());
        let (name, ending) = element
            .find('<')
            .map_or((element.as_str(), ""), |at| element.split_at(at));
        let ending = match (ending, c) {
            ("", '<') => "<".to_owned(),
            ("", _) => String::new(),
            (ending, c) => format!("{ending}{}", c.to_lowercase()),
        };
        if ending == end {
            self.state = State::Text;
        } else if end.starts_with(&ending) {
            self.state = State::Raw(format!("{name}{ending}"));
        } else {
            return Err(self.wrong(format!("In <{name}> a `<` can only begin {end}.")));
        }
        Ok(())
    }
}

fn is_password(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("password")
}

/// A value with what each branch of a block in it adds, so that none of it is forgotten.
fn with_branches(head: String, ends: &[State]) -> String {
    let tails = ends.iter().filter_map(|end| match end {
        State::Value(_, _, value) => value.strip_prefix(head.as_str()),
        _ => None,
    });
    let tails: Vec<&str> = tails.collect();
    format!("{head}\u{fffd}{}", tails.join("\u{fffd}"))
}

/// Whether a block that began in one state may end in the other.
fn alike(start: &State, end: &State) -> bool {
    let inside = |state: &State| matches!(state, State::Between | State::Edge);
    match (start, end) {
        (State::Value(name, quote, _), State::Value(other, same, _)) => name == other && quote == same,
        _ => start == end || (inside(start) && inside(end)),
    }
}

#[cfg(test)]
mod tests;
