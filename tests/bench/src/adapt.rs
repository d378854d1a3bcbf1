//! How long a picture takes to be steady again after a line has become narrow (500 kbit/s), in two browsers. The baseline
//! is how long it takes at the beginning of the same call, on a good line.

use crate::report::{Bound, Case, Rounds};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::{path::Path, process::Stdio};
use tokio::process::Command;

/// What people would wait for without pressing anything.
const AT_MOST_MS: f64 = 15_000.0;
/// Finer than that isn't looked.
const LOOK_MS: f64 = 100.0;

#[derive(Deserialize)]
struct Round {
    adapted_ms: f64,
    started_ms: f64,
}

/// Measures.
pub async fn run() -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../browser/bench/adapt.mjs");
    let mut browsers = Command::new("node");
    browsers.arg(&script).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = browsers.output().await.context("starting node")?;
    ensure!(output.status.success(), "the browsers failed: {}", output.status);
    let printed = String::from_utf8(output.stdout)?;
    let told = printed.lines().last().context("the browsers measured nothing")?;
    let mut rounds = Rounds::default();
    for round in serde_json::from_str::<Vec<Round>>(told).context("no measurement")? {
        rounds.add(round.adapted_ms.max(LOOK_MS), round.started_ms.max(LOOK_MS));
    }
    rounds.print(Case {
        bench: "adapt",
        case: "a line of 500 kbit/s to a steady picture".to_owned(),
        unit: "ms",
        bound: Bound::ValueAtMost(AT_MOST_MS),
    })
}
