//! Typed settings: `config/default.toml` (built in), then `config/local.toml`, then `TALLYROOM__…` variables.

mod secret;

pub use secret::Secret;

use crate::domain::{gateway::Provider, quota::Quotas};
use anyhow::Context;
use serde::Deserialize;
use std::{collections::HashMap, net::IpAddr, num::NonZeroU32, path::PathBuf};
use url::Url;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The web server.
    pub http: HttpConfig,
    /// PostgreSQL.
    pub database: DatabaseConfig,
    /// Keys of our own.
    #[serde(default)]
    pub secrets: SecretsConfig,
    /// How often people may ask.
    pub limits: LimitsConfig,
    /// How much of the platform a tenant may use.
    pub quotas: QuotasConfig,
    /// Outgoing mail.
    pub mail: MailConfig,
    /// Messages to browsers.
    pub push: PushConfig,
    /// Who is asked about tenants' own domains.
    pub dns: DnsConfig,
    /// Calendars that people keep elsewhere.
    pub calendars: CalendarsConfig,
    /// Payment providers.
    pub gateways: GatewaysConfig,
    /// Media nodes that this server starts.
    pub media: MediaConfig,
    /// Relays for media.
    pub turn: TurnConfig,
    /// How tenants look.
    pub themes: ThemesConfig,
    /// Where files are kept.
    pub files: FilesConfig,
    /// How recordings are made.
    pub recording: RecordingConfig,
    /// The consoles' program.
    pub console: ConsoleConfig,
    /// The demo's robots.
    pub demo: DemoConfig,
    /// What only developers need.
    pub development: DevelopmentConfig,
}

/// The web server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port to listen on.
    pub listen: String,
    /// Where people reach the platform's own pages.
    pub public_url: Url,
    /// How many proxies in front set `X-Forwarded-For`.
    pub trusted_proxies: usize,
}

/// PostgreSQL: three roles, see `store`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Owns the schema; used by `migrate` only.
    #[serde(default)]
    pub owner_url: Secret,
    /// Serves tenants' requests.
    #[serde(default)]
    pub app_url: Secret,
    /// Does the platform's own work.
    #[serde(default)]
    pub system_url: Secret,
    /// Most connections for tenants' requests.
    pub app_connections: u32,
    /// Most connections for the platform's own work.
    pub system_connections: u32,
}

/// Keys of our own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsConfig {
    /// Signs access tokens; at least 32 characters.
    pub jwt: Secret,
    /// What media nodes show to be let in; at least 32 characters.
    pub media_token: Secret,
}

/// How often people may ask; more is answered with 429.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Attempts to get in a minute, from one address at one tenant.
    pub sign_ins_per_minute: NonZeroU32,
    /// Requests a second of one person, or of an address without a session; three times as many at once.
    pub requests_per_second: NonZeroU32,
    /// Requests a second at one tenant; twice as many at once.
    pub tenant_requests_per_second: NonZeroU32,
}

/// How much of the platform a tenant may use, unless its owners set something else for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotasConfig {
    /// Pages that are open at the same time.
    pub sockets: NonZeroU32,
    /// Mails an hour; more are sent later.
    pub mails_per_hour: NonZeroU32,
    /// Files an hour.
    pub uploads_per_hour: NonZeroU32,
    /// Calls that are begun and entered, a minute.
    pub joins_per_minute: NonZeroU32,
}

/// Outgoing mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// `smtp://` or `smtps://` address; empty for the development mailbox.
    pub smtp_url: Secret,
    /// The address mails come from; the name is the tenant's.
    pub sender: String,
}

/// Messages to browsers that have no page open.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    /// Whom push services write to, `mailto:` or `https:`; empty for the address that mails come from.
    pub contact: String,
    /// Push services that are sent to; see `domain::push_address`.
    pub services: Vec<String>,
}

/// Who is asked about tenants' own domains.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsConfig {
    /// Address and port of a resolver; empty for the system's own.
    pub resolver: String,
    /// How long one answer may take, in milliseconds; it is asked for twice.
    pub timeout_ms: u64,
}

/// Calendars that people keep elsewhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarsConfig {
    /// Origins that are read whatever they are, such as `http://127.0.0.1:9000`; all others are read by TLS, out in the
    /// open.
    pub trusted: Vec<String>,
    /// A PEM file of authorities whose certificates are taken besides those that the machine trusts; none if it is empty.
    pub authorities: PathBuf,
    /// How long reading one may take altogether, in milliseconds.
    pub timeout_ms: u64,
}

/// Payment providers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaysConfig {
    /// How long one may take to answer, in milliseconds; then it isn't known what it did.
    pub timeout_ms: u64,
    /// Where some are instead of at their own address, by their names; for development only.
    #[serde(default)]
    pub elsewhere: HashMap<Provider, Url>,
}

/// Media nodes that this server starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaConfig {
    /// How many; 0 for one a core.
    pub nodes: usize,
    /// The program.
    pub node_binary: PathBuf,
    /// Address they listen on.
    pub listen_ip: IpAddr,
    /// Address callers reach them at.
    pub announced_address: String,
    /// Range of ports they choose from.
    pub ports: String,
    /// Participants a node takes.
    pub capacity: u32,
}

/// Relays (TURN) for callers whose network lets nothing else through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnConfig {
    /// `turn:` and `turns:` addresses with spaces between them; empty for none.
    pub urls: String,
    /// What the relay knows as `static-auth-secret`.
    #[serde(default)]
    pub secret: Secret,
    /// How long a credential is good, in seconds.
    pub ttl_s: NonZeroU32,
}

/// How tenants look.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemesConfig {
    /// Where themes and built assets are.
    pub directory: PathBuf,
}

/// How recordings are made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingConfig {
    /// The program that makes one film of what everybody sent.
    pub ffmpeg: PathBuf,
}

/// Files that are too large for the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// Where they are, and where media nodes write what they record.
    pub directory: PathBuf,
    /// The bucket where they are instead, `s3://bucket?endpoint=…&region=…`; empty for the folder.
    pub url: String,
}

/// The consoles' program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleConfig {
    /// Where it was built.
    pub directory: PathBuf,
}

/// The demo's robots.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoConfig {
    /// Start them with the server.
    pub robots: bool,
}

/// What only developers need.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevelopmentConfig {
    /// Whether.
    pub enabled: bool,
    /// How far the clock is put forward, seconds.
    pub ahead_s: u32,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Something is missing, unknown or of the wrong type; the message names it.
    pub fn load() -> anyhow::Result<Self> {
        config::Config::builder()
            .add_source(config::File::from_str(
                include_str!("../../config/default.toml"),
                config::FileFormat::Toml,
            ))
            .add_source(config::File::with_name("config/local").required(false))
            .add_source(
                config::Environment::with_prefix("TALLYROOM")
                    .prefix_separator("__")
                    .separator("__"),
            )
            .build()
            .context("the settings can't be read")?
            .try_deserialize()
            .context("a setting is missing, unknown or of the wrong type")
    }

    /// What every tenant may use.
    pub fn quotas(&self) -> Quotas {
        Quotas {
            requests_per_second: self.limits.tenant_requests_per_second.get(),
            sockets: self.quotas.sockets.get(),
            mails_per_hour: self.quotas.mails_per_hour.get(),
            uploads_per_hour: self.quotas.uploads_per_hour.get(),
            joins_per_minute: self.quotas.joins_per_minute.get(),
        }
    }

    /// Refuses to serve with keys anybody could guess.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check_secrets(&self) -> anyhow::Result<()> {
        let keys = [
            ("SECRETS__JWT", &self.secrets.jwt),
            ("SECRETS__MEDIA_TOKEN", &self.secrets.media_token),
        ];
        for (name, key) in keys {
            anyhow::ensure!(
                key.expose().len() >= 32,
                "set TALLYROOM__{name} to at least 32 random characters (./dev does it for you)"
            );
        }
        anyhow::ensure!(
            self.turn.urls.is_empty() || self.turn.secret.expose().len() >= 16,
            "set TALLYROOM__TURN__SECRET to the relay's static-auth-secret, at least 16 random characters"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete_and_secrets_are_not_printed() {
        let mut config = Config::load().expect("defaults load");
        config.secrets.jwt = Secret::from("0123456789abcdef0123456789abcdef".to_owned());
        assert!(!format!("{config:?}").contains("0123456789abcdef"));
        config.secrets.media_token = Secret::default();
        assert!(
            config
                .check_secrets()
                .expect_err("no media token")
                .to_string()
                .contains("MEDIA_TOKEN")
        );
    }
}
