//! Writes an archive.

use super::{Entry, FORMAT, MANIFEST, Manifest, disk};
use crate::{
    app::App,
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        archive::{self, Table},
        migrate, tenants,
    },
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{BufWriter, Seek, Write},
};
use tar::{Builder, Header};

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Tables that are written.
    pub done: usize,
    /// All tables.
    pub of: usize,
}

/// Writes the tenant as it is at this moment to `out`, telling how far it is after each table.
///
/// # Errors
/// The database is away, or the disk is full.
pub async fn export(
    app: &App,
    scope: &TenantScope,
    out: impl Write + Send + 'static,
    told: impl Fn(Progress) + Send + 'static,
) -> Result<Manifest> {
    app.db.snapshot(scope, move |tx| write(tx, out, &told)).await
}

fn write(tx: &mut TenantTx<'_>, out: impl Write, told: &dyn Fn(Progress)) -> Result<Manifest> {
    let (tenant, tables) = (tenants::own(tx)?, archive::tables(tx)?);
    let mut manifest = Manifest {
        format: FORMAT,
        schema: migrate::schema(),
        tenant: tenant.id,
        slug: tenant.slug,
        tables: Vec::new(),
    };
    let mut files = Vec::new();
    for (done, table) in tables.iter().enumerate() {
        let (entry, file) = rows(tx, table)?;
        manifest.tables.push(entry);
        files.push(file);
        told(Progress {
            done: done + 1,
            of: tables.len(),
        });
    }
    pack(&manifest, files, out).map_err(disk)?;
    Ok(manifest)
}

/// One table's lines in a file of their own: a tar wants to know a file's size before it.
fn rows(tx: &mut TenantTx<'_>, table: &Table) -> Result<(Entry, File)> {
    let mut file = BufWriter::new(tempfile::tempfile().map_err(disk)?);
    let (mut hash, mut rows, mut bytes) = (Sha256::new(), 0, 0);
    archive::dump(tx, table, &mut |line| {
        for part in [line.as_bytes(), b"\n"] {
            hash.update(part);
            file.write_all(part).map_err(disk)?;
        }
        rows += 1;
        bytes += line.len() as u64 + 1;
        Ok(())
    })?;
    let mut file = file.into_inner().map_err(|error| Error::internal(error.into_error()))?;
    file.rewind().map_err(disk)?;
    let entry = Entry {
        table: table.name.clone(),
        rows,
        bytes,
        sha256: hex::encode(hash.finalize()),
    };
    Ok((entry, file))
}

fn pack(manifest: &Manifest, files: Vec<File>, out: impl Write) -> std::io::Result<()> {
    let mut tar = Builder::new(GzEncoder::new(out, Compression::default()));
    let json = serde_json::to_vec_pretty(manifest)?;
    tar.append_data(&mut header(json.len() as u64), MANIFEST, json.as_slice())?;
    for (entry, file) in manifest.tables.iter().zip(files) {
        tar.append_data(&mut header(entry.bytes), Entry::path(&entry.table), file)?;
    }
    tar.into_inner()?.finish()?.flush()
}

/// Says nothing of who made the file and when: the same rows are the same archive.
fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header
}
