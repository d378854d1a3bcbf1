//! Ways to pay that people keep for later. What the provider knows one by is sealed by whoever writes it; here it is bytes.

use super::{
    TenantTx,
    moment::At,
    schema::{saved_methods, top_ups},
};
use crate::{
    domain::{
        ids::{GatewayAccountId, SavedMethodId, UserId},
        payment::Consent,
        time::Moment,
    },
    error::Result,
};
use diesel::{dsl::exists, prelude::*, select};
use uuid::Uuid;

/// A way to pay that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: SavedMethodId,
    /// Whose.
    pub user: UserId,
    /// The account at a provider that keeps it; the built-in gateway without.
    pub account: Option<GatewayAccountId>,
    /// The provider's name of it, sealed; none once it was removed.
    pub sealed_token: Option<Vec<u8>>,
    /// What the person recognises it by.
    pub label: String,
    /// What they agreed to.
    pub consent: Consent,
    /// When they agreed.
    pub consented_at: Moment,
    /// Since when it is kept.
    pub created_at: Moment,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = saved_methods)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    account_id: Option<Uuid>,
    sealed_token: Option<Vec<u8>>,
    label: String,
    consent_version: i32,
    consent_words: String,
    consented_at: At,
    created_at: At,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        Self {
            id: SavedMethodId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            account: row.account_id.map(GatewayAccountId::from_uuid),
            sealed_token: row.sealed_token,
            label: row.label,
            consent: Consent {
                version: row.consent_version,
                words: row.consent_words,
            },
            consented_at: row.consented_at.into(),
            created_at: row.created_at.into(),
        }
    }
}

/// Keeps one; again changes nothing.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, kept: &Kept) -> Result<()> {
    diesel::insert_into(saved_methods::table)
        .values((
            saved_methods::tenant_id.eq(tx.tenant().uuid()),
            saved_methods::id.eq(kept.id.uuid()),
            saved_methods::user_id.eq(kept.user.uuid()),
            saved_methods::account_id.eq(kept.account.map(GatewayAccountId::uuid)),
            saved_methods::sealed_token.eq(&kept.sealed_token),
            saved_methods::label.eq(&kept.label),
            saved_methods::consent_version.eq(kept.consent.version),
            saved_methods::consent_words.eq(&kept.consent.words),
            saved_methods::consented_at.eq(At(kept.consented_at)),
            saved_methods::created_at.eq(At(kept.created_at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// The person's, newest first, without those that were removed.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, user: UserId, limit: i64) -> Result<Vec<Kept>> {
    let rows: Vec<Row> = saved_methods::table
        .filter(saved_methods::tenant_id.eq(tx.tenant().uuid()))
        .filter(saved_methods::user_id.eq(user.uuid()))
        .filter(saved_methods::removed_at.is_null())
        .order((saved_methods::created_at.desc(), saved_methods::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

/// One of them, removed or not.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: SavedMethodId) -> Result<Kept> {
    let row: Row = saved_methods::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)?;
    Ok(row.into())
}

/// Forgets what the provider knows it by, so that nobody can charge it; again changes nothing.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, id: SavedMethodId, now: Moment) -> Result<()> {
    let kept = saved_methods::table
        .find((tx.tenant().uuid(), id.uuid()))
        .filter(saved_methods::removed_at.is_null());
    let removed = (
        saved_methods::sealed_token.eq(None::<Vec<u8>>),
        saved_methods::removed_at.eq(At(now)),
    );
    diesel::update(kept).set(removed).execute(tx.conn)?;
    Ok(())
}

/// Whether a charge of it has no outcome yet.
///
/// # Errors
/// The database is away.
pub fn is_being_charged(tx: &mut TenantTx<'_>, id: SavedMethodId) -> Result<bool> {
    let open = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::method_id.eq(id.uuid()))
        .filter(top_ups::state.eq_any(["created", "pending", "unknown"]));
    Ok(select(exists(open)).get_result(tx.conn)?)
}
