//! Files that are too large for the database: a folder on this machine.

use anyhow::Context;
use object_store::{ObjectStore, local::LocalFileSystem};
use std::{fs, path::Path, sync::Arc};

/// The object store in `folder`, which is made if it is missing.
///
/// # Errors
/// The folder can't be made.
pub fn folder(folder: &Path) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let told = || format!("the folder for files, {}, can't be made", folder.display());
    fs::create_dir_all(folder).with_context(told)?;
    let store = LocalFileSystem::new_with_prefix(folder).with_context(told)?;
    Ok(Arc::new(store.with_automatic_cleanup(true)))
}
