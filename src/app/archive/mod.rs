//! A whole tenant as one archive (A14): a gzipped tar of a manifest and of one file of JSON lines a table. The same rows
//! give the same files, so two archives can be compared by their manifests' checksums.

mod asked;
mod export;
mod import;

pub use asked::{EXPIRE_JOB, Job, MAKE_JOB, ask, expire, fetch, forget, make};
pub use export::{Progress, export};
pub use import::import;

use crate::{domain::ids::TenantId, error::Error};
use serde::{Deserialize, Serialize};

/// The archive's first file.
const MANIFEST: &str = "manifest.json";
/// Changes when older programs can't read what newer ones write.
const FORMAT: u32 = 1;

/// What an archive has, and how to tell that it is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The newest migration of the database it was made from.
    schema: String,
    /// The tenant.
    pub tenant: TenantId,
    /// Its subdomain.
    pub slug: String,
    /// Its files, in their order.
    pub tables: Vec<Entry>,
}

impl Manifest {
    /// How many rows there are in all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|entry| entry.rows).sum()
    }
}

/// One table's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The table.
    pub table: String,
    /// Its lines.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Of the whole file, as hexadecimal digits.
    pub sha256: String,
}

impl Entry {
    fn path(table: &str) -> String {
        format!("rows/{table}.jsonl")
    }
}

/// Reading or writing a file failed.
fn disk(error: std::io::Error) -> Error {
    Error::internal(error)
}
