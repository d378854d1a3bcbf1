//! Reads an archive into an installation that doesn't have the tenant. Nothing of the archive is believed: its files are
//! named by this database's tables, their sizes are bounded before they are read, and all of it comes or nothing.

use super::{Entry, FORMAT, MANIFEST, Manifest, disk};
use crate::{
    config::DatabaseConfig,
    error::{Error, Result},
    store::{
        archive::{BATCH, Import, Table},
        migrate,
    },
};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read};
use tar::{Archive, EntryType};

/// Largest manifest, in bytes.
const MAX_MANIFEST: u64 = 1 << 20;
/// Largest row, in bytes.
const MAX_LINE: u64 = 16 << 20;
/// Largest archive, unpacked, in bytes.
const MAX_ARCHIVE: u64 = 64 << 30;

/// Makes the tenant that `from` has, as the database's owner.
///
/// # Errors
/// The archive is damaged, of another version, or not one; the tenant, its name or its host is here already; or the
/// database is away. Then nothing was changed.
pub fn import(config: &DatabaseConfig, from: impl Read) -> Result<Manifest> {
    let mut archive = Archive::new(GzDecoder::new(from));
    let mut entries = archive.entries().map_err(damaged)?;
    let mut next = |path: &str| match entries.next() {
        Some(Ok(entry)) if is_file(&entry, path) => Ok(entry),
        Some(Ok(_)) | None => Err(Error::invalid(format!("The archive doesn't go on with {path}."))),
        Some(Err(error)) => Err(damaged(error)),
    };
    let manifest = manifest(next(MANIFEST)?)?;
    let mut import = Import::begin(config, manifest.tenant)?;
    let tables = import.tables();
    check(&manifest, &tables)?;
    for (entry, table) in manifest.tables.iter().zip(&tables) {
        let path = Entry::path(&table.name);
        let file = next(&path)?;
        if file.size() != entry.bytes {
            return Err(Error::invalid(format!(
                "{path} hasn't the size that the manifest says."
            )));
        }
        fill(&mut import, &manifest, entry, table, file)?;
    }
    if entries.next().is_some() {
        return Err(Error::invalid("There is more in the archive than its manifest says."));
    }
    import.finish(manifest.tenant)?;
    Ok(manifest)
}

fn is_file(entry: &tar::Entry<'_, impl Read>, path: &str) -> bool {
    entry.header().entry_type() == EntryType::Regular && entry.path_bytes() == path.as_bytes()
}

fn manifest(mut file: impl Read) -> Result<Manifest> {
    let mut json = Vec::new();
    file.by_ref()
        .take(MAX_MANIFEST)
        .read_to_end(&mut json)
        .map_err(damaged)?;
    serde_json::from_slice(&json)
        .map_err(|error| Error::invalid("The archive's manifest can't be read.").because(error))
}

fn check(manifest: &Manifest, tables: &[Table]) -> Result<()> {
    let here = migrate::schema();
    if manifest.format != FORMAT || manifest.schema != here {
        return Err(Error::invalid(format!(
            "The archive is of version {}, this installation of {here}. Bring both to the same version first.",
            manifest.schema
        )));
    }
    if !manifest
        .tables
        .iter()
        .map(|entry| &entry.table)
        .eq(tables.iter().map(|table| &table.name))
    {
        return Err(Error::invalid("The archive hasn't the tables of this version."));
    }
    let bytes = manifest
        .tables
        .iter()
        .try_fold(0u64, |sum, entry| sum.checked_add(entry.bytes));
    match bytes {
        Some(..=MAX_ARCHIVE) => Ok(()),
        _ => Err(Error::invalid("The archive is too large.")),
    }
}

fn fill(import: &mut Import, manifest: &Manifest, entry: &Entry, table: &Table, file: impl Read) -> Result<()> {
    let (mut file, mut hash, mut rows) = (BufReader::new(file), Sha256::new(), 0);
    loop {
        let batch = lines(&mut file, &mut hash)?;
        if batch.is_empty() {
            break;
        }
        rows += batch.len() as u64;
        import.fill(table, manifest.tenant, &batch)?;
    }
    if rows == entry.rows && hex::encode(hash.finalize()) == entry.sha256 {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "The rows of {} aren't those that the manifest says.",
        table.name
    )))
}

/// The next lines, as many as are written at once.
fn lines(file: &mut impl BufRead, hash: &mut Sha256) -> Result<Vec<String>> {
    let mut batch = Vec::new();
    let mut line = String::new();
    while batch.len() < BATCH {
        line.clear();
        file.by_ref().take(MAX_LINE).read_line(&mut line).map_err(damaged)?;
        if line.is_empty() {
            break;
        }
        hash.update(&line);
        match line.strip_suffix('\n') {
            Some(row) => batch.push(row.to_owned()),
            None => return Err(Error::invalid("The archive has a row that doesn't end.")),
        }
    }
    Ok(batch)
}

/// What unpacking says of something that was never an archive, or is one no longer.
fn damaged(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::NotFound => disk(error),
        _ => Error::invalid("This isn't an archive of a tenant, or it is damaged.").because(error),
    }
}
