//! Each helper as a template uses it.

use super::{texts::is_safe_url, *};
use serde_json::json;

fn render(template: &str, data: Value) -> Result<String, RenderError> {
    let mut words = Words::new("en");
    let file = "hello = 'Hello {name}'\n[language]\nen = 'English'\n[time]\nweekdays = 'Mon Tue Wed Thu Fri Sat Sun'\n";
    words.add(&file.parse().unwrap()).unwrap();
    let mut german = Words::new("de");
    german
        .add(
            &"hello = 'Hallo {name}'\n[money]\ndecimal = ','\npattern = '{number} {symbol}'"
                .parse()
                .unwrap(),
        )
        .unwrap();
    german.inherit(&words);
    let words = HashMap::from([("en".to_owned(), words), ("de".to_owned(), german)]);
    let shelf = Arc::new(Shelf {
        words,
        lang: "en".to_owned(),
        assets: Arc::default(),
    });
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    register(&mut registry, &shelf);
    registry.render_template(template, &data)
}

fn page(lang: &str, value: Value) -> Value {
    json!({"page": {"lang": lang, "tenant_lang": "en", "zone": "America/New_York"}, "value": value})
}

#[test]
fn markup_in_data_stays_text() {
    let evil = "<script>alert('x')</script>\" onload=";
    for template in [
        "{{value}}",
        "{{t \"hello\" name=value}}",
        "{{t \"language\" value}}",
        "{{say (lookup this \"message\")}}",
        "{{initials value}}",
        "{{safe_url value}}",
    ] {
        let mut data = page("en", json!(evil));
        data["message"] = json!({"key": "hello", "params": {"name": evil}});
        let out = render(template, data).unwrap();
        assert!(!out.contains('<') && !out.contains("\" onload"), "{template}: {out}");
    }
    assert!(!render("{{json value}}", page("en", json!(evil))).unwrap().contains('<'));
}

#[test]
fn a_subexpression_is_escaped_once() {
    let out = render(
        "{{#with (t \"hello\" name=value)}}{{this}}{{/with}}",
        page("en", json!("A & B")),
    )
    .unwrap();
    assert_eq!(out, "Hello A &amp; B");
}

#[test]
fn words_fall_back_from_reader_to_tenant_to_default() {
    for (lang, hello) in [
        ("de", "Hallo M"),
        ("de-AT", "Hallo M"),
        ("fr", "Hello M"),
        ("en", "Hello M"),
    ] {
        assert_eq!(
            render("{{t \"hello\" name=value}}", page(lang, json!("M"))).unwrap(),
            hello,
            "{lang}"
        );
    }
    assert_eq!(
        render("{{t \"language\" value}}", page("de", json!("en"))).unwrap(),
        "English"
    );
    assert_eq!(
        render("{{t \"language\" value}}", page("de", json!("tlh"))).unwrap(),
        "tlh"
    );
}

#[test]
fn a_missing_text_is_an_error_but_a_message_speaks_for_itself() {
    assert!(render("{{t \"nothing.such\"}}", page("en", json!(null))).is_err());
    let spoken = render(
        "{{say value}}",
        page("en", json!({"key": "The card was refused.", "params": {}})),
    );
    assert_eq!(spoken.unwrap(), "The card was refused.");
}

#[test]
fn money_in_the_readers_language() {
    let amount = json!({"minor": 180, "currency": "EUR"});
    assert_eq!(render("{{money value}}", page("en", amount.clone())).unwrap(), "€1.80");
    assert_eq!(render("{{money value}}", page("de", amount.clone())).unwrap(), "1,80 €");
    assert_eq!(
        render("{{money value sign=true}}", page("en", amount)).unwrap(),
        "+€1.80"
    );
    assert!(render("{{money value}}", page("en", json!("1.80"))).is_err());
    assert!(
        render("{{money value \"EUR\"}}", page("en", json!(1.8))).is_err(),
        "no floats"
    );
}

#[test]
fn a_text_is_handed_amounts_but_nothing_larger() {
    let hello = "{{t \"hello\" name=value}}";
    let amount = json!({"minor": 180, "currency": "EUR"});
    assert_eq!(render(hello, page("en", amount)).unwrap(), "Hello €1.80");
    let large = json!({"minor": 180, "currency": "EUR", "rows": [1, 2]});
    assert_eq!(render(hello, page("en", large)).unwrap(), "Hello {name}");
}

#[test]
fn time_is_localised_and_marked_up() {
    let out = render("{{time value \"zoned\"}}", page("en", json!("2026-11-24T18:00:00Z"))).unwrap();
    assert_eq!(
        out,
        "<time datetime=\"2026-11-24T18:00:00Z\" data-zone=\"America/New_York\" data-city>Tue 13:00, New York</time>"
    );
}

#[test]
fn addresses_that_could_run_dont_pass() {
    for good in [
        "/",
        "/wallet?next=/calls/1",
        "https://example.com/a",
        "mailto:a@example.com",
    ] {
        assert!(is_safe_url(good), "{good}");
    }
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "",
        "wallet",
    ] {
        assert!(!is_safe_url(bad), "{bad}");
    }
}

#[test]
fn initials_of_any_name() {
    for (name, expected) in [
        ("Mira Sand", "MS"),
        ("ada", "A"),
        ("Jean-Luc van der Berg", "JB"),
        ("  ", ""),
        ("émile ß", "ÉSS"),
    ] {
        assert_eq!(render("{{initials value}}", page("en", json!(name))).unwrap(), expected);
    }
}
