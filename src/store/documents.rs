//! Invoices, receipts and credit notes, and who issues them.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{
    domain::{
        document::{About, Content, Issuer, Kind, Number},
        ids::{DocumentId, UserId},
        money::{Currency, Money},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its number.
    pub number: Number,
    /// What it is of.
    pub about: About,
    /// Whose it is.
    pub owner: UserId,
    /// When it was numbered.
    pub issued_at: Moment,
    /// What is written on it.
    pub content: Content,
    /// The sum.
    pub total: Money,
}

impl Document {
    /// What sort of document.
    pub fn kind(&self) -> Kind {
        self.about.kind()
    }
}

/// What is to be numbered.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it is of.
    pub about: About,
    /// Whose it will be.
    pub owner: UserId,
    /// Who did what was paid for; none for payments.
    pub seller: Option<UserId>,
    /// The invoice that it corrects.
    pub corrects: Option<DocumentId>,
    /// What is written on it.
    pub content: Content,
    /// Currency of its amounts.
    pub currency: Currency,
    /// It was paid with play money.
    pub is_play: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    is_play: bool,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Integer)]
    nth: i32,
    #[diesel(sql_type = Text)]
    about: String,
    #[diesel(sql_type = SqlUuid)]
    about_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    issued_at: At,
    #[diesel(sql_type = Jsonb)]
    content: serde_json::Value,
    #[diesel(sql_type = BigInt)]
    total_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
}

impl Row {
    fn document(self) -> Result<Document> {
        let unreadable = || Error::internal(anyhow!("document {} can't be read", self.id));
        let currency = Currency::parse(&self.currency).ok_or_else(unreadable)?;
        Ok(Document {
            id: DocumentId::from_uuid(self.id),
            number: Number {
                is_play: self.is_play,
                year: self.year,
                nth: self.nth,
            },
            about: About::parse(&self.about, self.about_id).ok_or_else(unreadable)?,
            owner: UserId::from_uuid(self.owner_id),
            issued_at: self.issued_at.into(),
            content: serde_json::from_value(self.content).map_err(Error::internal)?,
            total: Money::new(self.total_minor, currency),
        })
    }
}

const COLUMNS: &str = "id, is_play, year, nth, about, about_id, owner_id, issued_at, content, total_minor, currency";

/// One document.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: DocumentId) -> Result<Document> {
    let row: Row = sql_query(format!(
        "SELECT {COLUMNS} FROM documents WHERE tenant_id = $1 AND id = $2"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?;
    row.document()
}

/// The document of something, once it is numbered.
///
/// # Errors
/// The database is away.
pub fn of(tx: &mut TenantTx<'_>, about: About) -> Result<Option<Document>> {
    let row: Option<Row> = sql_query(format!(
        "SELECT {COLUMNS} FROM documents WHERE tenant_id = $1 AND about_id = $2 AND kind = $3"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(about.columns().1)
    .bind::<Text, _>(about.kind().name())
    .get_result(tx.conn)
    .optional()?;
    row.map(Row::document).transpose()
}

/// A person's documents, newest first: so many after those that are skipped.
///
/// # Errors
/// The database is away.
pub fn of_person(tx: &mut TenantTx<'_>, owner: UserId, skip: usize, most: usize) -> Result<Vec<Document>> {
    let rows: Vec<Row> = sql_query(format!(
        "SELECT {COLUMNS} FROM documents WHERE tenant_id = $1 AND owner_id = $2
         ORDER BY issued_at DESC, year DESC, nth DESC LIMIT $3 OFFSET $4"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(owner.uuid())
    .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
    .bind::<BigInt, _>(i64::try_from(skip).unwrap_or(i64::MAX))
    .load(tx.conn)?;
    rows.into_iter().map(Row::document).collect()
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Integer)]
    last: i32,
}

/// Gives a document the next number of its series in that year, once for what it is of; gives the one that there is. Whoever numbers at
/// the same time waits for this transaction's end.
///
/// # Errors
/// The database is away.
pub fn number(tx: &mut TenantTx<'_>, draft: &Draft, year: i32, now: Moment) -> Result<Document> {
    let tenant = tx.tenant().uuid();
    let Last { last } = sql_query(
        "INSERT INTO document_counters AS c (tenant_id, year, last) VALUES ($1, $2, 0)
         ON CONFLICT (tenant_id, year) DO UPDATE SET last = c.last
         RETURNING CASE WHEN $3 THEN last_play ELSE last END AS last",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Integer, _>(year)
    .bind::<Bool, _>(draft.is_play)
    .get_result(tx.conn)?;
    // Only now nobody else can be about to write it.
    if let Some(known) = of(tx, draft.about)? {
        return Ok(known);
    }
    let document = Document {
        id: DocumentId::new(),
        number: Number {
            is_play: draft.is_play,
            year,
            nth: last + 1,
        },
        about: draft.about,
        owner: draft.owner,
        issued_at: now,
        content: draft.content.clone(),
        total: Money::new(draft.content.total_minor(), draft.currency),
    };
    sql_query(
        "UPDATE document_counters SET last = last + (NOT $3)::int, last_play = last_play + $3::int
         WHERE tenant_id = $1 AND year = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Integer, _>(year)
    .bind::<Bool, _>(draft.is_play)
    .execute(tx.conn)?;
    insert(tx, &document, draft)?;
    Ok(document)
}

fn insert(tx: &mut TenantTx<'_>, document: &Document, draft: &Draft) -> Result<()> {
    let (about, about_id) = document.about.columns();
    let content = serde_json::to_value(&document.content).map_err(Error::internal)?;
    sql_query(
        "INSERT INTO documents (tenant_id, id, year, nth, kind, about, about_id, owner_id, seller_id, corrects_id,
             issued_at, content, total_minor, currency, is_play)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(document.id.uuid())
    .bind::<Integer, _>(document.number.year)
    .bind::<Integer, _>(document.number.nth)
    .bind::<Text, _>(document.kind().name())
    .bind::<Text, _>(about)
    .bind::<SqlUuid, _>(about_id)
    .bind::<SqlUuid, _>(document.owner.uuid())
    .bind::<Nullable<SqlUuid>, _>(draft.seller.map(UserId::uuid))
    .bind::<Nullable<SqlUuid>, _>(draft.corrects.map(DocumentId::uuid))
    .bind::<Timestamptz, _>(At(document.issued_at))
    .bind::<Jsonb, _>(content)
    .bind::<BigInt, _>(document.total.minor)
    .bind::<Text, _>(document.total.currency.code())
    .bind::<Bool, _>(document.number.is_play)
    .execute(tx.conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct IssuerRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    address: String,
    #[diesel(sql_type = Text)]
    tax_number: String,
}

/// Who issues the tenant's documents, once that is set.
///
/// # Errors
/// The database is away.
pub fn issuer(tx: &mut TenantTx<'_>) -> Result<Option<Issuer>> {
    let row: Option<IssuerRow> =
        sql_query("SELECT name, address, tax_number FROM document_issuers WHERE tenant_id = $1")
            .bind::<SqlUuid, _>(tx.tenant().uuid())
            .get_result(tx.conn)
            .optional()?;
    Ok(row.map(|row| Issuer {
        name: row.name,
        address: row.address,
        tax_number: row.tax_number,
    }))
}

/// Sets who issues the tenant's documents from now on.
///
/// # Errors
/// The database is away.
pub fn set_issuer(tx: &mut TenantTx<'_>, issuer: &Issuer) -> Result<()> {
    sql_query(
        "INSERT INTO document_issuers (tenant_id, name, address, tax_number) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id) DO UPDATE SET name = $2, address = $3, tax_number = $4",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Text, _>(&issuer.name)
    .bind::<Text, _>(&issuer.address)
    .bind::<Text, _>(&issuer.tax_number)
    .execute(tx.conn)?;
    Ok(())
}

/// A document, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct DocumentLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its number, such as `2026-00017`; `TEST-2026-00017` of play money.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// `invoice`, `receipt` or `credit_note`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// What it is of: `call`, `order`, `top_up` or `refund`.
    #[diesel(sql_type = Text)]
    pub about: String,
    /// Id of that.
    #[diesel(sql_type = SqlUuid)]
    pub about_id: Uuid,
    /// Whose it is.
    #[diesel(sql_type = Text)]
    pub customer: String,
    /// Number of the invoice that it corrects.
    #[diesel(sql_type = Nullable<Text>)]
    pub corrects: Option<String>,
    /// The sum, in minor units.
    #[diesel(sql_type = BigInt)]
    pub total_minor: i64,
    /// ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// When, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
}

const LIST: List = List {
    columns: "d.id, n.number, d.kind, d.about,
        d.about_id, u.name AS customer, d.content->>'corrects' AS corrects, d.total_minor, d.currency,
        (extract(epoch FROM d.issued_at) * 1000)::bigint AS at",
    rows: "FROM documents d
        JOIN users u ON u.tenant_id = d.tenant_id AND u.id = d.owner_id
        CROSS JOIN LATERAL (SELECT CASE WHEN d.is_play THEN 'TEST-' ELSE '' END || d.year || '-'
            || lpad(d.nth::text, greatest(5, length(d.nth::text)), '0') AS number) n
        WHERE d.tenant_id = $2::uuid AND ($3 IS NULL OR d.kind = $3)
            AND ($1 IS NULL OR u.name ILIKE $1 OR n.number ILIKE $1)",
    sorts: &[("at", "d.issued_at"), ("amount", "d.total_minor")],
    newest_first: true,
    key: "d.id",
};

/// All documents, or those of one kind, the newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted, kind: Option<Kind>) -> Result<Page<DocumentLine>> {
    LIST.of_tenant(tx, wanted, kind.map(Kind::name))
}
