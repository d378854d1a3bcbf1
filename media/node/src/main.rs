//! The media node's process. It ends with an error when its worker dies, so that whoever started it starts another.

use anyhow::{anyhow, bail};
use std::io::IsTerminal;
use std::pin::pin;
use std::process::ExitCode;
use tallyroom_media::Rooms;
use tallyroom_media::config::{self, Command, Config, LogFormat};
use tallyroom_media::flow::FlowMonitor;
use tallyroom_media::link::{Link, orphaned};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

fn main() -> ExitCode {
    let config = match config::parse(std::env::args().skip(1), |name| std::env::var(name).ok()) {
        Ok(Command::Run(config)) => config,
        Ok(Command::Help) => {
            print!("{}", config::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("tallyroom-media: {error}");
            return ExitCode::from(2);
        }
    };
    // One thread: the media itself runs on the worker's own.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("tallyroom-media: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = start_log(&config).and_then(|()| runtime.block_on(serve(*config)));
    // A disk that doesn't answer holds up a thread that makes a file, and isn't to hold up the end as well.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log_filter)?;
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let log = log.with_env_filter(filter);
    let started = match config.log {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow!(error))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let rooms = Rooms::start(&config.listen, config.capacity, &config.files).await?;
    let node = Uuid::new_v4();
    tracing::info!(%node, ip = %config.listen.ip, port = rooms.port(), capacity = config.capacity, "media node started");
    let (monitor, reports) = FlowMonitor::new(rooms.clone());
    let (live, connections) = watch::channel(0);
    for url in config.control {
        let link = Link {
            url,
            token: config.token.clone(),
            node,
            capacity: config.capacity,
            keep_rooms: config.keep_rooms,
            rooms: rooms.clone(),
            reports: reports.clone(),
            live: live.clone(),
        };
        tokio::spawn(link.run());
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Lives on to the end: links hang on its reports.
    let measuring = pin!(monitor.run());
    tokio::select! {
        () = rooms.drained() => tracing::info!("drained"),
        _ = terminate.recv() => tracing::info!("terminated"),
        _ = interrupt.recv() => tracing::info!("interrupted"),
        () = rooms.worker_died() => bail!("the media worker died"),
        () = measuring => bail!("the media worker doesn't answer"),
        () = orphaned(connections, config.orphaned) => {
            bail!("no control plane for {} s", config.orphaned.as_secs())
        }
    }
    rooms.close().await;
    Ok(())
}
