//! A copy of the built themes, to which a bench can add files.

use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Removed when dropped.
pub struct Themes(PathBuf);

impl Themes {
    /// What the product serves, copied.
    pub fn copied() -> Result<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenant_themes");
        let copy = std::env::temp_dir().join(format!("tallyroom-bench-themes-{}", std::process::id()));
        copy_folder(&source, &copy).context("copying the themes")?;
        Ok(Self(copy))
    }

    /// Where they are.
    pub fn directory(&self) -> String {
        self.0.display().to_string()
    }

    /// Adds an asset.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        fs::write(self.0.join("dist").join(name), bytes).with_context(|| format!("adding {name}"))
    }
}

impl Drop for Themes {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == "node_modules" => {}
            true => copy_folder(&entry.path(), &copy)?,
            false => drop(fs::copy(entry.path(), copy)?),
        }
    }
    Ok(())
}
