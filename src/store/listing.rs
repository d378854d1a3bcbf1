//! Lists of the consoles: searched, sorted, and cut into pages by the database.

use super::TenantTx;
use crate::error::{Error, Result};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    pg::Pg,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};
use serde::Serialize;

/// Most lines of a page.
pub const MOST_PER_PAGE: u32 = 100;
/// Pages beyond this one are never asked for by people.
const LAST_PAGE: u32 = 1_000_000;
/// Lines beyond these aren't counted: nobody turns so many pages, and counting reads them all.
const MOST_COUNTED: u32 = 10_000;
/// How long a list may keep a connection busy.
const READ_WITHIN: &str = "SET LOCAL statement_timeout = '3s'";
/// Longest text that is searched for.
const SEARCH_CHARS: usize = 100;

/// What part of a list is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Text to look for; empty for everything.
    pub search: String,
    /// A column, with a hyphen in front for descending; empty for the list's own order.
    pub sort: String,
    /// From 1.
    pub page: u32,
    /// Lines a page.
    pub per_page: u32,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    /// Its lines.
    pub items: Vec<T>,
    /// How many there are on all pages, counted up to 10,000.
    pub total: i64,
    /// Which page.
    pub page: u32,
    /// Lines a page.
    pub per_page: u32,
}

/// A list as the database knows it. Everything in here is written in the source, never by a person.
pub(in crate::store) struct List {
    /// What each line has.
    pub columns: &'static str,
    /// `FROM … WHERE …`; `$1` is the text to look for, as a pattern or null, `$2` and `$3` are the list's own.
    pub rows: &'static str,
    /// What can be sorted by, as people name it and as the database does. The first is the list's own order.
    pub sorts: &'static [(&'static str, &'static str)],
    /// The list's own order is descending.
    pub newest_first: bool,
    /// Breaks ties in the order's direction, so that no line is on two pages.
    pub key: &'static str,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl List {
    /// Reads a page. `own` are the list's own filters; null is no filter.
    pub fn page<T>(&self, conn: &mut PgConnection, wanted: &Wanted, own: [Option<&str>; 2]) -> Result<Page<T>>
    where
        T: QueryableByName<Pg> + 'static,
    {
        let order = self.order(&wanted.sort)?;
        let page = wanted.page.clamp(1, LAST_PAGE);
        let per_page = match wanted.per_page {
            0 => 25,
            asked => asked.min(MOST_PER_PAGE),
        };
        let pattern = pattern(&wanted.search)?;
        let bound = |sql: String| -> BoxedSqlQuery<'_, Pg, SqlQuery> {
            sql_query(sql)
                .into_boxed()
                .bind::<Nullable<Text>, _>(pattern.as_deref())
                .bind::<Nullable<Text>, _>(own[0])
                .bind::<Nullable<Text>, _>(own[1])
        };
        let Self { columns, rows, .. } = self;
        sql_query(READ_WITHIN).execute(conn)?;
        let items = bound(format!(
            "SELECT {columns} {rows} ORDER BY {order} LIMIT {per_page} OFFSET {}",
            u64::from(page - 1) * u64::from(per_page)
        ))
        .load(conn)?;
        let counted = format!("SELECT count(*) AS total FROM (SELECT 1 {rows} LIMIT {MOST_COUNTED}) counted");
        let count: Count = bound(counted).get_result(conn)?;
        Ok(Page {
            items,
            total: count.total,
            page,
            per_page,
        })
    }

    /// A page of one tenant's lines: the tenant is `$2`, and `own` the list's own filter, `$3`.
    pub fn of_tenant<T>(&self, tx: &mut TenantTx<'_>, wanted: &Wanted, own: Option<&str>) -> Result<Page<T>>
    where
        T: QueryableByName<Pg> + 'static,
    {
        let tenant = tx.tenant().to_string();
        self.page(tx.conn, wanted, [Some(&tenant), own])
    }

    fn order(&self, sort: &str) -> Result<String> {
        let (name, descending) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None if sort.is_empty() => (self.sorts[0].0, self.newest_first),
            None => (sort, false),
        };
        let column = self.sorts.iter().find(|(known, _)| *known == name);
        let (_, column) = column.ok_or_else(|| Error::field("sort", "This list can't be sorted by that."))?;
        // As an index gives them, from either end.
        let direction = if descending { "DESC" } else { "ASC" };
        Ok(format!("{column} {direction}, {} {direction}", self.key))
    }
}

/// A text to look for anywhere, as LIKE wants it.
pub(in crate::store) fn pattern(search: &str) -> Result<Option<String>> {
    let search = search.trim();
    if search.chars().count() > SEARCH_CHARS {
        return Err(Error::field("q", "Look for something shorter: up to 100 characters."));
    }
    let mut pattern = String::from("%");
    for c in search.chars() {
        if "\\%_".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Ok((!search.is_empty()).then_some(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_looked_for_as_it_stands() {
        assert_eq!(pattern(" 50%_\\ ").unwrap().as_deref(), Some("%50\\%\\_\\\\%"));
        assert_eq!(pattern("  ").unwrap(), None);
        assert!(pattern(&"x".repeat(101)).is_err());
    }

    #[test]
    fn only_known_columns_are_sorted_by() {
        let list = List {
            columns: "",
            rows: "",
            sorts: &[("at", "t.at"), ("name", "lower(t.name)")],
            newest_first: true,
            key: "t.id",
        };
        assert_eq!(list.order("").unwrap(), "t.at DESC, t.id DESC");
        assert_eq!(list.order("name").unwrap(), "lower(t.name) ASC, t.id ASC");
        assert_eq!(list.order("-name").unwrap(), "lower(t.name) DESC, t.id DESC");
        assert!(list.order("1; DROP TABLE tenants").is_err());
        assert!(list.order("-").is_err());
    }
}
