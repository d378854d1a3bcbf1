//! How a tenant's look came to be: published versions, and the files they name. The files are small and belong to their
//! version, so they are in the database: published with it in one transaction, behind the same wall, there for every
//! process, and in every backup and archive.

use super::{
    TenantTx,
    moment::At,
    schema::{look_files, look_versions, users},
};
use crate::{
    domain::{
        brand::{Brand, FileHash},
        ids::UserId,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::{prelude::*, sql_query, sql_types::BigInt};
use std::collections::HashMap;
use uuid::Uuid;

/// Most versions that are kept.
pub const KEPT_VERSIONS: i64 = 100;

/// A look that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// By whom; nobody, if it is how things were before the first change.
    pub by: Option<String>,
    /// The look; the theme's own without.
    pub look: Option<Brand>,
}

/// A file of a tenant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it is.
    pub media_type: String,
    /// What is in it.
    pub body: Vec<u8>,
}

type Columns = (Uuid, At, Option<Uuid>, Option<String>, Option<serde_json::Value>);

fn version((id, at, by, name, look): Columns) -> Result<Version> {
    let look = look.map(serde_json::from_value).transpose().map_err(Error::internal)?;
    Ok(Version {
        id,
        at: at.into(),
        // Names are read where people keep them: some are nobody by now.
        by: by.map(|_| name.unwrap_or_default()),
        look,
    })
}

/// All that are kept, newest first.
///
/// # Errors
/// The database is away.
pub fn versions(tx: &mut TenantTx<'_>) -> Result<Vec<Version>> {
    let own = users::tenant_id
        .eq(look_versions::tenant_id)
        .and(look_versions::by_id.eq(users::id.nullable()));
    let rows: Vec<Columns> = look_versions::table
        .left_join(users::table.on(own))
        .filter(look_versions::tenant_id.eq(tx.tenant().uuid()))
        .order(look_versions::id.desc())
        .select((
            look_versions::id,
            look_versions::at,
            look_versions::by_id,
            users::name.nullable(),
            look_versions::look,
        ))
        .limit(KEPT_VERSIONS)
        .load(tx.conn)?;
    rows.into_iter().map(version).collect()
}

/// The look of one of them.
///
/// # Errors
/// There is none, or the database is away.
pub fn look_of(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Option<Brand>> {
    let look: Option<serde_json::Value> = look_versions::table
        .find((tx.tenant().uuid(), id))
        .select(look_versions::look)
        .first(tx.conn)?;
    look.map(serde_json::from_value).transpose().map_err(Error::internal)
}

/// Keeps a look as a version.
///
/// # Errors
/// The database is away.
pub fn keep(tx: &mut TenantTx<'_>, look: Option<&Brand>, by: Option<UserId>, now: Moment) -> Result<()> {
    let files: Vec<&str> = look.into_iter().flat_map(Brand::files).map(FileHash::as_str).collect();
    let stored = look.map(serde_json::to_value).transpose().map_err(Error::internal)?;
    diesel::insert_into(look_versions::table)
        .values((
            look_versions::tenant_id.eq(tx.tenant().uuid()),
            look_versions::id.eq(Uuid::now_v7()),
            look_versions::at.eq(At(now)),
            look_versions::by_id.eq(by.map(UserId::uuid)),
            look_versions::look.eq(stored),
            look_versions::files.eq(files),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Drops the oldest versions beyond those that are kept, and the files that none names any more.
///
/// # Errors
/// The database is away.
pub fn tidy(tx: &mut TenantTx<'_>) -> Result<()> {
    let old = "DELETE FROM look_versions WHERE tenant_id = current_setting('app.tenant_id')::uuid AND id IN (
            SELECT id FROM look_versions WHERE tenant_id = current_setting('app.tenant_id')::uuid
            ORDER BY id DESC OFFSET $1)";
    sql_query(old).bind::<BigInt, _>(KEPT_VERSIONS).execute(tx.conn)?;
    let unnamed = "DELETE FROM look_files f WHERE tenant_id = current_setting('app.tenant_id')::uuid AND NOT EXISTS (
            SELECT 1 FROM look_versions v
            WHERE v.tenant_id = current_setting('app.tenant_id')::uuid AND f.hash = ANY (v.files))";
    sql_query(unnamed).execute(tx.conn)?;
    Ok(())
}

/// Keeps a file; one that is there already stays.
///
/// # Errors
/// The database is away.
pub fn put_file(tx: &mut TenantTx<'_>, hash: &FileHash, file: &File, now: Moment) -> Result<()> {
    diesel::insert_into(look_files::table)
        .values((
            look_files::tenant_id.eq(tx.tenant().uuid()),
            look_files::hash.eq(hash.as_str()),
            look_files::media_type.eq(&file.media_type),
            look_files::body.eq(&file.body),
            look_files::at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// The files of those names that there are.
///
/// # Errors
/// The database is away.
pub fn files(tx: &mut TenantTx<'_>, hashes: &[FileHash]) -> Result<HashMap<FileHash, File>> {
    let names: Vec<&str> = hashes.iter().map(FileHash::as_str).collect();
    let rows: Vec<(String, String, Vec<u8>)> = look_files::table
        .filter(look_files::tenant_id.eq(tx.tenant().uuid()))
        .filter(look_files::hash.eq_any(names))
        .select((look_files::hash, look_files::media_type, look_files::body))
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(hash, media_type, body)| {
            let hash = FileHash::try_from(hash).map_err(|why| Error::internal(anyhow::anyhow!(why)))?;
            Ok((hash, File { media_type, body }))
        })
        .collect()
}
