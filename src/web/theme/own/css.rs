//! A tenant's own style sheet: read as CSS and written anew, inside a scope that holds the marketplace's pages only. It
//! can neither fetch from elsewhere nor leave the scope, since what is served was made from what was understood.

use super::bounded::{self, Wrong};
use lightningcss::{
    properties::custom::Function,
    rules::{CssRule, CssRuleList, Location},
    stylesheet::{ParserOptions, PrinterOptions, StyleSheet},
    traits::ToCss,
    values::{image::Image, url::Url},
    visit_types,
    visitor::{Visit as _, VisitTypes, Visitor},
};

/// The pages' own body has this class; a console's doesn't.
const SCOPE: &str = ".site";

/// Functions that can name an address as plain text.
const FETCHING: [&str; 4] = ["image-set", "-webkit-image-set", "src", "image"];

/// The sheet as it is served.
///
/// # Errors
/// It can't be read, or holds something that can't be taken; says where.
pub fn scoped(css: &str) -> Result<String, Wrong> {
    bounded::read(css, |css| {
        let mut sheet = StyleSheet::parse(css, ParserOptions::default()).map_err(|error| Wrong {
            line: error.loc.as_ref().map(|loc| loc.line as usize + 1),
            what: sentence(&error.kind.to_string()),
        })?;
        sheet.visit(&mut Checker::default())?;
        let (moving, styling): (Vec<_>, Vec<_>) = sheet
            .rules
            .0
            .into_iter()
            .partition(|rule| matches!(rule, CssRule::Keyframes(_)));
        let written = |rules| {
            let options = PrinterOptions {
                minify: true,
                ..PrinterOptions::default()
            };
            CssRuleList(rules)
                .to_css_string(options)
                .map_err(|error| Wrong::somewhere(sentence(&error.to_string())))
        };
        let served = format!("@scope({SCOPE}){{{}}}{}", written(styling)?, written(moving)?);
        check_shape(&served)?;
        Ok(served)
    })
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

/// Once more, from the outside: one scope with everything in it, and movements.
fn check_shape(served: &str) -> Result<(), Wrong> {
    let broken = || Wrong::somewhere("This can't be kept inside its scope.");
    let sheet = StyleSheet::parse(served, ParserOptions::default()).map_err(|_| broken())?;
    let mut rules = sheet.rules.0.iter();
    let scope = rules.next().is_some_and(|rule| matches!(rule, CssRule::Scope(_)));
    if scope && rules.all(|rule| matches!(rule, CssRule::Keyframes(_))) {
        Ok(())
    } else {
        Err(broken())
    }
}

/// Where the visitor is, to say so.
#[derive(Default)]
struct Checker {
    line: usize,
}

impl Checker {
    fn at(&mut self, loc: Location) {
        self.line = loc.line as usize + 1;
    }

    fn refuse(&self, what: impl Into<String>) -> Wrong {
        Wrong::on(self.line, what)
    }
}

impl<'i> Visitor<'i> for Checker {
    type Error = Wrong;

    fn visit_types(&self) -> VisitTypes {
        visit_types!(RULES | URLS | IMAGES | FUNCTIONS)
    }

    fn visit_rule(&mut self, rule: &mut CssRule<'i>) -> Result<(), Wrong> {
        let (name, loc) = match rule {
            CssRule::Style(rule) => ("", rule.loc),
            CssRule::Media(rule) => ("", rule.loc),
            CssRule::Supports(rule) => ("", rule.loc),
            CssRule::Container(rule) => ("", rule.loc),
            CssRule::Keyframes(rule) => ("", rule.loc),
            CssRule::StartingStyle(rule) => ("", rule.loc),
            CssRule::Nesting(rule) => ("", rule.loc),
            CssRule::NestedDeclarations(rule) => ("", rule.loc),
            CssRule::Import(rule) => ("@import", rule.loc),
            CssRule::FontFace(rule) => ("@font-face", rule.loc),
            CssRule::Namespace(rule) => ("@namespace", rule.loc),
            CssRule::Page(rule) => ("@page", rule.loc),
            CssRule::Property(rule) => ("@property", rule.loc),
            CssRule::Scope(rule) => ("@scope", rule.loc),
            CssRule::LayerBlock(rule) => ("@layer", rule.loc),
            CssRule::LayerStatement(rule) => ("@layer", rule.loc),
            CssRule::Unknown(rule) => ("this rule", rule.loc),
            _ => return Err(self.refuse("After this line stands a rule that can't be used here.")),
        };
        self.at(loc);
        if !name.is_empty() {
            return Err(self.refuse(format!("{name} can't be used here.")));
        }
        rule.visit_children(self)
    }

    fn visit_url(&mut self, url: &mut Url<'i>) -> Result<(), Wrong> {
        let address = url.url.as_ref();
        let here = ["#", "data:image/", "/assets/", "/look/"];
        // Not up and out again, however it is written.
        let leaves = address.starts_with('/') && (address.contains("..") || address.contains(['%', '\\']));
        if !leaves && here.iter().any(|start| address.starts_with(start)) {
            return Ok(());
        }
        self.line = url.loc.line as usize;
        Err(self.refuse("url() must lead to /look/, /assets/ or be a data:image/ address."))
    }

    fn visit_image(&mut self, image: &mut Image<'i>) -> Result<(), Wrong> {
        // Its addresses are plain texts.
        if matches!(image, Image::ImageSet(_)) {
            return Err(self.refuse("In the rule that begins here, image-set() can't be used."));
        }
        image.visit_children(self)
    }

    fn visit_function(&mut self, function: &mut Function<'i>) -> Result<(), Wrong> {
        let name = function.name.0.to_lowercase();
        if FETCHING.contains(&name.as_str()) {
            return Err(self.refuse(format!("In the rule that begins here, {name}() can't be used.")));
        }
        function.visit_children(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_written_into_the_scope() {
        let served = scoped(
            ".btn { color: red; &:hover { color: blue } }\n@media (width < 400px) { p { margin: 0 } }\n\
             @keyframes spin { to { rotate: 1turn } }\na { background: url(/look/abc), url('data:image/png;base64,AA') }",
        )
        .unwrap();
        assert!(served.starts_with("@scope(.site){.btn{color:red"), "{served}");
        assert!(served.ends_with("}@keyframes spin{to{rotate:1turn}}"), "{served}");
        assert_eq!(scoped("").unwrap(), "@scope(.site){}");
    }

    #[test]
    fn what_fetches_or_leaves_the_scope_is_refused_with_its_line() {
        for attack in [
            "@import url(https://evil.example/x.css);",
            "@import '//evil.example/x.css';",
            "@font-face { font-family: x; src: url(/assets/x.woff2) }",
            "a { background: url(https://evil.example/x.png) }",
            "a { background: URL( '//evil.example/x.png' ) }",
            "a { background: u\\72l(https://evil.example/x.png) }",
            "a { background: image-set('https://evil.example/x.png' 1x) }",
            "a { background: image-set(var(--x) 1x) }",
            "a { --x: url(https://evil.example/x.png) }",
            "a { cursor: url(javascript:alert(1)), auto }",
            "@media screen { @import 'x.css'; }",
            "@namespace url(http://www.w3.org/1999/xhtml);",
            "@scope (body) { a { color: red } }",
            "@property --x { syntax: '*'; inherits: true }",
            "@nonsense { a { color: red } }",
            "} body { display: none }",
            "a { color: red } }",
            "a { background: url(/theme/x.css) }",
            "a { background: url(/assets/../wallet) }",
            "a { background: url(/look/%2e%2e/wallet) }",
            "a { background: url('/look/\\\\..\\\\wallet') }",
        ] {
            let error = scoped(&format!("p {{ color: red }}\n{attack}")).expect_err(attack);
            assert_eq!(error.line, Some(2), "{attack}: {error}");
        }
    }

    #[test]
    fn nothing_opened_stays_open() {
        for open in [
            "a { color: red",
            "a { --x: (",
            "a { content: 'x",
            "a { /* ",
            "@media screen { a {",
            "a { --x: { ;",
        ] {
            match scoped(open) {
                Ok(served) => check_shape(&format!("{served}@keyframes x{{}}")).expect(open),
                Err(error) => assert!(!error.what.is_empty(), "{open}"),
            }
        }
        assert!(scoped(&"a".repeat(bounded::MAX_BYTES + 1)).is_err());
        assert!(scoped(&"{".repeat(60_000)).is_err());
        for opener in ["a{", "a:not(", "a{b:calc(", "@media (", "a{--x:["] {
            let _ = scoped(&opener.repeat(2_400));
        }
    }
}
