//! The DNS, through a resolver.

use crate::{app::ports::Dns, config::DnsConfig};
use anyhow::Context;
use async_trait::async_trait;
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::RData,
};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// Most records of one name that are looked at, and most bytes of each.
const MOST_TEXTS: usize = 50;
const MOST_BYTES: usize = 1_024;
/// Most addresses of one name that are looked at.
const MOST_ADDRESSES: usize = 20;

/// Asks a resolver.
pub struct Resolver(TokioResolver);

impl Resolver {
    /// The one in the settings, or the system's.
    ///
    /// # Errors
    /// It can't be read which.
    pub fn new(config: &DnsConfig) -> anyhow::Result<Self> {
        let mut builder = match config.resolver.as_str() {
            "" => TokioResolver::builder_tokio().context("the system's resolver can't be read; set one in [dns]")?,
            address => {
                let address: SocketAddr = address.parse().context("resolver in [dns] is no address with a port")?;
                let at_port = |mut connection: ConnectionConfig| {
                    connection.port = address.port();
                    connection
                };
                let connections = vec![at_port(ConnectionConfig::udp()), at_port(ConnectionConfig::tcp())];
                let server = NameServerConfig::new(address.ip(), true, connections);
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_millis(config.timeout_ms);
        options.attempts = 2;
        // Who has just made the record asks again, and is told what is there now.
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self(builder.build().context("the resolver can't be made")?))
    }
}

#[async_trait]
impl Dns for Resolver {
    async fn addresses(&self, name: &str) -> anyhow::Result<Vec<IpAddr>> {
        match self.0.lookup_ip(format!("{}.", name.trim_end_matches('.'))).await {
            Ok(answer) => Ok(answer.iter().take(MOST_ADDRESSES).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    async fn texts(&self, name: &str) -> anyhow::Result<Vec<String>> {
        // With its dot at the end no search list is tried.
        let answer = match self.0.txt_lookup(format!("{name}.")).await {
            Ok(answer) => answer,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let texts = answer.answers().iter().filter_map(|record| match &record.data {
            // A long text comes in several strings.
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        });
        let texts = texts
            .filter(|text| text.len() <= MOST_BYTES)
            .map(|text| String::from_utf8_lossy(&text).into_owned());
        Ok(texts.take(MOST_TEXTS).collect())
    }
}
