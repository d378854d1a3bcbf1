//! What live one-to-one calls cost control plane and media node in processor time, PostgreSQL not counted.
//!
//! The baseline is a media node alone that carries the same media between as many participants. They run in a process
//! apart on both sides, send a clip that was encoded once, and decode nothing.

use crate::{
    cast,
    load::{Load, State},
    process::cpu_s,
    product::Product,
    report::{Bound, Case, Rounds},
};
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};
use tallyroom_participant::codec::FRAME_RATE;
use tokio::time::sleep;

const SIZES: [usize; 3] = [10, 25, 50];
const ROUNDS: usize = 3;
/// After the last handshake.
const SETTLE: Duration = Duration::from_secs(2);
/// With fewer of the pictures than this the machine was too busy for the numbers to mean anything.
const LEAST_CARRIED: f64 = 0.7;

/// Measures.
pub async fn run() -> Result<()> {
    let most = SIZES.into_iter().max().unwrap_or_default();
    let product = Product::start(cast::database(most)?).await?;
    for calls in SIZES {
        let mut rounds = Rounds::default();
        for number in 0..ROUNDS {
            // Either comes first as often as the other.
            let (value, baseline) = if number % 2 == 0 {
                let value = through_product(&product, calls).await?;
                (value, through_bare_node(calls).await?)
            } else {
                let baseline = through_bare_node(calls).await?;
                (through_product(&product, calls).await?, baseline)
            };
            rounds.add(value, baseline);
        }
        rounds.print(Case {
            bench: "calls",
            case: format!("{calls} calls"),
            unit: "% of a core",
            bound: Bound::RatioAtMost(1.15),
        })?;
    }
    Ok(())
}

async fn through_product(product: &Product, calls: usize) -> Result<f64> {
    let (load, _) = Load::start(calls, Some(&product.tenant()))?;
    share(load, calls, &[product.pid(), product.node_pid()?]).await
}

async fn through_bare_node(calls: usize) -> Result<f64> {
    let (load, state) = Load::start(calls, None)?;
    let node = state.node.context("no media node")?;
    share(load, calls, &[node]).await
}

/// Few calls cost so little that the system's own clockwork is seen beside them: they are watched for longer.
fn window(calls: usize) -> Duration {
    Duration::from_secs((250 / calls as u64).max(10))
}

/// How much of a core the processes take for the load, or would take if a busy machine had let all pictures through.
async fn share(mut load: Load, calls: usize, pids: &[u32]) -> Result<f64> {
    sleep(SETTLE).await;
    let used = || pids.iter().map(|pid| cpu_s(*pid)).sum::<Result<f64>>();
    let (before, began, first) = (load.state()?, Instant::now(), used()?);
    sleep(window(calls)).await;
    let (last, elapsed, after) = (used()?, began.elapsed().as_secs_f64(), load.state()?);
    load.end()?;
    Ok((last - first) / elapsed / carried(&before, &after, calls, elapsed)? * 100.0)
}

/// The part of the pictures that arrived.
fn carried(before: &State, after: &State, calls: usize, elapsed: f64) -> Result<f64> {
    let frames = (after.frames_received - before.frames_received) as f64;
    let carried = frames / (2.0 * calls as f64 * f64::from(FRAME_RATE) * elapsed);
    ensure!(
        carried >= LEAST_CARRIED,
        "only {:.0} % of the pictures of {calls} calls arrived: the machine is too busy",
        carried * 100.0
    );
    ensure!(after.sounds_received > before.sounds_received, "no sound arrived");
    Ok(carried)
}
