//! A media node without a product around it.

use anyhow::{Context, Result};
use std::{env, path::Path, process::Stdio};
use tallyroom_participant::bare::{BareControl, BareNode};
use tokio::process::{Child, Command};

const TOKEN: &str = "a-token-that-only-the-bench-knows";

/// A node that runs until dropped.
pub struct BareMedia {
    process: Child,
    /// What drives it.
    pub node: BareNode,
}

impl BareMedia {
    /// Starts one.
    pub async fn start() -> Result<Self> {
        Self::recording_into(&env::temp_dir()).await
    }

    /// Starts one that records into `recordings` under a folder.
    pub async fn recording_into(files: &Path) -> Result<Self> {
        let program = env::var("TALLYROOM__MEDIA__NODE_BINARY");
        let program = program.context("TALLYROOM__MEDIA__NODE_BINARY names no program: use ./dev bench")?;
        let control = BareControl::bind().await?;
        let process = Command::new(&program)
            .args(["--control", &control.url()?, "--capacity", "400"])
            .arg("--files")
            .arg(files)
            .env("TALLYROOM_MEDIA_TOKEN", TOKEN)
            .env("TALLYROOM_LOG_FILTER", "error")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {program}"))?;
        let node = control.node().await?;
        Ok(Self { process, node })
    }

    /// Its process.
    pub fn pid(&self) -> Result<u32> {
        self.process.id().context("the media node ended")
    }
}
