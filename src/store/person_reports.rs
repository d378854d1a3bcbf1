//! What people report of each other, and what the staff make of it.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
    schema::person_reports,
};
use crate::{
    domain::{
        ids::{ReportId, UserId},
        report::PersonFault,
        time::Moment,
    },
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// By whom.
    pub by: UserId,
    /// About whom.
    pub about: UserId,
    /// What they did.
    pub fault: PersonFault,
    /// In the reporter's words; may be empty.
    pub text: String,
    /// When.
    pub at: Moment,
}

/// Keeps a report.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, report: &Report) -> Result<()> {
    diesel::insert_into(person_reports::table)
        .values((
            person_reports::tenant_id.eq(tx.tenant().uuid()),
            person_reports::id.eq(report.id.uuid()),
            person_reports::reporter_id.eq(report.by.uuid()),
            person_reports::reported_id.eq(report.about.uuid()),
            person_reports::fault.eq(report.fault.name()),
            person_reports::body.eq(&report.text),
            person_reports::at.eq(At(report.at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whom somebody has reported since then, once a report.
///
/// # Errors
/// The database is away.
pub fn since(tx: &mut TenantTx<'_>, by: UserId, since: Moment) -> Result<Vec<UserId>> {
    let ids: Vec<Uuid> = person_reports::table
        .filter(person_reports::tenant_id.eq(tx.tenant().uuid()))
        .filter(person_reports::reporter_id.eq(by.uuid()))
        .filter(person_reports::at.gt(At(since)))
        .select(person_reports::reported_id)
        .load(tx.conn)?;
    Ok(ids.into_iter().map(UserId::from_uuid).collect())
}

/// A report as the staff see it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct ReportLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// By whom: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub from: Value,
    /// About whom: `id`, `name`, `suspended`, and how many reports there are about them, `reports`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub about: Value,
    /// What they did: a fault's name.
    #[diesel(sql_type = Text)]
    pub fault: String,
    /// In the reporter's words.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// What the staff keep in mind.
    #[diesel(sql_type = Text)]
    pub note: String,
    /// How it was closed: `reason`, `at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub closed: Option<Value>,
    /// Nobody has closed it.
    #[diesel(sql_type = Bool)]
    pub open: bool,
    /// The conversation of the two, if they have one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation: Option<Uuid>,
    /// Their last five calls: `id`, `at`, `outcome`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub calls: Value,
}

const REPORTS: List = List {
    columns: "r.id, r.at, r.fault, r.body AS text, r.note, r.closed_at IS NULL AS open,
        jsonb_build_object('id', b.id, 'name', b.name) AS \"from\",
        jsonb_build_object('id', s.id, 'name', s.name, 'suspended', s.suspended_at IS NOT NULL,
            'reports', (SELECT count(*) FROM person_reports o
                WHERE o.tenant_id = r.tenant_id AND o.reported_id = r.reported_id)) AS about,
        CASE WHEN r.closed_at IS NOT NULL THEN jsonb_build_object('reason', r.closed_reason,
            'at', (extract(epoch FROM r.closed_at) * 1000)::bigint) END AS closed,
        (SELECT c.id FROM conversations c WHERE c.tenant_id = r.tenant_id
            AND (c.buyer_id = r.reporter_id AND c.seller_id = r.reported_id
                OR c.buyer_id = r.reported_id AND c.seller_id = r.reporter_id)
            ORDER BY c.last_at DESC LIMIT 1) AS conversation,
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', k.id, 'outcome', k.end_reason,
                'at', (extract(epoch FROM k.rang_at) * 1000)::bigint) ORDER BY k.rang_at DESC)
            FROM (SELECT k.id, k.end_reason, k.rang_at FROM calls k WHERE k.tenant_id = r.tenant_id
                  AND (k.buyer_id = r.reporter_id AND k.seller_id = r.reported_id
                    OR k.buyer_id = r.reported_id AND k.seller_id = r.reporter_id)
                  ORDER BY k.rang_at DESC LIMIT 5) k), '[]') AS calls",
    rows: "FROM person_reports r JOIN users b ON b.tenant_id = r.tenant_id AND b.id = r.reporter_id
        JOIN users s ON s.tenant_id = r.tenant_id AND s.id = r.reported_id
        WHERE r.tenant_id = $2::uuid
          AND ($1 IS NULL OR r.body ILIKE $1 OR b.name ILIKE $1 OR s.name ILIKE $1)",
    sorts: &[("open", "(r.closed_at IS NULL)"), ("at", "r.at")],
    newest_first: true,
    key: "r.id",
};

/// What was reported, open ones first.
///
/// # Errors
/// The database is away.
pub fn reports(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<ReportLine>> {
    REPORTS.of_tenant(tx, wanted, None)
}

/// What the staff change about a report.
#[derive(Clone, Debug)]
pub struct Held {
    /// By whom it is.
    pub by: UserId,
    /// About whom.
    pub about: UserId,
    /// What the staff keep in mind.
    pub note: String,
    /// Nobody has closed it.
    pub open: bool,
}

/// A report, and nobody else changes it until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: ReportId) -> Result<Held> {
    let (by, about, note, open) = person_reports::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select((
            person_reports::reporter_id,
            person_reports::reported_id,
            person_reports::note,
            person_reports::closed_at.is_null(),
        ))
        .for_update()
        .first::<(Uuid, Uuid, String, bool)>(tx.conn)?;
    Ok(Held {
        by: UserId::from_uuid(by),
        about: UserId::from_uuid(about),
        note,
        open,
    })
}

/// Writes down what the staff keep in mind.
///
/// # Errors
/// The database is away.
pub fn note(tx: &mut TenantTx<'_>, id: ReportId, note: &str) -> Result<()> {
    diesel::update(person_reports::table.find((tx.tenant().uuid(), id.uuid())))
        .set(person_reports::note.eq(note))
        .execute(tx.conn)?;
    Ok(())
}

/// Closes a report.
///
/// # Errors
/// The database is away.
pub fn close(tx: &mut TenantTx<'_>, id: ReportId, reason: &str, now: Moment) -> Result<()> {
    diesel::update(person_reports::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            person_reports::closed_at.eq(At(now)),
            person_reports::closed_reason.eq(reason),
        ))
        .execute(tx.conn)?;
    Ok(())
}
