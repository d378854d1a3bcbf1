//! What the tests stand on: the real media node, and a control plane that is just good enough.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::result_large_err)]

pub mod desk;

use anyhow::{Context, Result};
use std::{path::PathBuf, process::Stdio};
use tallyroom_participant::bare::{BareControl, BareNode};
use tokio::process::{Child, Command};

/// `TALLYROOM_MEDIA_BIN`, else where cargo builds it.
fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("TALLYROOM_MEDIA_BIN") {
        return Ok(path.into());
    }
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).context("no target folder")?;
    Ok(folder.join("tallyroom-media"))
}

/// Starts a media node; it ends when the process is dropped.
pub async fn node() -> Result<(Child, BareNode)> {
    let control = BareControl::bind().await?;
    let binary = binary()?;
    let process = Command::new(&binary)
        .env("TALLYROOM_CONTROL_URLS", control.url()?)
        .env("TALLYROOM_MEDIA_TOKEN", "a-token-that-only-this-test-knows")
        .env("TALLYROOM_MEDIA_PORTS", "42000-42100")
        .env("TALLYROOM_LOG_FILTER", "off")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| {
            format!(
                "starting {}: build it with `cargo build -p tallyroom-media`",
                binary.display()
            )
        })?;
    Ok((process, control.node().await?))
}
