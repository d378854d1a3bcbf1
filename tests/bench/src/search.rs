//! Looking for somebody among 10,000 sellers: a page of what some words and two choices find, with the numbers beside all
//! choices and everybody's next free time.
//!
//! The baseline is a page that needs one seller by their key, of the same server in the same run, asked for in the same
//! way.

use crate::{
    asked::{Asked, p99_ms},
    cast::{self, HOST},
    product::Product,
    report::{Bound, Case, Rounds},
    sellers,
};
use anyhow::Result;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use futures::future::try_join_all;
use std::time::{Duration, Instant};

const SELLERS: usize = 10_000;
/// Different pages of each kind: whatever is asked for again and again is faster than in life.
const PAGES: usize = 40;
const ROUNDS: usize = 7;
/// Requests at once.
const AT_ONCE: usize = 2;
/// How long each kind is asked for, each round.
const SLICE: Duration = Duration::from_secs(4);

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Measures.
pub async fn run() -> Result<()> {
    let database = cast::database(1)?;
    let mut conn = database.superuser();
    sellers::fill(&mut conn, SELLERS)?;
    let some = format!("SELECT user_id::text AS id FROM sellers ORDER BY md5(user_id::text) LIMIT {PAGES}");
    let ids: Vec<Id> = sql_query(some).load(&mut conn)?;
    drop(conn);
    let product = Product::start(database).await?;
    let pages = |paths: Vec<String>| -> Result<Vec<Asked>> {
        paths
            .iter()
            .map(|path| Asked::new(&product, HOST, path, None))
            .collect()
    };
    let one = pages(ids.iter().map(|Id { id }| format!("/sellers/{id}")).collect())?;
    for (case, words) in [
        ("words that hundreds have", "skill"),
        ("words that everybody has", "lessons"),
    ] {
        let asked = |nth: usize| {
            let number = if words == "skill" {
                (nth * 7).to_string()
            } else {
                String::new()
            };
            let (language, category) = (["en", "de"][nth % 2], nth % 16);
            format!("/search?q={words}{number}&category=c{category}&language={language}&max=4.00")
        };
        let found = pages((0..PAGES).map(asked).collect())?;
        latencies(&found).await?;
        latencies(&one).await?;
        let mut rounds = Rounds::default();
        for _ in 0..ROUNDS {
            rounds.add(p99_ms(latencies(&found).await?)?, p99_ms(latencies(&one).await?)?);
        }
        rounds.print(Case {
            bench: "search",
            case: format!("p99 of a filtered search among {SELLERS} sellers, {case}"),
            unit: "ms",
            bound: Bound::RatioAtMost(5.0),
        })?;
    }
    Ok(())
}

/// How long each answer took, in seconds.
async fn latencies(pages: &[Asked]) -> Result<Vec<f64>> {
    let started = Instant::now();
    let each = (0..AT_ONCE).map(|nth| async move {
        let mut seconds = Vec::new();
        for page in pages.iter().cycle().skip(nth * PAGES / AT_ONCE) {
            if started.elapsed() >= SLICE {
                break;
            }
            let before = Instant::now();
            page.once().await?;
            seconds.push(before.elapsed().as_secs_f64());
        }
        anyhow::Ok(seconds)
    });
    Ok(try_join_all(each).await?.concat())
}
