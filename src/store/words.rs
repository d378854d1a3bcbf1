//! Texts that a tenant wrote in place of its theme's.

use super::{TenantTx, moment::At, schema::tenant_words};
use crate::{domain::time::Moment, error::Result};
use diesel::prelude::*;

/// One text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct OwnWord {
    /// ISO code.
    pub language: String,
    /// Which text.
    pub key: String,
    /// As it is said here.
    pub value: String,
}

/// All of them.
///
/// # Errors
/// The database is away.
pub fn all(tx: &mut TenantTx<'_>) -> Result<Vec<OwnWord>> {
    let own = tenant_words::table.filter(tenant_words::tenant_id.eq(tx.tenant().uuid()));
    Ok(own
        .select((tenant_words::language, tenant_words::key, tenant_words::value))
        .load(tx.conn)?)
}

/// One of them, if it is there.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, language: &str, key: &str) -> Result<Option<String>> {
    Ok(tenant_words::table
        .find((tx.tenant().uuid(), language, key))
        .select(tenant_words::value)
        .first(tx.conn)
        .optional()?)
}

/// Writes one, over what was there.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, word: &OwnWord, now: Moment) -> Result<()> {
    let changed = (tenant_words::value.eq(&word.value), tenant_words::at.eq(At(now)));
    diesel::insert_into(tenant_words::table)
        .values((
            tenant_words::tenant_id.eq(tx.tenant().uuid()),
            tenant_words::language.eq(&word.language),
            tenant_words::key.eq(&word.key),
            changed,
        ))
        .on_conflict((tenant_words::tenant_id, tenant_words::language, tenant_words::key))
        .do_update()
        .set(changed)
        .execute(tx.conn)?;
    Ok(())
}

/// Takes one away.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, language: &str, key: &str) -> Result<()> {
    diesel::delete(tenant_words::table.find((tx.tenant().uuid(), language, key))).execute(tx.conn)?;
    Ok(())
}
