//! The direction of dependencies: `domain ← store ← app ← {web, signaling, jobs}`; `gateways` implement `app::ports`.

use std::{fs, path::Path};

/// What each layer may name of the crate, besides itself.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("store", &["domain", "error", "config"]),
    ("app", &["domain", "store", "error", "config"]),
    ("gateways", &["domain", "store", "app", "error", "config"]),
    ("signaling", &["domain", "store", "app", "error"]),
    ("jobs", &["domain", "store", "app", "error"]),
    (
        "web",
        &["domain", "store", "app", "error", "config", "gateways", "signaling"],
    ),
];

#[test]
fn layers_name_only_what_lies_below_them() {
    let mut wrong = Vec::new();
    for (layer, allowed) in ALLOWED {
        each_source(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer),
            &mut |path, text| {
                for named in crate_paths(text) {
                    if named != layer && !allowed.contains(&named.as_str()) {
                        wrong.push(format!("{} names crate::{named}", path.display()));
                    }
                }
                let tables = text.contains("store::schema") || text.contains("diesel::");
                if tables && !matches!(layer, "store") {
                    wrong.push(format!("{} knows tables", path.display()));
                }
            },
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_store_speaks_sql_and_only_the_scope_makes_scopes() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut makers = Vec::new();
    each_source(&src, &mut |path, text| {
        if text.contains("TenantScope::of(") {
            makers.push(path.strip_prefix(&src).expect("below src").display().to_string());
        }
    });
    makers.sort();
    assert_eq!(
        makers,
        [
            "store/books.rs",
            "store/calls/find.rs",
            "store/jobs.rs",
            "store/lost.rs",
            "store/tenants.rs"
        ],
        "from a host, a job, a stored call, what a job was about, the books that are due"
    );
}

/// First segments after `crate::`, in `use` lines with braces and in paths.
fn crate_paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (place, _) in text.match_indices("crate::") {
        let rest = &text[place + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            found.extend(heads(group));
        } else {
            found.push(word(rest));
        }
    }
    found
}

/// First segments inside a brace group, at its own depth.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, true, Vec::new());
    for (place, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && depth == 0 && c.is_alphabetic() => {
                found.push(word(&group[place..]));
                start = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn each_source(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            each_source(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path, &fs::read_to_string(&path).expect("source"));
        }
    }
}
