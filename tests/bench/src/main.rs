//! Measures the product against baselines of the same run. `./dev bench` builds and runs it.

mod adapt;
mod asked;
mod calls;
mod cast;
#[path = "../../it/support/database.rs"]
#[allow(dead_code)]
mod database;
mod idle_ws;
mod join;
mod ledger;
mod load;
mod media;
mod metering;
mod pages;
mod pair;
mod process;
mod product;
mod record;
mod report;
mod room_js;
mod search;
mod sellers;
mod slots;
mod tenants;
mod themes;

use anyhow::{Context, Result, anyhow, bail};
use futures::future::{FutureExt, LocalBoxFuture};
use std::{io::stderr, process::ExitCode};
use tracing_subscriber::EnvFilter;

type Bench = fn() -> LocalBoxFuture<'static, Result<()>>;

/// All benches, in the order they run.
const BENCHES: [(&str, Bench); 12] = [
    ("metering", || metering::run().boxed_local()),
    ("ledger", || ledger::run().boxed_local()),
    ("join", || join::run().boxed_local()),
    ("record", || record::run().boxed_local()),
    ("adapt", || adapt::run().boxed_local()),
    ("calls", || calls::run().boxed_local()),
    ("idle-ws", || idle_ws::run().boxed_local()),
    ("pages", || pages::run().boxed_local()),
    ("tenants", || tenants::run().boxed_local()),
    ("search", || search::run().boxed_local()),
    ("slots", || slots::run().boxed_local()),
    ("room-js", || room_js::run().boxed_local()),
];

fn main() -> ExitCode {
    // Whoever was first is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    // Only for whoever looks for the reason of something.
    let filter = EnvFilter::from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Some benches need processes apart, which are this program again.
fn start(arguments: &[String]) -> Result<()> {
    if arguments == [idle_ws::ECHO] {
        return idle_ws::echo();
    }
    let runtime = tokio::runtime::Runtime::new().context("no runtime")?;
    runtime.block_on(run(arguments))
}

async fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [word, rest @ ..] if word == load::LOAD => load::carry(rest).await,
        [] => measure(&BENCHES).await,
        [name] => match BENCHES.iter().find(|(known, _)| known == name) {
            Some(bench) => measure(&[*bench]).await,
            None => bail!(
                "there is no bench '{name}', but {}",
                BENCHES.map(|(name, _)| name).join(", ")
            ),
        },
        _ => bail!("name one bench, or none for all"),
    }
}

/// Runs all of them, whatever becomes of one; the error names those that couldn't be measured.
async fn measure(benches: &[(&str, Bench)]) -> Result<()> {
    let mut failed = Vec::new();
    for (name, bench) in benches {
        if let Err(error) = bench().await {
            failed.push(format!("{name} can't be measured: {error:#}"));
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        reasons => Err(anyhow!("{}", reasons.join("; "))),
    }
}
