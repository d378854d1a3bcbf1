//! Settings: from the command line, else from the environment, else a default. The token comes from the environment
//! only, because command lines are public on a machine.

use crate::MAX_PEERS;
use crate::worker::Listen;
use std::collections::HashMap;
use std::fmt::{self, Debug, Display};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What `--help` prints.
pub const HELP: &str = "\
tallyroom-media: carries the media of calls for the control planes that it dials

  --control URLS        TALLYROOM_CONTROL_URLS          control planes, comma separated
                                                        (ws://127.0.0.1:8080/internal/media)
  --listen IP           TALLYROOM_MEDIA_LISTEN          address for media (127.0.0.1)
  --announce ADDRESS    TALLYROOM_MEDIA_ANNOUNCE        what clients are told instead (the same)
  --ports FIRST-LAST    TALLYROOM_MEDIA_PORTS           the first free one is used, UDP and TCP (40000-40100)
  --capacity N          TALLYROOM_MEDIA_CAPACITY        participants before new rooms are refused (200)
  --files FOLDER        TALLYROOM_MEDIA_FILES           recordings are written here (var/files)
  --keep-rooms SECONDS  TALLYROOM_MEDIA_KEEP_ROOMS      rooms outlive their control plane's connection so long (120)
  --orphaned SECONDS    TALLYROOM_MEDIA_ORPHANED        exit after so long without any control plane (150)
  --help

  TALLYROOM_MEDIA_TOKEN   the secret shared with the control planes
  TALLYROOM_LOG           text or json, to standard error (text)
  TALLYROOM_LOG_FILTER    what is logged, for instance info,mediasoup=debug (info)
";

/// Each option's name on the command line and in the environment.
const OPTIONS: [(&str, &str); 8] = [
    ("--control", "TALLYROOM_CONTROL_URLS"),
    ("--listen", "TALLYROOM_MEDIA_LISTEN"),
    ("--announce", "TALLYROOM_MEDIA_ANNOUNCE"),
    ("--ports", "TALLYROOM_MEDIA_PORTS"),
    ("--capacity", "TALLYROOM_MEDIA_CAPACITY"),
    ("--files", "TALLYROOM_MEDIA_FILES"),
    ("--keep-rooms", "TALLYROOM_MEDIA_KEEP_ROOMS"),
    ("--orphaned", "TALLYROOM_MEDIA_ORPHANED"),
];

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For collectors.
    Json,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("neither text nor json"),
        }
    }
}

/// A secret that doesn't show in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The secret.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// A node's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Control planes to dial.
    pub control: Vec<String>,
    /// Shared secret.
    pub token: Token,
    /// Where clients reach the node.
    pub listen: Listen,
    /// Participants before new rooms are refused.
    pub capacity: u32,
    /// The folder that recordings are written under.
    pub files: PathBuf,
    /// How long rooms outlive their control plane's connection.
    pub keep_rooms: Duration,
    /// How long to go on without any control plane.
    pub orphaned: Duration,
    /// Log format.
    pub log: LogFormat,
    /// Log filter.
    pub log_filter: String,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Run.
    Run(Box<Config>),
}

/// A setting that doesn't work; says which and why.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Reads settings from arguments (without the program's name) and a look-up into the environment.
pub fn parse(
    args: impl IntoIterator<Item = String>,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Command, ConfigError> {
    let mut given = HashMap::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--help" || arg == "-h" {
            return Ok(Command::Help);
        }
        let known = OPTIONS.iter().find(|(name, _)| *name == arg);
        let (name, _) = known.ok_or_else(|| ConfigError(format!("unknown option {arg}; see --help")))?;
        let value = args
            .next()
            .ok_or_else(|| ConfigError(format!("{name} needs a value")))?;
        given.insert(*name, value);
    }
    let get = |name: &str| {
        let variable = OPTIONS
            .iter()
            .find(|(option, _)| *option == name)
            .map(|(_, variable)| *variable);
        given
            .get(name)
            .cloned()
            .or_else(|| variable.and_then(&env))
            .filter(|value| !value.is_empty())
    };
    let control = get("--control").ok_or_else(|| ConfigError("no control plane: give --control".into()))?;
    let seconds = |name, default| number(name, get(name), default, 1..=86_400).map(|s| Duration::from_secs(s.into()));
    let max_peers = u32::try_from(MAX_PEERS).unwrap_or(u32::MAX);
    Ok(Command::Run(Box::new(Config {
        control: control_urls(&control)?,
        token: token(env("TALLYROOM_MEDIA_TOKEN"))?,
        listen: listen(get("--listen"), get("--announce"), get("--ports"))?,
        capacity: number("--capacity", get("--capacity"), 200, 1..=max_peers)?,
        files: get("--files").unwrap_or_else(|| "var/files".into()).into(),
        keep_rooms: seconds("--keep-rooms", 120)?,
        orphaned: seconds("--orphaned", 150)?,
        log: value("TALLYROOM_LOG", env("TALLYROOM_LOG"), LogFormat::default())?,
        log_filter: env("TALLYROOM_LOG_FILTER").unwrap_or_else(|| "info".into()),
    })))
}

fn value<T: FromStr<Err: Display>>(name: &str, text: Option<String>, default: T) -> Result<T, ConfigError> {
    let parse = |text: String| {
        text.parse()
            .map_err(|error| ConfigError(format!("{name} {text:?}: {error}")))
    };
    text.map_or(Ok(default), parse)
}

fn number(name: &str, text: Option<String>, default: u32, range: RangeInclusive<u32>) -> Result<u32, ConfigError> {
    let number = value(name, text, default)?;
    if range.contains(&number) {
        return Ok(number);
    }
    Err(ConfigError(format!(
        "{name} {number}: not within {} to {}",
        range.start(),
        range.end()
    )))
}

fn control_urls(list: &str) -> Result<Vec<String>, ConfigError> {
    let urls: Vec<String> = list
        .split(',')
        .map(|url| url.trim().to_owned())
        .filter(|url| !url.is_empty())
        .collect();
    if urls.is_empty() {
        return Err(ConfigError("no control plane: --control is empty".into()));
    }
    if let Some(url) = urls.iter().find(|url| !url.starts_with("ws://")) {
        return Err(ConfigError(format!("--control {url:?}: not a ws:// address")));
    }
    Ok(urls)
}

fn token(token: Option<String>) -> Result<Token, ConfigError> {
    let token = token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    token
        .map(Token)
        .ok_or_else(|| ConfigError("TALLYROOM_MEDIA_TOKEN must hold the shared secret, plain ASCII".into()))
}

fn listen(ip: Option<String>, announce: Option<String>, ports: Option<String>) -> Result<Listen, ConfigError> {
    let ip: IpAddr = value("--listen", ip, IpAddr::from([127, 0, 0, 1]))?;
    if ip.is_unspecified() && announce.is_none() {
        return Err(ConfigError(format!(
            "--listen {ip} needs --announce: clients must be told a real address"
        )));
    }
    let ports = ports.unwrap_or_else(|| "40000-40100".into());
    let (first, last) = ports.split_once('-').unwrap_or((&ports, &ports));
    match (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
        (Ok(first), Ok(last)) if 0 < first && first <= last => Ok(Listen {
            ip,
            announce,
            ports: first..=last,
        }),
        _ => Err(ConfigError(format!(
            "--ports {ports:?}: not a range such as 40000-40100"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str], env: &[(&str, &str)]) -> Result<Config, String> {
        let env = |name: &str| {
            let token = ("TALLYROOM_MEDIA_TOKEN", "secret");
            env.iter()
                .chain([&token])
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        match parse(args.iter().map(|arg| (*arg).to_owned()), env) {
            Ok(Command::Run(config)) => Ok(*config),
            Ok(Command::Help) => Err("help".into()),
            Err(ConfigError(error)) => Err(error),
        }
    }

    #[test]
    fn options_win_over_the_environment() {
        let env = [
            ("TALLYROOM_CONTROL_URLS", "ws://a/m, ws://b/m"),
            ("TALLYROOM_MEDIA_CAPACITY", "7"),
        ];
        let config = read(&["--capacity", "9"], &env).expect("config");
        assert_eq!(config.control, ["ws://a/m", "ws://b/m"]);
        assert_eq!(
            (config.capacity, config.keep_rooms.as_secs(), config.orphaned.as_secs()),
            (9, 120, 150)
        );
        assert_eq!(config.files, PathBuf::from("var/files"));
        assert_eq!(config.listen.ports, 40_000..=40_100);
    }

    #[test]
    fn the_token_is_never_printed() {
        let config = read(&["--control", "ws://a"], &[]).expect("config");
        assert_eq!(config.token.reveal(), "secret");
        assert!(!format!("{config:?}").contains("secret"));
    }

    #[test]
    fn says_what_is_wrong() {
        let says = |args: &[&str], env: &[(&str, &str)], part: &str| {
            let mut all = vec!["--control", "ws://a"];
            all.extend(args);
            let error = read(&all, env).expect_err("refused");
            assert!(error.contains(part), "{error:?} doesn't say {part:?}");
        };
        says(&["--control", "https://a"], &[], "ws://");
        says(&["--control", ","], &[], "--control");
        says(&["--ports", "50-40"], &[], "--ports");
        says(&["--ports", "0-1"], &[], "--ports");
        says(&["--capacity", "1001"], &[], "--capacity");
        says(&["--listen", "0.0.0.0"], &[], "--announce");
        says(&["--listen"], &[], "needs a value");
        says(&["--token", "x"], &[], "--token");
        says(&[], &[("TALLYROOM_LOG", "xml")], "TALLYROOM_LOG");
        assert!(read(&[], &[]).is_err_and(|error| error.contains("--control")));
    }

    #[test]
    fn one_port_is_a_range_and_any_address_needs_a_name() {
        let args = [
            "--control",
            "ws://a",
            "--ports",
            "41000",
            "--listen",
            "::",
            "--announce",
            "media.example",
        ];
        let listen = read(&args, &[]).expect("config").listen;
        assert_eq!(
            (listen.ports, listen.announce.as_deref()),
            (41_000..=41_000, Some("media.example"))
        );
    }
}
