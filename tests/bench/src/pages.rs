//! How many pages the server makes in a second: the home page for somebody unknown, and for somebody signed in.
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
use std::time::Duration;

const PAIRS: usize = 200;
const ROUNDS: usize = 9;
/// Requests at once.
const AT_ONCE: usize = 8;
/// How long each is asked for, each round.
const SLICE: Duration = Duration::from_millis(1_500);

/// Measures.
pub async fn run() -> Result<()> {
    let themes = Themes::copied()?;
    let directory = themes.directory();
    let product = Product::start_with(cast::database(PAIRS)?, &[("THEMES__DIRECTORY", &directory)]).await?;
    let session = format!("session={}", product.token("buyer1").await?);
    for (case, cookie, bound) in [
        ("home page, nobody signed in", None, 0.6),
        ("home page, signed in", Some(session), 0.4),
    ] {
        let page = Asked::new(&product, HOST, "/", cookie.as_deref())?;
        themes.put("same.html", &page.once().await?)?;
        let file = Asked::new(&product, HOST, "/assets/same.html", cookie.as_deref())?;
        // Warm-up: connections, caches, statements.
        page.rate(AT_ONCE, SLICE).await?;
        file.rate(AT_ONCE, SLICE).await?;
        let mut rounds = Rounds::default();
        for _ in 0..ROUNDS {
            rounds.add(page.rate(AT_ONCE, SLICE).await?, file.rate(AT_ONCE, SLICE).await?);
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
