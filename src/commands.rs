//! What the program's smaller commands do.

use anyhow::{Context, anyhow};
use std::{fs::File, path::Path, sync::Arc, time::Duration};
use tallyroom::{
    app::{
        archive,
        platform::{self, Newcomer},
        ports::Clock,
        second_factor,
        seed::{self, PASSWORD},
    },
    config::Config,
    domain::platform::PlatformRole,
    gateways::clock::SystemClock,
    serve::{self, Product},
    store::tenants,
};
use tallyroom_participant::{
    http::{Credentials, Tenant},
    probe::{ProbeConfig, run_probe},
    robot::{RobotConfig, run_robot},
};

async fn assemble(config: Config) -> anyhow::Result<Product> {
    let clock = Arc::new(SystemClock::set_by(&config.development));
    serve::assemble(config, clock).await
}

/// Makes or completes the demo tenants and prints who can log in.
pub async fn seed(config: Config) -> anyhow::Result<()> {
    let product = assemble(config).await?;
    let logins = seed::demo(&product.web.app).await.map_err(|error| anyhow!("{error}"))?;
    for login in logins {
        println!(
            "{:<10} {:<34} {:<34} {}",
            login.role, login.url, login.email, login.password
        );
    }
    Ok(())
}

/// Adds an owner of the platform, who sets a second factor up when first signing in.
pub async fn owner(config: Config, email: &str, name: &str) -> anyhow::Result<()> {
    let password = std::env::var("TALLYROOM_OWNER_PASSWORD").context("set TALLYROOM_OWNER_PASSWORD")?;
    let product = assemble(config).await?;
    let new = Newcomer {
        email,
        name,
        role: PlatformRole::Owner,
        password,
        known_secret: None,
    };
    let added = platform::add(&product.web.app, new)
        .await
        .map_err(|error| anyhow!("{error}"))?;
    anyhow::ensure!(added, "{email} has an account already");
    Ok(())
}

/// Takes an owner of the platform off it.
pub async fn remove_owner(config: Config, email: &str) -> anyhow::Result<()> {
    let product = assemble(config).await?;
    let removed = platform::remove(&product.web.app, email).await;
    removed.map_err(|error| anyhow!("{error}"))
}

/// Has an owner of the platform set a new second factor up.
pub async fn reset_factor(config: Config, email: &str) -> anyhow::Result<()> {
    let product = assemble(config).await?;
    let reset = platform::reset_factor(&product.web.app, email).await;
    reset.map_err(|error| anyhow!("{error}"))
}

/// Prints what an authenticator of the demo's owner would show now.
pub fn totp() -> anyhow::Result<()> {
    let code = second_factor::present_code(seed::OWNER_SECRET, SystemClock::default().now())
        .map_err(|error| anyhow!("{error}"))?;
    println!("{code}");
    Ok(())
}

/// Writes a tenant's archive.
pub async fn export(config: Config, slug: &str, file: &Path) -> anyhow::Result<()> {
    let product = assemble(config).await?;
    let app = &product.web.app;
    let wanted = slug.to_owned();
    let found = app.db.system(move |tx| tenants::by_slug(tx, &wanted)).await;
    let (_, scope) = found
        .map_err(|error| anyhow!("{error}"))?
        .with_context(|| format!("no tenant is called {slug}"))?;
    let into = File::create(file).with_context(|| format!("{} can't be written", file.display()))?;
    let manifest = archive::export(app, &scope, into, |_| {})
        .await
        .map_err(|error| anyhow!("{error}"))?;
    println!("{} rows of {} in {}", manifest.rows(), manifest.slug, file.display());
    Ok(())
}

/// Makes a tenant from an archive.
pub fn import(config: &Config, file: &Path) -> anyhow::Result<()> {
    let from = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    let manifest = archive::import(&config.database, from).map_err(|error| anyhow!("{error}"))?;
    println!(
        "{} has {} rows; its people set new passwords by mail",
        manifest.slug,
        manifest.rows()
    );
    Ok(())
}

/// Places one paid call on the canary tenant.
pub async fn probe(config: Config) -> anyhow::Result<()> {
    let person = |name: &str| Credentials {
        email: format!("{name}@probe.example"),
        password: PASSWORD.to_owned(),
    };
    let report = run_probe(ProbeConfig {
        tenant: tenant(&config, "probe")?,
        buyer: person("buyer"),
        seller: person("seller"),
        service: None,
        increments: 2,
        patience: Duration::from_secs(60),
    });
    let report = report
        .await
        .map_err(|reason| anyhow!("the canary call failed: {reason}"))?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// Runs the demo tenants' robot sellers until the process ends.
pub async fn robots(config: Config) -> anyhow::Result<()> {
    let mut robots = tokio::task::JoinSet::new();
    for slug in ["lumen", "velvet"] {
        let credentials = Credentials {
            email: format!("robot@{slug}.example"),
            password: PASSWORD.to_owned(),
        };
        robots.spawn(run_robot(RobotConfig::new(tenant(&config, slug)?, credentials)));
    }
    while robots.join_next().await.is_some() {}
    Err(anyhow!("the robots ended"))
}

fn tenant(config: &Config, slug: &str) -> anyhow::Result<Tenant> {
    let url = &config.http.public_url;
    let host = url.host_str().context("the public URL has no host")?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(Tenant {
        address: config.http.listen.clone(),
        host: format!("{slug}.{host}{port}"),
    })
}
