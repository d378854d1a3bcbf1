//! The `tallyroom` program: one command a job of the installation.

mod commands;

use anyhow::{Context, anyhow};
use std::{io::IsTerminal, process::ExitCode};
use tallyroom::{config::Config, logs, serve, store::migrate};
use tracing_subscriber::{EnvFilter, prelude::*};

const HELP: &str = "\
tallyroom: branded marketplaces for live video by the minute

  tallyroom serve      serves pages, API and signaling; starts media nodes
  tallyroom migrate    brings the database up to date
  tallyroom seed       makes or completes the demo tenants, prints who can log in
  tallyroom owner      adds an owner of the platform: owner EMAIL NAME, password in TALLYROOM_OWNER_PASSWORD;
                       owner --remove EMAIL takes one off; owner --reset-factor EMAIL when an authenticator is lost
  tallyroom export     writes a tenant's archive: export SLUG FILE
  tallyroom import     makes a tenant from an archive: import FILE
  tallyroom totp       prints the present code of the demo's owner
  tallyroom probe      places one paid call through the running product, prints JSON
  tallyroom robot      runs the demo's robot sellers
  tallyroom openapi    prints the API's description
  tallyroom gallery    renders every page with sample data: gallery THEMES OUT

Settings: config/default.toml, config/local.toml, then TALLYROOM__SECTION__NAME variables.
";

fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("tallyroom: another TLS provider was there first");
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tallyroom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => {
            log();
            runtime()?.block_on(serve::run(Config::load()?))
        }
        ["migrate"] => {
            for migration in migrate::migrate(&Config::load()?.database).map_err(|error| anyhow!("{error}"))? {
                println!("applied {migration}");
            }
            Ok(())
        }
        ["seed"] => runtime()?.block_on(commands::seed(Config::load()?)),
        ["totp"] => commands::totp(),
        ["owner", "--remove", email] => runtime()?.block_on(commands::remove_owner(Config::load()?, email)),
        ["owner", "--reset-factor", email] => runtime()?.block_on(commands::reset_factor(Config::load()?, email)),
        ["owner", email, name] => runtime()?.block_on(commands::owner(Config::load()?, email, name)),
        ["export", slug, file] => runtime()?.block_on(commands::export(Config::load()?, slug, file.as_ref())),
        ["import", file] => commands::import(&Config::load()?, file.as_ref()),
        ["probe"] => runtime()?.block_on(commands::probe(Config::load()?)),
        ["robot"] => {
            log();
            runtime()?.block_on(commands::robots(Config::load()?))
        }
        ["openapi"] => {
            println!("{}", tallyroom::web::api::openapi().to_pretty_json()?);
            Ok(())
        }
        ["gallery", themes, out] => tallyroom::web::gallery::render_samples(themes.as_ref(), out.as_ref()),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(anyhow!("unknown command; `tallyroom help` lists them")),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
}

/// Text for people; JSON with TALLYROOM_LOG=json for machines.
fn log() {
    let filter = EnvFilter::try_from_env("TALLYROOM_LOG_FILTER").unwrap_or_else(|_| EnvFilter::new("info"));
    let json = std::env::var("TALLYROOM_LOG").is_ok_and(|format| format == "json");
    let registry = logs::registry(filter);
    let writer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if json {
        registry.with(writer.json()).init();
    } else {
        registry.with(writer).init();
    }
}
