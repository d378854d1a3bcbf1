//! Templates that mean harm.

use super::{super::*, MAX_DEPTH, may_be_own};
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
        (
            &format!(
                "{{{{> parts/face{}}}}}",
                (0..40).map(|n| format!(" c{n}=this")).collect::<String>()
            ),
            "Line 1: This has more than 32",
        ),
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
    for name in [
        "nowhere",
        "../layout",
        "mailbox",
        "platform_home",
        "login",
        "invoice",
        "mails/subscription.txt",
    ] {
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
    let given: String = (0..31).map(|number| format!(" a{number}=this")).collect();
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
        // Copies of copies: each part hands on what it was handed, many times.
        vec![
            ("home", format!("{{{{> parts/flash{given}}}}}")),
            ("parts/flash", format!("{{{{> parts/empty{given}}}}}")),
            ("parts/empty", format!("{{{{> parts/face{given}}}}}")),
            ("parts/face", "x".to_owned()),
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
