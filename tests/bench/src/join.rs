//! How long it takes from an open socket to the first decoded picture, with a seller who shows it already.
//!
//! The baseline is the same caller, node, codec and seller, but what asks the node to let the caller in is the bench
//! itself: no socket of a person, no room, no database.

use crate::{
    cast,
    media::BareMedia,
    pair::{Pair, until},
    product::Product,
    report::{Bound, Case, Rounds},
};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use tallyroom_media_protocol::signaling::CallPhase;
use tallyroom_participant::{
    bare::BareNode,
    caller::Participant,
    counters::Totals,
    media::{Identity, MediaOptions},
};

const ROUNDS: usize = 21;

/// Measures.
pub async fn run() -> Result<()> {
    let product = Product::start(cast::database(1)?).await?;
    let bare = BareMedia::start().await?;
    let pair = Pair::log_in(&product.tenant(), 1).await?;
    let mut rounds = Rounds::default();
    for number in 0..ROUNDS {
        // Either comes first as often as the other.
        let (value, baseline) = if number % 2 == 0 {
            let value = join(&pair).await?;
            (value, join_bare(&bare.node).await?)
        } else {
            let baseline = join_bare(&bare.node).await?;
            (join(&pair).await?, baseline)
        };
        rounds.add(milliseconds(value), milliseconds(baseline));
    }
    rounds.print(Case {
        bench: "join",
        case: "socket open to first decoded picture".to_owned(),
        unit: "ms",
        bound: Bound::RatioAtMost(1.5),
    })
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The seller's pictures flow.
fn shows(totals: Totals) -> bool {
    totals.frames_sent > 5
}

fn sees(totals: Totals) -> bool {
    totals.counters_read > 0
}

async fn join(pair: &Pair) -> Result<Duration> {
    let call = pair.connect().await?;
    let seller = pair.seller.join(call, MediaOptions::default());
    until(seller.counters(), shows).await.context("the seller")?;
    let buyer = Participant::open(pair.buyer.clone()).await?;
    let inside = buyer.join(call, MediaOptions::default());
    until(inside.counters(), sees).await.context("the buyer")?;
    let first = inside.counters().first_frame().context("no picture")?;
    inside.end().await?;
    seller.until(|view| view.phase == CallPhase::Ended).await?;
    Ok(first.saturating_duration_since(buyer.opened()))
}

async fn join_bare(node: &BareNode) -> Result<Duration> {
    let room = node.room();
    let seller = room.join(Identity::generate()?, MediaOptions::default()).await?;
    until(seller.counters(), shows).await.context("the bare seller")?;
    let identity = Identity::generate()?;
    let opened = Instant::now();
    let buyer = room.join(identity, MediaOptions::default()).await?;
    until(buyer.counters(), sees).await.context("the bare buyer")?;
    let first = buyer.counters().first_frame().context("no picture")?;
    buyer.leave().await?;
    seller.leave().await?;
    Ok(first.saturating_duration_since(opened))
}
