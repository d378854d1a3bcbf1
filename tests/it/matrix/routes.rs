//! The product's routes as its source has them: what is registered by attribute, scope or redirect below `src/web`.

use std::{collections::BTreeSet, fs, path::Path};

/// All routes, as "METHOD /path", with `{id}` for whatever the source calls a parameter.
pub fn all() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), "", &mut found);
    found
}

fn read(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            // The API's files leave their common prefix to their scope.
            let below = match path.file_name().and_then(|name| name.to_str()) {
                Some("api") => "/api/v1",
                Some("platform_api") => "/api/platform",
                _ => prefix,
            };
            read(&path, below, found);
        } else {
            let text = fs::read_to_string(&path).expect("a source");
            found.extend(text.lines().filter_map(|line| registered(line.trim(), prefix)));
        }
    }
}

/// The route that a line of source registers.
fn registered(line: &str, prefix: &str) -> Option<String> {
    for method in ["get", "post", "put", "patch", "delete"] {
        if let Some(rest) = line.strip_prefix(&format!("#[{method}(\"")) {
            return Some(format!("{} {prefix}{}", method.to_uppercase(), pattern(rest)));
        }
    }
    let others = ["web::redirect(\"", "web::scope(\"/"];
    let rest = others.iter().find_map(|call| Some(line.split_once(call)?.1))?;
    let path = pattern(rest);
    Some(format!("GET /{}", path.trim_start_matches('/')))
}

/// Up to the closing quote, with its parameters' names made one.
pub fn pattern(rest: &str) -> String {
    let path = rest.split('"').next().unwrap_or_default();
    let segments = path.split('/').map(|segment| {
        let Some((before, parameter)) = segment.split_once('{') else {
            return segment.to_owned();
        };
        let after = parameter.split_once('}').map_or("", |(_, after)| after);
        format!("{before}{{id}}{after}")
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The routes that the API's description has.
pub fn described() -> Vec<String> {
    let paths = tallyroom::web::api::openapi().paths.paths;
    let mut routes: Vec<String> = paths
        .into_iter()
        .flat_map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let known = methods.into_iter().filter(|(_, known)| *known);
            known
                .map(|(method, _)| format!("{method} {}", pattern(&path)))
                .collect::<Vec<_>>()
        })
        .collect();
    routes.sort();
    routes
}
