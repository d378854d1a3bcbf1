//! The one place where the product is put together.

use crate::{
    app::{
        App,
        ports::{Clock, Dns, Mailer},
    },
    config::{Config, MediaConfig},
    gateways::{
        calendars::Calendars,
        clock::SystemClock,
        compose::Ffmpeg,
        dns::Resolver,
        files,
        identity::ByStaff,
        mail::{Mailbox, SmtpMailer},
        media::{MediaHub, Supervisor},
        payment::{Gateways, Providers, Reach},
        payout::Payouts,
        push::WebPush,
        scanner::BuiltInScanner,
    },
    jobs::Runner,
    signaling::{People, Registry},
    store::Db,
    web::{
        self, Live, Web,
        theme::{self, Themes},
    },
};
use actix_web::web::Data;
use anyhow::{Context, anyhow};
use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::Arc,
};
use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

/// Reports of media nodes that may wait; each is at most half a second of all its calls.
const MEDIA_EVENTS: usize = 4_096;

/// All parts, put together and not yet running.
pub struct Product {
    /// What answers requests.
    pub web: Data<Web>,
    /// What runs jobs.
    pub jobs: Runner,
}

/// Puts the product together on the current runtime.
///
/// # Errors
/// A setting or the themes can't be used.
pub async fn assemble(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Product> {
    let config = Arc::new(config);
    let db = Db::open(&config.database)?;
    let people = Arc::new(People::new(clock.clone(), db.list_changes().clone()));
    let dns: Arc<dyn Dns> = Arc::new(Resolver::new(&config.dns)?);
    let reach = Reach::new(&config.gateways, config.development.enabled)?;
    let providers = Arc::new(Providers::new(clock.clone(), reach)?);
    let kept = files::open(&config.files, std::env::vars())?;
    let app = App {
        gateways: Arc::new(Gateways::new(db.clone(), clock.clone(), providers.clone())),
        carriers: Arc::new(Payouts::new(providers)),
        people: people.clone(),
        identity: Arc::new(ByStaff),
        usage: Arc::default(),
        recognised: Arc::default(),
        recorded: files::folder(&config.files.directory)?,
        files: kept.store,
        signer: kept.signer,
        composer: Arc::new(Ffmpeg::new(config.recording.ffmpeg.clone())),
        scanner: Arc::new(BuiltInScanner),
        push: Arc::new(WebPush::new(
            &config.push,
            config.secrets.jwt.expose(),
            &config.mail.sender,
        )?),
        calendars: Arc::new(Calendars::new(&config.calendars, dns.clone())?),
        dns,
        db,
        clock: clock.clone(),
        config: config.clone(),
    };
    let (events, reports) = mpsc::channel(MEDIA_EVENTS);
    let hub = Arc::new(MediaHub::new(events));
    let registry = Registry::start(app.clone(), people, hub.clone(), reports);
    let (mailbox, smtp_url) = match config.mail.smtp_url.expose() {
        "" => {
            let (mailbox, url) = Mailbox::start(clock)
                .await
                .context("the development mailbox can't be started")?;
            (Some(mailbox), url)
        }
        url => (None, url.to_owned()),
    };
    let mailer: Arc<dyn Mailer> = Arc::new(SmtpMailer::new(&smtp_url, &config.mail.sender)?);
    let mut themes = Themes::load(&config.themes.directory)?;
    if config.development.enabled {
        themes = themes.watching();
    }
    let (faults, told) = theme::faults();
    let live = Live {
        registry,
        hub,
        mailer: mailer.clone(),
        mailbox,
    };
    let web = Data::new(Web::new(app.clone(), themes, faults, live)?);
    tokio::spawn(web::tell_of_faults(Data::clone(&web).into_inner(), told));
    let jobs = Runner::new(app, mailer, Data::clone(&web).into_inner());
    Ok(Product { web, jobs })
}

/// Serves until the process is told to stop.
///
/// # Errors
/// It can't start; the message says why.
pub async fn run(config: Config) -> anyhow::Result<()> {
    config.check_secrets()?;
    let listener = TcpListener::bind(&config.http.listen).with_context(|| {
        format!(
            "{} can't be listened on; is another server running?",
            config.http.listen
        )
    })?;
    let product = assemble(config.clone(), Arc::new(SystemClock::set_by(&config.development))).await?;
    let registry = product.web.live.registry.clone();
    let taken_up = registry
        .recover(product.web.app.now())
        .await
        .map_err(|error| anyhow!("{error}"))?;
    if taken_up > 0 {
        tracing::info!(calls = taken_up, "calls of the server before this one taken up");
    }
    let address = listener.local_addr()?;
    let launch = product.web.live.hub.launch();
    let server = web::server(product.web, listener)?;
    let handle = server.handle();
    let jobs = tokio::spawn(product.jobs.run());
    let strays = tokio::spawn(registry.look_after());
    let mut own = Supervisor::default();
    let mut reached_at = address;
    if address.ip().is_unspecified() {
        reached_at.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let control = format!("ws://{reached_at}/internal/media?launch={launch}");
    start_nodes(&mut own, &config, &control);
    if config.demo.robots {
        start_robots(&mut own)?;
    }
    tracing::info!(%address, url = %config.http.public_url, "serving");
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = server => return ended.context("the server ended"),
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    jobs.abort();
    strays.abort();
    handle.stop(true).await;
    Ok(())
}

/// One media node a core unless told otherwise.
fn start_nodes(own: &mut Supervisor, config: &Config, control: &str) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let count = if config.media.nodes == 0 {
        cores
    } else {
        config.media.nodes
    };
    for number in 0..count {
        let (media, token) = (config.media.clone(), config.secrets.media_token.clone());
        let files = config.files.directory.clone();
        let control = control.to_owned();
        own.keep(format!("media node {number}"), move || {
            node(&media, token.expose(), &control, &files)
        });
    }
}

fn node(media: &MediaConfig, token: &str, control: &str, files: &Path) -> Command {
    let mut command = Command::new(&media.node_binary);
    command
        .args(["--control", control])
        .args(["--listen", &media.listen_ip.to_string()])
        .args(["--announce", &media.announced_address])
        .args(["--ports", &media.ports])
        .args(["--capacity", &media.capacity.to_string()])
        .arg("--files")
        .arg(files)
        .env("TALLYROOM_MEDIA_TOKEN", token);
    command
}

/// The demo's robots are a program of their own: this one, with another command.
fn start_robots(own: &mut Supervisor) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("the robots' program can't be found")?;
    own.keep("robots".to_owned(), move || {
        let mut command = Command::new(&program);
        command.arg("robot");
        command
    });
    Ok(())
}
