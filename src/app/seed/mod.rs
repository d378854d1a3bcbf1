//! The demo: two tenants with people, prices and a history, and the canary's tenant. Making it again completes what is
//! missing and leaves alone what is there.

mod cast;
mod claims;
mod documents;
mod earnings;
mod history;
mod people;
mod plans;

use crate::{
    app::{
        App,
        identity::passwords,
        platform::{self, Newcomer},
    },
    domain::{
        gateway::Mode,
        identity::Password,
        ids::TenantId,
        money::Currency,
        platform::PlatformRole,
        policy::PolicyChange,
        quota::QuotaChange,
        tenant::{Tenant, TenantState},
    },
    error::{Error, Result},
    store::{TenantScope, tenants},
};
use anyhow::anyhow;
use cast::{Cast, LUMEN, PROBE, VELVET};

/// The password of everybody in the demo.
pub const PASSWORD: &str = "tallyroom-demo";

/// The demo owner's second factor, known to everybody: only development seeds it. `tallyroom totp` shows its code.
pub const OWNER_SECRET: &str = "TALLYR4OOMDEM2OSECRETFORTHEOWNER";
/// The demo owner's address.
const OWNER: &str = "owner@tallyroom.example";

/// Who can log in to the demo, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The tenant's subdomain.
    pub tenant: &'static str,
    /// The tenant's address.
    pub url: String,
    /// `buyer`, `seller`, `admin`, `staff`, or the platform's `owner`.
    pub role: &'static str,
    /// Public name.
    pub name: &'static str,
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: &'static str,
}

/// Makes or completes the demo; says who can log in.
///
/// # Errors
/// The database is away.
pub async fn demo(app: &App) -> Result<Vec<Login>> {
    let password = Password::parse(PASSWORD.to_owned())?;
    let password_hash = passwords::hash(password).await?;
    for cast in [&LUMEN, &VELVET, &PROBE] {
        let (tenant, scope) = tenant(app, cast).await?;
        people::put(app, &scope, &tenant, cast, &password_hash).await?;
        history::put(app, &scope, &tenant, cast).await?;
        documents::put(app, &scope, cast).await?;
        claims::put(app, &scope, cast).await?;
        earnings::put(app, &scope, &tenant, cast).await?;
    }
    let mut all = logins(app);
    if app.config.development.enabled {
        plans::put(app).await?;
        all.push(owner(app).await?);
    }
    Ok(all)
}

/// Adds the platform's owner.
async fn owner(app: &App) -> Result<Login> {
    let name = "Olivia Owner";
    let new = Newcomer {
        email: OWNER,
        name,
        role: PlatformRole::Owner,
        password: PASSWORD.to_owned(),
        known_secret: Some(OWNER_SECRET),
    };
    platform::add(app, new).await?;
    Ok(Login {
        tenant: "",
        url: app
            .config
            .http
            .public_url
            .join("admin")
            .map(String::from)
            .unwrap_or_default(),
        role: "owner",
        name,
        email: OWNER.to_owned(),
        password: PASSWORD,
    })
}

/// Who can log in to the demo, once it is made.
pub fn logins(app: &App) -> Vec<Login> {
    let mut logins = Vec::new();
    for cast in [&LUMEN, &VELVET] {
        let url = &app.config.http.public_url;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let login = |role, name, local| Login {
            tenant: cast.slug,
            url: format!("{}://{}{port}", url.scheme(), host(app, cast)),
            role,
            name,
            email: address(cast, local),
            password: PASSWORD,
        };
        logins.extend(
            cast.buyers
                .iter()
                .take(2)
                .map(|buyer| login("buyer", buyer.name, buyer.local)),
        );
        logins.extend(
            people::STAFF
                .iter()
                .map(|member| login(member.role.name(), member.name, member.local)),
        );
        // The first is the robot.
        logins.extend(
            cast.sellers
                .iter()
                .skip(1)
                .take(2)
                .map(|seller| login("seller", seller.name, seller.local)),
        );
    }
    logins
}

fn address(cast: &Cast, local: &str) -> String {
    format!("{local}@{}.example", cast.slug)
}

fn host(app: &App, cast: &Cast) -> String {
    let platform = app.config.http.public_url.host_str().unwrap_or("localhost");
    format!("{}.{platform}", cast.slug)
}

async fn tenant(app: &App, cast: &Cast) -> Result<(Tenant, TenantScope)> {
    let currency = Currency::parse(cast.currency);
    let tenant = Tenant {
        id: TenantId::new(),
        slug: cast.slug.to_owned(),
        name: cast.name.to_owned(),
        theme: cast.theme.to_owned(),
        currency: currency.ok_or_else(|| Error::internal(anyhow!("the demo's currency is unknown")))?,
        time_zone: cast.zone.to_owned(),
        language: "en".to_owned(),
        reply_to: None,
        hidden: cast.hidden,
        policy: PolicyChange::default(),
        rate_bounds_minor: cast.rate_bounds_minor,
        state: TenantState::Active,
        brand: None,
        look_revision: 0,
        money: Mode::Test,
        quotas: QuotaChange::default(),
    };
    let (host, now) = (host(app, cast), app.now());
    let at = host.clone();
    app.db.system(move |tx| tenants::put(tx, &tenant, &at, now)).await?;
    // It may have been there with another id, and with settings that were changed since.
    app.db
        .tenant_by_host(&host)
        .await?
        .ok_or_else(|| Error::internal(anyhow!("no tenant at {host} after adding it")))
}
