//! All script that the call room loads before the first frame, compressed as it is sent: the page's own, the room's
//! with the parts that it loads as it starts, what they share, and the media library. The baseline is that library alone.

use crate::report::{Bound, Case, Rounds};
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Every page's. What it loads later isn't for the room.
const PAGE: &str = "default/app.ts";
/// The room's own. What it loads later is on its way before the first frame, too: nothing waits until somebody presses
/// something.
const ROOM: &str = "default/room/main.ts";
const LIBRARY: &str = "node_modules/mediasoup-client/lib/index.js";
const AT_MOST_KB: f64 = 90.0;

/// One part, in Vite's manifest.
#[derive(Deserialize)]
struct Chunk {
    file: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default, rename = "dynamicImports")]
    later: Vec<String>,
}

type Manifest = HashMap<String, Chunk>;

/// Adds it up.
pub async fn run() -> Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenant_themes/dist");
    let manifest = fs::read(dist.join(".vite/manifest.json")).context("the front end isn't built")?;
    let manifest: Manifest = serde_json::from_slice(&manifest)?;
    let mut needed = BTreeSet::new();
    collect(&manifest, PAGE, &mut needed)?;
    let mut room = BTreeSet::new();
    collect(&manifest, ROOM, &mut room)?;
    for part in manifest.values().filter(|part| room.contains(&part.file)) {
        for later in &part.later {
            collect(&manifest, later, &mut needed)?;
        }
    }
    needed.append(&mut room);
    let mut all = 0.0;
    for file in &needed {
        all += compressed_kb(dist.join(file))?;
    }
    let library = manifest
        .get(LIBRARY)
        .context("the media library has no file of its own")?;
    let mut rounds = Rounds::default();
    rounds.add(all, compressed_kb(dist.join(&library.file))?);
    rounds.print(Case {
        bench: "room-js",
        case: format!("{} files", needed.len()),
        unit: "KB",
        bound: Bound::ValueAtMost(AT_MOST_KB),
    })
}

fn collect(manifest: &Manifest, name: &str, needed: &mut BTreeSet<String>) -> Result<()> {
    let chunk = manifest.get(name).with_context(|| format!("{name} isn't built"))?;
    if needed.insert(chunk.file.clone()) {
        for import in &chunk.imports {
            collect(manifest, import, needed)?;
        }
    }
    Ok(())
}

fn compressed_kb(file: PathBuf) -> Result<f64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&fs::read(&file).with_context(|| format!("reading {}", file.display()))?)?;
    Ok(encoder.finish()?.len() as f64 / 1_000.0)
}
