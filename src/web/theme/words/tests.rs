use super::*;
use serde_json::json;

fn words(lang: &str, file: &str) -> Words {
    let mut words = Words::new(lang);
    words.add(&file.parse().unwrap()).unwrap();
    words
}

fn say(words: &Words, key: &str, params: Value) -> Option<String> {
    let Value::Object(params) = params else {
        panic!("params are an object")
    };
    words.say(key, &params, "America/New_York")
}

#[test]
fn plural_forms() {
    let file = r#"calls = { zero = "no calls", one = "{count} call", few = "{count} few", many = "{count} many", other = "{count} calls" }"#;
    let en = words("en", file);
    let spoken: Vec<_> = [0, 1, 2, 21]
        .map(|n| say(&en, "calls", json!({"count": n})).unwrap())
        .into();
    assert_eq!(spoken, ["no calls", "1 call", "2 calls", "21 calls"]);
}

#[test]
fn gender_then_number() {
    let de = words(
        "de",
        r#"called = { f = { one = "Sie rief einmal", other = "Sie rief {count}-mal" }, other = "Er rief {count}-mal" }"#,
    );
    assert_eq!(
        say(&de, "called", json!({"gender": "f", "count": 1})).unwrap(),
        "Sie rief einmal"
    );
    assert_eq!(
        say(&de, "called", json!({"gender": "f", "count": 3})).unwrap(),
        "Sie rief 3-mal"
    );
    assert_eq!(
        say(&de, "called", json!({"gender": "x", "count": 3})).unwrap(),
        "Er rief 3-mal"
    );
}

#[test]
fn placeholders_of_every_sort() {
    let en = words(
        "en",
        "a = \"{name} paid {price} for {length:duration} at {at:clock}\"\n[time]\nminutes=\"{n} min\"\nseconds=\"{n} s\"",
    );
    let params = json!({"name": "{price}", "price": {"minor": 180, "currency": "EUR"}, "length": 90, "at": "2026-11-24T18:00:00Z"});
    assert_eq!(
        say(&en, "a", params).unwrap(),
        "{price} paid €1.80 for 1\u{a0}min 30\u{a0}s at 13:00"
    );
    assert_eq!(
        say(&en, "a", json!({"name": "Mira"})).unwrap(),
        "Mira paid {price} for {length:duration} at {at:clock}"
    );
}

#[test]
fn own_words_go_before_inherited_ones() {
    let mut own = words("en", "[role]\nseller = \"adviser\"");
    own.inherit(&words("en", "[role]\nseller = \"seller\"\nbuyer = \"customer\""));
    assert_eq!(say(&own, "role.seller", json!({})).unwrap(), "adviser");
    assert_eq!(say(&own, "role.buyer", json!({})).unwrap(), "customer");
    assert_eq!(say(&own, "role.nobody", json!({})), None);
    assert_eq!(own.section("role"), json!({"buyer": "customer", "seller": "adviser"}));
}

#[test]
fn a_tenants_texts_stand_in_place_of_single_forms_too() {
    let base = words(
        "en",
        "hello = 'Hello {name}'\ncalls = { one = '{count} call', other = '{count} calls' }",
    );
    let mut own = base.clone();
    assert!(own.write("hello", "<b>Hi</b> {name}") && own.write("calls[other]", "{count} rings"));
    for unknown in ["bye", "calls", "calls[few]", "hello[one]", "calls[other][one]", "["] {
        assert!(!own.write(unknown, "x"), "{unknown}");
    }
    assert_eq!(say(&own, "hello", json!({"name": "M"})).unwrap(), "<b>Hi</b> M");
    assert_eq!(say(&own, "calls", json!({"count": 1})).unwrap(), "1 call");
    assert_eq!(say(&own, "calls", json!({"count": 2})).unwrap(), "2 rings");
    assert_eq!(say(&base, "calls", json!({"count": 2})).unwrap(), "2 calls");
    let keys: Vec<_> = own.items().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["calls[one]", "calls[other]", "hello"]);
}

#[test]
fn what_is_no_text_is_refused() {
    let mut words = Words::new("en");
    assert_eq!(
        words.add(&"[a]\nb = 3".parse().unwrap()).unwrap_err(),
        "a.b: is neither a text nor a table of forms"
    );
    let long = format!("a = '{}'", "x".repeat(MAX_TEXT + 1));
    assert!(words.add(&long.parse().unwrap()).is_err());
}

#[test]
fn a_brace_alone_is_harmless() {
    let en = words("en", "a = 'see { and {name'");
    assert_eq!(say(&en, "a", json!({"name": "x"})).unwrap(), "see { and {name");
}
