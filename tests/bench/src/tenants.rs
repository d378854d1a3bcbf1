//! What many tenants cost: the same product with 10,000 tenants against one with 10, and one tenant's pages while another
//! is flooded with requests.

use crate::{
    asked::{Asked, p99_ms},
    cast::{self, HOST},
    process::resident_kb,
    product::Product,
    report::{Bound, Case, Rounds},
};
use anyhow::Result;
use diesel::connection::SimpleConnection;
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

const FEW: usize = 10;
const MANY: usize = 10_000;
const PAIRS: usize = 50;
const ROUNDS: usize = 7;
/// Starts are short, and each waits for what the machine does besides.
const STARTS: usize = 21;
/// How long pages are asked for, each round.
const SLICE: Duration = Duration::from_secs(2);
/// The same for one person alone: enough answers for a percentile, also from a server that is busy.
const LONG_SLICE: Duration = Duration::from_secs(8);
/// How often that person asks: well within the limits.
const CALM: Duration = Duration::from_millis(5);
/// Requests at once of people who behave.
const AT_ONCE: usize = 2;
/// Requests at once of a flood.
const FLOOD: usize = 32;

/// Measures.
pub async fn run() -> Result<()> {
    let mut few = Product::start(tenants(FEW)?).await?;
    let mut many = Product::start(tenants(MANY)?).await?;
    start_up(&mut few, &mut many).await?;
    home_page(&few, &many).await?;
    memory(&few, &many).await?;
    drop((few, many));
    flooded().await
}

/// Besides the bench's own tenant so many others, each with a look of its own.
fn tenants(count: usize) -> Result<crate::database::TestDatabase> {
    let database = cast::database(PAIRS)?;
    database.superuser().batch_execute(&format!(
        "INSERT INTO tenants (id, slug, name, theme, currency, time_zone, language, min_rate_minor, max_rate_minor,
                              brand, created_at)
             SELECT md5('t' || n)::uuid, 't' || n, 'Tenant ' || n, 'default', 'EUR', 'UTC', 'en', 1, 100000,
                    jsonb_build_object('brand', '#' || substr(md5('c' || n), 1, 6), 'scheme', 'auto', 'radius', 'soft'),
                    now()
             FROM generate_series(1, {count}) n;
         INSERT INTO tenant_hosts (tenant_id, host)
             SELECT md5('t' || n)::uuid, 't' || n || '.localhost' FROM generate_series(1, {count}) n;
         ANALYZE;"
    ))?;
    Ok(database)
}

async fn start_up(few: &mut Product, many: &mut Product) -> Result<()> {
    let mut rounds = Rounds::default();
    for round in 0..STARTS {
        // Whoever goes second finds a warmer machine.
        let (value, baseline) = if round % 2 == 0 {
            let value = many.restart().await?;
            (value, few.restart().await?)
        } else {
            let baseline = few.restart().await?;
            (many.restart().await?, baseline)
        };
        rounds.add(value.as_secs_f64() * 1_000.0, baseline.as_secs_f64() * 1_000.0);
    }
    rounds.print(Case {
        bench: "tenants",
        case: format!("start-up with {MANY} tenants, against {FEW}"),
        unit: "ms",
        bound: Bound::RatioAtMost(1.1),
    })
}

async fn home_page(few: &Product, many: &Product) -> Result<()> {
    let (few, many) = (Asked::new(few, HOST, "/", None)?, Asked::new(many, HOST, "/", None)?);
    few.p99_ms(AT_ONCE, SLICE).await?;
    many.p99_ms(AT_ONCE, SLICE).await?;
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        rounds.add(many.p99_ms(AT_ONCE, SLICE).await?, few.p99_ms(AT_ONCE, SLICE).await?);
    }
    rounds.print(Case {
        bench: "tenants",
        case: format!("p99 of a home page with {MANY} tenants, against {FEW}"),
        unit: "ms",
        bound: Bound::RatioAtMost(1.1),
    })
}

/// Each tenant's home page is asked for once; the baseline asks for one tenant's as often.
async fn memory(few: &Product, many: &Product) -> Result<()> {
    let hosts: Vec<String> = (1..=MANY).map(|number| format!("t{number}.localhost")).collect();
    let same = vec!["t1.localhost".to_owned(); MANY];
    let mut rounds = Rounds::default();
    rounds.add(growth(many, &hosts).await?, growth(few, &same).await?);
    rounds.print(Case {
        bench: "tenants",
        case: format!("memory of an idle tenant, {MANY} of them"),
        unit: "KB/tenant",
        bound: Bound::ValueAtMost(4.0),
    })
}

/// KB by which the server grows, an answer.
async fn growth(product: &Product, hosts: &[String]) -> Result<f64> {
    // What any traffic needs once.
    let warm = Asked::new(product, HOST, "/", None)?;
    warm.rate(FLOOD, SLICE).await?;
    let before = resident_kb(product.pid())?;
    let url = format!("http://{}/", product.tenant().address);
    let http = reqwest::Client::builder().no_proxy().build()?;
    let asking = stream::iter(hosts).map(|host| {
        let request = http.get(&url).header("host", host);
        async move {
            let answer = request.send().await?.error_for_status()?;
            answer.bytes().await?;
            anyhow::Ok(())
        }
    });
    asking.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    Ok((resident_kb(product.pid())? - before) / hosts.len() as f64)
}

/// The limits are the product's own here: that is what keeps a flood from the others.
async fn flooded() -> Result<()> {
    let limits = [
        ("LIMITS__TENANT_REQUESTS_PER_SECOND", "1000"),
        ("LIMITS__REQUESTS_PER_SECOND", "1000"),
    ];
    let product = Product::start_with(tenants(FEW)?, &limits).await?;
    let (calm, flooded) = (
        Asked::new(&product, HOST, "/", None)?,
        Asked::new(&product, "t1.localhost", "/", None)?,
    );
    calm.paced(CALM, LONG_SLICE).await?;
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let baseline = p99_ms(calm.paced(CALM, LONG_SLICE).await?)?;
        let over = AtomicBool::new(false);
        let flood = futures::future::try_join_all((0..FLOOD).map(|_| async {
            while !over.load(Ordering::Relaxed) {
                flooded.any().await?;
            }
            anyhow::Ok(())
        }));
        let measured = async {
            let value = calm.paced(CALM, LONG_SLICE).await;
            over.store(true, Ordering::Relaxed);
            p99_ms(value?)
        };
        let (value, _) = futures::future::try_join(measured, flood).await?;
        rounds.add(value, baseline);
    }
    rounds.print(Case {
        bench: "tenants",
        case: format!("p99 of a home page while another tenant gets {FLOOD} requests at once"),
        unit: "ms",
        bound: Bound::RatioAtMost(1.2),
    })
}
