//! How many pages the server makes in a second: the home page for somebody unknown, and for people who are signed in.
//!
//! The baseline is the same bytes as a file, by the same server in the same run, asked for in the same way.

use crate::{
    asked::Asked,
    cast::{self, HOST},
    product::Product,
    report::{Bound, Case, Rounds},
    themes::Themes,
};
use anyhow::Result;
use futures::future::try_join_all;
use std::time::Duration;

const PAIRS: usize = 200;
const ROUNDS: usize = 9;
/// Requests at once, each from somebody else.
const AT_ONCE: usize = 8;
/// How long each is asked for, each round.
const SLICE: Duration = Duration::from_millis(1_500);

/// Measures.
pub async fn run() -> Result<()> {
    let themes = Themes::copied()?;
    let directory = themes.directory();
    let product = Product::start_with(cast::database(PAIRS)?, &[("THEMES__DIRECTORY", &directory)]).await?;
    let mut people = Vec::new();
    for number in 1..=AT_ONCE {
        people.push(Some(format!(
            "session={}",
            product.token(&format!("buyer{number}")).await?
        )));
    }
    let unknown = vec![None; AT_ONCE];
    for (case, cookies, bound) in [
        ("home page, nobody signed in", unknown, 0.6),
        ("home page, signed in", people, 0.4),
    ] {
        let at = |path: &str| -> Result<Vec<Asked>> {
            let each = cookies.iter().map(Option::as_deref);
            each.map(|cookie| Asked::new(&product, HOST, path, cookie)).collect()
        };
        let (pages, files) = (at("/")?, at("/assets/same.html")?);
        themes.put("same.html", &pages[0].once().await?)?;
        // Warm-up: connections, caches, statements.
        rate(&pages).await?;
        rate(&files).await?;
        let mut rounds = Rounds::default();
        for _ in 0..ROUNDS {
            rounds.add(rate(&pages).await?, rate(&files).await?);
        }
        rounds.print(Case {
            bench: "pages",
            case: case.to_owned(),
            unit: "pages/s",
            bound: Bound::RatioAtLeast(bound),
        })?;
    }
    Ok(())
}

/// Answers a second to all of them together.
async fn rate(each: &[Asked]) -> Result<f64> {
    let rates = try_join_all(each.iter().map(|asked| asked.rate(1, SLICE))).await?;
    Ok(rates.iter().sum())
}
