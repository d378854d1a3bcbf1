//! What people declared: that they are of age, and that they accept the terms.

use super::{TenantTx, moment::At, schema::declarations};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// What can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// To be old enough.
    OfAge,
    /// To accept the terms.
    Terms,
}

impl Declared {
    fn name(self) -> &'static str {
        match self {
            Self::OfAge => "of_age",
            Self::Terms => "terms",
        }
    }
}

/// Something that was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What: `of_age` or `terms`.
    pub kind: String,
    /// Of which version of the text.
    pub version: String,
    /// When.
    pub at: Moment,
}

/// Everything that somebody declared, oldest first.
///
/// # Errors
/// The database is away.
pub fn of(tx: &mut TenantTx<'_>, user: UserId) -> Result<Vec<Declaration>> {
    let rows: Vec<(String, String, At)> = declarations::table
        .filter(declarations::tenant_id.eq(tx.tenant().uuid()))
        .filter(declarations::user_id.eq(user.uuid()))
        .order((declarations::at, declarations::id))
        .select((declarations::kind, declarations::version, declarations::at))
        .load(tx.conn)?;
    let declaration = |(kind, version, at): (String, String, At)| Declaration {
        kind,
        version,
        at: at.into(),
    };
    Ok(rows.into_iter().map(declaration).collect())
}

/// Notes who declared what, in which version of the text, and from which address.
///
/// # Errors
/// The database is away.
pub fn insert(
    tx: &mut TenantTx<'_>,
    user: UserId,
    declared: Declared,
    version: &str,
    address: &str,
    now: Moment,
) -> Result<()> {
    diesel::insert_into(declarations::table)
        .values((
            declarations::tenant_id.eq(tx.tenant().uuid()),
            declarations::id.eq(Uuid::now_v7()),
            declarations::user_id.eq(user.uuid()),
            declarations::kind.eq(declared.name()),
            declarations::version.eq(version),
            declarations::address.eq(address),
            declarations::at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}
