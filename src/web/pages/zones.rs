//! Time zones to choose from.

use std::sync::LazyLock;

/// The zones people live in, and UTC; not the database's old names and offsets.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    const REGIONS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    let lived_in = |name: &str| {
        name == "UTC"
            || name
                .split_once('/')
                .is_some_and(|(region, _)| REGIONS.contains(&region))
    };
    jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| lived_in(name))
        .collect()
});

/// All of them, and the one that is chosen already, whatever its name.
pub(super) fn with(chosen: &str) -> Vec<String> {
    let mut zones = ZONES.clone();
    if !zones.iter().any(|zone| zone == chosen) {
        zones.push(chosen.to_owned());
    }
    zones
}
