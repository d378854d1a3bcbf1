use super::*;

fn found(text: &str) -> Result<Vec<String>, Wrong> {
    let template = Template::compile(text).map_err(|error| Wrong::somewhere(error.to_string()))?;
    Ok(acting(&template)?.into_iter().map(|acting| acting.what).collect())
}

#[test]
fn ordinary_markup_does_nothing_by_itself() {
    for good in [
        "<!doctype html><p class=\"a {{b}}\" hidden>1 < 2 {{x}}</p><br/>",
        "<a href=\"{{u}}\"{{#if x}} aria-current=\"page\"{{/if}}>{{icon \"x\"}}</a>",
        "<a {{#if x}}class=\"a\"{{else}}hidden{{/if}} title='{{#if y}}1{{else}}{{z}}{{/if}}'>x</a>",
        "<title>{{x}}</title>{{#each l}}<li>{{this}}</li>{{/each}}{{> part}}{{#> layout}}<b>x</b>{{/layout}}",
    ] {
        assert_eq!(found(good), Ok(Vec::new()), "{good}");
    }
}

#[test]
fn what_acts_is_found_wherever_it_hides() {
    for (text, what) in [
        ("<SCRIPT>alert(1)</SCRIPT>", "<script>"),
        ("<p onclick=\"x\">", "onclick=\"x\""),
        ("<p/HX-POST='/x'>", "hx-post=\"/x\""),
        ("<p data-hx-get=\"{{u}}\">", "data-hx-get=\"\u{fffd}\""),
        ("<p {{#if x}}hx-get=\"/\"{{/if}}>", "hx-get=\"/\""),
        ("<a title=\"{{#if x}}\" {{/if}}\">", ""),
        ("<a title={{#if x}}\"{{/if}} hx-post=\"/x\" \">", ""),
        ("<title><a x=\"</title><p hx-post='/x'>\">", ""),
        ("<svg><title><p hx-post='/x'></title></svg>", ""),
        (
            "<p {{#each l}}{{#if @first}}h{{else}}x-post=\"/x\" {{/if}}{{/each}}>",
            "",
        ),
        ("<p {{#each l}}{{#if @first}}o{{else}}nclick=\"x\"{{/if}}{{/each}}>", ""),
        ("<p {{#each l}} hx-get=\"/x\"{{/each}}>", "hx-get=\"/x\""),
        (
            "<p hx-get=\"/live{{#if true}}/../calls{{/if}}\">",
            "hx-get=\"/live\u{fffd}/../calls\"",
        ),
        (
            "<p hx-get=\"/live{{#if x}}/a{{else}}/b{{/if}}/c\">",
            "hx-get=\"/live\u{fffd}/a\u{fffd}/b/c\"",
        ),
        ("<input type=\" Password \">", "type=\" Password \""),
        ("<input type=\"{{x}}\">", "type=\"\u{fffd}\""),
        ("<input type=\"pass{{#if x}}word{{/if}}\">", "type=\"pass\u{fffd}word\""),
        ("<svg><path/></svg>", "<svg>"),
        ("<!--><p hx-post='/x'>-->", ""),
        ("<!-- x --!><p hx-post='/x'>", ""),
        ("<scr{{x}}ipt>", ""),
        ("<p h{{x}}x-post=\"/\">", ""),
        ("<{{x}} y>", ""),
        ("<p {{x}}>", ""),
        ("<p class={{x}}>", ""),
        ("<p class=a>", ""),
        ("<p title=\"{{time at}}\">", ""),
        ("<p class=\"a\"hx-get=\"/\">", ""),
        ("<p {{#if x}}a{{/if}}b>", ""),
        ("<{{#if x}}script{{/if}}>", ""),
        ("<p title=\"{{> part}}\">", ""),
        ("<p title=\"", ""),
        ("</p x=\"<p hx-get='/'>\">", ""),
        ("<style>p{}</style>", "<style>"),
        ("<p style=\"x\">", "style=\"x\""),
        (
            "<textarea></textarea><meta http-equiv=\"refresh\" content=\"0\">",
            "<meta>",
        ),
        ("<iframe srcdoc=\"x\"></iframe>", "<iframe>"),
    ] {
        match found(text) {
            Ok(found) => assert!(
                !what.is_empty() && found.iter().any(|one| one == what),
                "{text}: {found:?}"
            ),
            Err(error) => assert!(what.is_empty(), "{text}: {error}"),
        }
    }
}
