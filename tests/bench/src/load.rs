//! Calls that carry media, in a process of their own: what they cost is not to be counted.
//!
//! The process says in one line of JSON how it stands, first when all media flow and again for each line it reads. It
//! ends its calls when its input ends.

use crate::{
    media::BareMedia,
    pair::{Pair, until},
};
use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader, Write, stdin},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};
use tallyroom_media_protocol::signaling::CallPhase;
use tallyroom_participant::{
    bare::{BareNode, BareParticipant},
    caller::Participant,
    codec::Clip,
    counters::{Counters, Totals},
    http::Tenant,
    in_call::InCall,
    media::{Identity, MediaOptions},
};

/// The word that makes this program a load.
pub const LOAD: &str = "calls-load";

/// Calls that are set up at once.
const AT_ONCE: usize = 4;
/// On a busy machine one in some hundreds of the headless caller's connections never receives; the next one does.
const TRIES: usize = 3;

/// How a load stands.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    /// The bare media node's process.
    pub node: Option<u32>,
    /// Pictures that came, at all participants together.
    pub frames_received: u64,
    /// Opus frames that came.
    pub sounds_received: u64,
}

/// A load's process, seen from the bench.
pub struct Load {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Load {
    /// So many calls through the product, or through a bare media node. Gives how it stands when all media flow.
    pub fn start(calls: usize, tenant: Option<&Tenant>) -> Result<(Self, State)> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([LOAD, &calls.to_string()]);
        if let Some(tenant) = tenant {
            command.args([&tenant.address, &tenant.host]);
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(process.stdout.take().context("no output")?);
        let input = process.stdin.take();
        let mut load = Self { process, input, output };
        let state = load.read()?;
        Ok((load, state))
    }

    /// How it stands now.
    pub fn state(&mut self) -> Result<State> {
        self.input.as_mut().context("no input")?.write_all(b"\n")?;
        self.read()
    }

    /// Ends its calls.
    pub fn end(mut self) -> Result<()> {
        drop(self.input.take());
        let status = self.process.wait()?;
        ensure!(status.success(), "the calls didn't end: {status}");
        Ok(())
    }

    fn read(&mut self) -> Result<State> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).context("the load says nothing: its reason is above")
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // Its input's end ends it. One that has ended already can't be killed.
        if self.input.take().is_some() {
            self.process.kill().ok();
        }
        self.process.wait().ok();
    }
}

/// What the process does: `arguments` are how many calls and, for the product, address and host.
pub async fn carry(arguments: &[String]) -> Result<()> {
    let (calls, tenant) = match arguments {
        [calls] => (calls, None),
        [calls, address, host] => {
            let (address, host) = (address.clone(), host.clone());
            (calls, Some(Tenant { address, host }))
        }
        _ => anyhow::bail!("{LOAD} CALLS [ADDRESS HOST]"),
    };
    let calls = calls.parse().context("how many calls?")?;
    let options = &MediaOptions::load(Arc::new(Clip::encode()?));
    match &tenant {
        Some(tenant) => {
            let calls: Vec<Call> = each(calls, |number| tried(move || Call::begin(tenant, number, options))).await?;
            let counters = calls
                .iter()
                .flat_map(|call| [call.buyer.counters(), call.seller.counters()]);
            stay(None, &counters.collect::<Vec<_>>())?;
            each(calls.len(), |number| calls[number - 1].end()).await?;
        }
        None => {
            let media = BareMedia::start().await?;
            let calls: Vec<[BareParticipant; 2]> = each(calls, |_| tried(|| bare_call(&media.node, options))).await?;
            let counters = calls.iter().flatten().map(BareParticipant::counters);
            stay(Some(media.pid()?), &counters.collect::<Vec<_>>())?;
        }
    }
    Ok(())
}

/// Does something for each number from 1 on, a few at once.
async fn each<T, F: Future<Output = Result<T>>>(count: usize, work: impl Fn(usize) -> F) -> Result<Vec<T>> {
    stream::iter(1..=count)
        .map(work)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Says how it stands until the input ends. It blocks, but not the threads that the media run on.
fn stay(node: Option<u32>, counters: &[&Counters]) -> Result<()> {
    let mut lines = stdin().lines();
    loop {
        let totals = || counters.iter().map(|counters| counters.totals());
        let state = State {
            node,
            frames_received: totals().map(|totals| totals.frames_received).sum(),
            sounds_received: totals().map(|totals| totals.sounds_received).sum(),
        };
        println!("{}", serde_json::to_string(&state)?);
        if lines.next().transpose()?.is_none() {
            return Ok(());
        }
    }
}

fn flows(totals: Totals) -> bool {
    totals.frames_received > 0 && totals.sounds_received > 0
}

/// Both sides' media, in whichever way they go.
async fn flow(sides: [&Counters; 2]) -> Result<()> {
    for side in sides {
        until(side, flows).await?;
    }
    Ok(())
}

async fn tried<T, F: Future<Output = Result<T>>>(work: impl Fn() -> F) -> Result<T> {
    for _ in 1..TRIES {
        match work().await {
            Ok(done) => return Ok(done),
            Err(error) => eprintln!("bench: trying a call again: {error:#}"),
        }
    }
    work().await
}

async fn bare_call(node: &BareNode, options: &MediaOptions) -> Result<[BareParticipant; 2]> {
    let room = node.room();
    let first = room.join(Identity::generate()?, options.clone()).await?;
    let second = room.join(Identity::generate()?, options.clone()).await?;
    match flow([first.counters(), second.counters()]).await {
        Ok(()) => Ok([first, second]),
        Err(error) => {
            first.leave().await?;
            second.leave().await?;
            Err(error)
        }
    }
}

/// A live call through the product.
struct Call {
    buyer: InCall,
    seller: InCall,
    _buyer: Participant,
    _pair: Pair,
}

impl Call {
    async fn begin(tenant: &Tenant, number: usize, options: &MediaOptions) -> Result<Self> {
        let pair = Pair::log_in(tenant, number).await?;
        let id = pair.connect().await?;
        let person = Participant::open(pair.buyer.clone()).await?;
        let call = Self {
            buyer: person.join(id, options.clone()),
            seller: pair.seller.join(id, options.clone()),
            _buyer: person,
            _pair: pair,
        };
        match call.go_live().await {
            Ok(()) => Ok(call),
            Err(error) => {
                call.end().await?;
                Err(error)
            }
        }
    }

    async fn go_live(&self) -> Result<()> {
        flow([self.buyer.counters(), self.seller.counters()]).await?;
        for side in [&self.buyer, &self.seller] {
            side.press_connect().await.context("connect")?;
        }
        self.buyer.until(|view| view.phase == CallPhase::Live).await?;
        Ok(())
    }

    async fn end(&self) -> Result<()> {
        self.buyer.end().await?;
        self.seller.until(|view| view.phase == CallPhase::Ended).await?;
        Ok(())
    }
}
