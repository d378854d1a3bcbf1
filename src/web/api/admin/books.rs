//! The books: what accounts of each kind hold, down to each entry.

use crate::{
    domain::{
        ids::AccountId,
        money::{Currency, Money},
        time::Moment,
    },
    error::{self, Error},
    store::books::{self, AccountLine, After, EntryLine, Found, KindLine},
    web::{
        Problem, Result, Site, Web,
        csv::{self, Csv},
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Json, Path, Query},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{StreamExt, stream};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Entries a page.
const PAGE: i64 = 50;
/// Entries that a table reads at once.
const PIECE: i64 = 1_000;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(show)
        .service(table)
        .service(accounts)
        .service(account)
        .service(entries)
        .service(entries_table);
}

/// The trial balance.
#[derive(Serialize, ToSchema)]
struct Books {
    /// Currency by currency.
    currencies: Vec<CurrencyBooks>,
    /// What the last look at all entries found; nothing if there was none yet.
    checked: Option<Check>,
}

/// The books of one currency.
#[derive(Serialize, ToSchema)]
struct CurrencyBooks {
    /// Which.
    currency: String,
    /// What accounts of each kind hold.
    kinds: Vec<KindLine>,
    /// All of them together; zero in good books.
    sum_minor: i64,
    /// What is reserved in all.
    held_minor: i64,
}

/// A look at all entries.
#[derive(Serialize, ToSchema)]
struct Check {
    /// When it was.
    #[schema(value_type = i64)]
    at: Moment,
    /// Whether everything was right.
    good: bool,
    /// What it found, currency by currency.
    found: Vec<Found>,
}

async fn read(web: &Web, by: &Staff<may::Money>) -> Result<Books> {
    let read = web
        .app
        .db
        .read(&by.viewer().scope, |tx| Ok((books::kinds(tx)?, books::checked(tx)?)));
    let (kinds, checked) = read.await?;
    let mut currencies: Vec<CurrencyBooks> = Vec::new();
    for line in kinds {
        if currencies.last().is_none_or(|last| last.currency != line.currency) {
            currencies.push(CurrencyBooks {
                currency: line.currency.clone(),
                kinds: Vec::new(),
                sum_minor: 0,
                held_minor: 0,
            });
        }
        if let Some(last) = currencies.last_mut() {
            last.sum_minor += line.balance_minor;
            last.held_minor += line.held_minor;
            last.kinds.push(line);
        }
    }
    let checked = checked.map(|checked| Check {
        at: checked.at,
        good: (checked.found.iter()).all(|found| (found.sum_minor, found.unbalanced, found.misheld) == (0, 0, 0)),
        found: checked.found,
    });
    Ok(Books { currencies, checked })
}

/// What accounts of each kind hold, and whether the last look at all entries found everything right.
#[utoipa::path(tag = "console", responses((status = 200, body = Books), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/books")]
async fn show(web: Data<Web>, by: Staff<may::Money>) -> Result<Json<Books>> {
    Ok(Json(read(&web, &by).await?))
}

/// The same as a table.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "text/csv", body = String),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/books.csv")]
async fn table(web: Data<Web>, site: Site, by: Staff<may::Money>) -> Result<HttpResponse> {
    let mut table = Csv::with_head(&["currency", "kind", "accounts", "balance", "held"]);
    for line in read(&web, &by).await?.currencies.into_iter().flat_map(|one| one.kinds) {
        let currency = currency_of(&line.currency)?;
        table.line(&[
            &line.currency,
            &line.kind,
            &line.accounts.to_string(),
            &plain(line.balance_minor, currency),
            &plain(line.held_minor, currency),
        ]);
    }
    let name = format!("{}-books", site.tenant.slug);
    Ok(csv::download(&name).body(table.bytes()))
}

fn currency_of(code: &str) -> error::Result<Currency> {
    Currency::parse(code).ok_or_else(|| Error::field("currency", "There is no currency of that name."))
}

fn plain(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).decimal()
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfKind {
    /// Which kind of accounts.
    #[serde(default)]
    kind: String,
    /// In which currency.
    #[serde(default)]
    currency: String,
}

/// The accounts of a kind, those that hold most first.
#[utoipa::path(tag = "console", params(ListQuery, OfKind), responses((status = 200, body = Listed<AccountLine>),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/admin/books/accounts")]
async fn accounts(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
    Query(of): Query<OfKind>,
) -> Result<Json<Listed<AccountLine>>> {
    let (scope, currency) = (by.viewer().scope, currency_of(&of.currency)?);
    let page = web
        .app
        .db
        .read(&scope, move |tx| books::accounts(tx, &query.into(), &of.kind, currency))
        .await?;
    Ok(Json(page.into()))
}

/// One account.
#[utoipa::path(tag = "console", responses((status = 200, body = AccountLine), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/books/accounts/{id}")]
async fn account(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<AccountLine>> {
    let id = AccountId::from_uuid(*id);
    let found = web
        .app
        .db
        .read(&by.viewer().scope, move |tx| books::account(tx, id))
        .await?;
    Ok(Json(found))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct From {
    /// The `next` of the page before.
    #[serde(default)]
    after: String,
}

/// A page of entries.
#[derive(Serialize, ToSchema)]
struct Entries {
    /// Newest first.
    items: Vec<EntryLine>,
    /// Asks for the page after this; nothing on the last.
    next: Option<String>,
}

fn begins(after: &str) -> error::Result<Option<After>> {
    let wrong = || Error::field("after", "That isn't where a page begins.");
    if after.is_empty() {
        return Ok(None);
    }
    let plain = URL_SAFE_NO_PAD.decode(after).map_err(|_| wrong())?;
    serde_json::from_slice(&plain).map(Some).map_err(|_| wrong())
}

/// An account's entries, newest first, each with what the account held after it.
#[utoipa::path(tag = "console", params(From), responses((status = 200, body = Entries), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/admin/books/accounts/{id}/entries")]
async fn entries(
    web: Data<Web>,
    by: Staff<may::Money>,
    id: Path<Uuid>,
    Query(from): Query<From>,
) -> Result<Json<Entries>> {
    let (id, after) = (AccountId::from_uuid(*id), begins(&from.after)?);
    let mut items = web
        .app
        .db
        .read(&by.viewer().scope, move |tx| {
            books::account(tx, id)?;
            books::entries(tx, id, after, PAGE + 1)
        })
        .await?;
    let more = items.len() > PAGE as usize;
    items.truncate(PAGE as usize);
    let next = items.last().filter(|_| more).map(|last| {
        let after = serde_json::to_vec(&last.next()).map_err(Error::internal)?;
        Ok::<_, Error>(URL_SAFE_NO_PAD.encode(after))
    });
    Ok(Json(Entries {
        items,
        next: next.transpose()?,
    }))
}

/// All of an account's entries as a table, newest first.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "text/csv", body = String),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/books/accounts/{id}/csv")]
async fn entries_table(web: Data<Web>, site: Site, by: Staff<may::Money>, id: Path<Uuid>) -> Result<HttpResponse> {
    let (scope, id) = (by.viewer().scope, AccountId::from_uuid(*id));
    let shown = web.app.db.read(&scope, move |tx| books::account(tx, id)).await?;
    let currency = currency_of(&shown.currency)?;
    let zone = Arc::new(TimeZone::get(&site.tenant.time_zone).unwrap_or(TimeZone::UTC));
    let head = Csv::with_head(&["at", "kind", "other account", "of", "amount", "balance", "transfer"]).bytes();
    let rest = stream::try_unfold(Some(None), move |from: Option<Option<After>>| {
        let (web, zone) = (web.clone(), Arc::clone(&zone));
        async move {
            let Some(after) = from else { return Ok(None) };
            let lines = web
                .app
                .db
                .read(&scope, move |tx| books::entries(tx, id, after, PIECE))
                .await?;
            let mut piece = Csv::default();
            for line in &lines {
                piece.line(&[
                    &csv::instant(line.at, &zone),
                    &line.kind,
                    &line.other_kind,
                    line.other.as_deref().unwrap_or_default(),
                    &plain(line.amount_minor, currency),
                    &plain(line.balance_minor, currency),
                    &line.id.to_string(),
                ]);
            }
            let full = i64::try_from(lines.len()).is_ok_and(|count| count >= PIECE);
            let next = lines.last().filter(|_| full).map(|last| Some(last.next()));
            Ok::<_, Error>(Some((piece.bytes(), next)))
        }
    });
    let name = format!("{}-{}", site.tenant.slug, shown.kind);
    let head = stream::once(async move { Ok(head) });
    Ok(csv::download(&name).streaming(head.chain(rest)))
}
